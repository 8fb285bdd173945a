"""What the demo shows, step by step. Each step either was true or raises."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from rich.console import Console, RenderableType
from rich.markup import escape

from api.demo import drawing, plan_view
from api.demo.answers import Guild, Job, JobEvent, JobResult, Plan, Template
from api.demo.client import Client, Simulator, Source
from api.demo.equality import Claim, differences_between, differences_from, nodes_of
from api.demo.pictures import Picture, as_held, as_told

_PATIENCE_SECONDS = 20
_LOOK_EVERY_SECONDS = 0.05


class Untrue(Exception):
    """Something that the demo was about to show is not so; `about` is the part whose log may tell why, if any."""

    def __init__(self, claim: str, differences: list[str], *, about: str | None = "bot") -> None:
        super().__init__(claim)
        self.claim = claim
        self.differences = differences
        self.about = about


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """One moment as both witnesses show it."""

    told: Picture
    held: Picture

    @property
    def both(self) -> tuple[Picture, Picture]:
        return self.told, self.held


class Story:
    """One guild, one file, there and back."""

    def __init__(self, terminal: Console, client: Client, simulator: Simulator, guild_id: str) -> None:
        self._terminal = terminal
        self._client = client
        self._simulator = simulator
        self._guild_id = guild_id
        self._timings: list[drawing.Timing] = []
        self._step = 1

    async def is_known(self) -> None:
        """Until the bot has connected and the API knows what it has seen."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if (await self._client.readiness()).status == "ready" and await self._guild() is not None:
                return
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        raise Untrue("The bot connects.", [f"waited {_PATIENCE_SECONDS} s for it"])

    async def tell(self, source: Source) -> None:
        """Raises `Untrue` at the first thing that is not so, `Refused` for a file that the API does not take."""
        guild = await self._guild()
        if guild is None:
            raise Untrue("The guild is known.", ["the API does not list it"])
        await self._approved(guild)
        before, snapshot_id = await self._captured(guild)
        template, document = await self._imported(source)
        plan = await self._planned(guild, template)
        await self._applied(plan, document)
        await self._nothing_left(template)
        await self._rolled_back(plan, before, snapshot_id)
        self.heading("What it took")
        self._show(drawing.timings(self._timings))

    # The steps

    async def _approved(self, guild: Guild) -> None:
        self.heading(f"Approve “{guild.name}”")
        self._expect(
            "The bot has joined a server of somebody else's: nothing is done there yet.",
            [] if guild.state == "pending" else [f"it is {guild.state}"],
        )
        decided = await self._client.approve(self._guild_id)
        self._expect(
            "The owner of this installation has approved it.",
            [] if decided.state == "approved" else [f"it is {decided.state}"],
        )

    async def _captured(self, guild: Guild) -> tuple[Pictures, str]:
        self.heading(f"Capture “{guild.name}”")
        pictures = await self._pictures()
        self._show(drawing.said(f"A guild people have lived in: {_census(pictures.held)}."))
        job = await self._client.capture(self._guild_id)
        snapshot_id = _succeeded(job).snapshot_id
        if snapshot_id is None:
            raise Untrue("The capture kept nothing.", [])
        self._expect("The API tells what Discord has.", _disagreements(pictures))
        self._show(drawing.true(f"The guild as it is now is kept, as snapshot [quiet]{snapshot_id}[/]."))
        return pictures, snapshot_id

    async def _imported(self, source: Source) -> tuple[Template, dict[str, Any]]:
        self.heading(f"Import {source.name}")
        template = await self._client.import_template(source)
        document = await self._client.document(template)
        roles, channels = len(document.get("roles", ())), sum(1 for _ in _channels_in(document))
        self._show(
            drawing.true(
                f"Template [title]{escape(template.name)}[/], version {template.latest_version}: "
                f"{roles} roles and {channels} channels with their categories."
            )
        )
        self._show(drawing.notices(template.warnings))
        return template, document

    async def _planned(self, guild: Guild, template: Template) -> Plan:
        self.heading("Plan: what it takes to make the guild exactly that")
        plan = await self._client.plan(self._guild_id, template)
        self._show(plan_view.plan_tree(plan, guild.name))
        self._terminal.print()
        self._show(plan_view.plan_summary(plan))
        self._show(drawing.notices(plan.warnings))
        if plan.blockers:
            raise Untrue("The plan can be applied.", [notice.message for notice in plan.blockers], about=None)
        return plan

    async def _applied(self, plan: Plan, document: dict[str, Any]) -> None:
        self.heading("Apply")
        job = await self._apply(plan, "apply")
        result = _succeeded(job)
        pictures = await self._pictures()
        claim = Claim(document=document, plan=plan, ids={**plan.matched, **result.created})
        found = [difference for picture in pictures.both for difference in differences_from(claim, picture)]
        self._expect(
            "The guild now is what the document says: asked of the API, and of Discord itself.", found
        )
        if result.is_equal is not True:
            raise Untrue("The job found so as well.", ["its result says is_equal: false"])

    async def _nothing_left(self, template: Template) -> None:
        self.heading("Plan again")
        plan = await self._client.plan(self._guild_id, template)
        left = [f"{step['do']}: {step['title']}" for step in plan.steps]
        self._expect("The second plan is empty: there is nothing left to do.", left, about="api")

    async def _rolled_back(self, applied: Plan, before: Pictures, snapshot_id: str) -> None:
        self.heading("Roll back to the capture")
        plan = await self._client.plan_rollback(self._guild_id, snapshot_id)
        self._show(plan_view.plan_summary(plan))
        self._show(drawing.notices(plan.warnings))
        if plan.blockers:
            raise Untrue("The way back is open.", [notice.message for notice in plan.blockers], about=None)
        _succeeded(await self._apply(plan, "roll back"))
        after = await self._pictures()
        found = [d for pair in zip(before.both, after.both, strict=True) for d in differences_between(*pair)]
        self._expect(
            "The guild is what was captured: settings, roles, channels, overwrites and their order.", found
        )
        kept, lost = _survivors(applied, before.held, after.held)
        self._expect(f"{kept} that were not deleted meanwhile are still the same: they kept their ids.", lost)

    # Doing and looking

    async def _guild(self) -> Guild | None:
        guilds = await self._client.guilds()
        return next((g for g in guilds if g.id == self._guild_id and g.state != "left"), None)

    async def _apply(self, plan: Plan, what: str) -> Job:
        """Asks, and follows the job by its event stream."""
        before = await self._simulator.calls()
        asked = time.monotonic()
        job = await self._client.apply(plan)
        accepted = time.monotonic() - asked
        with drawing.progress(self._terminal) as progress:
            task = progress.add_task("waiting", total=max(plan.calls, 1), left="")
            async for event in self._client.events(job.id):
                progress.update(
                    task,
                    completed=event.progress.done,
                    total=event.progress.total or plan.calls,
                    description=_now(event),
                    left=_left(event),
                )
        job = await self._client.settled(job.id)
        calls = await self._simulator.calls() - before
        self._timings.append(drawing.Timing(what=what, accepted=accepted, job=job, calls=calls))
        return job

    async def _pictures(self) -> Pictures:
        """Looks at one moment through both: gateway events reach the API a little after they happened."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            pictures = Pictures(
                told=as_told(await self._client.structure(self._guild_id)),
                held=as_held(await self._simulator.dump(self._guild_id)),
            )
            if not _disagreements(pictures) or time.monotonic() > deadline:
                return pictures
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _expect(self, claim: str, differences: list[str], *, about: str | None = "bot") -> None:
        if differences:
            raise Untrue(claim, differences, about=about)
        self._show(drawing.true(claim))

    def heading(self, title: str) -> None:
        """Begins the next step."""
        self._step += 1
        self._show(drawing.heading(self._step, title))

    def _show(self, renderable: RenderableType) -> None:
        self._terminal.print(renderable)


def _succeeded(job: Job) -> JobResult:
    if job.state == "succeeded" and job.result is not None:
        return job.result
    why = "it has not settled" if job.error is None else f"{job.error.code}: {job.error.message}"
    raise Untrue("The job succeeded.", [f"it is {job.state}; {why}"])


def _now(event: JobEvent) -> str:
    if event.waiting_for is not None:
        return f"waiting for {event.waiting_for}"
    return "" if event.type == "job.settled" else event.progress.now or event.state


def _left(event: JobEvent) -> str:
    """How long it still takes, where the job can tell."""
    left = event.progress.seconds_left
    return f"about {drawing.seconds_text(left)} left" if left else ""


def _disagreements(pictures: Pictures) -> list[str]:
    """What the API tells otherwise than Discord has it."""
    told, held = pictures.both
    ids = [thing.id for thing in (*told.roles, *told.channels)]
    if ids != [thing.id for thing in (*held.roles, *held.channels)]:
        return ["the API tells of other roles or channels than Discord has, or in another order"]
    return differences_between(_without_absent(held, told), told)


def _without_absent(held: Picture, told: Picture) -> Picture:
    """Only the fields that the API tells of that type of channel."""
    channels = zip(held.channels, told.channels, strict=True)
    replace = msgspec.structs.replace
    return replace(
        held,
        channels=tuple(
            replace(mine, said={name: value for name, value in mine.said.items() if name in its.said})
            for mine, its in channels
        ),
    )


def _census(picture: Picture) -> str:
    categories = sum(channel.type == "category" for channel in picture.channels)
    followers = {channel.id: channel for channel in picture.channels}
    inside = [(c, followers[c.parent]) for c in picture.channels if c.parent]
    synced = sum(child.overwrites == category.overwrites for child, category in inside)
    exceptions = sum(entry[0] == "member" for channel in picture.channels for entry in channel.overwrites)
    managed = sum(role.managed for role in picture.roles)
    return (
        f"[title]{len(picture.channels)}[/] channels ({categories} categories; {synced} follow theirs, "
        f"{len(inside) - synced} do not), [title]{len(picture.roles)}[/] roles ({managed} of integrations), "
        f"{exceptions} exceptions for single members"
    )


def _channels_in(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for channel in document.get("channels", ()):
        yield channel
        yield from _channels_in(channel)


def _survivors(applied: Plan, before: Picture, after: Picture) -> tuple[str, list[str]]:
    """How many things the applied plan did not delete, in words, and which of them are not there any more."""
    deleted = {node.id for node in nodes_of(applied.tree) if node.action == "delete"}
    there = {thing.id for thing in (*after.roles, *after.channels)}
    roles = [role for role in before.roles if role.id not in deleted]
    channels = [channel for channel in before.channels if channel.id not in deleted]
    lost = [f"{thing.label} has another id now" for thing in (*roles, *channels) if thing.id not in there]
    return f"{len(channels)} channels and {len(roles)} roles", lost

"""Drift of a guild from its active version: noting it, telling of it, asking to revert it, taking it over."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from core.actions.payloads import MessageSend
from core.actions.service import ActionService
from core.actor import SYSTEM, Actor
from core.clock import Clock
from core.discord.types import Snowflake
from core.drift.alerts import alert_text
from core.drift.compare import What
from core.drift.concession import LeftField
from core.drift.course import Candidate, left_alone, recent, revertible
from core.drift.events import DRIFTED, drifted
from core.drift.jobs import DRIFT_REVERT, DriftRevertPayload
from core.drift.models import DriftItemModel
from core.drift.notes import note_of, with_dropped
from core.drift.repository import DriftRepository
from core.drift.schemas import DriftBasis, DriftFilter, DriftItem, Finding
from core.errors import Conflict, NotFound
from core.guilds.options import GuildOptions
from core.guilds.options_service import GuildOptionsService
from core.guilds.service import GuildService
from core.guilds.syncs import SyncService
from core.jobs.guild_events import GuildEventService
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.paging import Page, Paging
from core.rights import Right
from core.templates.active import ActiveVersionService
from core.templates.diff import diff
from core.templates.documents.variables import values_for
from core.templates.plan import PlanOptions
from core.templates.resources.sections import details_in
from core.templates.schemas import ActiveVersion, TemplateVersion
from core.templates.takeover import taken_over
from core.templates.versions import TemplateVersionService


class DriftService:
    def __init__(
        self,
        items: DriftRepository,
        *,
        guilds: GuildService,
        syncs: SyncService,
        options: GuildOptionsService,
        active: ActiveVersionService,
        versions: TemplateVersionService,
        actions: ActionService,
        jobs: JobService,
        events: GuildEventService,
        clock: Clock,
    ) -> None:
        self._items = items
        self._guilds = guilds
        self._syncs = syncs
        self._options = options
        self._active = active
        self._versions = versions
        self._actions = actions
        self._jobs = jobs
        self._events = events
        self._clock = clock

    async def basis(self, guild_id: Snowflake) -> DriftBasis | None:
        """What to compare the guild with. None where nothing is to be compared: no version is active, the guild does
        not want it, or a structural job of ours is changing the guild right now."""
        active = await self._active.of(guild_id)
        options = await self._options.of(guild_id)
        if active is None or options.drift == "off" or await self._jobs.is_at_work(guild_id):
            return None
        if await self._guilds.state_of(guild_id) != "approved":
            return None
        return await self._basis(active, options)

    async def request_looks(self, guild_ids: Collection[Snowflake]) -> None:
        """For when nobody listened for a while: where the active version speaks of what the gateway does not tell, it
        is asked for, and compared then."""
        for guild_id in guild_ids:
            active = await self._active.of(guild_id)
            if active is None or (await self._options.of(guild_id)).drift == "off":
                continue
            if details_in(await self._active.document_of(active)):
                await self._syncs.look(guild_id)

    async def request_check(self, actor: Actor, guild_id: Snowflake) -> Job:
        """Asks the bot to read the guild again, after which it is compared. Raises `Conflict` where there is nothing
        to compare it with."""
        actor.require(guild_id, Right.DRIFT_READ)
        await self._guilds.require_present(actor, guild_id)
        if await self._active.of(guild_id) is None:
            raise Conflict(
                f"Guild {guild_id} has no active version to compare it with: apply a template, or name one.",
                code="no_active_version",
            )
        if (await self._options.of(guild_id)).drift == "off":
            raise Conflict(
                f"Guild {guild_id} does not look for drift: an administrator can switch `drift` on in its settings.",
                code="drift_off",
            )
        return await self._syncs.request(actor.unscoped(), guild_id)

    async def note(self, basis: DriftBasis, findings: Collection[Finding]) -> bool:
        """Keeps what was found, settles what is gone, tells the guild's programs of what is new, and does as the guild
        wants: tells its people, or asks to revert. False
        where the guild has changed since the basis was read: then it is compared again."""
        guild_id = basis.active.guild_id
        await self._guilds.lock(guild_id)
        current = await self.basis(guild_id)
        if current is None or (current.revision, current.active) != (basis.revision, basis.active):
            return False
        rows = await self._items.of(basis.active)
        fresh = [row for finding in findings if (row := await self._keep(basis, rows, finding)) is not None]
        self._settle(rows, {finding.deviation.identity for finding in findings})
        there = [row for row in rows.values() if row.state == "open"]
        if fresh:
            await self._events.tell(guild_id, DRIFTED, drifted(basis.active, [to_item(row) for row in fresh]))
        if current.options.drift == "revert":
            fresh = await self._revert(basis, there, fresh)
        if current.options.drift in ("alert", "revert"):
            await self._tell(guild_id, current.options.drift_channel_id, fresh)
        return True

    async def list(
        self, actor: Actor, guild_id: Snowflake, wanted: DriftFilter, paging: Paging
    ) -> Page[DriftItem]:
        """Newest first. Raises `NotFound` where no version is active."""
        actor.require(guild_id, Right.DRIFT_READ)
        await self._guilds.known(actor, guild_id)
        active = await self._active.present_in(guild_id)
        rows = await self._items.page(active, wanted, paging)
        items = tuple(map(to_item, rows[: paging.limit]))
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def capture(self, actor: Actor, guild_id: Snowflake, *, note: str | None = None) -> TemplateVersion:
        """The guild as last seen as the next version of its active template, with the same keys, and the version's own
        text where the guild is as that says. Variables that stand nowhere any more are told in the note. It is a draft:
        what is active stays so until another version is made active. Needs the template to be the actor's. Raises
        `NotFound` where no version is active."""
        actor.require(guild_id, Right.DRIFT_WRITE)
        view = await self._guilds.seen(guild_id)
        active = await self._active.present_in(guild_id)
        version = await self._versions.get(SYSTEM, active.template_id, active.version)
        document = await self._active.document_of(active)
        bindings = await self._versions.bindings(guild_id, active.template_id)
        matched = diff(document, view.structure, bindings, view.powers, PlanOptions()).matched
        values = values_for(version.draft.variables, {}, active.values)
        taken = taken_over(
            version.draft, version.source, values, view.structure, known={**matched, **bindings}
        )
        if note is None:
            rows = await self._items.page(active, DriftFilter(), Paging())
            note = note_of(active.version, map(to_item, rows))
        draft = await self._versions.add(
            actor.unscoped(),
            active.template_id,
            taken.revision.draft,
            source=taken.revision.source,
            note=with_dropped(note, taken.dropped),
        )
        await self._versions.bind(guild_id, active.template_id, taken.bindings)
        return draft

    async def revert_basis(self, guild_id: Snowflake, payload: DriftRevertPayload) -> DriftBasis:
        """For the job that reverts. Raises `NotFound` where another version is active by now."""
        active = await self._active.of(guild_id)
        if active is None or (active.template_id, active.version) != (payload.template_id, payload.version):
            raise NotFound(
                "Another version is active in this guild by now: nothing is reverted to the old one."
            )
        return await self._basis(active, await self._options.of(guild_id))

    async def bind(self, basis: DriftBasis, ids: Mapping[str, Snowflake]) -> None:
        """What was made again is what its node is from now on."""
        await self._versions.bind(basis.active.guild_id, basis.active.template_id, ids)

    async def _basis(self, active: ActiveVersion, options: GuildOptions) -> DriftBasis:
        view = await self._guilds.view(SYSTEM, active.guild_id)
        rows = await self._items.of(active)
        return DriftBasis(
            active=active,
            document=await self._active.document_of(active),
            bindings=await self._versions.bindings(active.guild_id, active.template_id),
            options=options,
            structure=view.structure,
            powers=view.powers,
            revision=view.guild.revision,
            known={name: row.found for name, row in rows.items() if row.settled_at is None},
        )

    async def _keep(
        self, basis: DriftBasis, rows: dict[str, DriftItemModel], finding: Finding
    ) -> DriftItemModel | None:
        """The row, where it was opened by this."""
        deviation, row = finding.deviation, rows.get(finding.deviation.identity)
        if row is not None and row.settled_at is None and row.found == deviation.found:
            return None
        was_open = row is not None and row.state == "open"
        said = {
            "what": deviation.what,
            "kind": deviation.kind,
            "object_id": deviation.id,
            "key": deviation.key,
            "name": deviation.name,
            "field": deviation.field,
            "wanted": deviation.wanted,
            "found": deviation.found,
            "state": "accepted" if finding.is_ours else "open",
            "user_id": finding.user_id,
            "user_name": finding.user_name,
            "at": finding.at,
            "settled_at": None,
        }
        if row is None:
            row = await self._items.add(
                DriftItemModel(
                    guild_id=basis.active.guild_id,
                    template_id=basis.active.template_id,
                    version=basis.active.version,
                    identity=deviation.identity,
                    times=1,
                    reverts=(),
                    **said,
                )
            )
            rows[deviation.identity] = row
        else:
            row.times += not was_open
            for name, value in said.items():
                setattr(row, name, value)
        return row if row.state == "open" and not was_open else None

    def _settle(self, rows: dict[str, DriftItemModel], found: Collection[str]) -> None:
        for row in rows.values():
            if row.settled_at is None and row.identity not in found:
                row.state = "resolved" if row.revert_job_id is None else "reverted"
                row.settled_at = self._clock()
                row.revert_job_id = None

    async def _revert(
        self, basis: DriftBasis, there: Sequence[DriftItemModel], fresh: Sequence[DriftItemModel]
    ) -> Sequence[DriftItemModel]:
        """Asks to revert what may be; answers what is to be told of instead."""
        now, guild_id = self._clock(), basis.active.guild_id
        for row in there:
            row.reverts = recent(row.reverts, now)
        candidates = [_candidate(row) for row in there]
        given_up = {each.identity for each in candidates if each.is_given_up}
        told = [row for row in there if row in fresh or (row.identity in given_up and row.revert_job_id)]
        for row in there:
            if row.identity in given_up:
                row.revert_job_id = None
        chosen = revertible(candidates)
        if chosen and not await self._jobs.is_open(DRIFT_REVERT, guild_id):
            job = await self._jobs.ask(
                SYSTEM,
                DRIFT_REVERT,
                _payload(basis, chosen, left_alone(candidates, chosen)),
                guild_id=guild_id,
                on_conflict="queue",
            )
            identities = {each.identity for each in chosen}
            for row in there:
                if row.identity in identities:
                    row.reverts = (*row.reverts, now)
                    row.revert_job_id = job.id
        names = {each.identity for each in chosen}
        return [row for row in told if row.identity not in names]

    async def _tell(
        self, guild_id: Snowflake, channel_id: Snowflake | None, rows: Sequence[DriftItemModel]
    ) -> None:
        """One message for all of them."""
        if rows and channel_id is not None:
            text = alert_text([to_item(row) for row in rows])
            await self._actions.request(SYSTEM, guild_id, MessageSend(channel_id=channel_id, content=text))


def _candidate(row: DriftItemModel) -> Candidate:
    return Candidate(
        identity=row.identity,
        what=msgspec.convert(row.what, What),
        kind=row.kind,
        key=row.key,
        field=row.field,
        reverts=len(row.reverts),
    )


def _payload(
    basis: DriftBasis, chosen: Collection[Candidate], left: tuple[LeftField, ...]
) -> DriftRevertPayload:
    return DriftRevertPayload(
        template_id=basis.active.template_id,
        version=basis.active.version,
        nodes=tuple(dict.fromkeys(each.node for each in chosen if each.node is not None)),
        guild=any(each.kind == "guild" for each in chosen),
        left=left,
    )


def to_item(model: DriftItemModel) -> DriftItem:
    names = (name for name in DriftItem.__struct_fields__ if name != "reverts")
    plain = {name: getattr(model, name) for name in names}
    return msgspec.convert({**plain, "reverts": len(model.reverts)}, DriftItem)

"""Two guilds with one of everything in each, and somebody of each role."""

from typing import Any
from uuid import UUID

import msgspec

from core.actor import Actor, GuildPermissions
from core.discord.permissions import Permission
from core.guilds.jobs import SYNC, SyncPayload
from tests.api.announcing import announcement_in, posted
from tests.api.matrix.outcomes import Cell
from tests.api.matrix.table import ROLES, TABLE, Role
from tests.api.people import ADMIN, MODERATOR, Someone, someone
from tests.api.world import DOCUMENT, Api
from tests.simulator.pictures import png

BITS: dict[Role, int] = {"user": 0, "moderator": MODERATOR, "admin": ADMIN}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A guild, and what there is of it."""

    guild_id: str
    snapshot_id: str
    callback_id: str
    delivery_id: str
    schedule_id: str
    announcement_id: str
    post_id: str
    plan_id: str
    template_id: str
    job_id: str


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the askers has. The session and the token have been ended already."""

    person: Someone
    template_id: str
    job_id: str
    session_id: str
    token_id: str


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """`target` is a user of both guilds to whom that was granted. The templates are the colleague's."""

    api: Api
    here: Place
    elsewhere: Place
    askers: dict[Role, Own]
    colleague: Own
    target: Someone
    private_template_id: str
    public_template_id: str
    job_of_no_guild_id: str
    image_hash: str

    def place(self, cell: Cell) -> Place:
        return self.elsewhere if cell.resource == "elsewhere" else self.here

    def template_id(self, cell: Cell) -> str:
        match cell.resource:
            case "own":
                return self.askers[cell.role].template_id
            case "colleague's":
                return self.private_template_id
            case "no guild":
                return self.public_template_id
            case _:
                return self.place(cell).template_id

    def job_id(self, cell: Cell) -> str:
        match cell.resource:
            case "own":
                return self.askers[cell.role].job_id
            case "no guild":
                return self.job_of_no_guild_id
            case _:
                return self.place(cell).job_id

    def names(self, cell: Cell) -> dict[str, str]:
        """What stands in paths."""
        is_of_others = TABLE[cell.operation].kind == "installation"
        own = self.colleague if is_of_others else self.askers[cell.role]
        return {
            **{name: str(value) for name, value in msgspec.structs.asdict(self.place(cell)).items()},
            "template_id": self.template_id(cell),
            "job_id": self.job_id(cell),
            "number": "1",
            "account_id": (own.person if is_of_others else self.target).account_id,
            "session_id": own.session_id,
            "token_id": own.token_id,
            "image_hash": self.image_hash,
        }


async def scene(api: Api) -> Scene:
    colleague = await someone(api, "colleague")
    here, elsewhere = [await place(api, colleague) for _ in range(2)]
    target = await someone(api, "target", here.guild_id)
    await target.is_in(elsewhere.guild_id)
    for each in (here, elsewhere):
        await grant(api, each.guild_id, target)
    askers: dict[Role, Own] = {}
    for role in ROLES:
        askers[role] = await own(api, await _asker(api, role, here.guild_id), here.guild_id)
    async with api.database.unit() as unit:
        await unit.accounts.note_application_owners(frozenset({askers["owner"].person.user_id}))
    of_no_guild = await _job(api, colleague.actor, here.guild_id)
    await api.execute(f"UPDATE jobs SET guild_id = NULL WHERE id = '{of_no_guild}'")
    image = await api.post("/images", content=png(), headers={"Content-Type": "image/png"})
    return Scene(
        api=api,
        here=here,
        elsewhere=elsewhere,
        askers=askers,
        colleague=await own(api, colleague, here.guild_id),
        target=target,
        private_template_id=await template(colleague),
        public_template_id=await template(colleague, visibility="public"),
        job_of_no_guild_id=of_no_guild,
        image_hash=_made(image)["hash"],
    )


def label(word: str = "ours") -> str:
    """Of a place's snapshot."""
    return f"as it was with {word}"


async def grant(api: Api, guild_id: str, person: Someone) -> None:
    answer = await api.client.put(
        f"/api/v1/guilds/{guild_id}/access/{person.account_id}", json={"role": "user"}
    )
    assert answer.is_success, answer.text


async def activate(api: Api, guild_id: str, template_id: str) -> None:
    answer = await api.client.put(
        f"/api/v1/guilds/{guild_id}/active-version", json={"template_id": template_id}
    )
    assert answer.is_success, answer.text


async def place(api: Api, colleague: Someone, *, word: str = "ours") -> Place:
    """A new guild of the colleague's; `word` stands in all that can be named."""
    guild_id = await api.guild()
    await colleague.is_in(guild_id, ADMIN)
    snapshot_id = str(await api.capture(guild_id))
    snapshot = await api.client.patch(
        f"/api/v1/guilds/{guild_id}/snapshots/{snapshot_id}", json={"label": label(word)}
    )
    assert snapshot.is_success, snapshot.text
    template_id = await template(colleague, name=f"Of {word}", visibility="guild", guild_id=guild_id)
    wanted = {"url": f"https://hooks.example.invalid/{word}", "events": ["job.settled"]}
    callback = _made(await api.post(f"/guilds/{guild_id}/callbacks", json=wanted))["id"]
    delivery = _made(await api.post(f"/callbacks/{callback}/test"))["id"]
    disabled = await api.client.patch(
        f"/api/v1/callbacks/{callback}",
        json={"enabled": False},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert disabled.is_success, disabled.text
    # Whoever is sending it right now must not settle it afterwards.
    await api.execute(
        "UPDATE callback_deliveries SET state = 'failed', next_attempt_at = NULL, ended_at = now(),"
        f" claims = claims + 1, lease_until = NULL WHERE id = '{delivery}'"
    )
    # It waits for somebody's approval, and its message is gone: neither is it posted, nor is that changed.
    announcement = await announcement_in(
        api, guild_id, author=colleague, name=f"Of {word}", content=f"Ahoy from {word}", needs_approval=True
    )
    plan = await api.post(f"/guilds/{guild_id}/plans", json={"template_id": template_id})
    await activate(api, guild_id, template_id)
    return Place(
        guild_id=guild_id,
        snapshot_id=snapshot_id,
        callback_id=callback,
        delivery_id=delivery,
        schedule_id=await _schedule(api, colleague, guild_id, word),
        announcement_id=announcement["id"],
        post_id=await posted(api, announcement, deleted=True),
        plan_id=_made(plan)["id"],
        template_id=template_id,
        job_id=await _job(api, colleague.actor, guild_id),
    )


async def _asker(api: Api, role: Role, guild_id: str) -> Someone:
    return await someone(api, role, guild_id if role in BITS else None, BITS.get(role, 0))


async def own(api: Api, person: Someone, guild_id: str) -> Own:
    token = _made(await person.ask("POST", "/me/tokens", json={"name": "over"}))["token"]["id"]
    session = (await person.get("/me/sessions")).json()["items"][0]["id"]
    for path in (f"/me/tokens/{token}", f"/me/sessions/{session}"):
        answer = await person.ask("DELETE", path)
        assert answer.status_code == 204, answer.text
    return Own(
        person=person,
        template_id=await template(person),
        job_id=await _job(api, person.actor, guild_id),
        session_id=session,
        token_id=token,
    )


async def template(person: Someone, **fields: Any) -> str:
    body = {"name": "Ours", "document": DOCUMENT, **fields}
    return _made(await person.ask("POST", "/templates", json=body))["id"]


async def _schedule(api: Api, owner: Someone, guild_id: str, word: str) -> str:
    """One that has ended and of which a run is open for ever: it can be neither paused nor resumed nor run."""
    wanted = {
        "name": f"Of {word}",
        "payload": {"kind": "guild.sync"},
        "trigger": {"type": "cron", "expression": "0 0 1 1 *"},
    }
    schedule = _made(await owner.ask("POST", f"/guilds/{guild_id}/schedules", json=wanted))["id"]
    run = _made(await owner.ask("POST", f"/schedules/{schedule}/run"))
    await api.execute(
        f"UPDATE schedule_runs SET job_id = NULL WHERE id = '{run['id']}'",
        f"UPDATE schedules SET state = 'ended', next_at = NULL, due_at = NULL WHERE id = '{schedule}'",
    )
    await end(api, run["job_id"])
    return schedule


async def _job(api: Api, asker: Actor, guild_id: str) -> str:
    """That is over; asked for when the asker was more than they are now."""
    then = GuildPermissions(guild_id=guild_id, bits=int(Permission.ADMINISTRATOR))
    async with api.database.unit() as unit:
        job = await unit.jobs.ask(
            msgspec.structs.replace(asker, in_guild=then), SYNC, SyncPayload(), guild_id=guild_id
        )
    await end(api, job.id)
    return str(job.id)


async def end(api: Api, job_id: UUID | str) -> None:
    await api.execute(
        "UPDATE jobs SET state = 'succeeded', waiting_for = NULL, resume_at = NULL, finished_at = now()"
        f" WHERE id = '{job_id}'"
    )


def _made(answer: Any) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return answer.json()

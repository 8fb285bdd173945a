"""Who may use a command in a guild: set by people, read by bots, and kept to when somebody uses it."""

from typing import Any

import disnake
import pytest
from disnake.ext import commands
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator
from bot.simulator.command_access import Access, may_use
from bot.simulator.permissions import ADMINISTRATOR, BITS
from bot.simulator.state import Channel, Guild, Member, Role
from tests.simulator.calls import Control, Rest, heard_by, until
from tests.simulator.clients import OAuth2Client
from tests.simulator.conftest import Connect, MakeTwins

ROLE, USER, CHANNEL = 1, 2, 3
UPDATE = "applications.commands.permissions.update"

# The flowchart, read step by step into questions; the answers come from Access.

GUILD, MEMBER, HERE, ONE, TWO = 100, 7, 50, 20, 21
USE, BAN = BITS["USE_APPLICATION_COMMANDS"] | BITS["VIEW_CHANNEL"], BITS["BAN_MEMBERS"]
levels = st.dictionaries(
    st.sampled_from(
        [
            (HERE, CHANNEL),
            (51, CHANNEL),
            (GUILD - 1, CHANNEL),
            (MEMBER, USER),
            (8, USER),
            (ONE, ROLE),
            (TWO, ROLE),
            (22, ROLE),
            (GUILD, ROLE),
        ]
    ),
    st.booleans(),
)


def channel_step(command: dict[Any, bool], app: dict[Any, bool]) -> bool:
    for level in (command, app):
        if (HERE, CHANNEL) in level:
            return level[HERE, CHANNEL]
        if (GUILD - 1, CHANNEL) in level:
            return level[GUILD - 1, CHANNEL]
    return True


def person_step(level: dict[Any, bool], roles: list[int]) -> bool | None:
    if (MEMBER, USER) in level:
        return level[MEMBER, USER]
    if any((role, ROLE) in level for role in roles):
        return any(level.get((role, ROLE)) for role in roles)
    if (GUILD, ROLE) in level:
        return level[GUILD, ROLE]
    return None


@given(
    command=levels,
    app=levels,
    roles=st.lists(st.sampled_from([ONE, TWO]), unique=True),
    asked=st.sampled_from([None, "0", str(BAN)]),
    held=st.sampled_from([USE, USE | BAN, ADMINISTRATOR, BAN]),
)
def test_permissions_count_in_the_order_of_the_flowchart(
    command: dict[Any, bool], app: dict[Any, bool], roles: list[int], asked: str | None, held: int
) -> None:
    guild = Guild(GUILD, "g", owner_id=1)
    guild.roles = {GUILD: Role(GUILD, "@everyone", held), ONE: Role(ONE, "one"), TWO: Role(TWO, "two")}
    channel = Channel(HERE, GUILD, 0, "here")
    member = Member(MEMBER, "2026-01-01T00:00:00+00:00", roles)
    found = may_use(
        Access(guild, command, app), member, channel, {"default_member_permissions": asked}, now=0
    )

    def expected() -> bool:
        if held == ADMINISTRATOR:
            return True
        if not held & USE or not channel_step(command, app):
            return False
        if (decided := person_step(command, roles)) is not None:
            return decided
        if person_step(app, roles) is False:
            return False
        return asked is None or (asked != "0" and bool(held & int(asked)))

    if held == BAN:
        assert not found, "without USE_APPLICATION_COMMANDS nothing can be used"
    else:
        assert found == expected()


def test_a_thread_is_as_the_channel_it_is_in() -> None:
    guild = Guild(GUILD, "g", owner_id=1)
    thread = Channel(60, GUILD, 11, "thread", parent_id=HERE)
    assert not Access(guild, {(HERE, CHANNEL): False}, {}).allows_channel(thread)
    assert Access(guild, {(60, CHANNEL): False}, {}).allows_channel(thread)


# Setting them

SPEC: dict[str, Any] = {
    "owner": "ada",
    "roles": [
        {"name": "Crew"},
        {"name": "Mods", "permissions": ["MANAGE_GUILD", "MANAGE_ROLES", "MANAGE_CHANNELS"]},
        {"name": "High", "permissions": ["MANAGE_GUILD"]},
    ],
    "channels": [
        {"name": "deck"},
        {"name": "hidden", "permission_overwrites": [{"role": "@everyone", "deny": ["VIEW_CHANNEL"]}]},
    ],
    "members": [
        {"username": "grace", "roles": ["Mods"]},
        {"username": "linus", "roles": ["Crew"]},
        {"username": "barbara", "roles": ["High"]},
    ],
}


NICKNAMES = {"all": "*", "everyone": "@everyone"}


class Helm:
    """One guild with one command, its permissions path, and ways to set and to use it."""

    def __init__(self, rest: Rest, sim: Control, made: dict[str, Any], command: dict[str, Any]) -> None:
        self.rest, self.sim, self.made = rest, sim, made
        self.app, self.command = command["application_id"], command["id"]
        self.base = f"/applications/{self.app}/guilds/{made['id']}/commands"
        self.path = f"{self.base}/{self.command}/permissions"

    def entry(self, name: str, permission: bool) -> dict[str, Any]:
        """For a member, a role or a channel, by name; * is all channels."""
        if name == "*":
            return {"id": str(int(self.made["id"]) - 1), "type": CHANNEL, "permission": permission}
        for key, kind in (("members", USER), ("roles", ROLE), ("channels", CHANNEL)):
            if name in self.made[key]:
                return {"id": self.made[key][name], "type": kind, "permission": permission}
        raise KeyError(name)

    async def set(self, path: str | None = None, **wanted: bool) -> None:
        body = {
            "permissions": [self.entry(NICKNAMES.get(name, name), value) for name, value in wanted.items()]
        }
        answer = await self.sim.edit("ada", "PUT", path or self.path, body)
        assert answer["status"] == 200, answer

    async def usable(self, user: str, channel: str = "deck") -> bool:
        asked = {"guild_id": self.made["id"], "user": user, "channel": channel, "type": "command"}
        answer = await self.sim._http.post("/_sim/interactions", json=asked | {"name": "steer", "timeout": 0})
        assert answer.status_code in (200, 403), answer.text
        return answer.status_code == 200


@pytest.fixture
async def helm(rest: Rest, sim: Control, simulator: Simulator) -> Helm:
    made = await sim.guild(**SPEC)
    path = f"/applications/{simulator.world.application.id}/commands"
    return Helm(rest, sim, made, await rest.ok("POST", path, {"name": "steer", "description": "d"}))


async def test_what_is_set_is_kept_to(helm: Helm) -> None:
    assert await helm.usable("linus")
    await helm.set(Crew=False)
    assert not await helm.usable("linus")
    assert await helm.usable("grace")
    await helm.set(Crew=False, linus=True)
    assert await helm.usable("linus")
    await helm.set(everyone=False)
    assert not await helm.usable("linus")
    assert await helm.usable("ada"), "administrators may use every command"
    await helm.set(deck=False)
    assert not await helm.usable("grace")
    await helm.set(all=False, deck=True)
    assert await helm.usable("linus")


async def test_the_command_overrides_the_application_and_its_own_default(helm: Helm) -> None:
    app = helm.path.replace(helm.command, helm.app)
    await helm.set(app, Crew=False)
    assert not await helm.usable("linus")
    await helm.set(linus=True)
    assert await helm.usable("linus")
    await helm.set()
    await helm.set(app, Crew=True)
    one = f"/applications/{helm.app}/commands/{helm.command}"
    await helm.rest.ok("PATCH", one, {"default_member_permissions": "0"})
    assert not await helm.usable("linus"), "allowed by the application, the default still counts"
    await helm.set(Crew=True)
    assert await helm.usable("linus")


async def test_age_restricted_commands_are_for_such_channels(helm: Helm) -> None:
    await helm.rest.ok("PATCH", f"/applications/{helm.app}/commands/{helm.command}", {"nsfw": True})
    assert not await helm.usable("ada")
    await helm.rest.ok("PATCH", f"/channels/{helm.made['channels']['deck']}", {"nsfw": True})
    assert await helm.usable("linus")


async def test_a_command_for_other_places_is_not_in_a_guild(helm: Helm) -> None:
    await helm.rest.ok("PATCH", f"/applications/{helm.app}/commands/{helm.command}", {"contexts": [1]})
    assert not await helm.usable("ada")


async def test_bots_read_and_people_write(helm: Helm, app: OAuth2Client) -> None:
    assert await helm.rest.refused("GET", helm.path) == (404, 10066)
    assert await helm.rest.ok("GET", f"{helm.base}/permissions") == []
    wanted = {"permissions": [helm.entry("Crew", permission=False), helm.entry("*", permission=True)]}
    assert await helm.rest.refused("PUT", helm.path, wanted) == (403, 20001)
    bearer = await app.bearer("grace", UPDATE)
    found = await helm.rest.ok("PUT", helm.path, wanted, **bearer)
    assert found == {
        "id": helm.command,
        "application_id": helm.app,
        "guild_id": helm.made["id"],
        "permissions": wanted["permissions"],
    }
    for headers in ({}, bearer):
        assert await helm.rest.ok("GET", helm.path, **headers) == found
        assert await helm.rest.ok("GET", f"{helm.base}/permissions", **headers) == [found]
    assert await helm.rest.ok("PUT", helm.path, {"permissions": []}, **bearer) == found | {"permissions": []}
    assert await helm.rest.refused("GET", helm.path) == (404, 10066)


async def test_one_needs_the_scope_and_both_permissions(helm: Helm, app: OAuth2Client) -> None:
    wanted = {"permissions": [helm.entry("Crew", permission=False)]}
    for user, scope, status, code in (
        ("grace", "identify", 403, 50026),
        ("linus", UPDATE, 403, 50013),
        ("barbara", UPDATE, 403, 50013),
        ("owner", UPDATE, 403, 50001),
    ):
        answer = await helm.rest("PUT", helm.path, wanted, **await app.bearer(user, scope))
        assert (answer.status_code, answer.json()["code"]) == (status, code), user
    answer = await helm.sim.edit("linus", "PUT", helm.path, wanted)
    assert (answer["status"], answer["body"]["code"]) == (403, 50013)


async def test_one_manages_only_what_one_may(helm: Helm) -> None:
    async def code(name: str) -> int | None:
        body = {"permissions": [helm.entry(name, permission=True)]}
        answer = await helm.sim.edit("grace", "PUT", helm.path, body)
        return answer["body"].get("code")

    assert [await code(name) for name in ("Crew", "Mods", "grace", "linus", "deck", "*")] == [None] * 6
    assert [await code(name) for name in ("High", "barbara", "ada")] == [50013] * 3
    assert await code("hidden") == 50001
    for kind, expected in ((ROLE, 10011), (USER, 10013), (CHANNEL, 10003)):
        body = {"permissions": [{"id": "1", "type": kind, "permission": True}]}
        answer = await helm.sim.edit("ada", "PUT", helm.path, body)
        assert answer["body"]["code"] == expected


async def test_who_cannot_use_a_command_cannot_open_it(helm: Helm) -> None:
    await helm.set(Mods=False)
    answer = await helm.sim.edit("grace", "PUT", helm.path, {"permissions": []})
    assert answer["body"]["code"] == 50013
    await helm.set()
    answer = await helm.sim.edit("grace", "PUT", helm.path, {"permissions": []})
    assert answer["status"] == 200


@pytest.mark.parametrize(
    ("permissions", "field"),
    [
        ([{"id": "1", "type": 4, "permission": True}], "0"),
        ([{"id": "1", "type": 1}], "0"),
        ([{"type": 1, "permission": True}], "0"),
        ([{"id": "1", "type": 1, "permission": "yes"}], "0"),
        ([{"id": "1", "type": 2, "permission": True}] * 2, "1"),
        ([{"id": str(n), "type": 2, "permission": True} for n in range(101)], "_errors"),
    ],
)
async def test_a_wrong_set_is_refused(
    helm: Helm, app: OAuth2Client, permissions: list[dict[str, Any]], field: str
) -> None:
    answer = await helm.rest(
        "PUT", helm.path, {"permissions": permissions}, **await app.bearer("ada", UPDATE)
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert list(answer.json()["errors"]["permissions"]) == [field]
    assert await helm.rest.refused("GET", helm.path) == (404, 10066)


async def test_unknown_commands_have_none(helm: Helm) -> None:
    for method in ("GET", "PUT"):
        answer = await helm.sim.edit("ada", method, helm.path.replace(helm.command, "1"), {})
        assert answer["body"]["code"] == 10063


@pytest.mark.parametrize("way", ["rename", "delete", "overwrite"])
async def test_a_command_that_is_renamed_or_deleted_loses_them(helm: Helm, way: str) -> None:
    await helm.set(Crew=False)
    every = f"/applications/{helm.app}/commands"
    if way == "rename":
        await helm.rest.ok("PATCH", f"{every}/{helm.command}", {"description": "other"})
        assert await helm.rest.ok("GET", helm.path)
        await helm.rest.ok("PATCH", f"{every}/{helm.command}", {"name": "row"})
    elif way == "delete":
        await helm.rest.ok("DELETE", f"{every}/{helm.command}")
    else:
        await helm.rest.ok("PUT", every, [])
    assert await helm.rest.ok("GET", f"{helm.base}/permissions") == []


async def test_disnake_hears_reads_and_finds_them_in_the_log(
    connect: Connect, helm: Helm, app: OAuth2Client, twins: MakeTwins
) -> None:
    bot = commands.InteractionBot(
        intents=disnake.Intents.all(),
        guild_ready_timeout=0.1,
        command_sync_flags=commands.CommandSyncFlags.none(),
    )
    heard = heard_by(bot, "on_application_command_permissions_update")
    async with connect(bot):
        both = twins(bot)
        guild = bot.get_guild(int(helm.made["id"]))
        assert guild is not None
        bearer = await app.bearer("grace", UPDATE)
        wanted = {"permissions": [helm.entry("Crew", permission=False), helm.entry("deck", permission=True)]}
        await helm.rest.ok("PUT", helm.path, wanted, X_Audit_Log_Reason="storm", **bearer)
        await until(lambda: heard)
        await both.agree()
        crew = guild.get_role(int(helm.made["roles"]["Crew"]))
        deck = guild.get_channel(int(helm.made["channels"]["deck"]))
        assert crew is not None
        assert deck is not None
        fetched = await bot.fetch_command_permissions(guild.id, int(helm.command))
        for found in (heard[0], fetched):
            assert found.id == int(helm.command)
            assert {each.id: (each.type.value, each.permission) for each in found.permissions} == {
                crew.id: (1, False),
                deck.id: (3, True),
            }
        assert [each.id for each in await bot.bulk_fetch_command_permissions(guild.id)] == [fetched.id]
        await helm.rest.ok("PUT", helm.path, wanted, **bearer)
        changed = {"permissions": [helm.entry("Crew", permission=True)]}
        await helm.rest.ok("PUT", helm.path, changed, **bearer)
        await until(lambda: len(heard) == 2)
        await both.agree()
        action = disnake.AuditLogAction.application_command_permission_update
        last, first = [entry async for entry in guild.audit_logs(action=action)]
        assert (str(first.user), first.reason) == ("grace", "storm")
        target = first.target
        assert target is not None
        assert target.id == int(helm.command)
        assert set(first.after.command_permissions) == {crew.id, deck.id}
        assert first.before.command_permissions == {}
        assert {key: each.permission for key, each in last.before.command_permissions.items()} == {
            crew.id: False,
            deck.id: True,
        }
        assert {key: each.permission for key, each in last.after.command_permissions.items()} == {
            crew.id: True
        }


async def test_the_event_needs_no_intent(connect: Connect, helm: Helm) -> None:
    bot = disnake.Client(intents=disnake.Intents.none(), guild_ready_timeout=0.1)
    heard = heard_by(bot, "on_application_command_permissions_update")
    async with connect(bot):
        await helm.set(helm.path.replace(helm.command, helm.app), Crew=False)
        await until(lambda: heard)
        assert heard[0].id == int(helm.app)

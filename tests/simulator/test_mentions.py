"""Whom a message pings: what its text names, what it allows, and what its author may."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator, build, drafts
from bot.simulator.forms import Form
from bot.simulator.permissions import ALL, MENTION_EVERYONE
from bot.simulator.specs import SpecReader
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.test_messages import words

SPEC: dict[str, Any] = {
    "channels": [{"name": "log"}],
    "roles": [{"name": "open", "mentionable": True}, {"name": "closed"}],
    "members": [{"username": "ada"}, {"username": "grace"}],
}


class Harbour:
    def __init__(self, made: Any) -> None:
        self.path = f"/channels/{made['channels']['log']}/messages"
        self.ada, self.grace = made["members"]["ada"], made["members"]["grace"]
        self.open, self.closed = made["roles"]["open"], made["roles"]["closed"]
        self.text = f"@everyone <@{self.ada}> <@!{self.grace}> <@&{self.open}> <@&{self.closed}>"


async def harbour(sim: Control, **spec: Any) -> Harbour:
    return Harbour(await sim.guild(**SPEC | spec))


def pings(message: Any) -> tuple[bool, set[str], set[str]]:
    return (
        message["mention_everyone"],
        {user["id"] for user in message["mentions"]},
        set(message["mention_roles"]),
    )


async def test_what_is_named_is_pinged(sim: Control, rest: Rest) -> None:
    port = await harbour(sim)
    sent = await rest.ok("POST", port.path, {"content": port.text})
    assert pings(sent) == (True, {port.ada, port.grace}, {port.open, port.closed})


async def test_everyone_and_closed_roles_need_a_permission(sim: Control, rest: Rest) -> None:
    port = await harbour(sim, bot_permissions=["VIEW_CHANNEL", "SEND_MESSAGES"])
    everything = {"parse": ["everyone", "users", "roles"]}
    for allowed in ({}, {"allowed_mentions": everything}):
        sent = await rest.ok("POST", port.path, {"content": port.text} | allowed)
        assert pings(sent) == (False, {port.ada, port.grace}, {port.open})


async def test_only_what_is_allowed_is_pinged(sim: Control, rest: Rest) -> None:
    port = await harbour(sim)
    both, roles = {port.ada, port.grace}, {port.open, port.closed}
    cases: list[tuple[dict[str, Any] | None, tuple[bool, set[str], set[str]]]] = [
        (None, (True, both, roles)),
        ({}, (False, set(), set())),
        ({"parse": []}, (False, set(), set())),
        ({"parse": ["everyone"]}, (True, set(), set())),
        ({"parse": ["users"]}, (False, both, set())),
        ({"parse": ["roles"], "users": [port.ada]}, (False, {port.ada}, roles)),
        ({"parse": ["users", "roles"], "users": [], "roles": None}, (False, both, roles)),
        ({"users": [port.grace, "1"], "roles": [port.closed]}, (False, {port.grace}, {port.closed})),
    ]
    for allowed, expected in cases:
        sent = await rest.ok("POST", port.path, {"content": port.text, "allowed_mentions": allowed})
        assert pings(sent) == expected, allowed


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (
            {"parse": ["users"], "users": ["1"]},
            {"allowed_mentions": "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
        ),
        (
            {"parse": ["roles"], "roles": ["1"]},
            {"allowed_mentions": "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
        ),
        (
            {"users": [str(each) for each in range(101)]},
            {"allowed_mentions.users": "BASE_TYPE_MAX_LENGTH"},
        ),
        ({"parse": ["here"]}, {"allowed_mentions.parse.0": "BASE_TYPE_CHOICES"}),
        ({"roles": ["x"]}, {"allowed_mentions.roles.0": "NUMBER_TYPE_COERCE"}),
    ],
)
async def test_contradictions_are_refused(
    sim: Control, rest: Rest, allowed: dict[str, Any], expected: dict[str, str]
) -> None:
    port = await harbour(sim)
    assert await words(rest, port.path, {"content": "x", "allowed_mentions": allowed}) == expected


async def test_who_is_replied_to_is_pinged_unless_something_else_is_said(sim: Control, rest: Rest) -> None:
    port = await harbour(sim)
    first = (await sim.edit("ada", "POST", port.path, {"content": "first"}))["body"]
    reply = {"content": f"<@{port.grace}>", "message_reference": {"message_id": first["id"]}}
    for allowed, expected in (
        (None, {port.ada, port.grace}),
        ({"parse": ["users"]}, {port.grace}),
        ({"replied_user": True}, {port.ada}),
        ({"parse": ["users"], "replied_user": True}, {port.ada, port.grace}),
        ({"users": [port.ada]}, set()),
    ):
        sent = await rest.ok("POST", port.path, reply | {"allowed_mentions": allowed})
        assert pings(sent)[1] == expected, allowed


async def test_an_edit_of_the_text_counts_anew_and_another_does_not(sim: Control, rest: Rest) -> None:
    port = await harbour(sim)
    sent = await rest.ok("POST", port.path, {"content": f"<@{port.ada}>", "allowed_mentions": {"parse": []}})
    one = f"{port.path}/{sent['id']}"
    assert pings(await rest.ok("PATCH", one, {"embeds": [{"title": "t"}]}))[1] == set()
    assert pings(await rest.ok("PATCH", one, {"content": f"<@{port.ada}> !"}))[1] == {port.ada}
    edit = {"content": f"<@{port.ada}> ?", "allowed_mentions": {"users": [port.grace]}}
    assert pings(await rest.ok("PATCH", one, edit))[1] == set()


async def test_text_displays_ping_and_code_does_not(sim: Control, rest: Rest) -> None:
    port = await harbour(sim)
    shown = [{"type": 17, "components": [{"type": 10, "content": port.text}]}]
    sent = await rest.ok("POST", port.path, {"flags": 1 << 15, "components": shown})
    assert pings(sent) == (True, {port.ada, port.grace}, {port.open, port.closed})
    emptied = [{"type": 10, "content": "x"}]
    assert pings(await rest.ok("PATCH", f"{port.path}/{sent['id']}", {"components": emptied}))[1] == set()
    for quiet in (f"`{port.text}`", f"```\n{port.text}\n```"):
        assert pings(await rest.ok("POST", port.path, {"content": quiet})) == (False, set(), set())


async def test_an_event_has_the_mentioned_as_members(sim: Control, rest: Rest, simulator: Simulator) -> None:
    port = await harbour(sim)
    stranger = (await sim("POST", "/users", {"username": "eve"}))["id"]
    ear = Ear(simulator)
    sent = await rest.ok("POST", port.path, {"content": f"<@{port.ada}> <@{stranger}> <@12345>"})
    [(_, told)] = ear.take("MESSAGE_CREATE")
    assert [(user["username"], "member" in user) for user in told["mentions"]] == [
        ("ada", True),
        ("eve", False),
    ]
    assert "user" not in told["mentions"][0]["member"]
    assert ["member" in user for user in sent["mentions"]] == [False, False]


async def test_a_response_pings_people_only_unless_it_says_more(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(**SPEC, bot_permissions=["VIEW_CHANNEL"])
    port, app = Harbour(made), simulator.world.application.id
    await rest.ok("POST", f"/applications/{app}/commands", {"name": "hello", "description": "d"})
    asked = {"guild_id": made["id"], "user": "ada", "type": "command", "name": "hello", "timeout": 0}
    begun = await sim("POST", "/interactions", asked)
    token = simulator.world.interactions.by_id[int(begun["id"])].token
    answer = {"type": 4, "data": {"content": port.text, "embeds": [{"title": "t"}]}}
    await rest.ok("POST", f"/interactions/{begun['id']}/{token}/callback", answer)
    original = f"/webhooks/{app}/{token}/messages/@original"
    first = await rest.ok("GET", original)
    assert pings(first) == (False, {port.ada, port.grace}, set())
    assert [embed["title"] for embed in first["embeds"]] == ["t"]
    more = {"content": port.text, "allowed_mentions": {"parse": ["roles", "everyone"]}}
    assert pings(await rest.ok("PATCH", original, more)) == (False, set(), {port.open})


kinds = st.lists(st.sampled_from(["users", "roles", "everyone"]), unique=True)
pieces = st.lists(st.integers(0, 5), max_size=8)


@given(parse=kinds, listed=st.tuples(st.booleans(), st.booleans()), pieces=pieces, mighty=st.booleans())
async def test_nothing_is_pinged_that_is_not_named_allowed_and_permitted(
    parse: list[str], listed: tuple[bool, bool], pieces: list[int], mighty: bool
) -> None:
    world = build().world
    guild = SpecReader(world, {"name": "g", **SPEC}).build()
    users = [key for key in guild.members if world.users[key].username in ("ada", "grace")]
    roles = [role for role in guild.roles.values() if role.name in ("open", "closed")]
    marks = [f"<@{key}>" for key in users] + [f"<@&{role.id}>" for role in roles] + ["@here", "@everyone"]
    allowed: dict[str, Any] = {"parse": parse}
    if listed[0] and "users" not in parse:
        allowed["users"] = [str(users[0])]
    if listed[1] and "roles" not in parse:
        allowed["roles"] = [str(role.id) for role in roles]
    content = "x " + " ".join(marks[each] for each in pieces)
    blank = drafts.new_message(world, next(iter(guild.channels.values())), world.bot.id)
    powers = ALL if mighty else ALL & ~MENTION_EVERYONE
    form = Form({"content": content, "allowed_mentions": allowed})
    draft = drafts.write(form, blank, guild, world, powers=powers)
    named = set(pieces)
    assert set(draft.mentions) == {
        key
        for place, key in enumerate(users)
        if place in named and ("users" in parse or str(key) in allowed.get("users", ()))
    }
    assert set(draft.mention_roles) == {
        role.id
        for place, role in zip(itertools.count(2), roles, strict=False)
        if place in named
        and (role.mentionable or mighty)
        and ("roles" in parse or str(role.id) in allowed.get("roles", ()))
    }
    assert draft.mention_everyone == (bool({4, 5} & named) and mighty and "everyone" in parse)

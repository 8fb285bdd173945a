"""Whatever orders of channels and roles are sent, nothing else moves."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator, build
from bot.simulator import payloads as shapes
from bot.simulator.errors import Refusal
from bot.simulator.routes import TABLE
from bot.simulator.routing import Call, perform
from bot.simulator.specs import SpecReader
from bot.simulator.state import Guild
from bot.simulator.world import World
from tests.simulator.ears import Ear


def order(world: World, guild: Guild, what: str, body: list[Any]) -> None:
    """One call of the bot's, in process."""
    path = f"/guilds/{guild.id}/{what}"
    route, params = TABLE.find("PATCH", path)
    call = Call(world, world.application.bot_id, "PATCH", route, path, params, body=body)
    perform(call, via="rest")


def built(spec: dict[str, Any]) -> tuple[Simulator, Guild]:
    simulator = build()
    whole: dict[str, Any] = {"name": "Harbour"} | spec
    return simulator, SpecReader(simulator.world, whole).build()


CHANNELS: list[dict[str, Any]] = [
    {"name": "A", "type": 4, "permission_overwrites": [{"role": "@everyone", "deny": "1024"}]},
    {"name": "B", "type": 4},
    *({"name": f"c{number}", "parent": "AB"[number % 2], "topic": "t"} for number in range(4)),
    {"name": "v", "type": 2},
    {"name": "loose"},
]
indices = st.integers(0, len(CHANNELS) - 1)
moves = st.lists(
    st.tuples(indices, st.none() | st.integers(0, 9)), max_size=8, unique_by=lambda each: each[0]
)
parents = st.none() | st.tuples(st.integers(2, len(CHANNELS) - 1), st.sampled_from([0, 1, None]))


@given(calls=st.lists(st.tuples(moves, parents), max_size=5))
def test_any_channel_orders_leave_only_places_and_parents_changed(calls: list[Any]) -> None:
    simulator, guild = built({"channels": CHANNELS})
    ids, ear = list(guild.channels), Ear(simulator)
    for placed, reparented in calls:
        before = {each: shapes.channel(channel) for each, channel in guild.channels.items()}
        wanted = {each: dict(body) for each, body in before.items()}
        body: list[dict[str, Any]] = []
        for index, place in placed:
            body.append({"id": str(ids[index]), "position": place})
            if place is not None:
                wanted[ids[index]]["position"] = place
        if reparented is not None:
            index, parent = reparented
            parent_id = None if parent is None else str(ids[parent])
            body.append({"id": str(ids[index]), "parent_id": parent_id})
            wanted[ids[index]]["parent_id"] = parent_id
        order(simulator.world, guild, "channels", body)
        now = {each: shapes.channel(channel) for each, channel in guild.channels.items()}
        assert now == wanted
        expected = sorted(wanted.values(), key=lambda each: (each["position"], int(str(each["id"]))))
        assert [shapes.channel(each) for each in guild.ordered_channels()] == expected
        changed = {str(each) for each in ids if before[each] != now[each]}
        told = ear.happened()
        assert {data["id"] for _, data in told} == changed
        assert len(told) == len(changed)
        assert all(data == now[int(data["id"])] for _, data in told)


ranked = st.lists(
    st.tuples(st.integers(0, 5), st.none() | st.integers(0, 9)), max_size=6, unique_by=lambda each: each[0]
)


@given(calls=st.lists(ranked, max_size=5), top=st.integers(1, 7))
def test_any_role_orders_leave_what_is_above_the_caller_alone(calls: list[Any], top: int) -> None:
    """Either all of a call counts or nothing, and no call lifts a role to the caller's or brings a higher one down."""
    spec: dict[str, Any] = {"roles": [{"name": f"r{number}", "color": number} for number in range(6)]}
    simulator, guild = built(spec | {"bot_role_position": top})
    world, ear = simulator.world, Ear(simulator)
    ids = [role.id for role in guild.roles.values() if role.name.startswith("r")]
    own = next(role for role in guild.roles.values() if role.managed)
    for entries in calls:
        before = {each: shapes.role(role) for each, role in guild.roles.items()}
        body = [{"id": str(ids[index]), "position": place} for index, place in entries]
        sent = {ids[index]: place for index, place in entries if place is not None}
        wanted = {
            each: role | ({"position": sent[each]} if each in sent else {}) for each, role in before.items()
        }
        try:
            order(world, guild, "roles", body)
        except Refusal:
            wanted = before
        assert {each: shapes.role(role) for each, role in guild.roles.items()} == wanted
        moved = {each for each in ids if wanted[each] != before[each]}
        assert [int(data["role"]["id"]) for _, data in ear.happened()] == [
            each for each in sent if each in moved
        ]
        for each in moved:
            assert _below(before[each], shapes.role(own))
            assert _below(wanted[each], shapes.role(own))


def _below(role: Any, own: Any) -> bool:
    """Lower, or beside it and younger."""
    return (role["position"], -int(role["id"])) < (own["position"], -int(own["id"]))


def test_the_order_of_a_list_of_entries_does_not_matter() -> None:
    bodies: list[list[Any]] = []
    for flipped in (False, True):
        simulator, guild = built({"channels": CHANNELS})
        body: list[Any] = [
            {"id": str(each), "position": place} for place, each in enumerate(reversed(guild.channels))
        ]
        order(simulator.world, guild, "channels", body[::-1] if flipped else body)
        bodies.append([channel.name for channel in guild.ordered_channels()])
    assert bodies[0] == bodies[1] == [each["name"] for each in reversed(CHANNELS)]

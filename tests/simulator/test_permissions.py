"""The arithmetic of permissions agrees with disnake's, which knows nothing of ours."""

from typing import Any

import disnake
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import build, permissions
from bot.simulator.events import GUILD_PRESENCES
from bot.simulator.permissions import BITS
from bot.simulator.shapes import words
from bot.simulator.specs import SpecReader

# Bits both count by channel, whatever its type; without CONNECT the two differ in what else a voice channel denies.
TOLD = [
    BITS[name]
    for name in words(
        "VIEW_CHANNEL MANAGE_CHANNELS MANAGE_ROLES SEND_MESSAGES EMBED_LINKS ATTACH_FILES MENTION_EVERYONE SEND_POLLS "
        "READ_MESSAGE_HISTORY MANAGE_MESSAGES CREATE_INSTANT_INVITE USE_APPLICATION_COMMANDS"
    )
]
MASK = sum(TOLD)
bits = st.lists(
    st.sampled_from([*TOLD, BITS["ADMINISTRATOR"], BITS["CONNECT"]]), max_size=6, unique=True
).map(sum)
common = st.one_of(bits, bits.map(lambda value: value | MASK & ~BITS["VIEW_CHANNEL"]))


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    names = [f"r{number}" for number in range(draw(st.integers(0, 3)))]
    targets = [{"role": name} for name in ["@everyone", *names]] + [{"member": "ada"}]
    overwrites = [
        target | {"allow": str(draw(bits)), "deny": str(draw(bits))}
        for target in targets
        if draw(st.booleans())
    ]
    return {
        "name": "g",
        "everyone_permissions": str(draw(common) & ~BITS["ADMINISTRATOR"]),
        "roles": [{"name": name, "permissions": str(draw(common))} for name in names],
        "channels": [
            {"name": "c", "type": draw(st.sampled_from([0, 2])), "permission_overwrites": overwrites}
        ],
        "members": [{"username": "ada", "roles": [name for name in names if draw(st.booleans())]}],
    }


@given(spec=specs())
async def test_permissions_in_a_channel_are_those_disnake_counts(spec: dict[str, Any]) -> None:
    world = build().world
    guild = SpecReader(world, spec).build()
    client = disnake.Client(intents=disnake.Intents.all())
    payload: Any = world.guild_create(guild, GUILD_PRESENCES)
    read = disnake.Guild(data=payload, state=client._connection)
    channel = next(iter(guild.channels.values()))
    for member in guild.members.values():
        seen, known = read.get_channel(channel.id), read.get_member(member.user_id)
        assert seen
        assert known
        theirs = seen.permissions_for(known).value
        ours = permissions.in_channel(guild, member, channel, world.clock.now())
        if channel.type == 2 and not theirs & BITS["CONNECT"]:
            assert not ours & (BITS["MANAGE_CHANNELS"] | BITS["MANAGE_ROLES"])
        else:
            assert ours & MASK == theirs & MASK

"""Bits that count in a channel only together with another one (Discord documentation, Topics › Permissions › Implicit
Permissions).

Of what is part of a message Discord names four, and says that there may be more, by "logical conclusions": who cannot
send a message sends no poll and no voice message either, and disnake counts those two as well.
"""

from typing import NamedTuple

from core.discord.permissions import Permission

# Plain numbers: arithmetic on flags is many times slower.
VIEW, SEND, CONNECT = int(Permission.VIEW_CHANNEL), int(Permission.SEND_MESSAGES), int(Permission.CONNECT)
PART_OF_A_MESSAGE = int(
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
    | Permission.SEND_VOICE_MESSAGES
    | Permission.SEND_POLLS
)


class Gate(NamedTuple):
    """Without `bit` none of the `gated` bits counts. `voice_only`: in voice and stage channels."""

    bit: int
    gated: int
    voice_only: bool


GATES = (
    Gate(VIEW, ~VIEW, voice_only=False),
    Gate(SEND, PART_OF_A_MESSAGE, voice_only=False),
    # Nothing but seeing the channel is left, not even managing it.
    Gate(CONNECT, ~(VIEW | CONNECT), voice_only=True),
)


_IN_TEXT = tuple(gate for gate in GATES if not gate.voice_only)


def gates_in(*, has_voice: bool) -> tuple[Gate, ...]:
    """`has_voice`: of a voice or stage channel."""
    return GATES if has_voice else _IN_TEXT


def through(bits: int, held: int, *, has_voice: bool) -> int:
    """Those of the bits that count for somebody who has what is `held`, gates among it."""
    for gate in gates_in(has_voice=has_voice):
        if not held & gate.bit:
            bits &= ~gate.gated
    return bits


def gated_with(bits: int, *, has_voice: bool) -> int:
    """Every bit that is a gate of one of these, or has one of these as its gate."""
    found = 0
    for gate, gated, _ in gates_in(has_voice=has_voice):
        if bits & gate:
            found |= gated
        if bits & gated:
            found |= gate
    return found

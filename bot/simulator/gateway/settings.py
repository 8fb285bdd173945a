"""What the gateway allows: values only, replaced as a whole."""

from typing import Annotated

import msgspec

from bot.simulator.shapes import JsonObject

_Count = Annotated[int, msgspec.Meta(ge=1)]
_Seconds = Annotated[float, msgspec.Meta(ge=0)]


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Discord's numbers where it documents them; lengths of time are seconds unless they are said to be milliseconds.

    ``heartbeat_interval`` and ``heartbeat_grace`` (milliseconds): a connection without a heartbeat for both together
    is closed. ``sends`` in ``sends_seconds`` for each connection. A session without a connection ends after
    ``session_seconds``; of what it was sent, ``replay_length`` events not older than ``replay_seconds`` are kept.
    ``session_starts`` in ``session_starts_seconds``; ``max_concurrency`` identifies in ``identify_seconds`` (0: no
    limit). ``members_seconds`` between two requests for a guild's whole member list (0: no limit).
    ``guilds_per_shard`` is the most a session may handle.
    """

    heartbeat_interval: _Count = 41_250
    heartbeat_grace: _Count = 20_000
    sends: _Count = 120
    sends_seconds: _Seconds = 60.0
    session_seconds: _Seconds = 180.0
    replay_length: _Count = 20_000
    replay_seconds: _Seconds = 300.0
    session_starts: _Count = 1000
    session_starts_seconds: _Seconds = 86_400.0
    max_concurrency: _Count = 1
    identify_seconds: _Seconds = 5.0
    members_seconds: _Seconds = 30.0
    guilds_per_shard: _Count = 2500

    def edited(self, body: JsonObject) -> "GatewaySettings":
        """With some values replaced; ``msgspec.ValidationError`` for what is no value of these."""
        return msgspec.convert(msgspec.to_builtins(self) | body, GatewaySettings)


SETTINGS: dict[str, GatewaySettings] = {
    "discord": GatewaySettings(),
    "free": GatewaySettings(identify_seconds=0.0, members_seconds=0.0),
}

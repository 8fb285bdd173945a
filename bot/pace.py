"""What answers told of the limits of each kind of call: for plans, which are made before the calls."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from disnake.http import Route

from core.discord.pace import Budget, Call, Pace

_CALLS: dict[tuple[str, str], Call] = {
    ("PATCH", "/guilds/{guild_id}"): "edit_guild",
    ("POST", "/guilds/{guild_id}/roles"): "create_role",
    ("PATCH", "/guilds/{guild_id}/roles/{role_id}"): "edit_role",
    ("DELETE", "/guilds/{guild_id}/roles/{role_id}"): "delete_role",
    ("PATCH", "/guilds/{guild_id}/roles"): "order_roles",
    ("POST", "/guilds/{guild_id}/channels"): "create_channel",
    ("PATCH", "/channels/{channel_id}"): "edit_channel",
    ("DELETE", "/channels/{channel_id}"): "delete_channel",
    ("PATCH", "/guilds/{guild_id}/channels"): "order_channels",
    ("POST", "/guilds/{guild_id}/emojis"): "create_emoji",
    ("PATCH", "/guilds/{guild_id}/emojis/{resource_id}"): "edit_emoji",
    ("DELETE", "/guilds/{guild_id}/emojis/{resource_id}"): "delete_emoji",
    ("POST", "/guilds/{guild_id}/stickers"): "create_sticker",
    ("PATCH", "/guilds/{guild_id}/stickers/{resource_id}"): "edit_sticker",
    ("DELETE", "/guilds/{guild_id}/stickers/{resource_id}"): "delete_sticker",
    ("POST", "/channels/{channel_id}/webhooks"): "create_webhook",
    ("PATCH", "/webhooks/{webhook_id}"): "edit_webhook",
    ("DELETE", "/webhooks/{webhook_id}"): "delete_webhook",
    ("POST", "/guilds/{guild_id}/auto-moderation/rules"): "create_automod_rule",
    ("PATCH", "/guilds/{guild_id}/auto-moderation/rules/{resource_id}"): "edit_automod_rule",
    ("DELETE", "/guilds/{guild_id}/auto-moderation/rules/{resource_id}"): "delete_automod_rule",
    ("POST", "/guilds/{guild_id}/scheduled-events"): "create_scheduled_event",
    ("PATCH", "/guilds/{guild_id}/scheduled-events/{resource_id}"): "edit_scheduled_event",
    ("DELETE", "/guilds/{guild_id}/scheduled-events/{resource_id}"): "delete_scheduled_event",
    ("PUT", "/guilds/{guild_id}/onboarding"): "set_onboarding",
    ("PATCH", "/guilds/{guild_id}/welcome-screen"): "set_welcome_screen",
}
# Of so many windows those are forgotten that are over.
_MANY = 1000
# How much the newest round trip weighs.
_NEWEST = 0.2


class _Told(msgspec.Struct, frozen=True):
    """Of a kind of call, wherever it is made."""

    limit: int
    window: float
    bucket: str


class _Open(msgspec.Struct, frozen=True):
    """The window of one guild; `ends` is a second of the clock that never goes back."""

    remaining: int
    ends: float


class Paces:
    """What a kind of call is counted by is the same in every guild; how much is left is each guild's own."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: dict[Call, _Told] = {}
        self._open: dict[tuple[Call, str], _Open] = {}
        self._round_trip: float | None = None

    def learn(self, route: Route, headers: Mapping[str, str]) -> None:
        """Reads the limit headers of an answer."""
        call = _CALLS.get((route.method, route.path))
        try:
            limit, remaining = int(headers["X-RateLimit-Limit"]), int(headers["X-RateLimit-Remaining"])
            reset_after = float(headers["X-RateLimit-Reset-After"])
        except (KeyError, ValueError):
            return
        if call is None:
            return
        known = self._told.get(call)
        # The first call of a window tells how long it is; any other one, that it is at least as long as its rest.
        first = remaining >= limit - 1 or known is None
        window = reset_after if first else max(known.window if known else 0.0, reset_after)
        self._told[call] = _Told(limit, window, headers.get("X-RateLimit-Bucket", ""))
        self._note(call, route, _Open(remaining, self._now() + reset_after))

    def refused(self, route: Route, wait: float) -> None:
        """After a 429, which may be of a limit that no header foretells."""
        if call := _CALLS.get((route.method, route.path)):
            self._note(call, route, _Open(0, self._now() + wait))

    def took(self, seconds: float) -> None:
        """A round trip."""
        known = self._round_trip
        self._round_trip = seconds if known is None else known + _NEWEST * (seconds - known)

    def pace_in(self, guild_id: str, at: datetime) -> Pace:
        """As it is `at` this moment."""
        now = self._now()
        return Pace(
            budgets={call: self._budget(call, told, guild_id, now, at) for call, told in self._told.items()},
            round_trip=self._round_trip,
        )

    def _budget(self, call: Call, told: _Told, guild_id: str, now: float, at: datetime) -> Budget:
        budget = Budget(limit=told.limit, window=timedelta(seconds=told.window), bucket=told.bucket)
        found = self._open.get((call, guild_id))
        if found is None or found.ends <= now:
            return budget
        resets_at = at + timedelta(seconds=found.ends - now)
        return msgspec.structs.replace(budget, remaining=found.remaining, resets_at=resets_at)

    def _note(self, call: Call, route: Route, window: _Open) -> None:
        # What is counted by channel has a window for each of them: none of the guild's.
        if route.guild_id is None:
            return
        if len(self._open) >= _MANY:
            now = self._now()
            self._open = {key: known for key, known in self._open.items() if known.ends > now}
        self._open[call, str(route.guild_id)] = window

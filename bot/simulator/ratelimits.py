"""Rate limits and their headers (Discord docs: Topics > Rate Limits).

Profile ``free`` shows limits nobody reaches. Profile ``discord`` enforces plausible ones: Discord does not document its
buckets, so the table holds values people measured and reported; nothing may rely on them being exact.
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Literal

from bot.simulator.clock import Clock
from bot.simulator.errors import Refusal
from bot.simulator.shapes import JsonObject

Profile = Literal["free", "discord"]

_DAY = 86_400.0
_GLOBAL_PER_SECOND = 50
_WIDE = (1_000_000, 1.0)
_ORDINARY = (10, 2.0)

_REPORTED: dict[tuple[str, str], tuple[int, float]] = {
    ("POST", "/guilds/{guild_id}/roles"): (250, 2 * _DAY),
    ("POST", "/guilds/{guild_id}/channels"): (500, 2 * _DAY),
    ("PATCH", "/guilds/{guild_id}/channels"): (10, 10.0),
    ("PATCH", "/guilds/{guild_id}/roles"): (10, 10.0),
    ("PATCH", "/channels/{channel_id}"): (10, 15.0),
    ("DELETE", "/channels/{channel_id}"): (10, 15.0),
    ("PUT", "/channels/{channel_id}/permissions/{overwrite_id}"): (10, 15.0),
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"): (10, 10.0),
    ("PATCH", "/guilds/{guild_id}/members/{user_id}"): (10, 10.0),
}
_RENAMES = (2, 600.0)
_MAJOR = ("guild_id", "channel_id", "webhook_id", "interaction_id")


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


@dataclass(slots=True, frozen=True)
class Verdict:
    """``retry_after`` is set when the call is over the limit."""

    headers: dict[str, str]
    bucket: str
    retry_after: float | None = None
    is_global: bool = False
    scope: str = "user"


class Limits:
    """Fixed windows per (account, method, route, top-level resource), and for each account a global one of a second.

    An account is the bot (""), or the person in whose name the application calls.
    """

    def __init__(self, clock: Clock, profile: Profile) -> None:
        self._clock = clock
        self.profile = profile
        self._windows: dict[tuple[str, str], _Window] = {}
        self._global: dict[str, _Window] = {}
        self._hashes: dict[tuple[str, str], str] = {}

    def clear(self) -> None:
        self._windows.clear()
        self._global.clear()

    def bucket(self, method: str, template: str) -> str:
        key = (method, template)
        if key not in self._hashes:
            digest = hashlib.blake2s(f"{method} {template}".encode(), digest_size=16)
            self._hashes[key] = digest.hexdigest()
        return self._hashes[key]

    def spend(
        self,
        method: str,
        template: str,
        params: dict[str, str],
        *,
        renames: bool = False,
        account: str = "",
    ) -> Verdict:
        """Count one call. ``renames``: it changes a channel's name or topic, which has a hidden limit of its own."""
        now = self._clock.now()
        bucket = self.bucket(method, template)
        major = account + next((params[name] for name in _MAJOR if name in params), "")
        free = self.profile == "free"
        limit, seconds = _WIDE if free else _REPORTED.get((method, template), _ORDINARY)
        window = self._window((bucket, major), now, seconds)
        if not free:
            if (wait := self._over_global(account, template, now)) is not None:
                return self._refusal(bucket, limit, window, now, wait, is_global=True)
            if window.used >= limit:
                return self._refusal(bucket, limit, window, now, window.ends - now)
            if renames:
                hidden = self._window((bucket + "/name", major), now, _RENAMES[1])
                if hidden.used >= _RENAMES[0]:
                    return self._refusal(bucket, limit, window, now, hidden.ends - now)
                hidden.used += 1
        window.used += 1
        return Verdict(self._headers(bucket, limit, window, now), bucket)

    def peek(self, method: str, template: str) -> Verdict:
        """Headers for a call that was refused before it was counted."""
        bucket = self.bucket(method, template)
        now = self._clock.now()
        return Verdict(self._headers(bucket, 1, _Window(now + 1.0), now), bucket)

    def _window(self, key: tuple[str, str], now: float, seconds: float) -> _Window:
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = _Window(now + seconds)
        return window

    def _over_global(self, account: str, template: str, now: float) -> float | None:
        if template.startswith(("/interactions/", "/webhooks/")):
            return None  # interaction endpoints are not bound to the global limit
        window = self._global.get(account)
        if window is None or window.ends <= now:
            window = self._global[account] = _Window(now + 1.0)
        if window.used >= _GLOBAL_PER_SECOND:
            return window.ends - now
        window.used += 1
        return None

    def _refusal(
        self, bucket: str, limit: int, window: _Window, now: float, wait: float, *, is_global: bool = False
    ) -> Verdict:
        headers = self._headers(bucket, limit, window, now)
        return Verdict(headers, bucket, max(wait, 0.001), is_global, "global" if is_global else "user")

    @staticmethod
    def _headers(bucket: str, limit: int, window: _Window, now: float) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(limit - window.used, 0)),
            "x-ratelimit-reset": f"{window.ends:.3f}",
            "x-ratelimit-reset-after": f"{max(window.ends - now, 0.0):.3f}",
            "x-ratelimit-bucket": bucket,
        }


def limited(retry_after: float, *, is_global: bool) -> Refusal:
    refusal = Refusal(429, 0, "You are being rate limited.")
    refusal.body |= {"retry_after": retry_after, "global": is_global}
    return refusal


def limited_headers(body: JsonObject, scope: str) -> dict[str, str]:
    """``Retry-After`` is whole seconds, rounded up; the body has the exact wait."""
    wait = body.get("retry_after")
    seconds = float(wait) if isinstance(wait, int | float) else 1.0
    headers = {
        "retry-after": str(max(1, math.ceil(seconds))),
        "x-ratelimit-scope": scope,
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset-after": f"{seconds:.3f}",
    }
    if body.get("global"):
        headers |= {"x-ratelimit-scope": "global", "x-ratelimit-global": "true"}
    return headers

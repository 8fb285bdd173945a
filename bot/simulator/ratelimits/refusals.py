"""How a limit is told: a 429 of Discord's own, or one of the proxy in front of it."""

import math
from typing import Literal

from bot.simulator.errors import Refusal

Scope = Literal["user", "global", "shared"]
TOO_MANY = 429


class Limited(Refusal):
    """Discord's 429 (docs: Topics > Rate Limits > Exceeding A Rate Limit)."""

    def __init__(self, retry_after: float, scope: Scope = "user", *, is_bucket: bool = True) -> None:
        """``is_bucket``: the route's own bucket is spent, not a hidden limit beside it."""
        subject = "The resource is" if scope == "shared" else "You are"
        super().__init__(TOO_MANY, 0, f"{subject} being rate limited.")
        self.body |= {"retry_after": retry_after, "global": scope == "global"}
        self.retry_after = retry_after
        self.scope: Scope = scope
        self.is_bucket = is_bucket and scope == "user"


class Blocked(Exception):
    """The 429 of Cloudflare, which stands before Discord: no ``Via``, no JSON, no rate limit headers."""

    body = b"error code: 1015"

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def whole_seconds(wait: float) -> str:
    """``Retry-After``: rounded up, at least one."""
    return str(max(1, math.ceil(wait)))

"""Who is in a guild, and who must not be."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Member:
    user_id: int
    joined_at: str
    roles: list[int] = field(default_factory=list[int])
    nick: str | None = None
    mute: bool = False
    deaf: bool = False
    flags: int = 0
    pending: bool = False
    avatar: str | None = None
    banner: str | None = None
    bio: str | None = None
    premium_since: str | None = None
    timeout_until: float | None = None

    def timed_out(self, now: float) -> bool:
        return self.timeout_until is not None and self.timeout_until > now


@dataclass(slots=True, frozen=True)
class Ban:
    user_id: int
    reason: str | None = None

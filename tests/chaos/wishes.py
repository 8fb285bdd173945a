"""What is asked for: a seeded stream of jobs of every kind, each about something of its own, so that what happened to
that thing can only have been this job."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec

Manner = Literal["keyed", "bare", "refused"]
Ended = Literal["succeeded", "partial", "failed"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """`keyed` is repeated under its Idempotency-Key until it is accepted, `bare` is sent once and without one.

    `path` is relative to the API; `expect` is how the job must end; `then` is asked for once it has succeeded. `alike`
    is said word for word by others too.
    """

    number: int
    kind: str
    guild_id: str
    body: dict[str, Any]
    path: str = ""
    manner: Manner = "keyed"
    expect: Ended = "succeeded"
    then: "Wish | None" = None
    alike: bool = False

    @property
    def payload(self) -> dict[str, Any]:
        return self.body.get("payload", {})

    @property
    def address(self) -> str:
        return self.path or f"/guilds/{self.guild_id}/jobs"


class Things(msgspec.Struct, frozen=True, kw_only=True):
    """What of one guild can be asked about; each is used once."""

    guild_id: str
    talk: tuple[str, ...]
    news: str
    prize: str
    badge: str
    stranger: str
    above: str
    pools: dict[str, list[Any]]


# How often each kind is asked for, out of a hundred.
SHARES = {
    "message.send": 22,
    "message.edit": 8,
    "message.delete": 7,
    "message.crosspost": 4,
    "message.purge": 6,
    "role.grant": 9,
    "role.revoke": 6,
    "member.timeout": 5,
    "member.nick": 6,
    "member.kick": 5,
    "member.ban": 5,
    "member.unban": 3,
    "channel.lock": 4,
    "channel.unlock": 2,
    "channel.overwrite": 3,
    "channel.follow": 3,
    "channel.unfollow": 2,
}
TIMED = ("role.grant", "member.ban", "channel.lock", "channel.overwrite")
"""Kinds that can be asked for a time; half of them are."""
_PER_MEMBER = {"role.grant", "role.revoke", "member.timeout", "member.nick", "member.kick", "member.ban"}


class Wishing:
    """Endless; what is used up in all guilds becomes a message instead."""

    def __init__(self, dice: random.Random, guilds: list[Things], expires_at: str) -> None:
        self._dice = dice
        self._guilds = guilds
        self._expires_at = expires_at
        self._number = 0

    def jobs(self) -> Iterator[Wish]:
        """Every kind comes early; after that by its share."""
        firsts = [*SHARES, *(f"timed {kind}" for kind in TIMED)]
        firsts += ["guild.sync", "chained", "alike", "in part", "in vain"]
        self._dice.shuffle(firsts)
        for kind in firsts:
            yield from self._of(kind)
        kinds = [*SHARES, "guild.sync", "chained", "alike", "in part", "in vain"]
        shares = [*SHARES.values(), 4, 4, 1, 2, 2]
        while True:
            yield from self._of(self._dice.choices(kinds, shares)[0])

    def refused(self) -> Iterator[Wish]:
        """Requests that must leave nothing."""
        while True:
            guild = self._dice.choice(self._guilds)
            bad: list[tuple[str, dict[str, Any]]] = [
                (guild.guild_id, {"kind": "message.send", "channel_id": guild.talk[0], "content": " "}),
                (guild.guild_id, {"kind": "message.send", "channel_id": "here", "content": "refused"}),
                (guild.guild_id, {"kind": "role.grant", "role_id": guild.prize, "member_ids": []}),
                (guild.guild_id, {"kind": "member.nick", "member_ids": [guild.above] * 2, "nick": "x"}),
                (guild.guild_id, {"kind": "message.shout", "channel_id": guild.talk[0]}),
                ("77", {"kind": "message.send", "channel_id": guild.talk[0], "content": "refused"}),
            ]
            guild_id, payload = self._dice.choice(bad)
            yield self._wish(guild_id, payload, manner="refused")

    def _of(self, kind: str) -> Iterator[Wish]:
        guild = self._dice.choice(self._guilds)
        match kind:
            case "guild.sync":
                yield self._wish(guild.guild_id, {"kind": "guild.sync"})
            case "chained":
                yield self._chained(guild)
            case "alike":
                yield from self._alike(guild)
            case "in part":
                yield self._in_part(guild)
            case "in vain":
                yield self._in_vain(guild)
            case _:
                plain = kind.removeprefix("timed ")
                payload = self._payload(plain, guild) or self._message(guild)
                if payload["kind"] in TIMED and (plain != kind or self._dice.random() < 0.5):
                    payload |= {"expires_in": 3600}
                manner: Manner = "bare" if self._dice.random() < 0.15 else "keyed"
                yield self._wish(guild.guild_id, payload, manner=manner)

    def _payload(self, kind: str, guild: Things) -> dict[str, Any] | None:
        if kind == "message.send":
            return self._message(guild)
        if kind in _PER_MEMBER:
            return self._on_members(kind, guild)
        taken = guild.pools[kind].pop() if guild.pools[kind] else None
        if taken is None:
            return None
        named: dict[str, Any] = taken
        if kind == "message.edit":
            named = named | {"content": f"edited {self._number}"}
        return {"kind": kind} | named

    def _message(self, guild: Things) -> dict[str, Any]:
        return {
            "kind": "message.send",
            "channel_id": self._dice.choice(guild.talk),
            "content": f"message {self._number}",
        }

    def _on_members(self, kind: str, guild: Things) -> dict[str, Any] | None:
        pool = guild.pools["badged" if kind == "role.revoke" else "members"]
        most = self._dice.choice((1, 1, 2, 4)) if kind in {"member.kick", "member.ban"} else 5
        wanted = self._dice.randint(1, most)
        if len(pool) < wanted:
            return None
        members = [pool.pop() for _ in range(wanted)]
        more: dict[str, Callable[[], dict[str, Any]]] = {
            "role.grant": lambda: {"role_id": guild.prize},
            "role.revoke": lambda: {"role_id": guild.badge},
            "member.timeout": lambda: {"seconds": 7 * 86_400},
            "member.nick": lambda: {"nick": f"nick {self._number}"},
        }
        return {"kind": kind, "member_ids": members} | more.get(kind, dict[str, Any])()

    def _chained(self, guild: Things) -> Wish:
        """The same thing forth and back: whatever of the first came late would undo the second."""
        pools = guild.pools
        if self._dice.random() < 0.5 and pools["channel.lock"]:
            channel = pools["channel.lock"].pop()
            back = self._wish(guild.guild_id, {"kind": "channel.unlock"} | channel)
            return self._wish(guild.guild_id, {"kind": "channel.lock"} | channel, then=back)
        payload = self._on_members("role.grant", guild)
        if payload is None:
            return self._wish(guild.guild_id, self._message(guild))
        back = self._wish(guild.guild_id, payload | {"kind": "role.revoke"})
        return self._wish(guild.guild_id, payload, then=back)

    def _alike(self, guild: Things) -> Iterator[Wish]:
        """Two that say the same in one channel."""
        payload = self._message(guild) | {"content": f"alike {self._number}"}
        for _ in range(2):
            yield self._wish(guild.guild_id, payload, alike=True)

    def _in_part(self, guild: Things) -> Wish:
        payload = self._on_members("role.grant", guild)
        if payload is None:
            return self._wish(guild.guild_id, self._message(guild))
        members = [*payload["member_ids"], guild.stranger]
        return self._wish(guild.guild_id, payload | {"member_ids": members}, expect="partial")

    def _in_vain(self, guild: Things) -> Wish:
        payload = self._dice.choice(
            (
                {"kind": "message.send", "channel_id": guild.stranger, "content": f"in vain {self._number}"},
                {"kind": "member.kick", "member_ids": [guild.above]},
                {
                    "kind": "message.edit",
                    "channel_id": guild.news,
                    "message_id": guild.stranger,
                    "content": "x",
                },
            )
        )
        return self._wish(guild.guild_id, payload, expect="failed")

    def _wish(self, guild_id: str, payload: dict[str, Any], **more: Any) -> Wish:
        self._number += 1
        body: dict[str, Any] = {"payload": payload}
        if str(payload["kind"]).startswith(("message.", "member.")):
            body["expires_at"] = self._expires_at
        return Wish(number=self._number, kind=payload["kind"], guild_id=guild_id, body=body, **more)


def identity(guild_id: str, payload: dict[str, Any]) -> tuple[Any, ...]:
    """What tells one job's payload from all others', as it was asked for and as it is stored."""
    words = (
        "kind",
        "channel_id",
        "message_id",
        "content",
        "role_id",
        "webhook_id",
        "source_channel_id",
        "plan_id",
    )
    return (guild_id, *(payload.get(word) for word in words), tuple(payload.get("member_ids") or ()))


def alike(wishes: list[Wish]) -> dict[tuple[Any, ...], list[Wish]]:
    found: dict[tuple[Any, ...], list[Wish]] = defaultdict(list)
    for wish in wishes:
        found[identity(wish.guild_id, wish.payload)].append(wish)
    return found

"""What `exact` deletes or archives because the document does not name it, and what it keeps all the same."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from core.discord.types import BotPowers, Channel, Role, Snapshot, Snowflake, role_rank
from core.templates.matching.match import Matches
from core.templates.matching.wishes import protected
from core.templates.options import Scope
from core.templates.plan import Notice, PlanOptions

_NAMED_AT_MOST = 10


class Dooms(msgspec.Struct, frozen=True, kw_only=True):
    """`roles` (lowest first) and `channels` are deleted, `archived` are moved into an archive or are there already. All
    empty in merge mode."""

    roles: tuple[Role, ...] = ()
    channels: tuple[Channel, ...] = ()
    archived: tuple[Channel, ...] = ()
    warnings: tuple[Notice, ...] = ()

    @property
    def count(self) -> int:
        """How much is deleted."""
        return len(self.roles) + len(self.channels)


def dooms_of(
    snapshot: Snapshot,
    matches: Matches,
    powers: BotPowers,
    pointed_at: Collection[Snowflake],
    options: PlanOptions,
) -> Dooms:
    """`pointed_at` are the channels that a Community server must keep. What could be the answer to a question is
    nothing that the document does not name."""
    if options.mode == "merge":
        return Dooms()
    dooming = _Dooming(snapshot, matches, options)
    return Dooms(
        roles=dooming.roles(powers),
        channels=dooming.channels(pointed_at),
        archived=dooming.archived(pointed_at),
        warnings=tuple(dooming.warnings),
    )


def all_below(roles: Iterable[Role], powers: BotPowers, snapshot: Snapshot) -> list[Role]:
    """Those that the bot can touch; @everyone is one of them."""
    top = None
    if powers.top_role_id != snapshot.guild_id:
        top = next((role_rank(r) for r in snapshot.roles if r.id == powers.top_role_id), None)
    return [r for r in roles if r.id == snapshot.guild_id or (top is not None and role_rank(r) < top)]


class _Dooming:
    def __init__(self, snapshot: Snapshot, matches: Matches, options: PlanOptions) -> None:
        self._snapshot = snapshot
        self._matches = matches
        self._extras = options.extras
        self._protected = frozenset(options.protected)
        scope, asked = Scope(options.only), {question.kind for question in matches.questions}
        self._has_roles = scope.has_all("roles") and "role" not in asked
        self._has_channels = scope.has_all("channels") and "channel" not in asked
        self.warnings: list[Notice] = []

    def roles(self, powers: BotPowers) -> tuple[Role, ...]:
        if not self._has_roles:
            return ()
        named = {role.id for role in self._matches.roles.values()} | {
            self._snapshot.guild_id,
            powers.top_role_id,
        }
        unnamed = [
            role
            for role in sorted(self._snapshot.roles, key=role_rank)
            if role.id not in named and not role.managed
        ]
        if self._extras.roles == "keep":
            self._note_kept("roles", unnamed)
            return ()
        doomed: list[Role] = []
        below = {role.id for role in all_below(unnamed, powers, self._snapshot)}
        for role in unnamed:
            if role.id in self._protected:
                self.warnings.append(protected(f"The role “{role.name}”"))
            elif role.id in below:
                doomed.append(role)
            else:
                self.warnings.append(_above(role))
        return tuple(doomed)

    def channels(self, pointed_at: Collection[Snowflake]) -> tuple[Channel, ...]:
        if not self._has_channels:
            return ()
        if self._extras.channels == "keep":
            self._note_kept("channels", self._unnamed())
        if self._extras.channels != "delete":
            return ()
        left = [channel for channel in self._unnamed() if not self._is_kept(channel, pointed_at)]
        # A protected channel stays where it is: in its category.
        holding = {c.parent_id for c in self._snapshot.channels if c.id in self._protected}
        self.warnings += (protected(f"A channel in “{c.name}”") for c in left if c.id in holding)
        return tuple(channel for channel in left if channel.id not in holding)

    def archived(self, pointed_at: Collection[Snowflake]) -> tuple[Channel, ...]:
        if not self._has_channels or self._extras.channels != "archive":
            return ()
        unnamed = self._unnamed()
        categories = [c for c in unnamed if c.type == "category" and c.id not in self._matches.archive_ids]
        if categories:
            names = _listed(c.name for c in categories)
            self.warnings.append(
                Notice(
                    code="categories_kept",
                    message=f"Categories cannot be archived; these are not in the document and stay: {names}. Say "
                    "`extras.channels: delete` to have them deleted.",
                )
            )
        return tuple(c for c in unnamed if c.type != "category" and not self._is_kept(c, pointed_at))

    def _unnamed(self) -> list[Channel]:
        named = {channel.id for channel in self._matches.channels.values()}
        return [channel for channel in self._matches.shown if channel.id not in named]

    def _is_kept(self, channel: Channel, pointed_at: Collection[Snowflake]) -> bool:
        """With a warning."""
        if channel.id in pointed_at:
            self.warnings.append(_needed(channel))
        elif channel.id in self._protected:
            self.warnings.append(protected(f"#{channel.name}"))
        else:
            return False
        return True

    def _note_kept(self, kind: str, items: Sequence[Role | Channel]) -> None:
        if items:
            self.warnings.append(
                Notice(
                    code=f"{kind}_kept",
                    message=f"These {kind} are not in the document and stay: {_listed(i.name for i in items)}. Say "
                    f"`extras.{kind}: delete` to have them deleted.",
                )
            )


def _listed(names: Iterable[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    more = len(quoted) - _NAMED_AT_MOST
    return ", ".join(quoted[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _above(role: Role) -> Notice:
    return Notice(
        code="role_kept",
        message=f"The role “{role.name}” is not in the document and stays, because it is not below the bot's own "
        "highest role. Drag the bot's role above it to have it deleted.",
    )


def _needed(channel: Channel) -> Notice:
    return Notice(
        code="channel_kept",
        message=f"#{channel.name} is not in the document and stays: a Community server must keep its rules and "
        "updates channels. Point `guild.rules_channel` and `guild.updates_channel` at other channels first.",
    )

"""Which overwrites each channel has in the end."""

from collections.abc import Collection, Mapping

from core.discord.types import Channel, Role, Snapshot, Snowflake
from core.templates.documents.channels import DocumentOverwrite
from core.templates.matching.match import ChannelNode, Matches
from core.templates.matching.wishes import protected
from core.templates.plan import Notice, Ref
from core.templates.writes.sets import (
    OverwriteSet,
    Subject,
    bits_named,
    sets_of,
    subject_of,
    with_unnamed_bits,
)


class FinalSets:
    """`roles` are the refs of the document's roles, and `doomed` ones die."""

    def __init__(
        self,
        snapshot: Snapshot,
        matches: Matches,
        roles: Mapping[str, Ref],
        *,
        doomed: Collection[Role],
        frozen: Collection[Snowflake],
        warnings: list[Notice],
    ) -> None:
        """`frozen` are categories that keep what they have for a protected channel's sake."""
        present, dying = {role.id for role in snapshot.roles}, {role.id for role in doomed}
        self._matches = matches
        self._frozen = frozen
        self._warnings = warnings
        self._subjects: dict[str | None, Subject] = {
            key: subject_of("role", ref) for key, ref in roles.items()
        }
        self._living = present - dying
        self.present = sets_of(snapshot.channels, present)
        """Of every channel that exists."""
        self.staying = sets_of(snapshot.channels, self._living) if dying else self.present
        """Without the doomed roles; the very sets of now where there are none."""
        self._final: dict[str, OverwriteSet] = {}

    def final(self, node: ChannelNode, channel: Channel | None) -> OverwriteSet:
        """To be asked of categories before their channels."""
        self._final[node.key] = final = self._wanted(node, channel)
        return final

    def kept(self, node: ChannelNode, channel: Channel) -> OverwriteSet:
        """That of a channel that keeps what it has, whatever is said."""
        self._final[node.key] = kept = self.staying[channel.id]
        return kept

    def _wanted(self, node: ChannelNode, channel: Channel | None) -> OverwriteSet:
        """A new channel that says nothing is made synced, as Discord's client does it."""
        said, present = node.said.overwrites, self.staying[channel.id] if channel else {}
        if channel is not None and channel.id in self._frozen:
            return self._unthawed(node, channel)
        if said == "synced" and node.parent:
            return self._of_category(node.parent)
        if isinstance(said, tuple) and not (channel and self._is_in_question(said)):
            wanted = self._resolved(said)
            if wanted == present:
                return present
            wanted = with_unnamed_bits(wanted, present, self._living)
            return present if wanted == present else wanted
        return self._of_category(node.parent) if channel is None and node.parent else present

    def _of_category(self, key: str) -> OverwriteSet:
        """Also of one that the plan does not speak of."""
        return self._final[key] if key in self._final else self.staying[self._matches.channels[key].id]

    def _unthawed(self, node: ChannelNode, category: Channel) -> OverwriteSet:
        """A category whose overwrites Discord would copy to a protected channel keeps them."""
        present, said = self.staying[category.id], node.said.overwrites
        if (
            isinstance(said, tuple)
            and with_unnamed_bits(self._resolved(said), present, self._living) != present
        ):
            message = (
                f"A channel in “{category.name}” is synced with it and protected: the category's overwrites"
            )
            self._warnings.append(protected(message, node.key))
        return present

    def _is_in_question(self, said: tuple[DocumentOverwrite, ...]) -> bool:
        """Whether nobody knows yet whose overwrites these are."""
        pending = self._matches.pending
        return bool(pending) and any(overwrite.role in pending for overwrite in said)

    def _resolved(self, said: tuple[DocumentOverwrite, ...]) -> OverwriteSet:
        subjects = self._subjects
        return {
            subject: bits_named(o.allow, o.deny)
            for o in said
            if (o.allow or o.deny)
            and (subject := subjects.get(o.role) if o.member is None else subject_of("member", o.member))
        }

"""Which overwrites each channel has in the end."""

from collections.abc import Collection, Mapping

from core.discord.types import Channel, Role, Snapshot, Snowflake
from core.templates.documents.document import DocumentOverwrite
from core.templates.matching.match import ChannelNode, Matches
from core.templates.matching.wishes import protected
from core.templates.plan import Notice, Ref
from core.templates.writes.sets import (
    OverwriteSet,
    Subject,
    bits_named,
    set_of,
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
        self._staying = present - dying
        self._is_deadly = bool(dying)
        self._present = sets_of(snapshot.channels, present)
        self._final: dict[str, OverwriteSet] = {}

    def present(self, channel: Channel) -> OverwriteSet:
        return self._present[channel.id]

    def staying(self, channel: Channel) -> OverwriteSet:
        """Without the doomed roles; the very set of now where there are none."""
        if self._is_deadly:
            return set_of(channel.overwrites, self._staying)
        return self._present[channel.id]

    def final(self, node: ChannelNode, channel: Channel | None) -> OverwriteSet:
        """To be asked of categories before their channels."""
        self._final[node.key] = final = self._wanted(node, channel)
        return final

    def kept(self, node: ChannelNode, channel: Channel) -> OverwriteSet:
        """That of a channel that keeps what it has, whatever is said."""
        self._final[node.key] = kept = self.staying(channel)
        return kept

    def _wanted(self, node: ChannelNode, channel: Channel | None) -> OverwriteSet:
        """A new channel that says nothing is made synced, as Discord's client does it."""
        said = node.said.overwrites
        if channel is not None and channel.id in self._frozen:
            return self._unthawed(node, channel)
        if said == "synced" and node.parent:
            return self._of_category(node.parent)
        if isinstance(said, tuple) and not (channel and self._is_in_question(said)):
            present, wanted = self.staying(channel) if channel else {}, self._resolved(said)
            if wanted == present:
                return present
            wanted = with_unnamed_bits(wanted, present, self._staying)
            return present if wanted == present else wanted
        if channel is None:
            return self._of_category(node.parent) if node.parent else {}
        return self.staying(channel)

    def _of_category(self, key: str) -> OverwriteSet:
        """Also of one that the plan does not speak of."""
        return self._final[key] if key in self._final else self.staying(self._matches.channels[key])

    def _unthawed(self, node: ChannelNode, category: Channel) -> OverwriteSet:
        """A category whose overwrites Discord would copy to a protected channel keeps them."""
        present, said = self.staying(category), node.said.overwrites
        if (
            isinstance(said, tuple)
            and with_unnamed_bits(self._resolved(said), present, self._staying) != present
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
        resolved: OverwriteSet = {}
        for overwrite in said:
            if overwrite.member is None:
                subject = self._subjects.get(overwrite.role)
            else:
                subject = subject_of("member", overwrite.member)
            if subject and (overwrite.allow or overwrite.deny):
                resolved[subject] = bits_named(overwrite.allow, overwrite.deny)
        return resolved

"""A guild as it is, taken over into the version that it is measured by."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from core.discord.types import Snapshot, Snowflake
from core.templates.capture import document_of
from core.templates.documents.document import Document
from core.templates.documents.edits import Edit, apply
from core.templates.documents.merge import edits_between
from core.templates.documents.parse import Draft, resolved
from core.templates.documents.references import paths_naming
from core.templates.documents.revision import Revision, edited, written
from core.templates.documents.variable_changes import undeclared
from core.templates.documents.variables import uses_in
from core.templates.errors import InvalidDocument
from core.templates.imagined import imagined


class TakenOver(NamedTuple):
    """`dropped` are variables that stand nowhere any more, so that they are declared no more. `bindings` are those of
    all that the guild has."""

    revision: Revision
    bindings: dict[str, Snowflake]
    dropped: tuple[str, ...] = ()


def taken_over(
    draft: Draft,
    source: str | None,
    values: Mapping[str, str],
    guild: Snapshot,
    known: Mapping[str, Snowflake],
) -> TakenOver:
    """The version's own text where the guild is as it says with these values; what differs as the guild has it. Of the
    guild's other nodes all but integrations' roles that nothing names are added. `source` is the YAML that the draft
    was read from, `known` what the guild's nodes are called."""
    own = resolved(draft, values)
    made = imagined(own)
    was = document_of(made.snapshot, known=made.bindings).document
    captured = document_of(guild, known=known)
    now = _without_strangers(captured.document, own)
    value = written(draft, source)
    edits = list(edits_between(value, own, was, now))
    for edit in edits:
        apply(value, edit)
    undeclared, dropped = _undeclared(value)
    try:
        return TakenOver(edited(draft, source, [*edits, *undeclared]), captured.bindings, dropped)
    except InvalidDocument:
        # With defaults and examples in their places, texts may clash that do not in this guild.
        names = tuple(variable.name for variable in draft.variables)
        return TakenOver(Revision(Draft(document=captured.document), None), captured.bindings, names)


def _without_strangers(now: Document, own: Document) -> Document:
    ours = {role.key for role in own.roles}
    value: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(now))
    kept = tuple(
        role
        for role in now.roles
        if role.key in ours or not role.managed or len(list(paths_naming(value, role.key, role.key))) > 1
    )
    return msgspec.structs.replace(now, roles=kept)


def _undeclared(value: dict[str, Any]) -> tuple[list[Edit], tuple[str, ...]]:
    declared = [variable["name"] for variable in value.get("variables", ())]
    used = {name for _, name in uses_in(value)}
    dropped = tuple(name for name in declared if name not in used)
    if not dropped:
        return [], ()
    places = [place for place, name in enumerate(declared) if name in dropped]
    return list(undeclared(value, places)), dropped

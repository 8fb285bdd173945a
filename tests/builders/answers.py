"""Somebody who answers a plan's questions, by choice or at random."""

from collections.abc import Mapping

from msgspec.structs import replace

from core.discord.types import BotPowers, Snapshot
from core.templates.diff import diff
from core.templates.documents.document import Document
from core.templates.plan import NEW, PlanOptions
from tests.builders.guilds import Chooser, Thrown, pick

_AT_ALL = 7


def answered(
    document: Document,
    present: Snapshot,
    bindings: Mapping[str, str],
    bot: BotPowers,
    *,
    options: PlanOptions,
    choose: Chooser | None = None,
) -> PlanOptions:
    """The options with an answer for every node that is asked about, then for those that are asked about because of
    it."""
    choose = choose or Thrown(_AT_ALL)
    while questions := diff(document, present, bindings, bot, options).questions:
        said: dict[str, str] = {}
        for question in questions:
            left = [candidate.id for candidate in question.candidates]
            for key in question.nodes:
                said[key] = pick(choose, [*left, NEW])
                left = [each for each in left if each != said[key]]
        options = replace(options, mappings={**options.mappings, **said})
    return options

"""A random guild and a random document for it."""

from msgspec import Struct

from core.discord.types import BotPowers, Snapshot
from core.templates.begun import Begun
from core.templates.capture import document_of
from core.templates.diff import diff
from core.templates.document import Document
from core.templates.plan import Plan, PlanOptions, deletes_of
from tests.builders.answers import answered
from tests.builders.furnishing import furnished
from tests.builders.guilds import Chooser, chance, snapshot, thinned
from tests.builders.scenes import EXACT
from tests.trials.stage import Stage, Trial

MODES = (EXACT, PlanOptions(mode="exact"), PlanOptions())


class Pair(Struct, frozen=True, kw_only=True):
    """`options` answer every question that the plan has."""

    document: Document
    bindings: dict[str, str]
    before: Snapshot
    bot: BotPowers
    options: PlanOptions
    plan: Plan

    def plan_again(self, there: Snapshot, ids: dict[str, str]) -> Plan:
        """On what the guild is by now; `ids` are those of nodes that were made meanwhile."""
        bindings = {**self.bindings, **ids}
        begun = Begun(guild=self.before, deleting=deletes_of(self.plan))
        return diff(self.document, there, bindings, self.bot, self.options, begun=begun)


async def make_guild(stage: Stage, choose: Chooser) -> Trial:
    return await stage.make(furnished(choose, snapshot(choose), stage.album.hashes))


async def draw_pair(
    stage: Stage, trial: Trial, choose: Chooser, mode: PlanOptions, known: dict[str, str] | None = None
) -> Pair:
    """`known` are the ids of an earlier document's nodes; often the new one's are found by them."""
    wish = document_of(trial.named(furnished(choose, snapshot(choose), stage.album.hashes)))
    document = thinned(choose, wish.document) if chance(choose, 50) else wish.document
    bindings = known if known and chance(choose, 70) else trial.bound(wish.bindings)
    return await pair_of(trial, document, bindings, mode, choose)


async def pair_of(
    trial: Trial, document: Document, bindings: dict[str, str], mode: PlanOptions, choose: Chooser
) -> Pair:
    before, bot = await trial.read(), await trial.powers()
    options = answered(document, before, bindings, bot, options=mode, choose=choose)
    return Pair(
        document=document,
        bindings=bindings,
        before=before,
        bot=bot,
        options=options,
        plan=diff(document, before, bindings, bot, options),
    )

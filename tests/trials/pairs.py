"""A random guild and a random document for it."""

from msgspec import Struct
from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.types import BotPowers, Snapshot
from core.templates.begun import Begun
from core.templates.capture import document_of
from core.templates.diff import diff
from core.templates.documents.document import Document
from core.templates.plan import Plan, PlanOptions, deletes_of
from tests.builders.answers import answered
from tests.builders.furnishing import furnished
from tests.builders.guilds import BITS, BOT_ROLE, Chooser, chance, snapshot, thinned
from tests.builders.scenes import EXACT
from tests.trials.stage import Stage, Trial

_HANDS = (
    Permission.MANAGE_CHANNELS,
    Permission.MANAGE_ROLES,
    Permission.MANAGE_GUILD,
    Permission.MANAGE_WEBHOOKS,
    Permission.MANAGE_GUILD_EXPRESSIONS,
    Permission.CREATE_GUILD_EXPRESSIONS,
    Permission.MANAGE_EVENTS,
    Permission.CREATE_EVENTS,
    Permission.MODERATE_MEMBERS,
    *BITS,
)
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
    """The bot is an administrator in it."""
    return await stage.make(furnished(choose, snapshot(choose), stage.album.hashes))


async def make_lived_in_guild(stage: Stage, choose: Chooser) -> Trial:
    """With all that a document can bring to it, where one fits."""
    trial = await make_guild(stage, choose)
    wish = await draw_pair(stage, trial, choose, EXACT)
    if not wish.plan.blockers:
        await trial.apply(wish.plan)
    return trial


async def make_guild_with_weak_bot(stage: Stage, choose: Chooser) -> Trial:
    """The bot has most of what plans may need, and nothing else."""
    bits = sum({int(bit) for bit in _HANDS if not chance(choose, 2)})
    there = furnished(choose, snapshot(choose), stage.album.hashes)
    roles = (replace(r, permissions=bits) if r.id == BOT_ROLE else r for r in there.roles)
    return await stage.make(replace(there, roles=tuple(roles)))


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

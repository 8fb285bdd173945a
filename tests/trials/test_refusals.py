"""What stands against a plan is what Discord refuses: the plan is sent all the same, and the simulated Discord says no.
What does not stand against one goes through."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from core.discord.errors import CallRefused
from core.discord.permissions import bits_of
from core.discord.types import Snapshot
from core.templates.diff import diff
from core.templates.documents.document import Category, Document, DocumentRole, TextChannel
from tests.builders.guilds import BOT_ROLE, GUILD
from tests.builders.scenes import EXACT, allow, category, channel, for_role, guild, role, wanted
from tests.trials.stage import Stage, Trial

HANDS = ("view_channel", "manage_channels", "manage_roles", "manage_guild")


class Sent(NamedTuple):
    """What stood against the plan, by node, and the codes of what was refused when it was sent nevertheless."""

    against: list[tuple[str, str | None]]
    refused: list[object]


async def sent(stage: Stage, trial: Trial, said: Document, bindings: dict[str, str] | None = None) -> Sent:
    plan = diff(said, await trial.read(), bindings or {}, await trial.powers(), EXACT)
    assert plan.steps
    if plan.blockers:
        with pytest.raises(CallRefused):
            await trial.apply(replace(plan, blockers=()))
    else:
        await trial.apply(plan)
    against = [(notice.code, notice.node) for notice in plan.blockers]
    return Sent(against, [(each.error or {}).get("code", 0) for each in stage.watch.refused])


def with_bot(there: Snapshot, permissions: Sequence[str]) -> Snapshot:
    bits = int(bits_of(permissions))
    return replace(
        there, roles=tuple(replace(r, permissions=bits) if r.id == BOT_ROLE else r for r in there.roles)
    )


class TestOverwrites:
    """Only what the bot has in the server or in the category can be allowed or denied."""

    LET = allow(GUILD, "speak")
    SAID = (for_role("everyone", allow=["speak"]), for_role("mod", deny=["speak"]))
    MOD = DocumentRole(key="mod", name="mod")

    async def test_what_the_bot_has_in_the_channel_alone_does_not_count(self, stage: Stage) -> None:
        there = guild(role(1101, "mod"), channel(2001, "c", self.LET))
        trial = await stage.make(with_bot(there, HANDS))
        said = wanted(self.MOD, TextChannel(key="c", name="c", overwrites=self.SAID))
        assert await sent(stage, trial, said) == Sent([("cannot_grant", "c")], [50013])

    async def test_what_the_bot_has_in_its_category_does(self, stage: Stage) -> None:
        there = guild(role(1101, "mod"), category(2000, "K", self.LET), channel(2001, "c", parent=2000))
        trial = await stage.make(with_bot(there, HANDS))
        node = TextChannel(key="c", name="c", overwrites=self.SAID[1:])
        assert await sent(
            stage, trial, wanted(self.MOD, Category(key="k", name="K", channels=(node,)))
        ) == Sent([], [])

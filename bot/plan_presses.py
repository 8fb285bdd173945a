"""What the buttons under a plan do."""

from uuid import UUID

from bot.asker import Asked, Owners, asker_of, guild_of
from bot.following import Following
from bot.ui.answers import answering
from bot.ui.confirm import Choice, Decide, Pressed, answer_press
from core.uow import Database

CANCELLED = "Cancelled: nothing was changed."
REJECTED = "Rejected: nothing was changed."


class PlanPresses:
    def __init__(self, database: Database, owners: Owners, following: Following) -> None:
        self._database = database
        self._owners = owners
        self._following = following

    async def answer(self, pressed: Pressed) -> None:
        """To be called with every press; those of others' buttons are let pass."""
        decide: dict[Choice, Decide] = {
            "apply": self._apply,
            "cancel": _cancel,
            "approve": self._approve,
            "reject": self.reject,
        }
        await answer_press(pressed, decide)

    async def _apply(self, pressed: Pressed, plan_id: UUID) -> None:
        """What is confirmed is the plan of that id, which never changes; if the guild has, the service says so."""
        async with answering(pressed):
            actor = await asker_of(pressed, self._owners, self._database)
            async with self._database.unit() as unit:
                job = await unit.plans.request_apply(actor, plan_id)
            self._following.begin(pressed, actor, job, title=f"Template for {guild_of(pressed).name}")

    async def _approve(self, pressed: Pressed, plan_id: UUID) -> None:
        async with answering(pressed):
            actor = await asker_of(pressed, self._owners, self._database)
            async with self._database.unit() as unit:
                job = await unit.plan_approvals.approve(actor, plan_id)
            self._following.begin(pressed, actor, job, title=f"Template for {guild_of(pressed).name}")

    async def reject(self, asked: Asked, plan_id: UUID) -> None:
        """Also without a press, by the command."""
        async with answering(asked):
            actor = await asker_of(asked, self._owners, self._database)
            async with self._database.unit() as unit:
                await unit.plan_approvals.reject(actor, plan_id)
            await asked.edit_original_response(content=REJECTED, embeds=[], components=[])


async def _cancel(pressed: Pressed, plan_id: UUID) -> None:
    async with answering(pressed):
        await pressed.edit_original_response(content=CANCELLED, embeds=[], components=[])

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.actor import Actor
from core.db import Repository
from core.discord.types import Snowflake
from core.policies.models import PolicyModel
from core.policies.rules import Rule


class PolicyRepository(Repository[PolicyModel]):
    model_type = PolicyModel

    async def of(self, guild_id: Snowflake) -> tuple[tuple[Rule, ...], datetime] | None:
        """With the time of the last change."""
        row = (
            await self.session.execute(
                select(PolicyModel.rules, PolicyModel.updated_at).where(PolicyModel.guild_id == guild_id)
            )
        ).one_or_none()
        return None if row is None else (row[0], row[1])

    async def put(
        self, guild_id: Snowflake, rules: tuple[Rule, ...], updated_at: datetime, actor: Actor
    ) -> None:
        row = {"rules": rules, "updated_at": updated_at, "actor": actor}
        await self.session.execute(
            insert(PolicyModel)
            .values(guild_id=guild_id, **row)
            .on_conflict_do_update(index_elements=["guild_id"], set_=row)
        )

from typing import Any

from sqlalchemy import insert

from core.audit.models import AuditEntryModel
from core.db import Repository

_APPEND = insert(AuditEntryModel.__table__)  # pyright: ignore[reportArgumentType] - declared as FromClause, is a Table


class AuditRepository(Repository[AuditEntryModel]):
    model_type = AuditEntryModel

    async def append(self, **values: Any) -> None:
        """One INSERT and nothing else: every change anywhere writes an entry."""
        await self.session.execute(_APPEND, values)

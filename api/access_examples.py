"""Examples of what is asked and answered about access to guilds."""

import uuid
from datetime import UTC, datetime

import msgspec

from api.schemas.access import (
    AccessGrant,
    MemberAccess,
    MemberAccessPage,
    MyGuild,
    MyGuildPage,
    PutAccess,
)

_GUILD = "1045061234567890120"
_GRANT = AccessGrant(
    role="moderator", reason="Looks after #help", by="ada", created_at=datetime(2026, 3, 1, 12, tzinfo=UTC)
)
_MEMBER = MemberAccess(
    guild_id=_GUILD,
    user_id="1045061234567890999",
    account_id=uuid.UUID("0195a1b0-0000-7000-8000-000000000001"),
    name="grace",
    role="moderator",
    source="grant",
    grant=_GRANT,
)
_MINE = MyGuild(id=_GUILD, name="Harbour", role="admin", source="permission", state="approved", bot=True)

ACCESS_EXAMPLES: tuple[msgspec.Struct, ...] = (
    _GRANT,
    _MEMBER,
    MemberAccessPage(items=(_MEMBER,)),
    PutAccess(role="moderator", reason="Looks after #help"),
    _MINE,
    MyGuildPage(items=(_MINE,)),
)

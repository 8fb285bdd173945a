"""Direct messages as the port speaks of them: to one person, who need not be in any guild that a job is about."""

from datetime import datetime
from typing import Protocol

from core.discord.messages import MessageFields
from core.discord.types import Snowflake


class DirectGateway(Protocol):
    """All of it raises the errors of `core.discord.errors`."""

    async def read_owners(self) -> frozenset[Snowflake]:
        """Asks Discord: who owns the application, or of the team that does, its owner and admins."""
        ...

    async def open_direct(self, user_id: Snowflake) -> Snowflake:
        """The channel with that person, which is always the same; it says nothing about whether they take messages."""
        ...

    async def send_direct(
        self, user_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, nonce: str
    ) -> Snowflake:
        """As `send_message`. Raises `DirectClosed` where the person takes none from the bot."""
        ...

    async def direct_alike(
        self, user_id: Snowflake, channel_id: Snowflake, fields: MessageFields, *, since: datetime
    ) -> tuple[Snowflake, ...]:
        """As `sent_alike`, newest first."""
        ...

    async def edit_direct(
        self, user_id: Snowflake, channel_id: Snowflake, message_id: Snowflake, fields: MessageFields
    ) -> None: ...

"""What the connection tells the rest of the program."""

from typing import Protocol

from core.discord.resources import Detail
from core.discord.types import Snowflake


class GuildEvents(Protocol):
    """Whatever an implementation raises is logged and goes no further. Each may come more than once."""

    async def reconcile(self) -> None:
        """The connection is ready: compare everything with what is stored. Comes again after every new session,
        and never twice at the same time."""
        ...

    async def joined(self, guild_id: Snowflake) -> None: ...

    async def left(self, guild_id: Snowflake) -> None: ...

    async def unavailable(self, guild_id: Snowflake) -> None:
        """Discord has an outage there; `changed` follows when it is over."""
        ...

    async def changed(self, guild_id: Snowflake) -> None:
        """Settings, roles or channels are different now. Many changes come as one, a fraction of a second late."""
        ...

    async def details_changed(self, guild_id: Snowflake, detail: Detail) -> None:
        """Of what the connection itself does not tell, this is different now. Many changes come as one."""
        ...

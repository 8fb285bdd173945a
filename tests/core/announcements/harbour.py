"""A guild with two administrators and a moderator, and announcements in it."""

import uuid
from typing import Any

from msgspec.structs import replace

from core.actor import Actor
from core.announcements.schemas import (
    Announcement,
    AnnouncementChanges,
    AnnouncementDraft,
    AnnouncementMessage,
)
from core.discord.permissions import Permission
from core.discord.types import Snapshot
from core.guilds.options import GuildOptionsChanges
from core.uow import Database
from tests.builders.core import member, powers, snapshot


class Harbour:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.guild: Snapshot = snapshot(roles=1, channels=2)
        self.guild_id = self.guild.guild_id
        captain, crew = self.guild.roles[0], self.guild.roles[1]
        self.ada, self.bob = (
            member(self.guild_id, Permission.ADMINISTRATOR, roles=(captain.id,), account_id=uuid.uuid4())
            for _ in range(2)
        )
        self.mia = member(
            self.guild_id, Permission.MANAGE_MESSAGES, roles=(crew.id,), account_id=uuid.uuid4()
        )

    async def begin(self) -> None:
        async with self.database.unit() as unit:
            await unit.guilds.store(self.guild, powers(self.guild), vouched=True)

    async def want_approval(self, *, wanted: bool = True) -> None:
        async with self.database.unit() as unit:
            changes = GuildOptionsChanges(announcement_approval=wanted)
            await unit.guild_options.edit(self.bob, self.guild_id, changes)

    def draft(self, **fields: Any) -> AnnouncementDraft:
        message = AnnouncementMessage(content=fields.pop("content", "${guild.name} opens."))
        draft = AnnouncementDraft(name="Opening", channel_id=self.guild.channels[0].id, message=message)
        return replace(draft, **fields)

    async def write(self, actor: Actor | None = None, **fields: Any) -> Announcement:
        async with self.database.unit() as unit:
            return await unit.announcements.create(actor or self.ada, self.guild_id, self.draft(**fields))

    async def edit(self, actor: Actor, announcement: Announcement, **changes: Any) -> Announcement:
        async with self.database.unit() as unit:
            return await unit.announcements.edit(actor, announcement.id, AnnouncementChanges(**changes))

    async def see(self, announcement: Announcement) -> Announcement:
        async with self.database.read() as unit:
            return await unit.announcements.get(self.bob, announcement.id)

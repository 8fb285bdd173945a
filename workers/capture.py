"""Keeping what a guild looks like: what the connection has told, what has to be asked for, and its pictures."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from core.discord.assets import assets_of
from core.discord.errors import DiscordError
from core.discord.images import AssetPath, Image, ImageHash
from core.discord.resources import GuildDetails
from core.discord.sniffing import media_type_of
from core.discord.types import BotPowers, Snapshot
from core.guilds.reading import with_details
from core.guilds.schemas import MemberRoles, SnapshotContent, SnapshotReason
from core.images.errors import StoreFull
from workers.registry import JobContext

_AT_ONCE = 8
_NOTES = 20


class Pictures(msgspec.Struct, frozen=True):
    """Which paths hold which pictures, and why others are not among them."""

    images: dict[AssetPath, ImageHash]
    notes: tuple[str, ...] = ()


async def keep(
    job: JobContext,
    reason: SnapshotReason,
    *,
    label: str | None = None,
    members: bool = False,
    details: GuildDetails | None = None,
) -> SnapshotContent:
    """Keeps a snapshot for the asker, and the guild as it was read; a later claim of the job finds that one. What
    cannot be read is noted in it. `members` are kept where the guild's settings allow it. `details` spares asking for
    what was read a moment ago."""
    async with job.database.read() as unit:
        earlier = await unit.snapshots.kept_by(job.job.id)
    if earlier is not None:
        return earlier
    details = details or await job.gateway.read_details(job.guild_id)
    content = with_details(await job.gateway.read_guild(job.guild_id), details)
    pictures = await keep_pictures(job, content)
    content = msgspec.structs.replace(content, images=pictures.images)
    roles, unread = await _members_of(job) if members else (None, ())
    notes = (*_unread(details), *unread, *pictures.notes)
    async with job.database.unit() as unit:
        info = await unit.snapshots.keep(
            job.job.actor,
            content,
            reason=reason,
            job_id=job.job.id,
            label=label,
            notes=notes,
            members=roles,
        )
    await store(job, details)
    return SnapshotContent(info=info, content=content)


async def store(job: JobContext, details: GuildDetails) -> bool:
    """The guild as the connection knows it now, with what was asked for; answers whether anything had changed."""

    async def read() -> tuple[Snapshot, BotPowers]:
        snapshot, powers = await job.read_guild()
        return with_details(snapshot, details), powers

    async with job.database.unit() as unit:
        return await unit.guilds.store_read(job.guild_id, read)


async def keep_pictures(job: JobContext, snapshot: Snapshot) -> Pictures:
    """Reads those that are not known yet, each path once ever. A failure is a note."""
    paths = assets_of(snapshot)
    async with job.database.unit() as unit:
        known = await unit.images.known(paths)
        await unit.images.note_assets(known)
    new, notes = [path for path in paths if path not in known], list[str]()
    for batch in (new[at : at + _AT_ONCE] for at in range(0, len(new), _AT_ONCE)):
        try:
            for path, found in await _read(job, batch):
                if isinstance(found, str):
                    notes.append(found)
                else:
                    known[path] = await _keep(job, path, found)
        except StoreFull as full:
            notes.append(full.message)
            break
    return Pictures(known, _shortened(notes))


async def _read(job: JobContext, paths: Sequence[AssetPath]) -> Iterable[tuple[AssetPath, Image | str]]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_read_one(job, path)) for path in paths]
    return zip(paths, (task.result() for task in tasks), strict=True)


async def _read_one(job: JobContext, path: AssetPath) -> Image | str:
    """The picture, or why there is none."""
    try:
        image = await job.gateway.read_image(path)
    except DiscordError as error:
        return f"The picture {path} could not be read: {error.message}"
    if image is None:
        return f"The picture {path} is not there any more, or larger than what is stored."
    return image if media_type_of(image.content) else f"What Discord has as {path} is no picture."


async def _keep(job: JobContext, path: AssetPath, image: Image) -> ImageHash:
    async with job.database.unit() as unit:
        return await unit.images.keep(path, image)


async def _members_of(job: JobContext) -> tuple[tuple[MemberRoles, ...] | None, tuple[str, ...]]:
    async with job.database.read() as unit:
        options = await unit.guild_options.of(job.guild_id)
    if not options.keep_member_roles:
        return None, ()
    try:
        members = await job.gateway.read_members(job.guild_id)
    except DiscordError as error:
        return None, (f"Who has which roles could not be read: {error.message}",)
    return tuple(MemberRoles(member.user_id, member.role_ids) for member in members), ()


def _unread(details: GuildDetails) -> Iterable[str]:
    if details.webhooks is None:
        yield "The webhooks could not be read: for that the bot needs the permission manage_webhooks."
    if details.automod_rules is None:
        yield "The AutoMod rules could not be read: for that the bot needs the permission manage_guild."


def _shortened(notes: list[str]) -> tuple[str, ...]:
    if len(notes) <= _NOTES:
        return tuple(notes)
    return (*notes[:_NOTES], f"And {len(notes) - _NOTES} more pictures could not be read.")

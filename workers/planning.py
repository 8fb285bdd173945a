"""What the jobs that plan on the live guild have in common: reading it whole, and waiting until Discord has told."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from core.discord.assets import assets_of
from core.discord.images import Image, ImageHash
from core.discord.types import BotPowers, Snapshot
from core.guilds.reading import kept, with_details
from core.guilds.service import ReadGuild
from core.templates.documents.document import Document
from core.templates.plan import Plan
from core.templates.resources.sections import details_for
from workers.registry import JobContext

_TOLD_WITHIN_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.05


class StoredPictures:
    """The pictures that we hold, each read in a transaction of its own."""

    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def find(self, image_hash: ImageHash) -> Image | None:
        async with self._job.database.read() as unit:
            return await unit.images.find(image_hash)


async def read_for(job: JobContext, document: Document) -> tuple[Snapshot, BotPowers]:
    """The guild now, with what has to be asked for where the document speaks of it, and what is known of pictures. Who
    begins asks anew first: what was asked since then, or written, is not asked for again."""
    snapshot, powers = await job.read_guild()
    if details := details_for(document, snapshot.features):
        snapshot = with_details(snapshot, await job.gateway.known_details(job.guild_id, details))
    async with job.database.read() as unit:
        images = await unit.images.known(assets_of(snapshot))
    return replace(snapshot, images=images), powers


async def reader_for(job: JobContext, document: Document) -> ReadGuild:
    """What has to be asked for is asked for now, because no call is made while a transaction is open."""
    whole, _ = await read_for(job, document)

    async def read() -> tuple[Snapshot, BotPowers]:
        told, powers = await job.read_guild()
        return kept(whole, told), powers

    return read


async def until_told(plan_again: Callable[[], Awaitable[Plan]]) -> Plan:
    """Gateway events follow the answers to calls by moments: looks until nothing is left to do, or gives up. Answers
    what is left."""
    deadline, pause = asyncio.get_running_loop().time() + _TOLD_WITHIN_SECONDS, _FIRST_PAUSE_SECONDS
    while True:
        left = await plan_again()
        if left.is_empty or asyncio.get_running_loop().time() > deadline:
            return left
        await asyncio.sleep(pause)
        pause *= 1.5

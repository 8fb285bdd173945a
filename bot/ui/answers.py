"""Answering in time, and saying in one sentence what went wrong."""

import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import aiohttp
import disnake

from bot.asker import Asked
from bot.ui.text import clipped
from core.discord.markdown import plain
from core.errors import GuildwrightError

log = logging.getLogger(__name__)
CONTENT = 2000
UNREACHED = (disnake.HTTPException, aiohttp.ClientError, OSError)


@contextlib.asynccontextmanager
async def answering(asked: Asked) -> AsyncGenerator[None]:
    """Acknowledges at once, seen by the asker alone, unless that was done before; inside there are fifteen minutes.

    What is raised inside becomes a sentence above whatever the reply shows.
    """
    try:
        if not asked.response.is_done():
            await asked.response.defer(ephemeral=True)
        yield
    except Exception as error:
        if asked.client.is_closed():
            log.info("Interaction %s was cut short by the bot's end: %s", asked.id, error)
            return
        await say(asked, sentence_of(error))


@contextlib.asynccontextmanager
async def opening(asked: disnake.ApplicationCommandInteraction[Any]) -> AsyncGenerator[None]:
    """For what is answered with a form, which nothing may be said before: what is raised inside is the answer."""
    try:
        yield
    except Exception as error:
        if asked.client.is_closed() or asked.response.is_done():
            log.info("Interaction %s opened no form: %s", asked.id, error)
            return
        try:
            await asked.response.send_message(sentence_of(error), ephemeral=True)
        except UNREACHED as unreached:
            log.info("Interaction %s cannot be answered any more: %s", asked.id, unreached)


async def say(asked: Asked, sentence: str) -> None:
    """Quietly gives up on a reply that cannot be reached any more."""
    try:
        await asked.edit_original_response(content=sentence)
    except UNREACHED as error:
        log.info("Interaction %s cannot be answered any more: %s", asked.id, error)


def sentence_of(error: Exception) -> str:
    """What core refuses explains itself. Anything else is logged under the reference that the sentence names."""
    if isinstance(error, GuildwrightError):
        return clipped(plain(error.message), CONTENT)
    reference = uuid4().hex[:8]
    log.error("An interaction ended in an error of ours, reference %s", reference, exc_info=error)
    return f"Something went wrong on this side. Its reference in the bot's log is `{reference}`."

"""The threads from which disnake sends heartbeats: whoever closes a client waits for them."""

import asyncio
import threading

import disnake
from disnake.gateway import DiscordWebSocket, KeepAliveHandler

LONGEST_BEAT = 5.0


async def end_heartbeats(client: disnake.Client) -> None:
    """Ends those of every connection that the client has or had; a client that is closed needs it before its loop ends.

    disnake tells only the connection it has, and only if that is open, and waits for none. A thread that wakes when
    the loop is closed dies with a traceback; one that waits for the loop to send waits for ever.
    """
    beating = _heartbeats(client)
    for thread in beating:
        thread.stop()
    for thread in beating:
        # Elsewhere: the last heartbeat is sent by this loop.
        await asyncio.to_thread(thread.join, LONGEST_BEAT)


def _heartbeats(client: disnake.Client) -> list[KeepAliveHandler]:
    # Those of lost connections are known to nobody but the interpreter.
    return [
        thread
        for thread in threading.enumerate()
        if isinstance(thread, KeepAliveHandler)
        and isinstance(thread.ws, DiscordWebSocket)
        and thread.ws._connection is client._connection  # pyright: ignore[reportPrivateUsage]
    ]

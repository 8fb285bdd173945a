"""Asking DNS, in threads of its own: a name server that never answers holds nobody else up."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from core.addresses import Address, address_of

Resolve: TypeAlias = Callable[[str], Awaitable[tuple[Address, ...]]]


class Resolver:
    """The system's resolver. Raises `OSError` for a name that has no address."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolving")

    async def __call__(self, host: str) -> tuple[Address, ...]:
        """In the order in which they should be tried (RFC 6724)."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _look_up, host)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str) -> tuple[Address, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # Python's own check of the labels
        raise OSError(f"{host} is no name: {error}") from None
    addresses = (address_of(str(entry[4][0])) for entry in found)
    return tuple(dict.fromkeys(address for address in addresses if address is not None))

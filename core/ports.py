"""Ports on 127.0.0.1 for servers of our own, that nobody takes between now and their start, or while they are away.

What a system gives to outgoing connections (RFC 6335 §6, the dynamic ports; Linux begins at 32768) is in use by one
connection or another all the time: a server that is started again where it was would sometimes find its port taken.
"""

import random
import socket
from contextlib import suppress
from typing import Final

FIRST: Final = 20_000
LAST: Final = 32_767
_TRIES = 50
_dice = random.SystemRandom()


def is_free(port: int) -> bool:
    """Whether a server could listen there now. Without SO_REUSEADDR it would be refused for a minute after its last
    user; servers set it too."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def unused_port() -> int:
    """One below all that outgoing connections get, at random, so that two who ask at once do not meet. Raises
    `OSError`, in a sentence, if there seems to be none."""
    for port in _dice.choices(range(FIRST, LAST + 1), k=_TRIES):
        if is_free(port):
            return port
    raise OSError(
        f"No port from {FIRST} to {LAST} is free on 127.0.0.1: close other programs, then start again."
    )

"""Whether what is asked of the gateway may be sent at this moment.

A call can stand in a line for a while, or its process can be suspended: by then the job may be in other hands, which
look for what was done and do the rest. So whoever asks says in its context until when it may be sent, and the gateway
looks at the last moment.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar


def _always() -> bool:
    return True


_may_be_sent: ContextVar[Callable[[], bool]] = ContextVar("may_be_sent", default=_always)


@contextmanager
def sendable_while(holds: Callable[[], bool]) -> Generator[None]:
    """For what is asked inside the block, also by tasks that it starts."""
    token = _may_be_sent.set(holds)
    try:
        yield
    finally:
        _may_be_sent.reset(token)


def may_be_sent() -> bool:
    """Asked right before anything leaves."""
    return _may_be_sent.get()()

"""Fixed windows: one begins with the first call that is counted after the last one's end."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class Window:
    """``ends`` is a second of the simulator's clock."""

    ends: float
    used: int = 0


class Windows:
    """The current window of each key."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Window] = {}

    def clear(self) -> None:
        self._found.clear()

    def at(self, key: Hashable, now: float, seconds: float) -> Window:
        window = self._found.get(key)
        if window is None:
            window = self._found[key] = Window(now + seconds)
        elif window.ends <= now or not window.used:
            window.ends, window.used = now + seconds, 0
        return window

    def open_at(self, key: Hashable, now: float) -> Window | None:
        """The window that is open now, if one is; nothing begins."""
        window = self._found.get(key)
        return None if window is None or window.ends <= now else window

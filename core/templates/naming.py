"""Keys for nodes that come from Discord, and the record of what a document cannot say about them."""

import functools
import re
import unicodedata
from collections.abc import Mapping

from core.discord.permissions import ALL, names_of
from core.discord.types import Snowflake
from core.templates.documents.guild_settings import SUPPRESSIBLE, Suppressed
from core.templates.documents.keys import EVERYONE
from core.templates.plan import Notice

_KEY_LENGTH = 64
# A guild has thousands of overwrites and few different ones.
_names_of = functools.lru_cache(1024)(names_of)


def slug_of(name: str) -> str:
    """The name in the letters a key may have; empty where none of them are left."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


class Namer:
    """Hands out keys that are unique across roles and channels. `known` keeps the keys that nodes already have."""

    def __init__(self, known: Mapping[str, Snowflake] | None = None) -> None:
        self._known = {snowflake: key for key, snowflake in (known or {}).items() if key != EVERYONE}
        self._taken = {EVERYONE, *self._known.values()}
        self._counts: dict[str, int] = {}

    def key_for(self, snowflake: Snowflake, name: str, kind: str) -> str:
        """The slug of the name; with the kind, then a number, where that is taken; `kind-N` where there is none."""
        if snowflake in self._known:
            return self._known[snowflake]
        self._counts[kind] = self._counts.get(kind, 0) + 1
        slug = slug_of(name)
        wanted = slug or f"{kind}-{self._counts[kind]}"
        if wanted in self._taken and slug:
            wanted = f"{slug}-{kind}"
        return self._take(wanted)

    def _take(self, wanted: str) -> str:
        key, number = wanted, 1
        while key in self._taken:
            number += 1
            key = f"{wanted[: _KEY_LENGTH - 6]}-{number}"
        self._taken.add(key)
        return key


class Losses:
    """Turns Discord's bit fields into words and remembers, as notices, the bits that have none."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def note(self, code: str, message: str, node: str | None = None) -> None:
        """Something that the document leaves out."""
        self.notices.append(Notice(code=code, message=message, node=node))

    def permissions(self, bits: int, node: str) -> tuple[str, ...]:
        """Names of the permission bits that Discord has named."""
        if unknown := bits & ~int(ALL):
            self.note(
                "unknown_permission_bits",
                f"`{node}` has permission bits that have no name ({unknown:#x}); the document leaves them out.",
                node,
            )
        return _names_of(bits)

    def suppressed(self, flags: int) -> tuple[Suppressed, ...]:
        """Names of the system channel's flags."""
        named: dict[Suppressed, int] = {name: bit for name, bit in SUPPRESSIBLE.items() if flags & bit}
        if unknown := flags & ~sum(named.values()):
            self.note(
                "unknown_system_channel_flags",
                f"The system channel has flags that have no name ({unknown:#x}); the document leaves them out.",
            )
        return tuple(named)

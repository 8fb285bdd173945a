"""Everything that can be refused, as one tree.

    GuildwrightError
    ├── Invalid              the request itself is wrong; carries one `Problem` for each bad field
    │   └── TooLarge
    ├── Unauthenticated      nobody, or a credential that does not hold
    ├── Forbidden            somebody, but not allowed
    ├── NotFound             nothing there that the asker may see
    ├── Conflict             true of the world right now, may be false later
    │   └── Stale            the asker looked at something that has changed since
    ├── Unavailable          a part we need is away
    └── ConfigurationError   a setting is wrong: the process ends with status 78 (sysexits EX_CONFIG)

A message is a sentence for a person: which thing, which limit, what to do. `code` is for programs and never changes.
"""

from typing import ClassVar

import msgspec

EX_CONFIG = 78


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing wrong with one place of the input.

    `pointer` is an RFC 6901 JSON pointer into the body; `line` and `column` count from 1 and stand only where the
    input was text that a person wrote (YAML or JSON).
    """

    pointer: str
    code: str
    message: str
    line: int | None = None
    column: int | None = None


class GuildwrightError(Exception):
    """Root of the tree: `code` for programs, the message for people, `problems` for the fields concerned."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, code: str | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or type(self).code
        self.problems = problems


class Invalid(GuildwrightError):
    """The input cannot be accepted as it stands, whoever sends it and whenever."""

    code = "invalid"


class TooLarge(Invalid):
    """The input is over a size limit that the message names."""

    code = "too_large"


class Unauthenticated(GuildwrightError):
    """No credential, or one that is unknown, expired or revoked."""

    code = "unauthenticated"


class Forbidden(GuildwrightError):
    """The asker is known and lacks the permission that the message names."""

    code = "forbidden"


class NotFound(GuildwrightError):
    """There is no such thing, or none that the asker may know of."""

    code = "not_found"


class Conflict(GuildwrightError):
    """The present state of the thing does not allow it."""

    code = "conflict"


class Stale(Conflict):
    """What the asker saw has changed since: look again, then ask again."""

    code = "stale"


class Unavailable(GuildwrightError):
    """A server or process we depend on does not answer."""

    code = "unavailable"


class ConfigurationError(GuildwrightError):
    """A setting that cannot work; the process ends with status 78 and this sentence."""

    code = "configuration"

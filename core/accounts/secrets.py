"""The secrets of API tokens: `gwt_`, 256 random bits, and a checksum, by which scanners tell them from other words."""

import hashlib
import secrets
import string
import zlib
from typing import Final

PREFIX: Final = "gwt_"
_DIGITS: Final = string.digits + string.ascii_letters
_CHECK_DIGITS: Final = 6


def new_secret() -> str:
    random = PREFIX + secrets.token_urlsafe(32)
    return random + checksum(random)


def checksum(text: str) -> str:
    """CRC-32 in six digits of base 62. It guards nothing: secrets without one hold as well."""
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECK_DIGITS):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def shown(secret: str) -> str:
    """As much of it as may be told later."""
    return secret[: len(PREFIX) + 4]


def digest_of(secret: str) -> bytes:
    """SHA-256: a secret has 256 bits of entropy, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()

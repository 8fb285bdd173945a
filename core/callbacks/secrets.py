"""Secrets as Standard Webhooks has them: `whsec_` and base64 of 24 to 64 random bytes.

To sign they have to be known. They are kept sealed, so that who reads the database alone cannot sign.
"""

import secrets
from base64 import b64encode
from collections.abc import Callable
from typing import Final

import msgspec

from core.keyring import Keyring, SealBroken

PREFIX = "whsec_"
PURPOSE: Final = "callbacks.secret"
_BYTES = 32


class KeptSecret(msgspec.Struct, frozen=True):
    """As it stands in a row: sealed, or plain where an earlier version wrote it. The `repr` shows neither."""

    sealed: bytes | None
    plain: str | None

    def __repr__(self) -> str:
        return "KeptSecret()"


class SecretSeal:
    """Needs the keys only when there is something to seal or to open. Whoever uses it holds them."""

    def __init__(self, keys: Callable[[], Keyring]) -> None:
        self._keys = keys

    def seal(self, secret: str) -> bytes:
        return self._keys().seal(secret.encode(), PURPOSE)

    def sealed(self, kept: KeptSecret) -> bytes | None:
        """As it is to be written; nothing is opened for it."""
        return kept.sealed if kept.plain is None else self.seal(kept.plain)

    def open(self, kept: KeptSecret) -> str | None:
        """None for what is none, and for what no key of ours opens."""
        if kept.sealed is None:
            return kept.plain
        try:
            return self._keys().unseal(kept.sealed, PURPOSE).decode()
        except SealBroken:
            return None


def new_secret() -> str:
    """256 random bits."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()

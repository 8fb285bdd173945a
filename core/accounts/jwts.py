"""JSON Web Tokens of our own (RFC 7519, in the form of RFC 9068): signed, and believed for what they carry only.

The keys are derived from the installation's, so a rotation changes them as well; `kid` says which one has signed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import jwt
import msgspec

from core.errors import Unauthenticated, Unavailable
from core.keyring import Keyring

AUDIENCE: Final = "guildwright"
_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_PURPOSE: Final = "access tokens"
_REQUIRED: Final = ["iss", "aud", "sub", "jti", "iat", "exp"]
_LONGEST: Final = 16 * 1024
_SEGMENTS: Final = 3


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who, and what they may at most; nothing of what they may at all, which is looked up when they ask.

    `tid` or `sid` is the API token or session that it was made with. `scope` is words with spaces between them.
    """

    iss: str
    aud: str
    sub: UUID
    jti: UUID
    iat: int
    exp: int
    tid: UUID | None = None
    sid: UUID | None = None
    scope: str | None = None
    guild_ids: tuple[str, ...] | None = None

    @property
    def scopes(self) -> tuple[str, ...] | None:
        return None if self.scope is None else tuple(self.scope.split())


def is_jwt(secret: str) -> bool:
    """By its form: the first segment is base64 of `{"`."""
    return secret.startswith("eyJ") and secret.count(".") == _SEGMENTS - 1


def sign(claims: Claims, keys: Keyring) -> str:
    """Raises `Unavailable` where the key went just then."""
    key_id = keys.primary
    key = keys.derived(_PURPOSE, key_id)
    if key is None:
        raise Unavailable("The installation's keys are being changed right now: ask again.")
    headers = {"kid": key_id, "typ": _TYPE}
    return jwt.encode(msgspec.to_builtins(claims), key, algorithm=_ALGORITHM, headers=headers)


def read(text: str, keys: Keyring, *, issuer: str, now: datetime) -> Claims:
    """Raises `Unauthenticated`, and never tells which part does not hold."""
    try:
        claims = msgspec.convert(_verified(text, keys, issuer), Claims)
    except (jwt.PyJWTError, msgspec.ValidationError):
        raise _refusal() from None
    if claims.exp <= now.timestamp() or (claims.tid is None) == (claims.sid is None):
        raise _refusal()
    return claims


def _verified(text: str, keys: Keyring, issuer: str) -> dict[str, Any]:
    """The algorithm is ours and not what the header says; the time is compared by our own clock."""
    if len(text) > _LONGEST:
        raise _refusal()
    header = jwt.get_unverified_header(text)
    key_id = header.get("kid")
    key = keys.derived(_PURPOSE, key_id) if isinstance(key_id, str) else None
    if key is None or header.get("typ") != _TYPE:
        raise _refusal()
    return jwt.decode(
        text,
        key,
        algorithms=[_ALGORITHM],
        audience=AUDIENCE,
        issuer=issuer,
        options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
    )


def joined(scopes: Sequence[str] | None) -> str | None:
    return None if scopes is None else " ".join(scopes)


def _refusal() -> Unauthenticated:
    return Unauthenticated("This JWT is expired, ended, or not one of ours: get another at /auth/token.")

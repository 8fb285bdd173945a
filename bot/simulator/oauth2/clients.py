"""Which app calls the token endpoint: HTTP Basic, or its id and secret in the form (RFC 6749, 2.3.1)."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from urllib.parse import unquote_plus

from bot.simulator.oauth2.refusals import TokenRefusal
from bot.simulator.state import Application
from bot.simulator.state.applications import PUBLIC_OAUTH2_CLIENT


def require_client(
    application: Application, authorization: str | None, fields: Mapping[str, str], *, proven: bool = False
) -> None:
    """``proven``: the call proves itself otherwise, so a public client needs no secret (PKCE, or a refresh token)."""
    if authorization is not None:
        if "client_secret" in fields:
            raise TokenRefusal("invalid_request", "More than one way of client authentication")
        given = _basic(authorization)
        if given is None or not _fits(application, *given):
            raise _unknown(basic=True)
        return
    if "client_id" not in fields:
        raise _unknown()
    public = proven and bool(application.flags & PUBLIC_OAUTH2_CLIENT) and "client_secret" not in fields
    secret = application.client_secret if public else fields.get("client_secret", "")
    if not _fits(application, fields["client_id"], secret):
        raise _unknown()


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, found, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (unquote_plus(name), unquote_plus(secret)) if found else None


def _fits(application: Application, client_id: str, secret: str) -> bool:
    return client_id == str(application.id) and hmac.compare_digest(
        secret.encode(), application.client_secret.encode()
    )


def _unknown(*, basic: bool = False) -> TokenRefusal:
    refusal = TokenRefusal("invalid_client", "Unknown client, or its secret is wrong", status=401)
    if basic:
        refusal.headers["www-authenticate"] = 'Basic realm="oauth2"'
    return refusal

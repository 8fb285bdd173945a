"""The cookies of a login. `__Host-` makes browsers refuse them from any other host, from subdomains and over plain
HTTP (RFC 6265bis, section 4.1.3.2), so that nobody can plant one."""

from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

SESSION = "__Host-guildwright"
LOGIN = "__Host-guildwright-login"


def cookie(name: str, secret: str, life: timedelta) -> Cookie:
    """Lax, because the browser comes back from Discord."""
    return Cookie(
        key=name,
        value=secret,
        max_age=int(life.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def no_cookie(name: str) -> Cookie:
    """Makes the browser forget it."""
    return cookie(name, "", timedelta(0))


def shown_in(connection: ASGIConnection[Any, Any, Any, Any], name: str) -> str | None:
    return connection.cookies.get(name) or None

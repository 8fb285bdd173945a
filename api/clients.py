"""From which address a request really comes.

A proxy tells it in `Forwarded` (RFC 7239) or `X-Forwarded-For`, behind what it was told itself. Anybody can write
anything to the left of that, so the list is read from the right, and only as long as those who wrote it are trusted.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address
from typing import Final

from litestar.types import ASGIApp, Receive, Scope, Send

from api.parts import parts_of
from core.addresses import Address, Network, address_of

UNKNOWN: Final = "unknown"
_KEY = "guildwright_client"
_FOR = re.compile(r"""(?:^|;)\s*for=("[^"]*"|[^;\s]*)""", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\]]*)\](?::\d+)?")
_WITH_PORT = re.compile(r"([0-9.]+):\d+")


def client_of(scope: Scope) -> str:
    """The client's address; `unknown` where the server knows none, as on a Unix socket."""
    return scope["state"].get(_KEY, UNKNOWN)


class ClientAddresses:
    """Finds the address out once for each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][_KEY] = address_behind(
            (scope["client"] or (UNKNOWN, 0))[0],
            scope["headers"],
            parts_of(scope).door.proxies,
        )
        await self._app(scope, receive, send)


def address_behind(peer: str, headers: Iterable[tuple[bytes, bytes]], proxies: Sequence[Network]) -> str:
    """`peer` itself unless it is a trusted proxy. A proxy writes one of the two headers and lets the other pass as it
    came: where they do not agree, somebody lies, and neither is believed."""
    nearest = _address(peer)
    if nearest is None or not _is_in(nearest, proxies):
        return peer if nearest is None else str(nearest)
    forwarded: list[str] = []
    usual: list[str] = []
    for name, value in headers:
        if name == b"forwarded":
            forwarded += [_named_in(element) for element in value.decode("latin-1").split(",")]
        elif name == b"x-forwarded-for":
            usual += value.decode("latin-1").split(",")
    found = {_first_untrusted(nearest, hops, proxies) for hops in (forwarded, usual) if hops}
    return str(found.pop() if len(found) == 1 else nearest)


def _first_untrusted(nearest: Address, hops: Sequence[str], proxies: Sequence[Network]) -> Address:
    """From the right; what is no address ends the search, since whoever wrote it hides who was before."""
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            return nearest
        nearest = address
        if not _is_in(address, proxies):
            return address
    return nearest


def _named_in(element: str) -> str:
    said = _FOR.search(element)
    return said[1].strip('"') if said else ""


def _address(text: str) -> Address | None:
    """Without port and brackets; an IPv4 address in the clothes of IPv6 as IPv4."""
    text = text.strip()
    dressed = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    address = address_of(dressed[1] if dressed else text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)

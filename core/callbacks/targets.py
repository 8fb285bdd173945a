"""What a callback's URL says, and whether it may be called.

The URL is taken apart once, by this module alone, and the request is built from the parts: where two parsers disagree
about a URL, one of them can be made to check another host than the other one calls.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from core.addresses import Address, Allowance, address_of, is_host_name, is_public
from core.callbacks.errors import TargetRefused

_SCHEME = re.compile(r"(https?)://", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?")
_REST = re.compile(
    r"(?:/(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?(?:\?(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
_PORTS = {"https": 443, "http": 80}
_LAST_PORT = 65535


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """`host` is a DNS name or an address in its shortest form, `rest` path and query as they are sent."""

    scheme: str
    host: str
    port: int
    rest: str

    @property
    def address(self) -> Address | None:
        """Where the URL itself names one."""
        return address_of(self.host)

    @property
    def authority(self) -> str:
        """As it stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Raises `TargetRefused` for what is not a plain http or https URL."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise TargetRefused("scheme", "Give a URL that begins with https://.")
    authority, rest = _divided(url[scheme.end() :])
    if "@" in authority:
        raise TargetRefused(
            "credentials", "A URL with credentials in it is not called: deliveries are signed instead."
        )
    if "#" in rest:
        raise TargetRefused("format", "A fragment is never sent: leave out the # and what follows.")
    found, plain = _AUTHORITY.fullmatch(authority.lower()), _REST.fullmatch(rest)
    host = None if found is None else _host(found["v6"], found["name"])
    if found is None or host is None:
        raise TargetRefused(
            "format", "The host is neither a DNS name (others than ASCII as xn--…) nor an address."
        )
    if plain is None:
        raise TargetRefused(
            "format", "Path and query may only have the characters of a URI: escape others as %XX."
        )
    name = scheme[1].lower()
    port = int(found["port"] or _PORTS[name])
    if not 1 <= port <= _LAST_PORT:
        raise TargetRefused("format", "A port is a number from 1 to 65535.")
    return Target(scheme=name, host=host, port=port, rest=rest if rest.startswith("/") else f"/{rest}")


def require_callable(target: Target, allowance: Allowance) -> None:
    """All that can be said without asking DNS. Raises `TargetRefused`."""
    address = target.address
    if address is not None:
        if not _may_reach(target, address, allowance):
            raise _refused(target, is_public(address))
    elif not allowance.names(target.host):
        if target.scheme == "http":
            raise _refused(target, is_public=True)
        if target.host.rpartition(".")[2] == "localhost":
            raise _refused(target, is_public=False)


def reachable(target: Target, resolved: Iterable[Address], allowance: Allowance) -> tuple[Address, ...]:
    """Those of the addresses that may be called. Raises `TargetRefused` when there are none."""
    found = tuple(address for address in resolved if _may_reach(target, address, allowance))
    if not found:
        raise TargetRefused("forbidden_address", f"{target.host} has no address that may be called here.")
    return found


def _may_reach(target: Target, address: Address, allowance: Allowance) -> bool:
    allowed = allowance.names(target.host) or allowance.covers(address)
    if target.scheme == "http":
        return allowed and not is_public(address)
    return allowed or is_public(address)


def _refused(target: Target, is_public: bool) -> TargetRefused:
    if is_public:
        return TargetRefused(
            "scheme",
            "Give a URL that begins with https://: http is only for private hosts that are allowed here.",
        )
    return TargetRefused(
        "forbidden_address",
        f"{target.host} is not a public address. The owner of this installation can allow it: "
        "GUILDWRIGHT_CALLBACK_ALLOW.",
    )


def _divided(text: str) -> tuple[str, str]:
    end = next((index for index, character in enumerate(text) if character in "/?#"), len(text))
    return text[:end], text[end:]


def _host(v6: str | None, name: str | None) -> str | None:
    if v6 is not None:
        address = address_of(v6)
        return str(address) if address is not None and address.version == 6 else None  # noqa: PLR2004
    if name is not None and (address_of(name) is not None or is_host_name(name)):
        return name
    return None


def receiver_in(url: str) -> str:
    """Scheme, host and port, without what only those may know who may write to it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"

"""Which addresses of the Internet may be called because a stranger asked for it.

Sources: the IANA special-purpose address registries (RFC 6890 and what was added since), RFC 4291 for IPv6. Said here
in full instead of asking `ipaddress`, whose answers for transition mechanisms differ between versions of Python.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

import msgspec

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_SPECIAL_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared behind a carrier's NAT
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local; clouds keep their metadata there
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")
"""Outside of it are loopback, link-local, unique local, multicast, IPv4-mapped, NAT64 and all that is reserved."""
_SPECIAL_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside
            "3fff::/20",  # documentation
        ),
    )
)
_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What may be called although it is not public: hosts by name, whatever they resolve to, and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def names(self, host: str) -> bool:
        return host in self.hosts

    def covers(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def is_public(address: Address) -> bool:
    """Whether it is a global unicast address that no registry sets aside for something else."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    is_global = address.scope_id is None and address in _GLOBAL_UNICAST_6
    return is_global and not any(address in network for network in _SPECIAL_6)


def is_host_name(text: str) -> bool:
    """A DNS name in lower case, not ending in a number: `127.1` and `0x7f000001` are addresses in disguise, which
    `getaddrinfo` would take for 127.0.0.1 (WHATWG URL, "ends in a number")."""
    return _NAME.fullmatch(text) is not None and not _NUMBER.fullmatch(text.rpartition(".")[2])


def address_of(text: str) -> Address | None:
    """None for what is no address in its usual form."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def allowance_of(text: str) -> Allowance:
    """From names, addresses and networks with commas between them. Raises `ValueError` with the entry that is none."""
    hosts: set[str] = set()
    networks: list[Network] = []
    for entry in filter(None, (part.strip().lower() for part in text.split(","))):
        if is_host_name(entry):
            hosts.add(entry)
        else:
            networks.append(_network(entry))
    return Allowance(hosts=frozenset(hosts), networks=tuple(networks))


def networks_of(text: str) -> tuple[Network, ...]:
    """From addresses and networks with commas between them. Raises `ValueError` with the entry that is none."""
    return tuple(_network(entry) for entry in filter(None, (part.strip() for part in text.split(","))))


def _network(entry: str) -> Network:
    try:
        return ip_network(entry)
    except ValueError as error:
        raise ValueError(
            f"`{entry}` is neither a host's name nor an address nor a network: {error}"
        ) from None

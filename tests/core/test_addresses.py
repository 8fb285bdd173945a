"""Which addresses may be called for a stranger; `ipaddress` is the second opinion."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import Address, Network, address_of, allowance_of, is_host_name, is_public

ADDRESSES = st.ip_addresses()
REFUSED = {
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "unspecified": ("0.0.0.0/8", "::/128"),
    "shared (CGNAT)": ("100.64.0.0/10",),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "reserved": ("240.0.0.0/4", "fec0::/10", "100::/64", "4000::/3", "192.0.0.0/24", "198.18.0.0/15"),
    "documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
    "IPv4 inside IPv6": (
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    ),
}
NETWORKS = [ip_network(text) for texts in REFUSED.values() for text in texts]


@given(ADDRESSES)
def test_what_the_standard_library_calls_special_is_not_public(address: Address) -> None:
    special = (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
        or address.is_private
    )
    assert not (special and is_public(address))


@given(st.sampled_from(NETWORKS), st.integers(min_value=0))
def test_no_address_of_a_special_network_is_public(network: Network, number: int) -> None:
    assert not is_public(network[number % network.num_addresses])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_never_public(inner: IPv4Address) -> None:
    number = int(inner)
    for prefix, shift in (("::ffff:0:0", 0), ("::", 0), ("64:ff9b::", 0), ("64:ff9b:1::", 0), ("2002::", 80)):
        assert not is_public(IPv6Address(int(IPv6Address(prefix)) | number << shift))


@given(st.ip_addresses(v=4, network="8.0.0.0/8") | st.ip_addresses(v=6, network="2600::/12"))
def test_ordinary_addresses_are_public(address: Address) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=6), st.sampled_from(["1", "eth0"]))
def test_an_address_with_a_zone_is_of_this_machine(address: IPv6Address, zone: str) -> None:
    assert not is_public(IPv6Address(f"{address}%{zone}"))


@given(ADDRESSES, ADDRESSES)
def test_an_allowance_covers_what_it_lists_and_nothing_else(listed: Address, other: Address) -> None:
    allowed = allowance_of(f" {listed} ,, hooks.lan")
    assert allowed.covers(listed)
    assert allowed.covers(other) == (other == listed)
    assert allowed.names("hooks.lan")
    assert not allowed.names("other.lan")


def test_a_network_of_one_family_covers_nothing_of_the_other() -> None:
    assert not allowance_of("0.0.0.0/0").covers(IPv6Address("::ffff:10.0.0.1"))
    assert not allowance_of(str(IPv6Network("::/0"))).covers(IPv4Address("10.0.0.1"))


@pytest.mark.parametrize(
    "entry", ["10.0.0.1/8", "10.0.0", "http://a", "a b", "*.lan", "10.0.0.0/33", "-a", "host:80"]
)
def test_an_entry_that_is_nothing_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match=r"neither"):
        allowance_of(f"hooks.lan, {entry}")


@pytest.mark.parametrize(
    "text", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "a.0x7f", "1.2.3", "0x", "example.com."]
)
def test_an_address_in_disguise_is_no_name(text: str) -> None:
    assert not is_host_name(text)
    assert address_of(text) is None


@pytest.mark.parametrize(
    "text", ["localhost", "a.example", "xn--bcher-kva.example", "1a.example", "_dmarc.example"]
)
def test_names_are_names(text: str) -> None:
    assert is_host_name(text)

"""What a URL says, and whether it may be called: before DNS is asked, and after."""

import contextlib
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import Address, Allowance, allowance_of, is_public
from core.callbacks.errors import TargetRefused
from core.callbacks.targets import Target, reachable, require_callable, target_of

NOTHING = Allowance()
LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=2, max_size=4).map(".".join)
HOSTS = NAMES | st.ip_addresses().map(lambda a: f"[{a}]" if a.version == 6 else str(a))
RESTS = st.from_regex(r"(/[a-zA-Z0-9._~!$&'()*+,;=:@-]{0,6}){0,3}(\?[a-z=&/]{0,8})?", fullmatch=True)
SCHEMES = st.sampled_from(["http", "https", "HTTPS"])
PORTS = st.none() | st.integers(1, 65535)


def code(error: pytest.ExceptionInfo[TargetRefused]) -> str:
    assert [problem.pointer for problem in error.value.problems] == ["/url"]
    return error.value.problems[0].code


@given(SCHEMES, HOSTS, PORTS, RESTS)
def test_a_plain_url_is_read_as_other_parsers_read_it(
    scheme: str, host: str, port: int | None, rest: str
) -> None:
    url = f"{scheme}://{host}{'' if port is None else f':{port}'}{rest}"
    target, other, sent = target_of(url), urlsplit(url), httpx.URL(url)
    default = {"http": 80, "https": 443}[scheme.lower()]
    assert (target.scheme, target.port) == (other.scheme, other.port or default)
    assert target.host == sent.host == str(other.hostname)
    assert target.rest.encode() == (b"/" if rest.startswith("?") else b"") + (rest.encode() or b"/")
    assert target.authority == sent.netloc.decode()


@given(st.text(max_size=40))
def test_any_text_is_a_target_or_is_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.com{text}", f"https://{text}.example.com/"):
        with contextlib.suppress(TargetRefused):
            target = target_of(url)
            assert url.isascii()
            assert target.host == httpx.URL(url).host


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "scheme"),
        ("ftp://example.com", "scheme"),
        ("//example.com", "scheme"),
        ("https:/example.com", "scheme"),
        (" https://example.com", "scheme"),
        ("https://user:secret@example.com/", "credentials"),
        ("https://user@example.com/", "credentials"),
        ("https://example.com@127.0.0.1/", "credentials"),
        ("https://", "format"),
        ("https:///path", "format"),
        ("https://example.com:0/", "format"),
        ("https://example.com:65536/", "format"),
        ("https://example.com:/", "format"),
        ("https://example.com:١/", "format"),
        ("https://example.com/#part", "format"),
        ("https://example.com\\@evil.example/", "credentials"),
        ("https://example.com\\evil/", "format"),
        ("https://bücher.example/", "format"),
        ("https://example.com/a b", "format"),
        ("https://example.com/ä", "format"),
        ("https://example.com/%2", "format"),
        ("https://example.com/\r\nHost: evil", "format"),
        ("https://example.com./", "format"),
        ("https://2130706433/", "format"),
        ("https://0x7f.1/", "format"),
        ("https://127.1/", "format"),
        ("https://017700000001/", "format"),
        ("https://[::1/", "format"),
        ("https://[127.0.0.1]/", "format"),
        ("https://[fe80::1%25eth0]/", "format"),
        ("https://::1/", "format"),
        ("https://exa%6dple.com/", "format"),
    ],
)
def test_what_is_no_plain_url_is_refused(url: str, reason: str) -> None:
    with pytest.raises(TargetRefused) as error:
        target_of(url)
    assert code(error) == reason


@given(st.ip_addresses())
def test_an_address_in_the_url_is_called_only_if_it_is_public(address: Address) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    target = target_of(f"https://{host}/")
    assert target.address == address
    if is_public(address):
        require_callable(target, NOTHING)
    else:
        with pytest.raises(TargetRefused) as error:
            require_callable(target, NOTHING)
        assert code(error) == "forbidden_address"
        require_callable(target, allowance_of(str(address)))


@given(st.ip_addresses())
def test_http_is_only_for_private_addresses_that_are_allowed(address: Address) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    target = target_of(f"http://{host}/")
    with pytest.raises(TargetRefused):
        require_callable(target, NOTHING)
    if is_public(address):
        with pytest.raises(TargetRefused):
            require_callable(target, allowance_of(str(address)))
    else:
        require_callable(target, allowance_of(str(address)))


@pytest.mark.parametrize("url", ["http://example.com/", "https://localhost/", "https://a.localhost:8080/"])
def test_a_name_that_cannot_be_right_is_refused_before_it_is_resolved(url: str) -> None:
    target = target_of(url)
    with pytest.raises(TargetRefused):
        require_callable(target, NOTHING)
    require_callable(target, Allowance(hosts=frozenset({target.host})))


@given(st.lists(st.ip_addresses(), max_size=6), st.ip_addresses(), st.sampled_from(["http", "https"]))
def test_of_what_a_name_resolves_to_only_what_may_be_called_is_left(
    resolved: list[Address], allowed: Address, scheme: str
) -> None:
    target = Target(scheme=scheme, host="hooks.example", port=443, rest="/")
    allowance = allowance_of(str(allowed))
    may = [
        address
        for address in [*resolved, allowed]
        if (is_public(address) if scheme == "https" else False)
        or (address == allowed and (scheme == "https" or not is_public(address)))
    ]
    if may:
        assert list(reachable(target, [*resolved, allowed], allowance)) == may
    else:
        with pytest.raises(TargetRefused):
            reachable(target, [*resolved, allowed], allowance)


def test_a_host_that_is_allowed_by_name_may_resolve_to_anything_private() -> None:
    named = Allowance(hosts=frozenset({"hooks.lan"}))
    private, public = ip_address("10.0.0.7"), ip_address("8.8.8.8")
    target = target_of("http://hooks.lan/")
    assert reachable(target, (private, public), named) == (private,)
    assert reachable(target_of("https://hooks.lan/"), (private, public), named) == (private, public)


def test_a_refusal_names_no_address_that_was_resolved() -> None:
    with pytest.raises(TargetRefused) as error:
        reachable(target_of("https://hooks.example/"), (ip_address("10.1.2.3"),), NOTHING)
    assert "10.1.2.3" not in error.value.message

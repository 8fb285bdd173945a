"""What browsers and proxies are told, and what is believed of them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.clients import UNKNOWN, address_behind
from api.doors import Door, door_of
from api.parts import as_state, parts_in
from core.addresses import networks_of
from core.config import Settings, settings_from
from core.errors import ConfigurationError
from tests.api.world import Api

PANEL = "https://panel.example"
STRANGER = "https://stranger.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,if-match",
}
PROXIES = networks_of("10.0.0.0/8, 2001:db8:1::/48")


def behind(api: Api, door: Door) -> None:
    """From now on the installation has these settings."""
    api.app.state.update(as_state(replace(parts_in(api.app), door=door)))


async def test_answers_are_not_kept_not_guessed_and_not_framed(api: Api) -> None:
    for path in ("/api/v1/me", "/api/v1/templates", "/nothing", "/health/live"):
        headers = (await api.client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


async def test_what_a_route_says_itself_stands_alone(api: Api) -> None:
    page = await api.client.get("/schema")
    assert len(page.headers.get_list("content-security-policy")) == 1
    assert "script-src 'self'" in page.headers["content-security-policy"]
    document = await api.client.get("/schema/openapi.json")
    assert document.headers.get_list("cache-control") == ["public, max-age=3600"]


async def test_https_is_insisted_on_where_the_public_url_has_it(api: Api) -> None:
    behind(api, door_of(Settings(public_url="https://guildwright.example")))
    assert (await api.client.get("/nothing")).headers["strict-transport-security"] == "max-age=31536000"


def allowed(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    return headers.get("access-control-allow-origin"), headers.get("access-control-allow-credentials")


async def test_no_origin_is_allowed_unless_a_setting_names_it(api: Api) -> None:
    for _ in ("without a setting", "with another one named"):
        for origin in (STRANGER, "null", f"{PANEL}.stranger.example", "http://panel.example"):
            asked = await api.client.options("/api/v1/me", headers={"Origin": origin, **PREFLIGHT})
            answer = await api.client.get("/api/v1/me", headers={"Origin": origin})
            assert not [name for name in (*asked.headers, *answer.headers) if name.startswith("access-")]
        behind(api, door_of(Settings(cors_origins=PANEL)))


async def test_a_named_origin_may_ask_read_and_bring_its_cookies(api: Api) -> None:
    behind(api, door_of(Settings(cors_origins=f"https://other.example, {PANEL}")))
    asked = await api.client.options("/api/v1/me", headers={"Origin": PANEL, **PREFLIGHT})
    assert (asked.status_code, allowed(asked.headers)) == (204, (PANEL, "true"))
    assert "PATCH" in asked.headers["access-control-allow-methods"]
    assert {"Authorization", "If-Match"} <= set(asked.headers["access-control-allow-headers"].split(", "))
    for path, status in (("/api/v1/me", 200), ("/nothing", 404)):
        answer = await api.client.get(path, headers={"Origin": PANEL})
        assert (answer.status_code, allowed(answer.headers)) == (status, (PANEL, "true"))
        assert "ETag" in answer.headers["access-control-expose-headers"]
    without = await api.client.get("/api/v1/me")
    assert (allowed(without.headers), without.headers["vary"]) == ((None, None), "Origin")


async def test_any_origin_may_read_but_brings_no_cookies(api: Api) -> None:
    behind(api, door_of(Settings(cors_origins=f"*,{PANEL}")))
    for sent in ("GET", "OPTIONS"):
        headers = {"Origin": STRANGER, **PREFLIGHT}
        assert allowed((await api.client.request(sent, "/api/v1/me", headers=headers)).headers) == ("*", None)
    answer = await api.client.get("/api/v1/me", headers={"Origin": PANEL})
    assert allowed(answer.headers) == (PANEL, "true")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUILDWRIGHT_CORS_ORIGINS", "panel.example"),
        ("GUILDWRIGHT_CORS_ORIGINS", "https://panel.example/"),
        ("GUILDWRIGHT_CORS_ORIGINS", "null"),
        ("GUILDWRIGHT_CORS_ORIGINS", "https://*.example"),
        ("GUILDWRIGHT_TRUSTED_PROXIES", "proxy"),
        ("GUILDWRIGHT_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("GUILDWRIGHT_TRUSTED_PROXIES", "*"),
    ],
)
def test_what_is_no_origin_and_no_network_is_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        settings_from({name: value})


ROUTES: list[tuple[str, str, str, str]] = [
    ("203.0.113.9", "", "198.51.100.1", "203.0.113.9"),
    ("203.0.113.9", "for=198.51.100.1", "", "203.0.113.9"),
    ("10.0.0.1", "", "", "10.0.0.1"),
    ("10.0.0.1", "", "198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "", "198.51.100.1:4711", "198.51.100.1"),
    ("10.0.0.1", "", "1.1.1.1, 198.51.100.1, 10.2.0.7", "198.51.100.1"),
    ("10.0.0.1", "", "10.9.9.9, 10.2.0.7", "10.9.9.9"),
    ("10.0.0.1", "", "198.51.100.1, nonsense, 10.2.0.7", "10.2.0.7"),
    ("10.0.0.1", "", "198.51.100.1,", "10.0.0.1"),
    ("10.0.0.1", "for=198.51.100.1;proto=https;by=10.0.0.1", "", "198.51.100.1"),
    ("10.0.0.1", 'by=10.0.0.1;For="198.51.100.1:80"', "", "198.51.100.1"),
    ("10.0.0.1", 'for=1.1.1.1, for="[2a00:db8::7]:4711"', "", "2a00:db8::7"),
    ("10.0.0.1", "for=_hidden", "", "10.0.0.1"),
    ("10.0.0.1", "for=198.51.100.1", "198.51.100.1", "198.51.100.1"),
    ("10.0.0.1", "for=1.1.1.1", "198.51.100.1", "10.0.0.1"),
    ("2001:db8:1::5", "", "::ffff:198.51.100.1", "198.51.100.1"),
    ("::ffff:10.0.0.1", "", "198.51.100.1", "198.51.100.1"),
    (UNKNOWN, "", "198.51.100.1", UNKNOWN),
]


def headers_of(forwarded: str, usual: str) -> list[tuple[bytes, bytes]]:
    said = ((b"forwarded", forwarded), (b"x-forwarded-for", usual))
    return [(name, value.encode()) for name, value in said if value]


@pytest.mark.parametrize(("peer", "forwarded", "usual", "client"), ROUTES)
def test_only_a_trusted_proxy_is_believed_about_who_was_before_it(
    peer: str, forwarded: str, usual: str, client: str
) -> None:
    assert address_behind(peer, headers_of(forwarded, usual), PROXIES) == client


@given(
    written=st.lists(st.sampled_from(["1.1.1.1", "10.3.3.3", "", "x", '"', "[::1]", "unknown"])),
    between=st.lists(st.sampled_from(["10.1.0.1", "2001:db8:1::9"]), max_size=3),
)
def test_whatever_a_client_writes_changes_nothing(written: list[str], between: list[str]) -> None:
    hops = ", ".join([*written, "198.51.100.1", *between])
    assert address_behind("10.0.0.1", headers_of("", hops), PROXIES) == "198.51.100.1"

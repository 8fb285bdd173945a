"""Signing in with the simulated Discord: codes, PKCE, tokens, renewal and revocation."""

import base64
import hashlib
import re
import string
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.oauth2.challenges import challenge_for, proves
from bot.simulator.state import Challenge
from tests.simulator.calls import Control, Rest
from tests.simulator.clients import REDIRECT, SECRET, OAuth2Client, told

TOKEN = {
    "type": "object",
    "properties": {
        "token_type": {"const": "Bearer"},
        "access_token": {"type": "string", "minLength": 20},
        "refresh_token": {"type": "string", "minLength": 20},
        "expires_in": {"const": 604800},
        "scope": {"type": "string", "minLength": 1},
        "guild": {"type": "object", "required": ["id", "name", "roles", "owner_id"]},
    },
    "required": ["token_type", "access_token", "expires_in", "scope"],
    "additionalProperties": False,
}
ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "enum": [
                "invalid_request",
                "invalid_client",
                "invalid_grant",
                "unsupported_grant_type",
                "invalid_scope",
            ]
        },
        "error_description": {"type": "string", "pattern": r"^[\x20-\x21\x23-\x5B\x5D-\x7E]+$|\""},
    },
    "required": ["error", "error_description"],
    "additionalProperties": False,
}


def fits(schema: dict[str, Any], answer: httpx.Response) -> dict[str, Any]:
    """The body of a token endpoint's answer, which no cache may keep (RFC 6749, 5.1 and 5.2)."""
    jsonschema.Draft202012Validator(schema).validate(answer.json())
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


# The authorisation code grant


@pytest.mark.parametrize("path", ["/oauth2/token", "/api/oauth2/token", "/api/v10/oauth2/token"])
@pytest.mark.parametrize("basic", [True, False])
async def test_a_code_becomes_a_token(app: OAuth2Client, path: str, basic: bool) -> None:
    location = await app.location("ada", "identify guilds", state="s&1")
    assert location.startswith("https://app.example/callback?from=discord&code=")
    assert set(told(location)) == {"code", "state"}
    assert told(location)["state"] == "s&1"
    fields = {
        "grant_type": "authorization_code",
        "code": told(location)["code"],
        "redirect_uri": REDIRECT,
    }
    if not basic:
        fields |= {"client_id": app.id, "client_secret": SECRET}
    body = fits(TOKEN, await app.post(path, fields, basic=basic))
    assert (body["scope"], "refresh_token" in body, "guild" in body) == ("identify guilds", True, False)


async def test_a_code_is_good_once_and_using_it_again_revokes(app: OAuth2Client, rest: Rest) -> None:
    code = await app.code("ada", "identify")
    token = await app.exchange(code)
    renewed = (
        await app.post(
            "/oauth2/token", {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        )
    ).json()
    bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
    await rest.ok("GET", "/users/@me", **bearer)
    assert (await app.exchange(code, status=400))["error"] == "invalid_grant"
    assert (await rest("GET", "/users/@me", **bearer)).status_code == 401
    fields = {"grant_type": "refresh_token", "refresh_token": renewed["refresh_token"]}
    assert (await app.post("/oauth2/token", fields, status=400)).json()["error"] == "invalid_grant"


async def test_a_code_lives_a_minute(app: OAuth2Client, sim: Control) -> None:
    kept, late = await app.code("ada", "identify"), await app.code("ada", "identify")
    await sim("POST", "/clock", {"advance": 58})
    await app.exchange(kept)
    await sim("POST", "/clock", {"advance": 3})
    assert (await app.exchange(late, status=400))["error"] == "invalid_grant"


async def test_the_redirect_address_must_be_the_same(app: OAuth2Client) -> None:
    await app.register(REDIRECT, "https://other.example/")
    code = await app.code("ada", "identify")
    refused = await app.exchange(code, redirect_uri="https://other.example/", status=400)
    assert refused["error"] == "invalid_grant"
    await app.exchange(code)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": REDIRECT}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "bot"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "identify nonsense"}, "invalid_scope"),
    ],
)
async def test_a_wrong_exchange_is_refused_in_the_rfcs_words(
    app: OAuth2Client, fields: dict[str, str], error: str
) -> None:
    assert fits(ERROR, await app.post("/oauth2/token", fields, status=400))["error"] == error


async def test_only_the_application_exchanges(app: OAuth2Client, http: httpx.AsyncClient) -> None:
    code = await app.code("ada", "identify")
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    for shown in (
        {},
        {"client_id": app.id},
        {"client_id": app.id, "client_secret": "wrong"},
        {"client_id": "1", "client_secret": SECRET},
    ):
        answer = await app.post("/oauth2/token", fields | shown, basic=False, status=401)
        assert fits(ERROR, answer)["error"] == "invalid_client"
        assert "www-authenticate" not in answer.headers
    for header in (
        httpx.BasicAuth(app.id, "wrong")._auth_header,
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Bot sim-token",
    ):
        answer = await http.post("/oauth2/token", data=fields, headers={"Authorization": header})
        assert (answer.status_code, fits(ERROR, answer)["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic")
    both = fields | {"client_id": app.id, "client_secret": SECRET}
    assert fits(ERROR, await app.post("/oauth2/token", both, status=400))["error"] == "invalid_request"
    await app.exchange(code)


async def test_a_token_call_is_a_form_with_each_field_once(
    app: OAuth2Client, http: httpx.AsyncClient
) -> None:
    auth = httpx.BasicAuth(app.id, SECRET)
    answer = await http.post("/oauth2/token", json={"grant_type": "refresh_token"}, auth=auth)
    assert (answer.status_code, fits(ERROR, answer)["error"]) == (400, "invalid_request")
    twice = {"grant_type": ["refresh_token", "refresh_token"]}
    assert fits(ERROR, await app.post("/oauth2/token", twice, status=400))["error"] == "invalid_request"
    assert (await http.get("/oauth2/token")).status_code == 405


async def test_the_token_endpoint_can_fail_like_every_other(app: OAuth2Client, sim: Control) -> None:
    code = await app.code("ada", "identify")
    await sim("POST", "/faults", {"kind": "5xx", "route": "/oauth2/token"})
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    await app.post("/oauth2/token", fields, status=500)
    await app.post("/oauth2/token", fields)


# PKCE

UNRESERVED = st.text(string.ascii_letters + string.digits + "-._~", min_size=43, max_size=128)


@given(verifier=UNRESERVED, other=UNRESERVED)
def test_any_verifier_proves_its_own_challenge_and_no_other(verifier: str, other: str) -> None:
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    for challenge in (Challenge("S256", hashed), Challenge("plain", verifier)):
        assert proves(verifier, challenge)
        assert proves(other, challenge) == (other == verifier)
        assert not proves(None, challenge)
    assert not proves(verifier, None)
    assert proves(None, None)


def test_the_challenge_is_the_rfcs() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_for(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(st.text(max_size=200).filter(lambda text: not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", text)))
def test_what_is_no_verifier_proves_nothing(text: str) -> None:
    assert not proves(text, Challenge("S256", challenge_for(text)))
    assert not proves(text, Challenge("plain", text))


@pytest.mark.parametrize("method", ["S256", "plain", None])
async def test_a_challenge_is_to_be_proven(app: OAuth2Client, method: str | None) -> None:
    verifier = "v" * 43
    asked = {"code_challenge": challenge_for(verifier) if method == "S256" else verifier}
    if method is not None:
        asked["code_challenge_method"] = method
    code = await app.code("ada", "identify", **asked)
    for wrong in ({}, {"code_verifier": "w" * 43}, {"code_verifier": "short"}):
        assert (await app.exchange(code, status=400, **wrong))["error"] == "invalid_grant"
    await app.exchange(code, code_verifier=verifier)
    unasked = await app.code("ada", "identify")
    assert (await app.exchange(unasked, status=400, code_verifier=verifier))["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "asked",
    [
        {"code_challenge": "short"},
        {"code_challenge": "c" * 43, "code_challenge_method": "S512"},
        {"code_challenge_method": "S256"},
        {"code_challenge": "c" * 43, "response_type": "token"},
    ],
)
async def test_a_malformed_challenge_goes_back_as_an_error(app: OAuth2Client, asked: dict[str, str]) -> None:
    location = await app.location("ada", "identify", **asked)
    parts = urlsplit(location)
    assert dict(parse_qsl(parts.fragment or parts.query))["error"] == "invalid_request"


async def test_only_a_public_client_needs_no_secret(app: OAuth2Client, sim: Control) -> None:
    """Discord does not ask one of a client marked public that proves itself by PKCE, or only renews."""
    verifier = "v" * 50
    asked = {"code_challenge": challenge_for(verifier), "code_challenge_method": "S256"}
    fields = {
        "grant_type": "authorization_code",
        "redirect_uri": REDIRECT,
        "client_id": app.id,
        "code_verifier": verifier,
    }
    code = {"code": await app.code("ada", "identify", **asked)}
    await app.post("/oauth2/token", fields | code, basic=False, status=401)
    flags = (await sim("PATCH", "/application", {}))["flags"]
    await sim("PATCH", "/application", {"flags": flags | 1 << 8})
    token = (await app.post("/oauth2/token", fields | code, basic=False)).json()
    renewal = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"], "client_id": app.id}
    await app.post("/oauth2/token", renewal, basic=False)
    plain = fields | {"code": await app.code("ada", "identify")}
    del plain["code_verifier"]
    await app.post("/oauth2/token", plain, basic=False, status=401)
    own = {"grant_type": "client_credentials", "scope": "identify", "client_id": app.id}
    await app.post("/oauth2/token", own, basic=False, status=401)


# Renewal, revocation, expiry


async def test_renewal_rotates_and_the_old_pair_is_dead(app: OAuth2Client, rest: Rest) -> None:
    first = await app.token("ada", "identify guilds")
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    wider = fields | {"scope": "identify email"}
    assert fits(ERROR, await app.post("/oauth2/token", wider, status=400))["error"] == "invalid_scope"
    second = fits(TOKEN, await app.post("/oauth2/token", fields | {"scope": "identify"}))
    assert (second["scope"], second["refresh_token"] != first["refresh_token"]) == ("identify", True)
    assert fits(ERROR, await app.post("/oauth2/token", fields, status=400))["error"] == "invalid_grant"
    old, new = (f"Bearer {each['access_token']}" for each in (first, second))
    assert (await rest("GET", "/users/@me", Authorization=old)).status_code == 401
    assert (await rest.ok("GET", "/users/@me", Authorization=new))["username"] == "ada"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("path", ["/oauth2/token/revoke", "/api/oauth2/token/revoke"])
async def test_revoking_one_token_ends_the_whole_authorisation(
    app: OAuth2Client, rest: Rest, which: str, path: str
) -> None:
    one, two = await app.token("ada", "identify"), await app.token("ada", "guilds")
    other = await app.token("linus", "identify")
    fields = {"token": one[which], "token_type_hint": "refresh_token"}
    assert fits({"const": {}}, await app.post(path, fields)) == {}
    for token in (one, two):
        bearer = f"Bearer {token['access_token']}"
        assert (await rest("GET", "/oauth2/@me", Authorization=bearer)).status_code == 401
        renewal = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        await app.post("/oauth2/token", renewal, status=400)
    await rest.ok("GET", "/oauth2/@me", Authorization=f"Bearer {other['access_token']}")
    await app.post(path, fields)


async def test_revocation_is_the_applications(app: OAuth2Client) -> None:
    answer = await app.post("/oauth2/token/revoke", {"token": "x"}, basic=False, status=401)
    assert fits(ERROR, answer)["error"] == "invalid_client"
    answer = await app.post("/oauth2/token/revoke", {}, status=400)
    assert fits(ERROR, answer)["error"] == "invalid_request"


async def test_a_token_expires_after_a_week_and_can_then_be_renewed(
    app: OAuth2Client, rest: Rest, sim: Control
) -> None:
    token = await app.token("ada", "identify")
    bearer = f"Bearer {token['access_token']}"
    await sim("POST", "/clock", {"advance": 604_790})
    await rest.ok("GET", "/users/@me", Authorization=bearer)
    await sim("POST", "/clock", {"advance": 20})
    answer = await rest("GET", "/users/@me", Authorization=bearer)
    assert (answer.status_code, answer.json()) == (401, {"message": "401: Unauthorized", "code": 0})
    await app.post("/oauth2/token", {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]})

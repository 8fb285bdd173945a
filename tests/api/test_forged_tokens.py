"""JWTs that are not ours, or not any more what we signed."""

import base64
import json
import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.accounts.jwts import AUDIENCE
from core.errors import Unauthenticated
from core.keyring import new_key
from tests.api.programs import access_token, bearer, session, session_jwt, token
from tests.api.world import Api
from tests.fixtures.keys import keyring

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIGNING = "access tokens"


@pytest.fixture
def api(module_api: Api) -> Api:
    return module_api


async def parts(api: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of one that holds."""
    secret = await access_token(api)
    return jwt.get_unverified_header(secret), jwt.decode(secret, options={"verify_signature": False})


def segment(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def signed(header: dict[str, Any], claims: dict[str, Any], key: bytes | None = None) -> str:
    """With our own key, unless it is about another."""
    ours = keyring().derived(SIGNING, keyring().primary) or b""
    more = {name: value for name, value in header.items() if name != "alg"}
    return jwt.encode(claims, ours if key is None else key, algorithm="HS256", headers=more)


async def refused(api: Api, secret: str) -> None:
    for method, path in (("GET", "/me"), ("GET", "/guilds"), ("POST", "/auth/token")):
        answer = await api.client.request(method, f"/api/v1{path}", headers=bearer(secret))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), secret
        assert secret not in answer.text


async def test_what_these_tests_sign_with_our_key_holds_when_nothing_is_wrong_with_it(api: Api) -> None:
    answer = await api.get("/me", headers=bearer(signed(*await parts(api))))
    assert answer.status_code == 200


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, 7])
@pytest.mark.parametrize("signature", ["", "x", "{old}"])
async def test_one_without_an_algorithm_is_refused(api: Api, alg: object, signature: str) -> None:
    header, claims = await parts(api)
    kept = signed(header, claims).rpartition(".")[2]
    await refused(api, f"{segment({**header, 'alg': alg})}.{segment(claims)}.{signature.format(old=kept)}")


@pytest.mark.parametrize("alg", ["HS384", "HS512"])
async def test_one_by_another_algorithm_with_our_key_is_refused(api: Api, alg: str) -> None:
    header, claims = await parts(api)
    key = keyring().derived(SIGNING, keyring().primary) or b""
    more = {name: value for name, value in header.items() if name != "alg"}
    await refused(api, jwt.encode(claims, key * 2, algorithm=alg, headers=more))


async def test_one_by_a_public_key_algorithm_is_refused(api: Api) -> None:
    header, claims = await parts(api)
    key = generate_private_key(65537, 2048)
    more = {name: value for name, value in header.items() if name != "alg"}
    await refused(api, jwt.encode(claims, key, algorithm="RS256", headers=more))
    relabelled = signed(header, claims).split(".")
    await refused(api, ".".join((segment({**header, "alg": "RS256"}), *relabelled[1:])))


async def test_a_key_that_the_header_brings_along_is_not_used(api: Api) -> None:
    header, claims = await parts(api)
    key = b"k" * 32
    jwk = {"kty": "oct", "k": segment(key)}
    for more in ({"jwk": jwk}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example"}):
        await refused(api, signed({**header, **more}, claims, key))


async def test_one_by_another_key_is_refused_under_our_key_s_id(api: Api) -> None:
    for key in (b"k" * 32, keyring().derived("form tokens", keyring().primary) or b"", b"\x00" * 32):
        await refused(api, signed(*await parts(api), key))


@pytest.mark.parametrize(
    "kid", [None, "", "00000000", "../../keys.json", "' OR 1=1 --", 7, ["a"], {"a": 1}, "\u0000", "é" * 8]
)
async def test_one_whose_key_we_do_not_know_is_refused(api: Api, kid: object) -> None:
    header, claims = await parts(api)
    changed = {**header, "kid": kid} if kid is not None else {"typ": header["typ"], "alg": "HS256"}
    if isinstance(kid, str):
        await refused(api, signed(changed, claims, b"k" * 32))
    body = signed(header, claims).split(".")
    await refused(api, ".".join((segment(changed), *body[1:])))


async def test_one_by_a_key_that_only_looks_like_a_key_of_the_file_is_refused(api: Api) -> None:
    header, claims = await parts(api)
    made = new_key()
    await refused(api, signed({**header, "kid": made.id}, claims, made.bytes))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "dpop+jwt", "", None])
async def test_one_of_another_kind_is_refused(api: Api, typ: str | None) -> None:
    header, claims = await parts(api)
    await refused(api, signed({**header, "typ": typ}, claims))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "jti", "iat", "exp", "tid"])
async def test_one_that_lacks_a_claim_is_refused(api: Api, claim: str) -> None:
    header, claims = await parts(api)
    del claims[claim]
    await refused(api, signed(header, claims))


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"iss": ""},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": []},
        {"aud": [AUDIENCE, "another"]},
        {"exp": int(time.time()) - 1},
        {"exp": 0},
        {"exp": -1},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": None},
        {"exp": 1e300},
        {"sub": "x"},
        {"sub": str(uuid4())},
        {"tid": str(uuid4())},
        {"tid": None},
        {"tid": None, "sid": str(uuid4())},
        {"sid": str(uuid4())},
        {"scope": ["jobs:read"]},
        {"scope": 7},
        {"guild_ids": "7"},
    ],
)
async def test_one_with_a_claim_that_is_not_ours_is_refused(api: Api, change: dict[str, Any]) -> None:
    """Signed by our own key: as if something of ours had signed what it should not."""
    header, claims = await parts(api)
    await refused(api, signed(header, claims | change))


async def test_one_that_names_another_account_s_credential_is_refused(api: Api) -> None:
    header, claims = await parts(api)
    foreign = jwt.decode(await session_jwt(api, await session(api)), options={"verify_signature": False})
    await refused(api, signed(header, claims | {"sub": foreign["sub"]}))
    await refused(api, signed(header, {**foreign, "sub": claims["sub"]}))


async def test_limits_that_it_claims_beyond_its_token_s_do_not_count(api: Api) -> None:
    """Not even signed by our own key."""
    secret = await access_token(api, await token(api, scopes=["jobs:read"], guild_ids=["7"]))
    header = jwt.get_unverified_header(secret)
    claims = jwt.decode(secret, options={"verify_signature": False})
    wider = signed(header, claims | {"scope": "jobs:read account:read", "guild_ids": ["7", "8"]})
    answer = await api.get("/me", headers=bearer(wider))
    assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope")
    for name in ("scope", "guild_ids"):
        claims.pop(name)
    answer = await api.get("/me", headers=bearer(signed(header, claims)))
    assert (answer.status_code, answer.json()["code"]) == (403, "out_of_scope")


async def test_one_whose_claims_were_changed_is_refused(api: Api) -> None:
    secret = await access_token(api, await token(api, scopes=["jobs:read"]))
    header, _, signature = secret.split(".")
    claims = jwt.decode(secret, options={"verify_signature": False})
    for change in ({"scope": "jobs:read account:read"}, {"exp": claims["exp"] + 9999}):
        await refused(api, f"{header}.{segment(claims | change)}.{signature}")


async def test_one_that_was_cut_or_spoilt_is_refused(api: Api) -> None:
    secret = await access_token(api)
    head, body, signature = secret.split(".")
    for spoilt in (
        secret[:-1],
        secret[: len(secret) // 2],
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}..{signature}",
        f"{head}.{body}.{signature}.{signature}",
        f"{secret}.",
        secret.swapcase(),
        f"eyJ{'A' * 20000}.x.x",
    ):
        await refused(api, spoilt)


@pytest.mark.parametrize("depth", [1, 500, 5000])
async def test_a_header_that_is_nested_endlessly_is_refused_as_any_other(api: Api, depth: int) -> None:
    nested = b'{"kid":' + b"[" * depth + b"]" * depth + b"}"
    await refused(api, f"{segment(nested)}.{segment({})}.x")


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
async def test_no_changed_character_goes_unseen(api: Api, place: int, bit: int) -> None:
    secret = await access_token(api)
    raw = bytearray(secret.encode())
    raw[place % len(raw)] ^= 1 << bit
    changed = raw.decode("latin-1")
    if _same(secret, changed):
        return
    async with api.database.read() as unit:
        with pytest.raises(Unauthenticated):
            await unit.access_tokens.authenticate(changed)


def _same(one: str, other: str) -> bool:
    """The last character of base64 has bits that mean nothing."""
    try:
        return [base64.urlsafe_b64decode(part + "==") for part in one.split(".")] == [
            base64.urlsafe_b64decode(part + "==") for part in other.split(".")
        ]
    except ValueError:
        return False

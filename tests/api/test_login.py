"""Logging in with Discord: the application in this process, the simulated Discord on a socket of its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest

from bot.simulator import Simulator, build, serving
from core.config import Settings
from core.rotation import rotate
from tests.api.conftest import conformity, document, installation
from tests.api.world import SECRET, Api, transport_to
from tests.fixtures.keys import keyring
from tests.simulator.published import published_contract

ORIGIN = "https://guildwright.test"
CALLBACK = f"{ORIGIN}/api/v1/auth/discord/callback"
SESSION, LOGIN = "__Host-guildwright", "__Host-guildwright-login"


@dataclass
class Browser:
    """Keeps cookies as browsers do, says where it comes from, and follows nothing by itself."""

    http: httpx.AsyncClient
    discord: str

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", **options)

    async def send(self, method: str, path: str, token: str | None = None, **headers: str) -> httpx.Response:
        said = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"} | (
            {} if token is None else {"X-CSRF-Token": token}
        )
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, f"/api/v1{path}", headers={n: v for n, v in said.items() if v})

    async def begin(self, **asked: str) -> dict[str, str]:
        """What Discord is asked."""
        answer = await self.get("/auth/discord/login", params=asked)
        assert answer.status_code == 302, answer.text
        where = urlsplit(answer.headers["location"])
        assert f"{where.scheme}://{where.netloc}{where.path}" == f"{self.discord}/oauth2/authorize"
        return dict(parse_qsl(where.query))

    async def agree(self, asked: dict[str, str], user: str, **more: Any) -> str:
        """Where Discord sends the browser back to."""
        async with httpx.AsyncClient() as person:
            body = {**asked, "user": user, **more}
            body.pop("prompt", None)
            answer = await person.post(f"{self.discord}/_sim/oauth2/authorize", json=body)
            assert answer.status_code == 200, answer.text
        return answer.json()["location"]

    async def come_back(self, location: str) -> httpx.Response:
        assert location.startswith(CALLBACK)
        return await self.http.get(location)

    async def log_in(self, user: str = "grace") -> httpx.Response:
        return await self.come_back(await self.agree(await self.begin(), user))

    async def csrf(self) -> str:
        return (await self.get("/me/session")).json()["csrf_token"]

    @property
    def cookie(self) -> str | None:
        return self.http.cookies.get(SESSION)


@pytest.fixture
async def simulator() -> AsyncIterator[tuple[Simulator, str]]:
    simulator = build(contract=published_contract(), redirect_uris=[CALLBACK])
    async with serving(simulator) as base, httpx.AsyncClient(base_url=base) as http:
        for name in ("grace", "linus"):
            assert (await http.post("/_sim/users", json={"username": name})).status_code == 201
        yield simulator, base


@pytest.fixture
def settings(application_url: str, redis_url: str, simulator: tuple[Simulator, str]) -> Settings:
    world, base = simulator[0].world, simulator[1]
    linus = next(user.id for user in world.users.values() if user.username == "linus")
    return Settings(
        database_url=application_url,
        redis_url=redis_url,
        owner_token=SECRET,
        public_url=ORIGIN,
        discord_api_base=base,
        discord_client_id=str(world.application.id),
        discord_client_credential=world.application.client_secret,
        owner_ids=str(linus),
    )


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with installation(settings) as api:
        yield api


@pytest.fixture
async def browser(api: Api, settings: Settings) -> AsyncIterator[Browser]:
    async with a_browser(api, settings) as http:
        yield Browser(http, settings.discord_api_base)


def a_browser(api: Api, settings: Settings) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport_to(api.app),
        base_url=ORIGIN,
        event_hooks={"response": [conformity().check]},
    )


async def test_a_person_logs_in_and_is_who_discord_says(browser: Browser, api: Api) -> None:
    asked = await browser.begin(next="/schema/swagger?x=1")
    assert (asked["scope"], asked["response_type"], asked["code_challenge_method"]) == (
        "identify guilds",
        "code",
        "S256",
    )
    answer = await browser.come_back(await browser.agree(asked, "grace"))
    assert (answer.status_code, answer.headers["location"]) == (302, "/schema/swagger?x=1")
    me = (await browser.get("/me")).json()
    assert (me["name"], me["is_owner"]) == ("grace", False)
    [session] = (await browser.get("/me/sessions")).json()["items"]
    assert (session["current"], session["address"]) == (True, "127.0.0.1")
    assert LOGIN not in browser.http.cookies
    assert await api.scalar("SELECT count(*) FROM logins") == 0


async def test_the_cookies_are_for_this_host_over_https_and_not_for_scripts(browser: Browser) -> None:
    begun = await browser.get("/auth/discord/login")
    asked = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
    ended = await browser.come_back(await browser.agree(asked, "grace"))
    for answer, name in ((begun, LOGIN), (ended, SESSION)):
        [said] = [each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{name}=")]
        parts = {part.strip().lower() for part in said.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
        assert not [part for part in parts if part.startswith("domain")]


async def test_a_second_login_is_the_same_account_and_an_owner_by_setting_is_one(
    browser: Browser, api: Api
) -> None:
    await browser.log_in("linus")
    first = (await browser.get("/me")).json()
    await browser.log_in("linus")
    assert (await browser.get("/me")).json() == first
    assert first["is_owner"]
    assert (await browser.get("/system/status")).status_code == 200
    assert await api.scalar("SELECT count(*) FROM accounts WHERE discord_user_id IS NOT NULL") == 1


async def test_first_logins_of_one_person_at_the_same_moment_make_one_account(
    browser: Browser, api: Api, settings: Settings
) -> None:
    browsers = [browser, *(Browser(a_browser(api, settings), settings.discord_api_base) for _ in range(4))]
    locations = [await each.agree(await each.begin(), "grace") for each in browsers]
    came = zip(browsers, locations, strict=True)
    answers = await asyncio.gather(*(each.come_back(location) for each, location in came))
    assert [answer.status_code for answer in answers] == [302] * 5
    assert await api.scalar("SELECT count(*) FROM accounts WHERE discord_user_id IS NOT NULL") == 1
    assert await api.scalar("SELECT count(*) FROM audit_entries WHERE action = 'account.create'") == 2
    for each in browsers:
        assert (await each.get("/me")).json()["name"] == "grace"
        await each.http.aclose()


async def entries(api: Api, action: str) -> list[dict[str, Any]]:
    """Newest first."""
    return (await api.get("/audit", params={"action": action})).json()["items"]


async def test_the_entry_of_a_new_account_names_the_request_that_made_it(browser: Browser, api: Api) -> None:
    answer = await browser.log_in()
    made = (await entries(api, "account.create"))[0]
    assert made["request_id"] == answer.headers["X-Request-Id"]


async def test_a_name_that_was_changed_at_discord_is_one_entry_of_the_login_that_brings_it(
    browser: Browser, api: Api, settings: Settings, simulator: tuple[Simulator, str]
) -> None:
    await browser.log_in()
    await browser.log_in()
    assert await entries(api, "account.rename") == []
    grace = next(user for user in simulator[0].world.users.values() if user.username == "grace")
    grace.global_name = "Grace H."
    browsers = [browser, *(Browser(a_browser(api, settings), settings.discord_api_base) for _ in range(4))]
    locations = [await each.agree(await each.begin(), "grace") for each in browsers]
    came = zip(browsers, locations, strict=True)
    answers = await asyncio.gather(*(each.come_back(location) for each, location in came))
    assert [answer.status_code for answer in answers] == [302] * 5
    [entry] = await entries(api, "account.rename")
    assert (entry["before"], entry["after"]) == ({"name": "grace"}, {"name": "Grace H."})
    assert entry["target"]["id"] == (await browser.get("/me")).json()["id"]
    assert entry["request_id"] in {answer.headers["X-Request-Id"] for answer in answers}
    for each in browsers:
        assert (await each.get("/me")).json()["name"] == "Grace H."
        await each.http.aclose()


async def test_nothing_secret_of_a_login_is_readable_in_the_database(
    browser: Browser, api: Api, simulator: tuple[Simulator, str]
) -> None:
    asked = await browser.begin()
    row = await api.scalar("SELECT row_to_json(logins)::text FROM logins")
    assert asked["state"] not in row
    await browser.come_back(await browser.agree(asked, "grace"))
    tokens = list(simulator[0].world.oauth2._tokens.values())
    assert len(tokens) == 1
    kept, said = await api.scalar("SELECT access_token FROM discord_grants"), tokens[0].text.encode()
    assert said not in kept
    assert keyring().unseal(kept, "discord_grants.access_token") == said
    row = await api.scalar("SELECT row_to_json(discord_grants)::text FROM discord_grants")
    for form in (tokens[0].refresh or "", (tokens[0].refresh or "").encode().hex()):
        assert form
        assert form not in row
    assert (browser.cookie or "").encode() not in await api.scalar("SELECT hash FROM sessions")


async def test_what_a_login_sealed_survives_a_rotation_and_so_does_the_login(
    browser: Browser, api: Api, settings: Settings
) -> None:
    await browser.log_in()
    asked = await browser.begin()
    done = await rotate(settings.database_url or "", keyring())
    assert (done.values, done.lost) == (2, 0)
    assert (await browser.get("/me")).status_code == 200
    assert (await browser.come_back(await browser.agree(asked, "grace"))).status_code == 302
    kept = await api.scalar("SELECT access_token FROM discord_grants")
    assert keyring().unseal(kept, "discord_grants.access_token")


async def test_an_old_cookie_is_refused_after_logout(browser: Browser) -> None:
    await browser.log_in()
    old = browser.cookie or ""
    answer = await browser.send("POST", "/auth/logout", await browser.csrf())
    assert answer.status_code == 204
    assert browser.cookie is None
    for path in ("/me", "/me/session", "/templates"):
        replayed = await browser.get(path, headers={"Cookie": f"{SESSION}={old}"})
        assert (replayed.status_code, replayed.json()["code"]) == (401, "unauthenticated")


async def test_a_session_planted_before_the_login_is_not_the_one_after(browser: Browser, api: Api) -> None:
    await browser.log_in("linus")
    planted = browser.cookie or ""
    await browser.log_in("grace")
    assert browser.cookie not in (None, planted)
    assert (await browser.get("/me")).json()["name"] == "grace"
    assert (await browser.get("/me", headers={"Cookie": f"{SESSION}={planted}"})).status_code == 401
    browser.http.cookies.clear()
    browser.http.cookies.set(SESSION, "made-up-by-somebody", domain="guildwright.test")
    await browser.log_in("grace")
    assert browser.cookie != "made-up-by-somebody"


async def refused(browser: Browser, location: str) -> None:
    sessions = browser.cookie
    answer = await browser.come_back(location)
    assert (answer.status_code, answer.json()["code"]) == (403, "login_refused"), answer.text
    assert browser.cookie == sessions


async def test_a_state_is_good_once(browser: Browser) -> None:
    location = await browser.agree(await browser.begin(), "grace")
    login = browser.http.cookies[LOGIN]
    assert (await browser.come_back(location)).status_code == 302
    browser.http.cookies.set(LOGIN, login, domain="guildwright.test", path="/")
    await refused(browser, location)


async def test_of_many_who_come_back_at_once_one_is_logged_in(browser: Browser, api: Api) -> None:
    location = await browser.agree(await browser.begin(), "grace")
    answers = await asyncio.gather(*(browser.come_back(location) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [302, 403, 403, 403, 403]
    assert await api.scalar("SELECT count(*) FROM sessions") == 1


async def test_a_login_begun_in_another_browser_is_refused(
    browser: Browser, api: Api, settings: Settings
) -> None:
    """Else anybody could log somebody in as themselves."""
    async with a_browser(api, settings) as http:
        other = Browser(http, settings.discord_api_base)
        location = await other.agree(await other.begin(), "linus")
        await refused(browser, location)
        await browser.begin()
        await refused(browser, location)
        assert (await other.come_back(location)).status_code == 302


@pytest.mark.parametrize(
    "query", ["", "?state=&code=x", "?state=made-up&code=x", "?code=x", "?error=access_denied"]
)
async def test_a_made_up_state_is_refused(browser: Browser, query: str) -> None:
    await browser.begin()
    await refused(browser, f"{CALLBACK}{query}")


async def test_a_code_that_was_used_is_refused_under_a_new_state(browser: Browser) -> None:
    used = await browser.agree(await browser.begin(), "grace")
    assert (await browser.come_back(used)).status_code == 302
    code = dict(parse_qsl(urlsplit(used).query))["code"]
    asked = await browser.begin()
    await refused(browser, f"{CALLBACK}?code={code}&state={asked['state']}")


async def test_a_code_of_another_attempt_is_refused_by_its_verifier(browser: Browser) -> None:
    stolen = await browser.agree(await browser.begin(), "linus")
    code = dict(parse_qsl(urlsplit(stolen).query))["code"]
    asked = await browser.begin()
    await refused(browser, f"{CALLBACK}?code={code}&state={asked['state']}")


async def test_who_does_not_agree_is_not_logged_in(browser: Browser) -> None:
    location = await browser.agree(await browser.begin(), "grace", deny=True)
    await refused(browser, location)
    assert (await browser.get("/me")).status_code == 401


async def test_an_attempt_ends_after_ten_minutes(browser: Browser, api: Api) -> None:
    location = await browser.agree(await browser.begin(), "grace")
    await api.execute("UPDATE logins SET expires_at = now()")
    await refused(browser, location)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.guildwright.test", "Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": ""},
        {"Origin": "null", "Sec_Fetch_Site": ""},
        {"Origin": "", "Sec_Fetch_Site": ""},
        {"Origin": "", "Sec_Fetch_Site": "none"},
    ],
)
async def test_what_another_site_makes_a_browser_send_is_refused(
    browser: Browser, headers: dict[str, str]
) -> None:
    await browser.log_in()
    answer = await browser.send("POST", "/auth/logout", await browser.csrf(), **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert (await browser.get("/me")).status_code == 200


async def test_without_the_form_token_of_this_session_nothing_is_changed(
    browser: Browser, api: Api, settings: Settings
) -> None:
    await browser.log_in()
    async with a_browser(api, settings) as http:
        other = Browser(http, settings.discord_api_base)
        await other.log_in("grace")
        foreign = await other.csrf()
    right = await browser.csrf()
    own = (await browser.get("/me/session")).json()["session"]["id"]
    for token in (None, "x", right[:-1], right.partition(".")[2], foreign, f"00000000.{right[9:]}"):
        answer = await browser.send("DELETE", f"/me/sessions/{own}", token)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert (await browser.send("POST", "/auth/logout", right)).status_code == 204


async def test_a_token_needs_no_form_token_and_goes_before_the_cookie(browser: Browser) -> None:
    await browser.log_in()
    as_owner = {"Authorization": f"Bearer {SECRET}"}
    assert (await browser.get("/me", headers=as_owner)).json()["name"] == "owner"
    made = await browser.http.post("/api/v1/me/tokens", json={"name": "x"}, headers=as_owner)
    assert made.status_code == 201
    wrong = await browser.get("/me", headers={"Authorization": "Bearer gwt_nobody"})
    assert wrong.status_code == 401
    assert (await browser.get("/me/session", headers=as_owner)).status_code == 404
    assert (await browser.http.post("/api/v1/auth/logout", headers=as_owner)).status_code == 403


async def test_a_page_gets_an_access_token_for_its_session_and_logging_out_ends_it(
    browser: Browser, api: Api
) -> None:
    await browser.log_in()
    csrf = await browser.csrf()
    refused = await browser.send("POST", "/auth/token")
    assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
    given = await browser.send("POST", "/auth/token", csrf)
    shown = {"Authorization": f"Bearer {given.json()['access_token']}"}
    assert (await api.get("/me", headers=shown)).json()["name"] == "grace"
    assert (await browser.send("POST", "/auth/logout", csrf)).status_code == 204
    assert (await api.get("/me", headers=shown)).status_code == 401


async def test_sessions_are_listed_and_each_can_be_ended_from_another(
    browser: Browser, api: Api, settings: Settings
) -> None:
    await browser.log_in()
    async with a_browser(api, settings) as http:
        other = Browser(http, settings.discord_api_base)
        await other.log_in()
        listed = (await browser.get("/me/sessions")).json()["items"]
        assert [each["current"] for each in listed] == [False, True]
        ended = await browser.send("DELETE", f"/me/sessions/{listed[0]['id']}", await browser.csrf())
        assert ended.status_code == 204
        assert (await other.get("/me")).status_code == 401
        other.http.cookies.clear()
        await other.log_in("linus")
        stranger = await other.send("DELETE", f"/me/sessions/{listed[1]['id']}", await other.csrf())
        assert stranger.status_code == 404
    assert len((await browser.get("/me/sessions")).json()["items"]) == 1


@pytest.mark.parametrize(
    "change", ["seen_at = now() - interval '7 days 1 minute'", "expires_at = now()", "revoked_at = now()"]
)
async def test_a_session_ends_when_it_is_idle_or_old(browser: Browser, api: Api, change: str) -> None:
    await browser.log_in()
    assert (await browser.get("/me")).status_code == 200
    await api.execute(f"UPDATE sessions SET {change}")
    assert (await browser.get("/me")).status_code == 401


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "schema", "/a\r\nb", ""]
)
async def test_a_login_leads_to_no_other_site(browser: Browser, path: str) -> None:
    answer = await browser.get("/auth/discord/login", params={"next": path})
    assert answer.status_code == 422


async def test_without_an_owner_s_rights_an_account_sees_its_own_and_nothing_of_guilds(
    browser: Browser, api: Api
) -> None:
    guild_id, template = await api.guild(), await api.template()
    job_id = (await api.post(f"/guilds/{guild_id}/sync")).json()["id"]
    await browser.log_in("grace")
    known = {
        "guild_id": guild_id,
        "template_id": template["id"],
        "job_id": job_id,
        "number": "1",
    }
    own = {
        f"/api/v1/{path}"
        for path in (
            "me",
            "me/notifications",
            "me/session",
            "me/sessions",
            "me/tokens",
            "schemas/template.json",
        )
    }
    for path, item in document()["paths"].items():
        if (
            "get" not in item
            or path in own
            or not path.startswith("/api/v1")
            or path.startswith("/api/v1/auth")
        ):
            continue
        filled = path
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            filled = filled.replace(f"{{{name}}}", known.get(name, job_id))
        answer = await browser.http.get(filled)
        if answer.status_code == 200:
            assert answer.json()["items"] == [], path
        else:
            assert answer.status_code in {403, 404, 422}, (path, answer.text)
    token = await browser.csrf()
    for path in (
        f"/guilds/{guild_id}/sync",
        f"/jobs/{job_id}/cancel",
        "/system/pause",
        f"/guilds/{guild_id}/captures",
    ):
        assert (await browser.send("POST", path, token)).status_code in {403, 404}, path
    picture = await browser.http.post(
        "/api/v1/images",
        content=b"x",
        headers={"Origin": ORIGIN, "X-CSRF-Token": token, "Content-Type": "image/png"},
    )
    assert picture.status_code == 403


@pytest.mark.parametrize("url", ["http://guildwright.lan", "http://10.0.0.5:8420", "http://0.0.0.0:8420"])
async def test_over_plain_http_a_login_says_why_it_cannot_work_and_what_to_set(
    settings: Settings, url: str
) -> None:
    async with installation(msgspec.structs.replace(settings, public_url=url)) as api:
        answer = await api.get("/auth/discord/login")
    assert (answer.status_code, answer.json()["code"]) == (409, "insecure_origin")
    assert "GUILDWRIGHT_PUBLIC_URL" in answer.json()["detail"]
    assert url in answer.json()["detail"]


async def test_without_the_application_s_secret_a_login_says_what_to_set(settings: Settings) -> None:
    bare = msgspec.structs.replace(settings, discord_client_id=None, discord_client_credential=None)
    async with installation(bare) as api:
        answer = await api.get("/auth/discord/login")
    assert (answer.status_code, answer.json()["code"]) == (409, "login_not_set_up")
    assert CALLBACK in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["5xx", "429", "drop", "lost_answer", "half_answer"])
async def test_while_discord_does_not_answer_nobody_is_logged_in(
    browser: Browser, simulator: tuple[Simulator, str], kind: str
) -> None:
    location = await browser.agree(await browser.begin(), "grace")
    async with httpx.AsyncClient(base_url=simulator[1]) as http:
        fault = {"kind": kind, "route": "/oauth2/token", "method": "POST"}
        assert (await http.post("/_sim/faults", json=fault)).status_code == 201
    answer = await browser.come_back(location)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert browser.cookie is None

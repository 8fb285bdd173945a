"""The authorisation page in a browser, on a real socket, and the bot that is invited through it."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import disnake
import httpx
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest, until
from tests.simulator.clients import REDIRECT, OAuth2Client, told
from tests.simulator.conftest import Connect, MakeTwins

PATHS = ["/oauth2/authorize", "/api/oauth2/authorize", "/api/v10/oauth2/authorize"]


class Page(HTMLParser):
    """The form's address, the choices of each select, the buttons, and everything that would be loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action = ""
        self.selects: dict[str, list[str]] = {}
        self.chosen: dict[str, str] = {}
        self.buttons: list[str] = []
        self.loaded: list[str] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "select":
            self._select = found["name"]
            self.selects[self._select] = []
        elif tag == "option":
            self.selects[self._select].append(found["value"])
            if "selected" in found:
                self.chosen[self._select] = found["value"]
        elif tag == "button":
            self.buttons.append(found["value"])
        self.loaded += [found[key] for key in ("src", "href") if key in found]


class Browser:
    """Keeps cookies and does not follow redirects, which go to the app."""

    def __init__(self, http: httpx.AsyncClient, app: OAuth2Client, users: dict[str, str]) -> None:
        self.http = http
        self._app = app
        self._users = users

    def url(self, path: str = PATHS[0], **asked: Any) -> str:
        return f"{path}?{urlencode({'client_id': self._app.id} | asked)}"

    async def open(self, url: str) -> Page:
        answer = await self.http.get(url)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return Page(answer.text)

    async def press(self, page: Page, button: str, user: str, **more: str) -> httpx.Response:
        assert self._users[user] in page.selects["user"]
        assert button in page.buttons
        return await self.http.post(page.action, data={"user": self._users[user], "action": button} | more)

    async def authorize(self, user: str, guild: str | None = None, **asked: Any) -> httpx.Response:
        page = await self.open(self.url(**asked))
        return await self.press(page, "authorize", user, **({} if guild is None else {"guild_id": guild}))


@pytest.fixture
async def browser(url: str, app: OAuth2Client, sim: Control) -> AsyncIterator[Browser]:
    users = (await sim("GET", "/state"))["users"]
    async with httpx.AsyncClient(base_url=url) as http:
        yield Browser(http, app, users)


SIGN_IN = {"response_type": "code", "redirect_uri": REDIRECT, "scope": "identify guilds", "state": "<&>"}


@pytest.mark.parametrize("path", PATHS)
async def test_a_person_signs_in_through_the_page(
    browser: Browser, app: OAuth2Client, rest: Rest, path: str
) -> None:
    page = await browser.open(browser.url(path, **SIGN_IN))
    assert set(page.buttons) == {"authorize", "cancel"}
    assert page.loaded == [], "the page is whole in itself"
    answer = await browser.press(page, "authorize", "grace")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://app.example/callback?from=discord&code=")
    assert told(answer.headers["location"])["state"] == "<&>"
    token = await app.exchange(told(answer.headers["location"])["code"])
    me = await rest.ok("GET", "/users/@me", Authorization=f"Bearer {token['access_token']}")
    assert me["username"] == "grace"


async def test_bots_are_not_among_those_one_can_be(browser: Browser, sim: Control) -> None:
    await sim("PATCH", "/application", {"team": {"name": "T"}})
    state = await sim("GET", "/state")
    page = await browser.open(browser.url(**SIGN_IN))
    assert set(page.selects["user"]) == {state["users"][name] for name in ("ada", "grace", "linus", "owner")}
    answer = await browser.http.post(page.action, data={"user": "simulated-bot", "action": "authorize"})
    assert (answer.status_code, "20001" in answer.text) == (400, True)


async def test_cancelling_goes_back_with_the_state(browser: Browser) -> None:
    page = await browser.open(browser.url(**SIGN_IN))
    answer = await browser.press(page, "cancel", "ada")
    location = told(answer.headers["location"])
    assert (location["error"], location["state"], "code" in location) == ("access_denied", "<&>", False)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"client_id": "1"}, "10002"),
        ({"client_id": "x"}, "client_id"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri"),
        ({"redirect_uri": REDIRECT + "/"}, "redirect_uri"),
    ],
)
async def test_what_must_not_be_redirected_is_shown(
    browser: Browser, asked: dict[str, str], said: str
) -> None:
    for answer in (
        await browser.http.get(browser.url(**SIGN_IN | asked)),
        await browser.http.post(browser.url(**SIGN_IN | asked), data={"user": "ada", "action": "authorize"}),
    ):
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        assert "cannot be authorized" in answer.text
        if said.isdigit():
            assert said in answer.text


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"scope": "rpc"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"prompt": "login"}, "invalid_request"),
        ({"code_challenge": "x"}, "invalid_request"),
        ({"integration_type": "1"}, "invalid_request"),
        ({"scope": "bot", "permissions": "many"}, "invalid_request"),
    ],
)
async def test_every_other_mistake_is_told_to_the_app(
    browser: Browser, asked: dict[str, str], error: str
) -> None:
    answer = await browser.http.get(browser.url(**SIGN_IN | asked))
    assert answer.status_code == 302
    location = told(answer.headers["location"])
    assert (location["error"], location["state"]) == (error, "<&>")
    assert location["error_description"]


async def test_without_a_redirect_address_mistakes_are_shown(browser: Browser) -> None:
    answer = await browser.http.get(browser.url(scope="identify"))
    assert (answer.status_code, "response_type" in answer.text) == (400, True)


async def test_the_page_cannot_be_written_into(browser: Browser, sim: Control) -> None:
    nasty = '"><script>alert(1)</script>'
    await sim("PATCH", "/application", {"name": nasty})
    await sim("POST", "/users", {"username": "mallory", "global_name": nasty})
    await sim.guild(name=nasty, owner="ada", bot_in=False)
    answer = await browser.http.get(browser.url(scope="bot", state=nasty, permissions="8"))
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in (await browser.http.get(browser.url(scope=nasty))).text


async def test_who_agreed_before_is_not_asked_again_where_the_app_says_so(browser: Browser) -> None:
    quiet = SIGN_IN | {"prompt": "none"}
    page = await browser.open(browser.url(**quiet))
    await browser.press(page, "authorize", "ada")
    for asked in (quiet, quiet | {"scope": "identify"}):
        answer = await browser.http.get(browser.url(**asked))
        assert (answer.status_code, "code" in told(answer.headers["location"])) == (302, True)
    again = await browser.open(browser.url(**SIGN_IN))
    assert again.chosen["user"] in again.selects["user"], "who one was last is chosen beforehand"
    await browser.open(browser.url(**quiet | {"scope": "identify email"}))
    await browser.open(browser.url(**quiet | {"scope": "identify bot"}))
    browser.http.cookies.clear()
    await browser.open(browser.url(**quiet))


async def test_the_implicit_grant_answers_in_the_fragment(browser: Browser, rest: Rest) -> None:
    answer = await browser.authorize("ada", **SIGN_IN | {"response_type": "token"})
    parts = urlsplit(answer.headers["location"])
    assert parts.query == "from=discord"
    fragment = dict(parse_qsl(parts.fragment))
    assert set(fragment) == {"token_type", "access_token", "expires_in", "scope", "state"}
    bearer = f"Bearer {fragment['access_token']}"
    assert (await rest.ok("GET", "/users/@me", Authorization=bearer))["username"] == "ada"


# Adding the bot


@pytest.fixture
async def harbour(sim: Control) -> Any:
    """A guild of ada's where the bot is not yet; grace may manage it, linus may not."""
    return await sim.guild(
        name="New Harbour",
        owner="ada",
        bot_in=False,
        roles=[{"name": "Mods", "permissions": ["MANAGE_GUILD"]}],
        members=[{"username": "grace", "roles": ["Mods"]}, {"username": "linus"}],
    )


async def test_the_bot_is_invited_with_a_role_at_the_bottom(
    browser: Browser, sim: Control, connect: Connect, harbour: Any, twins: MakeTwins
) -> None:
    async with connect(disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)) as bot:
        both = twins(bot)
        url = disnake.utils.oauth_url(bot.application_id, permissions=disnake.Permissions(268435472))
        asked = dict(parse_qsl(urlsplit(url).query))
        answer = await browser.authorize("grace", harbour["id"], **asked)
        assert answer.headers["location"] == "/oauth2/authorized"
        assert "Authorized" in (await browser.http.get(answer.headers["location"])).text
        await until(lambda: bot.get_guild(int(harbour["id"])))
        await both.agree()
        guild = bot.get_guild(int(harbour["id"]))
        assert guild is not None
        own = guild.self_role
        assert own is not None
        assert [role.name for role in guild.roles] == ["@everyone", "simulated-bot", "Mods"]
        assert own.permissions.value == 268435472

        await browser.authorize("ada", harbour["id"], **asked | {"permissions": "1024"})
        await until(lambda: own.permissions.value == 1024)
        await both.agree()
    log = (await sim("POST", "/edits", {"guild_id": harbour["id"], "method": "GET", "path": LOG(harbour)}))[
        "body"
    ]["audit_log_entries"]
    assert [(entry["action_type"], entry["target_id"]) for entry in log] == [
        (31, str(own.id)),
        (28, str(guild.me.id)),
    ]
    users = (await sim("GET", "/state"))["users"]
    assert [entry["user_id"] for entry in log] == [users["ada"], users["grace"]]


def LOG(guild: Any) -> str:  # noqa: N802
    return f"/guilds/{guild['id']}/audit-logs"


async def test_without_permissions_the_bot_gets_no_role(
    browser: Browser, connect: Connect, harbour: Any, twins: MakeTwins
) -> None:
    async with connect(disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)) as bot:
        await browser.authorize("ada", harbour["id"], scope="bot", permissions="0")
        await until(lambda: bot.get_guild(int(harbour["id"])))
        await twins(bot).agree()
        assert bot.get_guild(int(harbour["id"])).me.roles[1:] == []  # pyright: ignore[reportOptionalMemberAccess]


async def test_only_who_manages_a_guild_adds_the_bot(browser: Browser, harbour: Any, sim: Control) -> None:
    for user, code in (("linus", "50013"), ("owner", "10004")):
        answer = await browser.authorize(user, harbour["id"], scope="bot")
        assert (answer.status_code, code in answer.text) == (400, True)
    answer = await browser.authorize("ada", scope="bot")
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    await sim("PATCH", "/application", {"bot_public": False})
    assert (await browser.authorize("ada", harbour["id"], scope="bot")).status_code == 400
    team = {
        "name": "T",
        "members": [{"user": "ada", "state": "invited"}, {"user": "grace", "role": "read_only"}],
    }
    await sim("PATCH", "/application", {"team": team})
    assert (await browser.authorize("ada", harbour["id"], scope="bot")).status_code == 400
    assert (await browser.authorize("grace", harbour["id"], scope="bot")).status_code == 302
    assert (await sim.dump(harbour["id"]))["members"][-1]["user"]["bot"]


async def test_the_url_can_fix_the_guild(browser: Browser, harbour: Any, crew: dict[str, Any]) -> None:
    asked = {"scope": "bot", "guild_id": harbour["id"]}
    page = await browser.open(browser.url(**asked))
    assert page.chosen["guild_id"] == harbour["id"]
    assert set(page.selects["guild_id"]) == {harbour["id"], crew["id"]}
    page = await browser.open(browser.url(**asked, disable_guild_select="true"))
    assert page.selects["guild_id"] == [harbour["id"]]
    await browser.press(page, "authorize", "ada", guild_id=crew["id"])
    assert (await browser.http.get(f"/_sim/guilds/{harbour['id']}")).json()["members"][-1]["user"]["bot"]


async def test_the_portals_install_settings_stand_in_for_the_url(
    browser: Browser, harbour: Any, rest: Rest, sim: Control
) -> None:
    wishes = {"scopes": ["bot"], "permissions": "1024"}
    await rest.ok(
        "PATCH", "/applications/@me", {"integration_types_config": {"0": {"oauth2_install_params": wishes}}}
    )
    assert (await browser.authorize("ada", harbour["id"])).status_code == 302
    roles = (await sim.dump(harbour["id"]))["roles"]
    assert [role["permissions"] for role in roles if role["managed"]] == ["1024"]


async def test_a_sign_in_can_add_the_bot_too(
    browser: Browser, app: OAuth2Client, harbour: Any, sim: Control
) -> None:
    asked = SIGN_IN | {"scope": "identify bot", "permissions": "1024"}
    answer = await browser.authorize("ada", harbour["id"], **asked)
    hints = told(answer.headers["location"])
    assert (hints["guild_id"], hints["permissions"]) == (harbour["id"], "1024")
    assert (await app.exchange(hints["code"]))["guild"]["id"] == harbour["id"]
    via = [effect["via"] for effect in (await sim("GET", "/effects"))["items"]]
    assert via == ["authorize", "rest"]


async def test_a_bot_that_wants_a_code_grant_joins_at_the_exchange(
    browser: Browser, app: OAuth2Client, harbour: Any, sim: Control
) -> None:
    await sim("PATCH", "/application", {"bot_require_code_grant": True})
    answer = await browser.http.get(browser.url(scope="bot"))
    assert (answer.status_code, "code grant" in answer.text) == (400, True)
    asked = SIGN_IN | {"scope": "identify bot", "permissions": "1024"}
    codes = [
        told((await browser.authorize("grace", harbour["id"], **asked)).headers["location"])["code"]
        for _ in range(2)
    ]
    assert not (await sim("GET", "/state"))["guilds"][-1]["bot_in"]
    assert (await app.exchange(codes[0]))["guild"]["id"] == harbour["id"]
    assert (await sim("GET", "/state"))["guilds"][-1]["bot_in"]
    mods = f"/guilds/{harbour['id']}/roles/{harbour['roles']['Mods']}"
    assert (await sim.edit("ada", "PATCH", mods, {"permissions": "0"}))["status"] == 200
    assert (await app.exchange(codes[1], status=400))["error"] == "invalid_grant"


async def test_the_door_without_a_browser_says_the_same(
    app: OAuth2Client, sim: Control, simulator: Simulator
) -> None:
    assert re.search(r"code=[\w-]{20,}", await app.location("ada", "identify"))
    denied = await app.location("ada", "identify", deny=True, state="s")
    assert (told(denied)["error"], told(denied)["state"]) == ("access_denied", "s")
    for body, status, code in (
        ({"client_id": "1"}, 404, 10002),
        ({"redirect_uri": "https://evil.example/"}, 400, 50035),
        ({"scope": "bot", "guild_id": "1"}, 404, 10004),
        ({"user": "nobody"}, 404, 10013),
    ):
        asked = {"user": "ada", "scope": "identify", "redirect_uri": REDIRECT} | body
        assert (await sim("POST", "/oauth2/authorize", asked, status=status))["code"] == code
    await sim("POST", "/reset")
    assert simulator.world.application.redirect_uris == []

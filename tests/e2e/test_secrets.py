"""Nothing secret is said by anybody who runs: in no log however talkative, in no refusal, in nothing that is kept."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import make_url

from api.demo.world import lived_in_guild
from bot.simulator import Simulator, build, serving
from core.config import Settings, asyncpg_dsn
from core.embedded import Servers
from core.errors import EX_CONFIG
from core.processes import ProcessGroup
from core.templates.example import EXAMPLE
from tests.e2e.road import until
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import LONG_PATIENCE
from tests.simulator.calls import Control

OWNER_TOKEN = "gwt_canary-of-the-owner-0123456789"
BOT_TOKEN = "Y2FuYXJ5LW9mLWEtYm90.canary.of-a-bot-0123456789"
CLIENT_SECRET = "canary-of-the-application-0123456789"
HOOK = "canary-of-a-receivers-path-0123456789"
GUESSED = "gwt_canary-of-somebody-else-0123456789"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
LISTENING = re.compile(r"listening on")


class Installation:
    """All processes at the level `debug`, the API in JSON. `heard` is every line that any of them wrote, `answers` are
    refusals and lists as they were read; `secrets` says of each secret what it is."""

    def __init__(self, group: ProcessGroup, simulator: Simulator, discord: str, settings: Settings) -> None:
        self.group = group
        self.simulator = simulator
        self.discord = discord
        self.settings = settings
        self.answers: list[str] = []
        self.secrets: dict[str, str] = {}
        self.http = httpx.AsyncClient(
            base_url=settings.origin,
            timeout=60,
            trust_env=False,
            event_hooks={"response": [self._hear]},
        )

    async def _hear(self, answer: httpx.Response) -> None:
        if answer.is_error:
            self.answers.append((await answer.aread()).decode(errors="replace"))

    async def ask(self, method: str, path: str, token: str = OWNER_TOKEN, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **options)

    async def made(self, path: str, **options: Any) -> Any:
        answer = await self.ask("POST", path, **options)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
async def installation(
    application_url: str, redis_url: str, free_port: int, tmp_path: Path, heard: list[str]
) -> AsyncIterator[Installation]:
    callback = f"http://127.0.0.1:{free_port}/api/v1/auth/discord/callback"
    simulator = build(token=BOT_TOKEN, client_secret=CLIENT_SECRET, redirect_uris=[callback])
    async with (
        serving(simulator) as discord,
        ProcessGroup(env=child_environment(), sink=lambda _name, line: heard.append(line)) as group,
    ):
        env = {
            "DATABASE_URL": application_url,
            "REDIS_URL": redis_url,
            "DISCORD_TOKEN": BOT_TOKEN,
            "DISCORD_API_BASE": f"{discord}/api/v10",
            "DISCORD_CLIENT_ID": str(simulator.world.application.id),
            "DISCORD_CLIENT_SECRET": CLIENT_SECRET,
            "GUILDWRIGHT_OWNER_TOKEN": OWNER_TOKEN,
            "GUILDWRIGHT_DATA_DIR": str(tmp_path / "data"),
            "GUILDWRIGHT_PORT": str(free_port),
            "GUILDWRIGHT_CALLBACK_ALLOW": "127.0.0.1",
            "GUILDWRIGHT_LOG_LEVEL": "debug",
        }
        settings = Settings(port=free_port, database_url=application_url, redis_url=redis_url)
        found = Installation(group, simulator, discord, replace(settings, data_dir=tmp_path / "data"))
        async with httpx.AsyncClient(base_url=discord) as sim:
            control = Control(sim)
            await control("POST", "/users", {"username": "grace"})
            await control("POST", "/guilds", lived_in_guild())
        log = {"GUILDWRIGHT_LOG_FORMAT": "json"}
        await group.start("api", [sys.executable, "-m", "api"], cwd=tmp_path, env=env | log, ready=LISTENING)
        await group.start(
            "bot", [sys.executable, "-m", "bot"], cwd=tmp_path, env=env, ready=re.compile("Ready: in")
        )
        yield found
        await found.http.aclose()


def cookies_of(answer: httpx.Response) -> dict[str, str]:
    """As a header: browsers take this machine for a safe place, and httpx keeps no secure cookie of it."""
    told = [cookie.partition(";")[0] for cookie in answer.headers.get_list("set-cookie")]
    return {"Cookie": "; ".join(cookie for cookie in told if not cookie.endswith("="))}


async def logged_in(installation: Installation) -> None:
    """A person, in and out again."""
    http, secrets = installation.http, installation.secrets
    begun = await http.get("/api/v1/auth/discord/login")
    asked = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
    asked.pop("prompt", None)
    async with httpx.AsyncClient() as person:
        agreed = await person.post(
            f"{installation.discord}/_sim/oauth2/authorize", json=asked | {"user": "grace"}
        )
    location = agreed.json()["location"]
    secrets |= {f"a login's {name}": value for name, value in parse_qsl(urlsplit(location).query)}
    back = await http.get(location, headers=cookies_of(begun))
    assert back.status_code == 302, back.text
    mine = cookies_of(back)
    secrets["the session's cookie"] = mine["Cookie"].partition("=")[2]
    csrf = (await http.get("/api/v1/me/session", headers=mine)).json()["csrf_token"]
    secrets["the form token"] = csrf
    for token in installation.simulator.world.oauth2._tokens.values():
        secrets |= {
            "Discord's access token": token.text,
            "Discord's refresh token": token.refresh or "-" * 50,
        }
    own = mine | {"Origin": installation.settings.origin, "Sec-Fetch-Site": "same-origin"}
    assert (await http.post("/api/v1/auth/logout", headers=own)).status_code == 403
    left = await http.post("/api/v1/auth/logout", headers=own | {"X-CSRF-Token": csrf})
    assert left.is_success, left.text
    assert (await http.get("/api/v1/me", headers=mine)).status_code == 401


async def at_work(installation: Installation) -> str:
    """What an owner does with a guild; its id."""
    made, ask = installation.made, installation.ask

    async def is_there() -> bool:
        return bool((await ask("GET", "/guilds")).json()["items"])

    await until(is_there)
    guild = (await ask("GET", "/guilds")).json()["items"][0]["id"]
    await ask("POST", f"/guilds/{guild}/approval", json={"decision": "approved", "reason": "ours"})
    channel = next(iter(installation.simulator.world.guilds[int(guild)].channels))
    owner = installation.simulator.world.guilds[int(guild)].owner_id
    async with httpx.AsyncClient(base_url=installation.discord) as sim:
        edit = {"user": str(owner), "method": "POST", "path": f"/channels/{channel}/webhooks"}
        hook = (await Control(sim)("POST", "/edits", edit | {"body": {"name": "canary"}})).get("body", {})
        said = {"guild_id": guild, "user": str(owner), "type": "command", "name": "guildwright status"}
        await sim.post("/_sim/interactions", json=said)
    for each in installation.simulator.world.guilds[int(guild)].webhooks.values():
        installation.secrets["a webhook's token"] = str(each.token)
    for each in installation.simulator.world.interactions.by_id.values():
        installation.secrets["an interaction's token"] = each.token
    assert hook is not None
    wait = {"headers": {"Prefer": "wait=30"}}
    await made(f"/guilds/{guild}/captures", **wait)
    yaml = {"Content-Type": "application/yaml"}
    template = await made("/templates/import?name=x", headers=yaml, content=EXAMPLE.read_bytes())
    plan = await made(f"/guilds/{guild}/plans", json={"template_id": template["id"]})
    job = await made(f"/plans/{plan['id']}/apply", **wait)
    assert job["state"] == "succeeded", job
    return guild


async def mistaken(installation: Installation, guild: str, dsn: str) -> None:
    """Tokens, receivers, wrong guesses, and failures of the database in the middle of it."""
    ask, secrets = installation.ask, installation.secrets
    token = await installation.made("/me/tokens", json={"name": "canary"})
    secrets["an API token"] = token["secret"]
    assert (await ask("GET", "/me", token["secret"])).status_code == 200
    await ask("DELETE", f"/me/tokens/{token['token']['id']}")
    assert (await ask("GET", "/me", token["secret"])).status_code == 401
    assert (await ask("GET", "/me", GUESSED)).status_code == 401
    forged = {"Cookie": f"guildwright={GUESSED}; __Host-guildwright={GUESSED}"}
    await installation.http.get("/api/v1/me", headers=forged)
    hook = {"url": f"http://127.0.0.1:9/{HOOK}?key={HOOK}", "events": ["job.*"]}
    once: dict[str, Any] = {"headers": {"Idempotency-Key": "kept-to-be-given-again"}}
    callback = await installation.made(f"/guilds/{guild}/callbacks", json=hook, **once)
    secrets["a signing secret"] = callback["secret"]
    await ask("POST", f"/callbacks/{callback['id']}/test")
    rotated = await ask("POST", f"/callbacks/{callback['id']}/rotate-secret", **once)
    secrets["the signing secret after it"] = rotated.json()["secret"]
    for body in (b"{", json.dumps({"secret": GUESSED}).encode(), json.dumps([GUESSED]).encode()):
        said = {"Content-Type": "application/json"}
        assert (await ask("POST", "/me/tokens", headers=said, content=body)).status_code in {400, 422}
    owner = await asyncpg.connect(dsn)
    await owner.execute(
        "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE 'refused' USING DETAIL = 'Failing row contains ' || NEW::text || '.'; END $$"
    )
    for table, path, sent in (
        ("callbacks", f"/guilds/{guild}/callbacks", hook),
        ("api_tokens", "/me/tokens", {"name": "fails"}),
    ):
        await owner.execute(
            f"CREATE TRIGGER never BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION never()"
        )
        answer = await ask("POST", path, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        await owner.execute(f"DROP TRIGGER never ON {table}")
    await owner.close()


async def kept(dsn: str) -> list[str]:
    """All rows of all tables; but for where a callback is sent to, which people have to see again."""
    owner = await asyncpg.connect(dsn)
    rows = [
        row[0]
        for (table,) in await owner.fetch(TABLES)
        for row in await owner.fetch(f"SELECT (to_jsonb(t) - 'url')::text FROM {table} t")
    ]
    await owner.close()
    return rows


def known_beforehand(installation: Installation, servers: Servers) -> dict[str, str]:
    application, redis = make_url(installation.settings.database_url or ""), urlsplit(servers.redis_url)
    keys = json.loads((installation.settings.data_dir / "keys.json").read_text())
    return {
        "the owner's token": OWNER_TOKEN,
        "the bot's token": BOT_TOKEN,
        "the application's secret": CLIENT_SECRET,
        "PostgreSQL's password": application.password or "",
        "the password of the tables' owner": make_url(servers.database_url).password or "",
        "a guess": GUESSED,
        "a receiver's path": HOOK,
        **({"Redis' password": redis.password} if redis.password else {}),
        **{f"key {number}": key for number, key in enumerate(texts_in(keys)) if len(key) > 20},
    }


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in texts_in(part)]


async def test_no_secret_is_said_by_any_process_in_any_refusal_or_in_what_is_kept(
    installation: Installation, servers: Servers, database_url: str, heard: list[str]
) -> None:
    dsn = asyncpg_dsn(database_url)
    await logged_in(installation)
    guild = await at_work(installation)
    await mistaken(installation, guild, dsn)
    for path in (
        "/audit?limit=200",
        "/jobs?limit=200",
        "/system/status",
        f"/guilds/{guild}/audit?limit=200",
        "/me/tokens",
    ):
        installation.answers.append((await installation.ask("GET", path)).text)
    shown = await installation.http.get("/metrics", headers={"Authorization": f"Bearer {OWNER_TOKEN}"})
    said = {"logs": heard, "answers": [*installation.answers, shown.text], "tables": await kept(dsn)}
    secrets = known_beforehand(installation, servers) | installation.secrets
    leaks = {
        (what, where, text[:300])
        for what, secret in secrets.items()
        for where, texts in said.items()
        for text in texts
        if secret in text or secret.encode().hex() in text
    }
    assert leaks == set()
    # They had their chance: everybody was talkative, and something had to be hidden.
    assert len(secrets) >= 16
    assert min(map(len, said.values())) >= 10
    assert any('"level": "debug"' in line for line in heard)
    assert any("DEBUG" in line for line in heard)
    assert any("***" in line for line in heard)
    assert any("Failing row contains ***" in line for line in heard)


@pytest.mark.parametrize(
    ("module", "settings"),
    [
        ("core.migrate", {"DATABASE_URL": "postgresql://u:canary-pass@127.0.0.1:1/x"}),
        ("core.migrate", {"DATABASE_URL": "postgresql://u:canary-pass@127.0.0.1:port/x"}),
        ("core.migrate", {"DATABASE_URL": "mysql://u:canary-pass@127.0.0.1/x"}),
        ("core.migrate", {"GUILDWRIGHT_OWNER_TOKEN": "canary-pass"}),
        (
            "api",
            {
                "DATABASE_URL": "postgresql://u@127.0.0.1:1/x",
                "REDIS_URL": "redis://:canary-pass@127.0.0.1:port",
            },
        ),
        (
            "api",
            {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x", "REDIS_URL": "http://:canary-pass@127.0.0.1"},
        ),
    ],
)
async def test_a_setting_that_cannot_work_is_refused_without_its_secret(
    module: str, settings: dict[str, str], tmp_path: Path, heard: list[str]
) -> None:
    async with ProcessGroup(env=child_environment(), sink=lambda _name, line: heard.append(line)) as group:
        process = await group.start(module, [sys.executable, "-m", module], cwd=tmp_path, env=settings)
        async with asyncio.timeout(LONG_PATIENCE):
            assert await process.wait() == EX_CONFIG, heard
    assert "canary-pass" not in "".join(heard)
    assert len(heard) == 1

"""The application: what its bot may set, its team, its pictures, and what disnake reads of it."""

import asyncio
import base64
from typing import Any

import disnake
import httpx
import pytest

from bot.heartbeats import end_heartbeats
from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest, until
from tests.simulator.clients import OAuth2Client
from tests.simulator.conftest import Connect, MakeTwins

GIF = base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAA=")
PIXEL = "data:image/gif;base64," + base64.b64encode(GIF).decode()
LIMITED = disnake.ApplicationFlags(
    gateway_presence_limited=True, gateway_guild_members_limited=True, gateway_message_content_limited=True
)


def client(**intents: bool) -> disnake.Client:
    chosen = disnake.Intents(guilds=True, **intents)
    return disnake.Client(intents=chosen, guild_ready_timeout=0.1)


async def test_disnake_reads_the_application_with_its_owner(connect: Connect, sim: Control) -> None:
    await sim("PATCH", "/application", {"redirect_uris": ["https://app.example/"], "name": "Harbour"})
    async with connect(client()) as bot:
        info = await bot.application_info()
        assert (info.name, info.owner.name, info.team) == ("Harbour", "owner", None)
        assert (info.redirect_uris, info.bot_public) == (["https://app.example/"], True)
        assert info.id == bot.application_id
        assert len(bytes.fromhex(info.verify_key)) == 32
        assert info.flags == LIMITED


async def test_disnake_reads_the_team_that_owns_it(connect: Connect, sim: Control, crew: Any) -> None:
    assert crew
    members = [
        {"user": "grace", "role": "developer"},
        {"user": "linus", "role": "read_only", "state": "invited"},
        {"user": "ada", "role": "read_only"},
    ]
    given = {"name": "Harbour Works", "owner": "ada", "members": members}
    await sim("PATCH", "/application", {"team": given})
    async with connect(client()) as bot:
        info = await bot.application_info()
        team = info.team
        assert team is not None
        assert (team.name, team.owner and team.owner.name) == ("Harbour Works", "ada")
        accepted, invited = disnake.TeamMembershipState.accepted, disnake.TeamMembershipState.invited
        role = disnake.TeamMemberRole
        assert {member.name: (member.membership_state, member.role) for member in team.members} == {
            "ada": (accepted, role.admin),
            "grace": (accepted, role.developer),
            "linus": (invited, role.read_only),
        }
        assert (info.owner.id, info.owner.name) == (team.id, f"team{team.id}")
        assert info.owner.public_flags.team_user
        await sim("PATCH", "/application", {"team": {"name": "Renamed"}})
        again = (await bot.application_info()).team
        assert again is not None
        assert (again.id, again.name) == (team.id, "Renamed")
        assert [member.name for member in again.members] == ["owner"]
        await sim("PATCH", "/application", {"team": None})
        assert (await bot.application_info()).owner.name == "owner"


async def test_disnake_edits_everything_a_bot_may(
    connect: Connect, simulator: Simulator, url: str, crew: Any, twins: MakeTwins
) -> None:
    assert crew
    params = disnake.InstallParams(
        scopes=["bot", "applications.commands"], permissions=disnake.Permissions(8)
    )
    async with connect(disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)) as bot:
        info = await bot.application_info()
        edited = await info.edit(
            description="Keeps the harbour",
            icon=GIF,
            cover_image=GIF,
            tags=["harbour", "ships"],
            custom_install_url="https://app.example/install",
            role_connections_verification_url="https://app.example/verify",
            guild_install_type_config=disnake.InstallTypeConfiguration(install_params=params),
            flags=LIMITED,
        )
        again = await bot.application_info()
        for read in (edited, again):
            assert (read.description, read.tags) == ("Keeps the harbour", ["harbour", "ships"])
            assert read.custom_install_url == "https://app.example/install"
            assert read.role_connections_verification_url == "https://app.example/verify"
            config = read.guild_install_type_config
            assert config is not None
            assert config.install_params is not None
            assert config.install_params.permissions.administrator
            assert read.user_install_type_config is None
            assert (read.icon is None, read.cover_image is None) == (False, False)
        path = f"/app-icons/{info.id}/{simulator.world.application.icon}.gif"
        async with httpx.AsyncClient(base_url=url) as http:
            picture = await http.get(path)
        assert (picture.content, picture.headers["content-type"]) == (GIF, "image/gif")
        await again.edit(icon=None, custom_install_url=None, tags=[], description=None, install_params=None)
        bare = await bot.application_info()
        assert (bare.icon, bare.custom_install_url, bare.tags, bare.description) == (None, None, None, "")
        await twins(bot).agree()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"description": "d" * 401}, "description"),
        ({"description": {"default": "d" * 401}}, "description"),
        ({"tags": ["a", "b", "c", "d", "e", "f"]}, "tags"),
        ({"tags": ["t" * 21]}, "tags"),
        ({"icon": "data:image/png;base64,AAAA"}, "icon"),
        ({"custom_install_url": "no url"}, "custom_install_url"),
        ({"role_connections_verification_url": "ftp://x"}, "role_connections_verification_url"),
        ({"install_params": {"scopes": ["email"], "permissions": "0"}}, "install_params"),
        ({"integration_types_config": {}}, "integration_types_config"),
        ({"integration_types_config": {"0": None}}, "integration_types_config"),
        ({"integration_types_config": {"7": {}}}, "integration_types_config"),
        (
            {"integration_types_config": {"1": {"oauth2_install_params": {"scopes": ["bot"]}}}},
            "integration_types_config",
        ),
        ({"interactions_endpoint_url": "https://app.example/"}, "interactions_endpoint_url"),
        ({"event_webhooks_url": "https://app.example/"}, "event_webhooks_url"),
        ({"event_webhooks_status": 2}, "event_webhooks_status"),
        ({"flags": "many"}, "flags"),
    ],
)
async def test_a_wrong_setting_is_refused_and_nothing_changes(
    rest: Rest, body: dict[str, Any], field: str
) -> None:
    before = await rest.ok("GET", "/applications/@me")
    answer = await rest("PATCH", "/applications/@me", body | {"max_participants": 9})
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert set(answer.json()["errors"]) == {field}
    assert await rest.ok("GET", "/applications/@me") == before


async def test_only_flags_of_limited_intents_can_be_set(rest: Rest) -> None:
    """Docs: Edit Current Application; other bits are left as they are."""
    body = await rest.ok("PATCH", "/applications/@me", {"flags": 1 << 13 | 1 << 12 | 1 << 23})
    assert (body["flags"], body["flags_new"]) == (1 << 13, str(1 << 13))


async def test_switching_an_intent_off_cuts_off_who_uses_it(connect: Connect, rest: Rest, url: str) -> None:
    assert url
    async with connect(client()) as plain:
        bot = client(members=True)
        task = asyncio.create_task(bot.start("sim-token"))
        await until(bot.is_ready)
        await rest.ok("PATCH", "/applications/@me", {"flags": 1 << 13})
        with pytest.raises(disnake.PrivilegedIntentsRequired):
            await task
        await bot.close()
        await end_heartbeats(bot)
        assert plain.is_ready()
        assert plain.ws.open


async def test_other_applications_are_not_ones_own(rest: Rest, sim: Control) -> None:
    other = (await sim("POST", "/users", {"username": "other-bot", "bot": True}))["id"]
    for method in ("GET", "PATCH"):
        assert await rest.refused(method, f"/applications/{other}", {}) == (403, 20012)
        assert await rest.refused(method, "/applications/1", {}) == (404, 10002)


async def test_people_do_not_edit_it_over_the_bots_api(sim: Control) -> None:
    answer = await sim.edit("owner", "PATCH", "/applications/@me", {"description": "x"})
    assert (answer["status"], answer["body"]["code"]) == (403, 20012)


@pytest.mark.parametrize(
    "body",
    [
        {"redirect_uris": ["nowhere"]},
        {"redirect_uris": ["https://app.example/#part"]},
        {"team": {"members": []}},
        {"team": {"name": "T", "members": [{"user": "ada", "role": "captain"}]}},
        {"team": {"name": "T", "members": [{"user": "ada", "state": "bored"}]}},
        {"intents": ["everything"]},
    ],
)
async def test_the_portal_refuses_nonsense(sim: Control, crew: Any, body: dict[str, Any]) -> None:
    assert crew
    before = (await sim("GET", "/state"))["application"]
    await sim("PATCH", "/application", body | {"name": "Changed"}, status=400)
    assert (await sim("GET", "/state"))["application"] == before


async def test_a_reset_gives_the_portal_back(sim: Control, app: OAuth2Client, rest: Rest) -> None:
    token = await app.token("ada", "identify")
    await sim("PATCH", "/application", {"name": "x", "team": {"name": "T"}, "bot_public": False})
    await sim("POST", "/reset")
    state = (await sim("GET", "/state"))["application"]
    assert (state["name"], state["team"], state["bot_public"]) == ("Simulated", None, True)
    assert state["approximate_user_authorization_count"] == 0
    answer = await rest("GET", "/users/@me", Authorization=f"Bearer {token['access_token']}")
    assert answer.status_code == 401

"""Every implemented route answers in the shapes of Discord's published OpenAPI document."""

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from bot.simulator.app import Simulator
from bot.simulator.arrivals import PREFIX
from bot.simulator.contract.amendments import amended
from bot.simulator.routes import TABLE
from tests.simulator import newcomers, webhook_tour
from tests.simulator.application_tour import UNPUBLISHED, application_tour
from tests.simulator.calls import Control, Rest
from tests.simulator.tour_moderation import moderate
from tests.simulator.tour_settings import tour_settings

PUBLISHED = Path(__file__).parents[3] / "shared" / "discord" / "openapi.json"
pytestmark = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the published document is not beside this folder"
)

# Apps make no guilds: these have no success to look at.
ALWAYS_REFUSED = {("POST", "/guilds"), ("POST", "/guilds/templates/{code}")}


class Document:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def check(self, method: str, template: str, status: int, body: object) -> None:
        """Fails unless the status is documented and the body fits its schema."""
        responses = self._document["paths"][template][method.lower()]["responses"]
        if status >= 400:
            # The document has integers for the nested codes, Discord's prose and Discord itself have words.
            schema = {"$ref": "#/components/schemas/Error"}
        else:
            content = responses[str(status)].get("content")
            if content is None:
                assert body is None, f"{method} {template} {status} has no body"
                return
            schema = content["application/json"]["schema"]
        whole = schema | {"components": self._document["components"]}
        jsonschema.Draft202012Validator(whole).validate(body)


@pytest.fixture(scope="module")
def document() -> Document:
    found = json.loads(PUBLISHED.read_text())
    return Document(found | {"components": amended(found["components"])})


class Witness:
    """Keeps every REST answer that passes."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, int, Any]] = []

    async def __call__(self, response: httpx.Response) -> None:
        path = response.request.url.path
        if not path.startswith(PREFIX):
            return
        await response.aread()
        route, _ = TABLE.find(response.request.method, path.removeprefix(PREFIX))
        body = response.json() if response.content else None
        self.seen.append((route.method, route.template, response.status_code, body))


SPEC: dict[str, Any] = {
    "features": ["COMMUNITY", "ROLE_ICONS"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "roles": [{"name": "Crew"}, {"name": "Boost", "managed": True, "tags": {"premium_subscriber": None}}],
    "channels": [
        {"name": "Deck", "type": "category", "permission_overwrites": [{"role": "Crew", "allow": "1024"}]},
        {"name": "rules", "type": "text", "parent": "Deck", "synced": True},
        {"name": "Bridge", "type": "voice"},
    ],
    "rules_channel": "rules",
    "public_updates_channel": "rules",
    "members": [{"username": "ada", "roles": ["Crew"]}],
}


async def _read_and_write_guild(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    for path in (
        "/gateway",
        "/gateway/bot",
        "/users/@me",
        "/users/@me/guilds",
        "/users/@me/guilds?with_counts=true",
    ):
        await rest.ok("GET", path)
    for path in ("/oauth2/applications/@me", "/applications/@me", f"/users/{made['members']['ada']}"):
        await rest.ok("GET", path)
    await rest.ok("GET", f"{guild}?with_counts=true")
    await rest.ok("PATCH", guild, {"description": "d", "afk_channel_id": made["channels"]["Bridge"]})
    role = await rest.ok(
        "POST", f"{guild}/roles", {"name": "r", "colors": {"primary_color": 5}, "unicode_emoji": "🚢"}
    )
    await rest.ok("GET", f"{guild}/roles")
    await rest.ok("GET", f"{guild}/roles/{role['id']}")
    await rest.ok("PATCH", f"{guild}/roles/{role['id']}", {"color": 7, "hoist": True})
    await rest.ok("PATCH", f"{guild}/roles", [{"id": role["id"], "position": 2}])
    member = f"{guild}/members/{made['members']['ada']}"
    await rest.ok("PUT", f"{member}/roles/{role['id']}")
    await rest.ok("DELETE", f"{member}/roles/{role['id']}")
    await rest.ok("PATCH", member, {"nick": "n", "communication_disabled_until": "2000-01-01T00:00:00+00:00"})
    await rest.ok("PATCH", f"{guild}/members/@me", {"nick": "me"})
    await rest.ok("GET", member)
    await rest.ok("GET", f"{guild}/members?limit=10")
    await rest.ok("GET", f"{guild}/members/search?query=a&limit=5")
    await rest.ok("DELETE", f"{guild}/roles/{role['id']}")


async def _channels_of_every_type(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    for kind in (0, 2, 4, 5, 13, 15):
        body: dict[str, Any] = {"name": f"c{kind}", "type": kind, "topic": "t"}
        if kind == 15:
            body["available_tags"] = [{"name": "tag", "emoji_name": "✅"}]
            body["default_reaction_emoji"] = {"emoji_name": "👍"}
        channel = await rest.ok("POST", f"{guild}/channels", body)
        path = f"/channels/{channel['id']}"
        await rest.ok("PATCH", path, {"name": "n", "position": 1, "default_auto_archive_duration": 60})
        await rest.ok(
            "PUT", f"{path}/permissions/{made['roles']['Crew']}", {"type": 0, "allow": "0", "deny": "1024"}
        )
        await rest.ok("GET", path)
        await rest.ok("DELETE", f"{path}/permissions/{made['roles']['Crew']}")
        await rest.ok("DELETE", path)
    await rest.ok("PATCH", f"{guild}/channels", [{"id": made["channels"]["Bridge"], "position": 9}])
    await rest.ok("GET", f"{guild}/channels")


LINK = {"type": 2, "style": 5, "label": "Web", "url": "https://example.org"}
ROW = {
    "type": 1,
    "components": [
        {"type": 2, "style": 1, "label": "Go", "custom_id": "go", "emoji": {"name": "✅", "id": None}},
        LINK,
    ],
}
SELECT = {
    "type": 1,
    "components": [
        {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a", "description": "d"}]}
    ],
}
CONTAINER = {
    "type": 17,
    "components": [
        {"type": 10, "content": "text"},
        {"type": 14},
        {"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": LINK},
        {"type": 1, "components": [{"type": 6, "custom_id": "roles", "max_values": 3}]},
    ],
}
EMBED = {
    "title": "t",
    "description": "d",
    "color": 1,
    "url": "https://example.org",
    "timestamp": "2026-01-01T00:00:00Z",
    "fields": [{"name": "n", "value": "v"}],
    "footer": {"text": "f"},
    "author": {"name": "a"},
    "image": {"url": "https://example.org/i.png"},
}


async def _messages(rest: Rest, made: dict[str, Any]) -> None:
    path = f"/channels/{made['channels']['rules']}"
    first = await rest.ok(
        "POST",
        f"{path}/messages",
        {
            "content": f"<@{made['members']['ada']}>",
            "embeds": [EMBED],
            "components": [ROW, SELECT],
            "nonce": "abc",
        },
    )
    await rest.ok("POST", f"{path}/messages", {"flags": 1 << 15, "components": [CONTAINER]})
    direct = await rest.ok("POST", "/users/@me/channels", {"recipient_id": made["members"]["ada"]})
    await rest.ok("POST", f"/channels/{direct['id']}/messages", {"content": "Between us."})
    await rest.ok(
        "POST", f"{path}/messages", {"content": "r", "message_reference": {"message_id": first["id"]}}
    )
    await rest.ok("POST", f"{path}/typing")
    await rest.ok("PATCH", f"{path}/messages/{first['id']}", {"content": "edited"})
    await rest.ok("GET", f"{path}/messages/{first['id']}")
    await rest.ok("GET", f"{path}/messages?limit=3")
    await rest.ok("DELETE", f"{path}/messages/{first['id']}")


COMMAND = {
    "name": "template",
    "description": "d",
    "default_member_permissions": "32",
    "options": [
        {
            "type": 2,
            "name": "group",
            "description": "d",
            "options": [
                {
                    "type": 1,
                    "name": "plan",
                    "description": "d",
                    "options": [
                        {"type": 3, "name": "s", "description": "d", "required": True, "autocomplete": True},
                        {
                            "type": 4,
                            "name": "i",
                            "description": "d",
                            "choices": [{"name": "one", "value": 1}],
                        },
                        {"type": 7, "name": "c", "description": "d", "channel_types": [0]},
                    ],
                }
            ],
        }
    ],
}


async def _commands(rest: Rest, app: str, guild: str) -> None:
    hello = {"name": "hello", "description": "d"}
    for scope in (f"/applications/{app}", f"/applications/{app}{guild}"):
        await rest.ok("POST", f"{scope}/commands", hello)
        await rest.ok("POST", f"{scope}/commands", hello)
        await rest.ok("PUT", f"{scope}/commands", [hello, COMMAND])
        listed = await rest.ok("GET", f"{scope}/commands?with_localizations=true")
        path = f"{scope}/commands/{listed[1]['id']}"
        await rest.ok("GET", path)
        await rest.ok("PATCH", path, {"description": "e"})
        await rest.ok("DELETE", path)


async def _interactions(rest: Rest, sim: Control, simulator: Simulator, made: dict[str, Any]) -> None:
    world = simulator.world
    for body in ({"type": 4, "data": {"content": "c"}}, {"type": 5}):
        asked = {"guild_id": made["id"], "user": "ada", "type": "command", "name": "hello", "timeout": 0}
        begun = await sim("POST", "/interactions", asked)
        token = world.interactions.by_id[int(begun["id"])].token
        suffix = "?with_response=true" if body["type"] == 4 else ""
        await rest.ok("POST", f"/interactions/{begun['id']}/{token}/callback{suffix}", body)
        webhook = f"/webhooks/{world.application.id}/{token}"
        await rest.ok("GET", f"{webhook}/messages/@original")
        await rest.ok("PATCH", f"{webhook}/messages/@original", {"content": "e"})
        more = await rest.ok("POST", webhook, {"content": "more"})
        await rest.ok("GET", f"{webhook}/messages/{more['id']}")
        await rest.ok("PATCH", f"{webhook}/messages/{more['id']}", {"content": "m"})
        await rest.ok("DELETE", f"{webhook}/messages/{more['id']}")
        await rest.ok("DELETE", f"{webhook}/messages/@original")


async def _webhooks(rest: Rest, guild: str, made: dict[str, Any]) -> None:
    rules, bridge = made["channels"]["rules"], made["channels"]["Bridge"]
    await webhook_tour.manage(rest, guild, f"/channels/{rules}", bridge)
    await webhook_tour.speak(rest, f"/channels/{rules}", EMBED, ROW)
    await webhook_tour.publish(rest, guild, rules)


async def _refusals(rest: Rest, guild: str) -> None:
    await rest.refused("GET", "/guilds/1")
    await rest.refused(
        "POST", f"{guild}/channels", {"name": "", "permission_overwrites": [{"id": "x"}], "type": 99}
    )
    await rest.refused("PATCH", guild, {"features": [], "verification_level": 9, "name": "x"})


async def test_every_route_answers_in_the_published_shapes(
    http: httpx.AsyncClient, rest: Rest, sim: Control, simulator: Simulator, document: Document
) -> None:
    witness = Witness()
    http.event_hooks["response"].append(witness)
    made = await sim.guild(**SPEC)
    guild, app = f"/guilds/{made['id']}", str(simulator.world.application.id)
    await _read_and_write_guild(rest, guild, made)
    await _channels_of_every_type(rest, guild, made)
    await _messages(rest, made)
    await _webhooks(rest, guild, made)
    await tour_settings(rest, guild, made)
    await _commands(rest, app, guild)
    await _interactions(rest, sim, simulator, made)
    await newcomers.tour(rest, sim)
    await moderate(rest, sim, guild, f"/channels/{made['channels']['rules']}")
    await application_tour(http, rest, sim, simulator, made)
    await rest.ok("GET", f"{guild}/audit-logs?limit=100")
    await _refusals(rest, guild)
    for method, template, status, body in witness.seen:
        if (method, template) not in UNPUBLISHED:
            document.check(method, template, status, body)
    succeeded = {(method, template) for method, template, status, _ in witness.seen if status < 400}
    assert {(route.method, route.template) for route in TABLE.routes} - succeeded == ALWAYS_REFUSED


@pytest.mark.parametrize(
    "wrong", [{"id": 1}, {"permissions": 8}, {"colors": {"primary_color": 1}}, {"name": None}]
)
async def test_a_wrong_shape_is_noticed(
    rest: Rest, sim: Control, document: Document, wrong: dict[str, object]
) -> None:
    made = await sim.guild()
    role = await rest.ok("POST", f"/guilds/{made['id']}/roles", {"name": "r"})
    document.check("POST", "/guilds/{guild_id}/roles", 200, role)
    with pytest.raises(jsonschema.ValidationError):
        document.check("POST", "/guilds/{guild_id}/roles", 200, role | wrong)
    with pytest.raises(KeyError):
        document.check("POST", "/guilds/{guild_id}/roles", 201, role)

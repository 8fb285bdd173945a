"""How each JSON error code comes about over REST: what there is, and one call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.simulator import Simulator
from tests.simulator.calls import Reply, Wire

VIEW = 1 << 10
HARBOUR: dict[str, Any] = {
    "name": "Harbour",
    "features": ["COMMUNITY"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "roles": [{"name": "Crew"}],
    "channels": [
        {"name": "Deck", "type": "category"},
        {"name": "Hold", "type": "category"},
        *({"name": name} for name in ("log", "rules")),
        {"name": "bridge", "type": "voice"},
        {"name": "ideas", "type": "forum"},
    ],
    "rules_channel": "rules",
    "public_updates_channel": "rules",
    "members": [{"username": "ada"}],
}
# Here the bot may write and no more, and does not see one channel.
LAGOON: dict[str, Any] = {
    "name": "Lagoon",
    "everyone_permissions": ["VIEW_CHANNEL", "SEND_MESSAGES"],
    "bot_permissions": [],
    "roles": [{"name": "Crew"}],
    "channels": [
        {"name": "open"},
        {"name": "hidden", "permission_overwrites": [{"role": "@everyone", "deny": str(VIEW)}]},
    ],
}


@dataclass(slots=True)
class Ground:
    """Two guilds and a bot; ``harbour`` and ``lagoon`` have the ids of what is in them by name."""

    simulator: Simulator
    wire: Wire
    harbour: Any
    lagoon: Any

    def path(self, template: str) -> str:
        """``{guild}`` is Harbour's path, ``{app}`` the application's, a channel's name its path, a member's its id."""
        channels = {name: f"/channels/{found}" for name, found in self.harbour["channels"].items()}
        app = f"/applications/{self.simulator.world.application.id}"
        guild = f"/guilds/{self.harbour['id']}"
        return template.format(
            guild=guild, app=app, id=self.harbour["id"], **channels, **self.harbour["members"]
        )

    async def made(self, **spec: Any) -> Any:
        reply = await self.wire.control("POST", "/guilds", {"name": "Bay"} | spec)
        assert reply.status == 201, reply.body
        return reply.body

    async def ok(self, method: str, path: str, body: object = None) -> Any:
        reply = await self.wire(method, path, body)
        assert reply.status < 300, reply.body
        return reply.body

    async def interaction(self) -> str:
        """Somebody uses a command; the path of the callback."""
        await self.ok("POST", self.path("{app}/commands"), {"name": "hello", "description": "d"})
        used = {
            "guild_id": self.harbour["id"],
            "user": "ada",
            "type": "command",
            "name": "hello",
            "timeout": 0,
        }
        begun = (await self.wire.control("POST", "/interactions", used)).body["id"]
        return f"/interactions/{begun}/{self.simulator.world.interactions.by_id[int(begun)].token}/callback"


async def ground(simulator: Simulator) -> Ground:
    wire = Wire(simulator.app)
    made = [(await wire.control("POST", "/guilds", spec)).body for spec in (HARBOUR, LAGOON)]
    return Ground(simulator, wire, *made)


Provocation = Callable[[Ground], Any]
CASES: dict[int, tuple[int, str, Provocation]] = {}


def provokes(code: int, status: int, message: str) -> Callable[[Provocation], Provocation]:
    """What Discord documents of the code (Topics > Opcodes and Status Codes > JSON Error Codes)."""

    def register(case: Provocation) -> Provocation:
        CASES[code] = status, message, case
        return case

    return register


def simply(code: int, status: int, message: str, called: str, body: object = None) -> None:
    """A case of one call."""

    async def case(at: Ground) -> Reply:
        method, path = called.split()
        return await at.wire(method, at.path(path), body)

    CASES[code] = status, message, case


simply(10003, 404, "Unknown Channel", "GET /channels/1")
simply(10004, 404, "Unknown Guild", "GET /guilds/1")
simply(10007, 404, "Unknown Member", "GET {guild}/members/1")
simply(10008, 404, "Unknown Message", "GET {log}/messages/1")
simply(10009, 404, "Unknown permission overwrite", "DELETE {log}/permissions/1")
simply(10011, 404, "Unknown Role", "PATCH {guild}/roles/1", {"name": "x"})
simply(10013, 404, "Unknown User", "GET /users/1")
simply(10015, 404, "Unknown Webhook", "POST /webhooks/1/token", {"content": "aye"})
simply(10062, 404, "Unknown interaction", "POST /interactions/1/token/callback", {"type": 5})
simply(10063, 404, "Unknown application command", "GET {app}/commands/1")
simply(10002, 404, "Unknown Application", "GET /applications/1/commands")
simply(10014, 404, "Unknown Emoji", "GET {guild}/emojis/1")
simply(10026, 404, "Unknown Ban", "GET {guild}/bans/1")
simply(10057, 404, "Unknown guild template", "GET /guilds/templates/none")
simply(10069, 404, "Unknown Guild Welcome Screen", "GET {guild}/welcome-screen")
simply(20001, 403, "Bots cannot use this endpoint", "POST /guilds", {"name": "Bay"})
simply(50006, 400, "Cannot send an empty message", "POST {log}/messages", {"content": ""})
simply(50008, 400, "Cannot send messages in a non-text channel", "POST {Deck}/messages", {"content": "aye"})
simply(
    50024,
    403,
    "Cannot execute action on this channel type",
    "POST {log}/followers",
    {"webhook_channel_id": "1"},
)
simply(
    50025, 403, "Invalid OAuth2 access token provided", "PUT {guild}/members/{ada}", {"access_token": "none"}
)
simply(50028, 400, "Invalid Role", "DELETE {guild}/roles/{id}")
simply(50074, 400, "Cannot delete a channel required for Community guilds", "DELETE {rules}")
simply(50109, 400, "The request body contains invalid JSON.", "PATCH {guild}", {"afk_timeout": 1 << 70})


@provokes(10066, 404, "Unknown application command permissions")
async def _no_command_permissions(at: Ground) -> Reply:
    commands = at.path("{app}{guild}/commands")
    made = await at.ok("POST", commands, {"name": "hello", "description": "d"})
    return await at.wire("GET", f"{commands}/{made['id']}/permissions")


@provokes(30005, 400, "Maximum number of guild roles reached (250)")
async def _the_251st_role(at: Ground) -> Reply:
    """@everyone and the bot's own are two of them."""
    made = await at.made(roles=[{"name": "r"}] * 247)
    await at.ok("POST", f"/guilds/{made['id']}/roles", {"name": "the 250th"})
    return await at.wire("POST", f"/guilds/{made['id']}/roles", {"name": "one more"})


@provokes(30013, 400, "Maximum number of guild channels reached (500)")
async def _the_501st_channel(at: Ground) -> Reply:
    made = await at.made(channels=[{"name": "c"}] * 499)
    await at.ok("POST", f"/guilds/{made['id']}/channels", {"name": "the-500th"})
    return await at.wire("POST", f"/guilds/{made['id']}/channels", {"name": "one-more"})


@provokes(30032, 400, "Maximum number of application commands reached (100)")
async def _the_101st_command(at: Ground) -> Reply:
    commands = [{"name": f"c{number}", "description": "d"} for number in range(100)]
    await at.ok("PUT", at.path("{app}/commands"), commands)
    return await at.wire("POST", at.path("{app}/commands"), {"name": "one-more", "description": "d"})


@provokes(30060, 400, "Maximum number of channel permissions overwrites reached (1000)")
async def _the_1001st_overwrite(at: Ground) -> Reply:
    crew = [f"c{number}" for number in range(1001)]
    overwrites = [{"member": name, "allow": "0", "deny": "2048"} for name in crew[:999]]
    made = await at.made(
        members=[{"username": name} for name in crew],
        channels=[{"name": "c", "permission_overwrites": overwrites}],
    )
    path, body = f"/channels/{made['channels']['c']}/permissions", {"type": 1, "deny": "2048"}
    await at.ok("PUT", f"{path}/{made['members']['c999']}", body)
    await at.ok("PUT", f"{path}/{made['members']['c0']}", {"type": 1, "deny": "0"})
    return await at.wire("PUT", f"{path}/{made['members']['c1000']}", body)


@provokes(40009, 400, "Only one channel can have a parent_id modified at a time")
async def _two_that_move(at: Ground) -> Reply:
    ids = at.harbour["channels"]
    moved = [{"id": ids[name], "parent_id": ids["Deck"]} for name in ("log", "bridge")]
    return await at.wire("PATCH", at.path("{guild}/channels"), moved)


@provokes(40060, 400, "Interaction has already been acknowledged.")
async def _an_answer_too_many(at: Ground) -> Reply:
    path = await at.interaction()
    await at.ok("POST", path, {"type": 5})
    return await at.wire("POST", path, {"type": 5})


@provokes(50001, 403, "Missing Access")
async def _an_unseen_channel(at: Ground) -> Reply:
    return await at.wire("GET", f"/channels/{at.lagoon['channels']['hidden']}")


@provokes(50005, 403, "Cannot edit a message authored by another user")
async def _somebody_elses_message(at: Ground) -> Reply:
    path = at.path("{log}/messages")
    edit = {"user": "ada", "method": "POST", "path": path, "body": {"content": "mine"}}
    sent = (await at.wire.control("POST", "/edits", edit)).body["body"]
    return await at.wire("PATCH", f"{path}/{sent['id']}", {"content": "yours"})


@provokes(50013, 403, "Missing Permissions")
async def _what_is_not_granted(at: Ground) -> Reply:
    return await at.wire("POST", f"/guilds/{at.lagoon['id']}/roles", {"name": "r"})


@provokes(50027, 401, "Invalid Webhook Token")
async def _a_wrong_token(at: Ground) -> Reply:
    application = at.simulator.world.application.id
    return await at.wire("POST", f"/webhooks/{application}/wrong", {"content": "aye"})

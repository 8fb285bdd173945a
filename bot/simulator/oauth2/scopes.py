"""Scopes: which can be asked for and what a token of each may do is said to the person (docs: Topics > OAuth2).

Those that need Discord's approval are refused, as are those with nothing behind them here.
"""

from bot.simulator.shapes import words

ANY = "*"
BOT, COMMANDS = "bot", "applications.commands"
UPDATE_COMMANDS = "applications.commands.update"
UPDATE_PERMISSIONS = "applications.commands.permissions.update"
GUILD_SCOPES = frozenset({BOT, COMMANDS})
# For these the person is always asked, whatever they agreed to before (docs: Topics > OAuth2, ``prompt``).
PASSTHROUGH = frozenset({BOT})

MEANINGS: dict[str, str] = {
    "identify": "Know your username, avatar and banner",
    "email": "Know your email address",
    "connections": "Know your third-party connections",
    "guilds": "Know what servers you are in",
    "guilds.join": "Join servers for you",
    "guilds.members.read": "Read your nickname, avatar, roles and more in your servers",
    "gdm.join": "Join you to group chats",
    "role_connections.write": "Update your connection and metadata for this app",
    BOT: "Add a bot to a server",
    COMMANDS: "Create commands in a server",
    UPDATE_PERMISSIONS: "Update the permissions of its commands in servers you may manage",
    "applications.entitlements": "Read your app entitlements",
    "applications.store.update": "Read and update your store data",
    "applications.builds.read": "Read build data of your apps",
}
# What an app may ask for in its owner's name; a team is nobody in particular, so its apps get little.
OWN = frozenset(MEANINGS) - GUILD_SCOPES - {"role_connections.write"} | {UPDATE_COMMANDS}
OWN_OF_TEAM = frozenset({"identify", UPDATE_COMMANDS})


def split(text: str) -> tuple[str, ...]:
    """A space-separated list, each once, in the order given."""
    return tuple(dict.fromkeys(words(text)))

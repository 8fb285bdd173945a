"""How a bot gets into a guild."""

from urllib.parse import urlencode

_AUTHORIZE = "https://discord.com/oauth2/authorize"


def invite_url(application_id: str, permissions: int) -> str:
    """The page on which somebody with Manage Server adds the bot, with the permissions already ticked
    (Discord documentation, Topics › OAuth2 › "Bot Authorization Flow")."""
    query = {"client_id": application_id, "scope": "bot applications.commands", "permissions": permissions}
    return f"{_AUTHORIZE}?{urlencode(query)}"

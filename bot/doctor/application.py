"""What Discord's Developer Portal says of the application."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from bot.doctor.findings import Finding, note, right, wrong
from core.catalog import BOT_PERMISSIONS
from core.config import Settings
from core.discord.invite import invite_url
from core.discord.permissions import names_of

_PORTAL = "https://discord.com/developers/applications"
# Discord documentation, Resources › Application › Application Flags: granted, or allowed below 100 guilds.
_MEMBERS = 1 << 14 | 1 << 15
_MESSAGE_CONTENT = 1 << 18 | 1 << 19
_CALLBACK = "/api/v1/auth/discord/callback"


def application_findings(application: dict[str, Any], settings: Settings) -> Iterator[Finding]:
    """`application` is what `GET /applications/@me` answers."""
    page = f"{_PORTAL}/{application['id']}"
    yield right(f"The application is “{application['name']}”, owned by {_owner(application)}.")
    yield from _intents(application, settings, page)
    yield from _reach(application, page)
    yield _redirect(application, settings, page)
    url = invite_url(application["id"], int(BOT_PERMISSIONS))
    yield note(f"This invites the bot, with {', '.join(names_of(BOT_PERMISSIONS))}: {url}")


def _owner(application: dict[str, Any]) -> str:
    team = application.get("team")
    return (
        f"the team “{team['name']}”" if team else str(application.get("owner", {}).get("username", "nobody"))
    )


def _intents(application: dict[str, Any], settings: Settings, page: str) -> Iterator[Finding]:
    flags: int = application.get("flags") or 0
    if flags & _MEMBERS:
        yield right("Server Members Intent is on.")
    else:
        yield wrong(
            f"Server Members Intent is off, and the bot does not start without it: {_switch_at(page)}."
        )
    is_on = bool(flags & _MESSAGE_CONTENT)
    if settings.message_content and not is_on:
        yield wrong(
            "GUILDWRIGHT_MESSAGE_CONTENT is true and Message Content Intent is off: "
            f"{_switch_at(page)}, or unset GUILDWRIGHT_MESSAGE_CONTENT."
        )
    elif settings.message_content:
        yield right("Message Content Intent is on.")
    else:
        yield note(
            "GUILDWRIGHT_MESSAGE_CONTENT is not true: the bot does not read what members write, and needs no "
            "Message Content Intent."
        )


def _switch_at(page: str) -> str:
    return f"switch it on under Bot › Privileged Gateway Intents at {page}/bot"


def _reach(application: dict[str, Any], page: str) -> Iterator[Finding]:
    if application.get("bot_require_code_grant"):
        yield wrong(
            f"“Requires OAuth2 Code Grant” is on, so that nobody can add the bot: switch it off at {page}/bot."
        )
    if application.get("interactions_endpoint_url"):
        yield wrong(
            "The application has an Interactions Endpoint URL, so that slash commands do not reach the bot: clear it "
            f"at {page}/information."
        )
    if application.get("bot_public"):
        yield note(
            f"Anybody may add the bot to a server: switch off “Public Bot” at {page}/bot unless you want that."
        )


def _redirect(application: dict[str, Any], settings: Settings, page: str) -> Finding:
    """Only logging in with Discord needs it, and the bot does not."""
    uri = f"{settings.origin}{_CALLBACK}"
    if urlsplit(uri).scheme != "https" and not _is_loopback(urlsplit(uri).hostname or ""):
        return wrong(
            f"The API is at {settings.origin}: other machines reach it without encryption, and so do logins. Put it "
            "behind https and set GUILDWRIGHT_PUBLIC_URL to that address."
        )
    if uri in (application.get("redirect_uris") or ()):
        return right(f"The redirect URI {uri} is registered.")
    return note(f"The redirect URI for logging in with Discord is {uri}: register it at {page}/oauth2.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

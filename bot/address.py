"""Which Discord this process speaks to: the real one, or the simulator."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import disnake
from disnake.http import Route

from core.errors import ConfigurationError

DISCORD_API = "https://discord.com/api/v10"
_DISCORD_ASSETS = {"BASE": disnake.Asset.BASE, "BASE_MEDIA": disnake.Asset.BASE_MEDIA}


def point_at(api_base: str) -> None:
    """Sends every REST call of this process to `api_base`; a bare origin means its `/api/v10`.

    disnake has one address for the process, a class attribute that is read whenever a route is made.
    """
    base = _checked(api_base)
    parts = urlsplit(base)
    Route.BASE = base
    for name, at_discord in _DISCORD_ASSETS.items():
        setattr(
            disnake.Asset, name, at_discord if base == DISCORD_API else f"{parts.scheme}://{parts.netloc}"
        )
    require_pointed_at(api_base)


def require_pointed_at(api_base: str) -> None:
    """Raises `ConfigurationError` where calls would go anywhere else: a token meant for one must not reach the
    other."""
    base = _checked(api_base)
    if not Route("GET", "/gateway").url.startswith(f"{base}/"):
        raise ConfigurationError(f"DISCORD_API_BASE is {base}, but this process speaks to {Route.BASE}.")


def _checked(api_base: str) -> str:
    parts = urlsplit(api_base.rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"DISCORD_API_BASE must be an http(s) address, not {api_base!r}.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ConfigurationError(
            f"DISCORD_API_BASE is {api_base}: the bot's token would cross the network unencrypted. Use https."
        )
    return parts.geturl() if parts.path else f"{parts.geturl()}/api/v10"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

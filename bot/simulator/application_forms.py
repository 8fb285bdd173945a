"""Reading the settings of an application (docs: Resources > Application > Edit Current Application)."""

from urllib.parse import urlsplit

from bot.simulator.entries import read_localizations, read_texts
from bot.simulator.forms import Form
from bot.simulator.images import Image, read_image
from bot.simulator.oauth2.scopes import BOT, COMMANDS
from bot.simulator.permissions import ALL
from bot.simulator.shapes import JsonObject, as_object, words
from bot.simulator.state import Application
from bot.simulator.state.applications import MEMBERS_LIMITED, MESSAGE_CONTENT_LIMITED, PRESENCE_LIMITED

_URL_LENGTH = 2048
_LIMITED_INTENTS = PRESENCE_LIMITED | MEMBERS_LIMITED | MESSAGE_CONTENT_LIMITED
_CONTEXTS: dict[str, frozenset[str]] = {"0": frozenset({BOT, COMMANDS}), "1": frozenset({COMMANDS})}
# Docs: Webhook Events > Event Types.
_EVENT_TYPES = words(
    "APPLICATION_AUTHORIZED APPLICATION_DEAUTHORIZED ENTITLEMENT_CREATE ENTITLEMENT_DELETE ENTITLEMENT_UPDATE "
    "GAME_DIRECT_MESSAGE_CREATE GAME_DIRECT_MESSAGE_DELETE GAME_DIRECT_MESSAGE_UPDATE LOBBY_MESSAGE_CREATE "
    "LOBBY_MESSAGE_DELETE LOBBY_MESSAGE_UPDATE QUEST_USER_ENROLLMENT"
)
_ROLE_SUBSCRIPTIONS = 4  # the one application type there is
_URLS = ("custom_install_url", "role_connections_verification_url")
# Discord takes these only after the address has answered it; nothing here calls anybody.
_ANSWERING_URLS = ("interactions_endpoint_url", "event_webhooks_url")


def read_settings(form: Form, edited: Application) -> dict[str, Image | None]:
    """Into ``edited``; new images are returned by key, to be kept when all is well.

    Of the flags only those of limited intents can be set; other bits stay as they are, whatever is sent.
    """
    edited.description = _description(form, edited.description)
    edited.flags = form.whole("flags", edited.flags) & _LIMITED_INTENTS | edited.flags & ~_LIMITED_INTENTS
    edited.explicit_content_filter = (
        form.choice("explicit_content_filter", edited.explicit_content_filter, (0, 1)) or 0
    )
    edited.max_participants = form.number("max_participants", edited.max_participants, least=-1)
    for key in _URLS:
        setattr(edited, key, _url(form, key, getattr(edited, key)))
    for key in _ANSWERING_URLS:
        if form.text(key) is not None:
            form.bad(key, "URL_TYPE_UNVERIFIED", "The specified url could not be verified.")
    # Read, and nothing more: to a team, or to another type, an application comes on its portal page.
    form.snowflake("team_id")
    form.choice("type", None, (_ROLE_SUBSCRIPTIONS,))
    _read_lists(form, edited)
    if "install_params" in form:
        edited.install_params = _params(form.form("install_params"), _CONTEXTS["0"])
    if form.data.get("integration_types_config") is not None:
        edited.install = _install(form)
    return {key: read_image(form, key) for key in ("icon", "cover_image") if key in form}


def _description(form: Form, default: str) -> str:
    """A text, or ``{"default", "localizations"}``; the published document has only the latter, the prose the former."""
    if as_object(form.data.get("description")) is None:
        return form.text("description", default, most=400) or ""
    whole = form.nested(form.data["description"], (*form.path, "description"))
    whole.require("default")
    read_localizations(whole, "localizations", most=400)
    return whole.text("default", "", most=400) or ""


def _read_lists(form: Form, edited: Application) -> None:
    if "tags" in form:
        edited.tags = read_texts(form, "tags", longest=20, most=5)
    if "event_webhooks_types" in form:
        edited.event_webhooks_types = read_texts(
            form, "event_webhooks_types", longest=40, choices=_EVENT_TYPES
        )
    if form.choice("event_webhooks_status", None, (1, 2)) == 2:  # noqa: PLR2004 - 2 is enabled
        form.bad("event_webhooks_status", "BASE_TYPE_REQUIRED", "event_webhooks_url is not set")


def _url(form: Form, key: str, default: str | None) -> str | None:
    url = form.text(key, default, most=_URL_LENGTH)
    if key in form and url and not is_url(url):
        form.bad(key, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    return url or None


def is_url(text: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc)


def _install(form: Form) -> dict[str, JsonObject]:
    """The contexts that are named are all that is supported; null is as if not named."""
    whole = form.nested(form.data["integration_types_config"], (*form.path, "integration_types_config"))
    found: dict[str, JsonObject] = {}
    for key in whole.data:
        if key not in _CONTEXTS:
            whole.bad_choice(key, tuple(_CONTEXTS))
            continue
        config = whole.form(key)
        if config is not None:
            params = _params(config.form("oauth2_install_params"), _CONTEXTS[key])
            found[key] = {} if params is None else {"oauth2_install_params": params}
    if not found and whole.data.keys() <= _CONTEXTS.keys():
        form.bad("integration_types_config", "BASE_TYPE_MIN_LENGTH", "Must be 1 or more in length.")
    return found


def _params(form: Form | None, allowed: frozenset[str]) -> JsonObject | None:
    if form is None:
        return None
    scopes = read_texts(form, "scopes", longest=40, choices=sorted(allowed))
    return {"scopes": scopes, "permissions": str(form.bits("permissions", 0) & ALL)}

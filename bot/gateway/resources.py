"""What a guild has beside settings, roles and channels, through Discord's REST API."""

from collections.abc import Callable, Iterable
from typing import Any

from bot.cdn import fetch
from bot.gateway.details import DetailCalls
from bot.limits import MethodRoute
from bot.resources.known import DETAIL_OF
from bot.resources.reading import (
    automod_rules_of,
    onboarding_of,
    scheduled_events_of,
    webhooks_of,
    welcome_screen_of,
)
from bot.resources.writing import (
    automod_payload,
    emoji_payload,
    event_payload,
    onboarding_payload,
    sticker_payload,
    webhook_payload,
    welcome_screen_payload,
)
from core.discord.gateway import NO_PICTURES, Pictures
from core.discord.images import AssetPath, Image
from core.discord.resources import (
    AutoModFields,
    Detail,
    EmojiFields,
    EventFields,
    Onboarding,
    ResourceFields,
    ResourceKind,
    StickerFields,
    WebhookFields,
    WelcomeScreen,
)
from core.discord.types import Snowflake

_LISTS: dict[Detail, Callable[[Iterable[dict[str, Any]]], tuple[Any, ...]]] = {
    "webhooks": webhooks_of,
    "automod_rules": automod_rules_of,
    "scheduled_events": scheduled_events_of,
}
RESOURCE_PATHS: dict[ResourceKind, str] = {
    "emoji": "/guilds/{guild_id}/emojis/{resource_id}",
    "sticker": "/guilds/{guild_id}/stickers/{resource_id}",
    "webhook": "/webhooks/{webhook_id}",
    "automod_rule": "/guilds/{guild_id}/auto-moderation/rules/{resource_id}",
    "scheduled_event": "/guilds/{guild_id}/scheduled-events/{resource_id}",
}
RESOURCE_NAMES: dict[ResourceKind, str] = {
    "emoji": "emoji",
    "sticker": "sticker",
    "webhook": "webhook",
    "automod_rule": "AutoMod rule",
    "scheduled_event": "scheduled event",
}
_FILE_NAMES = {
    "image/png": "sticker.png",
    "image/gif": "sticker.gif",
    "application/json": "sticker.json",
}


def resource_route(
    method: str, guild_id: Snowflake, kind: ResourceKind, resource_id: Snowflake
) -> MethodRoute:
    path = RESOURCE_PATHS[kind]
    if kind == "webhook":
        return MethodRoute(method, path, webhook_id=resource_id)
    return MethodRoute(method, path, guild_id=guild_id, resource_id=resource_id)


class ResourceCalls(DetailCalls):
    """Implements `core.discord.gateway.ResourceGateway`."""

    async def read_image(self, path: AssetPath) -> Image | None:
        await self._require_live()
        return await fetch(self._client, path)

    async def create_resource(
        self,
        guild_id: Snowflake,
        fields: ResourceFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> Snowflake:
        if isinstance(fields, StickerFields):
            return await self._create_sticker(guild_id, fields, pictures, reason)
        match fields:
            case EmojiFields():
                path, payload = "/guilds/{guild_id}/emojis", emoji_payload(fields, pictures)
            case AutoModFields():
                path = "/guilds/{guild_id}/auto-moderation/rules"
                payload = automod_payload(fields, is_new=True)
            case EventFields():
                path = "/guilds/{guild_id}/scheduled-events"
                payload = event_payload(fields, pictures, is_new=True)
            case WebhookFields():
                path, payload = (
                    "/channels/{channel_id}/webhooks",
                    webhook_payload(fields, pictures, is_new=True),
                )
        where = (
            {"channel_id": fields.channel_id} if isinstance(fields, WebhookFields) else {"guild_id": guild_id}
        )
        detail = DETAIL_OF.get(kind_of(fields))
        with self.known.writing(guild_id, detail):
            made = await self._calls.send(
                MethodRoute("POST", path, **where),
                doing=f"create the {_named(fields)}",
                guild_id=guild_id,
                json=payload,
                reason=reason,
                repeatable=False,
            )
        self._note(guild_id, detail, made)
        return str(made["id"])

    async def edit_resource(
        self,
        guild_id: Snowflake,
        resource_id: Snowflake,
        fields: ResourceFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None:
        match fields:
            case EmojiFields():
                payload = emoji_payload(fields, pictures)
            case StickerFields():
                payload = sticker_payload(fields)
            case WebhookFields():
                payload = webhook_payload(fields, pictures, is_new=False)
            case AutoModFields():
                payload = automod_payload(fields, is_new=False)
            case EventFields():
                payload = event_payload(fields, pictures, is_new=False)
        kind = kind_of(fields)
        detail = DETAIL_OF.get(kind)
        with self.known.writing(guild_id, detail):
            edited = await self._calls.send(
                resource_route("PATCH", guild_id, kind, resource_id),
                doing=f"edit the {RESOURCE_NAMES[kind]} {resource_id}",
                guild_id=guild_id,
                json=payload,
                reason=reason,
            )
        self._note(guild_id, detail, edited)

    async def delete_resource(
        self, guild_id: Snowflake, kind: ResourceKind, resource_id: Snowflake, *, reason: str
    ) -> None:
        detail = DETAIL_OF.get(kind)
        with self.known.writing(guild_id, detail):
            await self._calls.send(
                resource_route("DELETE", guild_id, kind, resource_id),
                doing=f"delete the {RESOURCE_NAMES[kind]} {resource_id}",
                guild_id=guild_id,
                reason=reason,
            )
        if detail is not None:
            self.known.drop(guild_id, detail, resource_id)

    async def set_onboarding(self, guild_id: Snowflake, onboarding: Onboarding, *, reason: str) -> None:
        with self.known.writing(guild_id, "onboarding"):
            body = await self._calls.send(
                MethodRoute("PUT", "/guilds/{guild_id}/onboarding", guild_id=guild_id),
                doing="set the onboarding",
                guild_id=guild_id,
                json=onboarding_payload(onboarding),
                reason=reason,
            )
        self.known.note(guild_id, "onboarding", onboarding_of(body))

    async def set_welcome_screen(self, guild_id: Snowflake, screen: WelcomeScreen, *, reason: str) -> None:
        with self.known.writing(guild_id, "welcome_screen"):
            body = await self._calls.send(
                MethodRoute("PATCH", "/guilds/{guild_id}/welcome-screen", guild_id=guild_id),
                doing="set the welcome screen",
                guild_id=guild_id,
                json=welcome_screen_payload(screen),
                reason=reason,
            )
        self.known.note(guild_id, "welcome_screen", welcome_screen_of(body, enabled=screen.enabled))

    def _note(self, guild_id: Snowflake, detail: Detail | None, body: dict[str, Any]) -> None:
        """Discord answers a write with what it wrote."""
        if detail is not None:
            self.known.put(guild_id, detail, _LISTS[detail]([body]))

    async def _create_sticker(
        self, guild_id: Snowflake, fields: StickerFields, pictures: Pictures, reason: str
    ) -> Snowflake:
        """The file travels beside the words, as multipart."""
        image = pictures[str(fields.image)]
        words = sticker_payload(fields)
        form: list[dict[str, Any]] = [
            {"name": name, "value": value or ""} for name, value in ({"description": ""} | words).items()
        ]
        file = {
            "name": "file",
            "value": image.content,
            "filename": _FILE_NAMES.get(image.media_type, "sticker.png"),
            "content_type": image.media_type,
        }
        made = await self._calls.send(
            MethodRoute("POST", "/guilds/{guild_id}/stickers", guild_id=guild_id),
            doing=f"create the {_named(fields)}",
            guild_id=guild_id,
            form=[*form, file],
            reason=reason,
            repeatable=False,
        )
        return str(made["id"])


def kind_of(fields: ResourceFields) -> ResourceKind:
    match fields:
        case EmojiFields():
            return "emoji"
        case StickerFields():
            return "sticker"
        case WebhookFields():
            return "webhook"
        case AutoModFields():
            return "automod_rule"
        case EventFields():
            return "scheduled_event"


def _named(fields: ResourceFields) -> str:
    return f"{RESOURCE_NAMES[kind_of(fields)]} “{fields.name or ''}”"

"""Messages in the JSON of Discord's REST API, and what of it is read."""

from datetime import datetime
from typing import Any

from msgspec import UNSET

from bot.payloads import Payload
from core.discord.messages import AllowedMentions, Embed, Message, MessageFields

SUPPRESS_EMBEDS, SILENT, PUBLISHED = 1 << 2, 1 << 12, 1 << 0


def message_payload(fields: MessageFields) -> Payload:
    """Only what was asked for; whom it may ping is always said, since Discord's own default is everybody."""
    payload: Payload = {"allowed_mentions": mentions_payload(fields.allowed_mentions)}
    if fields.content is not UNSET:
        payload["content"] = fields.content
    if not isinstance(fields.embeds, tuple):
        return payload
    payload["embeds"] = [embed_payload(embed) for embed in fields.embeds]
    return payload


def new_message_payload(fields: MessageFields, nonce: str) -> Payload:
    """A message to be sent once (Resources › Message › Create Message: `nonce`, `enforce_nonce`)."""
    flags = (SILENT if fields.silent else 0) | (SUPPRESS_EMBEDS if fields.suppress_embeds else 0)
    payload = message_payload(fields) | {"nonce": nonce, "enforce_nonce": True, "flags": flags}
    if fields.reply_to is not None:
        payload["message_reference"] = {"message_id": fields.reply_to, "fail_if_not_exists": False}
    return payload


def mentions_payload(mentions: AllowedMentions) -> Payload:
    return {
        "parse": list(mentions.parse),
        "users": list(mentions.users),
        "roles": list(mentions.roles),
        "replied_user": mentions.replied_user,
    }


def embed_payload(embed: Embed) -> Payload:
    payload: Payload = {
        "title": embed.title,
        "description": embed.description,
        "url": embed.url,
        "color": embed.color,
        "timestamp": None if embed.timestamp is None else embed.timestamp.isoformat(),
        "image": None if embed.image is None else {"url": embed.image},
        "thumbnail": None if embed.thumbnail is None else {"url": embed.thumbnail},
    }
    if embed.author is not None:
        payload["author"] = _said(
            name=embed.author.name, url=embed.author.url, icon_url=embed.author.icon_url
        )
    if embed.footer is not None:
        payload["footer"] = _said(text=embed.footer.text, icon_url=embed.footer.icon_url)
    if embed.fields:
        payload["fields"] = [
            {"name": field.name, "value": field.value, "inline": field.inline} for field in embed.fields
        ]
    return _said(**payload)


def message_of(body: dict[str, Any]) -> Message:
    """A message as Discord answers it."""
    return Message(
        id=str(body["id"]),
        author_id=str(body["author"]["id"]),
        content=str(body["content"]),
        is_published=bool(int(body.get("flags", 0)) & PUBLISHED),
        sent_at=datetime.fromisoformat(body["timestamp"]),
    )


def says_the_same(body: dict[str, Any], fields: MessageFields) -> bool:
    """Whether a message of Discord's has these words and embeds. Discord trims what it shows: so does this."""
    content = fields.content if isinstance(fields.content, str) else ""
    embeds = fields.embeds if isinstance(fields.embeds, tuple) else ()
    if str(body["content"]).strip() != content.strip() or len(body["embeds"]) != len(embeds):
        return False
    return all(
        _words(there) == _words(embed_payload(ours))
        for there, ours in zip(body["embeds"], embeds, strict=True)
    )


def _words(embed: Payload) -> tuple[object, ...]:
    fields: list[Payload] = embed.get("fields") or []
    footer: Payload = embed.get("footer") or {}
    author: Payload = embed.get("author") or {}
    texts = [embed.get("title"), embed.get("description"), author.get("name"), footer.get("text")]
    texts += [text for field in fields for text in (field["name"], field["value"])]
    return tuple(None if text is None else str(text).strip() for text in texts)


def _said(**payload: Any) -> Payload:
    return {key: value for key, value in payload.items() if value is not None}

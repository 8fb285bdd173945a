"""Messages in the JSON of Discord's REST API, and what of it is read."""

from datetime import datetime
from typing import Any

from msgspec import UNSET

from bot.payloads import Payload
from core.discord.emojis import custom_emoji
from core.discord.messages import (
    AllowedMentions,
    Button,
    ButtonStyle,
    Embed,
    LinkButton,
    Message,
    MessageFields,
)

SUPPRESS_EMBEDS, SILENT, PUBLISHED = 1 << 2, 1 << 12, 1 << 0
ROW, BUTTON, LINK = 1, 2, 5
ROW_LIMIT = 5
BUTTON_STYLE: dict[ButtonStyle, int] = {"primary": 1, "secondary": 2, "success": 3, "danger": 4}


def message_payload(fields: MessageFields) -> Payload:
    """Only what was asked for; whom it may ping is always said, since Discord's own default is everybody."""
    payload: Payload = {"allowed_mentions": mentions_payload(fields.allowed_mentions)}
    if fields.content is not UNSET:
        payload["content"] = fields.content
    if isinstance(fields.embeds, tuple):
        payload["embeds"] = [embed_payload(embed) for embed in fields.embeds]
    buttons, links = fields.buttons, fields.links
    if isinstance(buttons, tuple) or isinstance(links, tuple):
        payload["components"] = ([button_row(buttons)] if buttons else []) + link_rows(links or ())
    return payload


def button_row(buttons: tuple[Button, ...]) -> Payload:
    return {
        "type": ROW,
        "components": [
            {
                "type": BUTTON,
                "style": BUTTON_STYLE[each.style],
                "label": each.label,
                "custom_id": each.custom_id,
            }
            for each in buttons
        ],
    }


def link_rows(links: tuple[LinkButton, ...]) -> list[Payload]:
    """As many to a row as fit."""
    shown = [
        _said(type=BUTTON, style=LINK, label=each.label, url=each.url, emoji=_emoji(each)) for each in links
    ]
    return [
        {"type": ROW, "components": shown[start : start + ROW_LIMIT]}
        for start in range(0, len(shown), ROW_LIMIT)
    ]


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
    """Whether a message of Discord's has these words, embeds and links, whatever it did to their looks: it trims what
    it shows, and adds embeds of its own for the addresses that stand in the text."""
    content = fields.content if isinstance(fields.content, str) else ""
    ours = fields.embeds if isinstance(fields.embeds, tuple) else ()
    labels = [each.label.strip() for each in fields.links or ()]
    there: list[Payload] = body["embeds"]
    if str(body["content"]).strip() != content.strip() or len(there) < len(ours):
        return False
    if [str(each.get("label") or "").strip() for each in _links(body)] != labels:
        return False
    return all(
        _words(theirs) == _words(embed_payload(each)) for theirs, each in zip(there, ours, strict=False)
    )


def is_written(body: dict[str, Any], fields: MessageFields) -> bool:
    """Whether a message of Discord's already is as `fields` would make it, to the last color. In doubt it is not."""
    if isinstance(fields.content, str) and str(body["content"]).strip() != fields.content.strip():
        return False
    if isinstance(fields.links, tuple) and not _has_links(body, fields.links):
        return False
    if not isinstance(fields.embeds, tuple):
        return True
    own = [_looks(each) for each in body["embeds"] if each.get("type", "rich") == "rich"]
    return own == [_looks(embed_payload(each)) for each in fields.embeds]


def _has_links(body: dict[str, Any], links: tuple[LinkButton, ...]) -> bool:
    wanted = [each for row in link_rows(links) for each in row["components"]]
    return [_link_looks(each) for each in _links(body)] == [_link_looks(each) for each in wanted]


def _links(body: dict[str, Any]) -> list[Payload]:
    """The buttons that are links, row by row."""
    rows: list[Payload] = body.get("components") or []
    held: list[list[Payload]] = [row.get("components") or [] for row in rows]
    return [each for row in held for each in row if each.get("style") == LINK]


def _link_looks(button: Payload) -> tuple[object, ...]:
    """Of a guild's emoji the id alone: Discord has its name from the guild."""
    emoji = _part(button, "emoji")
    shown = emoji.get("id") or emoji.get("name")
    return (str(button.get("label") or "").strip(), button.get("url"), shown)


def _emoji(link: LinkButton) -> Payload | None:
    if link.emoji is None:
        return None
    custom = custom_emoji(link.emoji)
    if custom is None:
        return {"name": link.emoji}
    return {"name": custom.name, "id": custom.id}


def _words(embed: Payload) -> tuple[object, ...]:
    fields: list[Payload] = embed.get("fields") or []
    footer, author = _part(embed, "footer"), _part(embed, "author")
    texts = [embed.get("title"), embed.get("description"), author.get("name"), footer.get("text")]
    texts += [text for field in fields for text in (field["name"], field["value"])]
    return tuple(None if text is None else str(text).strip() for text in texts)


def _part(embed: Payload, name: str) -> Payload:
    return embed.get(name) or {}


def _looks(embed: Payload) -> tuple[object, ...]:
    author, footer, moment = _part(embed, "author"), _part(embed, "footer"), embed.get("timestamp")
    fields: list[Payload] = embed.get("fields") or []
    return (
        _words(embed),
        [bool(field.get("inline")) for field in fields],
        embed.get("url"),
        embed.get("color"),
        None if moment is None else datetime.fromisoformat(moment),
        (author.get("url"), author.get("icon_url"), footer.get("icon_url")),
        [_part(embed, name).get("url") for name in ("image", "thumbnail")],
    )


def _said(**payload: Any) -> Payload:
    return {key: value for key, value in payload.items() if value is not None}

"""Announcements as people choose among them and look at them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import disnake

from bot.message_payloads import ROW_LIMIT, embed_payload
from bot.ui.announcement_ids import AnnouncementPress, Choice, press_id
from bot.ui.answers import CONTENT
from bot.ui.template_list import CHOICE_NAME, CHOICES
from bot.ui.text import DESCRIPTION, clipped, fitting, joined
from core.actions.results import jump_url
from core.announcements.schemas import Announcement, AnnouncementMessage, Post, Preview
from core.announcements.states import ApprovalState, may_be_posted
from core.discord.markdown import plain

PAGE = 8
NONE: Final = "There is no announcement here. `/announce write` makes one."
_EXCERPT = 120
_STATES: Final[Mapping[ApprovalState, str]] = {
    "not_needed": "needs nobody's approval",
    "waiting": "waits for somebody else's approval",
    "approved": "is approved",
    "rejected": "was rejected",
}
_LABELS: Final[Mapping[Choice, tuple[str, disnake.ButtonStyle]]] = {
    "post": ("Post now", disnake.ButtonStyle.primary),
    "rewrite": ("Write it into the last message", disnake.ButtonStyle.secondary),
    "approve": ("Approve", disnake.ButtonStyle.success),
    "reject": ("Reject", disnake.ButtonStyle.secondary),
}


def preview_text(found: Announcement, preview: Preview, last: Post | None, *, done: str = "") -> str:
    """What is to be known of it, above the message itself; `done` is what has just become of it."""
    head = f"“{plain(found.name)}” {done or _STATES[found.approval_state]}"
    lines = [
        f"{head}. It is for <#{found.channel_id}>{_ways(found)}.",
        *([f"It {_STATES[found.approval_state]}."] if done and found.approval_state != "not_needed" else []),
        *(
            [f"Last posted {_when(last)}: {jump_url(last.guild_id, last.channel_id, last.message_id)}"]
            if last
            else []
        ),
        *(f"⚠️ {plain(each.message)}" for each in preview.warnings),
        "This is what it says now:",
    ]
    return fitting(lines, CONTENT)


def decided_text(found: Announcement, decider: str) -> str:
    verb = "approved" if found.approval_state == "approved" else "rejected"
    return f"“{plain(found.name)}” is {verb} by {plain(decider)}, as it says now (revision {found.revision})."


def button_row(found: Announcement, asker_id: str, *choices: Choice) -> list[disnake.ui.ActionRow[Any]]:
    """None where there is nothing to choose."""
    buttons = [
        disnake.ui.Button[Any](
            label=_LABELS[choice][0],
            style=_LABELS[choice][1],
            custom_id=press_id(AnnouncementPress(choice, found.id, found.revision, asker_id)),
        )
        for choice in choices
    ]
    return [disnake.ui.ActionRow(*buttons)] if buttons else []


def postable(found: Announcement, last: Post | None = None) -> tuple[Choice, ...]:
    """`last` is its last message, which may say what it said before."""
    if not may_be_posted(found.approval_state):
        return ()
    return ("post",) if last is None or last.revision == found.revision else ("post", "rewrite")


def as_shown(message: AnnouncementMessage) -> dict[str, Any]:
    """The message itself, for a reply that pings nobody."""
    links = [
        disnake.ui.Button[Any](
            style=disnake.ButtonStyle.link, label=link.label, url=link.url, emoji=link.emoji
        )
        for link in message.links
    ]
    rows = [links[start : start + ROW_LIMIT] for start in range(0, len(links), ROW_LIMIT)]
    return {
        "content": message.content or None,
        "embeds": [disnake.Embed.from_dict(cast(Any, embed_payload(each))) for each in message.embeds],
        "components": [disnake.ui.ActionRow(*row) for row in rows],
        "allowed_mentions": disnake.AllowedMentions.none(),
    }


def announcements_embed(announcements: Sequence[Announcement], page: int) -> disnake.Embed:
    """One page of them, as a tree; a page behind the last one shows the last."""
    pages = max(-(-len(announcements) // PAGE), 1)
    page = min(page, pages)
    shown = announcements[(page - 1) * PAGE : page * PAGE]
    text = fitting([_entry(each) for each in shown], DESCRIPTION) or NONE
    embed = disnake.Embed(title="Announcements", description=text)
    more = f"/announce list page:{page + 1} shows more." if page < pages else ""
    embed.set_footer(text=joined([f"Page {page} of {pages}", more]))
    return embed


def announcement_choices(announcements: Sequence[Announcement], typed: str) -> list[disnake.OptionChoice]:
    """Those whose name contains what was typed, as many as Discord takes."""
    wanted = typed.strip().casefold()
    found = [each for each in announcements if wanted in each.name.casefold()]
    found.sort(key=lambda each: not each.name.casefold().startswith(wanted))
    return [
        disnake.OptionChoice(clipped(joined([each.name, _aside(each)]), CHOICE_NAME), str(each.id))
        for each in found[:CHOICES]
    ]


def _entry(found: Announcement) -> str:
    return "\n".join(
        (
            f"**{plain(found.name)}** · {_STATES[found.approval_state]}",
            f"├ <#{found.channel_id}>{_ways(found)}",
            f"└ {plain(clipped(_excerpt(found.message), _EXCERPT))}",
        )
    )


def _excerpt(message: AnnouncementMessage) -> str:
    texts = [message.content, *(text for each in message.embeds for text in (each.title, each.description))]
    return joined(text or "" for text in texts) or "an embed"


def _ways(found: Announcement) -> str:
    published = ", published to who follows it" if found.crosspost else ""
    return published + (", in its last message" if found.repeats == "edit_last" else "")


def _aside(found: Announcement) -> str:
    return {"waiting": "waiting", "rejected": "rejected"}.get(found.approval_state, "")


def _when(post: Post) -> str:
    return f"<t:{int((post.edited_at or post.sent_at).timestamp())}:R>"

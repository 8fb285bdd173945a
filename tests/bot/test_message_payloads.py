"""Knowing a message of ours again in what Discord made of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from bot.message_payloads import embed_payload, is_written, link_rows, message_payload, says_the_same
from core.discord.messages import (
    Button,
    Embed,
    EmbedAuthor,
    EmbedField,
    EmbedFooter,
    LinkButton,
    MessageFields,
)

EMBED = Embed(
    title="Noon",
    description="All is well",
    url="https://example.org/noon",
    color=0xFF8800,
    timestamp=datetime(2026, 3, 1, 12, tzinfo=UTC),
    author=EmbedAuthor(name="Ada", url="https://example.org/ada", icon_url="https://example.org/a.png"),
    footer=EmbedFooter(text="bell", icon_url="https://example.org/b.png"),
    image="https://example.org/i.png",
    thumbnail="https://example.org/t.png",
    fields=(EmbedField(name="n", value="v", inline=True),),
)
FIELDS = MessageFields(content="See https://example.org", embeds=(EMBED,))
UNFURLED: dict[str, Any] = {"type": "link", "url": "https://example.org", "title": "Example"}


def answered(links: tuple[LinkButton, ...]) -> list[dict[str, Any]]:
    """With ids, as Discord gives each of them one, and its own name for a guild's emoji."""
    rows = link_rows(links)
    for number, row in enumerate(rows):
        row["id"] = 100 * number
        for place, each in enumerate(row["components"]):
            each["id"] = 100 * number + place + 1
            if "id" in each.get("emoji", {}):
                each["emoji"] |= {"name": "renamed", "animated": True}
    return rows


def shown(fields: MessageFields, *more: dict[str, Any]) -> dict[str, Any]:
    embeds = fields.embeds if isinstance(fields.embeds, tuple) else ()
    return {
        "content": fields.content,
        "components": answered(fields.links or ()),
        "embeds": [*({"type": "rich"} | embed_payload(e) for e in embeds), *more],
    }


@pytest.mark.parametrize("fields", [FIELDS, replace(FIELDS, embeds=())], ids=["rich", "plain"])
def test_an_embed_that_discord_adds_for_an_address_hides_no_message(fields: MessageFields) -> None:
    assert says_the_same(shown(fields, UNFURLED), fields)
    assert is_written(shown(fields, UNFURLED), fields)


def test_other_words_are_another_message() -> None:
    for other in (
        replace(FIELDS, content="See"),
        replace(FIELDS, embeds=(replace(EMBED, title="Night"),)),
        replace(FIELDS, embeds=(EMBED, EMBED)),
    ):
        assert not says_the_same(shown(FIELDS), other)


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Night"},
        {"color": 1},
        {"url": None},
        {"timestamp": None},
        {"image": "https://example.org/other.png"},
        {"thumbnail": None},
        {"author": EmbedAuthor(name="Ada")},
        {"footer": EmbedFooter(text="bell")},
        {"fields": (EmbedField(name="n", value="v"),)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_edit_is_written_only_when_all_of_it_is(changed: dict[str, Any]) -> None:
    """The words are the same in most of these: they alone do not tell."""
    assert is_written(shown(FIELDS), FIELDS)
    assert not is_written(shown(FIELDS), replace(FIELDS, embeds=(replace(EMBED, **changed),)))


LINKS = (
    LinkButton(label="Web", url="https://example.org"),
    LinkButton(label="Harbour", url="https://example.org/h", emoji="⚓"),
    *[LinkButton(label="Crew", url="https://example.org/c", emoji="<:crew:7>")] * 4,
)
LINKED = MessageFields(content="See", links=LINKS)


def test_links_stand_in_rows_of_five_below_the_other_buttons() -> None:
    rows = message_payload(replace(LINKED, buttons=(Button(label="Go", custom_id="go"),)))["components"]
    assert [[each["style"] for each in row["components"]] for row in rows] == [[2], [5] * 5, [5]]
    assert rows[1]["components"][0] == {
        "type": 2,
        "style": 5,
        "label": "Web",
        "url": "https://example.org",
    }
    assert rows[1]["components"][1]["emoji"] == {"name": "⚓"}
    assert rows[2]["components"][0]["emoji"] == {"name": "crew", "id": "7"}


def test_links_are_written_only_where_they_are_named() -> None:
    assert "components" not in message_payload(MessageFields(content="See"))
    assert message_payload(MessageFields(links=()))["components"] == []


@pytest.mark.parametrize(
    "changed",
    [
        (),
        LINKS[:5],
        LINKS[::-1],
        (replace(LINKS[0], url="https://example.org/other"), *LINKS[1:]),
        (replace(LINKS[0], emoji="⚓"), *LINKS[1:]),
        (*LINKS[:5], replace(LINKS[5], emoji="<:crew:8>")),
    ],
    ids=["none", "fewer", "order", "address", "emoji", "custom emoji"],
)
def test_links_are_written_only_when_all_of_them_are(changed: tuple[LinkButton, ...]) -> None:
    assert is_written(shown(LINKED), LINKED)
    assert not is_written(shown(LINKED), replace(LINKED, links=changed))


def test_other_links_are_another_message() -> None:
    assert says_the_same(shown(LINKED), LINKED)
    assert not says_the_same(shown(LINKED), replace(LINKED, links=LINKS[:5]))
    assert not says_the_same(shown(LINKED), MessageFields(content="See"))
    assert not says_the_same(shown(MessageFields(content="See")), LINKED)


def test_what_an_edit_leaves_alone_does_not_count() -> None:
    assert is_written(shown(FIELDS), MessageFields(content=" See https://example.org "))
    assert is_written(shown(FIELDS), MessageFields(embeds=(EMBED,)))
    assert not is_written(shown(FIELDS), MessageFields(embeds=()))
    assert is_written(shown(LINKED), MessageFields(content="See"))

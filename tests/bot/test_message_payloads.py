"""Knowing a message of ours again in what Discord made of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from bot.message_payloads import embed_payload, is_written, says_the_same
from core.discord.messages import Embed, EmbedAuthor, EmbedField, EmbedFooter, MessageFields

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


def shown(fields: MessageFields, *more: dict[str, Any]) -> dict[str, Any]:
    embeds = fields.embeds if isinstance(fields.embeds, tuple) else ()
    return {
        "content": fields.content,
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


def test_what_an_edit_leaves_alone_does_not_count() -> None:
    assert is_written(shown(FIELDS), MessageFields(content=" See https://example.org "))
    assert is_written(shown(FIELDS), MessageFields(embeds=(EMBED,)))
    assert not is_written(shown(FIELDS), MessageFields(embeds=()))

"""Components of messages, old rows and the newer layouts: what may stand where, how many, and what comes back."""

from typing import Any

import pytest

from tests.simulator.calls import Control, Rest
from tests.simulator.test_attachments import sent
from tests.simulator.test_members import DOT
from tests.simulator.test_messages import EMBED, harbour, words

V2 = 1 << 15
LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"


def text(content: str = "x") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(custom_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id} | more


def row(*children: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


def select(kind: int = 3, **more: Any) -> dict[str, Any]:
    options = {"options": [{"label": name, "value": name} for name in "ab"]} if kind == 3 else {}
    return {"type": kind, "custom_id": "s"} | options | more


def container(*children: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(children)}


LINK = {"type": 2, "style": 5, "label": "Web", "url": "https://example.org"}
CHOICES, LENGTH, MOST = "BASE_TYPE_CHOICES", "BASE_TYPE_BAD_LENGTH", "BASE_TYPE_MAX_LENGTH"
REQUIRED, EXCLUSIVE = "BASE_TYPE_REQUIRED", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
TOO_MANY = "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES"


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ([text()], {"0.type": CHOICES}),
        ([button()], {"0.type": CHOICES}),
        ([row()], {"0.components": LENGTH}),
        ([row(*[button(str(each)) for each in range(6)])], {"0.components": MOST}),
        ([row(button(), select())], {"0.components": "COMPONENT_LAYOUT_WIDTH_EXCEEDED"}),
        ([row(button(), button())], {"0.components.1.custom_id": "COMPONENT_CUSTOM_ID_DUPLICATED"}),
        ([row(button(id=7), button("b", id=7))], {"0.components.1.id": "COMPONENT_ID_DUPLICATED"}),
        ([row(button("c" * 101))], {"0.components.0.custom_id": LENGTH}),
        ([row(button(label="l" * 81))], {"0.components.0.label": MOST}),
        ([row({"type": 2, "style": 1, "label": "Go"})], {"0.components.0.custom_id": REQUIRED}),
        ([row(button(label=None))], {"0.components.0.label": "BUTTON_COMPONENT_LABEL_OR_EMOJI"}),
        ([row(button(url="https://x.y"))], {"0.components.0.url": EXCLUSIVE}),
        ([row(LINK | {"custom_id": "c"})], {"0.components.0.custom_id": EXCLUSIVE}),
        ([row({"type": 2, "style": 5, "label": "Web"})], {"0.components.0.url": REQUIRED}),
        ([row(LINK | {"url": "ftp://x.y"})], {"0.components.0.url": "URL_TYPE_INVALID_SCHEME"}),
        ([row({"type": 2, "style": 6})], {"0.components.0.sku_id": REQUIRED}),
        ([row(select(options=[]))], {"0.components.0.options": LENGTH}),
        (
            [row(select(options=[{"label": "a", "value": "a"}] * 2))],
            {"0.components.0.options.1.value": "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
        ),
        (
            [row(select(options=[{"label": n, "value": n, "default": True} for n in "ab"]))],
            {"0.components.0.options": TOO_MANY},
        ),
        ([row(select(max_values=26))], {"0.components.0.max_values": "NUMBER_TYPE_MAX"}),
        ([row(select(min_values=2))], {"0.components.0.min_values": "NUMBER_TYPE_MAX"}),
        ([row(select(placeholder="p" * 151))], {"0.components.0.placeholder": MOST}),
        (
            [row(select(6, default_values=[{"id": "1", "type": "user"}]))],
            {"0.components.0.default_values.0.type": CHOICES},
        ),
        (
            [row(select(5, min_values=2, max_values=2, default_values=[{"id": "1", "type": "user"}]))],
            {"0.components.0.default_values": LENGTH},
        ),
        (
            [row(select(5, default_values=[{"id": str(n), "type": "user"} for n in (1, 2)]))],
            {"0.components.0.default_values": TOO_MANY},
        ),
    ],
)
async def test_old_components_keep_to_their_rules(
    sim: Control, rest: Rest, components: list[Any], expected: dict[str, str]
) -> None:
    paths = await harbour(sim)
    found = await words(rest, paths["log"], {"content": "x", "components": components})
    assert found == {f"components.{key}": word for key, word in expected.items()}


async def test_five_rows_are_the_most_of_the_old_kind(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    rows = [row(button(str(each))) for each in range(6)]
    await rest.ok("POST", paths["log"], {"components": rows[:5]})
    assert await words(rest, paths["log"], {"components": rows}) == {"components": MOST}


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ([button()], {".0.type": CHOICES}),
        ([container(container(text()))], {".0.components.0.type": CHOICES}),
        ([container()], {".0.components": LENGTH}),
        ([{"type": 9, "components": [text()]}], {".0.accessory": REQUIRED}),
        ([{"type": 9, "components": [text()] * 4, "accessory": LINK}], {".0.components": MOST}),
        ([{"type": 9, "components": [text()], "accessory": select()}], {".0.accessory.type": CHOICES}),
        ([text("")], {".0.content": LENGTH}),
        ([{"type": 12, "items": []}], {".0.items": LENGTH}),
        ([{"type": 14, "spacing": 3}], {".0.spacing": CHOICES}),
        (
            [{"type": 12, "items": [{"media": {"url": "attachment://x.png"}}]}],
            {".0.items.0.media.url": "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"},
        ),
        (
            [{"type": 13, "file": {"url": "https://x.y/z"}}],
            {".0.file.url": "URL_TYPE_INVALID_SCHEME"},
        ),
        ([text("a" * 2000), container(text("b" * 2001))], {"": "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"}),
        (
            [*[text()] * 35, row(*[button(str(each)) for each in range(5)])],
            {"": "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"},
        ),
    ],
)
async def test_new_components_keep_to_their_rules(
    sim: Control, rest: Rest, components: list[Any], expected: dict[str, str]
) -> None:
    paths = await harbour(sim)
    found = await words(rest, paths["log"], {"flags": V2, "components": components})
    assert found == {f"components{key}": word for key, word in expected.items()}


async def test_forty_components_with_four_thousand_characters_fit(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    section = {"type": 9, "components": [text()], "accessory": button()}
    whole = [container(section, *[text("c" * 111)] * 35, text("c" * 114))]
    message = await rest.ok("POST", paths["log"], {"flags": V2, "components": whole})
    assert message["components"][0]["components"][0]["accessory"]["custom_id"] == "go"


async def test_ids_count_up_around_those_that_were_chosen(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    sent_rows = [row(button("a"), button("b", id=3), button("c", id=0)), row(button("d", id=1))]
    message = await rest.ok("POST", paths["log"], {"content": "x", "components": sent_rows})
    first, second = message["components"]
    assert [first["id"], *[each["id"] for each in first["components"]]] == [2, 4, 3, 5]
    assert (second["id"], second["components"][0]["id"]) == (6, 1)


async def test_what_was_left_out_comes_back_with_its_default(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    shown = [
        container(text(), {"type": 14}),
        row(select(8, channel_types=[0, 5], default_values=[{"id": "1", "type": "channel"}])),
        {"type": 12, "items": [{"media": {"url": "https://example.org/x.png"}}]},
    ]
    message = await rest.ok("POST", paths["log"], {"flags": V2, "components": shown})
    box, actions, gallery = message["components"]
    assert (box["accent_color"], box["spoiler"]) == (None, False)
    assert box["components"][1] == {"type": 14, "id": 3, "divider": True, "spacing": 1}
    [choice] = actions["components"]
    assert (choice["min_values"], choice["max_values"], choice["channel_types"]) == (1, 1, [0, 5])
    [item] = gallery["items"]
    assert (item["description"], item["spoiler"], item["media"]["url"]) == (
        None,
        False,
        "https://example.org/x.png",
    )


async def test_the_new_layout_shows_attachments(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    thumbnail = {"type": 11, "media": {"url": "attachment://dot.png"}, "description": "a dot"}
    shown = [
        {"type": 9, "components": [text()], "accessory": thumbnail},
        container({"type": 13, "file": {"url": "attachment://a.txt"}, "spoiler": True}),
    ]
    files = (("dot.png", DOT), ("a.txt", b"abc"), ("loose.txt", b""))
    message = await sent(rest, paths["log"], {"flags": V2, "components": shown}, *files)
    media = message["components"][0]["accessory"]["media"]
    [file] = message["components"][1]["components"]
    assert (media["width"], media["content_type"]) == (1, "image/png")
    assert media["url"].endswith(f"/{media['attachment_id']}/dot.png")
    assert (file["name"], file["size"], file["spoiler"]) == ("a.txt", 3, True)
    assert [each["filename"] for each in message["attachments"]] == ["loose.txt"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"content": "x"}, {"content": LEGACY}),
        ({"embeds": [EMBED]}, {"embeds": LEGACY}),
        ({"content": "x", "sticker_ids": ["1"]}, {"content": LEGACY, "sticker_ids": LEGACY}),
    ],
)
async def test_the_new_layout_takes_components_only(
    sim: Control, rest: Rest, body: dict[str, Any], expected: dict[str, str]
) -> None:
    paths = await harbour(sim)
    assert await words(rest, paths["log"], {"flags": V2, "components": [text()]} | body) == expected
    assert await rest.refused("POST", paths["log"], {"flags": V2}) == (400, 50006)


async def test_a_message_changes_to_the_new_layout_for_good(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    message = await rest.ok("POST", paths["log"], {"content": "x", "embeds": [EMBED]})
    one = f"{paths['log']}/{message['id']}"
    assert await rest.refused("PATCH", one, {"components": [text()]}) == (400, 50035)
    turn = {"flags": V2, "components": [text()]}
    for left in ({}, {"content": None}, {"embeds": []}):
        answer = (await rest("PATCH", one, turn | left)).json()
        assert set(answer["errors"]) == {"content", "embeds"} - set(left)
    turned = await rest.ok("PATCH", one, turn | {"content": None, "embeds": []})
    assert (turned["content"], turned["embeds"], turned["flags"]) == ("", [], V2)
    kept = await rest.ok("PATCH", one, {"flags": 0, "components": [text("y")]})
    assert (kept["flags"], kept["components"][0]["content"]) == (V2, "y")
    assert await rest.refused("PATCH", one, {"content": "back"}) == (400, 50035)
    assert await rest.refused("PATCH", one, {"components": []}) == (400, 50006)

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from core.discord.permissions import bits_of
from core.templates.capture import document_of
from core.templates.comparison import compare
from core.templates.documents.channels import (
    AnnouncementChannel,
    Category,
    DocumentOverwrite,
    ForumChannel,
    StageChannel,
    TextChannel,
    VoiceChannel,
)
from core.templates.documents.document import Document
from core.templates.documents.parse import read_document
from core.templates.documents.text import to_json, to_yaml
from core.templates.documents.validate import channels_of, problems_in, type_of
from core.templates.errors import InvalidDocument
from core.templates.imagined import imagined as guild_of
from core.templates.native import import_native, looks_native

ROOT = Path(__file__).resolve().parents[3]
REAL = sorted((ROOT.parent / "shared" / "discord" / "native-templates").glob("*.json"))
TYPES = {0: "text", 2: "voice", 4: "category", 5: "announcement", 13: "stage", 15: "forum"}


def role(number: int, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "permissions": 0,
        "color": 0,
        "hoist": False,
        "mentionable": False,
        **fields,
    }


def channel(number: int, kind: int, name: str, **fields: Any) -> dict[str, Any]:
    return {"id": number, "type": kind, "name": name, "position": 0, "parent_id": None, **fields}


def overwrite(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "type": "role", "allow": 0, "deny": 0, **fields}


def native(
    roles: Iterable[dict[str, Any]] = (), channels: Iterable[dict[str, Any]] = (), **fields: Any
) -> dict[str, Any]:
    return {
        "name": "Home",
        "verification_level": 0,
        "roles": [role(0, "@everyone", permissions=1024), *roles],
        "channels": list(channels),
        **fields,
    }


def imported(*args: Any, **fields: Any) -> Document:
    return import_native(native(*args, **fields)).document


@pytest.mark.skipif(not REAL, reason="the real templates are not part of the project")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_template_imports_whole_and_without_a_problem(path: Path) -> None:
    whole = json.loads(path.read_text(encoding="utf-8"))
    guild = whole["serialized_source_guild"]
    assert looks_native(whole)
    assert looks_native(guild)
    result = import_native(whole)
    document = result.document
    assert import_native(guild) == result
    assert result.warnings == ()
    assert problems_in(document) == ()
    assert read_document(to_yaml(document), media="yaml") == document
    assert [r.name for r in document.roles] == [r["name"] for r in reversed(guild["roles"]) if r["id"]]
    assert [bits_of(r.permissions or ()) for r in document.roles] == [
        int(r["permissions_new"]) for r in reversed(guild["roles"]) if r["id"]
    ]
    found = sorted((type_of(c), c.name) for _, c in channels_of(document))
    assert found == sorted((TYPES[c["type"]], c["name"]) for c in guild["channels"])


@pytest.mark.skipif(not REAL, reason="the real templates are not part of the project")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_template_is_exported_and_read_again_as_the_same(path: Path) -> None:
    document = import_native(json.loads(path.read_bytes())).document
    assert read_document(to_yaml(document), media="yaml") == document
    assert read_document(to_json(document), media="json") == document
    made = guild_of(document)
    captured = document_of(made.snapshot, known=made.bindings).document
    again = read_document(to_yaml(captured), media="yaml")
    assert again == captured
    assert compare(document, again).is_equal
    assert compare(again, document).is_equal


@pytest.mark.skipif(not REAL, reason="the real templates are not part of the project")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_template_keeps_every_overwrite(path: Path) -> None:
    guild = json.loads(path.read_text(encoding="utf-8"))["serialized_source_guild"]
    document = import_native(guild).document
    names = {0: "everyone", **{r["id"]: r["name"] for r in guild["roles"] if r["id"]}}
    keys = {r.key: r.name for r in document.roles} | {"everyone": "everyone"}

    def said(overwrites: Any) -> list[tuple[str, int, int]]:
        return sorted((keys[o.role], bits_of(o.allow), bits_of(o.deny)) for o in overwrites)

    expected = sorted(
        (
            c["name"],
            sorted(
                (names[o["id"]], int(o["allow_new"]), int(o["deny_new"]) & ~int(o["allow_new"]))
                for o in c["permission_overwrites"]
                if int(o["allow_new"]) or int(o["deny_new"])
            ),
        )
        for c in guild["channels"]
    )
    found: list[tuple[str, list[tuple[str, int, int]]]] = []
    for top in document.channels:
        found.append((top.name, said(top.overwrites)))
        for child in top.channels if isinstance(top, Category) else ():
            mine = top.overwrites if child.overwrites == "synced" else child.overwrites
            found.append((child.name, said(mine)))
    assert sorted(found) == expected


def test_our_own_documents_do_not_look_native() -> None:
    assert not looks_native({"guildwright": 1, "roles": [], "verification_level": 0})
    assert not looks_native([])
    assert not looks_native({"roles": []})


def test_roles_come_lowest_first_and_are_written_highest_first() -> None:
    assert [r.key for r in imported([role(2, "Low"), role(3, "High")]).roles] == ["high", "low"]


def test_new_bit_fields_win_over_old_ones() -> None:
    document = imported(
        [
            role(2, "A", permissions=8, permissions_new="1024"),
            role(3, "B", permissions="2048"),
            role(4, "C", permissions=2),
        ],
        [
            channel(
                1,
                0,
                "c",
                permission_overwrites=[overwrite(2, allow=8, allow_new="1024", deny=1, deny_new="2048")],
            )
        ],
    )
    assert [r.permissions for r in document.roles] == [
        ("kick_members",),
        ("send_messages",),
        ("view_channel",),
    ]
    assert document.channels[0].overwrites == (
        DocumentOverwrite(role="a", allow=("view_channel",), deny=("send_messages",)),
    )


def test_bits_without_a_name_are_left_out_and_told() -> None:
    result = import_native(native([role(2, "A", permissions_new=str(1 << 60 | 1024))]))
    assert result.document.roles[0].permissions == ("view_channel",)
    assert [(notice.code, notice.node) for notice in result.warnings] == [("unknown_permission_bits", "a")]


def test_of_a_bit_both_allowed_and_denied_the_allow_counts() -> None:
    both = [overwrite(0, allow=1024, deny=3072)]
    document = imported((), [channel(1, 0, "a", permission_overwrites=both)])
    assert document.channels[0].overwrites == (
        DocumentOverwrite(role="everyone", allow=("view_channel",), deny=("send_messages",)),
    )


def test_children_like_their_category_become_synced() -> None:
    closed, empty = overwrite(0, deny=1024), overwrite(2)
    document = imported(
        [role(2, "A")],
        [
            channel(1, 4, "k", permission_overwrites=[closed]),
            channel(2, 0, "same", parent_id=1, permission_overwrites=[empty, closed]),
            channel(3, 0, "other", parent_id=1, permission_overwrites=[]),
        ],
    )
    category = document.channels[0]
    assert isinstance(category, Category)
    assert [(child.name, child.overwrites) for child in category.channels] == [
        ("same", "synced"),
        ("other", ()),
    ]


def test_channels_are_sorted_by_position_then_id_with_voice_below() -> None:
    document = imported(
        (),
        [
            channel(9, 4, "k", position=0),
            channel(2, 2, "voice", position=0, parent_id=9),
            channel(4, 0, "late", position=1, parent_id=9),
            channel(10, 0, "second", position=0, parent_id=9),
            channel(3, 0, "first", position=0, parent_id=9),
            channel(5, 0, "loose", position=7),
        ],
    )
    assert [c.name for c in document.channels] == ["loose", "k"]
    assert [c.key for _, c in channels_of(document)] == ["loose", "k", "first", "second", "late", "voice"]


def test_numbers_become_words_and_references_become_keys() -> None:
    guild = imported(
        (),
        [channel(1, 0, "talk"), channel(2, 2, "Quiet")],
        description="d",
        verification_level=3,
        default_message_notifications=1,
        explicit_content_filter=2,
        preferred_locale="fr",
        afk_channel_id=2,
        afk_timeout=900,
        system_channel_id="1",
        system_channel_flags=5,
    ).guild
    assert (guild.verification_level, guild.notifications, guild.content_filter) == (
        "high",
        "only_mentions",
        "all_members",
    )
    assert (guild.afk_channel, guild.system_channel, guild.afk_timeout) == ("quiet", "talk", 900)
    assert guild.suppress == ("join_notifications", "guild_reminder_notifications")
    assert (guild.locale, guild.description) == ("fr", "d")


def test_every_channel_type_keeps_its_fields() -> None:
    common = {"topic": None, "bitrate": 64000, "user_limit": 5, "nsfw": True, "rate_limit_per_user": 7}
    forum = {
        "default_thread_rate_limit_per_user": 9,
        "default_auto_archive_duration": 1440,
        "available_tags": [{"id": 1, "name": "t", "emoji_id": None, "emoji_name": "🎉", "moderated": True}],
        "default_reaction_emoji": {"emoji_id": None, "emoji_name": "👍"},
        "default_sort_order": 1,
        "default_forum_layout": 2,
    }
    document = imported((), [channel(n, n, f"c{n}", **common, **forum) for n in (0, 2, 5, 13, 15)])
    text, announcement, forum_channel, voice, stage = document.channels
    assert isinstance(text, TextChannel)
    assert (text.topic, text.nsfw, text.slowmode, text.auto_archive) == (None, True, 7, 1440)
    assert isinstance(announcement, AnnouncementChannel)
    assert isinstance(voice, VoiceChannel)
    assert (voice.bitrate, voice.user_limit) == (64000, 5)
    assert isinstance(stage, StageChannel)
    assert isinstance(forum_channel, ForumChannel)
    assert forum_channel.tags
    assert (forum_channel.tags[0].name, forum_channel.tags[0].emoji) == ("t", "🎉")
    assert (forum_channel.default_reaction, forum_channel.sort_order, forum_channel.layout) == (
        "👍",
        "creation_date",
        "gallery",
    )


def test_what_the_file_does_not_say_the_document_does_not_say() -> None:
    document = imported([role(2, "A")], [channel(1, 2, "v"), channel(2, 0, "t", topic="x")])
    assert to_yaml(document) == (
        "guildwright: 1\n\nguild:\n  name: Home\n  verification_level: none\n\n"
        "everyone:\n  permissions: [view_channel]\n\n"
        'roles:\n  - key: a\n    name: A\n    color: "#000000"\n    hoist: false\n    mentionable: false\n'
        "    permissions: []\n\n"
        "channels:\n  - key: t\n    type: text\n    name: t\n    overwrites: []\n    topic: x\n"
        "  - key: v\n    type: voice\n    name: v\n    overwrites: []\n"
    )


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["Règles", "Ægis ß", "a--b  c"], ["regles", "gis-ss", "a-b-c"]),
        (["Общий", "聊天", "🎉"], ["role-1", "role-2", "role-3"]),
        (["A", "a", "Á"], ["a", "a-role", "a-role-2"]),
        (["everyone"], ["everyone-role"]),
        (["x" * 100, "x" * 100], ["x" * 40, "x" * 40 + "-role"]),
        (["𝓖𝓮𝓷𝓮𝓻𝓪𝓵"], ["general"]),
    ],
)
def test_keys_are_slugs_of_names(names: list[str], keys: list[str]) -> None:
    roles = [role(n + 2, name) for n, name in enumerate(reversed(names))]
    assert [r.key for r in imported(roles).roles] == keys


def test_a_role_and_a_channel_of_one_name_have_two_keys() -> None:
    document = imported(
        [role(2, "Staff")], [channel(1, 4, "Staff"), channel(2, 0, "staff"), channel(3, 2, "Staff")]
    )
    assert document.roles[0].key == "staff"
    assert [c.key for _, c in channels_of(document)] == ["staff-text", "staff-voice", "staff-category"]


def test_what_documents_have_no_words_for_is_told() -> None:
    result = import_native(
        native(
            (),
            [
                channel(1, 14, "directory"),
                channel(2, 0, "t", permission_overwrites=[overwrite(5, type="member"), overwrite(9)]),
                channel(
                    3,
                    15,
                    "f",
                    available_tags=[{"name": "t", "emoji_id": "123456789012345678"}],
                ),
                channel(4, 0, "orphan", parent_id=77),
            ],
        )
    )
    assert sorted(notice.code for notice in result.warnings) == [
        "category_gone",
        "custom_emoji",
        "member_overwrite",
        "unknown_channel_type",
    ]


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (native([role(2, "x" * 101)]), "/roles/1/name"),
        (native((), [channel(1, 0, "")]), "/channels/0/name"),
        ({"serialized_source_guild": native(name="x")}, "/serialized_source_guild/name"),
        (native(verification_level=9), "/verification_level"),
        (native([role(2, "A", permissions_new="lots")]), "/roles/1/permissions_new"),
        (native((), [{"type": 0, "name": "a"}]), "/channels/0"),
        ({"serialized_source_guild": 5}, "/serialized_source_guild"),
        (native((), [channel(1, 4, "k"), *(channel(n, 0, "c", parent_id=1) for n in range(2, 53))]), ""),
        (5, ""),
    ],
)
def test_what_cannot_be_imported_is_named(value: object, pointer: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        import_native(value)
    assert [problem.pointer for problem in caught.value.problems] == [pointer]

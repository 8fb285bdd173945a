import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Problem, TooLarge
from core.templates.documents.document import Document
from core.templates.documents.findings import MAX_PROBLEMS
from core.templates.documents.parse import Media, document_from, read_document
from core.templates.errors import InvalidDocument
from core.templates.example import EXAMPLE
from tests.builders.documents import documents


def refused(source: bytes | str, media: Media = "yaml") -> tuple[Problem, ...]:
    with pytest.raises(InvalidDocument) as caught:
        read_document(source, media=media)
    return caught.value.problems


def only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, [problem.message for problem in problems]
    return problems[0]


def where(problem: Problem) -> tuple[str, str, int | None, int | None]:
    return problem.code, problem.pointer, problem.line, problem.column


def test_the_example_is_a_document() -> None:
    document = read_document(EXAMPLE.read_bytes(), media="yaml")
    assert document.guild.community is True
    assert len(document.roles) >= 11
    assert read_document(EXAMPLE.read_text(encoding="utf-8"), media="yaml") == document


def test_every_problem_is_found_at_once_in_the_order_of_the_text() -> None:
    problems = refused(
        "guildwright: 1\n"
        "guild: {name: x}\n"
        "roles:\n"
        "  - key: mod\n"
        "    name: 123\n"
        "    hoist: yes\n"
        "    colr: '#ffffff'\n"
        "    permissions: [kick_members, 5]\n"
        "channels:\n"
        "  - {type: voice, key: v, name: v, bitrate: 5, video_quality: ful}\n"
    )
    assert [where(problem) for problem in problems] == [
        ("length", "/guild/name", 2, 15),
        ("type", "/roles/0/name", 5, 11),
        ("type", "/roles/0/hoist", 6, 12),
        ("unknown_field", "/roles/0/colr", 7, 5),
        ("type", "/roles/0/permissions/1", 8, 33),
        ("range", "/channels/0/bitrate", 10, 45),
        ("unknown_value", "/channels/0/video_quality", 10, 63),
    ]


def test_rules_are_checked_although_single_fields_are_wrong() -> None:
    problems = refused(
        "guildwright: 1\n"
        "roles: [{key: mod, name: 5}]\n"
        "channels: [{type: text, key: t, name: t, nsfw: 1, overwrites: [{role: mdo}]}]\n"
    )
    assert [problem.code for problem in problems] == ["type", "type"], "a lost role is not missed"
    problems = refused(
        "guildwright: 1\n"
        "roles: [{key: mod, name: Mod, hoist: 5}]\n"
        "channels: [{type: text, key: t, name: t, overwrites: [{role: mdo}]}]\n"
    )
    assert [problem.code for problem in problems] == ["type", "unknown_role"]
    assert problems[1].message == "No role has the key `mdo`. Did you mean `mod`?"
    assert (problems[1].line, problems[1].column) == (3, 62)


@pytest.mark.parametrize(
    ("line", "code", "advice"),
    [
        ("name: 123", "type", "found 123. Put it in quotes."),
        ("name: true", "type", "found true. Put it in quotes."),
        ("name: [a]", "type", "found a list."),
        ("name: ''", "length", "1 to 100 characters and has 0"),
        ("key: Staff Room", "pattern", "lower-case letters"),
        ("hoist: yes", "type", "Write true."),
        ("hoist: off", "type", "Write false."),
        ("hoist: 'true'", "type", "Expected true or false"),
        ("color: 0xff0000", "type", "always in quotes"),
        ("color: 'red'", "pattern", "#rrggbb"),
        ("color: #ff0000", "unquoted_color", 'Put the colour in quotes: "#ff0000"'),
        ("secondary_color:   #ff0000  # red", "unquoted_color", 'Put the colour in quotes: "#ff0000"'),
        ("permissions: view_channel", "type", "write [view_channel]"),
        ("colour: '#ffffff'", "unknown_field", "Write `color`."),
        ("position: 4", "unknown_field", "order in the list"),
        ("mentionabel: true", "unknown_field", "Did you mean `mentionable`?"),
        ("<<: {hoist: true}", "unknown_field", "Merge keys"),
        ('name: "a\\0b"', "invalid_character", "U+0000"),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(line: str, code: str, advice: str) -> None:
    role = {"key": "mod", "name": "Mod"}
    role.pop(line.split(":", maxsplit=1)[0], None)
    lines = [f"    {name}: {value}" for name, value in role.items()]
    problem = only(
        refused("\n".join(["guildwright: 1", "roles:", "  - unicode_emoji: null", *lines, f"    {line}"]))
    )
    assert problem.code == code
    assert advice in problem.message
    assert (problem.line, len(problem.pointer) > 0) == (4 + len(lines), True)


@pytest.mark.parametrize(
    ("trigger", "action"),
    [
        ("{type: spam, level: 3}", "{type: block_message}"),
        ("{type: keyword}", "{type: block_member_interaction, level: 3}"),
    ],
)
def test_what_has_no_field_but_its_type_says_so(trigger: str, action: str) -> None:
    rule = f"{{key: a, name: a, trigger: {trigger}, actions: [{action}]}}"
    problems = refused(f"guildwright: 1\nautomod: [{rule}]\n")
    told = [problem.message for problem in problems if problem.code == "unknown_field"]
    assert [message.partition(" has ")[2] for message in told] == ["no field `level`. It has `type`."]


def test_null_clears_and_is_no_unquoted_colour() -> None:
    document = read_document(
        "guildwright: 1\nroles: [{key: a, name: a, secondary_color: null, tertiary_color: }]\n", media="yaml"
    )
    assert document.roles[0].secondary_color is None
    assert document.roles[0].tertiary_color is None
    assert document.roles[0].color is msgspec.UNSET


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        ({"type": "txt"}, "Did you mean `text`?"),
        ({}, "There is no `type` here: give `text`"),
        ({"type": ["text"]}, "not a list"),
        ({"type": "voice", "topic": "x"}, "A voice channel has no field `topic`. It has `key`, `name`"),
        ({"type": "text", "rate_limit_per_user": 5}, "Write `slowmode`."),
        ({"type": "text", "auto_archive": 61}, "give `60`, `1440`, `4320` or `10080`"),
        ({"type": "text", "auto_archive": 60.0}, "`60`, `1440`"),
        ({"type": "text", "slowmode": True}, "a whole number from 0 to 21600, found true"),
        ({"type": "text", "slowmode": "5"}, "Write it without quotes."),
        ({"type": "text", "slowmode": 5.5}, "found 5.5"),
        ({"type": "text", "overwrites": "sync"}, "give a list or `synced`. Did you mean `synced`?"),
        ({"type": "text", "overwrites": {"role": "a"}}, "Expected a list or `synced`, found a mapping."),
        (
            {"type": "category", "channels": [{"type": "category"}]},
            "hold channels, not categories",
        ),
        ({"type": "forum", "tags": [{"name": str(n)} for n in range(21)]}, "up to 20 here; these are 21"),
    ],
)
def test_a_channel_is_told_what_its_type_has(channel: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        document_from({"guildwright": 1, "channels": [{"key": "c", "name": "c", **channel}]})
    problem = only(caught.value.problems)
    assert message in problem.message
    assert problem.pointer.startswith("/channels/0")
    assert (problem.line, problem.column) == (None, None)


def test_what_is_missing_stands_at_what_surrounds_it() -> None:
    problems = refused("guildwright: 1\nroles:\n  - name: Mod\n")
    assert where(only(problems)) == ("missing_field", "/roles/0", 3, 5)
    assert where(only(refused("roles: []"))) == ("missing_field", "", 1, 1)


def test_pointers_escape_what_rfc_6901_escapes() -> None:
    assert only(refused('guildwright: 1\n"a/b~c": 1')).pointer == "/a~1b~0c"


def test_discords_own_template_is_recognised() -> None:
    messages = [problem.message for problem in refused('{"serialized_source_guild": {}}', "json")]
    assert any("Discord's own template" in message for message in messages)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: b: c", 1, 5),
        ("guildwright: 1\nroles: [a, b", 2, 13),
        ("guildwright: 1\n\tguild: {}", 2, 1),
        ('guildwright: 1\nguild: {name: "x}', 2, 18),
        ("guildwright: 1\nguild: {name: \x07}", 2, 15),
        ("guildwright: 1\nroles: *nobody", 2, 8),
        ("guildwright: 1\nroles: &a [*a]", 2, 12),
        ("guildwright: 1\n? [a]\n: 1", 2, 3),
        ("guildwright: 1\n---\nguildwright: 1", 3, 1),
        ("", 1, 1),
        ("# nothing\n", 1, 1),
        (b"guildwright: 1\n# \xff", 2, 3),
    ],
)
def test_malformed_yaml_is_refused_at_its_place(text: str | bytes, line: int, column: int) -> None:
    problem = only(refused(text))
    assert (problem.line, problem.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('{"a": 1 "b": 2}', 1, 9, "expecting ',' or '}'"),
        ('{\n  "a": NaN\n}', 2, 8, "NaN"),
        ('{\n  "a": -Infinity\n}', 2, 8, "Infinity"),
        ('{"a": [1, 2,]}', 1, 12, "comma too many"),
        ('{"a": [1, 2', 1, 12, "expecting ',' or ']'"),
        ("{'a': 1}", 1, 2, "double quotes"),
        ('{"a"\n 1}', 2, 2, "expecting ':'"),
        ('{"a": "x\ny"}', 1, 9, "control character"),
        ('{"a": tru}', 1, 7, "expecting value"),
        ('{"a": 1} x', 1, 10, "nothing may follow"),
        ("", 1, 1, "expecting value"),
        ("[", 1, 2, "expecting value"),
        (b'{"a": "\xff"}', 1, 8, "not UTF-8"),
    ],
)
def test_malformed_json_is_refused_at_its_place(
    text: str | bytes, line: int, column: int, message: str
) -> None:
    problem = only(refused(text, "json"))
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message


def test_problems_in_json_have_lines_and_columns_too() -> None:
    text = (
        '{\n  "guildwright": 1,\n  "roles": [\n    {"key": "a", "name": 5}, {"key": "a", "name": "b"}\n  ]\n}'
    )
    assert where(only(refused(text, "json"))) == ("type", "/roles/0/name", 4, 26)


@pytest.mark.parametrize("media", ["yaml", "json"])
def test_a_field_that_stands_twice_is_refused_at_the_second(media: Media) -> None:
    text = '{"guildwright": 1,\n "guild": {"name": "aa",\n  "name": "bb"}}'
    assert where(only(refused(text, media))) == ("duplicate_field", "/guild/name", 3, 3)


def test_json_may_be_indented_by_tabs_and_have_a_byte_order_mark() -> None:
    text = b'\xef\xbb\xbf{\r\n\t"guildwright": 1,\r\n\t"guild": {"name": "\\ud83d\\ude00\\u00e9"}\r\n}'
    assert read_document(text, media="json").guild.name == "😀é"


def test_half_a_character_is_refused() -> None:
    problem = only(refused('{"guildwright": 1, "guild": {"name": "ab\\ud83d"}}', "json"))
    assert problem.code == "invalid_character"


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!secret", "!!binary", "!!str"])
def test_yaml_tags_are_refused(tag: str) -> None:
    assert "tag" in {problem.code for problem in refused(f"guildwright: 1\nguild: {{name: {tag} x}}")}


def test_yaml_is_version_1_2() -> None:
    document = read_document(
        "guildwright: 1\n"
        "guild: {name: no, description: 2024-01-01, afk_timeout: 0x3C}\n"
        "roles: [{key: 0k, name: 12:30, hoist: True}]\n",
        media="yaml",
    )
    assert (document.guild.name, document.guild.description, document.guild.afk_timeout) == (
        "no",
        "2024-01-01",
        60,
    )
    assert (document.roles[0].name, document.roles[0].hoist) == ("12:30", True)


def test_an_alias_repeats_a_value_and_its_problems_stand_where_it_is_used() -> None:
    text = (
        "guildwright: 1\n"
        "roles:\n"
        "  - {key: a, name: a, permissions: &some [kick_members]}\n"
        "  - {key: b, name: b, permissions: *some}\n"
    )
    assert read_document(text, media="yaml").roles[1].permissions == ("kick_members",)
    problems = refused(text.replace("kick", "kik"))
    assert [(problem.line, problem.column) for problem in problems] == [(3, 43), (4, 36)]


def quick(limit: float, attempt: Callable[[], object]) -> None:
    started = time.perf_counter()
    with pytest.raises((InvalidDocument, TooLarge)):
        attempt()
    assert time.perf_counter() - started < limit


def test_a_billion_laughs_are_not_laughed() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    quick(1, lambda: read_document("\n".join(lines), media="yaml"))
    with pytest.raises(TooLarge, match="100,000 values"):
        read_document("\n".join(lines), media="yaml")


@pytest.mark.parametrize("media", ["yaml", "json"])
def test_five_megabytes_are_refused_before_anything_is_read(media: Media) -> None:
    for source in (b"[" * 5_000_000, "[" * 5_000_000, "é" * 600_000):
        quick(0.1, lambda source=source: read_document(source, media=media))
    with pytest.raises(TooLarge, match="1,048,576 bytes"):
        read_document("é" * 600_000, media=media)


@pytest.mark.parametrize("media", ["yaml", "json"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused(media: Media, opening: str) -> None:
    quick(3, lambda: read_document(opening * 50_000, media=media))
    assert only(refused(opening * 50_000, media)).code == "too_deep"


@pytest.mark.parametrize("text", ["!" * 500_000, "a: [!!" + "a" * 500_000])
def test_an_endless_tag_is_refused_before_it_is_read(text: str) -> None:
    quick(1, lambda: read_document(text, media="yaml"))
    assert only(refused(text)).code == "tag"


@pytest.mark.parametrize("media", ["yaml", "json"])
def test_long_names_of_fields_are_refused_before_they_become_long_pointers(media: Media) -> None:
    text = json.dumps({"x" * 300_000: [1] * 90_000})
    quick(3, lambda: read_document(text, media=media))


def test_more_problems_than_anyone_reads_end_the_reading() -> None:
    roles = [{"key": f"r{n}", "name": "x", "permissions": [f"no_such_{n}"]} for n in range(240)]
    problems = refused(json.dumps({"guildwright": 1, "roles": roles}), "json")
    assert len(problems) == MAX_PROBLEMS


def test_a_large_number_is_a_problem_and_not_an_accident() -> None:
    for media in ("yaml", "json"):
        assert refused('{"guildwright": ' + "9" * 5000 + "}", media)[0].pointer == "/guildwright"


@given(documents())
def test_what_is_accepted_is_what_msgspec_would_read(document: Document) -> None:
    value = msgspec.to_builtins(document)
    assert document_from(value) == document == msgspec.convert(value, Document)


JUNK = st.sampled_from(
    [None, True, 0, -1, 5, 10**9, 1.5, "", "x", "synced", "A" * 5000, [], [1], {}, {"type": "text"}]
)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places_in(item, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], junk: object) -> Any:
    if not path:
        return junk
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = put(copied[path[0]], path[1:], junk)
    return copied


@given(st.data())
def test_what_msgspec_refuses_is_refused_with_a_pointer_into_the_value(data: st.DataObject) -> None:
    value = msgspec.to_builtins(data.draw(documents()))
    changed = put(value, data.draw(st.sampled_from(places_in(value))), data.draw(JUNK))
    try:
        expected = msgspec.convert(changed, Document)
    except msgspec.ValidationError:
        with pytest.raises(InvalidDocument) as caught:
            document_from(changed)
        assert caught.value.problems
    else:
        with suppress(InvalidDocument):  # a rule may be broken all the same
            assert document_from(changed) == expected


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_input_is_an_accident(source: str | bytes) -> None:
    for media in ("yaml", "json"):
        with pytest.raises((InvalidDocument, TooLarge)):
            read_document(source, media=media)


def test_reading_needs_neither_database_nor_network() -> None:
    program = (
        "import sys\n"
        "from core.templates import native, capture, example\n"
        "from core.templates.documents import parse, validate, text, jsonschema\n"
        "heavy = {'sqlalchemy', 'litestar', 'disnake', 'arq', 'redis', 'aiohttp', 'httpx'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

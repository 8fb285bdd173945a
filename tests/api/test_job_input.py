"""What cannot be asked of the bot, kind by kind: a problem that names the place, and nothing is written."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.world import Api, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

ID, OTHER = "1200000000000000001", "1200000000000000002"
NOT_YET = "9000000000000000000"
"""Nobody can know yet what has this id."""
TOO_LARGE = "99999999999999999999"
LINK = {"label": "Web", "url": "https://example.org"}
JSON = {"Content-Type": "application/json"}
VALID: dict[str, dict[str, Any]] = {
    "guild.sync": {},
    "message.send": {"channel_id": ID, "content": "hi"},
    "message.edit": {"channel_id": ID, "message_id": ID, "content": "hi"},
    "message.delete": {"channel_id": ID, "message_id": ID},
    "message.crosspost": {"channel_id": ID, "message_id": ID},
    "message.purge": {"channel_id": ID},
    "role.grant": {"role_id": ID, "member_ids": [ID]},
    "role.revoke": {"role_id": ID, "member_ids": [ID]},
    "member.timeout": {"member_ids": [ID], "seconds": 60},
    "member.kick": {"member_ids": [ID]},
    "member.ban": {"member_ids": [ID]},
    "member.unban": {"member_ids": [ID]},
    "member.nick": {"member_ids": [ID], "nick": "Nick"},
    "channel.follow": {"channel_id": ID, "source_channel_id": OTHER},
    "channel.unfollow": {"channel_id": ID, "webhook_id": ID},
    "channel.lock": {"channel_id": ID},
    "channel.unlock": {"channel_id": ID},
    "channel.overwrite": {"channel_id": NOT_YET, "target_kind": "role", "target_id": NOT_YET},
    "guild.leave": {},
}
Line = tuple[str, dict[str, Any], str, str]
"""A kind, what its payload says otherwise, and the code and pointer of the problem."""


def every_field() -> Iterator[Line]:
    """Each field left out, of another type, and, where it is an id, none that Discord could have given."""
    for kind, payload in VALID.items():
        yield kind, {"surprise": 1}, "unknown_field", "/payload/surprise"
        for field, value in payload.items():
            place = f"/payload/{field}"
            yield kind, {field: {"a": 1}}, "type", place
            yield kind, {field: True}, "type", place
            if field.endswith("_id"):
                yield kind, {field: 5}, "type", place
                yield kind, {field: ""}, "pattern", place
                yield kind, {field: "abc"}, "pattern", place
                yield kind, {field: "-1"}, "pattern", place
                yield kind, {field: "１２"}, "pattern", place
                yield kind, {field: TOO_LARGE}, "format", place
                yield kind, {field: f"{value}\n"}, "format", place
            if field == "member_ids":
                yield kind, {field: []}, "length", place
                yield kind, {field: [str(10**17 + n) for n in range(1001)]}, "length", place
                yield kind, {field: [ID, OTHER, ID]}, "duplicate", f"{place}/2"
                yield kind, {field: [ID, "x"]}, "pattern", f"{place}/1"
                yield kind, {field: [ID, TOO_LARGE]}, "format", f"{place}/1"
                yield kind, {field: [ID, 5]}, "type", f"{place}/1"
                yield kind, {field: None}, "type", place


def embed(**fields: Any) -> dict[str, Any]:
    return {"embeds": [fields]}


def links(**fields: Any) -> dict[str, Any]:
    return {"links": [LINK | fields]}


def mentions(**fields: Any) -> dict[str, Any]:
    return {"allowed_mentions": fields}


def on_messages(kind: str) -> Iterator[Line]:
    at = "/payload/embeds"
    said = "/payload/allowed_mentions"
    links_at = "/payload/links"
    for what, code, place in (
        ({"content": "x" * 2001}, "length", "/payload/content"),
        ({"content": "", "embeds": []}, "empty", "/payload/content"),
        ({"content": " \n", "embeds": []}, "empty", "/payload/content"),
        ({"content": "a\x00b"}, "invalid_character", "/payload/content"),
        ({"embeds": [{"title": "x"}] * 11}, "length", at),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "too_long", at),
        ({"embeds": {}}, "type", at),
        (embed(), "empty", f"{at}/0"),
        (embed(title=" "), "empty", f"{at}/0"),
        (embed(title="x" * 257), "length", f"{at}/0/title"),
        (embed(description="x" * 4097), "length", f"{at}/0/description"),
        (embed(colour=1), "unknown_field", f"{at}/0/colour"),
        (embed(title="x", color=-1), "range", f"{at}/0/color"),
        (embed(title="x", color=0x1000000), "range", f"{at}/0/color"),
        (embed(title="x", color=10**30), "range", f"{at}/0/color"),
        (embed(title="x", color=1.5), "type", f"{at}/0/color"),
        (embed(title="x", url="ftp://x"), "pattern", f"{at}/0/url"),
        (embed(title="x", url="https://" + "x" * 2048), "length", f"{at}/0/url"),
        (embed(image="javascript:alert(1)"), "pattern", f"{at}/0/image"),
        (embed(title="x", timestamp="2026-01-01T00:00:00"), "format", f"{at}/0/timestamp"),
        (embed(title="x", timestamp="soon"), "format", f"{at}/0/timestamp"),
        (embed(title="x", timestamp="0001-01-01T00:00:00+14:00"), "range", f"{at}/0/timestamp"),
        (embed(title="x", timestamp="9999-12-31T23:59:59-14:00"), "range", f"{at}/0/timestamp"),
        (embed(author={"name": ""}), "length", f"{at}/0/author/name"),
        (embed(author={"name": " "}), "empty", f"{at}/0/author/name"),
        (embed(author={}), "missing_field", f"{at}/0/author"),
        (embed(footer={"text": "x" * 2049}), "length", f"{at}/0/footer/text"),
        (embed(fields=[{"name": "a", "value": "b"}] * 26), "length", f"{at}/0/fields"),
        (embed(fields=[{"name": "a", "value": ""}]), "length", f"{at}/0/fields/0/value"),
        (embed(fields=[{"name": "\t", "value": "b"}]), "empty", f"{at}/0/fields/0/name"),
        (embed(fields=[{"name": "x" * 257, "value": "b"}]), "length", f"{at}/0/fields/0/name"),
        (embed(fields=[{"name": "a", "value": "x" * 1025}]), "length", f"{at}/0/fields/0/value"),
        (links(label=""), "length", f"{links_at}/0/label"),
        (links(label=" "), "empty", f"{links_at}/0/label"),
        (links(label="x" * 81), "length", f"{links_at}/0/label"),
        (links(url="https://x.y/" + "z" * 501), "length", f"{links_at}/0/url"),
        (links(url="javascript:alert(1)"), "pattern", f"{links_at}/0/url"),
        (links(url="https://x.y/ z"), "format", f"{links_at}/0/url"),
        (links(emoji="ship"), "format", f"{links_at}/0/emoji"),
        (links(custom_id="x"), "unknown_field", f"{links_at}/0/custom_id"),
        ({"links": [LINK] * 26}, "length", links_at),
        ({"links": [{"label": "Web"}]}, "missing_field", f"{links_at}/0"),
        (mentions(parse=["here"]), "unknown_value", f"{said}/parse/0"),
        (mentions(parse=["users"], users=[ID]), "exclusive", f"{said}/users"),
        (mentions(parse=["roles"], roles=[ID]), "exclusive", f"{said}/roles"),
        (mentions(users=[str(10**17 + n) for n in range(101)]), "length", f"{said}/users"),
        (mentions(roles=["everyone"]), "pattern", f"{said}/roles/0"),
        (mentions(roles=[TOO_LARGE]), "format", f"{said}/roles/0"),
        (mentions(replied_user="yes"), "type", f"{said}/replied_user"),
        (mentions(everyone=True), "unknown_field", f"{said}/everyone"),
    ):
        yield kind, what, code, place


def lines() -> Iterator[Line]:
    yield from every_field()
    yield from on_messages("message.send")
    yield from on_messages("message.edit")
    yield "message.send", {"reply_to": "x"}, "pattern", "/payload/reply_to"
    yield "message.send", {"reply_to": TOO_LARGE}, "format", "/payload/reply_to"
    yield "message.send", {"silent": 1}, "type", "/payload/silent"
    yield "message.edit", {"content": None}, "type", "/payload/content"
    for limit in (0, -1, 1001, 10**30):
        yield "message.purge", {"limit": limit}, "range", "/payload/limit"
    yield "message.purge", {"limit": "5"}, "type", "/payload/limit"
    for bound in ("before", "after", "author_id"):
        yield "message.purge", {bound: TOO_LARGE}, "format", f"/payload/{bound}"
    for seconds in (0, -1, 2_419_201, 10**30):
        yield "member.timeout", {"seconds": seconds}, "range", "/payload/seconds"
    yield "member.timeout", {"seconds": 1.5}, "type", "/payload/seconds"
    for seconds in (-1, 604_801, 10**30):
        yield "member.ban", {"delete_message_seconds": seconds}, "range", "/payload/delete_message_seconds"
    for kind in ("role.grant", "member.ban", "channel.lock", "channel.overwrite"):
        for seconds in (0, 59, -60, 5 * 366 * 86_400 + 1, 10**30):
            yield kind, {"expires_in": seconds}, "range", "/payload/expires_in"
        yield kind, {"expires_in": "60"}, "type", "/payload/expires_in"
        yield kind, {"until": "2026-03-01T12:00:00Z"}, "too_early", "/payload/until"
        yield kind, {"until": "9000-01-01T00:00:00Z"}, "too_far", "/payload/until"
        yield kind, {"until": "9999-12-31T23:59:59-12:00"}, "range", "/payload/until"
    yield "member.nick", {"nick": ""}, "length", "/payload/nick"
    yield "member.nick", {"nick": "   "}, "length", "/payload/nick"
    yield "member.nick", {"nick": "x" * 33}, "length", "/payload/nick"
    yield "channel.follow", {"source_channel_id": ID}, "same", "/payload/source_channel_id"
    restore = {"kind": "role", "id": ID, "allow": 0, "deny": 0}
    for field, value, code in (
        ("kind", "guild", "unknown_value"),
        ("id", TOO_LARGE, "format"),
        ("id", "", "pattern"),
        ("allow", -1, "range"),
        ("deny", 1 << 63, "range"),
        ("deny", 10**40, "range"),
        ("allow", "8", "type"),
    ):
        yield "channel.unlock", {"restore": {**restore, field: value}}, code, f"/payload/restore/{field}"
    yield "channel.unlock", {"restore": {"kind": "role"}}, "missing_field", "/payload/restore"
    for field in ("allow", "deny"):
        place = f"/payload/{field}"
        for value, code, where in (
            (["sing"], "unknown_permission", f"{place}/0"),
            (["view_channel", "view_channel"], "duplicate", f"{place}/1"),
            (["view_channel", "administrator"], "not_in_channels", f"{place}/1"),
            (["view_channel", 5], "type", f"{place}/1"),
            ("view_channel", "type", place),
            (1024, "type", place),
            (["view_channel"] * 65, "length", place),
        ):
            yield "channel.overwrite", {field: value}, code, where
    both = {"allow": ["connect"], "deny": ["speak", "connect"]}
    yield "channel.overwrite", both, "allow_and_deny", "/payload/deny/1"
    yield "channel.overwrite", {"target_kind": "user"}, "unknown_value", "/payload/target_kind"
    yield "channel.overwrite", {"channel_id": ID}, "unknown_channel", "/payload/channel_id"
    yield "channel.overwrite", {"target_id": ID}, "unknown_role", "/payload/target_id"


def name_of(line: Line) -> str:
    kind, change, code, _ = line
    return f"{kind}-{code}-{','.join(change)}-{str(next(iter(change.values())))[:24]}"


@pytest.fixture
def api(module_api: Api) -> Api:
    module_api.rings.rung.clear()
    return module_api


async def sent(api: Api, body: Any, before: dict[str, int], guild: str, status: int = 422) -> dict[str, Any]:
    answer = await api.post(f"/guilds/{guild}/jobs", json=body, headers={"Prefer": "wait=1"})
    problem = await refused(api, answer, before, status)
    assert problem["detail"].endswith((".", "!", "?"))
    return problem


async def test_each_bad_field_of_each_kind_is_named_by_code_and_pointer(api: Api) -> None:
    guild, wrong = await api.guild(), []
    before = await api.rows()
    for line in lines():
        kind, change, code, pointer = line
        body = {"payload": {"kind": kind, **VALID[kind], **change}}
        try:
            problem = await sent(api, body, before, guild)
        except AssertionError as error:
            wrong.append((name_of(line), str(error)[:300]))
            continue
        found = [(error["code"], error["pointer"]) for error in problem["errors"]]
        if (code, pointer) not in found:
            wrong.append((name_of(line), found))
    assert wrong == []


async def test_a_field_that_is_missing_is_missed_in_every_kind(api: Api) -> None:
    guild = await api.guild()
    before = await api.rows()
    optional = {("message.send", "content"), ("message.edit", "content")}
    for kind, payload in VALID.items():
        for field in payload:
            rest = {"kind": kind, **{name: value for name, value in payload.items() if name != field}}
            problem = await sent(api, {"payload": rest}, before, guild)
            code = "empty" if (kind, field) in optional else "missing_field"
            assert [error["code"] for error in problem["errors"]] == [code], (kind, field)


async def test_several_bad_fields_are_all_named(api: Api) -> None:
    body = {
        "payload": {
            "kind": "message.send",
            "channel_id": TOO_LARGE,
            "content": " ",
            "allowed_mentions": {"parse": ["users", "roles"], "users": [ID], "roles": [ID]},
        }
    }
    guild = await api.guild()
    problem = await sent(api, body, await api.rows(), guild)
    assert {error["pointer"] for error in problem["errors"]} == {
        "/payload/channel_id",
        "/payload/content",
        "/payload/allowed_mentions/users",
        "/payload/allowed_mentions/roles",
    }


def around(**fields: Any) -> dict[str, Any]:
    return {"payload": {"kind": "message.send", **VALID["message.send"]}, **fields}


OUTSIDE: dict[str, tuple[Any, str, str]] = {
    "no payload": ({}, "missing_field", ""),
    "a payload that is null": ({"payload": None}, "type", "/payload"),
    "a payload that is a list": ({"payload": []}, "type", "/payload"),
    "no kind": ({"payload": {"channel_id": ID}}, "missing_field", "/payload"),
    "a kind that is none": ({"payload": {"kind": "message.sing"}}, "unknown_value", "/payload/kind"),
    "a kind of another resource": ({"payload": {"kind": "template.apply"}}, "unknown_value", "/payload/kind"),
    "a capture": ({"payload": {"kind": "guild.capture"}}, "unknown_value", "/payload/kind"),
    "an end": ({"payload": {"kind": "action.undo"}}, "unknown_value", "/payload/kind"),
    "a kind that is a number": ({"payload": {"kind": 5}}, "type", "/payload/kind"),
    "an unknown field": (around(priority=1), "unknown_field", "/priority"),
    "a field with a slash": (around(**{"a/b~c": 1}), "unknown_field", "/a~1b~0c"),
    "an unknown conflict": (around(on_conflict="force"), "unknown_value", "/on_conflict"),
    "a conflict that is null": (around(on_conflict=None), "type", "/on_conflict"),
    "run_at without a zone": (around(run_at="2030-01-01T00:00:00"), "format", "/run_at"),
    "run_at that is a number": (around(run_at=1893456000), "type", "/run_at"),
    "run_at that is no time": (around(run_at="tomorrow"), "format", "/run_at"),
    "run_at on a day that is none": (around(run_at="2030-02-30T00:00:00Z"), "format", "/run_at"),
    "run_at before all time": (around(run_at="0001-01-01T00:00:00+14:00"), "range", "/run_at"),
    "run_at after all time": (around(run_at="9999-12-31T23:59:59Z"), "range", "/run_at"),
    "run_at after all time elsewhere": (around(run_at="9999-12-31T23:59:59-14:00"), "range", "/run_at"),
    "expiry without a zone": (around(expires_at="2030-01-01T00:00:00"), "format", "/expires_at"),
    "expiry in the past": (around(expires_at="2001-01-01T00:00:00Z"), "too_early", "/expires_at"),
    "expiry before all time": (around(expires_at="0001-01-01T00:00:00+14:00"), "range", "/expires_at"),
    "expiry after all time": (around(expires_at="9999-12-31T23:59:59-14:00"), "range", "/expires_at"),
    "expiry before it is due": (
        around(run_at="2030-01-01T00:00:00Z", expires_at="2029-12-31T23:00:00-01:00"),
        "too_early",
        "/expires_at",
    ),
    "expiry in another zone before it is due": (
        around(run_at="2030-01-01T00:00:00Z", expires_at="2030-01-01T00:30:00+01:00"),
        "too_early",
        "/expires_at",
    ),
}


@pytest.mark.parametrize("what", OUTSIDE)
async def test_what_stands_around_the_payload_is_checked_too(api: Api, what: str) -> None:
    body, code, pointer = OUTSIDE[what]
    guild = await api.guild()
    problem = await sent(api, body, await api.rows(), guild)
    assert [(error["code"], error["pointer"]) for error in problem["errors"]] == [(code, pointer)]


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "nothing": (b"", JSON, 400),
    "no JSON": (b"{", JSON, 400),
    "two values": (b'{"payload": {"kind": "guild.sync"}} {}', JSON, 400),
    "NaN": (b'{"payload": NaN}', JSON, 400),
    "a list": (b"[]", JSON, 422),
    "text": (b'"message.send"', JSON, 422),
    "null": (b"null", JSON, 422),
    "no UTF-8": (b'{"payload": {"kind": "\xff"}}', JSON, 400),
    "a lone surrogate": (
        b'{"payload": {"kind": "message.send", "channel_id": "1", "content": "\\ud800"}}',
        JSON,
        400,
    ),
    "a surrogate as a key": (b'{"payload": {"kind": "guild.sync", "\\udfff": 1}}', JSON, 400),
    "a number without end": (b'{"payload": ' + b"9" * 5000 + b"}", JSON, 422),
    "deep": (b'{"payload": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON, 422),
    "deep in what is unknown": (
        b'{"payload": {"kind": "guild.sync", "x": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}}",
        JSON,
        422,
    ),
    "more than a mebibyte": (b" " * ((1 << 20) + 1), JSON, 413),
    "a form": (b"kind=guild.sync", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "YAML": (b"payload: {kind: guild.sync}", {"Content-Type": "application/yaml"}, 415),
    "UTF-16": ("{}".encode("utf-16"), JSON, 400),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_is_no_such_body_is_refused(api: Api, what: str) -> None:
    content, headers, status = BODIES[what]
    guild = await api.guild()
    before = await api.rows()
    answer = await api.post(f"/guilds/{guild}/jobs", content=content, headers=headers)
    await refused(api, answer, before, status)


@pytest.mark.parametrize("kind", VALID)
async def test_the_payload_that_is_spoilt_above_is_a_good_one(api: Api, kind: str) -> None:
    guild = await api.guild()
    answer = await api.post(f"/guilds/{guild}/jobs", json={"payload": {"kind": kind, **VALID[kind]}})
    assert answer.status_code == 202, answer.text
    shown = answer.json()["payload"]
    assert shown.items() >= {"kind": kind, **VALID[kind]}.items()
    assert json.dumps(shown)

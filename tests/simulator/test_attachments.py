"""Files that are sent with messages: what is said of them, where they lie, and for how long."""

import json
import struct
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.image_sizes import size_of
from bot.simulator.multipart import payload_of
from tests.simulator.calls import Control, Rest
from tests.simulator.test_members import DOT
from tests.simulator.test_messages import SPEC, harbour

MIB = 1 << 20


async def sent(rest: Rest, path: str, body: Any, *files: tuple[str, bytes], method: str = "POST") -> Any:
    answer = await rest.upload(path, body, *files, method=method)
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_file_is_described_and_found_at_its_address(
    sim: Control, rest: Rest, http: httpx.AsyncClient
) -> None:
    paths = await harbour(sim)
    attached = [{"id": 0, "description": "a dot", "is_spoiler": True}]
    message = await sent(
        rest, paths["log"], {"attachments": attached}, ("dot.png", DOT), ("a.txt", b"hi\r\n")
    )
    dot, text = message["attachments"]
    channel_id = message["channel_id"]
    url = f"http://127.0.0.1/attachments/{channel_id}/{dot['id']}/dot.png"
    assert dot == {
        "id": dot["id"],
        "filename": "dot.png",
        "description": "a dot",
        "content_type": "image/png",
        "size": len(DOT),
        "url": url,
        "proxy_url": url,
        "width": 1,
        "height": 1,
        "flags": 1 << 3,
    }
    assert (text["content_type"], text["size"]) == ("text/plain; charset=utf-8", 4)
    assert not {"width", "description", "flags"} & text.keys()
    found = await http.get(dot["url"])
    assert (found.content, found.headers["content-type"]) == (DOT, "image/png")
    assert (await http.get(text["url"])).content == b"hi\r\n"
    for wrong in (f"/attachments/{channel_id}/1/dot.png", f"/attachments/1/{dot['id']}/dot.png"):
        assert (await http.get(wrong)).status_code == 404


async def test_a_file_lies_as_long_as_its_message(sim: Control, rest: Rest, http: httpx.AsyncClient) -> None:
    paths = await harbour(sim)
    message = await sent(rest, paths["log"], {}, ("a.txt", b"a"))
    url = message["attachments"][0]["url"]
    assert (await http.get(url)).status_code == 200
    await rest.ok("DELETE", f"{paths['log']}/{message['id']}")
    assert (await http.get(url)).status_code == 404


async def test_an_edit_keeps_replaces_and_adds_files(
    sim: Control, rest: Rest, http: httpx.AsyncClient
) -> None:
    paths = await harbour(sim)
    message = await sent(rest, paths["log"], {"content": "x"}, ("a.txt", b"a"), ("b.txt", b"b"))
    one, (first, second) = f"{paths['log']}/{message['id']}", message["attachments"]
    added = await sent(rest, one, {}, ("c.txt", b"c"), method="PATCH")
    assert [each["filename"] for each in added["attachments"]] == ["a.txt", "b.txt", "c.txt"]
    named = [{"id": second["id"], "description": "kept"}, {"id": 0, "description": "new"}]
    files = (("d.txt", b"d"), ("unnamed.txt", b"e"))
    edited = await sent(rest, one, {"attachments": named}, *files, method="PATCH")
    assert [(each["filename"], each["description"]) for each in edited["attachments"]] == [
        ("b.txt", "kept"),
        ("d.txt", "new"),
    ]
    assert (await http.get(first["url"])).status_code == 404
    assert (await http.get(second["url"])).content == b"b"
    bare = await rest.ok("PATCH", one, {"attachments": [{"id": second["id"], "description": None}]})
    assert [each.get("description") for each in bare["attachments"]] == [None]
    assert (await rest.ok("PATCH", one, {"content": "y"}))["attachments"] == bare["attachments"]
    assert (await rest.ok("PATCH", one, {"attachments": []}))["attachments"] == []
    assert await rest.refused("PATCH", one, {"attachments": [{"id": first["id"]}]}) == (400, 50035)


async def test_a_file_alone_is_a_message_and_needs_its_permission(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    assert (await sent(rest, paths["log"], {}, ("a", b"")))["attachments"][0]["size"] == 0
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    answer = await rest.upload(paths["log"], {"content": "x"}, ("a.txt", b"a"))
    assert (answer.status_code, answer.json()["code"]) == (403, 50013)


async def test_files_have_a_limit_each_together_and_in_number(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    await sent(rest, paths["log"], {}, ("a", bytes(10 * MIB)))
    for files in ([("a", bytes(10 * MIB + 1))], [("a", bytes(9 * MIB))] * 3):
        answer = await rest.upload(paths["log"], {}, *files)
        assert (answer.status_code, answer.json()["code"]) == (413, 40005)
    answer = await rest.upload(paths["log"], {}, *[("a", b"")] * 11)
    assert (answer.status_code, answer.json()["code"]) == (400, 30015)
    made = await sim.guild(**SPEC, premium_tier=2)
    await sent(rest, f"/channels/{made['channels']['log']}/messages", {}, ("a", bytes(30 * MIB)))


async def test_names_are_made_safe_and_the_title_keeps_them(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    names = ["my file (1).txt", "übung.txt", "日本.txt", "plain.tar.gz", "no-extension"]
    message = await sent(rest, paths["log"], {}, *((name, b"") for name in names))
    safe = [(each["filename"], each.get("title")) for each in message["attachments"]]
    assert safe == [
        ("my_file_1.txt", "my file (1)"),
        ("bung.txt", "übung"),
        (f"{message['attachments'][2]['id']}.txt", "日本"),
        ("plain.tar.gz", None),
        ("no-extension", None),
    ]


async def test_embeds_show_attachments_which_are_listed_there_alone(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    embed: dict[str, Any] = {
        "title": "t",
        "image": {"url": "attachment://dot.png"},
        "thumbnail": {"url": "https://example.org/x.png"},
        "footer": {"text": "f", "icon_url": "attachment://icon.png"},
        "author": {"name": "a", "icon_url": "attachment://gone.png"},
    }
    files = (("dot.png", DOT), ("icon.png", DOT), ("loose.png", DOT))
    message = await sent(rest, paths["log"], {"embeds": [embed]}, *files)
    [shown] = message["embeds"]
    base = f"http://127.0.0.1/attachments/{message['channel_id']}/"
    assert shown["image"]["url"].startswith(base)
    assert shown["image"]["url"].endswith("/dot.png")
    assert (shown["image"]["width"], shown["image"]["content_type"]) == (1, "image/png")
    assert shown["footer"]["icon_url"].endswith("/icon.png")
    assert shown["author"]["icon_url"] == "attachment://gone.png"
    assert [each["filename"] for each in message["attachments"]] == ["loose.png"]
    again = await rest.ok("PATCH", f"{paths['log']}/{message['id']}", {"embeds": []})
    assert [each["filename"] for each in again["attachments"]] == ["dot.png", "icon.png", "loose.png"]


async def test_the_journal_has_names_and_sizes_but_no_contents(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    await sent(rest, paths["log"], {"content": "x"}, ("a.txt", b"very secret"))
    [call] = [call for call in (await sim("GET", "/requests"))["items"] if call["method"] == "POST"]
    assert call["body"] == {"content": "x", "_files": [{"filename": "a.txt", "size": 11}]}


async def test_a_form_can_be_sent_without_payload_json(sim: Control, http: httpx.AsyncClient) -> None:
    paths = await harbour(sim)
    headers = {"Authorization": "Bot sim-token"}
    answer = await http.post(
        f"/api/v10{paths['log']}",
        data={"content": "hello", "tts": "true", "nonce": "n"},
        files={"files[3]": ("a.txt", b"a")},
        headers=headers,
    )
    body = answer.json()
    assert (body["content"], body["tts"], body["attachments"][0]["filename"]) == ("hello", True, "a.txt")
    for content, code in (
        (b"nothing", 50006),
        (b'--x\r\ncontent-disposition: form-data; name="payload_json"', 50109),
    ):
        answer = await http.post(
            f"/api/v10{paths['log']}",
            content=content,
            headers=headers | {"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    answer = await http.post(
        f"/api/v10{paths['log']}", content=b"x", headers=headers | {"Content-Type": "multipart/form-data"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)


async def test_a_hidden_response_has_files_too(
    sim: Control, rest: Rest, http: httpx.AsyncClient, simulator: Any
) -> None:
    made = await sim.guild(**SPEC)
    app = simulator.world.application.id
    await rest.ok("POST", f"/applications/{app}/commands", {"name": "hello", "description": "d"})
    asked = {"guild_id": made["id"], "user": "ada", "type": "command", "name": "hello", "timeout": 0}
    begun = await sim("POST", "/interactions", asked)
    token = simulator.world.interactions.by_id[int(begun["id"])].token
    body = {"type": 4, "data": {"flags": 64, "content": "x"}}
    answer = await rest.upload(f"/interactions/{begun['id']}/{token}/callback", body, ("a.txt", b"a"))
    assert answer.status_code == 204
    original = await rest.ok("GET", f"/webhooks/{app}/{token}/messages/@original")
    [attachment] = original["attachments"]
    assert attachment["ephemeral"]
    assert (await http.get(attachment["url"])).content == b"a"
    await rest.ok("DELETE", f"/webhooks/{app}/{token}/messages/@original")
    assert (await http.get(attachment["url"])).status_code == 404


# What is pure

sizes = st.integers(1, 0xFFFF)


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 6, 0, 0, 0)


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)


def jpeg(width: int, height: int, before: list[bytes]) -> bytes:
    segments = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(each) + 2) + each
        for marker, each in zip([0xE0, 0xDB, 0xC4, 0xFE], before, strict=False)
    )
    frame = b"\xff\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8" + segments + frame + b"\xff\xda" + struct.pack(">H", 2)


@given(width=sizes, height=sizes, before=st.lists(st.binary(max_size=40), max_size=4))
def test_sizes_are_read_from_every_kind_of_picture(width: int, height: int, before: list[bytes]) -> None:
    for picture in (png(width, height), gif(width, height), jpeg(width, height, before)):
        assert size_of(picture) == (width, height)


@given(
    content=st.binary(max_size=80),
    beginning=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8"]),
)
def test_no_file_breaks_the_reading_of_sizes(content: bytes, beginning: bytes) -> None:
    found = size_of(beginning + content)
    assert found is None or len(found) == 2


contents = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"\r\n", b"\n", b"\r", b"--", b"x", b"\r\n--", b"\x00\xff"])).map(b"".join),
)
names = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters='"\\'), min_size=1)


@given(
    files=st.lists(st.tuples(names, contents), max_size=4), fields=st.dictionaries(st.just("content"), names)
)
def test_files_arrive_byte_for_byte(files: list[tuple[str, bytes]], fields: dict[str, str]) -> None:
    parts = [
        f'--b0undary\r\nContent-Disposition: form-data; name="files[{index}]"; filename="{name}"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for index, (name, content) in enumerate(files)
    ]
    head = b'--b0undary\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n'
    whole = head + json.dumps(fields).encode() + b"\r\n" + b"".join(parts) + b"--b0undary--\r\n"
    read = payload_of("multipart/form-data; boundary=b0undary", whole, "host:1")
    uploads: Any = read.pop("_files")
    assert read == fields
    assert [(each.index, each.content, each.host) for each in uploads] == [
        (index, content, "host:1") for index, (_, content) in enumerate(files)
    ]


@pytest.mark.parametrize("host", ["127.0.0.1:3001", "localhost:9"])
async def test_addresses_are_those_the_caller_used(sim: Control, http: httpx.AsyncClient, host: str) -> None:
    paths = await harbour(sim)
    answer = await http.post(
        f"/api/v10{paths['log']}",
        files={"files[0]": ("a.txt", b"a")},
        headers={"Authorization": "Bot sim-token", "Host": host},
    )
    assert answer.json()["attachments"][0]["url"].startswith(f"http://{host}/attachments/")

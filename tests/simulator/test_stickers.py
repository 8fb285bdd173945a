"""Stickers: Discord's rules, what the CDN serves, and disnake's cache after each step."""

import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import disnake
import httpx
import pytest

from bot.simulator import Simulator
from bot.simulator.events import GUILD_EXPRESSIONS, KNOWN_INTENTS
from tests.simulator.calls import Control, Rest, form_codes
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.pictures import GIF, JPEG, png, uri
from tests.simulator.twins import Twins

LOTTIE = json.dumps({"v": "5.5.2", "fr": 60, "ip": 0, "op": 60, "w": 320, "h": 320, "layers": []}).encode()
_AFTER_HEAD = 8 + 25  # the signature and the IHDR chunk


def apng() -> bytes:
    """The one pixel, said to be an animation of one frame."""
    body = b"acTL" + struct.pack(">II", 1, 0)
    chunk = struct.pack(">I", 8) + body + struct.pack(">I", zlib.crc32(body))
    return png()[:_AFTER_HEAD] + chunk + png()[_AFTER_HEAD:]


def wide(width: int) -> bytes:
    return png()[:16] + struct.pack(">I", width) + png()[20:]


async def test_a_sticker_is_everywhere_until_it_is_deleted(
    sim: Control, rest: Rest, http: httpx.AsyncClient
) -> None:
    made = await sim.guild()
    path = f"/guilds/{made['id']}/stickers"
    answer = await rest.sticker(made["id"], png(), name="Wave", tags="👋", description="It waves")
    assert answer.status_code == 201
    sticker = answer.json()
    creator = sticker.pop("user")
    assert creator["bot"]
    assert sticker == {
        "id": sticker["id"],
        "name": "Wave",
        "tags": "👋",
        "type": 2,
        "format_type": 1,
        "description": "It waves",
        "available": True,
        "guild_id": made["id"],
    }
    assert await rest.ok("GET", path) == [sticker | {"user": creator}]
    assert await rest.ok("GET", f"{path}/{sticker['id']}") == sticker | {"user": creator}
    assert await rest.ok("GET", f"/stickers/{sticker['id']}") == sticker
    dump = await sim.dump(made["id"])
    assert dump["stickers"] == [sticker | {"user": creator}]
    assert (
        dump["guild"]["stickers"] == (await rest.ok("GET", f"/guilds/{made['id']}"))["stickers"] == [sticker]
    )
    assert (await http.get(f"/stickers/{sticker['id']}.png")).content == png()

    await rest.ok("DELETE", f"{path}/{sticker['id']}")
    assert await rest.ok("GET", path) == []
    assert (await http.get(f"/stickers/{sticker['id']}.png")).status_code == 404
    for method in ("GET", "PATCH", "DELETE"):
        assert await rest.refused(method, f"{path}/{sticker['id']}", {}) == (404, 10060)
    assert await rest.refused("GET", f"/stickers/{sticker['id']}") == (404, 10060)


@pytest.mark.parametrize(
    ("file", "kind"),
    [(png(), 1), (apng(), 2), (GIF, 4), (wide(320), 1), (png() + bytes(512 * 1024 - len(png())), 1)],
)
async def test_a_stickers_bytes_tell_its_format(sim: Control, rest: Rest, file: bytes, kind: int) -> None:
    made = await sim.guild()
    assert (await rest.sticker(made["id"], file)).json()["format_type"] == kind


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (png() + bytes(512 * 1024), 50045),
        (wide(321), 50046),
        (JPEG, 50046),
        (b"no picture at all", 50046),
        (LOTTIE, 50046),
    ],
)
async def test_a_file_that_is_no_sticker_makes_none(sim: Control, rest: Rest, file: bytes, code: int) -> None:
    made = await sim.guild()
    answer = await rest.sticker(made["id"], file)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert await rest.ok("GET", f"/guilds/{made['id']}/stickers") == []


@pytest.mark.parametrize("feature", ["VERIFIED", "PARTNERED"])
async def test_lottie_animations_are_for_verified_and_partnered_guilds(
    sim: Control, rest: Rest, http: httpx.AsyncClient, feature: str
) -> None:
    made = await sim.guild(features=[feature])
    sticker = (await rest.sticker(made["id"], LOTTIE)).json()
    assert sticker["format_type"] == 3
    served = await http.get(f"/stickers/{sticker['id']}.json")
    assert (served.content, served.headers["content-type"]) == (LOTTIE, "application/json")
    for broken in (b'{"v": "5"}', b"{not json"):
        assert (await rest.sticker(made["id"], broken)).json()["code"] == 170_001


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"name": "x"}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": "x" * 31}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"tags": ""}, "tags", "BASE_TYPE_BAD_LENGTH"),
        ({"tags": "t" * 201}, "tags", "BASE_TYPE_BAD_LENGTH"),
        ({"description": "d"}, "description", "BASE_TYPE_BAD_LENGTH"),
        ({"description": "d" * 101}, "description", "BASE_TYPE_BAD_LENGTH"),
    ],
)
async def test_a_form_that_is_no_sticker_makes_none(
    sim: Control, rest: Rest, wrong: dict[str, str], field: str, code: str
) -> None:
    made = await sim.guild(stickers=[{"name": "Wave"}])
    assert form_codes(await rest.sticker(made["id"], png(), **wrong)) == {field: code}
    one = f"/guilds/{made['id']}/stickers/{made['stickers']['Wave']}"
    assert form_codes(await rest("PATCH", one, wrong)) == {field: code}


async def test_a_sticker_needs_a_file_a_name_and_tags(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    answer = await rest("POST", f"/guilds/{made['id']}/stickers", {})
    assert form_codes(answer) == dict.fromkeys(("file", "name", "tags"), "BASE_TYPE_REQUIRED")


@pytest.mark.parametrize(("tier", "slots"), [(0, 5), (1, 15), (2, 30), (3, 60)])
async def test_boosts_give_room_for_stickers(sim: Control, rest: Rest, tier: int, slots: int) -> None:
    made = await sim.guild(
        premium_tier=tier, stickers=[{"name": f"s{number}"} for number in range(slots - 1)]
    )
    assert (await rest.sticker(made["id"], png())).is_success
    assert (await rest.sticker(made["id"], png())).json()["code"] == 30039


async def test_own_stickers_need_less_than_those_of_others(sim: Control, rest: Rest) -> None:
    made = await sim.guild(
        everyone_permissions=[],
        bot_permissions=["CREATE_GUILD_EXPRESSIONS"],
        roles=[{"name": "Keepers", "permissions": ["MANAGE_GUILD_EXPRESSIONS"]}],
        members=[{"username": "ada"}, {"username": "grace", "roles": ["Keepers"]}],
        stickers=[{"name": "Wave"}],
    )
    path = f"/guilds/{made['id']}/stickers"
    own = (await rest.sticker(made["id"], png(), name="Nod")).json()
    assert await rest.refused("DELETE", f"{path}/{made['stickers']['Wave']}") == (403, 50013)
    assert (await rest.ok("PATCH", f"{path}/{own['id']}", {"name": "Shrug"}))["name"] == "Shrug"
    file = uri(png())
    body = {"name": "Bow", "tags": "🙇"}
    for user in ("ada", "grace"):
        edit = {"user": user, "method": "POST", "path": path, "body": body, "file": file}
        assert (await sim("POST", "/edits", edit))["body"]["code"] == 50013
    shown = (await sim.edit("ada", "GET", path))["body"]
    assert ["user" in each for each in shown] == [False, False]
    assert (await sim.edit("grace", "DELETE", f"{path}/{own['id']}"))["status"] == 204


async def test_a_human_makes_a_sticker_from_a_file(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    path, body = f"/guilds/{made['id']}/stickers", {"name": "Bow", "tags": "🙇"}
    edit = {"user": "owner", "method": "POST", "path": path, "body": body, "file": uri(GIF, "image/gif")}
    assert (await sim("POST", "/edits", edit))["status"] == 201
    assert [each["format_type"] for each in await rest.ok("GET", path)] == [4]


async def test_events_and_the_audit_log_tell_of_stickers(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(stickers=[{"name": "Wave"}])
    ear, deaf = Ear(simulator), Ear(simulator, KNOWN_INTENTS & ~GUILD_EXPRESSIONS)
    path, reason = f"/guilds/{made['id']}/stickers", {"X_Audit_Log_Reason": "harbour%20day"}
    sticker = (await rest.sticker(made["id"], png(), name="Nod")).json()
    for _ in range(2):
        await rest.ok("PATCH", f"{path}/{sticker['id']}", {"name": "Bow", "description": "deep"}, **reason)
    await rest.ok("DELETE", f"{path}/{sticker['id']}", **reason)
    heard = ear.heard("GUILD_STICKERS_UPDATE")
    assert [[each["name"] for each in event["stickers"]] for event in heard] == [
        ["Wave", "Nod"],
        ["Wave", "Bow"],
        ["Wave"],
    ]
    assert deaf.heard("GUILD_STICKERS_UPDATE") == []
    entries = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert [(each["action_type"], each["target_id"]) for each in entries] == [
        (action, sticker["id"]) for action in (92, 91, 90)
    ]
    assert entries[1]["reason"] == "harbour day"
    assert entries[1]["changes"] == [
        {"key": "name", "old_value": "Nod", "new_value": "Bow"},
        {"key": "description", "new_value": "deep"},
    ]


async def test_disnake_makes_edits_reads_and_deletes_stickers(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins], cdn: str
) -> None:
    made = await sim.guild(stickers=[{"name": "Wave", "image": uri(png(7))}])
    bot: Any = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        pair = twins(bot)
        await pair.agree()
        guild = bot.get_guild(int(made["id"]))
        assert await guild.stickers[0].read() == png(7)
        sticker = await guild.create_sticker(
            name="Nod", emoji="👋", description="It nods", file=disnake.File(io.BytesIO(png()), "nod.png")
        )
        await pair.agree()
        await sticker.edit(name="Shrug", emoji="🤷")
        await pair.agree()
        assert sorted(each.name for each in guild.stickers) == ["Shrug", "Wave"]
        await sticker.delete()
        await pair.agree()
    assert cdn

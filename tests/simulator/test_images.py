"""Pictures of guilds, accounts and members: taken, served under the hash that is named, and taken away."""

from collections.abc import Callable
from typing import Any

import disnake
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator
from bot.simulator.forms import Form
from bot.simulator.images import Images, read_image
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.pictures import GIF, JPEG, WEBP, png, uri
from tests.simulator.twins import Twins

EVERY_FEATURE = ["INVITE_SPLASH", "DISCOVERABLE", "BANNER", "ANIMATED_ICON", "ANIMATED_BANNER"]
FOLDERS = {
    "icon": "icons",
    "splash": "splashes",
    "discovery_splash": "discovery-splashes",
    "banner": "banners",
    "home_header": "home-headers",
}


@pytest.mark.parametrize("key", list(FOLDERS))
async def test_a_guilds_picture_is_served_under_the_hash_it_names(
    sim: Control, rest: Rest, http: httpx.AsyncClient, key: str
) -> None:
    made = await sim.guild(features=EVERY_FEATURE)
    guild = f"/guilds/{made['id']}"
    answer = await rest.ok("PATCH", guild, {key: uri(png(1))}, X_Audit_Log_Reason="spring")
    assert len(answer[key]) == 32
    served = await http.get(f"/{FOLDERS[key]}/{made['id']}/{answer[key]}.png?size=1024")
    assert (served.status_code, served.content, served.headers["content-type"]) == (200, png(1), "image/png")
    assert (await rest.ok("PATCH", guild, {"name": "Haven"}))[key] == answer[key]
    entry = (await rest.ok("GET", f"{guild}/audit-logs"))["audit_log_entries"][1]
    assert entry["changes"] == [{"key": f"{key}_hash", "new_value": answer[key]}]
    assert (await rest.ok("PATCH", guild, {key: None}))[key] is None


@pytest.mark.parametrize("key", [key for key in FOLDERS if key != "icon"])
async def test_a_picture_without_its_feature_is_left_aside(sim: Control, rest: Rest, key: str) -> None:
    made = await sim.guild()
    answer = await rest.ok("PATCH", f"/guilds/{made['id']}", {key: uri(png()), "description": "calm"})
    assert (answer[key], answer["description"]) == (None, "calm")


@pytest.mark.parametrize(
    ("key", "features"),
    [
        ("icon", []),
        ("icon", ["ANIMATED_ICON"]),
        ("banner", ["BANNER"]),
        ("banner", ["BANNER", "ANIMATED_BANNER"]),
        ("splash", EVERY_FEATURE),
    ],
)
async def test_a_picture_moves_where_the_guild_may_have_it_move(
    sim: Control, rest: Rest, http: httpx.AsyncClient, key: str, features: list[str]
) -> None:
    made = await sim.guild(features=features)
    answer = await rest.ok("PATCH", f"/guilds/{made['id']}", {key: uri(GIF)})
    assert answer[key].startswith("a_") is (f"ANIMATED_{key.upper()}" in features)
    assert (await http.get(f"/{FOLDERS[key]}/{made['id']}/{answer[key]}.gif")).content == GIF


async def test_discovery_splashes_are_shown_by_discoverable_guilds(sim: Control, rest: Rest) -> None:
    made = await sim.guild(features=EVERY_FEATURE)
    guild = f"/guilds/{made['id']}"
    assert (await rest.ok("PATCH", guild, {"discovery_splash": uri(png())}))["discovery_splash"]
    assert (await rest.ok("PATCH", guild, {"features": []}))["discovery_splash"] is None


@pytest.mark.parametrize("wrong", ["icon.png", uri(b"BM bitmap"), "data:image/png;base64,x", 5])
@pytest.mark.parametrize("path", ["/guilds/{}", "/users/@me", "/guilds/{}/members/@me"])
async def test_what_is_no_picture_changes_nothing(sim: Control, rest: Rest, wrong: Any, path: str) -> None:
    made = await sim.guild()
    key = "icon" if path == "/guilds/{}" else "avatar"
    answer = await rest("PATCH", path.format(made["id"]), {key: wrong})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [key])
    assert (await rest.ok("GET", f"/guilds/{made['id']}"))["icon"] is None
    assert (await rest.ok("GET", "/users/@me"))["avatar"] is None


async def test_pictures_are_limited_to_ten_mebibytes(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    large = uri(png() + bytes(10 * 1024 * 1024))
    answer = await rest("PATCH", f"/guilds/{made['id']}", {"icon": large})
    assert (
        answer.json()["errors"]["icon"]["_errors"][0]["message"] == "File cannot be larger than 10240.0 kb."
    )


@pytest.mark.parametrize("key", ["avatar", "banner"])
async def test_an_accounts_picture_is_told_to_itself_and_to_its_guilds(
    sim: Control, rest: Rest, http: httpx.AsyncClient, simulator: Simulator, key: str
) -> None:
    made = await sim.guild()
    await sim.guild(bot_in=False)
    ear = Ear(simulator)
    me = await rest.ok("PATCH", "/users/@me", {key: uri(GIF)})
    assert me[key].startswith("a_")
    assert (await http.get(f"/{key}s/{me['id']}/{me[key]}.gif")).content == GIF
    assert await rest.ok("GET", "/users/@me") == me
    assert ear.heard("USER_UPDATE") == [me]
    told = ear.heard("GUILD_MEMBER_UPDATE")
    assert [(each["guild_id"], each["user"][key]) for each in told] == [(made["id"], me[key])]
    assert (await rest.ok("PATCH", "/users/@me", {key: uri(GIF)})) == me
    assert len(ear.heard("USER_UPDATE")) == 1
    assert (await rest.ok("PATCH", "/users/@me", {key: None}))[key] is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x", "BASE_TYPE_BAD_LENGTH"),
        ("  x  ", "BASE_TYPE_BAD_LENGTH"),
        ("x" * 33, "BASE_TYPE_BAD_LENGTH"),
        ("a@b", "USERNAME_INVALID_CONTAINS"),
        ("a#b", "USERNAME_INVALID_CONTAINS"),
        ("a:b", "USERNAME_INVALID_CONTAINS"),
        ("a```b", "USERNAME_INVALID_CONTAINS"),
        ("myDiscordBot", "USERNAME_INVALID_CONTAINS"),
        ("Everyone", "USERNAME_INVALID"),
        ("here", "USERNAME_INVALID"),
        (None, "BASE_TYPE_REQUIRED"),
    ],
)
async def test_a_username_keeps_to_discords_rules(
    sim: Control, rest: Rest, name: str | None, code: str
) -> None:
    answer = await rest("PATCH", "/users/@me", {"username": name})
    assert answer.json()["errors"]["username"]["_errors"][0]["code"] == code
    assert (await rest.ok("GET", "/users/@me"))["username"] == "simulated-bot"


async def test_a_username_is_trimmed_inside_and_out(sim: Control, rest: Rest) -> None:
    assert (await rest.ok("PATCH", "/users/@me", {"username": "  harbour \n  master "}))["username"] == (
        "harbour master"
    )
    await sim("POST", "/reset")
    assert (await rest.ok("GET", "/users/@me"))["username"] == "simulated-bot"


async def test_people_change_their_accounts_too(sim: Control, simulator: Simulator) -> None:
    made = await sim.guild(members=[{"username": "ada"}])
    ear = Ear(simulator)
    edited = await sim.edit("ada", "PATCH", "/users/@me", {"username": "countess", "avatar": uri(png())})
    assert (edited["status"], edited["body"]["username"]) == (200, "countess")
    assert ear.heard("USER_UPDATE") == []
    told = ear.heard("GUILD_MEMBER_UPDATE")
    assert [each["user"]["id"] for each in told] == [made["members"]["ada"]]


async def test_a_member_has_a_profile_of_its_own_in_a_guild(
    sim: Control, rest: Rest, http: httpx.AsyncClient, simulator: Simulator
) -> None:
    made = await sim.guild(everyone_permissions=[], bot_permissions=["VIEW_CHANNEL"])
    other = await sim.guild(name="Other")
    me, ear = f"/guilds/{made['id']}/members/@me", Ear(simulator)
    sent = {"avatar": uri(png(1)), "banner": uri(GIF), "bio": "I sort ships."}
    profile = await rest.ok("PATCH", me, sent)
    assert profile["bio"] == "I sort ships."
    folder = f"/guilds/{made['id']}/users/{profile['user']['id']}"
    assert (await http.get(f"{folder}/avatars/{profile['avatar']}.png")).content == png(1)
    assert (await http.get(f"{folder}/banners/{profile['banner']}.gif")).content == GIF
    assert profile["user"]["avatar"] is None
    told = ear.heard("GUILD_MEMBER_UPDATE")
    assert [(each["avatar"], each["banner"]) for each in told] == [(profile["avatar"], profile["banner"])]
    assert (await rest.ok("PATCH", f"/guilds/{other['id']}/members/@me", {}))["avatar"] is None
    answer = await rest("PATCH", me, {"bio": "b" * 191})
    assert answer.json()["errors"]["bio"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"
    assert await rest.refused("PATCH", me, {"nick": "n"}) == (403, 50013)
    emptied = await rest.ok("PATCH", me, {"avatar": None, "banner": None, "bio": None})
    assert (emptied["avatar"], emptied["banner"], emptied["bio"]) == (None, None, "")


@given(head=st.sampled_from([png(), GIF, JPEG, WEBP, b"", b"GIF", b"\x89PNG"]), tail=st.binary(max_size=40))
def test_bytes_come_back_as_they_were_sent_or_are_refused(head: bytes, tail: bytes) -> None:
    form, images = Form({"image": uri(head + tail)}), Images()
    image = read_image(form, "image")
    if image is None:
        assert form.errors.tree
        return
    name = images.keep(image, "icons/1")
    kept = images.find(f"icons/1/{name}")
    assert kept is not None
    assert kept.content == head + tail
    assert (name or "").startswith("a_") is head.startswith(b"GIF8")


async def test_disnake_changes_its_own_pictures(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins], cdn: str
) -> None:
    made = await sim.guild()
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        both, guild = twins(bot), bot.get_guild(int(made["id"]))
        assert guild is not None
        steps: list[dict[str, Any]] = [
            {"avatar": png(1)},
            {"banner": GIF},
            {"username": "harbour master"},
            {"avatar": WEBP, "banner": None},
            {"avatar": None},
        ]
        for step in steps:
            edited = await bot.user.edit(**step)
            await both.agree()
            shown = (edited.name, edited.avatar, edited.banner)
            await until(lambda shown=shown: (bot.user.name, bot.user.avatar, bot.user.banner) == shown)
            assert (guild.me.name, guild.me.avatar) == (edited.name, edited.avatar)
            for key in ("avatar", "banner"):
                if step.get(key) is not None:
                    assert await getattr(edited, key).read() == step[key]
        with pytest.raises(disnake.HTTPException, match="cannot contain"):
            await bot.user.edit(username="discord harbour")
        await both.agree()


async def test_a_spec_has_pictures_of_every_kind(sim: Control, rest: Rest, http: httpx.AsyncClient) -> None:
    pictures = {
        key: uri(png(shade)) for shade, key in enumerate(("icon", "banner", "splash", "discovery_splash"))
    }
    made = await sim.guild(
        features=["DISCOVERABLE"],
        roles=[{"name": "Crew", "icon": uri(png(10))}],
        channels=[{"name": "log", "webhooks": [{"name": "Gulls", "avatar": uri(GIF, "image/gif")}]}],
        emojis=[{"name": "anchor", "image": uri(png(11))}],
        stickers=[{"name": "Wave", "image": uri(png(12))}],
        scheduled_events=[{"name": "Regatta", "image": uri(png(13))}],
        **pictures,
    )
    dump = await sim.dump(made["id"])
    guild, role, (hook,) = dump["guild"], dump["roles"][1], dump["webhooks"]
    (event,) = dump["scheduled_events"]
    folders = {
        "icon": "icons",
        "banner": "banners",
        "splash": "splashes",
        "discovery_splash": "discovery-splashes",
    }
    served = {f"{folder}/{made['id']}/{guild[key]}": pictures[key] for key, folder in folders.items()} | {
        f"role-icons/{role['id']}/{role['icon']}": uri(png(10)),
        f"avatars/{hook['id']}/{hook['avatar']}": uri(GIF),
        f"emojis/{made['emojis']['anchor']}": uri(png(11)),
        f"stickers/{made['stickers']['Wave']}": uri(png(12)),
        f"guild-events/{event['id']}/{event['image']}": uri(png(13)),
    }
    for path, data in served.items():
        answer = await http.get(f"/{path}.png")
        assert (answer.status_code, uri(answer.content)) == (200, data), path
    assert hook["avatar"].startswith("a_")


async def test_a_spec_that_is_refused_keeps_no_picture(sim: Control, simulator: Simulator) -> None:
    wrong = {
        "name": "Harbour",
        "icon": uri(png()),
        "stickers": [{"name": "Wave"}],
        "emojis": [{"name": None}],
    }
    await sim("POST", "/guilds", wrong, status=400)
    assert vars(simulator.world.images)["_kept"] == {}

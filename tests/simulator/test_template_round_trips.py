"""A snapshot reads back as the guild it was made of, and a real template is written as it was read."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.native import spec_from
from bot.simulator.permissions import ALL
from bot.simulator.serializing import serialized
from bot.simulator.shapes import words
from bot.simulator.specs import SpecReader
from bot.simulator.world import World
from tests.simulator.calls import Control, Rest
from tests.simulator.published import PUBLISHED

REAL = sorted((PUBLISHED.parent / "native-templates").glob("*.json"))


@pytest.mark.skipif(not REAL, reason="the real templates are not beside this folder")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
async def test_a_real_template_comes_back_as_it_was(sim: Control, rest: Rest, path: Path) -> None:
    whole = _read(path)
    made = await sim("POST", "/guilds", {"native_template": whole})
    written = await rest.ok("POST", f"/guilds/{made['id']}/templates", {"name": "t"})
    was, now = whole["serialized_source_guild"], written["serialized_source_guild"]
    for key in was.keys() - {"region", "roles", "channels"}:
        assert now[key] == was[key], key
    assert [_role(each) for each in now["roles"]] == [_role(each) for each in was["roles"]]
    assert [_channel(each) for each in now["channels"]] == [_channel(each) for each in was["channels"]]


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def _role(role: dict[str, Any]) -> dict[str, Any]:
    """What files of 2020 and of today both have; bits that no permission has any more are not kept."""
    bits = int(role.get("permissions_new", role["permissions"])) & ALL
    return {key: role[key] for key in ("id", "name", "color", "hoist", "mentionable")} | {"bits": bits}


def _channel(channel: dict[str, Any]) -> dict[str, Any]:
    keys = words("id type name position topic bitrate user_limit nsfw rate_limit_per_user parent_id")
    overwrites = {
        each["id"]: tuple(int(each.get(f"{key}_new", each[key])) & ALL for key in ("allow", "deny"))
        for each in channel["permission_overwrites"]
    }
    return {key: channel[key] for key in keys} | {"overwrites": overwrites}


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
bits = st.integers(0, ALL).map(str)
kinds = st.sampled_from([0, 2, 4, 5, 13, 15, 16])
tags = st.lists(
    st.builds(lambda name, moderated: {"name": name, "moderated": moderated}, names, st.booleans()),
    max_size=5,
)


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Any guild that a spec can describe, in what a snapshot holds of it."""
    roles = [
        {
            "key": f"r{number}",
            "name": draw(names),
            "permissions": draw(bits),
            "color": draw(st.integers(0, 0xFFFFFF)),
            "hoist": draw(st.booleans()),
            "mentionable": draw(st.booleans()),
            "managed": draw(st.booleans()),
            "position": draw(st.integers(1, 4)),
        }
        for number in range(draw(st.integers(0, 5)))
    ]
    targets = st.sampled_from(["@everyone", *(role["key"] for role in roles)])
    overwrites = st.lists(
        st.builds(
            lambda role, allow, deny: {"role": role, "allow": allow, "deny": deny}, targets, bits, bits
        ),
        max_size=3,
    )
    found = [draw(kinds) for _ in range(draw(st.integers(0, 8)))]
    categories = [f"c{number}" for number, kind in enumerate(found) if kind == 4]
    parents = st.none() | st.sampled_from(categories) if categories else st.none()
    channels = [
        {
            "key": f"c{number}",
            "name": draw(names),
            "type": kind,
            "position": draw(st.integers(0, 4)),
            "parent": None if kind == 4 else draw(parents),
            "topic": draw(st.none() | names),
            "nsfw": draw(st.booleans()),
            "rate_limit_per_user": draw(st.integers(0, 21_600)),
            "user_limit": draw(st.integers(0, 99)),
            "default_auto_archive_duration": draw(st.sampled_from([None, 60, 10080])),
            "available_tags": draw(tags.filter(lambda each: len({tag["name"] for tag in each}) == len(each))),
            "default_sort_order": draw(st.sampled_from([None, 0, 1])),
            "permission_overwrites": draw(overwrites),
        }
        for number, kind in enumerate(found)
    ]
    pointer = draw(st.none() | st.sampled_from([each["key"] for each in channels])) if channels else None
    return {
        "name": draw(names),
        "everyone_permissions": draw(bits),
        "roles": roles,
        "channels": channels,
        "system_channel": pointer,
        "verification_level": draw(st.integers(0, 4)),
    }


@given(spec=specs())
def test_a_guild_made_from_a_snapshot_has_the_same_snapshot(spec: dict[str, Any]) -> None:
    world = World()
    source = serialized(SpecReader(world, spec).build())
    again = SpecReader(world, spec_from({"serialized_source_guild": source})).build()
    assert serialized(again) == source
    roles, channels = as_objects(source["roles"]), as_objects(source["channels"])
    assert sorted(role["name"] for role in roles[1:]) == sorted(
        role["name"] for role in spec["roles"] if not role["managed"]
    )
    assert sorted((each["name"], each["position"]) for each in channels) == sorted(
        (each["name"], each["position"]) for each in spec["channels"]
    )
    assert [each["id"] for each in channels] == list(range(1, len(channels) + 1))


def as_objects(found: object) -> list[Any]:
    assert isinstance(found, list)
    return found

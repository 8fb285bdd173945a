"""Where channels come in and what follows from a change and a deletion."""

from bot.simulator import Simulator
from bot.simulator.state import AutoModerationRule, Webhook
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear

TEXT, CATEGORY = 0, 4
VIEW, MANAGE_CHANNELS = 1 << 10, 1 << 4


# Places and parents


async def test_without_a_position_a_channel_comes_in_last(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "a"}, {"name": "b", "position": 7}])
    path = f"/guilds/{made['id']}/channels"
    assert (await rest.ok("POST", path, {"name": "c"}))["position"] == 8
    assert (await rest.ok("POST", path, {"name": "d", "position": None}))["position"] == 9
    first = await rest.ok("POST", path, {"name": "e", "position": 0})
    assert (await rest.ok("PATCH", f"/channels/{first['id']}", {"position": None}))["position"] == 0
    order = [each["name"] for each in (await sim.dump(made["id"]))["channels"]]
    assert order == ["a", "e", "b", "c", "d"]


async def test_a_parent_is_a_category_of_the_guild(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "Deck", "type": 4}, {"name": "Hold", "type": 4}, {"name": "a"}])
    other = await sim.guild(channels=[{"name": "Deck", "type": 4}])
    ids, path = made["channels"], f"/guilds/{made['id']}/channels"
    wrong = [
        ("1", TEXT, "CHANNEL_PARENT_INVALID"),
        (other["channels"]["Deck"], TEXT, "CHANNEL_PARENT_INVALID"),
        (ids["a"], TEXT, "CHANNEL_PARENT_INVALID_TYPE"),
        (ids["Deck"], CATEGORY, "CHANNEL_PARENT_INVALID_PARENT"),
    ]
    for parent, kind, code in wrong:
        answer = (await rest("POST", path, {"name": "n", "type": kind, "parent_id": parent})).json()
        assert answer["errors"]["parent_id"]["_errors"][0]["code"] == code
        channel = ids["Hold"] if kind == CATEGORY else ids["a"]
        answer = (await rest("PATCH", f"/channels/{channel}", {"parent_id": parent})).json()
        assert answer["errors"]["parent_id"]["_errors"][0]["code"] == code
    inside = await rest.ok("POST", path, {"name": "n", "parent_id": ids["Deck"]})
    assert inside["parent_id"] == ids["Deck"]
    assert (await rest.ok("PATCH", f"/channels/{inside['id']}", {"parent_id": None}))["parent_id"] is None


async def test_making_and_moving_takes_the_permission_where_it_goes(sim: Control, rest: Rest) -> None:
    shut = [{"role": "@everyone", "deny": str(MANAGE_CHANNELS)}]
    hidden = [{"role": "@everyone", "deny": str(VIEW)}]
    made = await sim.guild(
        everyone_permissions=[],
        bot_permissions=["MANAGE_CHANNELS", "VIEW_CHANNEL"],
        roles=[],
        channels=[
            {"name": "Open", "type": 4},
            {"name": "Shut", "type": 4, "permission_overwrites": shut},
            {"name": "Hidden", "type": 4, "permission_overwrites": hidden},
            {"name": "a"},
            {"name": "in", "parent": "Shut", "synced": True},
        ],
    )
    ids, path = made["channels"], f"/guilds/{made['id']}/channels"
    for parent, refusal in (("Shut", (403, 50013)), ("Hidden", (403, 50001))):
        assert await rest.refused("POST", path, {"name": "n", "parent_id": ids[parent]}) == refusal
        assert await rest.refused("PATCH", f"/channels/{ids['a']}", {"parent_id": ids[parent]}) == refusal
    assert await rest.refused("PATCH", f"/channels/{ids['in']}", {"topic": "t"}) == (403, 50013)
    assert await rest.refused("DELETE", f"/channels/{ids['in']}") == (403, 50013)
    await rest.ok("POST", path, {"name": "n", "parent_id": ids["Open"]})
    weak = await sim.guild(bot_permissions=[])
    assert await rest.refused("POST", f"/guilds/{weak['id']}/channels", {"name": "n"}) == (403, 50013)


# What follows


async def test_what_changes_nothing_is_not_told(sim: Control, rest: Rest, simulator: Simulator) -> None:
    everyone = [{"role": "@everyone", "deny": "1"}, {"role": "Crew", "allow": "1"}]
    made = await sim.guild(
        roles=[{"name": "Crew"}], channels=[{"name": "log", "permission_overwrites": everyone}]
    )
    path, ear = f"/channels/{made['channels']['log']}", Ear(simulator)
    channel = await rest.ok("GET", path)
    same_set = list(reversed(channel["permission_overwrites"]))
    unchanged = {"name": "log", "topic": None, "parent_id": None, "permission_overwrites": same_set}
    for body in ({}, unchanged, {"bitrate": 8000, "type": TEXT, "position": channel["position"]}):
        assert await rest.ok("PATCH", path, body) == channel
    assert ear.happened() == []
    log = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert log == []
    await rest.ok("PATCH", path, {"topic": "t"}, X_Audit_Log_Reason="why not")
    assert ear.names() == ["CHANNEL_UPDATE"]
    [entry] = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert (entry["action_type"], entry["target_id"], entry["reason"]) == (11, channel["id"], "why not")
    assert entry["changes"] == [{"key": "topic", "new_value": "t"}]


async def test_a_deleted_category_leaves_its_children_and_tells_of_each(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    inside = [{"name": f"c{number}", "parent": "Deck"} for number in range(3)]
    made = await sim.guild(channels=[{"name": "Deck", "type": 4}, *inside, {"name": "out"}])
    ear = Ear(simulator)
    gone = await rest.ok("DELETE", f"/channels/{made['channels']['Deck']}")
    told = ear.happened()
    assert told[0] == ("CHANNEL_DELETE", gone)
    orphans = {made["channels"][each["name"]] for each in inside}
    assert {data["id"] for name, data in told[1:] if name == "CHANNEL_UPDATE"} == orphans
    assert len(told) == 4
    assert {data["parent_id"] for _, data in told[1:]} == {None}


async def test_pointers_to_a_deleted_channel_are_cleared_and_told(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(
        features=["COMMUNITY"],
        channels=[{"name": name} for name in ("rules", "updates", "log")] + [{"name": "v", "type": 2}],
        rules_channel="rules",
        public_updates_channel="updates",
        safety_alerts_channel="log",
        system_channel="log",
        afk_channel="v",
    )
    ids, ear = made["channels"], Ear(simulator)
    for needed in ("rules", "updates"):
        assert await rest.refused("DELETE", f"/channels/{ids[needed]}") == (400, 50074)
    await rest.ok("DELETE", f"/channels/{ids['log']}")
    [_, (name, guild)] = ear.happened()
    assert name == "GUILD_UPDATE"
    assert (guild["system_channel_id"], guild["safety_alerts_channel_id"]) == (None, None)
    assert (guild["afk_channel_id"], guild["rules_channel_id"]) == (ids["v"], ids["rules"])
    await rest.ok("DELETE", f"/channels/{ids['v']}")
    assert ear.names() == ["CHANNEL_DELETE", "GUILD_UPDATE"]


async def test_webhooks_and_exemptions_go_with_a_channel_and_a_role(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(roles=[{"name": "Crew"}], channels=[{"name": "log"}, {"name": "other"}])
    guild = simulator.world.guilds[int(made["id"])]
    log_id, other_id = int(made["channels"]["log"]), int(made["channels"]["other"])
    crew_id = int(made["roles"]["Crew"])
    for number, channel_id in ((1, log_id), (2, other_id)):
        guild.webhooks[number] = Webhook(number, 1, guild.id, channel_id, "hook", guild.owner_id)
    guild.auto_moderation[3] = AutoModerationRule(
        id=3,
        guild_id=guild.id,
        creator_id=guild.owner_id,
        name="rule",
        event_type=1,
        trigger_type=1,
        exempt_roles=[crew_id],
        exempt_channels=[log_id, other_id],
    )
    await rest.ok("DELETE", f"/channels/{log_id}")
    await rest.ok("DELETE", f"/guilds/{guild.id}/roles/{crew_id}")
    assert list(guild.webhooks) == [2]
    rule = guild.auto_moderation[3]
    assert (rule.exempt_roles, rule.exempt_channels) == ([], [other_id])


async def test_a_create_takes_a_hundred_overwrites(sim: Control, rest: Rest) -> None:
    made = await sim.guild(roles=[{"name": f"r{number}"} for number in range(101)])
    path = f"/guilds/{made['id']}/channels"
    rows = [{"id": each, "type": 0, "allow": "1024"} for each in list(made["roles"].values())[1:102]]
    assert len(rows) == 101
    body = {"name": "n", "permission_overwrites": rows}
    assert await rest.refused("POST", path, body) == (400, 50035)
    channel = await rest.ok("POST", path, body | {"permission_overwrites": rows[:100]})
    assert len(channel["permission_overwrites"]) == 100

"""Editing and deleting messages, one and many, and who is told of it."""

from bot.simulator import Simulator
from bot.simulator.events import KNOWN_INTENTS
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.test_messages import EMBED, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, harbour

MESSAGES, TYPING = 1 << 9, 1 << 11
DAY = 86_400


# Editing


async def test_only_the_author_edits_but_moderators_may_hide_embeds(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim)
    first = (await sim.edit("ada", "POST", paths["log"], {"content": "x", "embeds": [EMBED]}))["body"]
    one, ear = f"{paths['log']}/{first['id']}", Ear(simulator)
    assert await rest.refused("PATCH", one, {"content": "y"}) == (403, 50005)
    assert await rest.refused("PATCH", one, {"flags": SUPPRESS_EMBEDS, "content": "y"}) == (403, 50005)
    hidden = await rest.ok("PATCH", one, {"flags": SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS})
    assert (hidden["embeds"], hidden["flags"], hidden["edited_timestamp"]) == ([], SUPPRESS_EMBEDS, None)
    [(_, told)] = ear.take("MESSAGE_UPDATE")
    assert (told["embeds"], told["channel_id"], told["channel_type"]) == ([], first["channel_id"], 0)
    assert (await rest.ok("PATCH", one, {"flags": None}))["flags"] == SUPPRESS_EMBEDS
    shown = await rest.ok("PATCH", one, {"flags": 0})
    assert [embed["title"] for embed in shown["embeds"]] == ["t"]
    refused = await sim.edit("grace", "PATCH", one, {"flags": SUPPRESS_EMBEDS})
    assert (refused["status"], refused["body"]["code"]) == (403, 50013)


async def test_an_edit_replaces_what_it_names(sim: Control, rest: Rest, simulator: Simulator) -> None:
    paths = await harbour(sim)
    body = {"content": "x", "embeds": [EMBED], "flags": SUPPRESS_NOTIFICATIONS, "tts": True}
    sent = await rest.ok("POST", paths["log"], body)
    one = f"{paths['log']}/{sent['id']}"
    ear = Ear(simulator)
    edited = await rest.ok("PATCH", one, {"content": "y", "flags": 0})
    assert [(name, data["tts"]) for name, data in ear.take()] == [("MESSAGE_UPDATE", False)]
    assert (edited["content"], edited["embeds"], edited["flags"]) == (
        "y",
        [{"type": "rich", "title": "t"}],
        SUPPRESS_NOTIFICATIONS,
    )
    assert edited["edited_timestamp"] > sent["timestamp"]
    assert await rest.refused("PATCH", one, {"content": None, "embeds": []}) == (400, 50006)
    assert (await rest.ok("PATCH", one, {"embeds": None}))["embeds"] == []


async def test_a_system_message_can_be_neither_edited_nor_always_deleted(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim)
    ids = [(await rest.ok("POST", paths["log"], {"content": "x"}))["id"] for _ in range(2)]
    channel = simulator.world.find_channel(int(paths["log"].split("/")[2]))[1]
    for kind, deletable in ((6, True), (4, False)):
        channel.messages[int(ids[0])].type = kind
        one = f"{paths['log']}/{ids[0]}"
        assert await rest.refused("PATCH", one, {"content": "y"}) == (400, 50021)
        if not deletable:
            assert await rest.refused("DELETE", one) == (400, 50021)
            assert await rest.refused("POST", f"{paths['log']}/bulk-delete", {"messages": ids}) == (
                400,
                50021,
            )
    assert len(await rest.ok("GET", paths["log"])) == 2


# Deleting


async def test_deleting_for_others_needs_permission_and_leaves_an_entry(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim, bot_permissions=["VIEW_CHANNEL", "VIEW_AUDIT_LOG"])
    theirs = (await sim.edit("ada", "POST", paths["log"], {"content": "x"}))["body"]
    own = await rest.ok("POST", paths["log"], {"content": "x"})
    ear = Ear(simulator)
    assert await rest.refused("DELETE", f"{paths['log']}/{theirs['id']}") == (403, 50013)
    await rest.ok("DELETE", f"{paths['log']}/{own['id']}")
    assert [data["id"] for _, data in ear.take()] == [own["id"]]
    assert (await sim.edit("owner", "DELETE", f"{paths['log']}/{theirs['id']}"))["status"] == 204
    [(_, gone), (_, entry)] = ear.take()
    assert (gone["id"], entry["action_type"], entry["target_id"]) == (
        theirs["id"],
        72,
        theirs["author"]["id"],
    )
    assert entry["options"] == {"channel_id": theirs["channel_id"], "count": "1"}


async def test_many_messages_are_deleted_in_one_event(sim: Control, rest: Rest, simulator: Simulator) -> None:
    paths = await harbour(sim)
    ids = [(await rest.ok("POST", paths["log"], {"content": "x"}))["id"] for _ in range(3)]
    ear, deaf = Ear(simulator), Ear(simulator, KNOWN_INTENTS & ~MESSAGES)
    body = {"messages": [ids[0], "1", ids[2]]}
    await rest.ok("POST", f"{paths['log']}/bulk-delete", body, X_Audit_Log_Reason="tidy")
    [(name, gone), (_, entry)] = ear.take()
    assert (name, gone["ids"], set(gone)) == (
        "MESSAGE_DELETE_BULK",
        [ids[0], ids[2]],
        {"ids", "channel_id", "guild_id"},
    )
    assert (entry["action_type"], entry["target_id"], entry["options"], entry["reason"]) == (
        73,
        gone["channel_id"],
        {"count": "2"},
        "tidy",
    )
    assert deaf.names() == []
    assert [message["id"] for message in await rest.ok("GET", paths["log"])] == [ids[1]]
    await rest.ok("POST", f"{paths['log']}/bulk-delete", {"messages": ["1", "2"]})
    assert ear.take() == []


async def test_bulk_deletion_is_all_or_nothing(sim: Control, rest: Rest) -> None:
    paths = await harbour(sim)
    bulk = f"{paths['log']}/bulk-delete"
    old = (await rest.ok("POST", paths["log"], {"content": "old"}))["id"]
    await sim("POST", "/clock", {"advance": 14 * DAY + 60})
    new = [(await rest.ok("POST", paths["log"], {"content": "new"}))["id"] for _ in range(2)]
    for wrong, code in (
        ([new[0]], 50016),
        ([], 50016),
        ([str(each) for each in range(1, 102)], 50016),
        ([old, new[0]], 50034),
        ([new[0], new[0]], 50035),
        ([new[0], "x"], 50035),
        (None, 50035),
    ):
        assert await rest.refused("POST", bulk, {"messages": wrong}) == (400, code)
    assert len(await rest.ok("GET", paths["log"])) == 3
    await rest.ok("POST", bulk, {"messages": new})
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    own = [(await rest.ok("POST", paths["log"], {"content": "x"}))["id"] for _ in range(2)]
    assert await rest.refused("POST", f"{paths['log']}/bulk-delete", {"messages": own}) == (403, 50013)


# Typing, and who is told


async def test_typing_is_told_to_whom_it_may_concern(sim: Control, rest: Rest, simulator: Simulator) -> None:
    paths = await harbour(sim)
    channel = paths["log"].removesuffix("/messages")
    ear, deaf = Ear(simulator), Ear(simulator, KNOWN_INTENTS & ~TYPING)
    await rest.ok("POST", f"{channel}/typing")
    assert (await sim.edit("ada", "POST", f"{channel}/typing"))["status"] == 204
    told = [data for _, data in ear.take()]
    assert [data["member"]["user"]["id"] for data in told] == [data["user_id"] for data in told]
    assert set(told[1]) == {"channel_id", "guild_id", "user_id", "timestamp", "member"}
    assert deaf.names() == []
    assert (await sim("GET", "/effects"))["items"] == []
    silent = await harbour(sim, "VIEW_CHANNEL")
    assert await rest.refused("POST", silent["log"].replace("messages", "typing")) == (403, 50013)
    assert await rest.refused("POST", paths["Deck"].replace("messages", "typing")) == (400, 50008)


async def test_what_happens_in_hidden_channels_is_not_told(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    paths = await harbour(sim, "VIEW_CHANNEL", "SEND_MESSAGES")
    ear = Ear(simulator)
    hidden = paths["hidden"]
    ids = [(await sim.edit("owner", "POST", hidden, {"content": "x"}))["body"]["id"] for _ in range(3)]
    await sim.edit("owner", "POST", hidden.replace("messages", "typing"))
    await sim.edit("owner", "DELETE", f"{hidden}/{ids[0]}")
    await sim.edit("owner", "POST", f"{hidden}/bulk-delete", {"messages": ids[1:]})
    assert ear.names() == []

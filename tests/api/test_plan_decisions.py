"""What an asker decides about a plan: which node is which object, what becomes of the rest, what it is about."""

from typing import Any

from msgspec.structs import replace

from core.discord.images import hash_of
from core.discord.types import Channel
from tests.api.world import Api
from tests.builders.core import powers, snapshot, snowflake
from tests.simulator.pictures import png

CHAT: dict[str, Any] = {"key": "chat", "type": "text", "name": "chat"}


async def guild_of(api: Api, *channels: Channel) -> str:
    seen = replace(snapshot(channels=0), channels=channels, emojis=())
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)
    return seen.guild_id


async def asked(api: Api, guild: str, *nodes: dict[str, Any], **options: Any) -> Any:
    template = await api.template(document={"guildwright": 1, "channels": list(nodes)})
    return await api.post(f"/guilds/{guild}/plans", json={"template_id": template["id"], **options})


async def test_a_question_blocks_the_plan_until_it_is_answered(api: Api) -> None:
    one, two = snowflake(), snowflake()
    guild = await guild_of(api, *(Channel(id=each, type="text", name="chat") for each in (one, two)))
    plan = (await asked(api, guild, {**CHAT, "topic": "t"})).json()
    assert [q["nodes"] for q in plan["questions"]] == [["chat"]]
    assert {c["id"] for c in plan["questions"][0]["candidates"]} == {one, two}
    blocked = await api.post(f"/plans/{plan['id']}/apply")
    assert (blocked.status_code, blocked.json()["code"]) == (409, "plan_blocked")
    answered = (await asked(api, guild, {**CHAT, "topic": "t"}, mappings={"chat": two})).json()
    assert (answered["questions"], answered["blockers"]) == ([], [])
    assert [step["channel_id"] for step in answered["steps"]] == [two]
    assert answered["mappings"] == {"chat": two}


async def test_an_answer_that_cannot_be_is_refused_with_its_pointer(api: Api) -> None:
    voice = snowflake()
    guild = await guild_of(api, Channel(id=voice, type="voice", name="chat"))
    refused = await asked(api, guild, CHAT, mappings={"chat": voice, "none": "new"})
    assert refused.status_code == 422, refused.json()
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/mappings/chat", "does_not_fit"),
        ("/mappings/none", "unknown_key"),
    ]


async def test_exact_archives_and_deletes_only_where_it_is_told_to(api: Api) -> None:
    old = snowflake()
    guild = await guild_of(api, Channel(id=old, type="text", name="old"))
    plan = (await asked(api, guild, CHAT, mode="exact", archive={"name": "Attic"})).json()
    done = [(step["do"], step.get("key") or step.get("channel_id")) for step in plan["steps"]]
    assert done == [("create_channel", "chat"), ("create_channel", "~archive"), ("edit_channel", old)]
    assert (plan["blockers"], plan["archive"]["name"]) == ([], "Attic")
    extras = {"channels": "delete"}
    unconfirmed = (await asked(api, guild, CHAT, mode="exact", extras=extras)).json()
    assert [b["code"] for b in unconfirmed["blockers"]] == ["destructive"]
    sure = (await asked(api, guild, CHAT, mode="exact", extras=extras, confirm_destructive=True)).json()
    assert [step["do"] for step in sure["steps"]] == ["create_channel", "delete_channel"]
    assert sure["extras"] == {**plan["extras"], "channels": "delete"}


async def test_a_plan_is_about_the_selected_parts(api: Api) -> None:
    guild = await guild_of(api)
    chosen = {"kinds": ["guild"], "nodes": ["chat"]}
    talk = {"key": "talk", "type": "text", "name": "talk"}
    plan = (await asked(api, guild, CHAT, talk, only=chosen)).json()
    assert [step["id"] for step in plan["steps"]] == ["create_channel:chat"]
    assert plan["only"] == chosen
    refused = await asked(api, guild, CHAT, only={"nodes": ["none"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/only/nodes/0")


async def test_what_the_guild_protects_is_protected_from_every_plan_also_from_one_made_before(
    api: Api,
) -> None:
    chat = snowflake()
    guild = await guild_of(api, Channel(id=chat, type="text", name="chat"))
    before = (await asked(api, guild, {**CHAT, "topic": "t"})).json()
    assert [step["channel_id"] for step in before["steps"]] == [chat]
    changed = await api.client.patch(f"/api/v1/guilds/{guild}/settings", json={"protected_ids": [chat]})
    assert changed.status_code == 200, changed.json()
    plan = (await asked(api, guild, {**CHAT, "topic": "t"})).json()
    assert (plan["steps"], plan["protected"]) == ([], [chat])
    assert [w["code"] for w in plan["warnings"]] == ["protected"]
    late = await api.post(f"/plans/{before['id']}/apply")
    assert (late.status_code, late.json()["code"]) == (409, "plan_stale")


async def test_a_picture_that_discord_would_not_take_blocks_the_plan_before_it_is_applied(api: Api) -> None:
    guild = await guild_of(api)
    large = png() + bytes(300 * 1024)
    for content, code in ((None, "picture_missing"), (large, "file_too_large"), (png(3), None)):
        image = hash_of(content or b"nowhere")
        if content:
            assert (await api.post("/images", content=content)).status_code == 201
        document = {"guildwright": 1, "emojis": [{"key": "anchor", "name": "anchor", "image": image}]}
        template = await api.template(document=document)
        plan = (await api.post(f"/guilds/{guild}/plans", json={"template_id": template["id"]})).json()
        found = [(blocker["code"], blocker["node"]) for blocker in plan["blockers"]]
        assert found == ([(code, "anchor")] if code else [])

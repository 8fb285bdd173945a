"""What an asker decides about a plan: which node is which object."""

from typing import Any

from msgspec.structs import replace

from core.discord.types import Channel
from tests.api.world import Api
from tests.builders.core import powers, snapshot, snowflake

CHAT: dict[str, Any] = {"key": "chat", "type": "text", "name": "chat"}


async def guild_of(api: Api, *channels: Channel) -> str:
    seen = replace(snapshot(channels=0), channels=channels)
    async with api.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen))
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

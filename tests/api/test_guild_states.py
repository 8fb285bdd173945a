"""Where nothing can be done, nothing is asked for: the answer names the guild's state."""

from typing import Any, get_args

import pytest

from core.guilds.schemas import GuildState
from tests.api.people import someone
from tests.api.test_job_input import VALID
from tests.api.world import Api, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLOSED = sorted(set(get_args(GuildState)) - {"approved"})


@pytest.fixture
def api(module_api: Api) -> Api:
    module_api.rings.rung.clear()
    return module_api


async def in_state(api: Api, state: str) -> str:
    guild_id = await api.guild()
    await api.execute(f"UPDATE guilds SET state = '{state}' WHERE id = {guild_id}")
    return guild_id


async def asked(api: Api, path: str, body: Any = None) -> dict[str, Any]:
    before = await api.rows()
    headers = {"Idempotency-Key": "once", "Prefer": "wait=1"}
    return await refused(api, await api.post(path, json=body, headers=headers), before, 409)


@pytest.mark.parametrize("state", CLOSED)
async def test_no_kind_is_asked_for_in_a_guild_that_is_not_approved(api: Api, state: str) -> None:
    guild_id = await in_state(api, state)
    for kind, payload in VALID.items():
        problem = await asked(api, f"/guilds/{guild_id}/jobs", {"payload": {"kind": kind, **payload}})
        assert problem["code"] == "guild_state", kind
        assert f"Guild {guild_id} is in state {state}" in problem["detail"], kind


@pytest.mark.parametrize("guild_id", ["1", "99999999999999999999", "harbour", "0"])
async def test_a_guild_that_was_never_heard_of_is_in_state_unknown(api: Api, guild_id: str) -> None:
    for kind, payload in VALID.items():
        problem = await asked(api, f"/guilds/{guild_id}/jobs", {"payload": {"kind": kind, **payload}})
        assert (problem["code"], "is in state unknown" in problem["detail"]) == ("guild_state", True), kind


async def test_one_in_which_the_asker_is_nobody_is_not_found_as_everywhere_else(api: Api) -> None:
    guild_id = await api.guild()
    person = await someone(api)
    for kind, payload in VALID.items():
        body = {"payload": {"kind": kind, **payload}}
        answer = await person.ask("POST", f"/guilds/{guild_id}/jobs", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), kind


@pytest.mark.parametrize("state", CLOSED)
async def test_nor_are_captures_syncs_and_applies(api: Api, state: str) -> None:
    guild_id, template = await api.guild(), await api.template()
    plan = (await api.post(f"/guilds/{guild_id}/plans", json={"template_id": template["id"]})).json()
    await api.execute(f"UPDATE guilds SET state = '{state}' WHERE id = {guild_id}")
    for path in (f"/guilds/{guild_id}/captures", f"/guilds/{guild_id}/sync", f"/plans/{plan['id']}/apply"):
        problem = await asked(api, path)
        assert (problem["code"], state in problem["detail"]) == ("guild_state", True), path


async def test_what_was_asked_for_before_can_still_be_called_off_but_not_asked_for_again(api: Api) -> None:
    await api.keep_bot()
    guild_id = await api.guild()
    jobs = [(await api.post(f"/guilds/{guild_id}/sync")).json()["id"] for _ in range(2)]
    await api.execute(
        f"UPDATE guilds SET state = 'suspended' WHERE id = {guild_id}",
        f"UPDATE jobs SET state = 'failed' WHERE id = '{jobs[1]}'",
    )
    assert (await api.post(f"/jobs/{jobs[0]}/cancel")).json()["state"] == "cancelled"
    api.rings.rung.clear()
    problem = await asked(api, f"/jobs/{jobs[1]}/retry")
    assert (problem["code"], "suspended" in problem["detail"]) == ("guild_state", True)

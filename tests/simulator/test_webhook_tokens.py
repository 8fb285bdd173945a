"""Tokens of webhooks: who is shown them, what they open, and where they never appear."""

from typing import Any

import httpx
import msgspec
import pytest

from bot.simulator.clock import Clock
from bot.simulator.ratelimits import PROFILES, Limits
from tests.simulator.calls import Control, Rest
from tests.simulator.webhook_guild import SPEC, hook
from tests.simulator.webhook_tour import PNG


@pytest.fixture
async def made(sim: Control) -> Any:
    return await sim.guild(**SPEC)


async def test_a_token_is_seen_by_its_application_only_and_a_persons_by_all_managers(
    sim: Control, rest: Rest, made: Any
) -> None:
    path = f"/channels/{made['channels']['log']}/webhooks"
    mine = await hook(rest, made)
    hers = (await sim.edit("ada", "POST", path, {"name": "Ada's"}))["body"]
    its = (await sim.edit("robot", "POST", path, {"name": "Robot's"}))["body"]
    assert (hers["application_id"], its["application_id"]) == (None, made["members"]["robot"])
    tokens = {each["id"]: each["token"] for each in (mine, hers, its)}

    def seen(listed: Any) -> set[str]:
        assert all(tokens[each["id"]] == each["token"] for each in listed if "token" in each)
        return {each["id"] for each in listed if "token" in each}

    assert seen(await rest.ok("GET", path)) == {mine["id"], hers["id"]}
    assert seen(await rest.ok("GET", f"/guilds/{made['id']}/webhooks")) == {mine["id"], hers["id"]}
    assert seen((await sim.edit("ada", "GET", path))["body"]) == {hers["id"]}
    assert seen((await sim.edit("robot", "GET", path))["body"]) == {hers["id"], its["id"]}


async def test_an_application_reads_its_own_without_permission(sim: Control, rest: Rest, made: Any) -> None:
    mine = await hook(rest, made)
    path = f"/channels/{made['channels']['log']}/webhooks"
    hers = (await sim.edit("ada", "POST", path, {"name": "Ada's"}))["body"]
    await sim("DELETE", f"/guilds/{made['id']}/bot")
    await sim("POST", f"/guilds/{made['id']}/bot", {"permissions": []})
    assert await rest.ok("GET", f"/webhooks/{mine['id']}") == mine
    assert await rest.refused("GET", f"/webhooks/{hers['id']}") == (403, 50013)
    assert await rest.refused("PATCH", f"/webhooks/{mine['id']}", {"name": "x"}) == (403, 50013)
    assert await rest.refused("DELETE", f"/webhooks/{mine['id']}") == (403, 50013)


async def test_a_token_is_enough_to_read_edit_and_delete(
    rest: Rest, made: Any, http: httpx.AsyncClient
) -> None:
    webhook = await hook(rest, made, avatar=PNG)
    path = f"/api/v10/webhooks/{webhook['id']}/{webhook['token']}"
    shown = {key: value for key, value in webhook.items() if key != "user"}
    assert (await http.get(path)).json() == shown
    body = {"name": "Terns", "avatar": None, "channel_id": made["channels"]["den"]}
    edited = await http.patch(path, json=body)
    assert edited.json() == shown | {"name": "Terns", "avatar": None}
    assert (await http.delete(path)).status_code == 204
    assert await rest.refused("GET", f"/webhooks/{webhook['id']}") == (404, 10015)


@pytest.mark.parametrize(("method", "rest_of_path"), [
    ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", ""),
    ("GET", "/messages/1"), ("PATCH", "/messages/1"), ("DELETE", "/messages/1"),
])  # fmt: skip
async def test_id_and_token_must_belong_together(
    rest: Rest, made: Any, method: str, rest_of_path: str
) -> None:
    one, two = await hook(rest, made), await hook(rest, made)
    body = {"content": "mew"}
    path = f"/webhooks/{one['id']}/{two['token']}{rest_of_path}"
    assert await rest.refused(method, path, body) == (401, 50027)
    path = f"/webhooks/1/{two['token']}{rest_of_path}"
    assert await rest.refused(method, path, body) == (404, 10015)


async def test_no_log_and_no_dump_knows_a_token(rest: Rest, sim: Control, made: Any) -> None:
    webhook = await hook(rest, made)
    path = f"/webhooks/{webhook['id']}/{webhook['token']}"
    await rest.ok("GET", path)
    await rest.ok("PATCH", path, {"name": "Terns"})
    spoken = await rest.ok("POST", f"{path}?wait=true", {"content": "mew"})
    await rest.ok("DELETE", f"{path}/messages/{spoken['id']}")
    assert await rest.refused("POST", f"{path}/slack", {"text": "mew"}) == (404, 0)
    assert await rest.refused("GET", f"/webhooks//{webhook['token']}") == (400, 50035)
    await sim.edit("owner", "POST", path, {"content": "mew"})
    everything = [await sim("GET", f"/{name}") for name in ("requests", "effects", "state", "gateway")]
    everything += [await sim.dump(made["id"]), await rest.ok("GET", f"/guilds/{made['id']}/audit-logs")]
    assert webhook["token"] not in msgspec.json.encode(everything).decode()
    paths = [each["path"] for each in everything[0]["items"]]
    assert f"/webhooks/{webhook['id']}/{{token}}/messages/{spoken['id']}" in paths


def test_calls_by_token_are_counted_for_the_token_and_not_for_the_bot() -> None:
    limits = Limits(Clock(), PROFILES["discord"])
    managed, keyed = "/webhooks/{webhook_id}", "/webhooks/{webhook_id}/{webhook_token}"

    def waits(caller: str, template: str, **params: str) -> bool:
        return limits.spend(caller, "GET", template, params).refusal is not None

    assert not any(waits("bot", "/guilds/{guild_id}", guild_id=str(number)) for number in range(50))
    assert waits("bot", managed, webhook_id="1")
    assert not any(waits("anybody", keyed, webhook_id="1", webhook_token="a") for _ in range(10))
    assert waits("anybody", keyed, webhook_id="1", webhook_token="a")
    assert not waits("anybody", keyed, webhook_id="1", webhook_token="b")

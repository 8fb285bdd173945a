"""What is offered while somebody types into an option."""

import pytest

from bot.simulator import build
from tests.simulator.provoking import Ground, ground

HELLO = {
    "name": "hello",
    "description": "d",
    "options": [{"type": 3, "name": "whom", "description": "d", "autocomplete": True}],
}


async def typing(at: Ground) -> str:
    """Somebody types; the path of the callback."""
    await at.ok("POST", at.path("{app}/commands"), HELLO)
    used = {
        "guild_id": at.harbour["id"],
        "user": "ada",
        "type": "autocomplete",
        "name": "hello",
        "timeout": 0,
    }
    begun = (await at.wire.control("POST", "/interactions", used | {"options": {"whom": "a"}})).body["id"]
    return f"/interactions/{begun}/{at.simulator.world.interactions.by_id[int(begun)].token}/callback"


@pytest.mark.parametrize(
    ("values", "status"), [(["a", "b"], 204), ([1, 2.5], 204), (["a", 1], 400), ([1.5, "2"], 400)]
)
async def test_the_values_of_choices_are_all_texts_or_all_numbers(values: list[object], status: int) -> None:
    at = await ground(build())
    path = await typing(at)
    choices = [{"name": f"n{number}", "value": value} for number, value in enumerate(values)]
    reply = await at.wire("POST", path, {"type": 8, "data": {"choices": choices}})
    assert reply.status == status
    if status == 400:
        assert reply.body["errors"]["data"]["choices"]["_errors"][0]["code"] == "UNION_TYPE_CHOICES"
        assert (await at.wire("POST", path, {"type": 8, "data": {"choices": choices[:1]}})).status == 204

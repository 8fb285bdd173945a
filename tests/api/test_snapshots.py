"""Captures and what they keep."""

import pytest

from tests.api.world import Api, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    module_api.rings.rung.clear()
    return module_api


async def test_a_capture_can_be_named_and_renamed(api: Api) -> None:
    guild = await api.guild()
    await api.post(f"/guilds/{guild}/captures", json={"label": "before the move"})
    await api.work()
    [item] = (await api.get(f"/guilds/{guild}/snapshots")).json()["items"]
    assert (item["label"], item["reason"], item["members"]) == ("before the move", "capture", None)
    path = f"/guilds/{guild}/snapshots/{item['id']}"
    for label in ("after it", None):
        edited = await api.client.patch(f"/api/v1{path}", json={"label": label})
        assert (edited.status_code, edited.json()["label"]) == (200, label)
        assert (await api.get(path)).json()["label"] == label


async def test_members_roles_are_not_kept_where_the_guild_does_not_allow_it(api: Api) -> None:
    guild = await api.guild()
    before = await api.rows()
    answer = await api.post(f"/guilds/{guild}/captures", json={"members": True})
    assert (await refused(api, answer, before, 409))["code"] == "members_not_kept"
    bad = await api.post(f"/guilds/{guild}/captures", json={"label": ""})
    assert (await refused(api, bad, before, 422))["errors"][0]["pointer"] == "/label"

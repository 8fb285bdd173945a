"""Settings of a guild act at once, and say what is wrong with them."""

from tests.api.world import Api

MERGE = {"Content-Type": "application/merge-patch+json"}


async def test_settings_have_defaults_and_remember_changes(api: Api) -> None:
    guild = await api.guild()
    before = await api.get(f"/guilds/{guild}/settings")
    assert (before.json()["drift"], before.json()["approval_required"]) == ("report", False)
    channel = "1234567890123456"
    changed = await api.client.patch(
        f"/api/v1/guilds/{guild}/settings",
        json={"drift": "alert", "drift_channel_id": channel, "protected_ids": [channel, channel]},
        headers={**MERGE, "If-Match": before.headers["etag"]},
    )
    assert changed.status_code == 200, changed.json()
    after = (await api.get(f"/guilds/{guild}/settings")).json()
    assert after == changed.json()
    assert (after["drift"], after["drift_channel_id"], after["protected_ids"]) == (
        "alert",
        channel,
        [channel],
    )
    cleared = await api.client.patch(
        f"/api/v1/guilds/{guild}/settings", json={"drift_channel_id": None}, headers=MERGE
    )
    assert cleared.json()["drift_channel_id"] is None
    stale = await api.client.patch(
        f"/api/v1/guilds/{guild}/settings",
        json={"drift": "off"},
        headers={**MERGE, "If-Match": before.headers["etag"]},
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")


async def test_what_cannot_be_is_refused_with_its_pointer(api: Api) -> None:
    guild = await api.guild()
    for said, pointer in (
        ({"drift": "always"}, "/drift"),
        ({"drift_channel_id": "general"}, "/drift_channel_id"),
        ({"protected_ids": ["1", "two"]}, "/protected_ids/1"),
        ({"snapshot_retention_days": 0}, "/snapshot_retention_days"),
        ({"approval": True}, ""),
    ):
        refused = await api.client.patch(f"/api/v1/guilds/{guild}/settings", json=said, headers=MERGE)
        assert refused.status_code == 422, said
        assert refused.json()["errors"][0]["pointer"].startswith(pointer), refused.json()
    assert (await api.get(f"/guilds/{guild}/settings")).json()["drift"] == "report"


async def test_settings_outlive_what_the_gateway_tells(api: Api) -> None:
    guild = await api.guild()
    await api.client.patch(
        f"/api/v1/guilds/{guild}/settings", json={"approval_required": True}, headers=MERGE
    )
    async with api.database.unit() as unit:
        await unit.guilds.leave(guild)
        assert (await unit.guild_options.of(guild)).approval_required

"""What drift is measured by: the version with the guild's own values, and nodes that are known from its first day."""

from msgspec.structs import replace

from tests.api.drifting import active, found, stored
from tests.api.world import Api


async def test_a_guild_is_measured_with_its_own_values(api: Api) -> None:
    seen = await active(api)
    assert await found(api, seen.guild_id) == []


async def test_a_rename_after_the_version_became_active_is_a_rename(api: Api) -> None:
    seen = await active(api)
    await stored(api, replace(seen, channels=(replace(seen.channels[0], name="lobby"),)))
    assert await found(api, seen.guild_id) == [("changed", "name", "lobby")]

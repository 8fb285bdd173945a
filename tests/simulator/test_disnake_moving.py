"""disnake's public methods for categories, places, sets and orders; its cache is compared after each step."""

from typing import Any

import disnake
import pytest
from disnake import PermissionOverwrite as Allows

from tests.simulator.ships import Ship


async def test_categories_are_made_filled_edited_and_deleted(ship: Ship) -> None:
    made = await ship.guild.create_category("The Galley", overwrites=ship.sets, position=3, reason="why")
    category = await ship.cached(made)
    makers: list[Any] = [
        category.create_text_channel,
        category.create_voice_channel,
        category.create_stage_channel,
        category.create_forum_channel,
        category.create_media_channel,
    ]
    for make in makers:
        channel = await ship.cached(await make("inside"))
        assert channel.permissions_synced
    clone = await category.clone(name="copy", position=4, overwrites={})
    await ship.agree()
    assert (clone.name, clone.overwrites) == ("copy", {})
    await category.edit(
        name="Mess", nsfw=False, overwrites={ship.crew: Allows(connect=False)}, flags=disnake.ChannelFlags()
    )
    await ship.agree()
    assert category.name == "Mess"
    assert all(channel.permissions_synced for channel in category.channels)
    assert {len(channel.overwrites) for channel in category.channels} == {1}
    await category.edit(position=0)
    await ship.agree()
    assert ship.guild.categories[0] == category
    inside = category.channels
    await category.delete(reason="why")
    await ship.agree()
    assert {channel.category for channel in inside} == {None}


async def test_channels_move_within_and_between_categories(ship: Ship) -> None:
    guild = ship.guild
    made = [await guild.create_text_channel(name, category=ship.deck) for name in "abcd"]
    first, second, third, fourth = [await ship.cached(channel) for channel in made]

    def order(category: disnake.CategoryChannel | None) -> str:
        found = sorted(guild.text_channels, key=lambda channel: (channel.position, channel.id))
        return "".join(channel.name for channel in found if channel.category == category)

    await fourth.move(beginning=True)
    await ship.agree()
    assert order(ship.deck) == "dabc"
    await fourth.move(end=True, offset=-1)
    await ship.agree()
    assert order(ship.deck) == "abdc"
    await third.move(before=first)
    await ship.agree()
    assert order(ship.deck) == "cabd"
    await third.move(after=second, reason="why")
    await ship.agree()
    assert order(ship.deck) == "abcd"
    await first.move(end=True, category=ship.hold)
    await ship.agree()
    assert (order(ship.deck), order(ship.hold), first.permissions_synced) == ("bcd", "a", False)
    await second.move(beginning=True, category=ship.hold, sync_permissions=True)
    await ship.agree()
    assert (order(ship.hold), second.permissions_synced) == ("ba", True)
    await third.move(beginning=True, category=None)
    await ship.agree()
    assert (order(ship.deck), order(None), third.category) == ("d", "c", None)
    await third.edit(position=3, category=ship.hold, sync_permissions=True)
    await ship.agree()
    assert (third.category, third.permissions_synced) == (ship.hold, True)
    await first.edit(sync_permissions=True)
    await ship.agree()
    assert first.overwrites == ship.hold.overwrites
    await fourth.edit(category=ship.hold, sync_permissions=True)
    await ship.agree()
    assert fourth.permissions_synced


async def test_sets_are_written_and_follow_their_category(ship: Ship) -> None:
    guild, crew = ship.guild, ship.crew
    channel = await ship.cached(await guild.create_text_channel("log", category=ship.deck))
    ada = guild.get_member_named("ada")
    assert ada is not None
    await ship.deck.set_permissions(crew, view_channel=True, send_messages=True, reason="why")
    await ship.agree()
    assert channel.permissions_synced, "a synced child follows its category"
    await channel.set_permissions(ada, overwrite=Allows(view_channel=True, connect=False))
    await ship.agree()
    assert not channel.permissions_synced
    await ship.deck.set_permissions(crew, overwrite=None)
    await ship.agree()
    assert channel.overwrites_for(crew).send_messages, "one with a set of its own does not"
    await channel.set_permissions(crew, overwrite=None)
    await ship.agree()
    await channel.set_permissions(ada, overwrite=None)
    await ship.agree()
    assert channel.permissions_synced
    await ship.deck.edit(overwrites={ada: Allows(attach_files=False)})
    await ship.agree()
    assert channel.overwrites_for(ada).attach_files is False
    with pytest.raises(disnake.NotFound):
        await channel.set_permissions(crew, overwrite=None)


async def test_roles_are_ordered(ship: Ship) -> None:
    guild = ship.guild
    first, second, third = (role for role in guild.roles if role.name in ("a", "b", "c"))
    await guild.edit_role_positions({first: 3, second: 1, third: 2}, reason="why")
    await ship.agree()
    found = {role.name: role.position for role in await guild.fetch_roles()}
    assert (found["a"], found["b"], found["c"]) == (3, 1, 2)
    assert [role.name for role in guild.roles if role.name in ("a", "b", "c")] == ["b", "c", "a"]
    entry = await anext(guild.audit_logs(limit=1))
    assert (entry.action, entry.reason) == (disnake.AuditLogAction.role_update, "why")

"""Drift on the wire: what a person changes by hand is seen, told, put back and taken over; what a job did is none."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from core.actions.payloads import ChannelLock
from core.clock import utc_now
from core.discord.permissions import Permission
from core.drift.schemas import DriftItem
from core.templates.plan import PlanOptions

from .conftest import Discord, seen
from .drifting import (
    DOCUMENT,
    applied,
    channel_id,
    edit,
    ended,
    harbour,
    items,
    once_there_are,
    once_webhooks_are_known,
    reverts,
    told,
    topic,
    wants,
)
from .road import Road


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    async with harbour(discord, database_url, redis_url) as road:
        yield road


async def test_what_a_person_changes_is_an_item_with_field_old_new_who_and_when(road: Road) -> None:
    await applied(road)
    assert await items(road, None) == ()
    news = await channel_id(road, "news")
    begun = utc_now()
    await edit(road, "PATCH", f"/channels/{news}", {"topic": "Nothing"})
    [item] = await once_there_are(road, 1)
    print(f"visible after {(utc_now() - begun).total_seconds():.2f} s")
    assert (item.what, item.kind, item.object_id, item.key, item.name) == (
        "changed",
        "channel",
        news,
        "news",
        "news",
    )
    assert (item.field, item.wanted, item.found) == ("topic", "What is new", "Nothing")
    assert (item.user_id, item.user_name) == (str(road.guild["members"]["olga"]), "olga")
    assert abs(item.at - begun) < timedelta(seconds=2)


async def test_what_was_deleted_and_what_was_added_since_are_items_and_what_was_there_before_is_none(
    road: Road,
) -> None:
    await applied(road)
    await edit(road, "DELETE", f"/channels/{await channel_id(road, 'log')}")
    await edit(road, "POST", f"/guilds/{road.guild_id}/roles", {"name": "Pirates"})
    found = await once_there_are(road, 2)
    assert {(each.what, each.kind, each.name, each.user_name) for each in found} == {
        ("missing", "channel", "log", "olga"),
        ("added", "role", "Pirates", "olga"),
    }


async def test_what_is_put_right_by_hand_is_resolved_and_counts_when_it_comes_again(road: Road) -> None:
    await applied(road)
    news = await channel_id(road, "news")
    for times in (1, 2):
        await edit(road, "PATCH", f"/channels/{news}", {"topic": "Nothing"})
        [item] = await once_there_are(road, 1)
        assert item.times == times
        await edit(road, "PATCH", f"/channels/{news}", {"topic": "What is new"})
        [item] = await once_there_are(road, 1, "resolved")
        assert item.settled_at is not None


async def test_a_job_of_ours_makes_no_drift_and_ends_what_it_puts_right(road: Road) -> None:
    template = await applied(road)
    await edit(road, "DELETE", f"/channels/{await channel_id(road, 'log')}")
    await once_there_are(road, 1)
    async with road.database.unit() as unit:
        plan = await unit.plans.create(road.owner, road.guild_id, template.id, None, PlanOptions())
        job = await unit.plans.request_apply(road.owner, plan.id)
    assert (await ended(road, job)).state == "succeeded"
    [item] = await once_there_are(road, 1, "resolved")
    assert item.name == "log"
    assert len(await items(road, None)) == 1


async def test_what_a_job_of_ours_did_on_purpose_is_accepted(road: Road) -> None:
    await applied(road)
    news = await channel_id(road, "news")
    async with road.database.unit() as unit:
        job = await unit.actions.request(road.owner, road.guild_id, ChannelLock(channel_id=news))
    assert (await ended(road, job)).state == "succeeded"
    found = await once_there_are(road, 1, "accepted")
    assert found[0].object_id == news
    assert await items(road) == ()


async def test_an_alert_is_one_message_for_all_that_drifted_at_once(road: Road) -> None:
    await applied(road)
    alarm = await channel_id(road, "alarm")
    await wants(road, "alert", alarm)
    news = await channel_id(road, "news")
    await edit(road, "PATCH", f"/channels/{news}", {"topic": "Nothing", "nsfw": True, "name": "fake-news"})
    await once_there_are(road, 2)

    message = await told(road, "alarm")
    assert "topic is Nothing, wanted What is new; by olga" in message
    assert "name is fake-news, wanted news; by olga" in message


async def test_what_is_reverted_comes_back_once_and_after_three_times_people_are_told_instead(
    road: Road,
) -> None:
    await applied(road)
    await wants(road, "revert", await channel_id(road, "alarm"))
    news = await channel_id(road, "news")
    for times in (1, 2, 3):
        await edit(road, "PATCH", f"/channels/{news}", {"topic": f"Nothing {times}"})

        async def put_back(times: int = times) -> Sequence[DriftItem]:
            return [each for each in await items(road, "reverted") if each.times == times]

        [item] = await seen(put_back, bool)
        assert (item.field, await topic(road, "news"), len(await reverts(road))) == (
            "topic",
            "What is new",
            times,
        )
    await edit(road, "PATCH", f"/channels/{news}", {"topic": "Nothing at all"})
    [item] = await once_there_are(road, 1)

    message = await told(road, "alarm")
    assert "It was put back 3 times within an hour, and is now left to you and olga" in message
    assert (await topic(road, "news"), len(await reverts(road))) == ("Nothing at all", 3)


async def test_a_field_that_is_left_to_people_does_not_keep_the_others_of_its_channel_from_being_put_back(
    road: Road,
) -> None:
    await applied(road)
    await wants(road, "revert")
    news = await channel_id(road, "news")
    for times in (1, 2, 3):
        await edit(road, "PATCH", f"/channels/{news}", {"topic": f"Nothing {times}"})

        async def put_back(times: int = times) -> Sequence[DriftItem]:
            return [each for each in await items(road, "reverted") if each.times == times]

        await seen(put_back, bool)
    await edit(road, "PATCH", f"/channels/{news}", {"topic": "Nothing at all", "name": "fake-news"})
    await seen(road.channels, lambda names: "news" in names)
    [item] = await once_there_are(road, 1)
    assert (item.field, await topic(road, "news")) == ("topic", "Nothing at all")


async def test_a_deleted_channel_is_made_again_and_what_was_added_is_not_deleted(road: Road) -> None:
    await applied(road)
    await wants(road, "revert")
    await edit(road, "POST", f"/guilds/{road.guild_id}/roles", {"name": "Pirates"})
    await edit(road, "DELETE", f"/channels/{await channel_id(road, 'log')}")
    await once_there_are(road, 1, "reverted")
    assert "log" in await road.channels()
    [item] = await once_there_are(road, 1)
    assert (item.what, item.name) == ("added", "Pirates")


async def test_captured_drift_is_a_draft_with_the_same_keys_whose_plan_is_empty(road: Road) -> None:
    template = await applied(road)
    await edit(road, "PATCH", f"/channels/{await channel_id(road, 'news')}", {"name": "olds"})
    await edit(road, "POST", f"/guilds/{road.guild_id}/roles", {"name": "Pirates"})
    await once_there_are(road, 2)
    async with road.database.unit() as unit:
        draft = await unit.drift.capture(road.owner, road.guild_id)
    assert (draft.info.number, draft.info.note) == (
        2,
        "Captured drift from version 1: Pirates: added, news: name",
    )
    assert {"news", "log", "deck", "alarm"} <= {each.key for each in draft.document.channels} | {"log"}
    async with road.database.unit() as unit:
        plan = await unit.plans.create(road.owner, road.guild_id, template.id, 2, PlanOptions())
        assert plan.plan.steps == ()
        active = await unit.active_versions.get(road.owner, road.guild_id)
        assert active.version == 1


async def test_who_did_it_is_unknown_where_the_bot_may_not_read_the_audit_log(road: Road) -> None:
    await applied(road)
    guild = road.bot.get_guild(int(road.guild_id))
    assert guild is not None
    [own] = [role for role in guild.me.roles if role.managed]
    await road.by_hand(
        "PATCH", f"/guilds/{road.guild_id}/roles/{own.id}", {"permissions": str(int(Permission.VIEW_CHANNEL))}
    )
    await edit(road, "PATCH", f"/channels/{await channel_id(road, 'news')}", {"topic": "Nothing"})
    [item] = await once_there_are(road, 1)
    assert (item.user_id, item.user_name) == (None, None)


async def test_what_discord_has_to_be_asked_for_is_put_back_too(road: Road) -> None:
    await once_webhooks_are_known(road)
    await applied(road, f"{DOCUMENT}webhooks:\n  - {{key: hook, name: Deploys, channel: news}}\n")
    await wants(road, "revert")

    async def names() -> dict[str, str]:
        found = (await road.bot.gateway.read_details(road.guild_id, ["webhooks"])).webhooks
        return {each.id: each.name for each in found or ()}

    (made,) = await names()
    await edit(road, "PATCH", f"/webhooks/{made}", {"name": "Mine"})
    [item] = await seen(lambda: items(road, "reverted"), bool)
    assert (item.kind, item.found, await names()) == ("webhook", "Mine", {made: "Deploys"})

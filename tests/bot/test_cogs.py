"""The slash commands over the wire: what a person does in Discord, and what becomes of it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.ui.confirm import NOT_YOURS
from core.errors import Unavailable
from core.guilds.options import GuildOptionsChanges
from core.guilds.service import GuildService

from .conftest import Discord, seen
from .road import GUILD, VERSION, Road, bot_on, buttons, database_at, in_step, owner_of, words

# Nobody but the guild's owner could delete the roles by hand.
ONLY_LOG = """
guildwright: 1
roles:
  - {key: captain, name: Captain}
  - {key: planner, name: Planner}
channels:
  - {key: log, type: text, name: log}
"""
REFUSED_PLAN = "needs the role moderator"
REFUSED_APPLY = "needs the role admin"


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


def said(message: dict[str, Any]) -> str:
    """The sentence above everything else."""
    return str(message["content"]).replace("\\", "")


def settled(message: dict[str, Any]) -> bool:
    return any(word in words(message) for word in ("**Done**", "**Failed**"))


# Status


async def test_status_says_how_the_bot_is_and_that_nothing_is_missing(road: Road) -> None:
    before = await road.revision()
    shown = words(await road.command("grace", "guildwright status"))
    assert f"Guildwright {VERSION}" in shown
    # The guild may be told of once more meanwhile.
    revisions = range(before, await road.revision() + 1)
    assert any(f"Guild: Harbour: approved, revision {each}\n" in shown for each in revisions)
    assert "Processes: bot" in shown
    assert "Missing: Nothing." in shown
    assert "Message Content Intent is off" in shown
    assert f"client_id={road.bot.application_id}&scope=bot+applications.commands&permissions=" in shown


async def test_status_says_what_the_bot_lacks_as_soon_as_it_lacks_it(road: Road, discord: Discord) -> None:
    weak = GUILD | {"name": "Reef", "bot_permissions": ["MANAGE_ROLES"], "bot_role_position": 1}
    reef = Road(discord, await discord.make(weak), road.database, road.owner, road.bot)
    await in_step(road.database, road.owner, reef.guild_id)
    shown = words(await reef.command("grace", "guildwright status"))
    lacks = (
        "Permissions of the bot: Kick Members, Ban Members, Manage Channels, Manage Guild, View Audit Log, "
        "Manage Messages, Manage Nicknames, Manage Webhooks, Moderate Members."
    )
    assert lacks in shown
    assert "the bot cannot touch “Captain”, “Planner”. Drag “simulated-bot” above “Captain”" in shown
    role = {"permissions": "8"}
    bot_role = next(r["id"] for r in (await discord.dump(reef.guild_id))["roles"] if r["managed"])
    await reef.by_hand("PATCH", f"/guilds/{reef.guild_id}/roles/{bot_role}", role)
    assert "Permissions of the bot" not in words(await reef.command("grace", "guildwright status"))


async def test_the_owner_of_the_installation_sees_what_is_under_way(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("ada", "template plan", name=str(template.id))

    async def look() -> str:
        return words(await road.command("owner", "guildwright status"))

    await seen(road.is_captured, bool)
    await road.hold_channel()
    pressed = await road.press("ada", plan, "Apply")
    await seen(look, lambda shown: "Jobs: `template.apply` · running" in shown)
    await road.discord.lift()
    await road.message(pressed["id"], settled)


# List, and typing a name


async def test_the_list_shows_what_is_public_and_turns_its_pages(road: Road) -> None:
    for number in range(14):
        await road.template(f"Port {number}")
    await road.template("Hidden", visibility="private")
    await road.template("Bare", None)
    first = words(await road.command("grace", "template list"))
    assert "**Bare** · no version yet · public" in first
    assert "**Port 13** · version 1 · public" in first
    assert "Page 1 of 2" in first
    assert "Hidden" not in first
    second = words(await road.command("grace", "template list", page=2))
    assert "**Port 0**" in second
    assert words(await road.command("grace", "template list", page=9)) == second


async def test_the_owner_of_the_installation_sees_private_templates_too(road: Road) -> None:
    await road.template("Hidden", visibility="private")
    assert "Hidden" in words(await road.command("owner", "template list"))


async def test_a_name_is_completed_to_what_begins_so_before_what_contains_it(road: Road) -> None:
    old, new = await road.template("Port"), await road.template("Airport")
    await road.template("Hidden port", visibility="private")

    async def typed(user: str, text: str, channel: str = "log") -> list[str]:
        answer = await road.use(
            user, "autocomplete", name="template apply", options={"name": text}, channel=channel
        )
        return [choice["value"] for choice in answer["choices"]]

    assert await typed("ada", "pOrt") == [str(old.id), str(new.id)]
    assert await typed("ada", "ship") == []
    assert await typed("linus", "port", "cabin") == []
    for number in range(30):
        await road.template(f"Quay {number}")
    assert len(await typed("ada", "quay")) == 25


# Plan, confirm, apply


async def test_a_template_goes_from_a_command_to_the_guild_and_back_into_the_reply(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("ada", "template apply", name=str(template.id))
    assert "+ #news" in words(plan)
    assert [button["label"] for button in buttons(plan)] == ["Apply", "Cancel"]
    assert await road.channels() == ["log", "cabin"]
    pressed = await road.press("ada", plan, "Apply")
    assert pressed["answered"]
    done = await road.message(pressed["id"], settled)
    assert "**Done**" in words(done)
    assert "as the template wants it" in words(done)
    assert buttons(done) == []
    assert "news" in await road.channels()
    (job,) = await road.jobs()
    assert (job.state, job.actor.via, job.actor.name) == ("succeeded", "discord", "ada")
    assert job.actor.request_id == pressed["id"]
    again = await road.command("ada", "template plan", name="crewed")
    assert "Nothing to do" in words(again)
    assert buttons(again) == []


async def test_the_reply_follows_the_job_without_editing_more_than_once_a_second(road: Road) -> None:
    many = "guildwright: 1\nchannels:\n" + "".join(
        f"  - {{key: c{n}, type: text, name: c{n}}}\n" for n in range(8)
    )
    template = await road.template("Many", many)
    plan = await road.command("ada", "template apply", name=str(template.id))
    await road.slow_channels(0.3, count=8)
    started = asyncio.get_running_loop().time()
    pressed = await road.press("ada", plan, "Apply")
    going = await road.message(pressed["id"], lambda message: " of " in words(message))
    assert "**Running**" in words(going)
    await road.message(pressed["id"], settled)
    edits = len(await road.edits(pressed["id"]))
    assert 2 <= edits <= asyncio.get_running_loop().time() - started + 1


async def test_exact_names_the_deletions_on_the_button_that_confirms_them(road: Road) -> None:
    template = await road.template("Only", ONLY_LOG)
    kept = await road.command("ada", "template plan", name="Only")
    assert buttons(kept) == []
    plan = await road.command("ada", "template plan", name=str(template.id), mode="exact", extras="delete")
    assert buttons(plan)[0]["label"].startswith("Apply and delete ")
    pressed = await road.press("ada", plan, buttons(plan)[0]["label"])
    await road.message(pressed["id"], settled)
    assert await road.channels() == ["log"]


async def test_cancel_leaves_everything_as_it_is(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("ada", "template plan", name=str(template.id))
    pressed = await road.press("ada", plan, "Cancel")
    left = await road.message(pressed["id"], lambda message: message["content"])
    assert (said(left), left["embeds"]) == ("Cancelled: nothing was changed.", [])
    assert await road.jobs() == ()


async def test_a_plan_outlives_the_bot_that_showed_it(
    discord: Discord, database_url: str, redis_url: str
) -> None:
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as first:
            await in_step(database, owner, guild["id"])
            road = Road(discord, guild, database, owner, first)
            await road.template("Crewed")
            plan = await road.command("ada", "template plan", name="Crewed")
        async with bot_on(discord, database, redis_url):
            pressed = await road.press("ada", plan, "Apply")
            await road.message(pressed["id"], settled)
    assert "news" in await road.channels()


# Snapshots and approval


async def test_a_server_is_kept_changed_and_rolled_back_by_commands(road: Road) -> None:
    begun = await road.use("ada", "command", name="template capture", options={"label": "calm"})
    assert "Kept as snapshot" in words(await road.message(begun["id"], settled))
    template = await road.template("Crewed")
    plan = await road.command("ada", "template apply", name=str(template.id))
    await road.message((await road.press("ada", plan, "Apply"))["id"], settled)
    assert "news" in await road.channels()
    answer = await road.use("ada", "autocomplete", name="template rollback", options={"snapshot": "calm"})
    (choice,) = answer["choices"]
    back = await road.command("ada", "template rollback", snapshot=choice["value"])
    await road.message((await road.press("ada", back, "Apply and delete 1"))["id"], settled)
    assert await road.channels() == ["log", "cabin"]


async def test_exact_by_itself_archives_channels_and_deletes_nothing(road: Road) -> None:
    await road.template("Only", ONLY_LOG)
    plan = await road.command("ada", "template plan", name="Only", mode="exact")
    assert "⇣   #cabin" in words(plan)
    assert "1 to archive" in words(plan)
    assert buttons(plan)[0]["label"] == "Apply"
    await road.message((await road.press("ada", plan, "Apply"))["id"], settled)
    assert sorted(await road.channels()) == ["Archive", "cabin", "log"]


async def test_a_channel_that_is_deleted_takes_its_messages_with_it_and_the_plan_says_so(road: Road) -> None:
    await road.template("Only", ONLY_LOG)
    plan = await road.command("ada", "template plan", name="Only", mode="exact", extras="delete")
    assert "− #cabin: message history is lost" in words(plan)


async def wants_to_delete(road: Road) -> dict[str, Any]:
    """Ada's press, in a guild that wants a second administrator."""
    async with road.database.unit() as unit:
        changes = GuildOptionsChanges(approval_required=True)
        await unit.guild_options.edit(road.owner, road.guild_id, changes)
    await road.template("Only", ONLY_LOG)
    plan = await road.command("ada", "template plan", name="Only", mode="exact", extras="delete")
    pressed = await road.press("ada", plan, buttons(plan)[0]["label"])
    await road.message(pressed["id"], lambda message: "/template approve" in words(message))
    return pressed


async def test_what_deletes_waits_until_another_administrator_has_seen_it_and_agrees(road: Road) -> None:
    pressed = await wants_to_delete(road)
    own = await road.command("ada", "template approve")
    refused = await road.message(
        (await road.press("ada", own, "Approve, delete 1"))["id"],
        lambda message: "Who asked for this" in said(message),
    )
    assert said(refused).startswith("Who asked for this cannot approve of it")
    shown = await road.command("olga", "template approve")
    assert said(shown).startswith("ada wants to apply this.")
    assert "#cabin: message history is lost" in words(shown)
    assert await road.channels() == ["log", "cabin"]
    agreed = await road.press("olga", shown, "Approve, delete 1")
    for press in (agreed, pressed):
        await road.message(press["id"], settled)
    assert await road.channels() == ["log"]
    assert said(await road.command("olga", "template approve")) == "No plan waits for approval here."


async def test_a_plan_that_waits_is_chosen_from_a_list_and_can_be_rejected(road: Road) -> None:
    pressed = await wants_to_delete(road)

    async def listed(user: str, channel: str = "log") -> list[dict[str, str]]:
        answer = await road.use(
            user, "autocomplete", name="template reject", options={"plan": "ada"}, channel=channel
        )
        return answer["choices"]

    (choice,) = await listed("olga")
    assert choice["name"].endswith("asked by ada, deletes 1 thing")
    assert await listed("linus", "cabin") == []
    shown = await road.command("olga", "template approve", plan=choice["value"])
    rejected = await road.press("olga", shown, "Reject")
    left = await road.message(rejected["id"], lambda message: "Rejected" in message["content"])
    assert (said(left), left["embeds"]) == ("Rejected: nothing was changed.", [])
    await road.message(pressed["id"], lambda message: "**Cancelled**" in words(message))
    assert await road.channels() == ["log", "cabin"]
    gone = await road.command("olga", "template reject", plan=choice["value"])
    assert said(gone) == "No such plan waits for approval here."


async def test_manage_guild_is_not_enough_to_see_what_waits_for_approval(road: Road) -> None:
    await wants_to_delete(road)
    assert REFUSED_APPLY in said(await road.command("grace", "template approve"))


async def test_members_have_their_roles_back_after_a_rollback_that_was_to_give_them(road: Road) -> None:
    await seen(road.is_captured, bool)
    answer = await road.use("ada", "autocomplete", name="template rollback", options={"snapshot": ""})
    first = answer["choices"][-1]["value"]
    refused = await road.command("ada", "template rollback", snapshot=first, members=True)
    assert said(refused).startswith("No members' roles were kept with this snapshot")


# Refusals


async def test_somebody_elses_plan_is_not_decided_on(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("ada", "template plan", name=str(template.id))
    refused = await road.press("olga", await road.post(plan, asker="ada"), "Apply")
    assert (refused["data"]["content"], refused["ephemeral"]) == (NOT_YOURS, True)
    assert await road.jobs() == ()


async def test_manage_guild_is_enough_to_plan_and_not_to_apply(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("grace", "template plan", name=str(template.id))
    pressed = await road.press("grace", plan, "Apply")
    refused = await road.message(pressed["id"], lambda message: message["content"])
    assert REFUSED_APPLY in said(refused)
    assert REFUSED_APPLY in said(await road.command("grace", "template apply", name="Crewed"))
    assert await road.jobs() == ()


async def test_who_puts_their_own_name_on_somebody_elses_plan_may_do_no_more(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("ada", "template plan", name=str(template.id))
    pressed = await road.press("grace", await road.post(plan, asker="grace"), "Apply")
    refused = await road.message(pressed["id"], lambda message: message["content"] != "A plan")
    assert REFUSED_APPLY in said(refused)


async def test_who_sees_the_commands_only_in_one_channel_is_refused_by_the_service(road: Road) -> None:
    """An overwrite adds Manage Guild there, so Discord lets the commands through."""
    await road.template("Crewed")
    used: dict[str, dict[str, Any]] = {
        "guildwright status": {},
        "template list": {},
        "template plan": {"name": "Crewed"},
    }
    for name, options in used.items():
        await road.use("linus", "command", name=name, options=options, status=403)
        refused = await road.command("linus", name, channel="cabin", **options)
        assert REFUSED_PLAN in said(refused)
        assert refused["embeds"] == []


async def test_a_plan_that_is_no_longer_true_says_what_to_do(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("ada", "template plan", name=str(template.id))
    await road.by_hand("POST", f"/guilds/{road.guild_id}/channels", {"name": "news", "type": 0})
    pressed = await road.press("ada", plan, "Apply")
    stale = await road.message(pressed["id"], lambda message: message["content"])
    assert said(stale).startswith("The guild has changed since this plan was made")
    assert "Make a new plan." in said(stale)
    assert buttons(stale) == []
    assert await road.jobs() == ()


async def test_what_cannot_be_planned_is_one_sentence(road: Road) -> None:
    for name in ("Crewed", "Twice", "Twice"):
        await road.template(name)
    hidden = await road.template("Hidden", visibility="private")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"name": "Atlantis"}, "There is no template “Atlantis” that you may see."),
        ({"name": "Hidden"}, "There is no template “Hidden” that you may see."),
        ({"name": str(hidden.id)}, f"There is no template {hidden.id}."),
        ({"name": "Twice"}, "2 templates are called “Twice”"),
        ({"name": "Crewed", "version": 7}, "has no version 7."),
    ]
    for options, sentence in wrong:
        refused = await road.command("ada", "template plan", **options)
        assert sentence in said(refused)
        assert "\n" not in said(refused)
        assert buttons(refused) == []


async def test_a_guild_at_work_says_so(road: Road) -> None:
    template = await road.template("Crewed")
    first = await road.command("ada", "template plan", name=str(template.id))
    second = await road.command("ada", "template plan", name=str(template.id))
    await road.hold_channel()
    pressed = await road.press("ada", first, "Apply")
    refused = await road.message(
        (await road.press("ada", second, "Apply"))["id"], lambda message: message["content"]
    )
    assert "is changing guild" in said(refused)
    await road.discord.lift()
    await road.message(pressed["id"], settled)


async def test_a_plan_is_applied_once(road: Road) -> None:
    template = await road.template("Crewed")
    plan = await road.command("ada", "template plan", name=str(template.id))
    copy = await road.post(plan, asker="ada")
    await road.message((await road.press("ada", plan, "Apply"))["id"], settled)
    pressed = await road.press("ada", copy, "Apply")
    refused = await road.message(pressed["id"], lambda message: message["content"] != "A plan")
    assert said(refused).startswith("This plan was used already")
    assert len(await road.jobs()) == 1


async def test_an_error_of_ours_is_logged_under_the_reference_it_is_answered_with(
    road: Road, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(GuildService, "view", broken)
    with caplog.at_level(logging.ERROR, "bot"):
        answer = said(await road.command("grace", "guildwright status"))
    reference = answer.split("`")[1]
    assert "secret" not in answer
    assert any(reference in record.getMessage() and record.exc_info for record in caplog.records)


async def test_a_part_that_is_away_is_named(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> None:
        raise Unavailable("The ledger is being moved.")

    monkeypatch.setattr(GuildService, "view", away)
    assert said(await road.command("grace", "guildwright status")) == "The ledger is being moved."


async def test_a_template_is_shown_and_drift_from_it_is_told(road: Road) -> None:
    template = await road.template("Crewed")
    shown = words(await road.command("grace", "template show", name="Crewed"))
    assert "Crewed, version 1" in shown
    assert "2 channels and categories" in shown
    nothing = await road.command("grace", "template drift")
    assert said(nothing).startswith("No version is active in guild")
    async with road.database.unit() as unit:
        await unit.active_versions.put(road.owner, road.guild_id, template.id)
    await road.by_hand("POST", f"/guilds/{road.guild_id}/channels", {"name": "plans"})

    async def drift() -> str:
        return words(await road.command("grace", "template drift"))

    told = await seen(drift, lambda text: "plans" in text)
    assert f"channel **plans** was added, <@{road.guild['members']['olga']}>" in told
    assert "channel **news** is missing, somebody" in told

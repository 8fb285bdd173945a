"""What stands behind the commands: who asks, deny by default, and replies that outlive nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import disnake
import pytest
from disnake.ext import commands
from disnake.utils import utcnow
from msgspec.structs import replace

from bot.asker import Asked, Owners, actor_of, guild_of, owners_of
from bot.client import GuildwrightBot
from bot.cogs import add_cogs, require_declared
from bot.ui import progress
from bot.ui.answers import answering, sentence_of
from bot.ui.confirm import confirm_row
from bot.ui.job_embed import JobView
from bot.ui.progress import PARTING, follow
from bot.ui.status_embed import StatusView, lacking, status_embed
from bot.ui.template_list import template_choices, template_embed
from core.catalog import BOT_PERMISSIONS
from core.composition.people import People
from core.errors import Forbidden, NotFound
from core.templates.schemas import Template
from tests.builders.core import powers, snapshot

from .conftest import Told

MANAGE_GUILD = disnake.Permissions(manage_guild=True)
GUILDS_ONLY = disnake.InteractionContextTypes(guild=True)


@pytest.fixture
async def bot() -> AsyncIterator[GuildwrightBot]:
    """Never connected."""
    made = GuildwrightBot(Told())
    yield made
    await made.close()


# Deny by default


async def test_every_command_declares_whom_it_is_shown_to_and_is_for_guilds_only(bot: GuildwrightBot) -> None:
    add_cogs(bot, cast(Any, SimpleNamespace(people=People())), version="1")
    shown = {command.name: command.default_member_permissions for command in bot.application_commands}
    assert shown == dict.fromkeys(
        ("access", "announce", "guild", "guildwright", "schedule", "template"), MANAGE_GUILD
    )


async def test_options_say_what_they_are_and_what_they_take(bot: GuildwrightBot) -> None:
    add_cogs(bot, cast(Any, SimpleNamespace(people=People())), version="1")
    body = cast(commands.InvokableSlashCommand, bot.get_slash_command("template")).body
    for subcommand in body.options:
        for option in subcommand.options:
            assert option.description not in {"-", "", None}
    apply = next(subcommand for subcommand in body.options if subcommand.name == "apply")
    name, version, mode, extras = apply.options
    assert (name.required, name.autocomplete) == (True, True)
    assert (version.min_value, version.max_value) == (1, 2**31 - 1)
    assert [choice.value for choice in mode.choices] == ["merge", "exact"]
    assert [choice.value for choice in extras.choices] == ["archive", "delete"]


@pytest.mark.parametrize(
    ("declared", "missing"),
    [
        ({"contexts": GUILDS_ONLY}, "default_member_permissions"),
        ({"default_member_permissions": MANAGE_GUILD}, "guilds only"),
    ],
)
async def test_a_command_that_declares_too_little_does_not_start_up(
    bot: GuildwrightBot, declared: dict[str, Any], missing: str
) -> None:
    @bot.slash_command(name="open", **declared)
    async def opened(asked: disnake.ApplicationCommandInteraction[Any]) -> None:
        """Open to everybody."""

    assert opened.name == "open"
    with pytest.raises(ValueError, match=missing):
        require_declared(bot)


# Who asks


def application(*members: tuple[int, str, str], owner: int = 1) -> disnake.AppInfo:
    team = SimpleNamespace(
        owner_id=owner,
        members=[
            SimpleNamespace(
                id=id_,
                role=disnake.TeamMemberRole(role),
                membership_state=getattr(disnake.TeamMembershipState, state),
            )
            for id_, role, state in members
        ],
    )
    made = SimpleNamespace(owner=SimpleNamespace(id=owner), team=team if members else None)
    return cast(disnake.AppInfo, made)


def test_the_installation_belongs_to_the_applications_owner_or_its_teams_admins() -> None:
    assert owners_of(application(owner=7)) == {7}
    team = application(
        (1, "developer", "accepted"),
        (2, "admin", "accepted"),
        (3, "admin", "invited"),
        (4, "read_only", "accepted"),
    )
    assert owners_of(team) == {1, 2}  # 1 owns the team


async def test_nobody_is_the_owner_while_discord_does_not_say_who() -> None:
    answers: list[Any] = [OSError("away"), application(owner=7), OSError("away")]

    async def application_info() -> disnake.AppInfo:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    owners = Owners(cast(disnake.Client, SimpleNamespace(application_info=application_info)))
    for known in (set[int](), {7}, {7}):
        await owners.ask()
        assert owners.ids == known


async def test_who_is_named_by_a_setting_owns_it_too_whatever_discord_says() -> None:
    answers: list[Any] = [OSError("away"), application(owner=7), OSError("away")]

    async def application_info() -> disnake.AppInfo:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    bot = cast(disnake.Client, SimpleNamespace(application_info=application_info))
    owners = Owners(bot, ("9", "7"))
    assert await owners.known() == {7, 9}
    assert await owners.known() == {7, 9}
    assert len(answers) == 1, "asked until it has told"


def test_outside_a_guild_an_actor_may_do_nothing_in_any() -> None:
    author = SimpleNamespace(id=5, name="ada")
    asked = cast(Asked, SimpleNamespace(id=9, author=author, guild=None))
    actor = actor_of(asked, {6})
    assert (actor.discord_user_id, actor.is_owner, actor.in_guild) == ("5", False, None)
    assert actor_of(asked, {5}).is_owner
    with pytest.raises(NotFound):
        guild_of(asked)


# Replies


class Reply:
    """An interaction whose edits are remembered, or fail as told."""

    def __init__(self, *, seconds: float = 900.0, fails: tuple[Exception, ...] = ()) -> None:
        self.id = 1
        self.expires_at = utcnow() + timedelta(seconds=seconds)
        self.client = SimpleNamespace(is_closed=lambda: False)
        self.response = SimpleNamespace(is_done=lambda: True)
        self.edits: list[dict[str, Any]] = []
        self._fails = list(fails)

    async def edit_original_response(self, **what: Any) -> None:
        if self._fails:
            raise self._fails.pop(0)
        self.edits.append(what)

    @property
    def shown(self) -> list[str]:
        return [edit["embeds"][0].description for edit in self.edits]

    def as_asked(self) -> Asked:
        return cast(Asked, self)


async def ends_with(error: BaseException, reply: Reply) -> None:
    async with answering(reply.as_asked()):
        raise error


def failure(status: int) -> disnake.HTTPException:
    return disnake.HTTPException(cast(Any, SimpleNamespace(status=status, reason="")), None)


def looks(*views: JobView | None) -> Any:
    left = list(views)

    async def look() -> JobView | None:
        return left.pop(0) if len(left) > 1 else left[0]

    return look


def job(state: Any, done: int = 0) -> JobView:
    return JobView(title="Template", state=state, id="1", done=done, total=4)


async def test_a_reply_is_edited_only_when_the_job_looks_different() -> None:
    reply = Reply()
    views = (job("queued"), job("queued"), None, job("running", 1), job("running", 1), job("succeeded", 4))
    await follow(reply.as_asked(), looks(*views), every=0)
    assert [each.split("**")[1] for each in reply.shown] == ["Queued", "Running", "Done"]


@pytest.mark.parametrize("status", [401, 404])
async def test_a_reply_that_is_gone_is_left_alone(status: int) -> None:
    reply = Reply(fails=(failure(status),))
    await follow(reply.as_asked(), looks(job("running")), every=0)
    assert reply.edits == []


async def test_an_edit_that_fails_for_a_moment_is_made_up_for() -> None:
    reply = Reply(fails=(failure(502), OSError("away")))
    await follow(reply.as_asked(), looks(job("succeeded", 4)), every=0)
    assert len(reply.edits) == 1


async def test_a_reply_ends_with_a_word_before_its_fifteen_minutes_do() -> None:
    reply = Reply(seconds=progress.LAST_WORDS.total_seconds() + 0.1)
    await follow(reply.as_asked(), looks(job("running", 1)), every=0.02)
    assert len(reply.edits) == 2
    assert PARTING.split(";")[0] in reply.shown[-1]
    late = Reply(seconds=-1, fails=(failure(401),))
    await follow(late.as_asked(), looks(job("running", 1)), every=0)
    assert late.edits == []


async def test_what_core_refuses_is_said_as_core_says_it_and_harmless() -> None:
    reply = Reply()
    await ends_with(Forbidden("Not for @everyone."), reply)
    assert reply.edits == [{"content": r"Not for \@everyone."}]
    assert len(sentence_of(Forbidden("x" * 5000))) == 2000
    unreachable = Reply(fails=(failure(404),))
    await ends_with(Forbidden("Nobody hears this."), unreachable)


async def test_the_bots_end_is_no_error_of_an_interaction(caplog: pytest.LogCaptureFixture) -> None:
    reply = Reply()
    reply.client.is_closed = lambda: True
    with caplog.at_level(logging.WARNING, "bot"):
        await ends_with(RuntimeError("Session is closed"), reply)
    assert (reply.edits, caplog.records) == ([], [])


async def test_whoever_is_cancelled_stays_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError):
        await ends_with(asyncio.CancelledError(), Reply())


# What is shown


def status(**more: Any) -> StatusView:
    fields: dict[str, Any] = {
        "version": "1",
        "guild_name": "Harbour",
        "guild_state": "approved",
        "revision": 1,
        "latency_ms": None,
        "processes": [],
        "jobs": None,
        "lacks": [],
        "notes": [],
        "invite": "https://discord.com",
    }
    return StatusView(**fields | more)


def test_a_status_fits_however_much_is_missing() -> None:
    named = snapshot(roles=60)
    roles = tuple(replace(role, name="`*x*` " * 15) for role in named.roles)
    big = replace(named, roles=roles)
    weak = replace(powers(big), permissions=0, top_role_id=big.roles[-2].id)
    lacks = list(lacking(big, weak, int(BOT_PERMISSIONS)))
    assert len(lacks) == 2
    assert "and 49 others" in lacks[1]
    embed = status_embed(status(lacks=lacks * 3, guild_name="#" * 100))
    assert all(len(field.value or "") <= 1024 for field in embed.fields)
    assert len(embed) <= 6000


def test_a_bot_with_only_everyones_role_is_told_what_to_do() -> None:
    guild = snapshot(roles=1)
    weak = replace(powers(guild), top_role_id=guild.guild_id)
    (sentence,) = lacking(guild, weak, int(BOT_PERMISSIONS))
    assert "Give it a role of its own" in sentence


def test_who_may_see_no_jobs_is_shown_none() -> None:
    assert "Jobs" not in {field.name for field in status_embed(status()).fields}
    assert "none" in {field.value for field in status_embed(status(jobs=[])).fields}


def template(name: str, **more: Any) -> Template:
    fields: dict[str, Any] = {
        "description": None,
        "guild_id": None,
        "origin": None,
        "visibility": "public",
        "latest_version": 1,
        "created_at": utcnow(),
        "updated_at": utcnow(),
    }
    return Template(id=uuid4(), name=name, **fields | more)


def test_a_page_of_the_longest_templates_fits() -> None:
    nasty = [template("`" * 100, description="*" * 500) for _ in range(40)]
    shown = template_embed(nasty, 2).description or ""
    assert len(shown) <= 4096
    assert shown.count("version 1") == 10  # none is left out
    assert template_embed([], 3).footer.text == "Page 1 of 1"


def test_choices_are_within_discords_limits() -> None:
    choices = template_choices([template("😀" * 100) for _ in range(40)], "")
    assert len(choices) == 25
    assert all(0 < len(choice.name) <= 100 for choice in choices)


def test_the_button_that_deletes_says_how_much_and_looks_like_it() -> None:
    apply = confirm_row(uuid4(), "1", deletions=3).children[0]
    assert (apply.label, apply.style) == ("Apply and delete 3", disnake.ButtonStyle.danger)

"""`just doctor` against a simulated Discord: what is right, what is wrong, and what to do."""

import asyncio
import io
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, chdir, redirect_stdout
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
import pytest_asyncio

from bot.doctor.__main__ import main
from bot.doctor.clock import clock_finding
from bot.doctor.discord_api import Answered
from bot.doctor.findings import Verdict
from bot.doctor.servers import redis_version
from core.errors import EX_CONFIG
from core.processes import ProcessGroup
from tests.fixtures.environment import child_environment
from tests.fixtures.patience import PATIENCE
from tests.simulator.calls import Control

TOKEN = "doctor-token"
NOW = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)


class Doctor:
    """Examines one installation."""

    def __init__(self, group: ProcessGroup, sim: Control, discord: str, folder: Path) -> None:
        self._group = group
        self._discord = discord
        self._folder = folder
        self.sim = sim

    async def __call__(self, **settings: str) -> tuple[int, str]:
        """Exit status, and everything it said as one line; in this process, because most of a run is its imports."""
        said = io.StringIO()
        with ExitStack() as here:
            here.enter_context(patch.dict(os.environ, self._environment(settings), clear=True))
            here.enter_context(patch.object(sys, "argv", ["doctor"]))
            here.enter_context(chdir(self._folder))
            here.enter_context(redirect_stdout(said))
            status = await asyncio.to_thread(main)
        return status, _line(said.getvalue())

    async def apart(self, **settings: str) -> tuple[int, str]:
        """The same of a program of its own, as people start it."""
        command = [sys.executable, "-m", "bot.doctor"]
        process = await self._group.start(
            "doctor", command, env=self._environment(settings), cwd=self._folder
        )
        async with asyncio.timeout(PATIENCE):
            status = await process.wait()
        return status, _line(" ".join(process.lines))

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        usual = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_BASE": self._discord, "COLUMNS": "100"}
        return {
            **child_environment(),
            **usual,
            "GUILDWRIGHT_DATA_DIR": str(self._folder),
            **settings,
        }


def _line(said: str) -> str:
    return " ".join(said.split())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def surgery(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doctor]:
    """One simulated Discord for all."""
    async with ProcessGroup(env=child_environment(), sink=lambda _name, _line: None) as group:
        command = [sys.executable, "-m", "bot.simulator", "--token", TOKEN]
        process = await group.start("simulator", command, ready=re.compile("listening on"), patience=PATIENCE)
        address = process.lines[-1].split()[-1]
        async with httpx.AsyncClient(base_url=address) as http:
            yield Doctor(group, Control(http), address, tmp_path_factory.mktemp("doctor"))


@pytest_asyncio.fixture(loop_scope="module")
async def doctor(surgery: Doctor) -> Doctor:
    """With a Discord as new."""
    await surgery.sim("POST", "/reset")
    return surgery


@pytest.mark.asyncio(loop_scope="module")
async def test_all_is_right(doctor: Doctor, database_url: str, redis_url: str) -> None:
    await doctor.sim.guild(roles=[{"name": "Crew"}])
    status, said = await doctor.apart(DATABASE_URL=database_url, REDIS_URL=redis_url)
    assert status == 0, said
    assert "✗" not in said
    assert "Discord knows the token" in said
    assert "Server Members Intent is on." in said
    assert "In “Harbour” the bot has every permission" in said
    assert "the bot's role is above all others" in said
    assert "PostgreSQL answers, version 1" in said
    assert "The database is at the newest migration" in said
    assert "The role of DATABASE_URL owns the tables" in said
    assert "Redis answers" in said
    assert "http://127.0.0.1:8420/api/v1/auth/discord/callback" in said
    assert "scope=bot+applications.commands&permissions=" in said
    assert said.endswith("Nothing is wrong.")


@pytest.mark.asyncio(loop_scope="module")
async def test_servers_without_an_address_will_be_started(doctor: Doctor) -> None:
    status, said = await doctor()
    assert status == 0
    assert "`just up` starts a PostgreSQL of its own" in said
    assert "`just up` starts a Redis of its own" in said


@pytest.mark.asyncio(loop_scope="module")
async def test_a_wrong_token_is_named_with_the_place_to_get_another(doctor: Doctor) -> None:
    status, said = await doctor.apart(DISCORD_TOKEN="another-token")
    assert status == EX_CONFIG
    assert "Discord refuses the token" in said
    assert "Reset Token" in said
    assert "another-token" not in said


@pytest.mark.asyncio(loop_scope="module")
async def test_no_token_is_said_and_everything_else_is_examined(doctor: Doctor) -> None:
    status, said = await doctor(DISCORD_TOKEN="")
    assert status == EX_CONFIG
    assert "DISCORD_TOKEN is not set" in said
    assert "DATABASE_URL is not set" in said


@pytest.mark.asyncio(loop_scope="module")
async def test_a_missing_intent_is_named_by_its_switch(doctor: Doctor) -> None:
    await doctor.sim("PATCH", "/application", {"intents": []})
    status, said = await doctor.apart()
    assert status == 1
    assert "✗ Server Members Intent is off" in said
    assert "✗ GUILDWRIGHT_MESSAGE_CONTENT" not in said, "it was not asked for"
    status, said = await doctor(GUILDWRIGHT_MESSAGE_CONTENT="true")
    assert "✗ GUILDWRIGHT_MESSAGE_CONTENT is true and Message Content Intent is off" in said


@pytest.mark.asyncio(loop_scope="module")
async def test_a_role_that_is_too_low_is_to_be_dragged_up(doctor: Doctor) -> None:
    await doctor.sim.guild(roles=[{"name": "Crew"}, {"name": "Captain"}], bot_role_position=1)
    status, said = await doctor()
    assert status == 1
    assert "✗ In “Harbour” the bot can change no role" in said
    assert "(“Captain”, “Crew”)" in said
    assert "drag “simulated-bot” above “Captain”" in said


@pytest.mark.asyncio(loop_scope="module")
async def test_a_role_above_the_bot_is_only_worth_knowing(doctor: Doctor) -> None:
    await doctor.sim.guild(roles=[{"name": "Crew"}, {"name": "Captain"}], bot_role_position=2)
    status, said = await doctor()
    assert status == 0
    assert "! In “Harbour” the bot cannot change “Captain”" in said


@pytest.mark.asyncio(loop_scope="module")
async def test_missing_permissions_are_named(doctor: Doctor) -> None:
    await doctor.sim.guild(bot_permissions=["VIEW_CHANNEL", "MANAGE_ROLES"])
    status, said = await doctor()
    assert status == 1
    lacks = (
        "kick_members, ban_members, manage_channels, manage_guild, view_audit_log, manage_messages, "
        "manage_nicknames, manage_webhooks, moderate_members"
    )
    assert f"✗ In “Harbour” the bot lacks {lacks}: give its role" in said


@pytest.mark.asyncio(loop_scope="module")
async def test_servers_that_do_not_answer_are_named(doctor: Doctor, free_port: int) -> None:
    settings = {
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port}/none",
        "REDIS_URL": f"redis://127.0.0.1:{free_port}/0",
    }
    status, said = await doctor(**settings)
    assert status == EX_CONFIG
    assert "✗ PostgreSQL at DATABASE_URL cannot be used" in said
    assert "✗ Redis at REDIS_URL cannot be used" in said


@pytest.mark.asyncio(loop_scope="module")
async def test_a_setting_that_is_none_is_one_sentence(doctor: Doctor) -> None:
    assert await doctor.apart(GUILDWRIGHT_PORT="none") == (
        EX_CONFIG,
        "✗ GUILDWRIGHT_PORT is not usable: Expected `int`, got `str`.",
    )


@pytest.mark.asyncio(loop_scope="module")
async def test_an_api_that_others_reach_without_encryption_is_wrong(doctor: Doctor) -> None:
    status, said = await doctor(GUILDWRIGHT_PUBLIC_URL="http://guildwright.example")
    assert status == 1
    assert "✗ The API is at http://guildwright.example" in said
    status, said = await doctor(GUILDWRIGHT_PUBLIC_URL="https://guildwright.example/")
    assert status == 0
    assert "https://guildwright.example/api/v1/auth/discord/callback" in said


@pytest.mark.parametrize(
    ("seconds", "verdict", "direction"),
    [
        (0, Verdict.RIGHT, "agrees"),
        (4, Verdict.RIGHT, "agrees"),
        (-4, Verdict.RIGHT, "agrees"),
        (60, Verdict.WRONG, "60 s ahead of"),
        (-61, Verdict.WRONG, "60 s behind"),
    ],
)
def test_a_clock_that_is_off_by_more_than_five_seconds_is_wrong(
    seconds: int, verdict: Verdict, direction: str
) -> None:
    """Discord's own time is told in whole seconds."""
    ours = NOW + timedelta(seconds=seconds)
    date = format_datetime(NOW, usegmt=True)
    finding = clock_finding(Answered(body=None, date=date, asked_at=ours, heard_at=ours))
    assert finding.verdict is verdict
    assert direction in finding.sentence


@pytest.mark.parametrize(
    ("redis", "valkey", "verdict"),
    [
        ("6.0.16", None, Verdict.MISSET),
        ("6.2.0", None, Verdict.RIGHT),
        ("10.0.1", None, Verdict.RIGHT),
        ("7.2.4", "8.0.1", Verdict.RIGHT),
    ],
)
def test_an_old_redis_is_told(redis: str, valkey: str | None, verdict: Verdict) -> None:
    assert redis_version(redis, valkey).verdict is verdict


@pytest.mark.asyncio(loop_scope="module")
async def test_whether_the_audit_log_can_be_altered_is_said(
    doctor: Doctor, database_url: str, application_url: str, redis_url: str
) -> None:
    apart = {"DATABASE_URL": application_url, "GUILDWRIGHT_MIGRATION_DATABASE_URL": database_url}
    status, said = await doctor(REDIS_URL=redis_url, **apart)
    assert status == 0, said
    assert "The role of DATABASE_URL cannot alter the audit log." in said
    swapped = {"DATABASE_URL": database_url, "GUILDWRIGHT_MIGRATION_DATABASE_URL": application_url}
    status, said = await doctor(REDIS_URL=redis_url, **swapped)
    assert status == 1, said
    assert "may alter the audit log although" in said

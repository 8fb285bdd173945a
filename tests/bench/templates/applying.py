"""Applying a plan while Discord's limits hold, beside the least time in which these limits let it be done."""

import asyncio
import math
import time
from typing import Any

import aiohttp
from msgspec.structs import replace

from bot.client import BotOptions, GuildwrightBot
from bot.simulator import build, serving
from bot.simulator.ratelimits import PROFILES
from core.clock import utc_now
from core.discord.types import Snowflake
from core.jobs.journal import Act, LookUp, SecondsLeft
from core.jobs.schemas import JobStep
from core.templates.apply import apply
from core.templates.capture import document_of
from core.templates.diff import diff
from core.templates.expectation import paced
from core.templates.plan import EditRole, Plan, PlanOptions
from tests.bench.figures import Figure, Part, plain_table, shown

_CHANNELS = 20


class Unwritten:
    """A journal that keeps nothing: what is measured is Discord's side of a step."""

    async def announce(
        self, total: int, *, planned_anew: bool = False, seconds_left: SecondsLeft | None = None
    ) -> None: ...

    async def recall(self, step: JobStep, look_up: LookUp) -> str | None:
        raise AssertionError("nothing was recorded")

    async def refuse(self, step_id: str, title: str, *, code: str, message: str) -> None:
        raise AssertionError(message)

    async def perform(
        self, step_id: str, title: str, act: Act, *, look_up: LookUp | None = None, once: bool = True
    ) -> str | None:
        return await act(f"bench {step_id}")


async def applied_beside_the_floor(edits: int) -> Part:
    """`edits` roles and twenty channels are changed: edits of roles share one bucket, each channel has its own."""
    simulator = build(profile="discord")
    async with serving(simulator) as base, aiohttp.ClientSession() as http:
        guilds: list[Snowflake] = []
        for spec in (_spec(edits), _spec(1, channels=1)):
            async with http.post(f"{base}/_sim/guilds", json=spec) as answer:
                guilds.append(str((await answer.json())["id"]))
        guild_id, elsewhere = guilds
        bot = GuildwrightBot(_Deaf(), BotOptions(api_base=base, guild_pause=0.05))
        task = asyncio.create_task(bot.serve("sim-token"))
        try:
            await asyncio.wait_for(bot.wait_until_ready(), 20)
            # What calls are counted by is known from another guild.
            await apply(await _plan(bot, elsewhere), elsewhere, bot.gateway, Unwritten())
            pace = await bot.gateway.read_pace(guild_id)
            plan = paced(await _plan(bot, guild_id), pace, utc_now())
            begun = time.perf_counter()
            await apply(plan, guild_id, bot.gateway, Unwritten())
            taken = time.perf_counter() - begun
        finally:
            await bot.close()
            await asyncio.wait({task}, timeout=5)
    floor = _floor(plan)
    expected = plan.expected_seconds
    rows = [
        ("the floor of the limits", shown(floor), "1"),
        ("as the plan expects", shown(expected), f"{expected / floor:.3f}"),
        ("apply", shown(taken), f"{taken / floor:.3f}"),
    ]
    title = f"Applying {len(plan.steps)} steps under Discord's limits, seconds"
    figure = Figure(what="apply beside the floor of the limits", value=taken / floor, unit="x", at_most=1.05)
    off = max(expected / taken, taken / expected)
    told = Figure(what="what a plan expects beside what it takes", value=off, unit="x", at_most=1.25)
    return Part((plain_table(title, ("", "s", "x floor"), rows),), (figure, told))


def _spec(edits: int, *, channels: int = _CHANNELS) -> dict[str, Any]:
    return {
        "name": "Limited",
        "roles": [{"name": f"role {number}"} for number in range(edits)],
        "channels": [{"name": f"channel-{number}"} for number in range(channels)],
    }


async def _plan(bot: GuildwrightBot, guild_id: Snowflake) -> Plan:
    there = await bot.gateway.read_guild(guild_id)
    wanted = replace(
        there,
        roles=tuple(r if r.managed or r.id == guild_id else replace(r, hoist=True) for r in there.roles),
        channels=tuple(replace(channel, topic="Something else") for channel in there.channels),
    )
    captured = document_of(wanted)
    powers = await bot.gateway.read_powers(guild_id)
    return diff(captured.document, there, captured.bindings, powers, PlanOptions())


def _floor(plan: Plan) -> float:
    """Seconds: each window lets so many calls of its bucket pass at once, and the last one need not end."""
    table = PROFILES["discord"]
    roles = sum(isinstance(step, EditRole) for step in plan.steps)
    of_roles = (math.ceil(roles / table.ordinary.count) - 1) * table.ordinary.seconds
    of_all = (len(plan.steps) - 1) // (table.global_per_second or len(plan.steps))
    return max(of_roles, float(of_all))


class _Deaf:
    """Does not listen to what the connection tells."""

    async def reconcile(self) -> None: ...

    async def joined(self, guild_id: Snowflake) -> None: ...

    async def left(self, guild_id: Snowflake) -> None: ...

    async def unavailable(self, guild_id: Snowflake) -> None: ...

    async def changed(self, guild_id: Snowflake) -> None: ...

    async def details_changed(self, guild_id: Snowflake, detail: object) -> None: ...

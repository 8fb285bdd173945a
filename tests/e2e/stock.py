"""A system with something of everything in it, and how all of it is called."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from tests.e2e.road import Road
from tests.simulator.pictures import png

GUILDS = 3
"""Some requests end a guild: whoever asks the bot to leave is obeyed."""
NOBODY = "https://hooks.example.invalid/hook"
"""Where callbacks go: a name that no resolver knows."""

Known = Mapping[str, Sequence[str]]
"""Values, by the place and the name of the parameter that takes them."""


async def stocked(road: Road) -> Known:
    """Fills it; a bot has to be there."""
    found: dict[str, list[str]] = defaultdict(list)
    found["path.number"] = ["1"]
    found["header.Prefer"] = ["wait=0", "wait=1"]
    picture = await made(road, "/images", content=png(), headers={"Content-Type": "image/png"})
    found["path.image_hash"].append(picture["hash"])
    for _ in range(GUILDS):
        for name, value in (await _guild(road)).items():
            found[name].append(value)
    for name in ("template_id", "plan_id", "snapshot_id"):
        found[f"body.{name}"] = found[f"path.{name}"]
    found["query.plan_id"] = found["path.plan_id"]
    return found


@asynccontextmanager
async def cared_for(road: Road, known: Known) -> AsyncGenerator[None]:
    """Meanwhile what would have everything else refused is undone again and again: a pause, and the end of a guild."""

    async def care() -> None:
        while True:
            await road.http.post("/system/resume")
            for guild_id in known["path.guild_id"]:
                await road.http.post(f"/guilds/{guild_id}/approval", json={"decision": "approved"})
            await asyncio.sleep(2)

    caring = asyncio.create_task(care())
    try:
        yield
    finally:
        caring.cancel()
        with suppress(asyncio.CancelledError):
            await caring


async def made(road: Road, path: str, **sent: Any) -> dict[str, Any]:
    """What a POST answered with."""
    answer = await road.http.post(path, **sent)
    assert answer.is_success, answer.text
    return answer.json()


async def _guild(road: Road) -> dict[str, str]:
    trip = await road.trip(await road.new_guild())
    guild = f"/guilds/{trip.guild_id}"
    job = await road.ended((await made(road, f"{guild}/captures"))["id"])
    callback = await made(road, f"{guild}/callbacks", json={"url": NOBODY, "events": ["job.settled"]})
    delivery = await made(road, f"/callbacks/{callback['id']}/test")
    structure = (await road.http.get(f"{guild}/structure")).json()
    channel_id = next(each["id"] for each in structure["channels"] if each["type"] == "text")
    said = {"name": "Opening", "channel_id": channel_id, "message": {"content": "${guild.name} opens."}}
    announcement = await made(road, f"{guild}/announcements", json=said)
    post = await road.ended((await made(road, f"/announcements/{announcement['id']}/posts"))["id"])
    token = await made(road, "/me/tokens", json={"name": "One to revoke"})
    return {
        "path.guild_id": trip.guild_id,
        "path.template_id": trip.template.id,
        "path.plan_id": trip.plan.id,
        "path.snapshot_id": job["result"]["snapshot_id"],
        "path.job_id": job["id"],
        "path.callback_id": callback["id"],
        "path.delivery_id": delivery["id"],
        "path.announcement_id": announcement["id"],
        "path.post_id": post["result"]["post_id"],
        "path.token_id": token["token"]["id"],
    }

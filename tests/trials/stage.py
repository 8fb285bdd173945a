"""Guilds on a simulated Discord, with the bot's gateway to read and write them, and nothing between it and plans."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from bot.client import GuildwrightBot
from bot.simulator.control.guilds import dump
from core.discord.assets import assets_of
from core.discord.gateway import DiscordGateway
from core.discord.images import Image, ImageHash, hash_of
from core.discord.resources import DETAILS
from core.discord.types import BotPowers, Channel, Overwrite, Snapshot
from core.guilds.reading import with_details
from core.jobs.journal import Act, LookUp, SecondsLeft
from core.jobs.schemas import JobStep
from core.templates.apply import apply
from core.templates.plan import Plan, node_of
from tests.bot.conftest import Discord, seen, until
from tests.bot.reading import read_channel, read_role, read_settings
from tests.builders.guilds import BOT_ROLE, MEMBERS
from tests.builders.specs import spec_of
from tests.simulator.pictures import png
from tests.trials.watching import Watch

SHADES = (40, 90, 140)
USERNAMES = {number: f"member{number}" for number in MEMBERS}


class Album:
    """Pictures by content, as they are stored by the product: what Discord shows is known by its bytes."""

    def __init__(self) -> None:
        self._kept: dict[ImageHash, Image] = {}
        for shade in SHADES:
            self.keep(Image(hash=hash_of(png(shade)), media_type="image/png", content=png(shade)))

    @property
    def hashes(self) -> Sequence[ImageHash]:
        return tuple(self._kept)

    def keep(self, image: Image) -> None:
        self._kept[image.hash] = image

    async def find(self, image_hash: ImageHash) -> Image | None:
        return self._kept.get(image_hash)


class Killed(Exception):
    """The worker is gone."""


class Steps:
    """A job's journal in memory: what one worker began and did is there for the next one. After `calls` calls the
    worker is killed: before the next one, or with `unrecorded` after it, before its answer was noted."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._unrecorded = False
        self._intended: dict[str, tuple[LookUp | None, datetime]] = {}
        self._done: dict[str, str | None] = {}

    def kill_after(self, calls: int | None, *, unrecorded: bool = False) -> None:
        self._left, self._unrecorded = calls, unrecorded

    async def announce(
        self, total: int, *, planned_anew: bool = False, seconds_left: SecondsLeft | None = None
    ) -> None:
        pass

    async def recall(self, step: JobStep, look_up: LookUp) -> str | None:
        raise AssertionError("what earlier claims made is asked before planning")

    async def refuse(self, step_id: str, title: str, *, code: str, message: str) -> None:
        raise AssertionError("what a plan cannot do is a blocker and not a step")

    async def perform(
        self, step_id: str, title: str, act: Act, *, look_up: LookUp | None = None, once: bool = True
    ) -> str | None:
        is_last = self._left == 0
        if self._left is not None and (self._left < 0 or (is_last and not self._unrecorded)):
            raise Killed
        if self._left is not None:
            self._left -= 1
        self._intended[step_id] = (look_up, datetime.now(UTC))
        outcome = await act(_reason(step_id))
        if is_last:
            raise Killed
        self._done[step_id] = outcome
        return outcome

    @property
    def is_begun(self) -> bool:
        return bool(self._intended)

    async def made(self) -> dict[str, str]:
        """The ids of what was made, by the document's keys; of what was not noted, by Discord's audit log."""
        found: dict[str, str] = {}
        for step_id, (look_up, since) in self._intended.items():
            key = node_of(step_id)
            if key is None or look_up is None:
                continue
            is_noted = step_id in self._done
            outcome = self._done[step_id] if is_noted else await look_up(_reason(step_id), since)
            if outcome is not None:
                found[key] = outcome
        return found


def _reason(step_id: str) -> str:
    return f"trial: {step_id}"


class Stage:
    """Makes guilds, one after the other; each is gone when the next one comes."""

    def __init__(self, discord: Discord, bot: GuildwrightBot) -> None:
        self._discord = discord
        self._bot = bot
        self.gateway: DiscordGateway = bot.gateway
        self.watch = Watch.over(discord.simulator)
        self.album = Album()

    async def make(self, there: Snapshot) -> "Trial":
        """A guild with the roles, channels and settings of the snapshot."""
        made = await self._discord.make(spec_of(there, USERNAMES))
        trial = await self._welcome(made, there)
        await self._overwrite_for_the_bot(trial, there)
        return trial

    async def make_from(self, spec: dict[str, Any]) -> "Trial":
        return await self._welcome(await self._discord.make(spec), None)

    async def _welcome(self, made: dict[str, Any], there: Snapshot | None) -> "Trial":
        await until(lambda: any(guild.id == int(made["id"]) for guild in self._bot.guilds))
        trial = Trial(self, made["id"], _ids(made, there))
        await trial.settled()
        return trial

    async def _overwrite_for_the_bot(self, trial: "Trial", there: Snapshot) -> None:
        bot = (await trial.powers()).top_role_id
        for channel in there.channels:
            for entry in channel.overwrites:
                if entry.id == BOT_ROLE:
                    body = {"type": 0, "allow": str(entry.allow), "deny": str(entry.deny)}
                    path = f"/channels/{trial.ids[channel.id]}/permissions/{bot}"
                    assert await self.edit(trial.guild_id, "PUT", path, body)

    async def end(self, trial: "Trial") -> None:
        async with self._discord.http.delete(f"{self._discord.base}/_sim/guilds/{trial.guild_id}") as answer:
            assert answer.ok

    async def edit(self, guild_id: str, method: str, path: str, body: object = None) -> bool:
        """By hand, as the guild's owner. Answers whether Discord took it."""
        guild = self._discord.simulator.world.guilds[int(guild_id)]
        edit = {
            "guild_id": guild_id,
            "user": str(guild.owner_id),
            "method": method,
            "path": path,
            "body": body,
        }
        async with self._discord.http.post(f"{self._discord.base}/_sim/edits", json=edit) as answer:
            return answer.ok

    def truth(self, guild_id: str) -> dict[str, Any]:
        """The simulator's own words for all of it."""
        world = self._discord.simulator.world
        return dump(world, world.guilds[int(guild_id)])


def _ids(made: dict[str, Any], there: Snapshot | None) -> dict[str, str]:
    """The simulator's ids by those of the snapshot."""
    ids = {**made["roles"], **made["channels"]}
    ids |= {number: made["members"][name] for number, name in USERNAMES.items() if name in made["members"]}
    return ids | ({there.guild_id: made["id"]} if there else {})


class Trial:
    """One guild. `ids` tells which id of the snapshot that it was made of has become which."""

    def __init__(self, stage: Stage, guild_id: str, ids: dict[str, str]) -> None:
        self._stage = stage
        self.guild_id = guild_id
        self.ids = ids

    async def powers(self) -> BotPowers:
        return await self._stage.gateway.read_powers(self.guild_id)

    async def settled(self) -> Snapshot:
        """The guild once the bot has been told of everything."""
        read: Snapshot | None = None

        async def look() -> Snapshot:
            nonlocal read
            read = await self._stage.gateway.read_guild(self.guild_id)
            return read

        try:
            return await seen(look, lambda found: not self._untrue(found))
        except TimeoutError:
            raise AssertionError(self._untrue(read) if read else "nothing was read") from None

    async def read(self) -> Snapshot:
        """The whole guild: with what has to be asked for, and every picture known by its bytes."""
        gateway, album = self._stage.gateway, self._stage.album
        whole = await self.settled()
        whole = with_details(whole, await gateway.read_details(self.guild_id, DETAILS))
        images: dict[str, ImageHash] = {}
        for path in assets_of(whole):
            image = await gateway.read_image(path)
            assert image is not None, path
            album.keep(image)
            images[path] = image.hash
        return replace(whole, images=images)

    async def apply(self, plan: Plan, steps: Steps | None = None) -> dict[str, str]:
        """Watched from its first call on; with the `steps` of an earlier worker, the watch goes on as well."""
        if steps is None or not steps.is_begun:
            self._stage.watch.begin(self.guild_id)
        gateway = self._stage.gateway
        return await apply(plan, self.guild_id, gateway, steps or Steps(), self._stage.album)

    def named(self, wish: Snapshot) -> Snapshot:
        """The wish with this guild's members in its overwrites."""

        def renamed(entry: Overwrite) -> Overwrite:
            return replace(entry, id=self.ids[entry.id]) if entry.kind == "member" else entry

        return replace(
            wish,
            channels=tuple(replace(c, overwrites=tuple(map(renamed, c.overwrites))) for c in wish.channels),
        )

    def bound(self, bindings: dict[str, str]) -> dict[str, str]:
        """Bindings to what this guild was made of; others are to what is gone."""
        return {key: self.ids.get(number, number) for key, number in bindings.items() if number != BOT_ROLE}

    def _untrue(self, read: Snapshot) -> list[tuple[object, object]]:
        """Where what the bot knows is not what the simulator holds: (known, true)."""
        truth = self._stage.truth(self.guild_id)
        known: dict[str, object] = {f"role {role.id}": role for role in read.roles}
        known |= {f"channel {channel.id}": _sorted(channel) for channel in read.channels}
        known |= {f"emoji {emoji.id}": emoji.name for emoji in read.emojis or ()}
        known |= {f"sticker {sticker.id}": sticker.name for sticker in read.stickers or ()}
        known |= {"settings": replace(read.settings, **_NO_PICTURES), "features": read.features}
        held: dict[str, object] = {f"role {role['id']}": read_role(role) for role in truth["roles"]}
        held |= {f"channel {channel['id']}": _sorted(read_channel(channel)) for channel in truth["channels"]}
        held |= {f"emoji {emoji['id']}": emoji["name"] for emoji in truth["emojis"]}
        held |= {f"sticker {sticker['id']}": sticker["name"] for sticker in truth["stickers"]}
        held |= {"settings": read_settings(truth["guild"]), "features": frozenset(truth["guild"]["features"])}
        names = known.keys() | held.keys()
        return [(known.get(n), held.get(n)) for n in sorted(names) if known.get(n) != held.get(n)]


def _sorted(channel: Channel) -> Channel:
    return replace(channel, overwrites=tuple(sorted(channel.overwrites)))


_NO_PICTURES: dict[str, None] = dict.fromkeys(("icon", "banner", "splash", "discovery_splash"))

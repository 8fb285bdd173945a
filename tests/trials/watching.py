"""A simulated Discord whose every accepted write is followed by a look at the guild."""

from typing import Any, Literal

from bot.simulator import Simulator
from bot.simulator.journal import Effect, Journal, Request
from bot.simulator.state import Channel as SimulatedChannel
from bot.simulator.state import Guild
from core.discord.types import Channel, GuildSettings, Overwrite, Role, Snapshot

_KINDS: tuple[Literal["role", "member"], ...] = ("role", "member")
_VOICES, _STAGE = (2, 13), 13
_NO_WELCOME_SCREEN = 10069


class Watch(Journal):
    """Takes the journal's place in a simulator. Looks see what decides who may do what: the states between."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator.world.clock)
        self._guilds = simulator.world.guilds
        self._guild_id: int | None = None
        self.states: list[Snapshot] = []
        self.labels: list[str] = []

    @classmethod
    def over(cls, simulator: Simulator) -> "Watch":
        watch = cls(simulator)
        simulator.world.journal = watch
        return watch

    def begin(self, guild_id: str) -> None:
        """Forgets what was, and looks from now on at this guild."""
        self.clear()
        self._guild_id = int(guild_id)
        self.states, self.labels = [self._look()], []

    def wrote(self, **said: Any) -> None:
        super().wrote(**said)
        if self._guild_id in self._guilds:
            self.states.append(self._look())
            self.labels.append(_label(self.effects[-1]))

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.method != "GET"]

    @property
    def refused(self) -> list[Request]:
        """But for the answer that there is no welcome screen: Discord has no other way to say so."""
        return [
            request
            for request in self.requests
            if request.status is None or (request.status >= 400 and not _is_no_welcome_screen(request))
        ]

    def _look(self) -> Snapshot:
        assert self._guild_id is not None
        return authority_in(self._guilds[self._guild_id])


def _is_no_welcome_screen(request: Request) -> bool:
    return request.method == "GET" and (request.error or {}).get("code") == _NO_WELCOME_SCREEN


def authority_in(guild: Guild) -> Snapshot:
    """Roles, channels and their overwrites, straight from the simulator's memory; nothing else of the guild."""
    return Snapshot(
        guild_id=str(guild.id),
        owner_id=str(guild.owner_id),
        settings=GuildSettings(name=guild.name),
        roles=tuple(
            Role(id=str(role.id), name=role.name, permissions=role.permissions)
            for role in guild.roles.values()
        ),
        channels=tuple(_channel(channel) for channel in guild.channels.values()),
    )


def _channel(channel: SimulatedChannel) -> Channel:
    return Channel(
        id=str(channel.id),
        type="stage" if channel.type == _STAGE else "voice" if channel.type in _VOICES else "text",
        name=channel.name,
        overwrites=tuple(
            Overwrite(_KINDS[o.type], str(o.id), o.allow, o.deny) for o in channel.overwrites.values()
        ),
    )


def _label(effect: Effect) -> str:
    return f"{effect.method} {effect.path}"

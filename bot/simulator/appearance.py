"""How the bot appears to others: its presence, and the voice channel it is in."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from bot.simulator import payloads
from bot.simulator.gateway.presence import Presence
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Member
from bot.simulator.state.voice import VoiceState


class Appearance:
    """One presence everywhere, and in each guild at most one voice channel. Changes are told through ``emit``."""

    def __init__(
        self,
        bot_id: int,
        emit: Callable[[str, Guild, JsonObject], None],
        member_payload: Callable[[Member], JsonObject],
    ) -> None:
        self._bot_id = bot_id
        self._emit = emit
        self._member_payload = member_payload
        self._presence = Presence()
        self._voice: dict[int, VoiceState] = {}

    def clear(self) -> None:
        self._presence = Presence()
        self._voice.clear()

    def show(self, presence: Presence, guilds: Iterable[Guild]) -> None:
        """Change the presence, and tell each guild."""
        if presence == self._presence:
            return
        self._presence = presence
        body = presence.payload(self._bot_id)
        for guild in guilds:
            self._emit("PRESENCE_UPDATE", guild, body | {"guild_id": str(guild.id)})

    def presences(self, user_ids: Collection[int]) -> list[JsonObject]:
        """Presences of those who are online, which nobody but the bot is."""
        if self._bot_id not in user_ids or self._presence.shown == "offline":
            return []
        return [self._presence.payload(self._bot_id)]

    def voice_states(self, guild: Guild) -> list[JsonObject]:
        """As GUILD_CREATE lists them: without the guild."""
        state = self._voice.get(guild.id)
        return [] if state is None else [payloads.voice_state(guild.members[self._bot_id], state)]

    def enter(self, guild: Guild, state: VoiceState) -> bool:
        """Join a channel, move to it, or change mute and deaf in it; whether the channel is another than before."""
        before = self._voice.get(guild.id)
        self._voice[guild.id] = state
        self._tell(guild, state)
        return before is None or before.channel_id != state.channel_id

    def leave(self, guild: Guild, *, channel_id: int | None = None, session_id: str | None = None) -> None:
        """Leave voice in a guild; only this channel, or only what was joined on this session, if one is named."""
        state = self._voice.get(guild.id)
        if state is None or channel_id not in (None, state.channel_id):
            return
        if session_id in (None, state.session_id):
            del self._voice[guild.id]
            self._tell(guild, replace(state, channel_id=None))

    def forget(self, guild: Guild) -> None:
        """The bot is no member any more."""
        self._voice.pop(guild.id, None)

    def _tell(self, guild: Guild, state: VoiceState) -> None:
        bot = guild.members.get(self._bot_id)
        if bot is not None:
            body = payloads.voice_state(bot, state)
            body |= {"guild_id": str(guild.id), "member": self._member_payload(bot)}
            self._emit("VOICE_STATE_UPDATE", guild, body)

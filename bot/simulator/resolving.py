"""What people pick in Discord's client, found by id or name and collected under ``resolved``.

Discord docs: Interactions > Receiving and Responding > Resolved Data.
"""

import base64
import binascii
import mimetypes
import re
from dataclasses import dataclass

from bot.simulator import payloads, permissions, posting
from bot.simulator.command_options import CHANNEL, MENTIONABLE, ROLE, USER
from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.ledger import UploadedFile
from bot.simulator.shapes import JsonObject, as_object, as_text, words
from bot.simulator.state import Channel, Guild, Member, Message
from bot.simulator.world import World

_MIB = 1 << 20
_LIMITS = {2: 50 * _MIB, 3: 100 * _MIB}  # by the guild's premium tier; elsewhere 10 MiB
_CHANNEL_FIELDS = words(
    "id name type last_message_id last_pin_timestamp nsfw parent_id guild_id flags rate_limit_per_user topic position "
    "thread_metadata"
)
_NOT_OF_MEMBERS = ("user", "deaf", "mute")
_UNWANTED = re.compile(r"[^A-Za-z0-9_.-]")
# The interpreter's own table: what the machine's says would differ from one to the next.
_TYPES = mimetypes.MimeTypes()


@dataclass(slots=True, frozen=True)
class Place:
    """Who does it and where; ``origin`` is the address under which the simulator was asked."""

    world: World
    guild: Guild
    channel: Channel
    member: Member
    origin: str

    def held_by(self, member: Member | None, channel: Channel) -> str:
        """A member's permissions in a channel, as text."""
        if member is None:
            return "0"
        return str(permissions.in_channel(self.guild, member, channel, self.world.clock.now()))

    def partial_channel(self, channel: Channel) -> JsonObject:
        """With what the person and what the application may do in it."""
        whole = payloads.channel(channel)
        bot = self.guild.members.get(self.world.application.bot_id)
        return {key: whole[key] for key in _CHANNEL_FIELDS if key in whole} | {
            "permissions": self.held_by(self.member, channel),
            "app_permissions": self.held_by(bot, channel),
        }

    @property
    def attachment_limit(self) -> int:
        """Bytes a file may have (docs: Reference > Uploading Files)."""
        return _LIMITS.get(self.guild.premium_tier, 10 * _MIB)


class Resolver:
    def __init__(self, place: Place) -> None:
        self._place = place
        self.found: dict[str, JsonObject] = {}

    def _add(self, kind: str, entity_id: int, body: JsonObject) -> str:
        self.found.setdefault(kind, {})[str(entity_id)] = body
        return str(entity_id)

    def entity(self, kind: int, value: object, channel_types: list[object] | None = None) -> str:
        """Of an option type that names something: a user, channel, role, or either of user and role."""
        text, found = str(value), None
        if kind in (USER, MENTIONABLE):
            found = self.user(text)
        if found is None and kind in (ROLE, MENTIONABLE):
            found = self._role(text)
        if kind == CHANNEL:
            found = self._channel(text, channel_types)
        if found is None:
            raise bad_field("options", "INTERACTION_OPTION_UNKNOWN", f"Nothing called {text!r} to choose")
        return found

    def user(self, text: str) -> str | None:
        """A user, and as a member if they are one."""
        place = self._place
        user = place.world.user_named(text.removeprefix("@"))
        if user is None:
            return None
        member = place.guild.members.get(user.id)
        if member is not None:
            whole = place.world.member_payload(member)
            partial = {key: each for key, each in whole.items() if key not in _NOT_OF_MEMBERS}
            self._add("members", user.id, partial | {"permissions": place.held_by(member, place.channel)})
        return self._add("users", user.id, payloads.user(user))

    def _role(self, text: str) -> str | None:
        for role in self._place.guild.roles.values():
            if text in (str(role.id), role.name):
                return self._add("roles", role.id, payloads.role(role))
        return None

    def _channel(self, text: str, types: list[object] | None) -> str | None:
        for channel in self._place.guild.channels.values():
            if text in (str(channel.id), channel.name) and (not types or channel.type in types):
                return self._add("channels", channel.id, self._place.partial_channel(channel))
        return None

    def message(self, message: Message) -> str:
        return self._add("messages", message.id, posting.payload(self._place.world, message))

    def attachment(self, value: object) -> str:
        """A file the person uploads: its name, or ``{"filename", "content": text or "base64", "content_type"?}``."""
        given = as_object(value) or {"filename": value}
        asked = as_text(given.get("filename"))
        if not asked:
            raise bad_field("options", "INTERACTION_OPTION_TYPE", "A file needs a name")
        content = _content(given)
        if len(content) > self._place.attachment_limit:
            raise refuse(40005)
        world = self._place.world
        filename, file_id = _UNWANTED.sub("_", asked), world.mint()
        kind = (
            as_text(given.get("content_type")) or _TYPES.guess_type(filename)[0] or "application/octet-stream"
        )
        world.interactions.files[file_id] = UploadedFile(filename, content, kind)
        url = f"{self._place.origin}/ephemeral-attachments/{world.application.id}/{file_id}/{filename}"
        body: JsonObject = {
            "id": str(file_id),
            "filename": filename,
            "size": len(content),
            "url": url,
            "proxy_url": url,
            "content_type": kind,
            "ephemeral": True,
        }
        return self._add("attachments", file_id, body)


def _content(given: JsonObject) -> bytes:
    encoded = as_text(given.get("base64"))
    if encoded is None:
        return (as_text(given.get("content")) or "").encode()
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, 0, "base64 is not what it says") from None

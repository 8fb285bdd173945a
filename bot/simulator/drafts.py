"""Reading a message from a form, for channels, interaction responses and followups alike."""

import copy
import re

from bot.simulator.components import IS_COMPONENTS_V2, read_components
from bot.simulator.embeds import read_embeds
from bot.simulator.emojis import check_components
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object, as_text
from bot.simulator.state import Channel, Guild, Message
from bot.simulator.world import World

EPHEMERAL, LOADING, SUPPRESS_EMBEDS, SILENT = 1 << 6, 1 << 7, 1 << 2, 1 << 12
_SENDABLE = SUPPRESS_EMBEDS | SILENT | IS_COMPONENTS_V2
_USER, _ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")


def new_message(world: World, channel: Channel, author_id: int) -> Message:
    return Message(id=world.mint(), channel_id=channel.id, author_id=author_id, timestamp=world.clock.stamp())


def write(form: Form, message: Message, guild: Guild, world: World, *, extra_flags: int = 0) -> Message:
    """The message with the form applied; keys that are absent leave what was there. Refuses an empty result."""
    draft = copy.copy(message)
    settable = _SENDABLE | extra_flags
    draft.flags = form.whole("flags", draft.flags) & settable | draft.flags & ~(settable & ~IS_COMPONENTS_V2)
    version_2 = bool(draft.flags & IS_COMPONENTS_V2)
    draft.content = form.text("content", draft.content, most=2000) or ""
    embeds = read_embeds(form)
    draft.embeds = draft.embeds if embeds is None else embeds
    components = read_components(form, modal=False, version_2=version_2)
    check_components(form, world)
    draft.components = draft.components if components is None else components
    draft.attachments = _attachments(form, draft, world)
    draft.tts = form.flag("tts", draft.tts)
    if version_2:
        for key in ("content", "embeds"):
            if form.data.get(key):
                form.bad(
                    key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Not with IS_COMPONENTS_V2"
                )
    form.settle()
    if not (draft.content or draft.embeds or draft.components or draft.attachments):
        raise refuse(50006)
    _mention(form, draft, guild)
    return draft


def _attachments(form: Form, draft: Message, world: World) -> list[JsonObject]:
    """Kept ones by id, then those that came as files."""
    kept = draft.attachments
    listed = form.forms("attachments", most=10)
    if listed is not None:
        wanted = {str(each.data.get("id")) for each in listed}
        kept = [each for each in kept if each["id"] in wanted]
    new: list[JsonObject] = []
    for each in as_list(form.data.get("_files")) or []:
        file = as_object(each) or {}
        file_id = world.mint()
        url = f"http://127.0.0.1/attachments/{draft.channel_id}/{file_id}/{file.get('filename')}"
        new.append(
            {
                "id": str(file_id),
                "filename": file.get("filename"),
                "size": file.get("size"),
                "url": url,
                "proxy_url": url,
                "content_type": "application/octet-stream",
            }
        )
    return kept + new


def _mention(form: Form, draft: Message, guild: Guild) -> None:
    """Who is pinged: what the content names, within ``allowed_mentions``."""
    allowed = as_object(form.data.get("allowed_mentions"))
    parse = None if allowed is None else {as_text(each) for each in as_list(allowed.get("parse")) or []}

    def permitted(kind: str, found: int) -> bool:
        if allowed is None or parse is None or kind in parse:
            return True
        return found in [as_int(each) for each in as_list(allowed.get(kind)) or []]

    users = dict.fromkeys(int(each) for each in _USER.findall(draft.content))
    roles = dict.fromkeys(int(each) for each in _ROLE.findall(draft.content))
    draft.mentions = [each for each in users if each in guild.members and permitted("users", each)]
    draft.mention_roles = [each for each in roles if each in guild.roles and permitted("roles", each)]
    everyone = "@everyone" in draft.content or "@here" in draft.content
    draft.mention_everyone = everyone and (parse is None or "everyone" in parse)

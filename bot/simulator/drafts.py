"""Reading a message from a form, for channels, interaction responses and followups alike."""

import copy
from collections.abc import Iterable

from bot.simulator.attachments import read_attachments
from bot.simulator.components import IS_COMPONENTS_V2, read_components
from bot.simulator.embeds import read_embeds, trimmed, without_pictures
from bot.simulator.emojis import check_components
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.mentions import KINDS, mention, read_allowed
from bot.simulator.message_flags import SILENT, SUPPRESS_EMBEDS
from bot.simulator.multipart import uploads_in
from bot.simulator.permissions import ALL, ATTACH_FILES, EMBED_LINKS, SEND_TTS_MESSAGES
from bot.simulator.state import Channel, Guild, Message
from bot.simulator.world import World

_SETTABLE = SUPPRESS_EMBEDS | SILENT | IS_COMPONENTS_V2
_LEGACY = ("content", "embeds", "sticker_ids", "poll", "shared_client_theme")


def new_message(world: World, channel: Channel, author_id: int) -> Message:
    return Message(id=world.mint(), channel_id=channel.id, author_id=author_id, timestamp=world.clock.stamp())


def write(
    form: Form,
    message: Message,
    guild: Guild,
    world: World,
    *,
    extra_flags: int = 0,
    powers: int = ALL,
    parse: Iterable[str] = KINDS,
) -> Message:
    """A new message with the form applied; refuses an empty one.

    ``powers`` are the author's permissions in the channel, which webhooks and responses to interactions do not need;
    ``parse`` is what is pinged where the form does not say.
    """
    draft = copy.copy(message)
    settable = _SETTABLE | extra_flags
    draft.flags = form.whole("flags", 0) & settable | draft.flags & ~settable
    draft.tts = form.flag("tts", False)
    if draft.tts and not powers & SEND_TTS_MESSAGES:
        raise refuse(50013)
    embeds = _fill(form, draft, guild, world, powers=powers, editing=False)
    allowed = read_allowed(form, parse)
    form.settle()
    if form.data.get("sticker_ids"):
        raise refuse(50081)  # no guild here has any
    if _is_empty(draft):
        raise refuse(50013 if embeds else 50006)
    mention(draft, allowed, guild, world, powers)
    return draft


def rewrite(
    form: Form,
    message: Message,
    guild: Guild,
    world: World,
    *,
    powers: int = ALL,
    parse: Iterable[str] = KINDS,
) -> Message:
    """An existing message with the form applied; keys that are absent leave what was there.

    SUPPRESS_EMBEDS can be set and unset, IS_COMPONENTS_V2 only set. Whom it pings is worked out anew when its text
    changes, by what this form allows and not the first one.
    """
    draft = copy.copy(message)
    draft.flags = (
        asked_flags(form, draft) & (SUPPRESS_EMBEDS | IS_COMPONENTS_V2) | draft.flags & ~SUPPRESS_EMBEDS
    )
    _fill(form, draft, guild, world, powers=powers, editing=True)
    form.snowflakes("sticker_ids", most=1 << 10)  # read, and nothing more: no edit changes stickers
    allowed = read_allowed(form, parse)
    form.settle()
    if _is_empty(draft):
        raise refuse(50006)
    if ("components" if draft.flags & IS_COMPONENTS_V2 else "content") in form:
        mention(draft, allowed, guild, world, powers)
    return draft


def asked_flags(form: Form, message: Message) -> int:
    """What an edit wants the flags to be, settable or not; null leaves them."""
    asked = form.number("flags", message.flags)
    return message.flags if asked is None else asked


def _fill(form: Form, draft: Message, guild: Guild, world: World, *, powers: int, editing: bool) -> bool:
    """Read what is shown; whether embeds were sent. Without EMBED_LINKS they are dropped without a word, and only a
    new message that is nothing without them is refused for it (discord-api-docs#2601)."""
    if uploads_in(form) and not powers & ATTACH_FILES:
        raise refuse(50013)
    before = draft.attachments
    read_attachments(form, draft, guild, world, editing=editing)
    gone = {each["url"] for each in before} - {each["url"] for each in draft.attachments}
    draft.embeds = without_pictures(draft.embeds, gone) if gone else draft.embeds
    files = {str(each["filename"]): each for each in draft.attachments}
    if "content" in form:
        draft.content = trimmed(form, "content", most=2000) or ""
    embeds = read_embeds(form, files)
    if embeds is not None:
        draft.embeds = embeds if powers & EMBED_LINKS else []
    version_2 = bool(draft.flags & IS_COMPONENTS_V2)
    components = read_components(form, version_2=version_2, files=files)
    check_components(form, world)
    draft.components = draft.components if components is None else components
    if version_2:
        _forbid_legacy(form, draft)
    if form.data.get("poll") is not None:
        form.bad("poll", "POLLS_ARE_NOT_SIMULATED", "Polls are not part of the simulator")
    return bool(embeds)


def _forbid_legacy(form: Form, draft: Message) -> None:
    """Neither may a message have them from before: the edit that sets the flag has to empty them."""
    for key in _LEGACY:
        if form.data.get(key) or (key not in form and getattr(draft, key, None)):
            form.bad(
                key,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _is_empty(draft: Message) -> bool:
    """A message of components has to have some: attachments alone show nothing there."""
    if draft.flags & IS_COMPONENTS_V2:
        return not draft.components
    return not (draft.content or draft.embeds or draft.components or draft.attachments)

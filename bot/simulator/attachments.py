"""Files of a message (Discord docs: Message > Attachment Object, Reference > Uploading Files)."""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import PurePath

from bot.simulator.errors import Refusal, refuse
from bot.simulator.forms import Form
from bot.simulator.image_sizes import size_of
from bot.simulator.images import kind_of
from bot.simulator.message_flags import EPHEMERAL
from bot.simulator.multipart import Upload, uploads_in
from bot.simulator.shapes import JsonObject
from bot.simulator.state import File, Guild, Message
from bot.simulator.world import World

IS_SPOILER, IS_ANIMATED = 1 << 3, 1 << 5
_MOST = 10
_MIB = 1 << 20
_REQUEST_LIMIT = 25 * _MIB
_FILE_LIMIT = 10 * _MIB
_BOOSTED = {2: 50 * _MIB, 3: 100 * _MIB}  # by premium tier
_UNWANTED = re.compile(r"[^A-Za-z0-9_.-]")
# The interpreter's own table: what the machine's says would differ from one to the next.
_TYPES = mimetypes.MimeTypes()


def read_attachments(form: Form, draft: Message, guild: Guild, world: World, *, editing: bool) -> None:
    """Set the draft's attachments: kept ones first, then those that came as files.

    ``attachments`` names them by id or by the n of ``files[n]``. When editing with it, what it does not name goes, of
    old ones and of new ones; without it all old ones stay and all new ones are added.
    """
    uploads = uploads_in(form)
    require_sizes(uploads, guild)
    listed = form.forms("attachments", most=_MOST)
    facts = _listed(
        listed or [], {_id(each) for each in draft.attachments} | {each.index for each in uploads}
    )
    kept = [
        _described(each, facts.get(_id(each), {}))
        for each in draft.attachments
        if listed is None or _id(each) in facts
    ]
    added = [each for each in uploads if listed is None or not editing or each.index in facts]
    if len(kept) + len(added) > _MOST:
        raise refuse(30015)
    made = {world.mint(): each for each in added}
    draft.attachments = kept + [
        _attachment(draft, key, upload, facts.get(upload.index, {})) for key, upload in made.items()
    ]
    ids = {_id(each) for each in kept}
    old = {key: file for key, file in draft.files.items() if key in ids}
    draft.files = old | {key: File(upload.content, _kind(upload)) for key, upload in made.items()}


def _id(attachment: JsonObject) -> int:
    return int(str(attachment["id"]))


def _listed(forms: list[Form], known: set[int]) -> dict[int, JsonObject]:
    """What ``attachments`` says, by id or by n; one that is neither there nor sent is not found."""
    found: dict[int, JsonObject] = {}
    for form in forms:
        form.require("id")
        key = form.snowflake("id")
        if key is not None:
            found[key] = _facts(form)
            if key not in known:
                form.bad("id", "ATTACHMENT_NOT_FOUND", "Attachment data not found")
    return found


def require_sizes(uploads: list[Upload], guild: Guild) -> None:
    """Each file and the request as a whole have a limit (40005). Boosted guilds' files may be larger than what is said
    of the whole, so the larger of both holds for it."""
    most = _BOOSTED.get(guild.premium_tier, _FILE_LIMIT)
    sizes = [len(each.content) for each in uploads]
    if any(size > most for size in sizes) or sum(sizes) > max(most, _REQUEST_LIMIT):
        raise refuse(40005)


def stored_file(world: World, channel_id: int, attachment_id: int) -> File | None:
    """What lies at an attachment's address for as long as its message is there."""
    for message in _messages(world, channel_id):
        if attachment_id in message.files:
            return message.files[attachment_id]
    return None


def _messages(world: World, channel_id: int) -> Iterator[Message]:
    """Those of the channel, and those that only the user of an interaction sees."""
    try:
        _, channel = world.find_channel(channel_id)
    except Refusal:
        return
    yield from channel.messages.values()
    for interaction in world.interactions.by_id.values():
        for message in interaction.messages.values():
            if message.channel_id == channel_id and message.flags & EPHEMERAL:
                yield message


def _facts(form: Form) -> JsonObject:
    """What a line of ``attachments`` says, but for the id; null takes a description away."""
    found: JsonObject = {}
    for key, least in (("filename", 1), ("description", 0), ("title", 0)):
        if key in form:
            found[key] = form.text(key, least=least, most=1024) or None
    if "is_spoiler" in form:
        found["is_spoiler"] = form.flag("is_spoiler", False)
    return found


def _described(attachment: JsonObject, facts: JsonObject) -> JsonObject:
    """Of a kept attachment description and spoiler can change."""
    changed = dict(attachment)
    if "description" in facts:
        changed["description"] = facts["description"]
    if "is_spoiler" in facts:
        before = int(str(attachment.get("flags", 0)))
        changed["flags"] = before & ~IS_SPOILER | (IS_SPOILER if facts["is_spoiler"] else 0)
    return _filled(changed)


def _attachment(draft: Message, attachment_id: int, upload: Upload, facts: JsonObject) -> JsonObject:
    asked = str(facts.get("filename") or upload.filename)
    filename = _safe_name(asked, attachment_id)
    url = f"http://{upload.host}/attachments/{draft.channel_id}/{attachment_id}/{filename}"
    size, kind = size_of(upload.content), _kind(upload)
    flags = (IS_SPOILER if facts.get("is_spoiler") else 0) | (IS_ANIMATED if kind == "image/gif" else 0)
    return _filled(
        {
            "id": str(attachment_id),
            "filename": filename,
            "title": facts.get("title") or (PurePath(asked).stem if filename != asked else None),
            "description": facts.get("description"),
            "content_type": kind,
            "size": len(upload.content),
            "url": url,
            "proxy_url": url,
            "width": None if size is None else size[0],
            "height": None if size is None else size[1],
            "flags": flags,
            "ephemeral": True if draft.flags & EPHEMERAL else None,
        }
    )


def _filled(attachment: JsonObject) -> JsonObject:
    """Discord leaves out what there is nothing to say of."""
    return {
        key: value for key, value in attachment.items() if value is not None and (key, value) != ("flags", 0)
    }


def _safe_name(asked: str, attachment_id: int) -> str:
    """Only plain characters stay in a file's name; one that has none left before its extension goes by the id."""
    name = _UNWANTED.sub("", asked.replace(" ", "_"))
    stem, dot, extension = name.rpartition(".")
    return name if stem.strip(".") or (name and not dot) else f"{attachment_id}{dot}{extension}"


def _kind(upload: Upload) -> str | None:
    """By its first bytes if it is an image, else by its name; what the sender calls it counts for nothing."""
    kind = kind_of(upload.content) or _TYPES.guess_type(upload.filename)[0]
    return f"{kind}; charset=utf-8" if kind is not None and kind.startswith("text/") else kind

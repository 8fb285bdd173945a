"""What a schedule does, and how it went, in words."""

from datetime import datetime
from typing import Final

import msgspec

from bot.ui.refusals import by_names
from bot.ui.text import clipped
from core.actions.payloads import ChannelLock, MessageSend
from core.actions.undo import UndoPayload
from core.announcements.jobs import AnnouncementPost
from core.discord.markdown import plain
from core.errors import Invalid
from core.schedules.payloads import ApplyScheduled, CaptureScheduled, DriftCheckScheduled, SchedulePayload
from core.schedules.schemas import Schedule, ScheduleRun
from core.schedules.sentences import lasting

_TEXT_ROOM, _TROUBLE_ROOM = 200, 150
_OPTIONS: Final = {
    "/trigger/expression": "cron",
    "/trigger/every_seconds": "every",
    "/trigger/run_at": "at",
    "/time_zone": "zone",
    "/payload/channel_id": "channel",
    "/payload/content": "text",
    "/payload/template_id": "template",
    "/payload/label": "label",
    "/payload/announcement_id": "announcement",
    "/payload/expires_in": "for",
}
"""Where core finds something wrong, and what the command calls that."""


def absolute(at: datetime) -> str:
    """As each reader's own client shows it, and how long that is away."""
    seconds = int(at.timestamp())
    return f"<t:{seconds}:F> (<t:{seconds}:R>)"


def relative(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:R>"


def doing(payload: SchedulePayload, announced: str | None = None) -> str:
    """As a person says it of a schedule: it … `announced` is the name of the announcement that it posts, where that is
    known."""
    match payload:
        case MessageSend(channel_id=channel_id, content=content):
            said = plain(clipped(content, _TEXT_ROOM)) or "an embed"
            return f"sends to <#{channel_id}>: {said}"
        case AnnouncementPost(announcement_id=announcement_id):
            named = f"`{announcement_id}`" if announced is None else f"“{plain(announced)}”"
            return f"posts the announcement {named}"
        case ChannelLock(channel_id=channel_id, expires_in=seconds):
            lasts = "" if seconds is None else f" for {lasting(seconds)}"
            return f"locks <#{channel_id}>{lasts}"
        case UndoPayload(act=act):
            return f"takes back what was done for a time ({_kind_of(act)})"
        case CaptureScheduled() | DriftCheckScheduled() | ApplyScheduled():
            return _looking_after(payload)
        case _:
            return f"asks for {_kind_of(payload)}"


def _looking_after(payload: CaptureScheduled | DriftCheckScheduled | ApplyScheduled) -> str:
    match payload:
        case CaptureScheduled(label=label):
            named = f" as “{plain(label)}”" if label else ""
            return f"keeps what the server looks like{named}"
        case DriftCheckScheduled():
            return "compares the server with its active version"
        case ApplyScheduled(version=version):
            which = "newest version" if version is None else f"version {version}"
            return f"applies the {which} of a template, and deletes nothing"


def went(run: ScheduleRun | None) -> str:
    """What became of the latest run."""
    if run is None:
        return "has not run yet"
    at = relative(run.ended_at or run.asked_at or run.due_at)
    if run.state == "waiting":
        return f"waits for its turn since {at}"
    if run.state == "asked":
        return f"is being done since {at}"
    why = "" if run.trouble is None else f": {plain(clipped(run.trouble.message, _TROUBLE_ROOM))}"
    return f"last {run.state} {at}{why}"


def ran_text(run: ScheduleRun) -> str:
    """What came of running it by hand."""
    match run.state:
        case "asked":
            return f"is being done now, as job `{run.job_id}`."
        case "waiting":
            return "is done as soon as the run before it has ended."
        case _:
            why = "" if run.trouble is None else f": {plain(run.trouble.message)}"
            return f"ran, and {run.state}{why or '.'}"


def standing(schedule: Schedule) -> str:
    """Its state, and why it was paused."""
    if schedule.state != "paused" or schedule.pause is None:
        return schedule.state
    by = "by itself" if schedule.pause.by.kind == "system" else f"by {plain(schedule.pause.by.name)}"
    why = "" if not schedule.pause.reason else f": {plain(clipped(schedule.pause.reason, _TROUBLE_ROOM))}"
    return f"paused {by} {relative(schedule.pause.at)}{why}"


def by_options(refused: Invalid) -> Invalid:
    """The same, with each message under the name of the option that it is about."""
    return by_names(refused, _option_of)


def _option_of(pointer: str) -> str:
    name = _OPTIONS.get(pointer, "" if pointer.count("/") != 1 else pointer.removeprefix("/"))
    return "" if name == "payload" else name


def _kind_of(payload: msgspec.Struct) -> str:
    return str(payload.__struct_config__.tag)

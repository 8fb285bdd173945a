"""The bot's presence (Discord docs: Gateway Events > Update Presence, Presence Update)."""

from dataclasses import dataclass, field

from bot.simulator.gateway.codes import DECODE_ERROR, GatewayClosed
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object, as_text

_STATUSES = ("online", "dnd", "idle", "invisible", "offline")
_ACTIVITY_TYPES = range(6)


@dataclass(slots=True, frozen=True)
class Presence:
    """``activities`` in the shape they are shown in."""

    status: str = "online"
    activities: list[JsonObject] = field(default_factory=list[JsonObject])

    @property
    def shown(self) -> str:
        return "offline" if self.status == "invisible" else self.status

    def payload(self, user_id: int) -> JsonObject:
        """A presence update without its guild; a bot's session is that of a web client (Client Status Object)."""
        return {
            "user": {"id": str(user_id)},
            "status": self.shown,
            "activities": self.activities,
            "client_status": {} if self.shown == "offline" else {"web": self.shown},
        }


def read_presence(data: JsonObject, now: float) -> Presence:
    """An update presence object; 4002 for what is none."""
    activities = as_list(data.get("activities"))
    status, afk = data.get("status"), data.get("afk")
    if activities is None or status not in _STATUSES or not isinstance(afk, bool):
        raise GatewayClosed(DECODE_ERROR)
    if data.get("since") is not None and as_int(data["since"]) is None:
        raise GatewayClosed(DECODE_ERROR)
    return Presence(str(status), [_activity(each, now) for each in activities])


def _activity(raw: object, now: float) -> JsonObject:
    """Of an activity a bot may set name, state, type and url (docs: Activity Object); the rest is dropped."""
    found = as_object(raw) or {}
    name, kind = as_text(found.get("name")), as_int(found.get("type"))
    if name is None or kind not in _ACTIVITY_TYPES:
        raise GatewayClosed(DECODE_ERROR)
    shown: JsonObject = {"name": name, "type": kind, "created_at": int(now * 1000)}
    return shown | {key: found[key] for key in ("state", "url") if isinstance(found.get(key), str)}

"""Bodies of the right shape that cannot be meant, by hand: where somebody may not, that is what they are told."""

from typing import Any

from tests.api.matrix.asking import PAST
from tests.api.matrix.outcomes import Cell
from tests.api.matrix.scene import Scene

TOO_LARGE = "99999999999999999999"
"""Looks like an id, and is none."""
UNREADABLE: dict[str, Any] = {
    "guildwright": 1,
    "roles": [{"key": "a", "name": "A"}, {"key": "a", "name": "A again"}],
}
UNKNOWN_VALUE = {"unknown": "x"}
UNKNOWN_VARIABLE = {"content": "${unknown}"}
SHAPE_IS_ALL = frozenset(
    {
        "captureDrift",
        "createPlans",
        "editMyNotifications",
        "editSnapshot",
        "pauseSchedule",
        "pauseSystem",
        "putAccess",
        "uploadImage",
    }
)
"""What has the right shape can be meant; or is answered guild by guild."""


def meaningless(scene: Scene, cell: Cell) -> dict[str, Any]:
    """By operation."""
    place, guild_id = scene.place(cell), scene.place(cell).guild_id
    version = {"kind": "version", "template_id": scene.template_id(cell)}
    shared = {} if cell.resource == "own" else {"visibility": "guild", "guild_id": guild_id}
    return {
        "createAccessToken": {"scopes": ["nonsense"]},
        "createMyToken": {"name": "late", "expires_at": PAST},
        "reviewGuild": {"decision": "approved"},
        "createJob": {"payload": {"kind": "message.send", "channel_id": TOO_LARGE, "content": "hi"}},
        "captureGuild": {"members": True},
        "editGuildSettings": {"drift_channel_id": TOO_LARGE},
        "putPolicies": {
            "rules": [{"rule": "never", "name": "same", "permissions": ["nonsense"], "roles": ["everyone"]}]
            * 2
        },
        "putActiveVersion": {"template_id": scene.public_template_id, "values": UNKNOWN_VALUE},
        "createPlan": {"template_id": scene.public_template_id, "values": UNKNOWN_VALUE},
        "createRollback": {"snapshot_id": place.snapshot_id, "members": True},
        "applyPlan": {"hash": "another"},
        "approvePlan": {"hash": "another"},
        "createCallback": {"url": "https://127.0.0.1/", "events": ["job.settled"]},
        "editCallback": {"url": "https://127.0.0.1/"},
        "createSchedule": {
            "name": "late",
            "payload": {"kind": "guild.sync"},
            "trigger": {"type": "once", "run_at": PAST},
        },
        "previewNewSchedule": {"trigger": {"type": "once", "run_at": PAST}},
        "editSchedule": {"time_zone": "Nowhere"},
        "createAnnouncement": {"name": "late", "channel_id": "1", "message": UNKNOWN_VARIABLE},
        "previewNewAnnouncement": {"channel_id": "1", "message": UNKNOWN_VARIABLE},
        "editAnnouncement": {"message": UNKNOWN_VARIABLE},
        "decideAnnouncement": {"decision": "approve", "revision": 1_000_000},
        "createTemplate": {"name": "Ours", "document": UNREADABLE, **shared},
        "importTemplate": UNREADABLE,
        "editTemplate": {"visibility": "guild", "guild_id": None},
        "copyTemplate": {"visibility": "guild"},
        "createVersion": {"document": UNREADABLE},
        "createDiff": {"left": version, "right": {**version, "values": UNKNOWN_VALUE}},
    }

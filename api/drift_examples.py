"""Examples of where a guild is not as its active version says."""

import msgspec

from api.example_values import CHANNEL, GUILD, PLAN, TEMPLATE, THEN
from api.schemas.drift import CaptureDrift, DriftActor, DriftItem, DriftPage

DRIFT_EXAMPLES: tuple[msgspec.Struct, ...] = (
    CaptureDrift(note="As the crew wants it"),
    DriftPage(
        items=(
            DriftItem(
                id=PLAN,
                what="changed",
                kind="channel",
                object_id=CHANNEL,
                key="mod-log",
                name="mod-log",
                field="topic",
                old="What was done",
                new=None,
                state="open",
                times=1,
                reverts=0,
                who=DriftActor(user_id=GUILD, name="ada"),
                at=THEN,
                settled_at=None,
                template_id=TEMPLATE,
                version=1,
            ),
        )
    ),
)

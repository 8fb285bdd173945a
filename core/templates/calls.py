"""The calls to Discord that a step is, each with what it is counted for."""

from typing import TypeAlias, cast

from core.discord.pace import Call
from core.discord.resources import WebhookFields
from core.discord.types import Snowflake
from core.templates.plan import (
    CreateChannel,
    CreateResource,
    DeleteChannel,
    DeleteResource,
    EditChannel,
    EditResource,
    Step,
)
from core.templates.resources.powers import resource_kind

OF_GUILD = ""
Counted: TypeAlias = tuple[Call, Snowflake]
"""A call, and the channel or webhook that Discord counts it for; `OF_GUILD` where it counts it for the guild."""


def calls_of(step: Step) -> tuple[Counted, ...]:
    """Discord takes the flags of a new forum only with an edit."""
    match step:
        case CreateChannel(id=made, fields=fields):
            flagged = True in (fields.require_tag, fields.hide_downloads)
            edit: tuple[Counted, ...] = (("edit_channel", made),) if flagged else ()
            return ("create_channel", OF_GUILD), *edit
        case EditChannel() | DeleteChannel():
            return ((_tag(step), step.channel_id),)
        case CreateResource() | EditResource() | DeleteResource():
            return (_of_resource(step),)
        case _:
            # Every other step is called as its call is.
            return ((_tag(step), OF_GUILD),)


def _of_resource(step: CreateResource | EditResource | DeleteResource) -> Counted:
    if isinstance(step, DeleteResource):
        return cast("Call", f"delete_{step.kind}"), step.resource_id if step.kind == "webhook" else OF_GUILD
    kind = resource_kind(step.fields)
    if isinstance(step, EditResource):
        return cast("Call", f"edit_{kind}"), step.resource_id if kind == "webhook" else OF_GUILD
    home = step.fields.channel_id if isinstance(step.fields, WebhookFields) else OF_GUILD
    return cast("Call", f"create_{kind}"), str(home)


def _tag(step: Step) -> Call:
    return cast("Call", type(step).__struct_config__.tag)

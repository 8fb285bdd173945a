"""Which pictures a plan uploads, and under which names Discord keeps them afterwards."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from core.discord.images import (
    AssetPath,
    GuildPicture,
    Held,
    ImageHash,
    guild_picture,
    role_icon,
)
from core.discord.resources import EmojiFields, EventFields
from core.discord.types import Snapshot, Snowflake
from core.templates.plan import (
    CreateResource,
    CreateRole,
    EditGuild,
    EditResource,
    EditRole,
    Notice,
    Plan,
    Step,
)
from core.templates.resources.files import unfit_files
from core.templates.resources.pictures import picture_of
from core.templates.resources.slots import emoji_slots, is_premium, sold_roles

_FIELDS: tuple[GuildPicture, ...] = ("icon", "banner", "splash", "discovery_splash")
_MOVES = frozenset({"image/gif"})


def pictures_in(step: Step) -> frozenset[ImageHash]:
    """What the step's call takes along."""
    return frozenset(image for _, image in _pictures(step))


def pictures_of(plan: Plan) -> frozenset[ImageHash]:
    return frozenset(image for step in plan.steps for image in pictures_in(step))


def not_ready(
    plan: Plan, held: Mapping[ImageHash, Held], snapshot: Snapshot, now: datetime
) -> tuple[Notice, ...]:
    """What stands against doing the plan now and cannot be seen in the guild: pictures that we do not hold, or that
    Discord would not take, room for emojis that move and that do not, events that would begin in the past."""
    return (
        *_not_held(plan, held),
        *unfit_files(plan, held, snapshot),
        *_crowded(plan, held, snapshot),
        *_late(plan, now),
    )


def uploaded(plan: Plan, created: Mapping[str, Snowflake], after: Snapshot) -> dict[AssetPath, ImageHash]:
    """Under which names Discord now has what the plan uploaded; `created` are the ids of what it made, by key."""
    paths: dict[AssetPath, ImageHash] = {}
    roles = {role.id: role for role in after.roles}
    lists = (after.emojis, after.stickers, after.webhooks, after.scheduled_events)
    resources = {resource.id: resource for found in lists for resource in found or ()}
    for step in plan.steps:
        for field, image in _pictures(step):
            match step:
                case EditGuild():
                    name = getattr(after.settings, field)
                    path = guild_picture(after.guild_id, field, name) if name else None
                case CreateRole() | EditRole():
                    key_or_id = created.get(step.key) if isinstance(step, CreateRole) else step.role_id
                    role = roles.get(key_or_id or "")
                    path = role_icon(role.id, role.icon) if role and role.icon else None
                case CreateResource() | EditResource():
                    key_or_id = (
                        created.get(step.key) if isinstance(step, CreateResource) else step.resource_id
                    )
                    resource = resources.get(key_or_id or "")
                    path = picture_of(resource) if resource else None
                case _:
                    path = None
            if path:
                paths[path] = image
    return paths


def _pictures(step: Step) -> Iterator[tuple[GuildPicture, ImageHash]]:
    """With the name of a guild's picture; of others there is one."""
    match step:
        case EditGuild(fields=fields):
            for name in _FIELDS:
                if image := getattr(fields, name) or None:
                    yield name, image
        case CreateRole(fields=fields) | EditRole(fields=fields) if fields.icon:
            yield "icon", fields.icon
        case CreateResource(fields=fields) | EditResource(fields=fields):
            if image := getattr(fields, "image", None) or getattr(fields, "avatar", None):
                yield "icon", image
        case _:
            pass


def _not_held(plan: Plan, held: Mapping[ImageHash, Held]) -> Iterator[Notice]:
    for step in plan.steps:
        for image in sorted(pictures_in(step) - held.keys()):
            yield Notice(
                code="picture_missing",
                message=f"“{step.title}” needs the picture {image}, which is not stored here: upload it, then plan "
                "again.",
                node=getattr(step, "key", None),
            )


def _crowded(plan: Plan, held: Mapping[ImageHash, Held], snapshot: Snapshot) -> Iterator[Notice]:
    slots, sold = emoji_slots(snapshot), sold_roles(snapshot)
    making = [
        held[image].media_type in _MOVES
        for step in plan.steps
        if isinstance(step, CreateResource) and isinstance(step.fields, EmojiFields)
        for image in pictures_in(step) & held.keys()
        if not is_premium(step.fields.role_ids or (), sold)
    ]
    for moves, which in ((False, "still"), (True, "animated")):
        there = sum(
            emoji.animated == moves and not emoji.managed and not is_premium(emoji.role_ids, sold)
            for emoji in snapshot.emojis or ()
        )
        made = making.count(moves)
        if made and there + made > slots:
            yield Notice(
                code="too_many",
                message=f"There would be {there + made} {which} emojis for a moment, and this server has room for "
                f"{slots}: delete some by hand first, or take some out of the document.",
            )


def _late(plan: Plan, now: datetime) -> Iterator[Notice]:
    for step in plan.steps:
        fields = step.fields if isinstance(step, CreateResource | EditResource) else None
        if isinstance(fields, EventFields) and fields.starts_at and fields.starts_at <= now:
            yield Notice(
                code="event_in_the_past",
                message=f"“{step.title}”: Discord takes no event that begins in the past. Change `starts_at`, or "
                "take it out of the document.",
                node=getattr(step, "key", None),
            )

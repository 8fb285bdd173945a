"""Whether the bot gets into the channels that a plan changes, and may write what it writes there.

Discord documentation, Channel › Edit Channel Permissions, Guild › Create Guild Channel: only permissions that the bot
has can be allowed or denied, and MANAGE_ROLES only by administrators.
"""

from collections.abc import Iterator, Mapping

from msgspec import UNSET

from core.discord.permissions import Permission, names_of
from core.templates.checks.course import EVERY_BIT, Course
from core.templates.plan import CreateChannel, DeleteChannel, EditChannel, Notice, Ref
from core.templates.writes.sets import SILENT, OverwriteSet, set_of

# Plain numbers: arithmetic on flags is many times slower.
_MANAGE = int(Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS)
_MANAGE_AND_WRITE = _MANAGE | int(Permission.MANAGE_ROLES)


def channel_blockers(
    step: CreateChannel | EditChannel | DeleteChannel,
    course: Course,
    names: Mapping[Ref, str],
    keys: Mapping[Ref, str],
) -> Iterator[Notice]:
    """`course` is the guild before the step. `names` are those of channels, `keys` those of the document's nodes."""
    if course.held() == EVERY_BIT:
        return
    for channel, needed in needed_in(step):
        if missing := needed & ~course.held_in(channel):
            yield Notice(
                code="channel_out_of_reach",
                message=f"In “{names[channel]}” the bot does not have {listed(missing)} when it needs it: give it "
                "the permission there, or make it an administrator.",
                node=keys.get(channel),
            )
    node = step.key if isinstance(step, CreateChannel) else keys.get(step.channel_id)
    if not isinstance(step, DeleteChannel):
        yield from _overwrite_blockers(step, course, node)


def lacks(bit: int) -> Notice:
    """A permission in the guild."""
    return Notice(
        code="bot_lacks_permission",
        message=f"The bot does not have {listed(bit)}: give its role that permission.",
    )


def listed(bits: int) -> str:
    """By name."""
    return ", ".join(names_of(bits)) or f"the permission bits {bits:#x}"


def needed_in(step: CreateChannel | EditChannel | DeleteChannel) -> Iterator[tuple[Ref, int]]:
    """In the channel itself, and in the category that it comes into."""
    if isinstance(step, DeleteChannel):
        yield step.channel_id, _MANAGE
        return
    if isinstance(step, EditChannel):
        writes = step.fields.overwrites is not UNSET
        yield step.channel_id, _MANAGE_AND_WRITE if writes else _MANAGE
    if step.fields.parent_id is not UNSET and step.fields.parent_id is not None:
        yield step.fields.parent_id, _MANAGE


def _overwrite_blockers(
    step: CreateChannel | EditChannel, course: Course, node: str | None
) -> Iterator[Notice]:
    if step.fields.overwrites is UNSET:
        return
    written, held = newly_written(step, course)
    if written & Permission.MANAGE_ROLES:
        yield Notice(
            code="cannot_grant",
            message=f"{step.title}: Discord lets only administrators write manage_roles into overwrites: make the bot "
            "an administrator, or leave that permission out.",
            node=node,
        )
    if missing := written & ~Permission.MANAGE_ROLES & ~held:
        yield Notice(
            code="cannot_grant",
            message=f"{step.title}: its overwrites have {listed(missing)}, which the bot does not have itself: give "
            "the bot these permissions.",
            node=node,
        )


def newly_written(step: CreateChannel | EditChannel, course: Course) -> tuple[int, int]:
    """The bits that its overwrites newly allow or deny, and those that may be written there: what is held in the
    guild and, of a channel that exists, in its category. What is held in the channel alone does not count."""
    held, present = course.held(), OverwriteSet()
    if isinstance(step, EditChannel):
        home = course.home_of(step.channel_id)
        held |= course.held_in(home) if home else 0
        present = course.sets[step.channel_id]
    written = 0
    overwrites = () if step.fields.overwrites is UNSET else step.fields.overwrites
    for subject, bits in set_of(overwrites, {o.id for o in overwrites}).items():
        before = present.get(subject, SILENT)
        written |= bits.allow & ~before.allow | bits.deny & ~before.deny
    return written, held

"""What the guild cannot hold, whoever asks: Discord's limits at every moment, and what needs Community.

Limits: Discord documentation, error codes 30005, 30013, 50035 (CHANNEL_PARENT_MAX_CHANNELS).
"""

from collections.abc import Iterator

from msgspec import UNSET

from core.discord.types import BotPowers, Snapshot
from core.templates.checks.course import Course
from core.templates.goal.target import Target, WantedChannel
from core.templates.plan import CreateChannel, CreateRole, EditChannel, Notice, Step

MAX_ROLES = 250
MAX_CHANNELS = 500
MAX_CHILDREN = 50
MAX_OVERWRITES = 100
_OF_COMMUNITY = ("announcement", "stage")
_CONVERTING = frozenset({"COMMUNITY", "NEWS"})


def misfits(target: Target, snapshot: Snapshot, steps: tuple[Step, ...]) -> Iterator[Notice]:
    """Limits count while the steps are done: deletes come last."""
    yield from _crowds(target, snapshot, steps)
    yield from _long_sets(target, steps)
    yield from _community(target, snapshot)


def _crowds(target: Target, snapshot: Snapshot, steps: tuple[Step, ...]) -> Iterator[Notice]:
    if not any(_comes_in(step) for step in steps):
        return
    nobody = BotPowers(user_id="0", permissions=0, top_role_id=snapshot.guild_id)
    course = Course(snapshot, nobody, target.index.present_sets, target.homes)
    names, keys = target.index.names, target.keys
    roles, channels = _Peak(MAX_ROLES, course.roles), _Peak(MAX_CHANNELS, course.channels)
    children = {ref: _Peak(MAX_CHILDREN, count) for ref, count in course.children().items()}
    for step in steps:
        course.play(step)
        node = step.key if isinstance(step, CreateRole | CreateChannel) else None
        roles.see(course.roles, node)
        channels.see(course.channels, node)
        if isinstance(step, CreateChannel | EditChannel) and step.fields.parent_id:
            node = keys.get(step.channel_id) if isinstance(step, EditChannel) else node
            category = step.fields.parent_id
            children.setdefault(category, _Peak(MAX_CHILDREN, 0)).see(course.children_of(category), node)
    yield from roles.notices("roles in the server")
    yield from channels.notices("channels and categories in the server")
    for category, peak in children.items():
        yield from peak.notices(f"channels in the category “{names[category]}”")


class _Peak:
    """The most that there is of something at any moment, and by which node it first is too much. What is over the limit
    from the start is nothing that a plan does."""

    def __init__(self, limit: int, there: int) -> None:
        self._limit = limit
        self._allowed = max(limit, there)
        self._most = there
        self._node: str | None = None

    def see(self, count: int, node: str | None) -> None:
        if count > self._allowed >= self._most:
            self._node = node
        self._most = max(self._most, count)

    def notices(self, what: str) -> Iterator[Notice]:
        if self._most > self._allowed:
            yield Notice(
                code="too_many",
                message=f"There would be {self._most} {what} for a moment, and Discord allows {self._limit}: what is "
                "deleted is deleted last. Delete something by hand first, or take something out of the document.",
                node=self._node,
            )


def _comes_in(step: Step) -> bool:
    """Whether there is more of something in the server or in a category after the step."""
    match step:
        case CreateRole() | CreateChannel():
            return True
        case EditChannel():
            return bool(step.fields.parent_id)
        case _:
            return False


def _long_sets(target: Target, steps: tuple[Step, ...]) -> Iterator[Notice]:
    """Discord takes at most 100 overwrites in one call (its OpenAPI document)."""
    for step in steps:
        if isinstance(step, CreateChannel | EditChannel):
            count = len(step.fields.overwrites or ())
            if count > MAX_OVERWRITES:
                yield Notice(
                    code="too_many_overwrites",
                    message=f"{step.title}: it would have {count} overwrites, and Discord takes {MAX_OVERWRITES}: take "
                    "some out, such as those of single members, and give these members a role.",
                    node=step.key if isinstance(step, CreateChannel) else target.keys.get(step.channel_id),
                )


def _community(target: Target, snapshot: Snapshot) -> Iterator[Notice]:
    settings = target.settings
    if not settings.is_community:
        # What stays as it is needs Community only where that is left.
        for channel in target.channels if settings.disables else target.changing:
            if channel.key and _needs_community(channel, leaves=settings.disables):
                yield _only_in_community(channel)
            elif channel.key and converts(channel) and not snapshot.features & _CONVERTING:
                yield _no_conversion(channel)
        return
    if not (settings.enables or settings.changed):
        return
    if not settings.final["rules_channel"] or not settings.final["updates_channel"]:
        yield Notice(
            code="community_channels",
            message="A Community server has a rules channel and an updates channel: name both as "
            "`guild.rules_channel` and `guild.updates_channel`.",
        )
    final = {
        **{n: getattr(snapshot.settings, n) for n in ("verification_level", "content_filter")},
        **settings.changed,
    }
    if final["verification_level"] == "none" or final["content_filter"] != "all_members":
        yield Notice(
            code="community_protection",
            message="A Community server has a verification level of at least low and scans media of all members: say "
            "`guild.verification_level: low` (or higher) and `guild.content_filter: all_members`.",
        )


def converts(channel: WantedChannel) -> bool:
    """Text into announcement or back: only servers with the feature NEWS do that, which Community brings (Discord
    documentation, Modify Channel)."""
    return channel.channel is not None and channel.fields.type is not UNSET


def _needs_community(channel: WantedChannel, *, leaves: bool) -> bool:
    """A new or converted one does; and one that stays does when Community is switched off."""
    return channel.fields.type in _OF_COMMUNITY or (leaves and channel.type in _OF_COMMUNITY)


def _only_in_community(channel: WantedChannel) -> Notice:
    return Notice(
        code="needs_community",
        message=f"“{channel.name}” is {'an' if channel.type[0] in 'aeiou' else 'a'} {channel.type} channel, which only "
        "a Community server can have: say `guild.community: true`, or make it a text or voice channel.",
        node=channel.key,
    )


def _no_conversion(channel: WantedChannel) -> Notice:
    was = channel.channel.type if channel.channel else channel.type
    return Notice(
        code="no_conversion",
        message=f"“{channel.name}” is of type {was} and is to be of type {channel.type}: Discord converts channels in "
        f"Community servers only. Say `guild.community: true`, or leave its type as it is: {was}.",
        node=channel.key,
    )

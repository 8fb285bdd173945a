"""Doing what a plan says, step by step. Everything that was decided is in the plan (law 5)."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Protocol, get_args

from msgspec import UNSET
from msgspec.structs import replace

from core.discord.errors import TargetGone
from core.discord.gateway import ChannelFields, GuildGateway, Made, Pictures, ResourceGateway, SettingsFields
from core.discord.images import ImageHash, Images
from core.discord.resources import ResourceKind
from core.discord.types import ForumTag, Overwrite, Snowflake
from core.errors import NotFound
from core.jobs.journal import Act, Journal, LookUp, Reason
from core.templates.plan import (
    CreateChannel,
    CreateResource,
    CreateRole,
    DeleteChannel,
    DeleteResource,
    DeleteRole,
    EditChannel,
    EditGuild,
    EditResource,
    EditRole,
    OrderChannels,
    OrderRoles,
    Plan,
    Ref,
    SetOnboarding,
    SetWelcomeScreen,
    Step,
)
from core.templates.resources.refs import with_ids
from core.templates.resources.uploads import pictures_in
from core.templates.rest import Rest
from core.templates.waves import together, waves_of

_KINDS: tuple[Made, ...] = ("role", "channel", *get_args(ResourceKind))
_MAKES: dict[str, Made] = {f"create_{kind}": kind for kind in _KINDS}
_POINTERS = tuple(name for name in SettingsFields.__struct_fields__ if name.endswith("_channel_id"))


class ApplyGateway(GuildGateway, ResourceGateway, Protocol):
    """What applying calls."""


class _NoImages:
    async def find(self, image_hash: ImageHash) -> None:
        return None


NO_IMAGES: Images = _NoImages()
"""For plans that upload nothing."""


async def apply(
    plan: Plan, guild_id: Snowflake, gateway: ApplyGateway, journal: Journal, images: Images = NO_IMAGES
) -> dict[str, Snowflake]:
    """Returns the ids of what was created, by the document's keys. `images` hold the pictures that the plan uploads;
    raises `NotFound` before a step whose picture is gone.

    An error stops it between two steps: what is under way comes to its end, what is done stays, and planning again on
    what the guild is then converges.
    """
    waves = tuple(waves_of(plan))
    rest = Rest(waves, partial(gateway.read_pace, guild_id))
    hands = _Hands(plan, guild_id, gateway, images)
    await journal.announce(len(plan.steps), planned_anew=True, seconds_left=rest.left)

    async def do(step: Step) -> None:
        # The plan was made on what the guild is: a step of it is needed, whatever an earlier attempt recorded.
        outcome = await journal.perform(
            step.id,
            step.title,
            rest.timed(step, hands.act(step)),
            look_up=finder(step.id, guild_id, gateway),
            once=False,
        )
        rest.recorded(step)
        if isinstance(step, CreateRole | CreateChannel | CreateResource) and outcome is not None:
            hands.created[step.key] = outcome

    for wave in waves:
        await together([partial(do, step) for step in wave])
    return hands.created


def finder(step_id: str, guild_id: Snowflake, gateway: GuildGateway) -> LookUp | None:
    """How to find what a step made: only what makes something must not be done twice."""
    kind = _MAKES.get(step_id.partition(":")[0])
    if kind is None:
        return None

    async def find(reason: Reason, since: datetime) -> str | None:
        return await gateway.find_created(guild_id, kind, reason=reason, since=since)

    return find


class _Hands:
    def __init__(self, plan: Plan, guild_id: Snowflake, gateway: ApplyGateway, images: Images) -> None:
        self._images = images
        self._matched = plan.matched
        self._guild_id = guild_id
        self._gateway = gateway
        self.created: dict[str, Snowflake] = {}

    def act(self, step: Step) -> Act:
        async def act(reason: Reason) -> str | None:
            return await self._do(step, reason)

        return act

    async def _do(self, step: Step, reason: Reason) -> str | None:
        match step:
            case EditGuild() | CreateRole() | EditRole():
                return await self._write_with_pictures(step, reason)
            case OrderRoles() | CreateChannel() | EditChannel() | OrderChannels():
                return await self._write(step, reason)
            case DeleteRole() | DeleteChannel() | DeleteResource():
                await self._delete(step, reason)
            case _:
                return await self._write_resource(step, reason)
        return None

    async def _write_with_pictures(
        self, step: EditGuild | CreateRole | EditRole, reason: Reason
    ) -> str | None:
        guild_id, gateway, pictures = self._guild_id, self._gateway, await self._pictures(step)
        match step:
            case EditGuild(fields=fields):
                written = self._ids_in_settings(fields)
                await gateway.edit_guild(guild_id, written, pictures=pictures, reason=reason)
            case CreateRole(fields=fields):
                return await gateway.create_role(guild_id, fields, pictures=pictures, reason=reason)
            case EditRole(role_id=role_id, fields=fields):
                await gateway.edit_role(guild_id, role_id, fields, pictures=pictures, reason=reason)
        return None

    async def _write_resource(
        self, step: CreateResource | EditResource | SetOnboarding | SetWelcomeScreen, reason: Reason
    ) -> str | None:
        guild_id, gateway, pictures = self._guild_id, self._gateway, await self._pictures(step)
        match step:
            case CreateResource(fields=fields):
                written = with_ids(fields, self._id)
                return await gateway.create_resource(guild_id, written, pictures=pictures, reason=reason)
            case EditResource(resource_id=resource_id, fields=fields):
                written = with_ids(fields, self._id)
                await gateway.edit_resource(guild_id, resource_id, written, pictures=pictures, reason=reason)
            case SetOnboarding(onboarding=onboarding):
                await gateway.set_onboarding(guild_id, with_ids(onboarding, self._id), reason=reason)
            case SetWelcomeScreen(screen=screen):
                await gateway.set_welcome_screen(guild_id, with_ids(screen, self._id), reason=reason)
        return None

    async def _pictures(self, step: Step) -> Pictures:
        found = {image_hash: await self._images.find(image_hash) for image_hash in pictures_in(step)}
        for image_hash, image in found.items():
            if image is None:
                raise NotFound(f"The picture {image_hash} is not stored here any more.")
        return {image_hash: image for image_hash, image in found.items() if image}

    async def _write(
        self, step: OrderRoles | CreateChannel | EditChannel | OrderChannels, reason: Reason
    ) -> str | None:
        guild_id, gateway = self._guild_id, self._gateway
        match step:
            case OrderRoles(positions=positions):
                await gateway.order_roles(guild_id, self._by_id(positions), reason=reason)
            case CreateChannel(fields=fields):
                return await gateway.create_channel(guild_id, self._ids_in(fields), reason=reason)
            case EditChannel(channel_id=channel_id, fields=fields):
                await gateway.edit_channel(guild_id, channel_id, self._ids_in(fields), reason=reason)
            case OrderChannels(positions=positions):
                await gateway.order_channels(guild_id, self._by_id(positions), reason=reason)
        return None

    async def _delete(self, step: DeleteRole | DeleteChannel | DeleteResource, reason: Reason) -> None:
        guild_id, gateway = self._guild_id, self._gateway
        try:
            match step:
                case DeleteRole(role_id=role_id):
                    await gateway.delete_role(guild_id, role_id, reason=reason)
                case DeleteChannel(channel_id=channel_id):
                    await gateway.delete_channel(guild_id, channel_id, reason=reason)
                case DeleteResource(kind=kind, resource_id=resource_id):
                    await gateway.delete_resource(guild_id, kind, resource_id, reason=reason)
        except TargetGone:
            pass  # what was to be deleted is not there: the aim is reached

    def _id(self, ref: Ref) -> Snowflake:
        if not ref.startswith("$"):
            return ref
        key = ref[1:]
        return self.created[key] if key in self.created else self._matched[key]

    def _by_id(self, positions: dict[Ref, int]) -> dict[Snowflake, int]:
        return {self._id(ref): position for ref, position in positions.items()}

    def _ids_in(self, fields: ChannelFields) -> ChannelFields:
        if fields.parent_id is not UNSET and fields.parent_id is not None:
            fields = replace(fields, parent_id=self._id(fields.parent_id))
        if fields.overwrites is not UNSET:
            fields = replace(fields, overwrites=tuple(self._overwrites(fields.overwrites)))
        if fields.default_reaction:
            fields = replace(fields, default_reaction=self._id(fields.default_reaction))
        if fields.tags:
            fields = replace(fields, tags=tuple(map(self._tag, fields.tags)))
        return fields

    def _tag(self, tag: ForumTag) -> ForumTag:
        return replace(tag, emoji=self._id(tag.emoji)) if tag.emoji else tag

    def _overwrites(self, overwrites: Iterable[Overwrite]) -> Iterable[Overwrite]:
        return (o if o.kind == "member" else replace(o, id=self._id(o.id)) for o in overwrites)

    def _ids_in_settings(self, fields: SettingsFields) -> SettingsFields:
        refs = {name: getattr(fields, name) for name in _POINTERS}
        ids = {name: self._id(ref) for name, ref in refs.items() if isinstance(ref, str)}
        return replace(fields, **ids)

"""Doing what a plan says, step by step. Everything that was decided is in the plan (law 5)."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Literal

from msgspec import UNSET
from msgspec.structs import replace

from core.discord.errors import TargetGone
from core.discord.gateway import ChannelFields, GuildGateway, SettingsFields
from core.discord.types import Overwrite, Snowflake
from core.jobs.journal import Act, Journal, LookUp, Reason
from core.templates.plan import (
    CreateChannel,
    CreateRole,
    DeleteChannel,
    DeleteRole,
    EditChannel,
    EditGuild,
    EditRole,
    OrderChannels,
    OrderRoles,
    Plan,
    Ref,
    Step,
)
from core.templates.waves import together, waves_of

_MAKES: dict[str, Literal["role", "channel"]] = {"create_role": "role", "create_channel": "channel"}
_POINTERS = tuple(name for name in SettingsFields.__struct_fields__ if name.endswith("_channel_id"))


async def apply(
    plan: Plan, guild_id: Snowflake, gateway: GuildGateway, journal: Journal
) -> dict[str, Snowflake]:
    """Returns the ids of what was created, by the document's keys.

    An error stops it between two steps: what is under way comes to its end, what is done stays, and planning again on
    what the guild is then converges.
    """
    await journal.announce(len(plan.steps), planned_anew=True)
    hands = _Hands(plan, guild_id, gateway)

    async def do(step: Step) -> None:
        # The plan was made on what the guild is: a step of it is needed, whatever an earlier attempt recorded.
        outcome = await journal.perform(
            step.id, step.title, hands.act(step), look_up=finder(step.id, guild_id, gateway), once=False
        )
        if isinstance(step, CreateRole | CreateChannel) and outcome is not None:
            hands.created[step.key] = outcome

    for wave in waves_of(plan):
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
    def __init__(self, plan: Plan, guild_id: Snowflake, gateway: GuildGateway) -> None:
        self._matched = plan.matched
        self._guild_id = guild_id
        self._gateway = gateway
        self.created: dict[str, Snowflake] = {}

    def act(self, step: Step) -> Act:
        async def act(reason: Reason) -> str | None:
            return await self._do(step, reason)

        return act

    async def _do(self, step: Step, reason: Reason) -> str | None:
        guild_id, gateway = self._guild_id, self._gateway
        match step:
            case EditGuild(fields=fields):
                await gateway.edit_guild(guild_id, self._ids_in_settings(fields), reason=reason)
            case CreateRole(fields=fields):
                return await gateway.create_role(guild_id, fields, reason=reason)
            case EditRole(role_id=role_id, fields=fields):
                await gateway.edit_role(guild_id, role_id, fields, reason=reason)
            case OrderRoles(positions=positions):
                await gateway.order_roles(guild_id, self._by_id(positions), reason=reason)
            case CreateChannel(fields=fields):
                return await gateway.create_channel(guild_id, self._ids_in(fields), reason=reason)
            case EditChannel(channel_id=channel_id, fields=fields):
                await gateway.edit_channel(guild_id, channel_id, self._ids_in(fields), reason=reason)
            case OrderChannels(positions=positions):
                await gateway.order_channels(guild_id, self._by_id(positions), reason=reason)
            case DeleteRole() | DeleteChannel():
                await self._delete(step, reason)
        return None

    async def _delete(self, step: DeleteRole | DeleteChannel, reason: Reason) -> None:
        try:
            if isinstance(step, DeleteRole):
                await self._gateway.delete_role(self._guild_id, step.role_id, reason=reason)
            else:
                await self._gateway.delete_channel(self._guild_id, step.channel_id, reason=reason)
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
        return fields

    def _overwrites(self, overwrites: Iterable[Overwrite]) -> Iterable[Overwrite]:
        return (o if o.kind == "member" else replace(o, id=self._id(o.id)) for o in overwrites)

    def _ids_in_settings(self, fields: SettingsFields) -> SettingsFields:
        refs = {name: getattr(fields, name) for name in _POINTERS}
        ids = {name: self._id(ref) for name, ref in refs.items() if isinstance(ref, str)}
        return replace(fields, **ids)

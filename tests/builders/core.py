"""Values of core for tests, built from the structs themselves."""

import itertools
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import uuid4

import msgspec
from polyfactory.factories.msgspec_factory import MsgspecFactory
from polyfactory.field_meta import FieldMeta

from core.actor import Actor, GuildPermissions
from core.discord.permissions import Permission
from core.discord.types import BotPowers, Channel, GuildSettings, Role, Snapshot

_ids = itertools.count(1_200_000_000_000_000_000)


def snowflake() -> str:
    """A new one each time, ever larger, as Discord's are."""
    return str(next(_ids))


T = TypeVar("T", bound=msgspec.Struct)


class StructFactory(MsgspecFactory[T], Generic[T]):
    """Looks a type through once, and not for each value."""

    __is_base_factory__ = True

    @classmethod
    def get_model_fields(cls) -> list[FieldMeta]:
        return _fields_of(cls, super().get_model_fields)

    @classmethod
    def get_provider_map(cls) -> dict[Any, Callable[[], Any]]:
        return _providers_of(cls, super().get_provider_map)


_fields: dict[type, list[FieldMeta]] = {}
_providers: dict[type, dict[Any, Callable[[], Any]]] = {}


def _fields_of(factory: type, look: Callable[[], list[FieldMeta]]) -> list[FieldMeta]:
    if factory not in _fields:
        _fields[factory] = look()
    return _fields[factory]


def _providers_of(
    factory: type, look: Callable[[], dict[Any, Callable[[], Any]]]
) -> dict[Any, Callable[[], Any]]:
    if factory not in _providers:
        _providers[factory] = look()
    return _providers[factory]


class RoleFactory(StructFactory[Role]):
    __set_as_default_factory_for_type__ = False
    id = snowflake
    permissions = int(Permission.VIEW_CHANNEL)
    color = 0
    managed = False
    bot_id = None
    icon = None
    position = 1


class ChannelFactory(StructFactory[Channel]):
    __set_as_default_factory_for_type__ = False
    id = snowflake
    type = "text"
    parent_id = None
    overwrites = ()
    tags = ()
    default_reaction = None


class SettingsFactory(StructFactory[GuildSettings]):
    afk_channel_id = None
    system_channel_id = None
    rules_channel_id = None
    updates_channel_id = None
    safety_channel_id = None
    system_channel_flags = 0


def snapshot(*, roles: int = 2, channels: int = 2, **fields: Any) -> Snapshot:
    """A small guild with @everyone and a bot role on top."""
    guild_id = fields.pop("guild_id", snowflake())
    made = [RoleFactory.build(position=n + 1) for n in range(roles)]
    top = RoleFactory.build(
        name="bot", permissions=int(Permission.ADMINISTRATOR), position=roles + 1, managed=True
    )
    everyone = RoleFactory.build(id=guild_id, name="@everyone", position=0)
    return Snapshot(
        guild_id=guild_id,
        owner_id=snowflake(),
        settings=SettingsFactory.build(),
        roles=(top, *reversed(made), everyone),
        channels=tuple(ChannelFactory.build(name=f"channel-{n}", position=n) for n in range(channels)),
        **fields,
    )


def powers(of: Snapshot) -> BotPowers:
    """Those of an administrator whose role is the highest."""
    top = of.roles[0]
    return BotPowers(
        user_id=snowflake(), permissions=int(Permission.ADMINISTRATOR), top_role_id=top.id, role_ids=(top.id,)
    )


def owner(**fields: Any) -> Actor:
    """The installation's owner, over HTTP."""
    return Actor(kind="account", via="http", name="owner", account_id=uuid4(), is_owner=True, **fields)


def member(guild_id: str, bits: Permission, *, roles: tuple[str, ...] = (), **fields: Any) -> Actor:
    """Somebody in a guild, over Discord."""
    return Actor(
        kind="account",
        via="discord",
        name="somebody",
        discord_user_id=fields.pop("discord_user_id", snowflake()),
        in_guild=GuildPermissions(guild_id=guild_id, bits=int(bits), role_ids=roles),
        **fields,
    )

"""A Discord small enough to be read: it does a plan's steps to a snapshot, and refuses what Discord would refuse.

An independent witness: it uses the contracts (types and steps) and nothing of how plans are made. From Discord's
documentation: Permission Syncing, Modify Channel, Modify Guild Role Positions, Delete/Close Channel, error codes.
"""

import re
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict, replace

from core.discord.types import (
    BotPowers,
    Channel,
    ForumTag,
    GuildSettings,
    Overwrite,
    Role,
    Snapshot,
)
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
    Step,
)
from tests.builders.annex import (
    Annex,
    AnnexStep,
    Refused,
    bits_for,
    emoji_in,
    upload,
    without_channel,
    without_role,
)
from tests.builders.oracle import effective_bits

MANAGE_CHANNELS, MANAGE_GUILD, VIEW, MANAGE_ROLES = 1 << 4, 1 << 5, 1 << 10, 1 << 28
PICTURES = {
    "icon": ("icons", None),
    "banner": ("banners", "BANNER"),
    "splash": ("splashes", "INVITE_SPLASH"),
    "discovery_splash": ("discovery-splashes", "DISCOVERABLE"),
}
TEXT_LIKE = ("text", "announcement", "forum", "media")
COMMUNITY = "COMMUNITY"
_MISSING = "This is not there: "


class World:
    """`lifts`: whether a new role pushes the other ones up by one; Discord does not document it."""

    def __init__(self, guild: Snapshot, powers: BotPowers, *, lifts: bool = False) -> None:
        self._guild = guild
        self._powers = powers
        self._lifts = lifts
        self._roles = {role.id: role for role in guild.roles}
        self._channels = {channel.id: channel for channel in guild.channels}
        self._settings = guild.settings
        self._features = guild.features
        parts = (guild.emojis, guild.stickers, guild.webhooks, guild.automod_rules, guild.scheduled_events)
        ids = [int(guild.guild_id), *map(int, self._roles), *map(int, self._channels)]
        ids += [int(resource.id) for part in parts for resource in part or ()]
        self._last_id = max(ids) + 1000
        self.created: dict[str, str] = {}
        self._rest = guild
        self._annex = Annex(id_of=self._id, mint=self._mint, everyone_in=self._everyone_in)

    @property
    def snapshot(self) -> Snapshot:
        return replace(
            self._rest,
            settings=self._settings,
            roles=tuple(self._roles.values()),
            channels=tuple(self._channels.values()),
            features=self._features,
        )

    def do(self, step: Step) -> None:
        self._require_held(_needed(step))
        match step:
            case CreateRole():
                self._create_role(step)
            case EditRole():
                self._edit_role(step)
            case DeleteRole(role_id=role_id):
                self._delete_role(role_id)
            case OrderRoles():
                self._order_roles(step)
            case CreateChannel():
                self._create_channel(step)
            case EditChannel():
                self._edit_channel(step)
            case DeleteChannel(channel_id=channel_id):
                self._delete_channel(channel_id)
            case OrderChannels(positions=positions):
                self._order_channels(positions)
            case EditGuild():
                self._edit_guild(step)
            case _:
                self._rest = self._annex.do(step, self.snapshot, self.created)
                self._channels = {channel.id: channel for channel in self._rest.channels}

    def _mint(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _id(self, ref: str) -> str:
        if not ref.startswith("$"):
            return ref
        if ref[1:] not in self.created:
            raise Refused(f"{ref} is used before it is made")
        return self.created[ref[1:]]

    # Roles

    def _create_role(self, step: CreateRole) -> None:
        if len(self._roles) >= 250:
            raise Refused("30005: too many roles")
        everyones = self._roles[self._guild.guild_id].permissions
        role = replace(
            Role(id=self._mint(), name="new role", permissions=everyones, position=1), **_said(step.fields)
        )
        self._require_grantable(role.permissions, 0)
        role = self._with_icon(role, role.icon)
        if self._lifts:
            for other in self._roles.values():
                if other.id != self._guild.guild_id:
                    self._roles[other.id] = replace(other, position=other.position + 1)
        self._roles[role.id] = role
        self.created[step.key] = role.id

    def _edit_role(self, step: EditRole) -> None:
        role, said = self._touchable(step.role_id), _said(step.fields)
        if not said:
            raise Refused("an edit that says nothing")
        if set(said) - {"permissions"} and (role.managed or role.id == self._guild.guild_id):
            raise Refused("50028: an integration's role, or @everyone")
        edited = replace(role, **said)
        if "icon" in said:
            edited = self._with_icon(edited, said["icon"])
        self._require_grantable(edited.permissions, role.permissions)
        self._roles[role.id] = edited

    def _with_icon(self, role: Role, image: str | None) -> Role:
        """An icon takes the place of an emoji (Resources › Role)."""
        if image is None:
            return role
        if "ROLE_ICONS" not in self._features:
            raise Refused("50101: role icons need a boosted server")
        name = self._upload("role-icons", role.id, image)
        return replace(role, icon=name, unicode_emoji=None)

    def _upload(self, folder: str, of: str, image: str | None) -> str | None:
        images = dict(self._rest.images)
        name = upload(images, folder, of, image)
        self._rest = replace(self._rest, images=images)
        return name

    def _delete_role(self, role_id: str) -> None:
        role = self._touchable(role_id)
        if role.managed or role.id == self._guild.guild_id:
            raise Refused("50028: this role cannot be deleted")
        del self._roles[role_id]
        self._rest = without_role(self._rest, role_id)
        for channel in self._channels.values():
            kept = tuple(o for o in channel.overwrites if not (o.kind == "role" and o.id == role_id))
            self._channels[channel.id] = replace(channel, overwrites=kept)

    def _order_roles(self, step: OrderRoles) -> None:
        positions = {self._id(ref): place for ref, place in step.positions.items()}
        moved = [replace(self._touchable(role_id), position=place) for role_id, place in positions.items()]
        if any(role.id == self._guild.guild_id or role.position < 1 for role in moved):
            raise Refused("@everyone stays where it is, and the others above it")
        for role in moved:
            self._require_below(role)
        self._roles |= {role.id: role for role in moved}

    def _touchable(self, role_id: str) -> Role:
        if role_id not in self._roles:
            raise Refused(_MISSING + f"role {role_id}")
        self._require_below(self._roles[role_id])
        return self._roles[role_id]

    def _require_below(self, role: Role) -> None:
        if role.id != self._guild.guild_id and _height(role) >= _height(
            self._roles[self._powers.top_role_id]
        ):
            raise Refused(f"50013: “{role.name}” is not below the bot's highest role")

    def _held(self) -> int:
        bits = self._roles[self._guild.guild_id].permissions
        for role_id in self._powers.role_ids:
            if role_id in self._roles:
                bits |= self._roles[role_id].permissions
        return -1 if bits & 8 else bits

    def _require_grantable(self, wanted: int, present: int) -> None:
        if wanted & ~present & ~self._held():
            raise Refused("50013: the bot does not have what it gives")

    # Channels

    def _create_channel(self, step: CreateChannel) -> None:
        said = self._resolved(_said(step.fields))
        kind = said.pop("type", "text")
        self._require_type(kind)
        if len(self._channels) >= 500:
            raise Refused("30013: too many channels")
        overwrites = said.pop("overwrites", ())
        if len(overwrites) > 100:
            raise Refused("50035: at most 100 overwrites")
        parent = said.get("parent_id")
        self._require_parent(kind, parent)
        if not overwrites and parent:
            overwrites = self._channels[parent].overwrites
        said["name"] = _stored(said["name"], kind)
        if "tags" in said:
            said["tags"] = self._tags(said["tags"])
        blank = Channel(id=self._mint(), type=kind, name="", position=self._bottom())
        channel = replace(blank, overwrites=self._overwrites(overwrites, ()), **said)
        self._channels[channel.id] = channel
        self.created[step.key] = channel.id
        if channel.require_tag or channel.hide_downloads:  # a call of its own
            self._require_reach(channel.id, VIEW | MANAGE_CHANNELS)

    def _edit_channel(self, step: EditChannel) -> None:
        if step.channel_id not in self._channels:
            raise Refused(_MISSING + f"channel {step.channel_id}")
        channel, said = self._channels[step.channel_id], self._resolved(_said(step.fields))
        self._require_reach(
            channel.id, VIEW | MANAGE_CHANNELS | (MANAGE_ROLES if "overwrites" in said else 0)
        )
        if not said:
            raise Refused("an edit that says nothing")
        kind = said.get("type", channel.type)
        if kind != channel.type:
            self._require_conversion(channel.type, kind)
        if said.get("parent_id", channel.parent_id) != channel.parent_id:
            self._require_parent(kind, said["parent_id"])
        if "name" in said:
            said["name"] = _stored(said["name"], kind)
        if "tags" in said:
            said["tags"] = self._tags(said["tags"])
        if "overwrites" in said:
            said["overwrites"] = self._overwrites(said["overwrites"], channel.overwrites)
        self._channels[channel.id] = replace(channel, **said)
        if "overwrites" in said and channel.type == "category":
            self._carry(channel, said["overwrites"])

    def _carry(self, category: Channel, new: tuple[Overwrite, ...]) -> None:
        """The category's new set goes to every child that had its old one."""
        for child in list(self._channels.values()):
            if child.parent_id == category.id and _plain(child.overwrites) == _plain(category.overwrites):
                self._channels[child.id] = replace(child, overwrites=new)

    def _delete_channel(self, channel_id: str) -> None:
        if channel_id not in self._channels:
            raise Refused(_MISSING + f"channel {channel_id}")
        self._require_reach(channel_id, VIEW | MANAGE_CHANNELS)
        settings = self._settings
        if COMMUNITY in self._features and channel_id in (
            settings.rules_channel_id,
            settings.updates_channel_id,
        ):
            raise Refused("50074: a Community server must keep it")
        del self._channels[channel_id]
        self._rest = without_channel(self._rest, channel_id)
        for child in list(self._channels.values()):
            if child.parent_id == channel_id:
                self._channels[child.id] = replace(child, parent_id=None)
        cleared = {
            name: None
            for name, value in asdict(settings).items()
            if value == channel_id and name.endswith("_id")
        }
        self._settings = replace(settings, **cleared)

    def _order_channels(self, positions: dict[str, int]) -> None:
        for ref, place in positions.items():
            channel_id = self._id(ref)
            if channel_id not in self._channels:
                raise Refused(_MISSING + f"channel {channel_id}")
            self._channels[channel_id] = replace(self._channels[channel_id], position=place)

    def _resolved(self, said: dict[str, Any]) -> dict[str, Any]:
        if said.get("parent_id"):
            said["parent_id"] = self._id(said["parent_id"])
        if "overwrites" in said:
            said["overwrites"] = tuple(
                replace(o, id=self._id(o.id)) if o.kind == "role" else o for o in said["overwrites"]
            )
        if said.get("default_reaction"):
            said["default_reaction"] = emoji_in(self._id(said["default_reaction"]), self._rest)
        if "tags" in said:
            said["tags"] = tuple(
                replace(tag, emoji=emoji_in(self._id(tag.emoji), self._rest)) if tag.emoji else tag
                for tag in said["tags"]
            )
        return said

    def _overwrites(self, new: tuple[Overwrite, ...], old: tuple[Overwrite, ...]) -> tuple[Overwrite, ...]:
        before = {(o.kind, o.id): o for o in old}
        for entry in new:
            if entry.kind == "role" and entry.id not in self._roles:
                raise Refused("10009: an overwrite for a role that is not there")
            was = before.get((entry.kind, entry.id), Overwrite(entry.kind, entry.id))
            self._require_overwritable((entry.allow & ~was.allow) | (entry.deny & ~was.deny))
        return tuple(o for o in new if o.allow or o.deny)

    def _require_overwritable(self, bits: int) -> None:
        if self._held() != -1 and bits & (~self._held() | 1 << 28):
            raise Refused("50013: the bot does not have what it writes into overwrites")

    def _require_conversion(self, present: str, wanted: str) -> None:
        if {wanted, present} != {"text", "announcement"}:
            raise Refused("a channel of this type cannot be converted")
        if not self._features & {COMMUNITY, "NEWS"}:
            raise Refused("50035: only a Community server converts channels")
        self._require_type(wanted)

    def _require_type(self, kind: str) -> None:
        if kind in ("announcement", "stage") and COMMUNITY not in self._features:
            raise Refused(f"50024: {kind} channels need Community")

    def _require_parent(self, kind: str, parent: str | None) -> None:
        if parent is None:
            return
        if kind == "category" or parent not in self._channels or self._channels[parent].type != "category":
            raise Refused("50035: this cannot be its category")
        if sum(c.parent_id == parent for c in self._channels.values()) >= 50:
            raise Refused("50035: the category is full")
        self._require_reach(parent, VIEW | MANAGE_CHANNELS)

    def _require_reach(self, channel_id: str, bits: int) -> None:
        """What is needed in a channel is needed with its overwrites counted."""
        held = effective_bits(
            self.snapshot, self._channels[channel_id], self._powers.role_ids, self._powers.user_id
        )
        if bits & ~held:
            raise Refused(f"50001 or 50013: the bot lacks {bits & ~held:#x} in {channel_id}")

    def _everyone_in(self, channel_id: str) -> int:
        return effective_bits(self.snapshot, self._channels[channel_id], (), None)

    def _require_held(self, bits: int) -> None:
        if bits & ~self._held():
            raise Refused(f"50013: the bot lacks {bits & ~self._held():#x}")

    def _bottom(self) -> int:
        return max((c.position for c in self._channels.values()), default=-1) + 1

    def _tags(self, tags: tuple[ForumTag, ...]) -> tuple[ForumTag, ...]:
        return tuple(tag if tag.id else replace(tag, id=self._mint()) for tag in tags)

    # The guild

    def _edit_guild(self, step: EditGuild) -> None:
        said = _said(step.fields)
        if not said:
            raise Refused("an edit that says nothing")
        community = said.pop("community", COMMUNITY in self._features)
        for name, value in said.items():
            if name.endswith("_channel_id") and value is not None:
                said[name] = self._id(value)
                kinds = ("voice",) if name == "afk_channel_id" else ("text", "announcement")
                if said[name] not in self._channels or self._channels[said[name]].type not in kinds:
                    raise Refused(f"50035: {name} cannot point there")
        for name, (folder, feature) in PICTURES.items():
            if name in said:
                if said[name] and feature not in {None, *self._features}:
                    raise Refused(f"50101: {name} needs {feature}")
                said[name] = self._upload(folder, self._guild.guild_id, said[name])
        settings = replace(self._settings, **said)
        if community:
            _require_community(settings)
            self._features |= {COMMUNITY}
        elif COMMUNITY in self._features:
            self._features -= {COMMUNITY}
            settings = replace(settings, rules_channel_id=None, updates_channel_id=None)
        self._settings = settings


def _require_community(settings: GuildSettings) -> None:
    if settings.rules_channel_id is None or settings.updates_channel_id is None:
        raise Refused("50035: a Community server has a rules and an updates channel")
    if settings.verification_level == "none" or settings.content_filter != "all_members":
        raise Refused("50035: a Community server protects its members")


def _needed(step: Step) -> int:
    if isinstance(step, EditGuild):
        return MANAGE_GUILD
    if isinstance(step, AnnexStep):
        return bits_for(step)
    roles = isinstance(step, CreateRole | EditRole | DeleteRole | OrderRoles)
    channels = isinstance(step, CreateChannel | OrderChannels)
    return MANAGE_ROLES if roles else MANAGE_CHANNELS if channels else 0


def _said(fields: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(fields).items() if value is not UNSET}


def _height(role: Role) -> tuple[int, int]:
    """Of equal positions the older role is the higher one."""
    return role.position, -int(role.id)


def _plain(overwrites: tuple[Overwrite, ...]) -> set[tuple[str, str, int, int]]:
    return {(o.kind, o.id, o.allow, o.deny) for o in overwrites if o.allow or o.deny}


def _stored(name: str, kind: str) -> str:
    return re.sub(r"\s", "-", name.strip().lower()) if kind in TEXT_LIKE else name.strip()

"""Making a guild from a spec, the JSON that ``POST /_sim/guilds`` takes.

Every key is optional but ``name``::

    {
      "name": "Harbour",
      "owner": "ada",                          // username; default: the application's owner
      "features": ["COMMUNITY"],               // taken as they are, COMMUNITY brings NEWS; nothing is enforced here
      "description": null, "verification_level": 1, "default_message_notifications": 1,
      "explicit_content_filter": 2, "preferred_locale": "en-US", "afk_timeout": 300, "system_channel_flags": 0,
      "premium_progress_bar_enabled": false, "premium_tier": 0, "mfa_level": 0,
      "icon": "data:image/png;base64,…",       // likewise banner, splash, discovery_splash, home_header
      "everyone_permissions": ["VIEW_CHANNEL"],    // permissions: bit field as text or number, or names
      "roles": [                               // lowest first, unless "position" is given
        {"name": "Crew", "key": "crew", "permissions": "1024", "color": 3447003, "secondary_color": null,
         "tertiary_color": null, "hoist": true, "mentionable": false, "managed": false, "tags": {},
         "unicode_emoji": null, "icon": null, "position": 1}
      ],
      "channels": [                            // in order, unless "position" is given
        {"name": "Deck", "type": "category",
         "permission_overwrites": [{"role": "@everyone", "deny": ["VIEW_CHANNEL"]},
                                   {"role": "Crew", "allow": "1024"}, {"member": "ada", "allow": "1024"}]},
        {"name": "log", "key": "log", "type": 0, "parent": "Deck", "synced": true, "topic": "…",
         "webhooks": [{"name": "Gulls", "user": "ada", "avatar": null}]}    // user: who made it; default: the owner
      ],
      "members": [{"username": "grace", "roles": ["Crew"], "nick": null, "bot": false}],
      "emojis": [{"name": "anchor", "roles": ["Crew"], "image": "data:image/png;base64,…"}],   // image: a dot if absent
      "stickers": [{"name": "Wave", "tags": "👋", "description": null, "image": null}],        // as above
      "scheduled_events": [                    // in REST shape; default: tomorrow for two hours, elsewhere
        {"name": "Regatta", "location": "Quay 3", "description": null, "status": 1, "image": null},
        {"name": "Shanties", "channel": "Lounge", "recurrence_rule": {…}}    // a voice or stage channel's name or key
      ],
      "auto_moderation": [                     // in REST shape, but roles and channels by name or key
        {"name": "No cats", "trigger_type": 1, "event_type": 1, "enabled": true, "exempt_roles": ["Crew"],
         "trigger_metadata": {"keyword_filter": ["cat*"]}, "exempt_channels": ["log"],
         "actions": [{"type": 1}, {"type": 2, "metadata": {"channel_id": "log"}}]}
      ],
      "rules_channel": "log", "public_updates_channel": "log", "safety_alerts_channel": "log",
      "system_channel": "log", "afk_channel": null,
      "onboarding": {…}, "welcome_screen": {…},    // see bot.simulator.spec_newcomers
      "bot_in": true,                          // whether the application's bot is a member
      "bot_permissions": ["ADMINISTRATOR"],    // of the bot's managed role
      "bot_role_position": "top"               // or a position; roles at or above it move up
    }

Roles and channels are referred to by ``key``, or by name where there is none (the first of that name). Types are
numbers or text, voice, category, announcement, stage, forum, media. Channel settings are Discord's own names,
``flags`` and ``available_tags`` included. ``synced`` copies the category's overwrites. Names are kept as written.
"""

from bot.simulator import permissions
from bot.simulator.casting import Cast, read_bits
from bot.simulator.forms import Form
from bot.simulator.guild_forms import PICTURES
from bot.simulator.membership import add_bot
from bot.simulator.shapes import JsonObject, as_int, as_object, as_text, words
from bot.simulator.spec_auto_moderation import read_auto_moderation
from bot.simulator.spec_channels import ChannelSpecs
from bot.simulator.spec_expressions import read_emojis, read_stickers
from bot.simulator.spec_newcomers import read_newcomers
from bot.simulator.spec_pictures import SpecPictures
from bot.simulator.spec_scheduled_events import read_scheduled_events
from bot.simulator.state import (
    Guild,
    Member,
    Role,
)
from bot.simulator.world import World

_NUMBERS = words(
    "verification_level default_message_notifications explicit_content_filter afk_timeout system_channel_flags "
    "premium_tier mfa_level"
)
_ROLE_LIMIT = 248  # Discord's 250 less @everyone and the bot's own
_POINTERS = words("rules_channel public_updates_channel safety_alerts_channel system_channel afk_channel")


class SpecReader:
    """Builds one guild; nothing of it is known to the world before the spec was read without an error."""

    def __init__(self, world: World, spec: JsonObject) -> None:
        self._world = world
        self._form = Form(spec)
        self._cast = Cast(world)
        owner = as_text(spec.get("owner"))
        owner_id = world.application.owner_id if owner is None else self._cast.user(owner).id
        self._guild = Guild(id=world.mint(), name=as_text(spec.get("name")) or "", owner_id=owner_id)
        self._pictures = SpecPictures()
        self._channels = ChannelSpecs(world, self._guild, self._cast, self._pictures)

    def build(self) -> Guild:
        self._form.require("name")
        self._read_settings()
        self._read_roles()
        read_emojis(self._form, self._world, self._guild, self._cast, self._pictures)
        read_stickers(self._form, self._world, self._guild, self._pictures)
        self._channels.read(self._form)
        read_scheduled_events(self._form, self._world, self._guild, self._channels.named, self._pictures)
        read_auto_moderation(self._form, self._world, self._guild, self._cast, self._channels)
        self._read_members()
        self._channels.read_webhooks()
        self._read_bot()
        self._read_pointers()
        read_newcomers(self._form, self._guild, self._cast, self._channels.named, self._world)
        self._form.settle()
        for user in self._cast.newcomers.values():
            self._world.users[user.id] = user
        self._pictures.keep(self._world.images)
        self._world.adopt(self._guild)
        return self._guild

    def ids(self) -> JsonObject:
        """Ids by key, or by name where there is no key."""
        return {
            "roles": {key: str(role.id) for key, role in self._cast.roles.items()},
            "channels": {key: str(channel.id) for key, channel in self._channels.named.items()},
            "members": {self._name_of(user_id): str(user_id) for user_id in self._guild.members},
            "emojis": {emoji.name: str(emoji.id) for emoji in self._guild.emojis.values()},
            "stickers": {sticker.name: str(sticker.id) for sticker in self._guild.stickers.values()},
            "scheduled_events": {
                event.name: str(event.id) for event in self._guild.scheduled_events.values()
            },
            "auto_moderation": {rule.name: str(rule.id) for rule in self._guild.auto_moderation.values()},
        }

    def _name_of(self, user_id: int) -> str:
        return self._world.users[user_id].username

    def _read_settings(self) -> None:
        form, guild = self._form, self._guild
        guild.features = [as_text(each) or "" for each in form.items("features", most=100) or []]
        if "COMMUNITY" in guild.features and "NEWS" not in guild.features:
            guild.features.append("NEWS")
        guild.description = form.text("description")
        guild.preferred_locale = form.text("preferred_locale", "en-US") or "en-US"
        guild.premium_progress_bar_enabled = form.flag("premium_progress_bar_enabled", False)
        for key in _NUMBERS:
            value: int = getattr(guild, key)
            setattr(guild, key, form.whole(key, value))
        for picture in PICTURES:
            folder = f"{picture.folder}/{guild.id}"
            found = self._pictures.read(form, picture.key, folder, still=picture.is_still(guild))
            setattr(guild, picture.key, found)

    # Roles

    def _read_roles(self) -> None:
        guild, form = self._guild, self._form
        everyone = read_bits(form, "everyone_permissions", permissions.DEFAULT_EVERYONE)
        guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=everyone, position=0)
        self._cast.roles["@everyone"] = guild.roles[guild.id]
        for index, each in enumerate(form.forms("roles", most=_ROLE_LIMIT) or []):
            role = self._role(each, index + 1)
            guild.roles[role.id] = role
            self._cast.roles.setdefault(each.text("key") or role.name, role)

    def _role(self, form: Form, place: int) -> Role:
        form.require("name")
        role_id = self._world.mint()
        return Role(
            id=role_id,
            name=form.text("name", "") or "",
            permissions=read_bits(form, "permissions", 0),
            position=form.whole("position", place),
            color=form.whole("color", 0),
            secondary_color=form.number("secondary_color"),
            tertiary_color=form.number("tertiary_color"),
            hoist=form.flag("hoist", False),
            mentionable=form.flag("mentionable", False),
            managed=form.flag("managed", False),
            unicode_emoji=form.text("unicode_emoji"),
            icon=self._pictures.read(form, "icon", f"role-icons/{role_id}"),
            tags=as_object(form.data.get("tags")),
        )

    # Members

    def _read_members(self) -> None:
        owner_id = self._guild.owner_id
        self._guild.members[owner_id] = self._member(owner_id, [])
        for form in self._form.forms("members", most=100_000) or []:
            form.require("username")
            user = self._cast.user(form.text("username", "") or "", bot=form.flag("bot", False))
            names = [as_text(each) or "" for each in form.items("roles", most=250) or []]
            roles = [role.id for name in names if (role := self._cast.role(form, "roles", name)) is not None]
            member = self._member(user.id, roles)
            member.nick = form.text("nick", most=32)
            self._guild.members[user.id] = member

    def _member(self, user_id: int, roles: list[int]) -> Member:
        return Member(user_id=user_id, joined_at=self._world.clock.stamp(), roles=roles)

    def _read_bot(self) -> None:
        if not self._form.flag("bot_in", True):
            return
        granted = read_bits(self._form, "bot_permissions", permissions.ADMINISTRATOR)
        place = self._form.data.get("bot_role_position", "top")
        add_bot(self._world, self._guild, granted, None if place == "top" else as_int(place))

    def _read_pointers(self) -> None:
        for key in _POINTERS:
            name = self._form.text(key)
            if name is None:
                continue
            channel = self._channels.named.get(name)
            if channel is None:
                self._form.bad(key, "SPEC_UNKNOWN", f"No channel {name!r} in this spec")
            else:
                setattr(self._guild, f"{key}_id", channel.id)

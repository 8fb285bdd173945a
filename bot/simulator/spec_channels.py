"""The channels of a spec: settings and overwrites, parents once all of them exist, and last their webhooks."""

from bot.simulator import webhooks
from bot.simulator.casting import Cast, read_bits
from bot.simulator.channel_forms import read_settings
from bot.simulator.forms import Form
from bot.simulator.shapes import as_int
from bot.simulator.spec_pictures import SpecPictures
from bot.simulator.state import CATEGORY, CHANNEL_TYPES, FORUM, MEDIA, Channel, Guild, Overwrite
from bot.simulator.world import World

TYPE_WORDS = {"text": 0, "voice": 2, "category": 4, "announcement": 5, "stage": 13, "forum": 15, "media": 16}


class ChannelSpecs:
    """Fills the guild; ``named`` finds a channel by key, or by name where it has none."""

    def __init__(self, world: World, guild: Guild, cast: Cast, pictures: SpecPictures) -> None:
        self._world = world
        self._guild = guild
        self._cast = cast
        self._pictures = pictures
        self.named: dict[str, Channel] = {}
        self._read: list[tuple[Form, Channel]] = []

    def read(self, spec: Form) -> None:
        forms = spec.forms("channels", most=500) or []
        for index, form in enumerate(forms):
            channel = self._channel(form, index)
            self._guild.channels[channel.id] = channel
            self.named.setdefault(form.text("key") or channel.name, channel)
        self._read = list(zip(forms, self._guild.channels.values(), strict=True))
        for form, channel in self._read:
            self._place(form, channel)

    def _channel(self, form: Form, place: int) -> Channel:
        form.require("name")
        raw = form.data.get("type", 0)
        kind = TYPE_WORDS.get(raw, -1) if isinstance(raw, str) else as_int(raw)
        if kind not in CHANNEL_TYPES:
            form.bad_choice("type", [*TYPE_WORDS, *TYPE_WORDS.values()])
            kind = 0
        channel = Channel(
            id=self._world.mint(),
            guild_id=self._guild.id,
            type=kind,
            name=form.text("name", "") or "",
            position=place,
        )
        read_settings(form, channel, self._guild, self._world)
        if kind not in (FORUM, MEDIA):
            channel.flags = form.whole("flags", 0)
        channel.overwrites = self._overwrites(form)
        return channel

    def _place(self, form: Form, channel: Channel) -> None:
        """The parent, once all channels exist, and its overwrites for one that is synced."""
        name = form.text("parent")
        if name is None:
            return
        parent = self._categories().get(name)
        if parent is None:
            form.bad("parent", "SPEC_UNKNOWN", f"No category {name!r} in this spec")
            return
        channel.parent_id = parent.id
        if form.flag("synced", False):
            channel.overwrites = dict(parent.overwrites)

    def _categories(self) -> dict[str, Channel]:
        found = {key: channel for key, channel in self.named.items() if channel.type == CATEGORY}
        for channel in self._guild.channels.values():
            if channel.type == CATEGORY:
                found.setdefault(channel.name, channel)
        return found

    def read_webhooks(self) -> None:
        """Once the members are known, since a bot's webhooks are its application's."""
        for form, channel in self._read:
            self._read_webhooks(form, channel)

    def _read_webhooks(self, form: Form, channel: Channel) -> None:
        if form.data.get("webhooks") is not None and channel.type == CATEGORY:
            form.bad("webhooks", "SPEC_UNKNOWN", "A category has no webhooks")
        for each in form.forms("webhooks", most=webhooks.CHANNEL_LIMIT) or []:
            each.require("name")
            name, username = webhooks.read_name(each, "name", ""), each.text("user")
            if username is None:
                webhook = webhooks.incoming(self._world, channel, name, self._guild.owner_id)
            else:
                maker = self._cast.user(username)
                webhook = webhooks.incoming(self._world, channel, name, maker.id, by_bot=maker.bot)
            webhook.avatar = self._pictures.read(each, "avatar", f"avatars/{webhook.id}", still=False)
            self._guild.webhooks[webhook.id] = webhook

    def _overwrites(self, form: Form) -> dict[int, Overwrite]:
        found: dict[int, Overwrite] = {}
        for each in form.forms("permission_overwrites", most=1000) or []:
            role_name, username = each.text("role"), each.text("member")
            allow, deny = read_bits(each, "allow", 0), read_bits(each, "deny", 0)
            if role_name is not None:
                role = self._cast.role(each, "role", role_name)
                if role is not None:
                    found[role.id] = Overwrite(role.id, 0, allow, deny)
            elif username is not None:
                user = self._cast.user(username)
                found[user.id] = Overwrite(user.id, 1, allow, deny)
            else:
                each.require("role")
        return found

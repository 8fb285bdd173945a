"""The emojis of a spec; their images are kept once the whole spec was read without an error."""

import base64

from bot.simulator import emojis
from bot.simulator.casting import Cast
from bot.simulator.forms import Form
from bot.simulator.images import Image, read_image
from bot.simulator.shapes import as_text
from bot.simulator.state import Emoji, Guild
from bot.simulator.world import World

# One grey dot.
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNoaGj4DwAFhAKAjM1mJgAAAABJRU5ErkJggg=="
)


class EmojiSpecs:
    """Fills the guild. The guild's owner has made them."""

    def __init__(self, world: World, guild: Guild, cast: Cast) -> None:
        self._world = world
        self._guild = guild
        self._cast = cast
        self._images: dict[int, Image] = {}

    def read(self, spec: Form) -> None:
        for form in spec.forms("emojis", most=500) or []:
            form.require("name")
            image = read_image(form, "image") or Image(DOT, "image/png")
            names = [as_text(each) or "" for each in form.items("roles", most=250) or []]
            roles = [self._cast.role(form, "roles", name) for name in names]
            emoji = Emoji(
                id=self._world.mint(),
                name=form.text("name", "") or "",
                user_id=self._guild.owner_id,
                roles=[role.id for role in roles if role is not None],
                animated=image.animated,
            )
            self._guild.emojis[emoji.id] = emoji
            self._images[emoji.id] = image

    def keep_images(self) -> None:
        for emoji_id, image in self._images.items():
            self._world.images.keep_as(image, emojis.path(emoji_id))

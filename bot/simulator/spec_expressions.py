"""The emojis and stickers of a spec. The guild's owner has made them; without a picture of their own they are a dot."""

from bot.simulator import emojis, stickers
from bot.simulator.casting import Cast
from bot.simulator.forms import Form
from bot.simulator.images import decoded_uri, read_image
from bot.simulator.shapes import as_text
from bot.simulator.spec_pictures import DOT, SpecPictures
from bot.simulator.state import Emoji, Guild, Sticker
from bot.simulator.world import World


def read_emojis(spec: Form, world: World, guild: Guild, cast: Cast, pictures: SpecPictures) -> None:
    for form in spec.forms("emojis", most=500) or []:
        form.require("name")
        image = read_image(form, "image") or DOT
        names = [as_text(each) or "" for each in form.items("roles", most=250) or []]
        roles = [cast.role(form, "roles", name) for name in names]
        emoji = Emoji(
            id=world.mint(),
            name=form.text("name", "") or "",
            user_id=guild.owner_id,
            roles=[role.id for role in roles if role is not None],
            animated=image.animated,
        )
        guild.emojis[emoji.id] = emoji
        pictures.put(image, emojis.path(emoji.id))


def read_stickers(spec: Form, world: World, guild: Guild, pictures: SpecPictures) -> None:
    """Their files must be what Discord takes."""
    for form in spec.forms("stickers", most=500) or []:
        form.require("name")
        content = decoded_uri(form, "image") or DOT.content
        kind, image = stickers.read_file(content, guild)
        sticker = Sticker(
            id=world.mint(),
            guild_id=guild.id,
            name=form.text("name", "") or "",
            user_id=guild.owner_id,
            tags=form.text("tags", "⚓") or "⚓",
            description=form.text("description"),
            format=kind,
        )
        guild.stickers[sticker.id] = sticker
        pictures.put(image, stickers.path(sticker.id))

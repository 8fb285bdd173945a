"""Names and pictures of people: for the account itself, and for its profile in one guild.

Discord docs: User > Usernames and Nicknames, Modify Current User; Guild > Modify Current Member.
"""

import re

from bot.simulator import payloads
from bot.simulator.forms import Form
from bot.simulator.images import LARGE, Image, Images, read_image
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Member, User
from bot.simulator.world import World

_FORBIDDEN_PARTS = ("@", "#", ":", "```", "discord")
_FORBIDDEN = ("everyone", "here")
_LENGTH = (2, 32)


def read_username(form: Form, user: User) -> None:
    """Trimmed, inner blanks counted once. Only names of people, not of bots, are unique; none is checked for that."""
    name = form.text("username", user.username)
    if name is None:
        form.require("username")
        return
    if "username" not in form:
        return
    name = re.sub(r"\s+", " ", name.strip())
    found = next((part for part in _FORBIDDEN_PARTS if part in name.lower()), None)
    if not _LENGTH[0] <= len(name) <= _LENGTH[1]:
        form.bad_length("username", *_LENGTH)
    elif found is not None:
        form.bad("username", "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{found}"')
    elif name.lower() in _FORBIDDEN:
        form.bad("username", "USERNAME_INVALID", f'Username cannot be "{name.lower()}"')
    else:
        user.username = name


def read_pictures(form: Form) -> dict[str, Image | None]:
    """Avatar and banner, those the form names; None takes one away."""
    return {key: read_image(form, key, most=LARGE) for key in ("avatar", "banner") if key in form}


def keep_pictures(
    images: Images,
    sent: dict[str, Image | None],
    owner: User | Member,
    user_id: int,
    guild_id: int | None = None,
) -> None:
    """With a guild under that guild's folder (docs: Reference > CDN Endpoints)."""
    for key, image in sent.items():
        folder = f"{key}s/{user_id}" if guild_id is None else f"guilds/{guild_id}/users/{user_id}/{key}s"
        setattr(owner, key, images.keep(image, folder))


def own(user: User) -> JsonObject:
    """An account as it sees itself."""
    return payloads.user(user) | {
        "mfa_enabled": False,
        "locale": "en-US",
        "premium_type": 0,
        "verified": user.bot or user.email is not None,
        "email": user.email,
    }


def tell(world: World, user: User) -> None:
    """The account's own event goes to the bot alone; its members are told of in every guild."""
    if user.id == world.application.bot_id:
        world.hub.dispatch("USER_UPDATE", own(user))
    for guild in world.guilds.values():
        member = guild.members.get(user.id)
        if member is not None:
            body = world.member_payload(member) | {"guild_id": str(guild.id)}
            world.emit("GUILD_MEMBER_UPDATE", guild, body)

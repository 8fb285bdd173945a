"""What is said of guilds in which nothing may be done, and of what an owner decides of them."""

from collections.abc import Iterable

from core.actions.reviews import Reviewed
from core.discord.markdown import plain
from core.guilds.schemas import Guild

_WHAT = {
    "pending": "waits to be approved",
    "rejected": "was rejected",
    "suspended": "is suspended",
    "banned": "is banned",
}


def closed_text(guild: Guild, owner_ids: Iterable[int]) -> str:
    """Why nothing is done here, who can change that, and how."""
    owners = " or ".join(f"<@{owner_id}>" for owner_id in sorted(owner_ids))
    who = f"an owner of this installation ({owners})" if owners else "an owner of this installation"
    why = f": {plain(guild.review.reason)}" if guild.review.reason else ""
    return (
        f"**{plain(guild.name)}** {_WHAT.get(guild.state, f'is {guild.state}')}{why}. Until {who} approves it, by "
        f"`/guild approve` here or `POST /guilds/{guild.id}/approval`, nothing is done in it."
    )


def reviewed_text(reviewed: Reviewed) -> str:
    guild = reviewed.guild
    said = [f"**{plain(guild.name)}** is {guild.review.decision}."]
    if reviewed.cancelled:
        said.append(f"What was open there was called off: {len(reviewed.cancelled)}.")
    if guild.review.decision == "approved":
        said.append("The bot reads it, and keeps what it looks like now.")
    elif reviewed.asked:
        said.append("The bot leaves it.")
    return " ".join(said)

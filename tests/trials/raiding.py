"""What somebody with every permission does to a guild in a bad hour."""

from collections.abc import Callable
from typing import Any

from tests.builders.guilds import Chooser, pick, some_bits
from tests.trials.stage import Stage

Edit = tuple[str, str, Any]
NAMES = ("raided", "lol", "👺", "general")


async def raid(stage: Stage, guild_id: str, choose: Chooser, edits: int) -> None:
    """So many edits that Discord takes; what it refuses even to the owner is not counted."""
    done = 0
    while done < edits:
        edit = pick(choose, _EDITS)(Raided(stage.truth(guild_id), guild_id, choose))
        if edit is not None:
            done += await stage.edit(guild_id, *edit)


class Raided:
    """The guild as it is at that moment, and something at random of it."""

    def __init__(self, truth: dict[str, Any], guild_id: str, choose: Chooser) -> None:
        self.truth = truth
        self.guild = f"/guilds/{guild_id}"
        self.choose = choose
        self.roles = [r["id"] for r in truth["roles"] if r["id"] != guild_id and not r["managed"]]
        self.channels = [c["id"] for c in truth["channels"]]

    def one(self, kind: str) -> str | None:
        found = [each["id"] for each in self.truth[kind]]
        return pick(self.choose, found) if found else None

    def role(self) -> str | None:
        return pick(self.choose, self.roles) if self.roles else None

    def channel(self) -> str | None:
        return pick(self.choose, self.channels) if self.channels else None


def _delete_channel(it: Raided) -> Edit | None:
    return ("DELETE", f"/channels/{channel}", None) if (channel := it.channel()) else None


def _rename_channel(it: Raided) -> Edit | None:
    channel = it.channel()
    return ("PATCH", f"/channels/{channel}", {"name": pick(it.choose, NAMES)}) if channel else None


def _rewrite_channel(it: Raided) -> Edit | None:
    said = ({"topic": "raided"}, {"nsfw": True}, {"rate_limit_per_user": 7}, {"permission_overwrites": []})
    channel = it.channel()
    return ("PATCH", f"/channels/{channel}", pick(it.choose, said)) if channel else None


def _overwrite(it: Raided) -> Edit | None:
    channel, target = it.channel(), it.role()
    denied = some_bits(it.choose)
    body = {"type": 0, "allow": str(some_bits(it.choose) & ~denied), "deny": str(denied)}
    return ("PUT", f"/channels/{channel}/permissions/{target}", body) if channel and target else None


def _create_channel(it: Raided) -> Edit:
    return (
        "POST",
        f"{it.guild}/channels",
        {"name": pick(it.choose, NAMES), "type": pick(it.choose, (0, 2, 4))},
    )


def _move_channel(it: Raided) -> Edit | None:
    channel = it.channel()
    body = [{"id": channel, "position": it.choose.below(9)}]
    return ("PATCH", f"{it.guild}/channels", body) if channel else None


def _rehouse_channel(it: Raided) -> Edit | None:
    homes = [c["id"] for c in it.truth["channels"] if c["type"] == 4]
    channel = it.channel()
    return (
        ("PATCH", f"/channels/{channel}", {"parent_id": pick(it.choose, [None, *homes])}) if channel else None
    )


def _create_role(it: Raided) -> Edit:
    body = {"name": pick(it.choose, NAMES), "permissions": str(some_bits(it.choose) | 8)}
    return "POST", f"{it.guild}/roles", body


def _empower_role(it: Raided) -> Edit | None:
    role = it.role()
    return ("PATCH", f"{it.guild}/roles/{role}", {"permissions": str(some_bits(it.choose))}) if role else None


def _rename_role(it: Raided) -> Edit | None:
    role = it.role()
    return ("PATCH", f"{it.guild}/roles/{role}", {"name": pick(it.choose, NAMES)}) if role else None


def _delete_role(it: Raided) -> Edit | None:
    return ("DELETE", f"{it.guild}/roles/{role}", None) if (role := it.role()) else None


def _empower_everyone(it: Raided) -> Edit:
    return "PATCH", f"{it.guild}/roles/{it.truth['guild']['id']}", {"permissions": str(some_bits(it.choose))}


def _rename_guild(it: Raided) -> Edit:
    return "PATCH", it.guild, {"name": pick(it.choose, NAMES), "afk_timeout": 60}


def _delete_emoji(it: Raided) -> Edit | None:
    return ("DELETE", f"{it.guild}/emojis/{emoji}", None) if (emoji := it.one("emojis")) else None


def _delete_sticker(it: Raided) -> Edit | None:
    return ("DELETE", f"{it.guild}/stickers/{sticker}", None) if (sticker := it.one("stickers")) else None


def _delete_rule(it: Raided) -> Edit | None:
    rule = it.one("auto_moderation")
    return ("DELETE", f"{it.guild}/auto-moderation/rules/{rule}", None) if rule else None


def _rename_webhook(it: Raided) -> Edit | None:
    webhook = it.one("webhooks")
    return ("PATCH", f"/webhooks/{webhook}", {"name": pick(it.choose, NAMES)}) if webhook else None


def _call_off_event(it: Raided) -> Edit | None:
    event = it.one("scheduled_events")
    return ("DELETE", f"{it.guild}/scheduled-events/{event}", None) if event else None


_EDITS: tuple[Callable[[Raided], Edit | None], ...] = (
    _delete_channel,
    _rename_channel,
    _rewrite_channel,
    _overwrite,
    _overwrite,
    _create_channel,
    _create_channel,
    _move_channel,
    _rehouse_channel,
    _create_role,
    _empower_role,
    _rename_role,
    _delete_role,
    _empower_everyone,
    _rename_guild,
    _delete_emoji,
    _delete_sticker,
    _delete_rule,
    _rename_webhook,
    _call_off_event,
)

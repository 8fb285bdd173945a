"""How much room a server has for emojis and stickers.

Discord documentation, Resources › Emoji (Premium Emoji), Guild (features MORE_EMOJI and MORE_STICKERS), error codes
30008, 30018, 30039, 30056, 50144 and 50145; boost perks on Discord's support pages. Emojis of roles that the server
sells are premium: they have slots of their own.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from core.discord.resources import EmojiFields, StickerFields
from core.discord.types import Snapshot, Snowflake
from core.templates.plan import CreateResource, EditResource, Notice, Ref, Step

_EMOJIS, _MORE_EMOJIS = (50, 100, 150, 250), 200
_STICKERS = (5, 15, 30, 60)
PREMIUM_SLOTS = 25


def emoji_slots(snapshot: Snapshot) -> int:
    """By boost tier; still and animated ones are counted apart."""
    more = _MORE_EMOJIS if "MORE_EMOJI" in snapshot.features else 0
    return max(_EMOJIS[_tier(snapshot)], more)


def sticker_slots(snapshot: Snapshot) -> int:
    """By boost tier."""
    return _STICKERS[-1 if "MORE_STICKERS" in snapshot.features else _tier(snapshot)]


def _tier(snapshot: Snapshot) -> int:
    return min(max(snapshot.premium_tier, 0), len(_EMOJIS) - 1)


def sold_roles(snapshot: Snapshot) -> frozenset[Snowflake]:
    """Those whose emojis are premium."""
    return frozenset(role.id for role in snapshot.roles if role.is_sold)


def is_premium(role_ids: Collection[Ref], sold: frozenset[Snowflake]) -> bool:
    """Of an emoji for these roles."""
    return not sold.isdisjoint(role_ids)


def crowded(steps: tuple[Step, ...], snapshot: Snapshot) -> Iterator[Notice]:
    """Whether a new emoji moves is known of its picture only: here both kinds are counted together."""
    sold = sold_roles(snapshot)
    own = [emoji for emoji in snapshot.emojis or () if not emoji.managed]
    emojis: dict[bool, list[str]] = {False: [], True: []}
    stickers: list[str] = []
    for step in steps:
        match step:
            case CreateResource(fields=EmojiFields(role_ids=roles), key=key):
                emojis[is_premium(roles or (), sold)].append(key)
            case CreateResource(fields=StickerFields(), key=key):
                stickers.append(key)
            case _:
                pass
    premium = sum(is_premium(emoji.role_ids, sold) for emoji in own)
    both = "emojis, still and animated ones together,"
    yield from too_many(emojis[False], len(own) - premium, 2 * emoji_slots(snapshot), both)
    yield from too_many(emojis[True], premium, PREMIUM_SLOTS, "premium emojis")
    yield from too_many(stickers, len(snapshot.stickers or ()), sticker_slots(snapshot), "stickers")


def unlike(steps: tuple[Step, ...], snapshot: Snapshot, keys: Mapping[Ref, str]) -> Iterator[Notice]:
    """Emojis for roles that do not go together, and those that would become premium, or ordinary."""
    sold = sold_roles(snapshot)
    there = {emoji.id: emoji.role_ids for emoji in snapshot.emojis or ()}
    for step in steps:
        match step:
            case CreateResource(fields=EmojiFields(role_ids=tuple(roles)), key=key):
                yield from _mixed(step, roles, sold, key)
            case EditResource(fields=EmojiFields(role_ids=tuple(roles)), resource_id=emoji):
                yield from _mixed(step, roles, sold, keys.get(emoji))
                if is_premium(there.get(emoji, roles), sold) != is_premium(roles, sold):
                    yield Notice(
                        code="premium_emoji",
                        message=f"{step.title}: an emoji of roles that the server sells is premium, and none becomes "
                        "premium or ceases to be. Leave its roles as they are, or make another emoji: under another "
                        "`key`.",
                        node=keys.get(emoji),
                    )
            case _:
                pass


def _mixed(
    step: CreateResource | EditResource, roles: Collection[Ref], sold: frozenset[Snowflake], node: str | None
) -> Iterator[Notice]:
    if is_premium(roles, sold) and not sold.issuperset(roles):
        yield Notice(
            code="mixed_roles",
            message=f"{step.title}: an emoji is for roles that the server sells, or for others, and not for both: take "
            "the ones or the others out of `roles`.",
            node=node,
        )


def too_many(coming: Sequence[str | None], there: int, room: int, what: str) -> Iterator[Notice]:
    """What comes in by node, one after the other; the notice is about the first one for which there is no room."""
    if coming and there + len(coming) > room:
        yield Notice(
            code="too_many",
            message=f"There would be {there + len(coming)} {what} for a moment, and this server has room for {room}: "
            "what is deleted is deleted last. Delete something by hand first, or take something out of the document.",
            node=coming[max(room - there, 0)],
        )

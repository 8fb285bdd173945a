"""Single values that Discord does not take: words from lists of its own, and colours that do not go together.

Locales: Discord documentation, Reference › Locales. Voice regions: those that Discord names when it refuses another.
Colours: Permissions › Role Colors Object, error codes 50101 and 670008.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from msgspec import UNSET, UnsetType

from core.discord.gateway import RoleFields
from core.discord.types import Role, Snapshot
from core.templates.documents.findings import did_you_mean
from core.templates.plan import CreateChannel, CreateRole, EditChannel, EditGuild, EditRole, Notice, Ref, Step

LOCALES = (
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr",
    "hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk",
    "vi", "zh-CN", "zh-TW",
)  # fmt: skip
REGIONS = (
    "brazil", "hongkong", "india", "japan", "rotterdam", "singapore", "south-korea", "southafrica",
    "sydney", "us-central", "us-east", "us-south", "us-west",
)  # fmt: skip
HOLOGRAPHIC = (0xA9C9FF, 0xFFBBEC, 0xFFC3A0)
"""The only style of three colours."""
_GRADIENTS = "ENHANCED_ROLE_COLORS"
_COLORS = ("color", "secondary_color", "tertiary_color")


def bad_values(steps: Iterable[Step], snapshot: Snapshot, keys: Mapping[Ref, str]) -> Iterator[Notice]:
    """`keys` are those of the document's nodes. Regions that channels of the server have are taken."""
    roles = {role.id: role for role in snapshot.roles}
    regions = {*REGIONS, *filter(None, map(attrgetter("region"), snapshot.channels))}
    for step in steps:
        match step:
            case EditGuild() if isinstance(step.fields.locale, str) and step.fields.locale not in LOCALES:
                yield _unknown("guild.locale", step.fields.locale, LOCALES, None)
            case CreateChannel() | EditChannel() if step.fields.region and step.fields.region not in regions:
                node = step.key if isinstance(step, CreateChannel) else keys.get(step.channel_id)
                yield _unknown("region", step.fields.region, sorted(regions), node)
            case CreateRole():
                yield from _colors(step, None, snapshot, step.key)
            case EditRole():
                yield from _colors(step, roles[step.role_id], snapshot, keys.get(step.role_id))
            case _:
                pass


def _unknown(field: str, word: str, known: Sequence[str], node: str | None) -> Notice:
    return Notice(
        code="unknown_word",
        message=f"Discord has no “{word}” for `{field}`.{did_you_mean(word, list(known))} It has: {', '.join(known)}.",
        node=node,
    )


def _colors(
    step: CreateRole | EditRole, role: Role | None, snapshot: Snapshot, node: str | None
) -> Iterator[Notice]:
    """Discord takes a role's colours together: with the one that changes the others are written again."""
    fields = step.fields
    if all(getattr(fields, name) is UNSET for name in _COLORS):
        return
    color, second, third = colors = _after(fields, role)
    if second is None and third is None:
        return
    if _GRADIENTS not in snapshot.features:
        said = f"this server does not have {_GRADIENTS}: say null for `secondary_color` and `tertiary_color`"
    elif not color or second is None:
        said = "a gradient has a `color` and a `secondary_color`: say both"
    elif third is not None and colors != HOLOGRAPHIC:
        shown = ", ".join(f"#{each:06x}" for each in HOLOGRAPHIC)
        said = f"three colours are the holographic style, which is {shown}: say these, or null for `tertiary_color`"
    else:
        return
    yield Notice(code="role_colors", message=f"{step.title}: {said}.", node=node)


def _after(fields: RoleFields, role: Role | None) -> tuple[int, int | None, int | None]:
    def final(said: int | None | UnsetType, present: int | None) -> int | None:
        return present if said is UNSET else said

    return (
        final(fields.color, role.color if role else 0) or 0,
        final(fields.secondary_color, role.secondary_color if role else None),
        final(fields.tertiary_color, role.tertiary_color if role else None),
    )

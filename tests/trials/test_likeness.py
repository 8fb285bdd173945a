"""The judge of copies can say no: to any one thing that is not the same."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from core.discord.images import hash_of
from core.discord.types import Overwrite, Role, Snapshot
from tests.builders.furnishing import furnished
from tests.builders.guilds import GUILD, Thrown, snapshot
from tests.trials.likeness import likeness

PICTURES = (hash_of(b"one"),)


@pytest.fixture
def there() -> Snapshot:
    """One that has something of every kind."""
    found = (furnished(Thrown(seed), snapshot(Thrown(seed)), PICTURES) for seed in range(1000))
    return next(
        g for g in found if g.emojis and g.stickers and g.webhooks and g.automod_rules and _is_full(g)
    )


def _is_full(there: Snapshot) -> bool:
    more = len(there.channels) > 3 and there.channels[0].overwrites
    return bool(there.scheduled_events and there.onboarding and more and _own(there))


def _own(there: Snapshot) -> list[Role]:
    return [role for role in there.roles if role.id != GUILD and not role.managed]


def _retold(there: Snapshot) -> Snapshot:
    """The same with places further apart."""
    return replace(
        there,
        channels=tuple(replace(c, position=c.position * 3 + 1) for c in there.channels),
        roles=tuple(r if r.id == GUILD else replace(r, position=r.position * 2 + 1) for r in there.roles),
    )


def _first_channel(**said: object) -> Callable[[Snapshot], Snapshot]:
    return lambda g: replace(g, channels=(replace(g.channels[0], **said), *g.channels[1:]))


def _first_role(**said: object) -> Callable[[Snapshot], Snapshot]:
    def change(there: Snapshot) -> Snapshot:
        first = _own(there)[0].id
        return replace(there, roles=tuple(replace(r, **said) if r.id == first else r for r in there.roles))

    return change


def _first_of(kind: str, **said: object) -> Callable[[Snapshot], Snapshot]:
    def change(there: Snapshot) -> Snapshot:
        first, *rest = getattr(there, kind)
        return replace(there, **{kind: (replace(first, **said), *rest)})

    return change


CHANGES: dict[str, Callable[[Snapshot], Snapshot]] = {
    "a channel's name": _first_channel(name="other"),
    "a channel's overwrite": _first_channel(overwrites=(Overwrite("role", GUILD, 1, 0),)),
    "a channel's setting": _first_channel(nsfw=None),
    "a role's permissions": _first_role(permissions=1 << 40),
    "a role's colour": _first_role(color=0x123456),
    "an emoji's name": _first_of("emojis", name="other"),
    "an emoji's picture": lambda g: replace(g, images=dict.fromkeys(g.images, hash_of(b"two"))),
    "a sticker's tags": _first_of("stickers", tags="other"),
    "a webhook's name": _first_of("webhooks", name="other"),
    "a rule's event": _first_of("automod_rules", event="member_update"),
    "an event's description": _first_of("scheduled_events", description="other"),
    "a guild's setting": lambda g: replace(g, settings=replace(g.settings, afk_timeout=900)),
    "one channel less": lambda g: replace(g, channels=g.channels[1:]),
    "everyone's permissions": lambda g: replace(
        g, roles=tuple(replace(r, permissions=1 << 41) if r.id == GUILD else r for r in g.roles)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_one_difference_is_a_difference(there: Snapshot, change: Callable[[Snapshot], Snapshot]) -> None:
    assert likeness(change(there)) != likeness(there)


def test_places_are_compared_as_an_order(there: Snapshot) -> None:
    assert likeness(_retold(there)) == likeness(there)


def test_the_order_of_channels_counts(there: Snapshot) -> None:
    turned = replace(there, channels=tuple(replace(c, position=100 - c.position) for c in there.channels))
    assert likeness(turned) != likeness(there)


def test_an_emoji_for_a_role_of_an_integration_is_left_out_wherever_it_is_named(there: Snapshot) -> None:
    shop = Role(id="77", name="Shop", position=1, managed=True)
    emojis = tuple(replace(emoji, role_ids=("77",)) for emoji in there.emojis or ())
    bound = likeness(replace(there, roles=(*there.roles, shop), emojis=emojis))
    assert bound["emojis"] == []
    assert bound != likeness(there)

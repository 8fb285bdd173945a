"""A tighter write is left out where nobody would miss it, and nowhere else."""

from msgspec.structs import replace

from core.discord.permissions import bits_of
from core.discord.types import Snapshot
from core.templates.documents.channels import Category, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.plan import Plan
from tests.builders.scenes import (
    BOT_ROLE,
    EXACT,
    GUILD,
    POWERS,
    allow,
    category,
    channel,
    deny,
    for_role,
    guild,
    ids,
    journey_to,
    role,
    wanted,
)

MOD = DocumentRole(key="mod", name="mod", permissions=("speak",))


def text(key: str, *overwrites: object) -> TextChannel:
    return TextChannel(key=key, name=key, overwrites=overwrites)  # pyright: ignore[reportArgumentType] - overwrites are what the callers give


class TestDoomedChannels:
    def test_one_that_nobody_sees_any_more_is_not_closed(self) -> None:
        there = guild(role(1101, "mod"), channel(2001, "a"), everyone=["view_channel"])
        plan = journey_to(wanted(MOD, everyone=[]), there, options=EXACT).plan
        assert ids(plan) == [f"edit_role:{GUILD}", "edit_role:1101", "delete_channel:2001"]

    def test_one_that_a_role_still_sees_is_closed(self) -> None:
        there = guild(
            role(1101, "mod"),
            role(1102, "vip", "view_channel", position=2),
            channel(2001, "a"),
            everyone=["view_channel"],
        )
        vip = DocumentRole(key="vip", name="vip")
        plan = journey_to(wanted(vip, MOD, everyone=[]), there, options=EXACT).plan
        assert "edit_channel:2001" in ids(plan)

    def test_one_that_an_overwrite_still_shows_to_a_member_is_closed(self) -> None:
        there = guild(role(1101, "mod"), channel(2001, "a", allow("501", "view_channel")), everyone=[])
        plan = journey_to(wanted(MOD), there, options=EXACT).plan
        assert ids(plan) == ["edit_channel:2001", "edit_role:1101", "delete_channel:2001"]


class TestRoles:
    def test_one_is_written_once_where_what_it_has_shows_in_no_new_channel(self) -> None:
        there = guild(role(1101, "muted"), channel(2001, "a"), everyone=["speak"])
        inside = (text("a", for_role("muted", deny=["send_messages"])),)
        said = wanted(
            DocumentRole(key="muted", name="muted"),
            Category(key="k", name="K", overwrites=(), channels=inside),
            everyone=["view_channel"],
        )
        order = ids(journey_to(said, there).plan)
        assert order == ["create_channel:k", "edit_channel:2001", f"edit_role:{GUILD}"]

    def test_one_that_dies_keeps_what_it_gives_in_a_channel_that_was_closed_before(self) -> None:
        there = guild(role(1101, "vip", "send_messages"), channel(2001, "a", deny(GUILD, "send_messages")))
        said = wanted(text("a", for_role("everyone", deny=["view_channel"])), everyone=["view_channel"])
        order = ids(journey_to(said, there, options=EXACT).plan)
        assert order == ["edit_channel:2001", f"edit_role:{GUILD}", "delete_role:1101"]


class TestChildren:
    """A child stays as it is while its category gives the bot's own role a bit and takes one."""

    def test_one_goes_along_and_is_put_back_where_that_opens_nothing(self) -> None:
        assert ids(_plan(is_admin=True)) == ["edit_channel:2000", "edit_channel:2001"]

    def test_one_is_kept_apart_where_the_bot_could_not_put_it_back(self) -> None:
        assert ids(_plan(is_admin=False)) == [
            "edit_channel:2001:meet",
            "edit_channel:2000",
            "edit_channel:2001",
        ]


def _plan(*, is_admin: bool) -> Plan:
    there, said = _children()
    permissions = bits_of(["view_channel", "manage_channels", "manage_roles", "mention_everyone"])
    powers = POWERS if is_admin else replace(POWERS, permissions=int(permissions))
    roles = (replace(r, permissions=powers.permissions) if r.id == BOT_ROLE else r for r in there.roles)
    return journey_to(said, replace(there, roles=tuple(roles)), powers=powers).plan


def _children() -> tuple[Snapshot, Document]:
    there = guild(category(2000, "K"), channel(2001, "a", parent=2000), everyone=["view_channel"])
    entry = for_role("bot", allow=["view_channel"], deny=["manage_channels"])
    said = wanted(
        DocumentRole(key="bot", name="bot", managed=True),
        Category(key="k", name="K", overwrites=(entry,), channels=(text("a"),)),
    )
    return there, said

"""A field that is left to people is left, and nothing else is."""

from datetime import UTC, datetime
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.types import Overwrite, Snapshot
from core.drift.compare import OVERWRITES_OF, Deviation, deviations
from core.drift.concession import LeftField, conceded
from core.templates.capture import Captured, document_of
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from tests.builders.core import snapshot as one_guild
from tests.builders.core import snowflake
from tests.builders.guilds import Drawn, snapshot
from tests.builders.tampering import tampered

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def about(deviation: Deviation) -> tuple[str | None, str | None]:
    return deviation.key, deviation.field


def after(version: Captured, guild: Snapshot, *left: Deviation) -> list[tuple[str | None, str | None]]:
    fields = tuple(LeftField(key=each.key, field=each.field or "") for each in left)
    document = conceded(version.document, guild, version.bindings, fields)
    return [about(each) for each in deviations(document, version.bindings, guild, since=LATER)]


@given(st.data())
def test_of_all_that_deviates_exactly_what_is_left_is_put_back_no_more(data: st.DataObject) -> None:
    choose = Drawn(cast("Any", data.draw))
    guild = snapshot(choose)
    version = document_of(guild)
    for _ in range(1 + choose.below(5)):
        changed = tampered(choose, guild)
        guild = guild if changed is None else changed.guild
    found = deviations(version.document, version.bindings, guild, since=LATER)
    names = {role.name for role in guild.roles}
    if len(names) < len(guild.roles) or any(each.kind == "role" and each.field == "name" for each in found):
        return  # overwrites are told by the role's name: of two of one name both are left
    for each in found:
        assert after(version, guild, each) == [about(other) for other in found if other is not each]
    assert after(version, guild, *found) == []


def test_an_overwrite_of_a_role_that_the_document_does_not_know_leaves_all_of_the_channels() -> None:
    guild = one_guild(roles=0, channels=1)
    stranger = replace(guild.roles[0], id=snowflake(), name="Pirates")
    bits = int(Permission.VIEW_CHANNEL)
    put = (Overwrite("role", stranger.id, bits, 0),)
    channel = replace(guild.channels[0], type="text", name="log", parent_id=None, overwrites=put)
    guild = replace(guild, roles=(*guild.roles, stranger), channels=(channel,))
    document = Document(guildwright=1, channels=(TextChannel(key="log", name="log", overwrites=()),))
    version = Captured(document=document, bindings={"log": channel.id})
    [found] = deviations(document, version.bindings, guild, since=LATER)
    assert found.field == f"{OVERWRITES_OF}@Pirates"
    assert after(version, guild, found) == []

"""What is compared: nothing where nothing was changed, the very field where one was, and only what a plan would do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.discord.types import Snapshot
from core.drift.compare import Deviation, deviations
from core.templates.capture import Captured, document_of
from core.templates.diff import diff
from core.templates.documents.channels import VoiceChannel
from core.templates.documents.document import Document
from core.templates.plan import PlanOptions
from tests.builders.core import ChannelFactory
from tests.builders.core import snapshot as one_guild
from tests.builders.guilds import Drawn, powers, snapshot, thinned
from tests.builders.tampering import tampered

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def found(document: Document, bindings: Mapping[str, str], guild: Snapshot) -> tuple[Deviation, ...]:
    return deviations(document, bindings, guild, since=LATER)


def would_do(captured: Captured, guild: Snapshot, document: Document | None = None) -> int:
    """The steps of the version's plan on the guild."""
    options = PlanOptions(mode="merge")
    plan = diff(document or captured.document, guild, captured.bindings, powers(guild), options)
    return len(plan.steps)


@given(st.data())
def test_one_change_is_the_one_deviation_with_old_and_new_and_none_once_it_is_undone(
    data: st.DataObject,
) -> None:
    choose = Drawn(cast("Any", data.draw))
    guild = snapshot(choose)
    version = document_of(guild)
    assert found(version.document, version.bindings, guild) == ()
    changed = tampered(choose, guild)
    if changed is None:
        return
    [deviation] = found(version.document, version.bindings, changed.guild)
    assert (deviation.what, deviation.kind, deviation.id, deviation.field) == (
        "changed",
        changed.kind,
        changed.id,
        changed.field,
    )
    assert (deviation.wanted, deviation.found) == (changed.old, changed.new)


@given(st.data())
def test_a_guild_deviates_exactly_where_its_versions_plan_has_something_to_do(data: st.DataObject) -> None:
    """Also of a version that says less than all, and after many changes."""
    choose = Drawn(cast("Any", data.draw))
    guild = snapshot(choose)
    version = document_of(guild)
    document = thinned(choose, version.document)
    for _ in range(choose.below(4)):
        changed = tampered(choose, guild)
        guild = guild if changed is None else changed.guild
    deviates = [each for each in found(document, version.bindings, guild) if each.what != "added"]
    assert bool(deviates) == bool(would_do(version, guild, document))


@pytest.mark.parametrize(("tier", "deviates"), [(0, False), (1, True)])
def test_what_the_guild_cannot_hold_at_its_boost_level_is_no_drift(tier: int, deviates: bool) -> None:
    voice = ChannelFactory.build(type="voice", bitrate=96_000, parent_id=None, overwrites=())
    guild = replace(one_guild(roles=0, channels=0), channels=(voice,), premium_tier=tier)
    document = Document(guildwright=1, channels=(VoiceChannel(key="hall", name=voice.name, bitrate=128_000),))
    there = found(document, {"hall": voice.id}, guild)
    assert [each.field for each in there] == (["bitrate"] if deviates else [])

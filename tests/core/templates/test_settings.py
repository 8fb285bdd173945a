"""Settings of a server, where Community has a say."""

from core.discord.types import GuildSettings
from core.templates.documents.guild_settings import DocumentGuild
from tests.builders.scenes import channel, guild, plan_for, wanted

COMMUNITY = GuildSettings(
    name="Guild",
    rules_channel_id="2001",
    updates_channel_id="2001",
    verification_level="medium",
    content_filter="all_members",
)
UNPROTECTED = DocumentGuild(verification_level="none", content_filter="disabled")


def test_a_community_server_keeps_the_protection_that_it_must_have_and_the_plan_says_so() -> None:
    there = guild(channel(2001, "rules"), settings=COMMUNITY, features=["COMMUNITY"])
    plan = plan_for(wanted(guild=UNPROTECTED), there)
    assert plan.is_empty
    assert plan.blockers == ()
    assert [notice.code for notice in plan.warnings] == ["community_protection"] * 2


def test_a_community_server_may_be_protected_less_than_before_but_not_too_little() -> None:
    there = guild(channel(2001, "rules"), settings=COMMUNITY, features=["COMMUNITY"])
    plan = plan_for(wanted(guild=DocumentGuild(verification_level="low")), there)
    assert len(plan.steps) == 1
    assert plan.warnings == ()


def test_any_other_server_is_protected_as_the_document_says() -> None:
    plan = plan_for(
        wanted(guild=UNPROTECTED), guild(settings=GuildSettings(name="Guild", verification_level="high"))
    )
    assert len(plan.steps) == 1
    assert plan.warnings == ()

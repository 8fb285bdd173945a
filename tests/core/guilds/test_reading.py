"""Readings of different times, put together."""

from msgspec.structs import replace

from core.discord.assets import assets_of
from core.discord.images import emoji_image, guild_picture, webhook_avatar
from core.discord.resources import Emoji, GuildDetails, Onboarding, Webhook, WelcomeScreen
from core.guilds.reading import kept, with_details
from core.images.service import image_of
from core.uow import Database
from tests.builders.core import owner, powers, snapshot, snowflake
from tests.simulator.pictures import png


async def test_what_a_reading_does_not_tell_of_stays_and_what_it_tells_of_does_not(
    database: Database,
) -> None:
    told = snapshot(channels=2)
    here, gone = (Webhook(id=snowflake(), channel_id=c.id, name="hook") for c in told.channels)
    details = GuildDetails(webhooks=(here, gone), onboarding=Onboarding(enabled=True), automod_rules=())
    before = replace(with_details(told, details), emojis=(Emoji(id=snowflake(), name="old"),))
    now = replace(told, channels=told.channels[:1], emojis=(), welcome_screen=WelcomeScreen())
    after = kept(before, now)
    assert (after.emojis, after.channels) == ((), now.channels)
    assert (after.onboarding, after.automod_rules, after.welcome_screen) == (
        Onboarding(enabled=True),
        (),
        WelcomeScreen(),
    )
    assert after.webhooks == (here,)
    for seen in (before, now):
        async with database.unit() as unit:
            await unit.guilds.store(seen, powers(told), vouched=True)
    async with database.read() as unit:
        assert (await unit.guilds.view(owner(), told.guild_id)).structure == after


async def test_a_stored_guild_says_what_is_known_of_its_pictures(database: Database) -> None:
    emoji = Emoji(id=snowflake(), name="wave")
    hook = Webhook(id=snowflake(), channel_id=snowflake(), name="hook", avatar="b")
    seen = snapshot(emojis=(emoji,), webhooks=(hook,))
    seen = replace(
        seen, settings=replace(seen.settings, icon="a", banner=None, splash=None, discovery_splash=None)
    )
    seen = replace(seen, roles=tuple(replace(role, icon=None) for role in seen.roles))
    icon, avatar = guild_picture(seen.guild_id, "icon", "a"), webhook_avatar(hook.id, "b")
    assert assets_of(seen) == (icon, emoji_image(emoji.id), avatar)
    picture = image_of(png())
    async with database.unit() as unit:
        await unit.images.keep(icon, picture)
        await unit.images.keep("icons/1/other", picture)
        await unit.guilds.store(replace(seen, images={avatar: picture.hash}), powers(seen))
    async with database.read() as unit:
        stored = await unit.guilds.structure_of(seen.guild_id)
    assert stored is not None
    assert stored.images == {icon: picture.hash}

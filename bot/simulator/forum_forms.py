"""What only forum and media channels have: tags, the default reaction, and how posts are shown.

Discord docs: Resources > Channel > Forum Tag Object, Default Reaction Object. The prose has tag names of up to 20
characters, the published document of up to 50; the document is followed.
"""

from bot.simulator.emojis import require_known
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.state import FORUM, Channel, ForumTag, Guild, ReactionEmoji
from bot.simulator.world import World

TAG_LIMIT = 20
_TAG_NAME = 50
_EMOJI_NAME = 100
_TAG_SETTINGS = ("match_all", "match_some")


def read_forum(form: Form, channel: Channel, guild: Guild, world: World) -> None:
    before = channel.available_tags, channel.default_reaction_emoji
    _read_tags(form, channel, world)
    if "default_reaction_emoji" in form:
        emoji = form.form("default_reaction_emoji")
        channel.default_reaction_emoji = None if emoji is None else _read_reaction(emoji)
    if not form.errors.tree:
        _require_emojis(channel, guild, *before)
    channel.default_sort_order = form.choice("default_sort_order", channel.default_sort_order, (0, 1))
    channel.default_tag_setting = form.word("default_tag_setting", channel.default_tag_setting, _TAG_SETTINGS)
    if channel.type == FORUM:
        layout = form.choice("default_forum_layout", channel.default_forum_layout, (0, 1, 2))
        channel.default_forum_layout = layout or 0


def _require_emojis(
    channel: Channel, guild: Guild, tags: list[ForumTag], reaction: ReactionEmoji | None
) -> None:
    """Custom emojis newly named must be the guild's; those named before may have been deleted since."""
    had = {each.emoji_id for each in (*tags, reaction) if each is not None}
    named = {each.emoji_id for each in (*channel.available_tags, channel.default_reaction_emoji) if each}
    require_known(guild, named - had)


def _read_tags(form: Form, channel: Channel, world: World) -> None:
    """The whole list anew: more than 20 are refused with 30048, two of one name with 40061."""
    if "available_tags" not in form:
        return
    given = form.items("available_tags", most=1 << 20) or []
    if len(given) > TAG_LIMIT:
        raise refuse(30048)
    known = {tag.id for tag in channel.available_tags}
    tags: list[ForumTag] = []
    for index, each in enumerate(given):
        if each is not None:  # the published document lets null stand for no tag
            tag = _read_tag(form.nested(each, (*form.path, "available_tags", str(index))), known, world)
            known.discard(tag.id)
            tags.append(tag)
    if len({tag.name for tag in tags}) < len(tags):
        raise refuse(40061)
    channel.available_tags = tags


def _read_tag(form: Form, known: set[int], world: World) -> ForumTag:
    """A tag keeps its id when it names one the channel has; any other gets a new one."""
    form.require("name")
    given = form.snowflake("id")
    emoji_id, emoji_name = _read_emoji(form)
    return ForumTag(
        id=given if given is not None and given in known else world.mint(),
        name=form.text("name", "", most=_TAG_NAME) or "",
        moderated=form.flag("moderated", False),
        emoji_id=emoji_id,
        emoji_name=emoji_name,
    )


def _read_reaction(form: Form) -> ReactionEmoji:
    """Exactly one of the two must be set."""
    emoji_id, emoji_name = _read_emoji(form)
    if emoji_id is None and emoji_name is None:
        form.require("emoji_name")
    return ReactionEmoji(emoji_id, emoji_name)


def _read_emoji(form: Form) -> tuple[int | None, str | None]:
    """A custom emoji's id or a Unicode emoji; how Discord words its refusal of both is not documented."""
    emoji_id, emoji_name = form.snowflake("emoji_id"), form.text("emoji_name", most=_EMOJI_NAME) or None
    if emoji_id is not None and emoji_name is not None:
        form.bad("emoji_name", "EMOJI_AMBIGUOUS", "At most one of emoji_id and emoji_name may be set")
    return emoji_id, emoji_name

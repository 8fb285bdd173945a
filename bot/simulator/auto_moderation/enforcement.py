"""Rules at work on what people write: blocking, alerts and timeouts.

Executed are the triggers whose meaning is documented, KEYWORD and MENTION_SPAM; the word sets of KEYWORD_PRESET and
what counts as SPAM are Discord's own, and profiles of people are not watched. Not filtered are bots, members who may
manage the guild, and whom or what a rule exempts (docs: Auto Moderation; Help Center: AutoMod FAQ).
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from bot.simulator import audit, drafts, posting
from bot.simulator.auto_moderation.patterns import Match, find
from bot.simulator.auto_moderation.rules import alert_channel
from bot.simulator.auto_moderation.telling import tell
from bot.simulator.auto_moderation.triggers import BLOCK_MESSAGE, KEYWORD, MENTION_SPAM, SEND_ALERT, TIMEOUT
from bot.simulator.errors import refuse
from bot.simulator.permissions import MANAGE_GUILD, base
from bot.simulator.routing import Call
from bot.simulator.shapes import JsonObject
from bot.simulator.state import AutoModerationRule, Channel, Guild, Member, Message

AUTO_MODERATION_ACTION = 24  # message type
_MENTION = re.compile(r"<@[!&]?(\d+)>")
_UNNAMED = Match("", "")
_AUDITED = {
    BLOCK_MESSAGE: audit.AUTO_MODERATION_BLOCK_MESSAGE,
    SEND_ALERT: audit.AUTO_MODERATION_FLAG_TO_CHANNEL,
    TIMEOUT: audit.AUTO_MODERATION_USER_COMMUNICATION_DISABLED,
}


def enforce(call: Call, guild: Guild, channel: Channel, message: Message) -> None:
    """Act on a message before it is stored; 200000 when a rule blocks it, with its other actions done all the same."""
    member = guild.members.get(message.author_id)
    if member is None or call.world.users[member.user_id].bot or base(guild, member) & MANAGE_GUILD:
        return
    hits = list(_hits(guild, channel, member, message.content))
    blocked = any(action["type"] == BLOCK_MESSAGE for rule, _ in hits for action in rule.actions)
    for rule, match in hits:
        case = _Case(call, guild, channel, message, rule, match, blocked)
        for action in rule.actions:
            case.execute(action)
    if blocked:
        raise refuse(200_000)


def _hits(
    guild: Guild, channel: Channel, member: Member, content: str
) -> Iterator[tuple[AutoModerationRule, Match]]:
    for rule in guild.auto_moderation.values():
        if not rule.enabled or not set(rule.exempt_roles).isdisjoint(member.roles):
            continue
        match = _trip(rule, content)
        if match is not None and not _exempts(rule, guild, channel):
            yield rule, match


def _exempts(rule: AutoModerationRule, guild: Guild, channel: Channel) -> bool:
    """An exempt channel exempts its threads, an exempt category its channels."""
    each: Channel | None = channel
    while each is not None:
        if each.id in rule.exempt_channels:
            return True
        each = guild.channels.get(each.parent_id or 0)
    return False


def _trip(rule: AutoModerationRule, content: str) -> Match | None:
    if rule.trigger_type == KEYWORD:
        return find(
            content, *(_texts(rule, key) for key in ("keyword_filter", "regex_patterns", "allow_list"))
        )
    if rule.trigger_type == MENTION_SPAM:
        unique = set(_MENTION.findall(content))
        if len(unique) > cast("int", rule.trigger_metadata["mention_total_limit"]):
            return _UNNAMED
    return None


def _texts(rule: AutoModerationRule, key: str) -> list[str]:
    return cast("list[str]", rule.trigger_metadata[key])


def _seconds(timeout: JsonObject) -> int:
    return cast("dict[str, int]", timeout["metadata"])["duration_seconds"]


@dataclass(slots=True, frozen=True)
class _Case:
    """One rule that one message has broken."""

    call: Call
    guild: Guild
    channel: Channel
    message: Message
    rule: AutoModerationRule
    match: Match
    blocked: bool

    def execute(self, action: JsonObject) -> None:
        """Do it, tell of it, log it. An alert whose channel is gone is not sent."""
        alert: Message | None = None
        if action["type"] == SEND_ALERT:
            alert = self._alert(action)
            if alert is None:
                return
        elif action["type"] == TIMEOUT:
            self._time_out(action)
        self._tell(action, alert)
        options: JsonObject = {
            "auto_moderation_rule_name": self.rule.name,
            "auto_moderation_rule_trigger_type": str(self.rule.trigger_type),
            "channel_id": str(self.channel.id),
        }
        what = _AUDITED[cast("int", action["type"])]
        audit.record(self.call, self.guild, what, self.message.author_id, options=options)

    def _alert(self, action: JsonObject) -> Message | None:
        """A system message in the author's name; its embed is not documented, and holds what clients show."""
        channel = self.guild.channels.get(alert_channel(action))
        if channel is None:
            return None
        world = self.call.world
        alert = drafts.new_message(world, channel, self.message.author_id)
        alert.type = AUTO_MODERATION_ACTION
        facts = {
            "rule_name": self.rule.name,
            "channel_id": str(self.channel.id),
            "decision_id": f"{world.mint():032x}",
            "keyword": self.match.keyword,
            "keyword_matched_content": self.match.content,
            "decision_outcome": "blocked" if self.blocked else "flagged",
        }
        if not self.blocked:
            facts["flagged_message_id"] = str(self.message.id)
        for each in self.rule.actions:
            if each["type"] == TIMEOUT:
                facts["timeout_duration"] = str(_seconds(each))
        fields = [{"name": name, "value": value, "inline": False} for name, value in facts.items()]
        alert.embeds = [
            {"type": "auto_moderation_message", "description": self.message.content, "fields": fields}
        ]
        posting.store(world, self.guild, channel, alert)
        return alert

    def _time_out(self, action: JsonObject) -> None:
        world = self.call.world
        edited = copy.copy(self.guild.members[self.message.author_id])
        edited.timeout_until = world.clock.now() + _seconds(action)
        self.guild.members[edited.user_id] = edited
        body = world.member_payload(edited) | {"guild_id": str(self.guild.id)}
        world.emit("GUILD_MEMBER_UPDATE", self.guild, body)

    def _tell(self, action: JsonObject, alert: Message | None) -> None:
        body: JsonObject = {
            "guild_id": str(self.guild.id),
            "action": action,
            "rule_id": str(self.rule.id),
            "rule_trigger_type": self.rule.trigger_type,
            "user_id": str(self.message.author_id),
            "channel_id": str(self.channel.id),
            "content": self.message.content,
            "matched_keyword": self.match.keyword or None,
            "matched_content": self.match.content or None,
        }
        if not self.blocked:
            body["message_id"] = str(self.message.id)
        if alert is not None:
            body["alert_system_message_id"] = str(alert.id)
        tell(self.call.world, self.guild, "AUTO_MODERATION_ACTION_EXECUTION", body)

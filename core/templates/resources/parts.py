"""The parts of rules and events between a document's words and Discord's, both ways."""

from collections.abc import Iterable, Mapping

from msgspec.structs import asdict, replace

from core.discord.resources import (
    AutoModAction,
    AutoModEvent,
    AutoModTrigger,
    Recurrence,
)
from core.templates.plan import Ref
from core.templates.resources.moderation import (
    BlockInteraction,
    BlockMessage,
    DocumentAction,
    DocumentAutoModRule,
    DocumentTrigger,
    KeywordTrigger,
    MentionTrigger,
    PresetTrigger,
    ProfileTrigger,
    SendAlert,
    SpamTrigger,
    Timeout,
)
from core.templates.resources.nodes import DocumentRecurrence, NthWeekday
from core.templates.resources.sections import FREQUENCIES, WEEKDAYS, moment_of, moment_text


def webhook_name(name: str) -> str:
    """As Discord keeps it: trimmed, runs of blanks made one (User › Usernames and Nicknames)."""
    return " ".join(name.split())


def trigger_of(said: DocumentTrigger) -> AutoModTrigger:
    return AutoModTrigger(type=said.__struct_config__.tag, **asdict(said))  # pyright: ignore[reportArgumentType]


def said_trigger(trigger: AutoModTrigger) -> DocumentTrigger:
    """Lists beyond what a rule may have are cut by Discord, not here."""
    words = {"keywords": trigger.keywords, "patterns": trigger.patterns, "allowed": trigger.allowed}
    match trigger.type:
        case "keyword":
            return KeywordTrigger(**words)
        case "member_profile":
            return ProfileTrigger(**words)
        case "keyword_preset":
            return PresetTrigger(presets=trigger.presets, allowed=trigger.allowed)
        case "mention_spam":
            return MentionTrigger(mentions=trigger.mentions or 0, raid_protection=trigger.raid_protection)
        case "spam":
            return SpamTrigger()


def plain_trigger(trigger: AutoModTrigger) -> AutoModTrigger:
    """In one order, because it does not matter to what a rule finds."""
    return replace(
        trigger,
        keywords=tuple(sorted(trigger.keywords)),
        patterns=tuple(sorted(trigger.patterns)),
        allowed=tuple(sorted(trigger.allowed)),
        presets=tuple(sorted(trigger.presets)),
        mentions=trigger.mentions or 0,
    )


def event_of(rule: DocumentAutoModRule) -> AutoModEvent:
    return "member_update" if isinstance(rule.trigger, ProfileTrigger) else "message_send"


def actions_of(said: Iterable[DocumentAction], channels: Mapping[str, Ref]) -> tuple[AutoModAction, ...]:
    return tuple(_action(action, channels) for action in said)


def _action(said: DocumentAction, channels: Mapping[str, Ref]) -> AutoModAction:
    match said:
        case BlockMessage(message=message):
            return AutoModAction(type="block_message", message=message)
        case SendAlert(channel=channel):
            return AutoModAction(type="send_alert", channel_id=channels[channel])
        case Timeout(seconds=seconds):
            return AutoModAction(type="timeout", seconds=seconds)
        case BlockInteraction():
            return AutoModAction(type="block_member_interaction")


def said_actions(actions: Iterable[AutoModAction], keys: Mapping[str, str]) -> tuple[DocumentAction, ...]:
    """`keys` are those of the document's channels, by id. An alert in a channel that is gone alerts nobody."""
    said = (_said_action(action, keys) for action in actions)
    return tuple(action for action in said if action)


def _said_action(action: AutoModAction, keys: Mapping[str, str]) -> DocumentAction | None:
    match action.type:
        case "block_message":
            return BlockMessage(message=action.message or None)
        case "send_alert":
            key = keys.get(action.channel_id or "")
            return SendAlert(channel=key) if key else None
        case "timeout":
            return Timeout(seconds=action.seconds or 60)
        case "block_member_interaction":
            return BlockInteraction()


def plain_actions(actions: Iterable[AutoModAction]) -> object:
    """Their order does not matter, nor do words that are none."""
    return frozenset((a.type, a.channel_id, a.seconds, a.message or None) for a in actions)


def recurrence_of(said: DocumentRecurrence) -> Recurrence:
    """Days of the week count from Monday as 0, frequencies from yearly as 0."""
    return Recurrence(
        start=moment_of(said.start),
        frequency=FREQUENCIES.index(said.frequency),
        interval=said.interval,
        by_weekday=tuple(WEEKDAYS.index(day) for day in said.weekdays),
        by_n_weekday=tuple((nth.week, WEEKDAYS.index(nth.day)) for nth in said.nth_weekdays),
        by_month=said.months,
        by_month_day=said.month_days,
    )


def said_recurrence(rule: Recurrence) -> DocumentRecurrence:
    return DocumentRecurrence(
        start=moment_text(rule.start),
        frequency=FREQUENCIES[rule.frequency],
        interval=rule.interval,
        weekdays=tuple(WEEKDAYS[day] for day in rule.by_weekday),
        nth_weekdays=tuple(NthWeekday(week=week, day=WEEKDAYS[day]) for week, day in rule.by_n_weekday),
        months=rule.by_month,
        month_days=rule.by_month_day,
    )


def plain_recurrence(rule: Recurrence | None) -> object:
    """In one order."""
    if rule is None:
        return None
    lists = (rule.by_weekday, rule.by_n_weekday, rule.by_month, rule.by_month_day)
    return rule.start, rule.frequency, rule.interval, tuple(frozenset(each) for each in lists)

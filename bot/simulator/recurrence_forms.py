"""How an event recurs (Discord docs: Guild Scheduled Event > Recurrence Rule Object, with its system limitations)."""

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_int, as_list, words
from bot.simulator.timestamps import read_timestamp

YEARLY, MONTHLY, WEEKLY, DAILY = range(4)
_WEEKDAYS, _MONTHS = range(7), range(1, 13)
_MONTH_DAYS, _WEEKS = range(1, 32), range(1, 6)
# Sets of weekdays on which a daily event may recur.
_DAILY_SETS = tuple(
    frozenset(map(int, each)) for each in words("01234 12345 60123 45 56 60")
)  # fmt: skip
_NOT_OURS = ("count", "end", "by_year_day")
_LISTS = ("by_weekday", "by_n_weekday", "by_month", "by_month_day")
# What a rule of each frequency may name beside its interval.
_NAMES: dict[int, tuple[str, ...]] = {
    YEARLY: ("by_month", "by_month_day"),
    MONTHLY: ("by_n_weekday",),
    WEEKLY: ("by_weekday",),
    DAILY: ("by_weekday",),
}


def read_recurrence(form: Form, key: str, default: JsonObject | None) -> JsonObject | None:
    if key not in form:
        return default
    rule = form.form(key)
    if rule is None:
        return None
    for name in ("start", "frequency"):
        rule.require(name)
    start = read_timestamp(rule, "start")
    frequency = rule.choice("frequency", None, tuple(_NAMES))
    found: JsonObject = {
        "start": start,
        "end": None,
        "frequency": frequency,
        "interval": 1 if rule.data.get("interval") is None else rule.number("interval", 1, least=1, most=2),
        "by_weekday": _numbers(rule, "by_weekday", _WEEKDAYS, 7),
        "by_n_weekday": _nth_weekdays(rule),
        "by_month": _numbers(rule, "by_month", _MONTHS, 12),
        "by_month_day": _numbers(rule, "by_month_day", _MONTH_DAYS, 33),
        "by_year_day": None,
        "count": None,
    }
    for name in _NOT_OURS:
        if rule.data.get(name) is not None:
            _refuse(rule, name, "This field cannot be set")
    if not rule.errors.within(rule.path) and frequency is not None:
        _check(rule, found, frequency)
    return found


def _check(rule: Form, found: JsonObject, frequency: int) -> None:
    """The combinations that clients can show."""
    given = {name for name in _LISTS if found[name]}
    for name in sorted(given - set(_NAMES[frequency])):
        _refuse(rule, name, "Not for this frequency")
    if found["interval"] != 1 and frequency != WEEKLY:
        _refuse(rule, "interval", "Only weekly events may skip")
    if frequency == YEARLY and given & {"by_month", "by_month_day"}:
        for name in ("by_month", "by_month_day"):
            _require_one(rule, name, found)
    if frequency == MONTHLY and given:
        _require_one(rule, "by_n_weekday", found)
    if frequency == WEEKLY and given:
        _require_one(rule, "by_weekday", found)
    days = as_list(found["by_weekday"])
    if frequency == DAILY and days and frozenset(days) not in _DAILY_SETS:
        _refuse(rule, "by_weekday", "Not a known set of weekdays")


def _require_one(rule: Form, name: str, found: JsonObject) -> None:
    if len(as_list(found[name]) or ()) != 1:
        _refuse(rule, name, "Must name exactly one")


def _refuse(rule: Form, name: str, message: str) -> None:
    rule.bad(name, "GUILD_SCHEDULED_EVENT_INVALID_RECURRENCE_RULE", message)


def _numbers(rule: Form, name: str, allowed: range, most: int) -> list[int] | None:
    items = rule.items(name, most=most)
    if items is None:
        return None
    read = [None if isinstance(each, bool) else as_int(each) for each in items]
    for index, each in enumerate(read):
        if each not in allowed:
            listed = ", ".join(map(str, allowed))
            path = (*rule.path, name, str(index))
            rule.errors.add(path, "BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")
    if len(set(read)) < len(read):
        rule.bad_set(name)
    return [each for each in read if each is not None]


def _nth_weekdays(rule: Form) -> list[JsonObject] | None:
    forms = rule.forms("by_n_weekday", most=7)
    if forms is None:
        return None
    for form in forms:
        form.require("n")
        form.require("day")
    return [{"n": each.choice("n", 1, _WEEKS), "day": each.choice("day", 0, _WEEKDAYS)} for each in forms]

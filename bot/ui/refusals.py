"""What core refuses, under the names that people know what they typed by."""

from collections.abc import Callable

from core.errors import Invalid


def by_names(refused: Invalid, name_of: Callable[[str], str]) -> Invalid:
    """The same, with each message behind the name of what it is about; what has none stands alone."""
    if not refused.problems:
        return refused
    named = [(name_of(each.pointer), each.message) for each in refused.problems]
    lines = [f"{name}: {message}" if name else message for name, message in named]
    return Invalid(" ".join(lines), code=refused.error_code, problems=refused.problems)

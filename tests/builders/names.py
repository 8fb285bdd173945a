"""Names that are hard on something: other scripts, what is not seen, what is longest, what differs hardly, what YAML or
variables would take for something else."""

import re

# Equal but for case, for blanks, or for how an accent is written.
_TWINS = ("GENERAL", "General", "g eneral", "MOD", "Mod", "m o d", "caf\u00e9", "cafe\u0301")
_SCRIPTS = ("קהילה", "مرحبا بكم", "Ünï cödé", "ẞ", "İ", "ﬃ", "🎉 Party 🎉", "👨‍👩‍👧‍👦", "x" * 100, ".", "a")
# Zero width, right to left by force, a joiner.
_UNSEEN = ("zero\u200bwidth", "\u200b", "\u202eevil\u202c", "a\u2060b", "\ufeff")
_SPECIAL = (
    "${name}", "$${name}", "$", "# no comment", "- item", "a: b", "{a}", "[a]", "*a", "&a", "!a", "%a", "@here", "`a`",
    "'", '"', "null", "~", "yes", "1e3", "0x1F", "2020-01-01", "a\\b", "<<", "=", "everyone", "@everyone", "? a", "|",
)  # fmt: skip
ODD_NAMES = (*_TWINS, *_SCRIPTS, *_UNSEEN, *_SPECIAL)


def kept(name: str) -> str:
    """As a channel with messages has it: in lower case, with dashes for blanks."""
    return re.sub(r"-{2,}", "-", re.sub(r"\s+", "-", name.strip().lower()))

"""Other people's words inside a message of ours."""


def plain(text: str) -> str:
    """Cannot format, mention or link anything, and stays on its line."""
    return "".join(
        f"\\{c}" if c in "\\*_~`|<>#[]()@:-" else c for c in text.replace("\r", " ").replace("\n", " ")
    )

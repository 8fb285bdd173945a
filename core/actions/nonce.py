"""The nonce by which Discord knows a repeated send (Resources › Message › Create Message: up to 25 characters)."""

import string
import uuid

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def nonce_of(job_id: uuid.UUID) -> str:
    """The job's id in base 62: 22 characters at most, since the text of a UUID does not fit."""
    number, text = job_id.int, ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text or _DIGITS[0]

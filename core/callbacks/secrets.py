"""Secrets as Standard Webhooks has them: `whsec_` and base64 of 24 to 64 random bytes."""

import secrets
from base64 import b64encode

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """256 random bits. Kept as it is: to sign, it has to be known."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()

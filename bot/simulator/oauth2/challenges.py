"""PKCE (RFC 7636): whoever exchanges a code must be whoever asked for it.

Discord is only known to take S256; ``plain``, and it being the default, are the RFC's.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from bot.simulator.oauth2.refusals import RedirectedError
from bot.simulator.state import Challenge

S256, PLAIN = "S256", "plain"
_FORM = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def read_challenge(asked: Mapping[str, str]) -> Challenge | None:
    value, method = asked.get("code_challenge"), asked.get("code_challenge_method")
    if value is None:
        if method is not None:
            raise RedirectedError("invalid_request", "code_challenge is missing")
        return None
    method = PLAIN if method is None else method
    if method not in (S256, PLAIN):
        raise RedirectedError("invalid_request", "Transform algorithm not supported")
    if not _FORM.fullmatch(value):
        raise RedirectedError("invalid_request", "code_challenge must be 43 to 128 unreserved characters")
    return Challenge(method, value)


def challenge_for(verifier: str) -> str:
    """What S256 makes of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def proves(verifier: str | None, challenge: Challenge | None) -> bool:
    """A verifier without a challenge proves nothing either: somebody took the challenge out (RFC 9700, 4.8.2)."""
    if verifier is None or challenge is None:
        return verifier is None and challenge is None
    if not _FORM.fullmatch(verifier):
        return False
    answer = challenge_for(verifier) if challenge.method == S256 else verifier
    return hmac.compare_digest(answer, challenge.value)

"""Attempts to log in with Discord: from the moment a browser is sent there until it comes back, once.

Who comes back has to show two secrets: the state, which Discord carries, and a cookie, which stays in the browser. So
nobody can finish in one browser what was begun in another.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

import msgspec

from core.accounts.models import LoginModel
from core.accounts.session_repository import LoginRepository
from core.clock import Clock
from core.db import hold_keys
from core.errors import Forbidden
from core.keyring import Keyring

LOGIN_LASTS = timedelta(minutes=10)
_PURPOSE = "logins.verifier"


class LoginRefused(Forbidden):
    """Nobody is logged in by this; the way is to begin again."""

    code = "login_refused"


class BegunLogin(msgspec.Struct, frozen=True):
    """`state` and `challenge` (RFC 7636, S256) go to Discord, `browser` stays in a cookie."""

    state: str
    challenge: str
    browser: str


class TakenLogin(msgspec.Struct, frozen=True):
    verifier: str
    next_path: str


class LoginService:
    def __init__(self, logins: LoginRepository, keys: Callable[[], Keyring], clock: Clock) -> None:
        self._logins = logins
        self._keys = keys
        self._clock = clock

    async def begin(self, next_path: str) -> BegunLogin:
        state, browser, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        await hold_keys(self._logins.session)
        await self._logins.add(
            LoginModel(
                state_hash=_digest(state),
                browser_hash=_digest(browser),
                verifier=self._keys().seal(verifier.encode(), _PURPOSE),
                next_path=next_path,
                expires_at=self._clock() + LOGIN_LASTS,
            )
        )
        return BegunLogin(state=state, challenge=challenge_of(verifier), browser=browser)

    async def take(self, state: str, browser: str) -> TakenLogin:
        """It is used up when this unit commits. Raises `LoginRefused`, and never tells which part does not fit."""
        await hold_keys(self._logins.session)
        login = await self._logins.take(_digest(state), _digest(browser), self._clock())
        if login is None:
            raise LoginRefused(
                "This login was not begun in this browser, is used up, or is older than 10 minutes: begin again."
            )
        return TakenLogin(self._keys().unseal(login.verifier, _PURPOSE).decode(), login.next_path)

    async def clean(self) -> int:
        """Forgets those that nobody came back from; answers how many."""
        return await self._logins.delete_expired(self._clock())


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

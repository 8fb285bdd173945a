"""Who allowed what: people's consent, codes, and tokens, all of them by the simulator's clock."""

from collections.abc import Callable
from dataclasses import replace
from secrets import token_urlsafe

from bot.simulator.clock import Clock
from bot.simulator.state import AccessToken, AuthorizationCode

CODE_SECONDS = 60.0
TOKEN_SECONDS = 604_800


class Authorizations:
    """Of the one application, so a person has at most one authorisation, however many tokens came of it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._agreed: dict[int, frozenset[str]] = {}
        self._codes: dict[str, AuthorizationCode] = {}
        self._spent: set[str] = set()
        self._tokens: dict[str, AccessToken] = {}

    def clear(self) -> None:
        self._agreed.clear()
        self._codes.clear()
        self._spent.clear()
        self._tokens.clear()

    def __len__(self) -> int:
        """How many people have authorised the application."""
        return len(self._agreed)

    def agree(self, user_id: int, scopes: tuple[str, ...]) -> None:
        self._agreed[user_id] = self.agreed(user_id).union(scopes)

    def agreed(self, user_id: int) -> frozenset[str]:
        return self._agreed.get(user_id, frozenset())

    def issue(self, code: AuthorizationCode) -> str:
        """Keep a code under a text of its own, which is returned."""
        text = token_urlsafe(22)
        self._codes[text] = replace(code, text=text, issued=self._clock.now())
        return text

    def open_code(self, text: str) -> AuthorizationCode | None:
        """The code while it can be exchanged. One that was exchanged before is refused, and what came of it dies
        (RFC 6749, 4.1.2)."""
        if text in self._spent:
            self._drop(lambda token: token.origin == text)
            return None
        code = self._codes.get(text)
        return code if code is not None and self._clock.now() - code.issued <= CODE_SECONDS else None

    def exchange(self, code: AuthorizationCode) -> AccessToken:
        del self._codes[code.text]
        self._spent.add(code.text)
        return self.grant(code.user_id, code.scopes, origin=code.text)

    def grant(self, user_id: int, scopes: tuple[str, ...], *, origin: str | None) -> AccessToken:
        token = AccessToken(
            text=token_urlsafe(22),
            user_id=user_id,
            scopes=scopes,
            expires=self._clock.now() + TOKEN_SECONDS,
            refresh=None if origin is None else token_urlsafe(22),
            origin=origin,
        )
        self._tokens[token.text] = token
        return token

    def by_refresh(self, refresh: str) -> AccessToken | None:
        """The last token of a line; a refresh token does not expire (Discord names no term)."""
        return next((token for token in self._tokens.values() if token.refresh == refresh), None)

    def refresh(self, token: AccessToken, scopes: tuple[str, ...]) -> AccessToken:
        """The next token of the line; both texts of the last one are dead."""
        del self._tokens[token.text]
        return self.grant(token.user_id, scopes, origin=token.origin)

    def find(self, text: str) -> AccessToken | None:
        token = self._tokens.get(text)
        return token if token is not None and token.expires > self._clock.now() else None

    def revoke(self, text: str) -> None:
        """Every token of the person's authorisation with it, and the authorisation itself; an unknown text is well
        (RFC 7009, 2.2)."""
        token = self._tokens.get(text) or self.by_refresh(text)
        if token is not None:
            self._drop(lambda each: each.user_id == token.user_id)
            self._agreed.pop(token.user_id, None)

    def _drop(self, doomed: Callable[[AccessToken], bool]) -> None:
        self._tokens = {text: token for text, token in self._tokens.items() if not doomed(token)}

"""The two ways OAuth2 says no: to the app at the token endpoint, and to the app through the person's browser."""

from bot.simulator.errors import Refusal

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}


class TokenRefusal(Refusal):
    """An error of the token endpoint (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(status, 0, description)
        self.body = {"error": error, "error_description": description}
        self.headers |= NO_STORE


class RedirectedError(Exception):
    """An error that the redirect address is told (RFC 6749, 4.1.2.1)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def denied() -> RedirectedError:
    return RedirectedError("access_denied", "The resource owner or authorization server denied the request")


def bad_scope() -> RedirectedError:
    return RedirectedError("invalid_scope", "The requested scope is invalid, unknown, or malformed.")

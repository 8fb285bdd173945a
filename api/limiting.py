"""Who asks too often is told to wait: an address before anything is looked up, a credential once it is known.

The headers are those of draft-ietf-httpapi-ratelimit-headers (`RateLimit-Policy`, `RateLimit`), with `Retry-After`.
"""

from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network
from typing import Any, Final, cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils import normalize_path

from api.clients import client_of
from api.parts import parts_of
from api.rates import Claim, Quota
from api.refusals import Refusal, send_refusal
from api.security import actor_of
from core.addresses import address_of

EXEMPT: Final = ("/health",)
CODE: Final = "rate_limited"
_LOGIN = "/api/v1/auth"
_KEY = "guildwright_quotas"


def is_under(path: str, *places: str) -> bool:
    """`path` as the router reads it, to whom several slashes are one."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


class AddressLimits:
    """Before the credential is looked at, so that guessing is as slow as asking. Stricter where people log in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = normalize_path(scope["path"])
        if is_under(path, *EXEMPT):
            await self._app(scope, receive, send)
            return
        limits, whose = parts_of(scope).limits, _network_of(client_of(scope))
        rates = (limits.address, limits.login if is_under(path, _LOGIN) else None)
        claims = [Claim(rate, whose) for rate in rates if rate is not None]
        await _limited(self._app, claims, scope, receive, _telling(scope, send))


class CredentialLimits:
    """Once it is known who asks. What asks work of the bot is counted for the account, whichever of its tokens asks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        actor, limits = actor_of(scope), parts_of(scope).limits
        claims: list[Claim] = []
        if actor is not None and limits.credential is not None:
            claims.append(Claim(limits.credential, str(actor.token_id or actor.account_id)))
        if actor is not None and limits.jobs is not None and _makes_a_job(scope):
            claims.append(Claim(limits.jobs, str(actor.account_id)))
        await _limited(self._app, claims, scope, receive, send)


async def _limited(app: ASGIApp, claims: list[Claim], scope: Scope, receive: Receive, send: Send) -> None:
    if claims:
        verdict = await parts_of(scope).rates.spend(claims)
        scope["state"].setdefault(_KEY, []).extend(verdict.quotas)
        if not verdict.is_allowed:
            parts_of(scope).measures.limited(_slowest(verdict.quotas).rate.name)
            await send_refusal(_too_often(verdict.quotas), scope, send)
            return
    await app(scope, receive, send)


def _makes_a_job(scope: Scope) -> bool:
    handler = cast("Any", scope["route_handler"])
    return getattr(handler, "status_code", None) == HTTPStatus.ACCEPTED


def _too_often(quotas: tuple[Quota, ...]) -> Refusal:
    slowest = _slowest(quotas)
    seconds = max(1, slowest.retry_seconds)
    rate = slowest.rate
    return Refusal(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        code=CODE,
        detail=f"The limit `{rate.name}` is {rate.quota} in {rate.seconds} s: ask again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )


def _slowest(quotas: tuple[Quota, ...]) -> Quota:
    return max(quotas, key=lambda quota: quota.retry_seconds)


def _telling(scope: Scope, send: Send) -> Send:
    """All that was counted, also what an inner limit has counted by then."""

    async def tell(message: Message) -> None:
        quotas: list[Quota] = scope["state"].get(_KEY, [])
        if message["type"] == "http.response.start" and quotas:
            policy = ", ".join(f'"{q.rate.name}";q={q.rate.quota};w={q.rate.seconds}' for q in quotas)
            left = ", ".join(f'"{q.rate.name}";r={q.remaining};t={q.reset_seconds}' for q in quotas)
            told = [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]
            message = {**message, "headers": [*message["headers"], *told]}
        await send(message)

    return tell


def _network_of(client: str) -> str:
    """Of IPv6 whoever has one address has the 2⁶⁴ of its network."""
    address = address_of(client)
    return str(IPv6Network((int(address), 64), strict=False)) if isinstance(address, IPv6Address) else client

"""Sending one delivery: signed, to an address that was checked, and to no other.

The name is resolved here, each time; the addresses are judged; and the connection goes to one of those by its number,
with the name only in the Host header and in TLS. So a name that resolves differently a moment later changes nothing.
Below httpx' client there are no redirects, no cookies, no proxies and no credentials of ours.
"""

import asyncio
import contextlib
import ssl
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
from standardwebhooks import Webhook

from core.addresses import Address, Allowance
from core.callbacks.errors import TargetRefused
from core.callbacks.schemas import Attempt, DeliveryClaim
from core.callbacks.targets import Target, reachable, target_of
from workers.resolving import Resolve

_AGENT = "Guildwright-Callbacks/1 (+https://www.standardwebhooks.com)"
_HEARD_BYTES = 1024
_HEARD_SECONDS = 1.0
_MOST_ADDRESSES = 4


class Sender:
    """`timeout` is the seconds that all of it may take: resolving, connecting, sending, and the answer's head."""

    def __init__(self, allowance: Allowance, resolve: Resolve, *, timeout: float) -> None:
        self.timeout = timeout
        self._allowance = allowance
        self._resolve = resolve
        # In the clear there is no certificate to trust.
        self._plain = _transport(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._secure: httpx.AsyncHTTPTransport | None = None

    async def send(self, claim: DeliveryClaim, deadline: float) -> Attempt:
        """Never raises for what the receiver does. `deadline` is a time of the running loop: nothing is sent after
        it, because by then the delivery may be in other hands."""
        began = time.monotonic()
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._post(target_of(claim.url), claim)
        except (TargetRefused, OSError, httpx.HTTPError) as error:
            return Attempt(error=_sentence(error, self.timeout), response_ms=_since(began))
        took = _since(began)
        await _hear_out(response)
        return _answered(response, took)

    async def close(self) -> None:
        await self._plain.aclose()
        if self._secure is not None:
            await self._secure.aclose()

    async def _post(self, target: Target, claim: DeliveryClaim) -> httpx.Response:
        literal = target.address
        resolved = await self._resolve(target.host) if literal is None else (literal,)
        addresses = reachable(target, resolved, self._allowance)[:_MOST_ADDRESSES]
        for address in addresses[:-1]:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._post_to(address, target, claim, self.timeout / len(addresses))
        return await self._post_to(addresses[-1], target, claim, self.timeout)

    async def _post_to(
        self, address: Address, target: Target, claim: DeliveryClaim, connect: float
    ) -> httpx.Response:
        where = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
        headers = {
            "Host": target.authority,
            "User-Agent": _AGENT,
            "Accept": "*/*",
            "Content-Type": "application/json",
            **signed(claim, datetime.now(UTC)),
        }
        times = {"connect": connect, "read": self.timeout, "write": self.timeout, "pool": self.timeout}
        request = httpx.Request(
            "POST",
            f"{target.scheme}://{where}:{target.port}{target.rest}",
            headers=headers,
            content=claim.body.encode(),
            extensions={"timeout": times, "sni_hostname": target.host},
        )
        return await self._transport_for(target).handle_async_request(request)

    def _transport_for(self, target: Target) -> httpx.AsyncHTTPTransport:
        if target.scheme != "https":
            return self._plain
        if self._secure is None:  # reading whom to trust takes a while: when it is needed
            self._secure = _transport(httpx.create_ssl_context())
        return self._secure


def _transport(context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    # A connection is used once: kept, it could be taken for another name at the same address.
    return httpx.AsyncHTTPTransport(
        verify=context, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
    )


def signed(claim: DeliveryClaim, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0: one signature for each secret that signs now."""
    id_ = str(claim.delivery_id)
    signatures = (Webhook(secret).sign(id_, now, claim.body) for secret in claim.secrets)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def _hear_out(response: httpx.Response) -> None:
    """A short body is read, so that who writes it sees no broken connection; a long one is cut off. None is kept."""
    heard = 0
    try:
        async with asyncio.timeout(_HEARD_SECONDS):
            async for chunk in response.aiter_raw():
                heard += len(chunk)
                if heard > _HEARD_BYTES:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass  # its status has been heard
    finally:
        with contextlib.suppress(httpx.HTTPError):
            await response.aclose()


def _answered(response: httpx.Response, took: int) -> Attempt:
    status = response.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Attempt(status=status, response_ms=took)
    said = f"It answered {status} {response.reason_phrase}".rstrip()
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        said += ", and redirects are not followed: change the URL"
    return Attempt(status=status, error=f"{said}.", response_ms=took, retry_after=_retry_after(response))


def _retry_after(response: httpx.Response) -> timedelta | None:
    """Only the form in seconds (RFC 9110 §10.2.3); a date depends on their clock."""
    said = response.headers.get("retry-after", "").strip()
    return timedelta(seconds=int(said)) if said.isascii() and said.isdecimal() and len(said) < 7 else None  # noqa: PLR2004


def _sentence(error: Exception, timeout: float) -> str:
    match error:
        case TargetRefused():
            return error.message
        case TimeoutError() | httpx.TimeoutException():
            return f"No answer within {timeout:g} seconds."
        case httpx.ConnectError():
            return f"It could not be connected to: {error}."
        case httpx.HTTPError():
            return f"The connection broke before an answer came: {error or type(error).__name__}."
        case _:
            return f"Its name has no address: {error}."


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)

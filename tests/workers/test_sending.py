"""One sending: signed, to an address that was judged, and whatever the receiver does is an answer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_address
from uuid import uuid4

import pytest
from standardwebhooks import WebhookVerificationError

from core.addresses import Address, Allowance, allowance_of
from core.callbacks.schemas import Attempt, DeliveryClaim
from core.callbacks.secrets import new_secret
from tests.workers.receiver import CERTIFICATE, Receiver, hang, receiving, reset, status
from workers.resolving import Resolver
from workers.sending import Sender

HERE = allowance_of("127.0.0.0/8")
NOTHING = Allowance()
SECRET = new_secret()


class Names:
    """A name server whose answers are used up one by one; the last one stays."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str) -> tuple[Address, ...]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return tuple(map(ip_address, found))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def claim(
    url: str, *, body: str = '{"type":"callback.test"}', secrets: tuple[str, ...] = (SECRET,)
) -> DeliveryClaim:
    return DeliveryClaim(
        delivery_id=uuid4(),
        callback_id=uuid4(),
        number=1,
        attempts=1,
        url=url,
        secrets=secrets,
        body=body,
        failures=0,
    )


async def send(
    what: DeliveryClaim | str,
    allowance: Allowance = HERE,
    names: Names | None = None,
    *,
    seconds: float = 5.0,
) -> Attempt:
    what = claim(what) if isinstance(what, str) else what
    sender = Sender(allowance, names or Names(()), timeout=seconds)
    try:
        return await sender.send(what, asyncio.get_running_loop().time() + seconds)
    finally:
        await sender.close()


async def test_it_is_signed_so_that_the_library_of_standard_webhooks_verifies_it(receiver: Receiver) -> None:
    what = claim(receiver.url, body='{"name":"Bücher ✓"}')
    assert (await send(what)).is_accepted
    (got,) = receiver.received
    assert got.verified_by(SECRET) == {"name": "Bücher ✓"}
    assert got.id == str(what.delivery_id)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    with pytest.raises(WebhookVerificationError):
        got.verified_by(new_secret())


async def test_while_a_secret_is_being_replaced_both_verify(receiver: Receiver) -> None:
    new = new_secret()
    await send(claim(receiver.url, secrets=(new, SECRET)))
    (got,) = receiver.received
    assert got.headers["webhook-signature"].count("v1,") == 2
    assert got.verified_by(new) == got.verified_by(SECRET)


async def test_a_private_address_is_not_called_unless_it_is_allowed(receiver: Receiver) -> None:
    for allowance in (NOTHING, allowance_of("127.0.0.2, ::1, localhost")):
        refused = await send(receiver.url, allowance)
        assert refused.status is None
        assert refused.error
    assert receiver.received == []
    assert (await send(receiver.url, allowance_of("127.0.0.1"))).is_accepted


async def test_a_name_that_resolves_to_a_private_address_is_not_called(receiver: Receiver) -> None:
    url = f"https://hooks.example:{receiver.port}/"
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "::1", "64:ff9b::7f00:1", "169.254.169.254"):
        refused = await send(url, NOTHING, Names((address,)))
        assert refused.error == "hooks.example has no address that may be called here."
    assert receiver.received == []


async def test_the_systems_own_resolver_is_judged_too(receiver: Receiver) -> None:
    resolver = Resolver(1)
    assert ip_address("127.0.0.1") in await resolver("localhost")
    sender = Sender(NOTHING, resolver, timeout=5)
    soon = asyncio.get_running_loop().time() + 5
    refused = await sender.send(claim(f"https://localhost:{receiver.port}/"), soon)
    assert refused.error == "localhost has no address that may be called here."
    for nowhere in ("nowhere.invalid", f"{'x' * 64}.example"):
        unknown = await sender.send(claim(f"https://{nowhere}/"), soon)
        assert unknown.error
        assert unknown.status is None
    allowed = Sender(Allowance(hosts=frozenset({"localhost"})), resolver, timeout=5)
    assert (await allowed.send(claim(f"http://localhost:{receiver.port}/in"), soon)).is_accepted
    await sender.close()
    await allowed.close()
    resolver.close()


async def test_it_is_called_at_the_address_that_was_judged_however_the_name_resolves_next(
    receiver: Receiver,
) -> None:
    """DNS rebinding: the name is asked for once, and the connection knows it no more."""
    names = Names(("127.0.0.1",), ("127.9.9.9",))
    named = Allowance(hosts=frozenset({"hooks.example"}))
    sent = await send(f"http://hooks.example:{receiver.port}/in?x=1", named, names)
    assert sent.is_accepted
    assert names.asked == ["hooks.example"]
    (got,) = receiver.received
    assert (got.target, got.headers["host"]) == ("/in?x=1", f"hooks.example:{receiver.port}")


async def test_an_address_that_may_not_be_called_is_left_out_and_the_others_are_tried_in_turn(
    receiver: Receiver,
) -> None:
    """The receiver listens on 127.0.0.1 alone, so 127.0.0.2 refuses; 10.0.0.1 is not allowed."""
    names = Names(("10.0.0.1", "127.0.0.2", "127.0.0.1"))
    url = f"http://hooks.example:{receiver.port}/in"
    target = allowance_of("127.0.0.0/8")
    assert (await send(url, target, names)).is_accepted
    nobody = await send(url, target, Names(("127.0.0.2", "127.0.0.3")))
    assert nobody.error is not None
    assert nobody.error.startswith("It could not be connected to")


async def test_tls_is_by_the_name_and_the_certificate_must_be_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = Allowance(hosts=frozenset({"hooks.example", "other.example"}))
    async with receiving(tls=True) as receiver:
        url = f"https://hooks.example:{receiver.port}/in"
        untrusted = await send(url, named, Names(("127.0.0.1",)))
        assert "certificate" in str(untrusted.error).lower()
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        other = await send(f"https://other.example:{receiver.port}/in", named, Names(("127.0.0.1",)))
        assert "certificate" in str(other.error).lower()
        assert receiver.received == []
        assert (await send(url, named, Names(("127.0.0.1",)))).is_accepted
        assert (await send(receiver.url, HERE)).is_accepted
    assert [got.headers["host"].partition(":")[0] for got in receiver.received] == [
        "hooks.example",
        "127.0.0.1",
    ]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver, code: int) -> None:
    async with receiving() as elsewhere:
        receiver.answers = [status(code, f"Location: {elsewhere.url}")]
        answered = await send(receiver.url)
        assert (answered.status, answered.is_accepted) == (code, False)
        assert "redirects are not followed" in str(answered.error)
        assert elsewhere.received == []


@pytest.mark.parametrize(
    ("code", "accepted"), [(200, True), (201, True), (299, True), (400, False), (500, False)]
)
async def test_only_2xx_is_acceptance(receiver: Receiver, code: int, accepted: bool) -> None:
    receiver.answers = [status(code, body=b"whatever")]
    answered = await send(receiver.url)
    assert (answered.status, answered.is_accepted, answered.error is None) == (code, accepted, accepted)
    assert answered.response_ms is not None


async def test_who_does_not_answer_in_time_has_not_answered(receiver: Receiver) -> None:
    async def begin_and_hang(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await hang(writer)

    receiver.answers = [hang, begin_and_hang]
    for _ in range(2):
        began = asyncio.get_running_loop().time()
        late = await send(receiver.url, seconds=0.4)
        assert (late.status, late.error) == (None, "No answer within 0.4 seconds.")
        assert asyncio.get_running_loop().time() - began < 10


async def test_a_name_server_that_does_not_answer_is_in_the_same_time(receiver: Receiver) -> None:
    class Silent(Names):
        async def __call__(self, host: str) -> tuple[Address, ...]:
            await asyncio.sleep(60)
            return ()

    late = await send(f"https://hooks.example:{receiver.port}/", HERE, Silent(), seconds=0.3)
    assert late.error == "No answer within 0.3 seconds."


async def test_after_its_deadline_nothing_is_sent(receiver: Receiver) -> None:
    sender = Sender(HERE, Names(()), timeout=5)
    late = await sender.send(claim(receiver.url), asyncio.get_running_loop().time() - 0.01)
    assert late.status is None
    await asyncio.sleep(0.1)
    assert receiver.received == []
    await sender.close()


async def _garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01 not HTTP\r\n\r\n")


async def _endless_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(20_000):
        writer.write(b"X-%d: %s\r\n" % (number, b"x" * 100))
        await writer.drain()


@pytest.mark.parametrize(
    "answer", [reset, b"", _garbage, _endless_head], ids=["reset", "closed", "garbage", "head"]
)
async def test_a_connection_that_breaks_is_a_failure_in_a_sentence(receiver: Receiver, answer: bytes) -> None:
    receiver.answers = [answer]
    broken = await send(receiver.url)
    assert broken.status is None
    assert broken.error is not None
    assert broken.error.startswith("The connection broke before an answer came")


async def test_nobody_listening_is_a_failure(free_port: int) -> None:
    nobody = await send(f"http://127.0.0.1:{free_port}/")
    assert nobody.error is not None
    assert nobody.error.startswith("It could not be connected to")


async def test_a_body_that_does_not_end_is_cut_off(receiver: Receiver) -> None:
    written = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
            await writer.drain()
            written += 0x1000

    async def dripping(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.2)

    receiver.answers = [endless, dripping]
    began = asyncio.get_running_loop().time()
    for _ in range(2):
        assert (await send(receiver.url)).is_accepted
    assert asyncio.get_running_loop().time() - began < 10  # the second would drip for twenty
    assert written < 1 << 24


async def test_nothing_is_carried_from_one_answer_to_the_next_request(receiver: Receiver) -> None:
    receiver.answers = [status(200, "Set-Cookie: a=b; Path=/")]
    sender = Sender(HERE, Names(()), timeout=5)
    for _ in range(2):
        await sender.send(claim(receiver.url), asyncio.get_running_loop().time() + 5)
    await sender.close()
    assert len({got.peer for got in receiver.received}) == 2, "a connection is of one name, and used once"
    assert [got.headers.get("cookie") for got in receiver.received] == [None, None]
    assert [got.headers.get("authorization") for got in receiver.received] == [None, None]


async def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert (await send(receiver.url)).is_accepted
        assert proxy.received == []


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
        ("٣", None),
    ],
)
async def test_when_to_come_again_is_heard_in_seconds(
    receiver: Receiver, said: str, wait: timedelta | None
) -> None:
    receiver.answers = [
        f"HTTP/1.1 429 Slow down\r\nRetry-After: {said}\r\nContent-Length: 0\r\n\r\n".encode()
    ]
    answered = await send(receiver.url)
    assert (answered.status, answered.retry_after) == (429, wait)

"""Clients of the API that do what its documentation tells them to do when no answer comes."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import httpx

from tests.chaos.wishes import Wish

Answered = Literal["accepted", "maybe", "refused"]
_API = "/api/v1"
_AGAIN_SECONDS = 0.15
_PATIENCE_SECONDS = 240.0
_OVER = frozenset({"succeeded", "partial", "failed", "cancelled", "dead"})


class Asked:
    """What became of one wish at the door."""

    def __init__(self, wish: Wish, answered: Answered, job_id: str | None = None) -> None:
        self.wish = wish
        self.answered: Answered = answered
        self.job_id = job_id


class Askers:
    """`release` lets so many more wishes out to the `clients` who wait for one."""

    def __init__(
        self, url: str, token: str, wishes: Iterator[Wish], dice: random.Random, *, clients: int
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=clients),
        )
        self._wishes = wishes
        self._dice = dice
        self._queue: asyncio.Queue[Wish] = asyncio.Queue()
        self._clients = [asyncio.create_task(self._ask_on(), name=f"client {n}") for n in range(clients)]
        self._follow_ups: set[asyncio.Task[None]] = set()
        self.asked: list[Asked] = []
        self.wrong: list[str] = []
        self.met: Counter[str] = Counter()
        self.released = 0

    def release(self, count: int) -> None:
        for _ in range(count):
            self.put(next(self._wishes))

    def put(self, wish: Wish) -> None:
        self.released += wish.manner != "refused"
        self._queue.put_nowait(wish)

    async def all_answered(self) -> None:
        """Also what was to be asked for after something else."""
        await self._queue.join()
        while self._follow_ups:
            await asyncio.gather(*self._follow_ups)
            await self._queue.join()

    async def close(self) -> None:
        tasks = [*self._clients, *self._follow_ups]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    async def _ask_on(self) -> None:
        while True:
            wish = await self._queue.get()
            try:
                await self._ask(wish)
            except Exception as error:  # a client that fails must not be waited for
                self.wrong.append(f"wish {wish.number} ({wish.kind}): {type(error).__name__}: {error}")
            finally:
                self._queue.task_done()

    async def _ask(self, wish: Wish) -> None:
        match wish.manner:
            case "refused":
                await self._refused(wish)
            case "bare":
                await self._bare(wish)
            case "keyed":
                await self._keyed(wish)

    async def _refused(self, wish: Wish) -> None:
        answer = await self._until_answered(wish, {})
        if not 400 <= answer.status_code < 500:
            self.wrong.append(f"wish {wish.number} was to be refused: {answer.status_code} {answer.text}")
        self.asked.append(Asked(wish, "refused"))

    async def _bare(self, wish: Wish) -> None:
        answer = await self._once(wish, {})
        if answer is None:
            self.asked.append(Asked(wish, "maybe"))
        else:
            self._accepted(wish, answer)

    async def _keyed(self, wish: Wish) -> None:
        headers = {"Idempotency-Key": f"wish-{wish.number}"}
        if self._dice.random() < 0.1:
            headers["Prefer"] = "wait=2"
        job_id = self._accepted(wish, await self._until_answered(wish, headers))
        if self._dice.random() < 0.15:
            again = (await self._until_answered(wish, headers)).json()["id"]
            if again != job_id:
                self.wrong.append(f"wish {wish.number} is job {job_id}, and then {again} under the same key")
        if wish.then is not None and job_id is not None:
            task = asyncio.create_task(self._then(wish.then, job_id))
            self._follow_ups.add(task)
            task.add_done_callback(self._follow_ups.discard)

    async def _then(self, wish: Wish, first: str) -> None:
        while (state := await self.state_of(first)) not in _OVER:  # noqa: ASYNC110 - it is the API that is asked
            await asyncio.sleep(_AGAIN_SECONDS)
        if state == "succeeded":
            self.put(wish)

    async def state_of(self, job_id: str) -> str:
        try:
            answer = await self._http.get(f"{_API}/jobs/{job_id}")
        except httpx.HTTPError:
            return "unknown"
        return str(answer.json()["state"]) if answer.is_success else "unknown"

    async def retry(self, job_id: str) -> bool:
        """False where another structural job of its guild has to end first."""
        answer = await self._http.post(f"{_API}/jobs/{job_id}/retry")
        if answer.status_code == 409 and answer.json()["code"] == "guild_busy":
            return False
        answer.raise_for_status()
        return True

    def _accepted(self, wish: Wish, answer: httpx.Response) -> str | None:
        if answer.status_code not in (200, 202):
            self.wrong.append(f"wish {wish.number} was not accepted: {answer.status_code} {answer.text}")
            return None
        job_id = str(answer.json()["id"])
        self.asked.append(Asked(wish, "accepted", job_id))
        return job_id

    async def _until_answered(self, wish: Wish, headers: dict[str, str]) -> httpx.Response:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                answer = await self._once(wish, headers)
                if answer is not None:
                    return answer
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _once(self, wish: Wish, headers: dict[str, str]) -> httpx.Response | None:
        """None where it cannot be known whether it was done."""
        try:
            answer = await self._http.post(f"{_API}{wish.address}", json=wish.body, headers=headers)
        except httpx.HTTPError as error:
            self.met[type(error).__name__] += 1
            return None
        if answer.status_code >= 500:
            self.met[str(answer.status_code)] += 1
            self._note_internal(answer)
            return None
        return answer

    def _note_internal(self, answer: httpx.Response) -> None:
        """A PostgreSQL that is away is 503, and nothing else is an excuse for an error of ours."""
        if answer.status_code != 503:
            self.met[f"{answer.status_code} {_code(answer)}"] += 1
            self.wrong.append(f"the API answered {answer.status_code}: {answer.text}")


def _code(answer: httpx.Response) -> Any:
    try:
        return answer.json().get("code")
    except ValueError:
        return answer.text[:40]

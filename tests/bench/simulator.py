"""What the simulated Discord costs: CPU time of its process for each call, beside a floor measured in the same run.

The floor is an app that reads the body and answers a constant, on the same server. Rounds are interleaved and medians
are printed; `python -m tests.bench.simulator` runs this table alone.
"""

import asyncio
import contextlib
import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import psutil
from rich.console import Console
from rich.table import Table
from starlette.types import Receive, Scope, Send
from websockets.sync.client import connect

from bot.simulator import build
from bot.simulator.server import address, bind, server_for, started
from tests.fixtures.environment import ROOT

ROUNDS = 5
CALLS = 400
ROLES_IN_A_GUILD = 200
_BIG: dict[str, Any] = {
    "name": "Big",
    "roles": [{"name": f"r{number}"} for number in range(248)],
    "channels": [
        {
            "name": f"c{number}",
            "permission_overwrites": [{"role": f"r{role}", "allow": "1024"} for role in range(0, 248, 8)],
        }
        for number in range(500)
    ],
    "members": [{"username": f"u{number}", "roles": [f"r{number % 248}"]} for number in range(1000)],
}
_SMALL = {"name": "Small", "channels": [{"name": "log"}]}


@dataclass(frozen=True)
class Server:
    """A server in its own process, with one connection that is kept open."""

    process: psutil.Process
    url: str
    connection: http.client.HTTPConnection

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        raw = None if body is None else json.dumps(body)
        headers = {"Authorization": "Bot sim-token", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        if raw is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, raw, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 300, content
        return json.loads(content) if content else None


@contextlib.contextmanager
def running(*arguments: str) -> Generator[Server]:
    child = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        url = child.stdout.readline().split()[-1]
        host, port = re.fullmatch(r"http://(.+):(\d+)", url).groups()  # type: ignore[union-attr]
        connection = http.client.HTTPConnection(host, int(port))
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Server(psutil.Process(child.pid), url, connection)
    finally:
        child.terminate()
        child.wait()


class Work:
    """What is measured; each method is one call, told its number within the round."""

    def __init__(self, floor: Server, simulator: Server) -> None:
        self.floor, self.simulator = floor, simulator
        self._big = self._make(_BIG)
        self._small = self._make(_SMALL)
        self._for_roles: list[Any] = []

    def _make(self, spec: object) -> Any:
        return self.simulator.ask("POST", "/_sim/guilds", spec)

    def prepare(self) -> None:
        """Before each round: guilds have room for 250 roles, and every guild more is more for a session to hear."""
        for made in self._for_roles:
            self.simulator.ask("DELETE", f"/_sim/guilds/{made['id']}")
        self._for_roles = [self._make(_SMALL) for _ in range(0, CALLS, ROLES_IN_A_GUILD)]

    def floor_get(self, _: int) -> None:
        self.floor.ask("GET", "/")

    def floor_post(self, _: int) -> None:
        self.floor.ask("POST", "/", {"topic": "something"})

    def get_guild(self, _: int) -> None:
        self.simulator.ask("GET", f"/api/v10/guilds/{self._small['id']}")

    def post_role(self, number: int) -> None:
        guild = self._for_roles[number // ROLES_IN_A_GUILD]["id"]
        self.simulator.ask("POST", f"/api/v10/guilds/{guild}/roles", {"name": "r"})

    def patch_channel(self, number: int) -> None:
        channel = self._small["channels"]["log"]
        self.simulator.ask("PATCH", f"/api/v10/channels/{channel}", {"topic": f"t{number}"})

    def post_message(self, number: int) -> None:
        path = f"/api/v10/channels/{self._small['channels']['log']}/messages"
        self.simulator.ask("POST", path, {"content": f"c{number}"})

    def get_big_channels(self, _: int) -> None:
        self.simulator.ask("GET", f"/api/v10/guilds/{self._big['id']}/channels")

    def make_big_guild(self, _: int) -> None:
        made = self._make(_BIG | {"members": []})
        self.simulator.ask("DELETE", f"/_sim/guilds/{made['id']}")

    def identify(self, _: int) -> None:
        """A session until the GUILD_CREATE of the big guild, compressed as disnake asks for it."""
        url = f"{self.simulator.url.replace('http', 'ws')}/?v=10&encoding=json&compress=zlib-stream"
        with connect(url, max_size=None) as session:
            identity = {"token": "sim-token", "intents": 1 << 0 | 1 << 8, "properties": {}}
            session.send(json.dumps({"op": 2, "d": identity | {"large_threshold": 250}}))
            while len(session.recv()) < 10_000:
                pass


class Line(msgspec.Struct, frozen=True):
    """Microseconds of CPU for each call."""

    name: str
    micros: float


def measure() -> list[Line]:
    """Every kind of call in every round, so that a slow moment of the machine meets all of them."""
    with running("tests.bench.simulator", "--floor") as floor, running("bot.simulator") as simulator:
        work = Work(floor, simulator)
        kinds: dict[str, tuple[Server, Callable[[int], None], int]] = {
            "floor: GET of a constant": (floor, work.floor_get, CALLS),
            "floor: POST of a constant": (floor, work.floor_post, CALLS),
            "GET guild": (simulator, work.get_guild, CALLS),
            "POST role": (simulator, work.post_role, CALLS),
            "PATCH channel": (simulator, work.patch_channel, CALLS),
            "POST message": (simulator, work.post_message, CALLS),
            "GET 500 channels with 15,500 overwrites": (simulator, work.get_big_channels, CALLS // 40),
            "identify, GUILD_CREATE of the same guild": (simulator, work.identify, CALLS // 40),
            "make and delete the same guild from a spec": (simulator, work.make_big_guild, 3),
        }
        taken: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(ROUNDS):
            work.prepare()
            for name, (server, call, times) in kinds.items():
                before = server.cpu()
                for number in range(times):
                    call(number)
                taken[name].append((server.cpu() - before) / times * 1e6)
    return [Line(name, statistics.median(found)) for name, found in taken.items()]


def report(lines: list[Line], seconds: float) -> Table:
    """Ratios are to the first line."""
    table = Table(title=f"The simulated Discord, {ROUNDS} rounds, {seconds:.0f} s")
    for heading in ("", "CPU µs", "x floor"):
        table.add_column(heading, justify="left" if not heading else "right")
    for line in lines:
        table.add_row(line.name, f"{line.micros:.0f}", f"{line.micros / lines[0].micros:.1f}")
    return table


def table() -> Table:
    begun = time.monotonic()
    lines = measure()
    return report(lines, time.monotonic() - begun)


async def constant(_: Scope, receive: Receive, send: Send) -> None:
    """The floor's app."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


async def serve_floor() -> None:
    """The simulator's own server around the constant, until it is terminated."""
    bound = bind()
    server = server_for(replace(build(), app=constant))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await started(server, serving)
    print(f"floor: listening on {address(bound)}", flush=True)
    await serving


if __name__ == "__main__":
    if "--floor" in sys.argv:
        asyncio.run(serve_floor())
    else:
        Console().print(table())

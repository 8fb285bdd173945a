"""``python -m bot.simulator``: the simulated Discord as a process, until SIGTERM or SIGINT."""

import argparse
import asyncio
import gc
import signal
from pathlib import Path

import msgspec

from bot.simulator.app import Simulator, build
from bot.simulator.contract import read_contract
from bot.simulator.gateway.settings import SETTINGS
from bot.simulator.ratelimits import PROFILES, read_table
from bot.simulator.server import address, bind, server_for, started
from bot.simulator.shapes import JsonObject


async def _serve(simulator: Simulator, port: int, host: str) -> None:
    bound = bind(port, host)
    server = server_for(simulator)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        simulator.world.hub.cut(1001)
        server.leave()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    await started(server, task)
    print(f"simulator: listening on {address(bound)}", flush=True)
    await task
    bound.close()


def _built(chosen: argparse.Namespace) -> Simulator:
    gateway = SETTINGS[chosen.profile].edited(_read(chosen.gateway))
    if chosen.heartbeat_interval is not None:
        gateway = gateway.edited({"heartbeat_interval": chosen.heartbeat_interval})
    return build(
        token=chosen.token,
        limits=PROFILES[chosen.profile] if chosen.limits is None else read_table(_read(chosen.limits)),
        gateway=gateway,
        contract=None if chosen.contract is None else read_contract(chosen.contract),
        client_secret=chosen.client_secret,
        redirect_uris=chosen.redirect_uri,
    )


def _read(path: Path | None) -> JsonObject:
    return {} if path is None else msgspec.json.decode(path.read_bytes(), type=dict[str, object])


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one, which the first line names")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address; anything else is refused")
    parser.add_argument("--token", default="sim-token", help="the bot token that is accepted")
    parser.add_argument(
        "--profile", choices=("free", "discord"), default="free", help="rate limits, and those of the gateway"
    )
    parser.add_argument(
        "--limits", type=Path, metavar="FILE", help="JSON as PUT /_sim/limits takes, instead of the profile's"
    )
    parser.add_argument(
        "--gateway", type=Path, metavar="FILE", help="JSON as PATCH /_sim/gateway takes, over the profile's"
    )
    parser.add_argument("--heartbeat-interval", type=int, metavar="MS", help="over both")
    parser.add_argument("--client-secret", default="sim-secret", help="the application's OAuth2 secret")
    parser.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="URI",
        help="where people may be sent back to after they authorise the application; may be given again",
    )
    parser.add_argument(
        "--contract", type=Path, metavar="FILE", help="Discord's OpenAPI document, to judge both sides by"
    )
    return parser


def main() -> None:
    parser = _arguments()
    chosen = parser.parse_args()
    # What is made here is kept, or freed by its count: looking for cycles in it is a quarter of a large guild's cost.
    gc.set_threshold(20_000, 50, 100)
    try:
        asyncio.run(_serve(_built(chosen), chosen.port, chosen.host))
    except (ValueError, OSError) as refused:
        parser.error(str(refused))


if __name__ == "__main__":
    main()

"""``python -m bot.simulator``: the simulated Discord as a process, until SIGTERM or SIGINT."""

import argparse
import asyncio
import signal
from pathlib import Path

from bot.simulator.app import build
from bot.simulator.contract import read_contract
from bot.simulator.server import address, bind, server_for, started


async def _serve(chosen: argparse.Namespace) -> None:
    contract: Path | None = chosen.contract
    bound = bind(chosen.port, chosen.host)
    simulator = build(
        token=chosen.token,
        profile=chosen.profile,
        contract=None if contract is None else read_contract(contract),
        client_secret=chosen.client_secret,
        redirect_uris=chosen.redirect_uri,
    )
    server = server_for(simulator)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        simulator.world.hub.cut(1001)
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    await started(server, task)
    print(f"simulator: listening on {address(bound)}", flush=True)
    await task
    bound.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one, which the first line names")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address; anything else is refused")
    parser.add_argument("--token", default="sim-token", help="the bot token that is accepted")
    parser.add_argument("--client-secret", default="sim-secret", help="the application's OAuth2 secret")
    parser.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="URI",
        help="where people may be sent back to after they authorise the application; may be given again",
    )
    parser.add_argument("--profile", choices=("free", "discord"), default="free", help="rate limits")
    parser.add_argument(
        "--contract", type=Path, metavar="FILE", help="Discord's OpenAPI document, to judge both sides by"
    )
    chosen = parser.parse_args()
    try:
        asyncio.run(_serve(chosen))
    except (ValueError, OSError) as refused:
        parser.error(str(refused))


if __name__ == "__main__":
    main()

"""``python -m bot.simulator``: the simulated Discord as a process, until SIGTERM or SIGINT."""

import argparse
import asyncio
import signal
from pathlib import Path

from bot.simulator.app import build
from bot.simulator.contract import read_contract
from bot.simulator.server import address, bind, server_for, started


async def _serve(port: int, host: str, token: str, profile: str, contract: Path | None) -> None:
    judge = None if contract is None else read_contract(contract)
    bound = bind(port, host)
    simulator = build(token=token, profile="discord" if profile == "discord" else "free", contract=judge)
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
    parser.add_argument("--profile", choices=("free", "discord"), default="free", help="rate limits")
    parser.add_argument(
        "--contract", type=Path, metavar="FILE", help="Discord's OpenAPI document, to judge both sides by"
    )
    chosen = parser.parse_args()
    try:
        asyncio.run(_serve(chosen.port, chosen.host, chosen.token, chosen.profile, chosen.contract))
    except (ValueError, OSError) as refused:
        parser.error(str(refused))


if __name__ == "__main__":
    main()

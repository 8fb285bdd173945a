"""One way of writing logs for all our processes: one line each, on standard error."""

import logging


def write_logs(level: str) -> None:
    """`level` is a setting's word; libraries that talk a lot are heard from warnings on."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", datefmt="%H:%M:%S"
    )
    if level != "debug":
        for talkative in ("arq", "disnake", "httpx", "sqlalchemy", "alembic", "uvicorn.access"):
            logging.getLogger(talkative).setLevel(logging.WARNING)

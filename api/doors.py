"""What the installation's settings say about who may come to the API, and how."""

import msgspec

from core.addresses import Network, networks_of
from core.config import Settings


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """`origins` are those whose pages may call us, `proxies` those whose word about addresses is believed. What comes
    in by `metrics_port` reads metrics, and nothing else; 0 is none."""

    origins: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    is_https: bool = False
    metrics_port: int = 0


def door_of(settings: Settings) -> Door:
    return Door(
        origins=settings.allowed_origins,
        proxies=networks_of(settings.trusted_proxies),
        is_https=settings.origin.startswith("https://"),
        metrics_port=settings.metrics_port,
    )

"""A server that was away finds its port free."""

import socket
from pathlib import Path

import pytest

from core.ports import FIRST, LAST, is_free, unused_port

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_port_is_none_that_outgoing_connections_get() -> None:
    ports = {unused_port() for _ in range(100)}
    assert all(FIRST <= port <= LAST for port in ports)
    assert len(ports) > 90, "those who ask at once get others"


@pytest.mark.skipif(not RANGE.exists(), reason="only Linux says what outgoing connections get")
def test_linux_gives_outgoing_connections_ports_above_ours() -> None:
    assert int(RANGE.read_text(encoding="ascii").split()[0]) > LAST


def test_where_somebody_listens_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not is_free(listener.getsockname()[1])


def test_where_somebody_listened_a_moment_ago_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0]:
            pass
    assert is_free(port)

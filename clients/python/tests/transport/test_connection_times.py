"""Connections end, and are asked for, when the configuration says so."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Callable, Iterator

from demo.server import Server
from tests.transport.frames import ACK, GOAWAY, PING, Connection, pack
from tests.transport.grpc_calls import check

TENANT = """format: riskd-config/1
tenants:
  - {number: 7, name: nobody, keys: [], models: [], policies: []}
transport: {%s}
"""
# The configured times are one or two seconds; a busy machine may need far longer.
WAIT_SECONDS = 15.0


@contextlib.contextmanager
def greeted(start: Callable[..., Server], tmp_path: Path, times: str) -> Iterator[Connection]:
    """A connection to a server with these times."""
    config = tmp_path / "riskd.yaml"
    config.write_text(TENANT % times)
    server = start(extra=("--config", str(config)))
    with Connection(server.address, seconds=WAIT_SECONDS) as made:
        yield made.handshake()
    server.stop()


def words(connection: Connection) -> str:
    """What the first GOAWAY with words says."""
    for frame in connection.frames(WAIT_SECONDS):
        if frame.type == PING and not frame.has(ACK):
            connection.send(pack(PING, ACK, 0, frame.payload))
        if frame.type == GOAWAY and frame.debug:
            return frame.debug.decode()
    return "nothing"


def test_an_idle_connection_ends(start: Callable[..., Server], tmp_path: Path):
    with greeted(start, tmp_path, "idle_seconds: 1") as connection:
        assert words(connection) == "max_idle"


def test_an_old_connection_ends_although_it_is_busy(start: Callable[..., Server], tmp_path: Path):
    with greeted(start, tmp_path, "age_seconds: 1, grace_seconds: 1") as connection:
        assert check(connection, 1).status == 0
        assert words(connection) == "max_age"


def test_a_silent_peer_is_asked_and_then_given_up(start: Callable[..., Server], tmp_path: Path):
    times = "keepalive_seconds: 1, keepalive_answer_seconds: 1"
    with greeted(start, tmp_path, times) as connection:
        assert not connection.wait_for(PING).has(ACK)
        # The question is not answered.
        connection.wait_closed(WAIT_SECONDS)

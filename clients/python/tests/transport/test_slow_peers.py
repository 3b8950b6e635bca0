"""Peers that take their time: each is closed at its limit, and meanwhile costs next to nothing.

All wait at once, so that the whole file takes as long as its slowest limit.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import threading
import time
from typing import Callable, Iterator, NamedTuple

import pytest

from demo.server import Server
from tests.transport import frames as h2
from tests.transport.frames import Closed, Connection, Silence, message, pack
from tests.transport.prober import CHECK, Prober, resident_bytes

REFLECT = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
#: How late the server may be: the timers of a turn, and two busy cores.
LATE_SECONDS_MAX = 2.0
#: Between two bytes of a peer that drips: each by itself is no silence.
DROP_SECONDS = 0.4
IDLE_COUNT = int(os.environ.get("IDLE_CONNECTIONS", "2000"))
IDLE_BYTES_MAX = 16 << 10


def silent(connection: Connection) -> None:
    """Nothing is ever sent."""


def silent_tls(connection: Connection) -> None:
    """A TLS handshake that never begins."""


def half_preface(connection: Connection) -> None:
    """The preface stops in the middle."""
    connection.send(h2.PREFACE[:12])


def dripping_preface(connection: Connection) -> bytes:
    """The preface comes by the byte."""
    return h2.PREFACE


def no_settings(connection: Connection) -> None:
    """The preface comes, SETTINGS does not."""
    connection.send(h2.PREFACE)


def no_settings_ack(connection: Connection) -> None:
    """The server's SETTINGS are never acknowledged."""
    connection.send(h2.PREFACE + h2.pack_settings())


def slow_headers(connection: Connection) -> None:
    """A block begins and does not end."""
    connection.handshake()
    connection.send(pack(h2.HEADERS, 0, 1, b"\x83"))


def dripping_headers(connection: Connection) -> bytes:
    """A frame of headers comes by the byte."""
    connection.handshake()
    return connection.pack_headers(1, connection.call_fields(CHECK), end=False)


def slow_body(connection: Connection) -> None:
    """A message is announced and does not come."""
    connection.handshake()
    connection.call(1, CHECK, None)
    connection.data(1, message(b"x", length=100))


class Slow(NamedTuple):
    """One slow peer, and when its stream or its connection must have ended."""

    #: What it does at once; bytes that it gives back are sent one by one.
    behave: Callable[[Connection], bytes | None]
    seconds: float
    #: Whether only the call ends, with its connection left open.
    ends_the_call_only: bool = False
    tls: bool = False


SLOW = [
    Slow(silent, 5), Slow(half_preface, 5), Slow(dripping_preface, 5), Slow(no_settings, 5),
    Slow(no_settings_ack, 10), Slow(slow_headers, 5), Slow(dripping_headers, 5),
    Slow(slow_body, 10, ends_the_call_only=True), Slow(silent_tls, 5, tls=True),
]


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own."""
    with Server(tmp_path_factory.mktemp("patient")) as running:
        yield running
        running.stop()


class Watched:
    """A slow peer in a thread, and when it was cut off."""

    def __init__(self, address: str, slow: Slow) -> None:
        self.slow = slow
        self.ended: float | None = None
        self.thread = threading.Thread(target=self._run, args=(address,), daemon=True)
        self.thread.start()

    def _run(self, address: str) -> None:
        limit = self.slow.seconds + LATE_SECONDS_MAX
        with Connection(address, seconds=limit) as connection:
            began = time.monotonic()
            drops = self.slow.behave(connection)
            if drops:
                threading.Thread(target=self._drip, args=(connection, drops), daemon=True).start()
            try:
                while True:
                    frame = connection.read(max(began + limit - time.monotonic(), 0.001))
                    ends = frame.type == h2.RST_STREAM or (
                        frame.type == h2.HEADERS and frame.has(h2.END_STREAM))
                    if self.slow.ends_the_call_only and ends:
                        break
            except Silence:
                return
            except Closed:
                pass
            self.ended = time.monotonic() - began


    def _drip(self, connection: Connection, drops: bytes) -> None:
        for byte in drops:
            if self.ended is not None:
                return
            try:
                connection.socket.send(bytes([byte]))
            except OSError:
                return
            time.sleep(DROP_SECONDS)


@pytest.fixture(scope="module")
def watched(patient: Server, tls_server: Server) -> dict[str, Watched]:
    """All slow peers, after the longest limit."""
    started = {
        slow.behave.__name__: Watched((tls_server if slow.tls else patient).address, slow)
        for slow in SLOW
    }
    for one in started.values():
        one.thread.join(30)
    return started


@pytest.mark.parametrize("slow", SLOW, ids=lambda slow: slow.behave.__name__)
def test_a_slow_peer_is_cut_off(watched: dict[str, Watched], slow: Slow):
    ended = watched[slow.behave.__name__].ended
    assert ended is not None, f"still there after {slow.seconds + LATE_SECONDS_MAX} s"
    assert ended <= slow.seconds + LATE_SECONDS_MAX
    # Not before its time either: a slow network is no attack.
    assert ended >= slow.seconds * 0.8, ended


def test_half_open_sockets_cost_nothing(patient: Server):
    sockets = []
    before = resident_bytes(patient)
    for _ in range(200):
        made = socket.create_connection(("127.0.0.1", patient.port), 5)
        made.sendall(h2.PREFACE + h2.pack_settings())
        made.shutdown(socket.SHUT_WR)
        sockets.append(made)
    with Prober(patient) as prober:
        # The server closes what can send nothing any more; it does not wait for a timer.
        deadline = time.monotonic() + 5
        waiting = {made.fileno(): made for made in sockets}
        while waiting and time.monotonic() < deadline:
            readable, _, _ = select.select(list(waiting), [], [], 0.1)
            for number in readable:
                try:
                    gone = not waiting[number].recv(65_536)
                except OSError:
                    gone = True
                if gone:
                    del waiting[number]
    for made in sockets:
        made.close()
    assert not waiting and not prober.seen.errors
    assert resident_bytes(patient) - before <= 8 << 20


def test_idle_connections_are_cheap(patient: Server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < IDLE_COUNT + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(IDLE_COUNT + 500, hard), hard))
    idle = []
    before = resident_bytes(patient)
    try:
        for _ in range(IDLE_COUNT):
            made = socket.create_connection(("127.0.0.1", patient.port), 10)
            made.sendall(h2.PREFACE + h2.pack_settings() + pack(h2.SETTINGS, h2.ACK, 0))
            idle.append(made)
        with Prober(patient) as prober:
            prober.watch(0.5)
        growth = resident_bytes(patient) - before
    finally:
        for made in idle:
            made.close()
    assert not prober.seen.errors and prober.seen.p99_millis <= 50.0
    assert growth / IDLE_COUNT <= IDLE_BYTES_MAX, f"{growth / IDLE_COUNT / 1024:.1f} KiB each"

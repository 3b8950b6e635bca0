"""Thousands of broken byte streams: sessions that were recorded, changed by a seeded hand.

HOSTILE_STREAMS says how many (2,000 in the tests, 20,000 in the long run). After each batch the
server must answer, be the same process and be no larger than 32 MiB more than before.
"""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path
from typing import Callable, Iterator

import pytest

from demo.server import Server
from tests.transport import frames as h2
from tests.transport.frames import Connection, message, pack
from tests.transport.prober import CHECK, resident_bytes

STREAMS = int(os.environ.get("HOSTILE_STREAMS", "2000"))
BATCH = 250
SEED = 20_260_101
GROWTH_BYTES_MAX = 32 << 20
CORPUS = Path(__file__).resolve().parents[4] / "Tests" / "Fuzz" / "Corpus" / "session"
#: A stream is sent in at most this many writes.
WRITES_MAX = 4


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: its memory is measured, and it must drain well afterwards."""
    with Server(tmp_path_factory.mktemp("hostile")) as running:
        yield running
        running.stop()


def recorded() -> list[bytes]:
    """The fuzzer's seeds that are plain bytes of a client: their first byte says so."""
    sessions = [path.read_bytes() for path in sorted(CORPUS.iterdir())]
    return [session[1:] for session in sessions if session[0] == 0]


def made(server: Server) -> list[bytes]:
    """Sessions of our own making: a call of each kind, with and without continuation."""
    found = []
    with Connection(server.address) as connection:
        for path in (CHECK, "/grpc.health.v1.Health/Watch", "/a.B/C"):
            head = connection.pack_headers(1, connection.call_fields(path), end=False)
            call = head + pack(h2.DATA, h2.END_STREAM, 1, message(b"\x0a\x01a"))
            found.append(h2.PREFACE + h2.pack_settings() + call + h2.pack_reset(1))
            block = h2.hpack.Encoder().encode(connection.call_fields(path))
            split = pack(h2.HEADERS, 0, 1, block[:9]) + pack(h2.CONTINUATION, 4, 1, block[9:])
            greeting = h2.PREFACE + h2.pack_settings((1, 0), (4, 1))
            found.append(greeting + split + h2.pack_window(1, 9))
    return found


def flip(stream: bytearray, dice: random.Random) -> None:
    """A bit or two."""
    for _ in range(dice.randint(1, 3)):
        stream[dice.randrange(len(stream))] ^= 1 << dice.randrange(8)


def cut(stream: bytearray, dice: random.Random) -> None:
    """A piece is missing."""
    start = dice.randrange(len(stream))
    del stream[start : start + dice.randint(1, 40)]


def repeat(stream: bytearray, dice: random.Random) -> None:
    """A piece comes again, somewhere."""
    start = dice.randrange(len(stream))
    piece = stream[start : start + dice.randint(1, 60)] * dice.randint(1, 5)
    at = dice.randrange(len(stream))
    stream[at:at] = piece


def insert(stream: bytearray, dice: random.Random) -> None:
    """Bytes of no origin."""
    at = dice.randrange(len(stream))
    stream[at:at] = dice.randbytes(dice.randint(1, 30))


def overwrite(stream: bytearray, dice: random.Random) -> None:
    """Lengths, types and flags that are extreme."""
    at = dice.randrange(len(stream))
    extreme = dice.choice([b"\0", b"\xff", b"\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80", bytes(4)])
    stream[at : at + len(extreme)] = extreme


def strange_frame(stream: bytearray, dice: random.Random) -> None:
    """A frame with every field drawn."""
    payload = dice.randbytes(dice.choice([0, 1, 4, 5, 8, 9, 40]))
    stream += pack(dice.randrange(12), dice.randrange(256), dice.randrange(8), payload)


CHANGES: list[Callable[[bytearray, random.Random], None]] = [
    flip, cut, repeat, insert, overwrite, strange_frame,
]


def changed(sessions: list[bytes], dice: random.Random) -> bytes:
    """One session, changed a few times; mostly its preface is left whole."""
    base = dice.choice(sessions)
    keep = len(h2.PREFACE) if dice.random() < 0.9 else 0
    stream = bytearray(base[keep:])
    for _ in range(dice.randint(1, 4)):
        if stream:
            dice.choice(CHANGES)(stream, dice)
    return base[:keep] + bytes(stream)


def throw(server: Server, stream: bytes, dice: random.Random) -> None:
    """Sends the bytes on a connection of their own and leaves in one of three ways."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as thrown:
        step = max(1, len(stream) // dice.randint(1, WRITES_MAX))
        try:
            for at in range(0, len(stream), step):
                thrown.sendall(stream[at : at + step])
            leaving = dice.randrange(3)
            if leaving == 1:
                thrown.shutdown(socket.SHUT_WR)
            if leaving == 2:
                thrown.settimeout(0.02)
                thrown.recv(65_536)
        except OSError:
            # The server ended it, or had nothing to say: both are right.
            pass


@pytest.mark.parametrize("batch", range(STREAMS // BATCH))
def test_hostile_bytes(hostile_server: Server, batch: int):
    dice = random.Random(SEED + batch)
    sessions = recorded() + made(hostile_server)
    before = resident_bytes(hostile_server) if batch else 0
    for number in range(BATCH):
        throw(hostile_server, changed(sessions, dice), dice)
        assert hostile_server.process.poll() is None, f"ended by seed {SEED + batch}, {number}"
    with Connection(hostile_server.address, seconds=5).handshake() as connection:
        connection.call(1, CHECK, message(b""))
        assert connection.reply().messages == [b"\x08\x01"], f"seed {SEED + batch}"
    growth = resident_bytes(hostile_server) - before if batch else 0
    assert growth <= GROWTH_BYTES_MAX, f"{growth >> 20} MiB more, seed {SEED + batch}"

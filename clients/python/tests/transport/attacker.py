"""A process of its own that attacks: `python -m tests.transport.attacker NAME ADDRESS SECONDS`.

Prints one line of JSON with what it did and how it ended. The prober that watches the server lives
in the test's process, so that neither waits for the other's interpreter.
"""

from __future__ import annotations

import json
import select
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Callable, Iterator

from tests.transport import frames as h2
from tests.transport.frames import Closed, Connection, Silence

#: What one send carries at most: enough to keep the server busy, little enough to stop in time.
CHUNK_BYTES = 32 << 10
PIECES_MAX = 1_000


@dataclass
class Outcome:
    """How an attack ended."""

    frames: int = 0
    bytes: int = 0
    closed: bool = False
    goaway_code: int | None = None
    goaway_debug: str = ""
    seconds: float = 0.0
    replies: dict[str, int] = field(default_factory=dict)


class Attacker:
    """One attacking connection and the time it has."""

    def __init__(self, address: str, seconds: float, *, receive_bytes: int | None = None) -> None:
        self.seconds = seconds
        self.outcome = Outcome()
        self.connection = Connection(address, receive_bytes=receive_bytes)
        self.began = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether the time is up or the server has had enough."""
        return self.outcome.closed or time.monotonic() - self.began >= self.seconds

    def note(self, frame: h2.Frame) -> None:
        """Keeps what matters of a frame that came."""
        if frame.type == h2.GOAWAY:
            self.outcome.goaway_code = frame.error_code
            self.outcome.goaway_debug = frame.debug.decode("ascii", "replace")
        name = f"RST_STREAM {frame.error_code}" if frame.type == h2.RST_STREAM else str(frame.type)
        self.outcome.replies[name] = self.outcome.replies.get(name, 0) + 1

    def drain(self, seconds: float = 0.0) -> None:
        """Reads what is there, or what comes in that time."""
        deadline = time.monotonic() + seconds
        while not self.outcome.closed:
            left = max(deadline - time.monotonic(), 0.0)
            try:
                self.note(self.connection.read(max(left, 0.000_1)))
            except Silence:
                if left <= 0:
                    return
            except Closed:
                self.outcome.closed = True

    def push(self, piece: bytes, frames: int) -> None:
        """Sends without ever waiting longer than the attack may last."""
        rest = memoryview(piece)
        while rest and not self.is_over:
            _, writable, _ = select.select([], [self.connection.socket], [], 0.05)
            if not writable:
                continue
            self.connection.socket.settimeout(0)
            try:
                sent = self.connection.socket.send(rest)
            except BlockingIOError:
                continue
            except OSError:
                # The server's last words are still to be read.
                self.drain(0.3)
                self.outcome.closed = True
                return
            self.outcome.bytes += sent
            rest = rest[sent:]
        self.outcome.frames += frames

    def flood(
        self, piece: Callable[[int], bytes] | bytes, *, frames: int = 1, reads: bool = True,
        most: int | None = None,
    ) -> None:
        """Sends pieces, made by number from 0 or always the same, until it is over or enough."""
        number = 0
        while not self.is_over and (most is None or number < most):
            chunk, count = bytearray(), 0
            while len(chunk) < CHUNK_BYTES and count < PIECES_MAX:
                chunk += piece if isinstance(piece, bytes) else piece(number)
                number += 1
                count += 1
            self.push(bytes(chunk), count * frames)
            if reads:
                self.drain()

    def hold(self) -> None:
        """Reads until it is over."""
        while not self.is_over:
            self.drain(min(0.1, max(self.seconds - (time.monotonic() - self.began), 0.001)))

    def end(self) -> Outcome:
        """The outcome, after a moment for the server's last words."""
        if not self.outcome.closed:
            self.drain(0.3)
        self.outcome.seconds = round(time.monotonic() - self.began, 3)
        return self.outcome


def indexed_call(
    connection: Connection, path: str, *extra: tuple[str, str]
) -> Iterator[bytes]:
    """The block of a call: the first time in full, from then on by indices alone."""
    fields = connection.call_fields(path) + list(extra)
    yield connection.encoder.encode(fields)
    short = connection.encoder.encode(fields)
    while True:
        yield short


def main() -> None:
    """Runs one attack."""
    from tests.transport.attacks import ATTACKS

    name, address, seconds = sys.argv[1:4]
    attack = next(a for a in ATTACKS if a.name == name)
    attacker = Attacker(address, float(seconds), receive_bytes=attack.receive_bytes)
    if attack.greets:
        attacker.connection.handshake(*attack.settings)
    attack.run(attacker)
    print(json.dumps(asdict(attacker.end())))


if __name__ == "__main__":
    main()

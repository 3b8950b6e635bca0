"""Flips single bits of a stopped data directory and starts riskd over each.

Usage: python -m tests.corruption [--flips N] [--seed S] [--quiet]

The directory has a checkpoint and a journal behind it, all of it named by the witness: no record
lies in the one window that a trailing witness leaves. A start over a flipped bit must either refuse
in one line, with exit code 65 or 78, or have exactly the state that was there: every line and hold
is read and compared. It must never start with less, and never end in any other way.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import random
import struct
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from demo.server import Server, ServerError
from tests.crash import approved_applications, check_book, open_lines
from tests.crash_points import copy_directory
from tests.ledger_book import Book, Connection, CrashError, until
from tests.ledger_load import Caller

CALLER_COUNT = 4
LINE_COUNT = 6
OPERATIONS = 40
WORKER_COUNT = 2
REFUSED = (65, 78)
#: Where the bits are flipped, and how often. Zeros of a segment that no record uses are flipped
#: seldom: they are most of its bytes.
SHARES = {"records": 8, "zeros": 2, "witness": 3, "store": 6, "root.secret": 1}
WITNESS_BYTES = 1_024


@dataclass(frozen=True)
class Flip:
    """One bit of one file."""

    kind: str
    path: Path
    bit: int

    def apply(self, data: Path) -> None:
        """Turns the bit over in a copy of the directory."""
        with open(data / self.path, "r+b") as file:
            file.seek(self.bit // 8)
            byte = file.read(1)[0] ^ 1 << self.bit % 8
            file.seek(self.bit // 8)
            file.write(bytes([byte]))

    def __str__(self) -> str:
        return f"bit {self.bit % 8} of byte {self.bit // 8} of {self.path} ({self.kind})"


@dataclass
class Summary:
    """What all flips came to."""

    refused: collections.Counter[str] = field(default_factory=collections.Counter)
    exact: collections.Counter[str] = field(default_factory=collections.Counter)
    seconds: float = 0.0

    def text(self) -> str:
        """One line; it is printed only when nothing was found wrong."""
        parts = [
            f"{kind} {self.refused[kind]} and {self.exact[kind]}" for kind in SHARES
        ]
        return (
            f"{self.refused.total() + self.exact.total()} bits flipped, refused and exact: "
            f"{', '.join(parts)}; less than was there 0; {self.seconds:.0f} s in all"
        )


def used_bytes(path: Path) -> int:
    """The length of a file without the zeros at its end."""
    return len(path.read_bytes().rstrip(b"\0"))


def names_the_last_batch(data: Path) -> bool:
    """Whether the newer slot of the witness ends where the journal ends."""
    slots = (data / "witness").read_bytes()
    halves = (slots[: WITNESS_BYTES // 2], slots[WITNESS_BYTES // 2 :])
    # Behind magic and identity: sequence, hash, segment, start, and the end of the batch.
    marks = [struct.unpack_from("<Q32sQQQ", half, 16) for half in halves]
    _, _, segment, _, end = max(marks, key=lambda mark: mark[0])
    return end >= used_bytes(data / f"segment-{segment:016x}")


class Corruption:
    """A stopped directory and everything that was acknowledged in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.random = random.Random(seed)
        self.book = Book()
        self.summary = Summary()

    async def prepare(self) -> None:
        """Load, a drain with its checkpoint, load again, and a kill at rest."""
        server = Server(self.data)
        applications = approved_applications(server.address)
        lines: list[int] = []
        for is_last in (False, True):
            connections = [Connection(server.address) for _ in range(CALLER_COUNT)]
            lines += await open_lines(connections[0], self.book, applications, LINE_COUNT)
            seeds = [self.random.getrandbits(64) for _ in connections]
            callers = [Caller(seed, self.book, lines, applications) for seed in seeds]
            pairs = zip(callers, connections)
            await asyncio.gather(*(caller.run(c, OPERATIONS) for caller, c in pairs))
            for connection in connections:
                await connection.close()
            if not is_last:
                server.stop()
                server = Server(self.data)
        # It trails: it does so after 1 ms without a batch.
        await until("the witness names the last batch", lambda: names_the_last_batch(self.data))
        server.kill()

    def flips(self, count: int) -> list[Flip]:
        """Random bits, so many of each kind as its share says."""
        segments = {path: used_bytes(path) for path in self.data.glob("segment-*")}
        stored = [path for path in (self.data / "store").iterdir() if path.stat().st_size]
        kinds = self.random.choices(list(SHARES), list(SHARES.values()), k=count)
        return [self._flip(kind, segments, stored) for kind in kinds]

    def _flip(self, kind: str, segments: dict[Path, int], stored: list[Path]) -> Flip:
        first = 0
        if kind == "records":
            path, size = max(segments.items(), key=lambda entry: entry[1])
        elif kind == "zeros":
            path = self.random.choice(list(segments))
            first, size = segments[path], path.stat().st_size
        elif kind == "store":
            path = self.random.choice(stored)
            size = path.stat().st_size
        else:
            path = self.data / kind
            size = min(path.stat().st_size, WITNESS_BYTES)
        bit = self.random.randrange(8 * first, 8 * size)
        return Flip(kind, path.relative_to(self.data), bit)

    async def try_one(self, flip: Flip, data: Path) -> str:
        """Starts over a copy with the bit turned; returns what it said."""
        await asyncio.to_thread(copy_directory, self.data, data)
        flip.apply(data)
        try:
            server = await asyncio.to_thread(Server, data)
        except ServerError as error:
            said = str(error)
            if error.code not in REFUSED or "riskd: " not in said:
                raise CrashError(f"{flip}: {said}, exit code {error.code}") from None
            self.summary.refused[flip.kind] += 1
            return said
        with server:
            connections = [Connection(server.address) for _ in range(CALLER_COUNT)]
            try:
                await check_book(connections, self.book, *self._everything())
            except CrashError as error:
                raise CrashError(f"{flip}: {error}") from None
            for connection in connections:
                await connection.close()
            await asyncio.to_thread(server.kill)
        self.summary.exact[flip.kind] += 1
        return "exact"

    def _everything(self) -> tuple[list[int], list[int]]:
        return list(self.book.holds), list(self.book.tallies)

    async def run(self, count: int, say: Callable[[str], None]) -> Summary:
        """All flips, two at a time."""
        started = time.monotonic()
        await self.prepare()
        waiting = collections.deque(self.flips(count))

        async def work(data: Path) -> None:
            while waiting:
                flip = waiting.popleft()
                say(f"{flip}: {await self.try_one(flip, data)}")

        await asyncio.gather(*(work(self.folder / f"copy-{n}") for n in range(WORKER_COUNT)))
        self.summary.seconds = time.monotonic() - started
        return self.summary


async def flip_bits(
    folder: Path, count: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> Summary:
    """See `Corruption.run`; CrashError names the seed."""
    try:
        return await Corruption(folder, seed).run(count, say)
    except CrashError as error:
        raise CrashError(f"seed {seed}, {error}") from None


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Flips bits of a data directory, starts riskd.")
    parser.add_argument("--flips", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--quiet", action="store_true", help="only the summary")
    arguments = parser.parse_args()
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)

    def say(text: str) -> None:
        if not arguments.quiet:
            print(text, flush=True)

    with tempfile.TemporaryDirectory(prefix="riskd-flips-") as folder:
        try:
            summary = asyncio.run(flip_bits(Path(folder), arguments.flips, seed, say))
        except CrashError as error:
            print(f"corruption test failed: {error}", file=sys.stderr)
            return 1
    print(summary.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())

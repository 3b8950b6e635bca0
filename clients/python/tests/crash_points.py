"""Ends riskd at every single file operation of a script, with and without a power cut.

Usage: python -m tests.crash_points [--points N] [--seed S] [--quiet]

The library of Tests/CrashPoints, preloaded into riskd, kills it at the k-th write, pwrite,
fdatasync, fsync, rename, unlink or ftruncate below the data directory. Three scripts are walked,
for every k of each, or for `--points` of them spread evenly:

  birth      a start in an empty directory, until it listens
  life       200 operations of four callers, then a drain with its checkpoint
  recovery   a start over a killed server's data and its checkpoint, 20 operations, a drain

After each kill the directory is started twice: as the kill left it, and, from a copy, as a power
cut might have left it (power_cut.py). Both must start and hold everything acknowledged once.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from demo.book import Application
from demo.server import REPOSITORY, Server, ServerError
from tests.crash import approved_applications, check_book, open_lines
from tests.ledger_book import Book, Connection, CrashError
from tests.ledger_load import Caller
from tests.power_cut import KINDS, UndoJournal

SOURCE = REPOSITORY / "Tests" / "CrashPoints" / "crashpoints.c"
CALLER_COUNT = 4
LINE_COUNT = 6
LIFE_OPERATIONS = 50
RECOVERY_OPERATIONS = 5
REPEATS_PER_CALLER = 5
# The process ends itself in the middle of a call: this long after the call failed at most.
END_SECONDS_MAX = 10.0


def build_library(folder: Path) -> Path:
    """Compiles the library; cc is what the Swift toolchain links with."""
    library = folder / "crashpoints.so"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["cc", *flags, "-o", str(library), str(SOURCE)], check=True)
    return library


def copy_directory(source: Path, target: Path) -> None:
    """A copy that leaves holes where segments are zero: 64 MiB are copied in a moment."""
    shutil.rmtree(target, ignore_errors=True)
    command = ["cp", "-a", "--sparse=always", str(source), str(target)]
    subprocess.run(command, check=True)


@dataclass
class Start:
    """A data directory to copy, and what was acknowledged in it."""

    data: Path | None
    book: Book = field(default_factory=Book)
    line_ids: list[int] = field(default_factory=list)


@dataclass
class Summary:
    """What all points came to."""

    points: int = 0
    cuts: int = 0
    undoable: int = 0
    acknowledged: int = 0
    unknown: int = 0
    seconds: float = 0.0

    def text(self) -> str:
        """One line; it is printed only when nothing was found wrong."""
        return (
            f"{self.points} crash points, {self.cuts} power cuts over {self.undoable} unsynced "
            f"changes: {self.acknowledged} calls acknowledged, {self.unknown} unknown outcomes "
            f"resolved, lost 0, doubled 0; {self.seconds:.0f} s in all"
        )


class CrashPoints:
    """Scripts, the directories they begin in, and the library that ends them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.library = build_library(folder)
        self.summary = Summary()
        self.applications: list[Application] = []

    def environment(self, data: Path, **settings: object) -> dict[str, str]:
        """What preloads the library for a server over `data`."""
        named = {f"CRASHPOINTS_{name.upper()}": str(value) for name, value in settings.items()}
        directory = {"CRASHPOINTS_DIRECTORY": str(data), "LD_PRELOAD": str(self.library)}
        return {**directory, **named}

    # Where scripts begin

    async def life_start(self) -> Start:
        """Open lines, everything in a checkpoint."""
        data = self.folder / "start-life"
        server = Server(data)
        self.applications = approved_applications(server.address)
        connection = Connection(server.address)
        book = Book()
        line_ids = await open_lines(connection, book, self.applications, LINE_COUNT)
        await connection.close()
        server.stop()
        return Start(data, book, line_ids)

    async def recovery_start(self, life: Start) -> Start:
        """The same after a load that ended with a kill: a checkpoint and a journal behind it."""
        data = self.folder / "start-recovery"
        assert life.data is not None
        copy_directory(life.data, data)
        book = copy.deepcopy(life.book)
        server = Server(data)
        await self._load(server, self._callers(book, life.line_ids, 0), LIFE_OPERATIONS)
        server.kill()
        return Start(data, book, life.line_ids)

    def _callers(self, book: Book, line_ids: list[int], k: int) -> list[Caller]:
        seeds = random.Random(f"{self.seed} {k}")
        return [
            Caller(
                seeds.getrandbits(64), book, line_ids, self.applications, has_own_line=True
            )
            for _ in range(CALLER_COUNT)
        ]

    async def _load(self, server: Server, callers: list[Caller], count: int) -> None:
        connections = [Connection(server.address) for _ in callers]
        await asyncio.gather(*(caller.run(c, count) for caller, c in zip(callers, connections)))
        for connection in connections:
            await connection.close()

    # One point

    async def run(
        self, start: Start, operations: int, ends_with: int = -signal.SIGKILL, **settings: object
    ) -> tuple[Path, list[Caller]]:
        """Runs a script to its end, its own or the one that the settings bring.

        Returns its directory and its callers; none when the server did not come up.
        """
        data = self.folder / "data"
        if start.data:
            copy_directory(start.data, data)
        else:
            shutil.rmtree(data, ignore_errors=True)
            data.mkdir()
        callers = self._callers(start.book, start.line_ids, int(settings.get("kill_at", 0)))
        try:
            server = Server(data, environment=self.environment(data, **settings))
        except ServerError:
            return data, []
        try:
            if start.line_ids:
                await self._load(server, callers, operations)
                if any(caller.unanswered for caller in callers):
                    server.process.wait(END_SECONDS_MAX)
            if server.process.poll() is None:
                server.process.send_signal(signal.SIGTERM)
            code = server.process.wait(END_SECONDS_MAX)
            if code not in (0, ends_with):
                raise CrashError(f"riskd exited {code}: {' / '.join(server.output)}")
        finally:
            server.kill()
        return data, callers

    async def count(self, start: Start, operations: int) -> int:
        """How many file operations a script makes when nothing ends it."""
        counted = self.folder / "count"
        start = Start(start.data, copy.deepcopy(start.book), start.line_ids)
        await self.run(start, operations, count=counted)
        return int(counted.read_text())

    async def point(self, name: str, start: Start, operations: int, k: int) -> None:
        """One kill at operation k, looked at twice."""
        for saved in self.folder.glob("undo*"):
            saved.unlink()
        undo = self.folder / "undo"
        start = Start(start.data, copy.deepcopy(start.book), start.line_ids)
        data, callers = await self.run(start, operations, kill_at=k, journal=undo)
        generator = random.Random(f"{self.seed} {name} {k}")
        kind = generator.choice(KINDS)
        try:
            # The undo journal names files by their paths: the cut is made in place, on a copy's
            # terms, and the directory as the kill left it comes back afterwards.
            copy_directory(data, self.folder / "killed")
            self.summary.undoable += UndoJournal(undo).cut(kind, generator)
            self.summary.cuts += 1
            book = copy.deepcopy(start.book)
            await self.settle(data, book, [self.twin(caller, book) for caller in callers])
            shutil.rmtree(data)
            (self.folder / "killed").rename(data)
            kind = "no"
            self.summary.unknown += await self.settle(data, start.book, callers)
        except (CrashError, ServerError) as error:
            raise CrashError(
                f"seed {self.seed}, {name}, operation {k}, {kind} power cut: {error}"
            ) from None
        self.summary.points += 1
        self.summary.acknowledged += sum(len(c.operations) - len(c.unanswered) for c in callers)

    @staticmethod
    def twin(caller: Caller, book: Book) -> Caller:
        """The same caller over another copy of the book."""
        twin = copy.copy(caller)
        twin.book = book
        twin.operations = [copy.copy(operation) for operation in caller.operations]
        twin.open_holds = list(caller.open_holds)
        twin.entries, twin.repayments = dict(caller.entries), set(caller.repayments)
        return twin

    async def settle(self, data: Path, book: Book, callers: list[Caller]) -> int:
        """Starts without the library and checks everything; returns the unknown outcomes."""
        with Server(data) as server:
            connections = [Connection(server.address) for _ in range(CALLER_COUNT)]
            in_doubt = {number for c in callers for o in c.unanswered for number in o.hold_ids}
            certain = [number for number in book.holds if number not in in_doubt]
            await check_book(connections, book, certain, [])
            pairs = list(zip(callers, connections))
            unknown = await asyncio.gather(*(caller.resolve(c) for caller, c in pairs))
            await asyncio.gather(*(caller.repeat(c, REPEATS_PER_CALLER) for caller, c in pairs))
            await check_book(connections, book, list(book.holds), list(book.tallies))
            for connection in connections:
                await connection.close()
            return sum(unknown)

    # All of them

    async def walk(self, points: int | None, say: Callable[[str], None]) -> Summary:
        """Every k of every script, or `points` of them in all, spread evenly from a random one."""
        started = time.monotonic()
        life = await self.life_start()
        recovery = await self.recovery_start(life)
        scripts = [
            ("birth", Start(None), 0),
            ("life", life, LIFE_OPERATIONS),
            ("recovery", recovery, RECOVERY_OPERATIONS),
        ]
        counts = [await self.count(start, operations) for _, start, operations in scripts]
        stride = sum(counts) / points if points else 1.0
        place = random.Random(self.seed).uniform(0, stride)
        before = 0
        for (name, start, operations), count in zip(scripts, counts):
            say(f"{name}: {count} file operations")
            while place < before + count:
                k = int(place) - before + 1
                await self.point(name, start, operations, k)
                say(f"{name}: killed at operation {k}")
                place += stride
            before += count
        self.summary.seconds = time.monotonic() - started
        return self.summary


async def walk_points(
    folder: Path, points: int | None, seed: int, say: Callable[[str], None] = lambda text: None
) -> Summary:
    """See `CrashPoints.walk`."""
    return await CrashPoints(folder, seed).walk(points, say)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Ends riskd at every file operation, checks.")
    parser.add_argument("--points", type=int, default=None, help="so many instead of all")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--quiet", action="store_true", help="only the summary")
    arguments = parser.parse_args()
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)

    def say(text: str) -> None:
        if not arguments.quiet:
            print(text, flush=True)

    with tempfile.TemporaryDirectory(prefix="riskd-points-") as folder:
        try:
            summary = asyncio.run(walk_points(Path(folder), arguments.points, seed, say))
        except CrashError as error:
            print(f"crash points failed: {error}", file=sys.stderr)
            return 1
    print(summary.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())

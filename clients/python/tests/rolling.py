"""Restarts riskd again and again under load: no call of a client that retries may fail.

Usage: python -m tests.rolling [--restarts N] [--seed S]

SIGTERM drains: calls that were accepted finish, new connections are refused until the next process
listens on the same port. Sixteen callers repeat what comes back UNAVAILABLE, with the same
request_id, as the client of this repository does. Every call must succeed in the end, every
process must exit 0, and afterwards every line and hold must be what was acknowledged.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import grpc
import grpc.aio

from demo.server import Server
from tests.crash import approved_applications, check_book, open_lines
from tests.ledger_book import Book, Connection, CrashError
from tests.ledger_load import Caller, until_answered

CALLER_COUNT = 16
LINE_COUNT = 8
#: The load between two restarts.
ANSWER_COUNT = 200
PAUSE_SECONDS = 0.02
#: A restart takes less than a second on an idle machine; a drain may take 30.
RETRY_SECONDS_MAX = 60.0


@dataclass
class Summary:
    """What all restarts came to."""

    restarts: int = 0
    acknowledged: int = 0
    retries: int = 0
    gap_seconds_max: float = 0.0

    def text(self) -> str:
        """One line; it is printed only when nothing was found wrong."""
        return (
            f"{self.restarts} restarts: {self.acknowledged} calls acknowledged, {self.retries} "
            f"retries, failed 0, lost 0; the longest gap {self.gap_seconds_max:.2f} s"
        )


class RetryingConnection(Connection):
    """A connection whose calls are tried again while the server is away."""

    retries = 0

    async def call(self, kind: str, request: Any) -> Any:
        deadline = time.monotonic() + RETRY_SECONDS_MAX
        while True:
            try:
                return await super().call(kind, request)
            except grpc.aio.AioRpcError as error:
                is_away = error.code() is grpc.StatusCode.UNAVAILABLE
                if not is_away or time.monotonic() > deadline:
                    raise CrashError(f"a retried call failed: {error}") from None
            self.retries += 1
            await asyncio.sleep(PAUSE_SECONDS)


async def restart_under_load(
    folder: Path, restarts: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> Summary:
    """All restarts over one directory and one port."""
    summary, book, generator = Summary(), Book(), random.Random(seed)
    server = Server(folder / "data")
    try:
        applications = approved_applications(server.address)
        connections = [RetryingConnection(server.address) for _ in range(CALLER_COUNT)]
        line_ids = await open_lines(connections[0], book, applications, LINE_COUNT)
        callers = [
            Caller(
                generator.getrandbits(64), book, line_ids, applications, has_own_line=True
            )
            for _ in connections
        ]
        tasks = [asyncio.create_task(c.run(at)) for c, at in zip(callers, connections)]
        for number in range(restarts):
            await until_answered(callers, ANSWER_COUNT, tasks)
            began, port = time.monotonic(), server.port
            await asyncio.to_thread(server.stop)
            server = await asyncio.to_thread(lambda: Server(folder / "data", port=port))
            gap_seconds = time.monotonic() - began
            summary.gap_seconds_max = max(summary.gap_seconds_max, gap_seconds)
            say(f"restart {number + 1} of {restarts}: back after {gap_seconds:.2f} s")
        await until_answered(callers, ANSWER_COUNT, tasks)
        for caller in callers:
            caller.is_stopped = True
        await asyncio.gather(*tasks)
        if any(caller.unanswered for caller in callers):
            raise CrashError("a call had no answer")
        await check_book(connections, book, list(book.holds), list(book.tallies))
        for connection in connections:
            await connection.close()
        await asyncio.to_thread(server.stop)
    except CrashError as error:
        raise CrashError(f"seed {seed}: {error}") from None
    finally:
        if server.process.poll() is None:
            server.kill()
    summary.restarts = restarts
    summary.acknowledged = sum(len(caller.operations) for caller in callers)
    summary.retries = sum(connection.retries for connection in connections)
    return summary


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Restarts riskd under load.")
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="riskd-rolling-") as folder:
        try:
            work = restart_under_load(
                Path(folder), arguments.restarts, seed, lambda text: print(text, flush=True)
            )
            summary = asyncio.run(work)
        except CrashError as error:
            print(f"rolling restarts failed: {error}", file=sys.stderr)
            return 1
    print(summary.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())

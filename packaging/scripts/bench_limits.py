"""Measures the ledger beside Redis 7 and PostgreSQL 15 in one run: asked, measured, ratio.

Servers run on core 0 and the load on core 1. Rows take turns within a round and a figure is the
median of the rounds, as in bench.py. Everything is durable: an answer comes after the sync.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

import bench
from bench_rivals import REDIS_CONNECTIONS, REDIS_PIPELINE, Postgres, Redis
from demo.server import DEMO_KEY, Server, ServerError, wait_for
from riskd_client import Client, new_request_id

LINES = 1_000_000
HOLDS = 1_000_000
BATCH = 8_000
# Filled before memory is looked at: eight batches, so that the buffers of a full pipeline, which
# stay, are there. They are stated as the server's own.
WARM_LINES = 64_000
# So few that they stay in the processor's caches.
FEW_LINES = 1_000
SECONDS = 4
# Long enough for more than the million records after which a checkpoint is made.
RESERVE_SECONDS = 12
CHECKPOINT_SECONDS = 5
LONE_SECONDS = 3
REDIS_CALLS = {REDIS_PIPELINE: 300_000, 1: 150_000}
SYNCS = 1_000
SYNC_BYTES = 4_096
# A load generator that is busier than this was the limit, not the server.
BUSY_MAX = 0.9
OUTCOMES = {"DONE", "ALL DONE", "ANSWERED", "SERVING"}
SUBJECTS = "borrower-:1000000"


@dataclass
class Load:
    """One run of riskload against one server."""

    calls: int
    rate: float
    p50: float
    p99: float
    cpu_micros: float
    client_busy: float
    written_bytes: float


@dataclass
class Series:
    """A row over all rounds."""

    loads: list[Load] = field(default_factory=list)

    def median(self, figure: str) -> float:
        return statistics.median(getattr(load, figure) for load in self.loads)


def written_bytes(server: Server) -> int:
    for line in Path(f"/proc/{server.process.pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise bench.BenchError("the kernel does not say write_bytes")


def anonymous_bytes(server: Server) -> int:
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) << 10
    raise bench.BenchError("the kernel does not say RssAnon")


@contextlib.contextmanager
def riskd(folder: Path, *more: str) -> Iterator[Server]:
    """A riskd with one worker on the server's core."""
    with bench.on_core(bench.SERVER_CORE):
        server = Server(folder, extra=("--workers", "1", *more))
    with server:
        yield server


class Loader:
    """Runs riskload and says what it found."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary

    def run(
        self, server: Server, scenario: str, shape: tuple[int, int], *more: str,
        seconds: float = SECONDS,
    ) -> Load:
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            cpu, written = server.cpu_seconds(), written_bytes(server)
            began = time.monotonic()
            bench.output_of(
                [self.binary, "--addr", server.address, "--key", DEMO_KEY]
                + ["--scenario", scenario, "--closed", "--subjects", SUBJECTS]
                + ["--connections", str(shape[0]), "--streams", str(shape[1])]
                + ["--warmup", "0s", "--duration", f"{int(seconds * 1000)}ms"]
                + ["--json", report.name, *more]
            )
            wall = time.monotonic() - began
            cpu, written = server.cpu_seconds() - cpu, written_bytes(server) - written
            result = json.loads(Path(report.name).read_text())
        # "reserve DONE": the kind of call, then what came of it.
        wrong = {name.partition(" ")[2] for name in result["outcomes"]} - OUTCOMES
        if result["errors"] or not result["calls"] or wrong:
            raise bench.BenchError(f"riskload {scenario}: {result}")
        return Load(
            calls=result["calls"],
            rate=result["ratePerSecond"],
            p50=result["latencyMicros"]["p50"],
            p99=result["latencyMicros"]["p99"],
            cpu_micros=cpu * 1e6 / result["calls"],
            client_busy=result["clientBusyShare"],
            written_bytes=written / wall,
        )

    def fill(self, server: Server, lines: int, holds: int = 0) -> None:
        """Opens lines, and places holds on them, in batches; the run itself is a moment."""
        self.run(
            server, "get-line", (1, 1), "--lines", str(lines), "--holds", str(holds), seconds=0.01
        )


def there(lines: int) -> tuple[str, ...]:
    """The lines of a fresh server's first fill are numbered from 1."""
    return ("--opened", "1", "--lines", str(lines))


def limit_the_tenant(server: Server) -> None:
    """Sets one portfolio limit that every reservation hits, and waits until it refuses."""
    from riskd_client.generated.creditrisk.v1 import common_pb2 as common
    from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2 as portfolio
    from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2_grpc as stubs

    with Client(server.address, DEMO_KEY) as client:
        stub = stubs.PortfolioServiceStub(client.channel)
        made = client.call(
            stub.SetPortfolioLimit,
            portfolio.SetPortfolioLimitRequest(
                request_id=new_request_id(),
                scope=[portfolio.ScopeTerm(dimension="tenant")],
                measure=portfolio.PORTFOLIO_MEASURE_USED,
                amount_minor=10**15,
                currency="EUR",
                period=portfolio.PORTFOLIO_PERIOD_ABSOLUTE,
                attribution=common.Attribution(actor="bench", reason_codes=["BENCH"]),
            ),
        )
        if not made.HasField("limit"):
            raise bench.BenchError(f"the portfolio limit was refused: {made}")

        def refuses() -> bool:
            listed = client.call(
                stub.ListPortfolioLimits, portfolio.ListPortfolioLimitsRequest()
            )
            return [limit.status for limit in listed.limits] == [
                portfolio.PORTFOLIO_STATUS_ENFORCING
            ]

        if not wait_for(refuses, 60.0):
            raise bench.BenchError("the portfolio limit was still counting after 60 s")


class SyncedFile:
    """A file written before, for the disk's own latency of a synced write."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "synced"
        self.path.write_bytes(bytes(SYNC_BYTES * SYNCS))
        self.descriptor = os.open(self.path, os.O_RDWR)
        os.fsync(self.descriptor)

    def micros(self) -> list[float]:
        """Latencies of pwrite and fdatasync of 4 KiB, microseconds, sorted."""
        block = b"x" * SYNC_BYTES
        found = []
        with bench.on_core(bench.SERVER_CORE):
            for number in range(SYNCS):
                began = time.perf_counter_ns()
                os.pwrite(self.descriptor, block, number * SYNC_BYTES)
                os.fdatasync(self.descriptor)
                found.append((time.perf_counter_ns() - began) / 1_000)
        return sorted(found)


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """A spinning process on each of the two cores."""
    spinning = []
    for core in (bench.SERVER_CORE, bench.LOAD_CORE):
        with bench.on_core(core):
            spinning.append(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


@dataclass
class Lone:
    """One caller: its reservation beside what it is made of, microseconds."""

    reserve: list[float] = field(default_factory=list)
    sync: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    busy_p99: list[float] = field(default_factory=list)
    busy_sync_p99: list[float] = field(default_factory=list)


def measure_rates(loader: Loader, folder: Path, rounds: int) -> tuple[dict, Lone]:
    """Everything that takes turns. Gives rows by name."""
    rows: dict[str, Series] = {}
    rivals: dict[str, list[float]] = {}
    lone = Lone()
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(riskd(folder / "plain"))
        limited = stack.enter_context(riskd(folder / "limited"))
        # Batches place millions of holds, so they have a server of their own.
        bulk = stack.enter_context(riskd(folder / "bulk"))
        print(f"filling riskd, Redis and PostgreSQL with {LINES:,} lines each ...", flush=True)
        for server in (plain, limited, bulk):
            loader.fill(server, LINES)
        limit_the_tenant(limited)
        redis = Redis(folder / "redis", LINES)
        stack.callback(redis.stop)
        postgres = Postgres(folder / "postgres", LINES)
        stack.callback(postgres.stop)
        synced = SyncedFile(folder)

        def row(name: str, load: Load) -> None:
            rows.setdefault(name, Series()).loads.append(load)

        def rival(name: str, rate: float) -> None:
            rivals.setdefault(name, []).append(rate)

        wide = (64, 10)
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds} ...", flush=True)
            row("spread", loader.run(plain, "reserve", wide, *there(LINES)))
            rival("redis pipelined", redis.reserve(REDIS_PIPELINE, REDIS_CALLS[REDIS_PIPELINE]))
            row("hot", loader.run(plain, "reserve-hot", wide, *there(1)))
            rival("redis", redis.reserve(1, REDIS_CALLS[1]))
            row("limited", loader.run(limited, "reserve", wide, *there(LINES)))
            rival("postgres", postgres.reserve("spread", SECONDS))
            rival("postgres hot", postgres.reserve("hot", SECONDS))
            row("batch", loader.run(bulk, "batch", (1, 4), *there(LINES)))
            row("lone batch", loader.run(bulk, "batch", (1, 1), *there(LINES)))
            row("get-line", loader.run(plain, "get-line", wide, *there(FEW_LINES)))
            row("get-line of many", loader.run(plain, "get-line", wide, *there(LINES)))
            row("health", loader.run(plain, "health", wide))
            measure_lone(loader, plain, synced, lone)
    return {**rows, **rivals}, lone


def measure_lone(loader: Loader, server: Server, synced: SyncedFile, lone: Lone) -> None:
    """The disk before and after, so that its moods fall on both."""

    def run(scenario: str) -> Load:
        return loader.run(server, scenario, (1, 1), *there(LINES), seconds=LONE_SECONDS)

    before = synced.micros()
    lone.reserve.append(run("reserve").p50)
    after = synced.micros()
    lone.sync.append((statistics.median(before) + statistics.median(after)) / 2)
    lone.empty.append(run("health").p50)
    with busy_cores():
        lone.busy_p99.append(run("reserve").p99)
        lone.busy_sync_p99.append(synced.micros()[SYNCS * 99 // 100])


@dataclass
class Memory:
    """Bytes of anonymous memory: an item's own rows, and the server's growth in three states."""

    rows: dict[str, float]
    filled: dict[str, float]
    restarted: dict[str, float]
    # A hold, its request, and whatever a checkpoint leaves, of a server that made one meanwhile.
    reserve: float
    request: float
    requests: int
    # A server with WARM_LINES: after filling them, and after a clean restart.
    warm: int
    idle: int
    # Without the requests of single calls, and with them.
    restart_seconds: float
    restart_with_requests: float


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def ledger_bytes(admin: str) -> dict[str, int]:
    """What the ledger of a server says of its own rows, by part."""
    with urllib.request.urlopen(f"http://{admin}/metrics", timeout=10) as reply:
        found = re.findall(r'riskd_ledger_bytes\{part="(\w+)"\} (\d+)', reply.read().decode())
    if not found:
        raise bench.BenchError("the server does not say riskd_ledger_bytes")
    return {part: int(value) for part, value in found}


def restart(data: Path) -> tuple[float, int]:
    """Starts on what a clean stop left: seconds until it listens, and its memory then."""
    began = time.monotonic()
    with riskd(data) as server:
        seconds = time.monotonic() - began
        memory = anonymous_bytes(server)
        server.stop()
    return seconds, memory


def filled(loader: Loader, data: Path, lines: int, holds: int) -> tuple[int, int, dict[str, int]]:
    """Memory before and after a fill, and what the ledger says its rows take."""
    admin = f"127.0.0.1:{free_port()}"
    with riskd(data, "--admin", admin) as server:
        loader.fill(server, WARM_LINES)
        before = anonymous_bytes(server)
        if lines:
            loader.fill(server, lines, holds)
        after, parts = anonymous_bytes(server), ledger_bytes(admin)
        server.stop()
    return before, after, parts


def measure_memory(loader: Loader, folder: Path) -> Memory:
    warm, _, base = filled(loader, folder / "warm", 0, 0)
    _, idle = restart(folder / "warm")
    before, after, of_lines = filled(loader, folder / "lines", LINES, 0)
    line = (after - before) / LINES
    _, lines_again = restart(folder / "lines")
    data = folder / "holds"
    before, after, of_holds = filled(loader, data, LINES, HOLDS)
    hold = (after - before - line * LINES) / HOLDS
    restart_seconds, holds_again = restart(data)

    def grown(parts: dict[str, int], *names: str) -> float:
        return sum(parts[name] - base[name] for name in names)

    with riskd(data) as server:
        before = anonymous_bytes(server)
        load = loader.run(server, "reserve", (64, 10), *there(LINES), seconds=RESERVE_SECONDS)
        # A checkpoint that those records began is over when nothing moves.
        time.sleep(CHECKPOINT_SECONDS)
        reserve = (anonymous_bytes(server) - before) / load.calls
        server.stop()
    restart_with_requests, _ = restart(data)
    rows_of_hold = grown(of_holds, "holds", "hold_index") / HOLDS
    return Memory(
        rows={
            "line": grown(of_lines, "lines", "line_index", "subject_index") / LINES,
            "hold": rows_of_hold,
        },
        filled={"line": line, "hold": hold},
        restarted={
            "line": (lines_again - idle) / LINES,
            "hold": (holds_again - lines_again) / HOLDS,
        },
        reserve=reserve,
        request=reserve - rows_of_hold,
        requests=load.calls,
        warm=warm,
        idle=idle,
        restart_seconds=restart_seconds,
        restart_with_requests=restart_with_requests,
    )


def report(rows: dict, lone: Lone, memory: Memory, rounds: int) -> None:
    print(f"\nThe ledger: medians of {rounds} interleaved rounds, one worker, server on core 0,")
    print("load on core 1, every answer after its sync\n")
    print("| what | asked | measured | ratio | server CPU us/call | load generator busy |")
    print("|---|---|---|---|---|---|")
    spread = rows["spread"].median("rate")

    def line(name: str, asked: str, measured: str, ratio: float, series: Series | None) -> None:
        cpu = f"{series.median('cpu_micros'):.2f}" if series else "-"
        busy = series.median("client_busy") if series else 0.0
        mark = " (the limit)" if busy > BUSY_MAX else ""
        share = f"{busy:.0%}{mark}" if series else "-"
        print(f"| {name} | {asked} | {measured} | {ratio:.2f} | {cpu} | {share} |")

    def rate(name: str, key: str, asked: float, words: str) -> None:
        measured = rows[key].median("rate")
        line(name, words, f"{measured:,.0f}/s", measured / asked, rows[key])

    rate(
        f"Reserve, 64 x 10, over {LINES:,} lines", "spread", 120_000,
        "120,000/s, aim 200,000/s",
    )
    rate("Reserve, 64 x 10, one hot line", "hot", 0.9 * spread, "90% of spread")
    rate(
        "Reserve, 64 x 10, one portfolio limit hit by all", "limited", 0.9 * spread,
        "90% of spread",
    )
    for name, key in (
        (f"Redis 7, Lua reserve, always synced, {REDIS_CONNECTIONS} connections pipelined by"
         f" {REDIS_PIPELINE}", "redis pipelined"),
        (f"Redis 7, the same, {REDIS_CONNECTIONS} connections unpipelined", "redis"),
        ("PostgreSQL 15, update and insert, spread, pgbench -c 16", "postgres"),
        ("PostgreSQL 15, the same, one hot row", "postgres hot"),
    ):
        measured = statistics.median(rows[key])
        against = rows["hot" if key.endswith("hot") else "spread"].median("rate")
        line(name, "riskd over it", f"{measured:,.0f}/s", against / measured, None)
    batches = rows["batch"]
    operations = batches.median("rate") * BATCH
    line(
        f"BatchApply of {BATCH:,}, 4 on their way", "500,000 operations/s, aim 1,000,000",
        f"{operations:,.0f}/s, {batches.median('written_bytes') / 1e6:,.0f} MB/s to the disk",
        operations / 500_000, batches,
    )
    alone = rows["lone batch"].median("p50") / 1_000
    line(
        "p50 of one batch alone", "TigerBeetle: 9 to 12 ms", f"{alone:.1f} ms", alone / 9,
        rows["lone batch"],
    )
    empty = rows["health"].median("cpu_micros")
    for key, count in (("get-line", FEW_LINES), ("get-line of many", LINES)):
        cheap = rows[key].median("cpu_micros") / empty
        line(
            f"GetLine, 64 x 10, of {count:,} lines, CPU over Health.Check", "at most 1.20",
            f"{cheap:.2f}", cheap / 1.2, rows[key],
        )
    report_lone(lone)
    report_memory(memory)


def report_lone(lone: Lone) -> None:
    reserve, sync, empty = (
        statistics.median(values) for values in (lone.reserve, lone.sync, lone.empty)
    )
    more = statistics.median(
        r - s - e for r, s, e in zip(lone.reserve, lone.sync, lone.empty, strict=True)
    )
    busy, busy_sync = map(statistics.median, (lone.busy_p99, lone.busy_sync_p99))
    print(
        f"| one lone Reserve, p50 over sync ({sync:.0f} us) and empty call ({empty:.0f} us)"
        f" | at most 60 us | {reserve:.0f} us: {more:+.0f} us | {more / 60:.2f} | - | - |"
    )
    print(
        "| its p99 with both cores kept busy, beside the disk's own p99"
        f" | stated | {busy:,.0f} us | {busy / busy_sync:.2f} | - | - |"
    )


def report_memory(memory: Memory) -> None:
    def row(name: str, asked: str, measured: str, ratio: str = "-") -> None:
        print(f"| {name} | {asked} | {measured} | {ratio} | - | - |")

    for name, words, asked in (
        ("line", f"a line, of {LINES:,}", 160), ("hold", f"an open hold, of {HOLDS:,}", 96),
    ):
        for state, value in (
            ("its rows and indexes", memory.rows[name]),
            ("whole server, just filled", memory.filled[name]),
            ("whole server, after a clean restart", memory.restarted[name]),
        ):
            row(
                f"memory of {words}: {state}", f"at most {asked} bytes", f"{value:.1f} bytes",
                f"{value / asked:.2f}",
            )
    row(
        f"beside it a remembered request, of {memory.requests:,} and after a checkpoint",
        "stated", f"{memory.request:.1f} bytes",
    )
    row(
        f"beside all of it the server with {WARM_LINES:,} lines, just filled and after a restart",
        "stated", f"{memory.warm / 1e6:.0f} MB, {memory.idle / 1e6:.0f} MB",
    )
    for more, seconds in (
        ("", memory.restart_seconds),
        (f", after {memory.requests:,} reservations more", memory.restart_with_requests),
    ):
        asked = "stated" if more else "under 2 s"
        row(
            f"restart with {LINES:,} lines and {HOLDS:,} open holds{more}, from a checkpoint",
            asked, f"{seconds:.2f} s", "-" if more else f"{seconds / 2:.2f}",
        )


def report_rounds(rows: dict) -> None:
    print("\nRound by round, calls a second and in brackets the server's CPU a call, us:")
    for key in ("spread", "hot", "limited", "batch"):
        loads = rows[key].loads
        print(f"- {key}: " + ", ".join(f"{one.rate:,.0f} ({one.cpu_micros:,.2f})" for one in loads))


METHOD = """
Method:
- rounds: the first one meets a million lines without a hold; by the later ones the same server has
  a million holds more each time, and writes checkpoints beside, on the same core.
- ratio: measured over asked; for times, bytes and CPU below 1 is good. In rows of Redis and
  PostgreSQL: riskd's rate over theirs, hot against hot.
- Redis: EVALSHA that refuses a repeat (SET NX), takes what is available, appendfsync always.
- PostgreSQL: one prepared statement, conditional UPDATE and INSERT of the request's id,
  synchronous_commit on, 512 MB of shared buffers.
- disk: write_bytes of the server's /proc/PID/io, so zeros of segments made ahead count too.
- the disk's own synced write: pwrite and fdatasync of 4 KiB onto a written file, before and after.
- empty call: Health.Check, 1 x 1.
- memory: growth of RssAnon after a first fill of 64,000 lines; filled by BatchApply. Rows and
  indexes: what the server says of them (riskd_ledger_bytes). After a clean restart: over a server
  restarted with 64,000 lines. A request: growth by a single reservation less a hold's rows.
- restart: from the start of the process to "listening", after a clean stop."""


def main() -> int:
    parser = argparse.ArgumentParser(description="the ledger beside Redis and PostgreSQL")
    parser.add_argument("--riskload", type=Path, required=True, help="its binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="memory and restart alone")
    options = parser.parse_args()
    began = time.monotonic()
    loader = Loader(options.riskload)
    try:
        with tempfile.TemporaryDirectory(prefix="riskd-bench.") as name:
            folder = Path(name)
            if not options.memory:
                rows, lone = measure_rates(loader, folder, options.rounds)
            memory = measure_memory(loader, folder)
    except (bench.BenchError, ServerError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if options.memory:
        print("| what | asked | measured | ratio | server CPU us/call | load generator busy |")
        print("|---|---|---|---|---|---|")
        report_memory(memory)
    else:
        report(rows, lone, memory, options.rounds)
        report_rounds(rows)
    print(METHOD)
    print(f"\nthe ledger's bench took {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

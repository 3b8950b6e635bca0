"""Measures riskd beside nghttpd in one run and prints one table.

Both servers are pinned to core 0 and only one of them is under load at a time; the load
generators are pinned to core 1. Subjects take turns within a round, and each figure is the median
of the rounds, so that a noisy moment does not fall on one subject alone.

CPU per call is (utime + stime) of the server's process, from /proc/PID/stat, over the calls that
the load generator saw answered. nghttpd, the echo and a row of Health.Check are loaded by h2load;
the other rows by riskload, which sends a new subject or request_id with every call.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

from demo.book import put_book, read_applications, read_features
from demo.server import DEMO_KEY, Server, ServerError, wait_for
from riskd_client import Client

SERVER_CORE = 0
LOAD_CORE = 1
HEALTH_PATH = "/grpc.health.v1.Health/Check"
SHAPES = [(1, 1), (1, 100), (64, 1), (64, 10)]
# The other subjects: alone, and under load.
SCENARIO_SHAPES = [(1, 1), (64, 10)]
RESERVE_SHAPES = [(1, 1), (64, 1)]
# About 1.5 s of load a cell: 1 % of resolution with /proc's ticks of 10 ms.
H2LOAD_SECONDS_TARGET = 1.5
RISKLOAD_SECONDS = 2
RESERVE_SECONDS = 4
NGHTTPD_SECONDS_MAX = 10.0


class BenchError(Exception):
    """A run that gives no honest figure; the message says why."""


@dataclass
class Sample:
    """One cell of one round."""

    calls: int
    wall_seconds: float
    cpu_seconds: float

    @property
    def cpu_micros_per_call(self) -> float:
        return self.cpu_seconds * 1e6 / self.calls

    @property
    def calls_per_second(self) -> float:
        return self.calls / self.wall_seconds


class StaticServer:
    """nghttpd with one file of 200 bytes: libnghttp2's own server as the yardstick."""

    def __init__(self, folder: Path) -> None:
        site = folder / "site"
        site.mkdir()
        (site / "file").write_bytes(b"x" * 200)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.process = subprocess.Popen(
            ["nghttpd", "--no-tls", "--address=127.0.0.1", f"--htdocs={site}", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until_listening(self) -> None:
        host, _, port = self.address.partition(":")

        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex((host, int(port))) == 0

        if not wait_for(answers, NGHTTPD_SECONDS_MAX):
            raise BenchError("nghttpd did not start")

    def cpu_seconds(self) -> float:
        # The command's name may hold spaces; what follows its bracket starts with field 3.
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@dataclass
class Row:
    """One subject at one shape, over all rounds."""

    subject: str
    shape: tuple[int, int]
    samples: list[Sample] = field(default_factory=list)

    @property
    def cpu_micros(self) -> float:
        return statistics.median(s.cpu_micros_per_call for s in self.samples)

    @property
    def calls_per_second(self) -> float:
        return statistics.median(s.calls_per_second for s in self.samples)

    @property
    def busy(self) -> float:
        return statistics.median(s.cpu_seconds / s.wall_seconds for s in self.samples)


class EchoServer:
    """interop-server's echo: the transport alone, 200 bytes each way."""

    PATH = "/bench.Echo/Call"

    def __init__(self, binary: Path) -> None:
        self.process = subprocess.Popen(
            [str(binary), "--port", "0", "--workers", "1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line.startswith("listening on "):
            raise BenchError("interop-server did not start")
        self.address = line.removeprefix("listening on ")

    cpu_seconds = StaticServer.cpu_seconds
    stop = StaticServer.stop


Loaded = StaticServer | Server | EchoServer
Run = Callable[[tuple[int, int]], Sample]


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started inside are pinned to `core`: children inherit the mask."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def output_of(command: list) -> str:
    """Runs a load generator on its core and gives what it printed."""
    with on_core(LOAD_CORE):
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        words = " ".join(str(word) for word in command)
        raise BenchError(f"{words}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def h2load(
    server: Loaded,
    path: str,
    shape: tuple[int, int],
    calls: int,
    more: list,
    scheme: str = "http",
) -> Sample:
    connections, streams = shape
    before = server.cpu_seconds()
    text = output_of(
        ["h2load", "-n", str(calls), "-c", str(connections), "-m", str(streams), "-t", "1"]
        + [*more, f"{scheme}://{server.address}{path}"]
    )
    cpu_seconds = server.cpu_seconds() - before
    succeeded = re.search(r"(\d+) succeeded", text)
    finished = re.search(r"finished in ([\d.]+)(us|ms|s|m)\b", text)
    if not succeeded or not finished or int(succeeded.group(1)) != calls:
        raise BenchError(f"h2load of {path}: not every call succeeded\n{text}")
    unit = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}[finished.group(2)]
    body = re.search(r"\((\d+)\) data", text)
    # A gRPC error comes without a body; HTTP's status alone would hide it.
    if not body or int(body.group(1)) < calls:
        raise BenchError(f"h2load of {path}: replies without a body\n{text}")
    return Sample(calls, float(finished.group(1)) * unit, cpu_seconds)


def riskload(
    server: Server, binary: Path, scenario: str, shape: tuple[int, int], seconds: int
) -> Sample:
    connections, streams = shape
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        before = server.cpu_seconds()
        output_of(
            [binary, "--addr", server.address, "--key", DEMO_KEY, "--scenario", scenario]
            + ["--closed", "--connections", str(connections), "--streams", str(streams)]
            + ["--warmup", "0s", "--duration", f"{seconds}s", "--json", report.name]
        )
        cpu_seconds = server.cpu_seconds() - before
        result = json.loads(Path(report.name).read_text())
    if result["errors"] != 0 or result["calls"] == 0:
        raise BenchError(f"riskload {scenario}: {result['errors']} errors\n{result}")
    return Sample(result["calls"], result["calls"] / result["ratePerSecond"], cpu_seconds)


def echo_options(folder: Path) -> list:
    payload = folder / "echo.bin"
    payload.write_bytes(bytes(4) + bytes([200]) + b"x" * 200)
    return ["-d", str(payload), "-H", "content-type: application/grpc", "-H", "te: trailers"]


def health_options(folder: Path) -> list:
    # An empty HealthCheckRequest: the five bytes before a message, and no message.
    payload = folder / "health.bin"
    payload.write_bytes(bytes(5))
    headers = ["content-type: application/grpc", "te: trailers"]
    return ["-d", str(payload)] + [word for header in headers for word in ("-H", header)]


def measure(riskload_binary: Path, folder: Path, rounds: int) -> list[Row]:
    with contextlib.ExitStack() as stack:
        with on_core(SERVER_CORE):
            nghttpd = StaticServer(folder)
            stack.callback(nghttpd.stop)
            echo = EchoServer(riskload_binary.with_name("interop-server"))
            stack.callback(echo.stop)
            riskd = Server(
                folder / "data", extra=("--workers", "1", "--admin", "127.0.0.1:0")
            )
            stack.callback(riskd.stop)
        nghttpd.wait_until_listening()
        put_the_demo_book(riskd)
        cells = cells_of(nghttpd, echo, riskd, riskload_binary, folder)
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds} ...", flush=True)
            for row, run in cells:
                row.samples.append(run(row.shape))
        return [row for row, _ in cells]


def put_the_demo_book(riskd: Server) -> None:
    """The subjects that riskload scores and decides: the demo's, with their features."""
    with Client(riskd.address, DEMO_KEY) as client:
        for _ in put_book(client, read_features(), read_applications(1_000)):
            pass


def cells_of(
    nghttpd: StaticServer, echo: EchoServer, riskd: Server, binary: Path, folder: Path
) -> list[tuple[Row, Run]]:
    """Every row of the table with what measures it once."""
    static = by_h2load(nghttpd, "/file", [])
    echoed = by_h2load(echo, EchoServer.PATH, echo_options(folder))
    check = by_h2load(riskd, HEALTH_PATH, health_options(folder))
    cells: list[tuple[Row, Run]] = []
    for shape in SHAPES:
        cells.append((Row("nghttpd, 200-byte file (h2load)", shape), static))
        cells.append((Row("echo of 200 bytes (h2load)", shape), echoed))
        cells.append((Row("Health.Check (h2load)", shape), check))
    for shape in SCENARIO_SHAPES:
        for scenario in ("health", "score", "evaluate"):
            run = by_riskload(riskd, binary, scenario, RISKLOAD_SECONDS)
            cells.append((Row(scenario, shape), run))
    for shape in RESERVE_SHAPES:
        run = by_riskload(riskd, binary, "reserve", RESERVE_SECONDS)
        cells.append((Row("reserve", shape), run))
    return cells


def by_h2load(server: Loaded, path: str, options: list) -> Run:
    calls_by_shape: dict[tuple[int, int], int] = {}

    def run(shape: tuple[int, int]) -> Sample:
        if shape not in calls_by_shape:
            # The trial also warms the server up.
            trial = h2load(server, path, shape, 5_000, options)
            wanted = trial.calls_per_second * H2LOAD_SECONDS_TARGET
            calls_by_shape[shape] = max(5_000, int(wanted))
        return h2load(server, path, shape, calls_by_shape[shape], options)

    return run


def by_riskload(server: Server, binary: Path, scenario: str, seconds: int) -> Run:
    return lambda shape: riskload(server, binary, scenario, shape, seconds)


def report(rows: list[Row], rounds: int) -> None:
    base = {row.shape: row.cpu_micros for row in rows if row.subject.startswith("nghttpd")}
    print(f"\nServer CPU per call, medians of {rounds} interleaved rounds, 1 worker on core 0\n")
    print("| subject | conns x streams | CPU us/call | vs nghttpd | calls/s | core 0 busy |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        shape = f"{row.shape[0]} x {row.shape[1]}"
        is_compared = row.shape in base and row.subject != "reserve"
        ratio = f"{row.cpu_micros / base[row.shape]:.2f}x" if is_compared else "-"
        print(
            f"| {row.subject} | {shape} | {row.cpu_micros:.2f} | {ratio}"
            f" | {row.calls_per_second:,.0f} | {row.busy:.0%} |"
        )
    print("\nMethod:")
    print("- CPU us/call: utime + stime of the server's process over calls answered.")
    print("- vs nghttpd: the same run, core and shape; libnghttp2's own server, static file.")
    print("- echo: interop-server, the same HTTP2 and GRPC targets, 200 bytes each way.")
    print("- health, score, evaluate, reserve: riskload, closed loop, new keys with every call.")
    print("- reserve: durable holds; the reply leaves after the journal's sync.")
    print("- core 0 busy under 100 %: the load generator or the disk was the limit, not riskd.")


def main() -> int:
    parser = argparse.ArgumentParser(description="riskd beside nghttpd")
    parser.add_argument("--riskload", type=Path, required=True, help="its binary")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="riskd-bench.") as folder:
            rows = measure(options.riskload, Path(folder), options.rounds)
    except (BenchError, ServerError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    report(rows, options.rounds)
    print(f"\nbench took {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measures the transport: memory of idle connections, allocations, TLS, tail latency, scaling.

Each figure names how it was taken. Memory is the growth of the server's anonymous resident pages
(RssAnon of /proc/PID/status), so it is user space only; what the kernel keeps for a socket is not
in it. Allocations are counted by a library preloaded into the server. CPU and ratios are taken as
in bench.py, on the same cores.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

import bench
from demo.server import DEMO_KEY, REPOSITORY, Server, ServerError

IDLE_CONNECTIONS = 10_000
IDLE_CLEAR_BYTES_MUST = 16 << 10
IDLE_TLS_BYTES_MUST = 48 << 10
# Descriptors beside the connections: files, epoll sets, the standard streams.
DESCRIPTORS_SPARE = 200
COUNTED_CALLS = 100_000
TAIL_SECONDS = 10
SCALING_SECONDS = 3
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = bytes(3) + b"\x04\x00" + bytes(4)
SETTINGS_ACK = bytes(3) + b"\x04\x01" + bytes(4)


class Certificate:
    """A self-signed certificate for 127.0.0.1, made for this run."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-days", "2", "-subj", "/CN=riskd bench"]
            + ["-addext", "subjectAltName=IP:127.0.0.1"]
            + ["-keyout", str(self.key), "-out", str(self.certificate)],
            check=True,
            capture_output=True,
        )
        self.key.chmod(0o600)

    @property
    def flags(self) -> tuple[str, ...]:
        return ("--tls-cert", str(self.certificate), "--tls-key", str(self.key))


@contextlib.contextmanager
def riskd(folder: Path, name: str, *flags: str, workers: int = 1) -> Iterator[Server]:
    """A riskd on the server's core; with more than one worker it may use every core."""
    pinned = bench.on_core(bench.SERVER_CORE) if workers == 1 else contextlib.nullcontext()
    with pinned:
        server = Server(
            folder / name, extra=("--workers", str(workers), "--admin", "127.0.0.1:0", *flags)
        )
    with server:
        yield server
        server.stop()


def anonymous_bytes(server: Server) -> int:
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) << 10
    raise bench.BenchError("the kernel does not say RssAnon")


def open_idle(server: Server, context: ssl.SSLContext | None) -> socket.socket:
    """A connection that has exchanged SETTINGS and does nothing more."""
    host, _, port = server.address.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    if context:
        connection = context.wrap_socket(connection)
    connection.sendall(PREFACE + SETTINGS + SETTINGS_ACK)
    seen = b""
    # The server's SETTINGS come first; its acknowledgement of ours says that it has read them.
    while SETTINGS_ACK not in seen:
        piece = connection.recv(4_096)
        if not piece:
            raise bench.BenchError("the server closed an idle connection")
        seen += piece
    return connection


def idle_memory(folder: Path, certificate: Certificate | None) -> tuple[float, float]:
    """Bytes of user space for one connection alone, and for each of 10,000."""
    context = None
    if certificate:
        context = ssl.create_default_context(cafile=str(certificate.certificate))
        context.check_hostname = False
        context.set_alpn_protocols(["h2"])
    flags = certificate.flags if certificate else ()
    name = "idle-tls" if certificate else "idle-clear"
    with riskd(folder, name, *flags) as server, contextlib.ExitStack() as stack:
        empty = anonymous_bytes(server)
        stack.enter_context(open_idle(server, context))
        alone = anonymous_bytes(server) - empty
        for _ in range(IDLE_CONNECTIONS - 1):
            stack.enter_context(open_idle(server, context))
        grown = anonymous_bytes(server) - empty
        return alone, grown / IDLE_CONNECTIONS


def report_idle(folder: Path, certificate: Certificate) -> None:
    print("\nIdle connections: growth of RssAnon, after each has exchanged SETTINGS\n")
    print("| transport | one alone | each of 10,000 | must |")
    print("|---|---|---|---|")
    for name, made, must in (
        ("clear", None, IDLE_CLEAR_BYTES_MUST),
        ("TLS 1.3", certificate, IDLE_TLS_BYTES_MUST),
    ):
        alone, each = idle_memory(folder, made)
        print(f"| {name} | {alone / 1024:.0f} KiB | {each / 1024:.1f} KiB | {must >> 10} KiB |")


def report_allocations(folder: Path) -> None:
    library = folder / "malloc_count.so"
    source = REPOSITORY / "Tests" / "Benchmarks" / "malloc_count.c"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    counter = folder / "count"
    counter.write_bytes(bytes(8))

    def count() -> int:
        return int.from_bytes(counter.read_bytes(), sys.byteorder)

    os.environ.update(LD_PRELOAD=str(library), MALLOC_COUNT=str(counter))
    try:
        started = contextlib.ExitStack()
        server = started.enter_context(riskd(folder, "allocations"))
    finally:
        del os.environ["LD_PRELOAD"], os.environ["MALLOC_COUNT"]
    print(f"\nAllocations of the whole server, {COUNTED_CALLS:,} calls after as many to warm up\n")
    print("| Health.Check, conns x streams | malloc + calloc + realloc | a call |")
    print("|---|---|---|")
    with started:
        options = bench.health_options(folder)
        for shape in bench.SHAPES:
            connections, streams = shape
            calls = COUNTED_CALLS if streams > 1 or connections > 1 else COUNTED_CALLS // 10
            for _ in range(2):
                before = count()
                bench.h2load(server, bench.HEALTH_PATH, shape, calls, options)
                counted = count() - before
            print(f"| {connections} x {streams} | {counted:,} | {counted / calls:.4f} |")


def report_tls(folder: Path, certificate: Certificate) -> None:
    print("\nTLS 1.3 beside clear, Health.Check by h2load, medians of 3 turns\n")
    print("| conns x streams | clear CPU us/call | TLS CPU us/call | TLS over clear |")
    print("|---|---|---|---|")
    options = bench.health_options(folder)
    with riskd(folder, "clear") as clear, riskd(folder, "tls", *certificate.flags) as secure:
        for shape in bench.SHAPES:
            calls = 20_000 if shape == (1, 1) else 100_000
            figures: dict[str, list[float]] = {"clear": [], "tls": []}
            for _ in range(3):
                for name, server in (("clear", clear), ("tls", secure)):
                    scheme = "https" if name == "tls" else "http"
                    sample = bench.h2load(
                        server, bench.HEALTH_PATH, shape, calls, options, scheme=scheme
                    )
                    figures[name].append(sample.cpu_micros_per_call)
            plain, tls = (sorted(figures[name])[1] for name in ("clear", "tls"))
            print(f"| {shape[0]} x {shape[1]} | {plain:.2f} | {tls:.2f} | {tls / plain:.2f}x |")


def riskload(server: Server, binary: Path, *words: str) -> dict:
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [str(binary), "--addr", server.address, "--key", DEMO_KEY, *words]
        bench.output_of(command + ["--scenario", "health", "--json", report.name])
        return json.loads(Path(report.name).read_text())


def report_tail(folder: Path, binary: Path) -> None:
    shape = ("--connections", "64", "--streams", "10")
    with riskd(folder, "tail") as server:
        peak = riskload(
            server, binary, *shape, "--closed", "--warmup", "1s", "--duration", "3s"
        )["ratePerSecond"]
        half = int(peak / 2)
        result = riskload(
            server, binary, *shape, "--rate", str(half), "--warmup", "2s",
            "--duration", f"{TAIL_SECONDS}s",
        )
    latency = result["latencyMicros"]
    print(f"\nHealth.Check at half the peak: peak {peak:,.0f}/s (64 x 10, closed loop), ", end="")
    print(f"then {half:,}/s in an open loop, {result['calls']:,} calls, latency from the")
    print("intended time of sending, one worker on core 0, load on core 1:")
    print(
        f"p50 {latency['p50']:,.0f} us, p99 {latency['p99']:,.0f} us, "
        f"p99.9 {latency['p99.9']:,.0f} us, "
        f"p99.99 {latency['p99.99']:,.0f} us, maximum {latency['max']:,.0f} us"
    )


def report_scaling(folder: Path, binary: Path) -> None:
    print("\nOne and two workers, Health.Check, closed loop, 10 streams a connection.")
    print("With two cores the load shares core 1 with the second worker, so calls a second say")
    print("what the machine does, and CPU a call what a second worker costs.\n")
    print("| connections | 1 worker calls/s | us/call | 2 workers calls/s | us/call | ratio |")
    print("|---|---|---|---|---|---|")
    for connections in (1, 8, 64):
        cells = []
        for workers in (1, 2):
            name = f"scaling-{connections}-{workers}"
            with riskd(folder, name, workers=workers) as server:
                before = server.cpu_seconds()
                result = riskload(
                    server, binary, "--closed", "--connections", str(connections),
                    "--streams", "10", "--warmup", "0s", "--duration", f"{SCALING_SECONDS}s",
                )
                cpu = server.cpu_seconds() - before
                cells.append((result["ratePerSecond"], cpu * 1e6 / result["calls"]))
        (one, one_cpu), (two, two_cpu) = cells
        print(
            f"| {connections} | {one:,.0f} | {one_cpu:.2f} | {two:,.0f} | {two_cpu:.2f}"
            f" | {two / one:.2f}x |"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description="the transport's memory, tail and TLS")
    parser.add_argument("--riskload", type=Path, required=True, help="its binary")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE_CONNECTIONS + DESCRIPTORS_SPARE
    if hard != resource.RLIM_INFINITY and hard < wanted:
        print(f"bench: {wanted:,} open files are needed, the limit is {hard:,}", file=sys.stderr)
        return 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="riskd-bench.") as name:
            folder = Path(name)
            certificate = Certificate(folder)
            report_allocations(folder)
            report_tail(folder, options.riskload)
            report_scaling(folder, options.riskload)
            report_tls(folder, certificate)
            report_idle(folder, certificate)
    except (bench.BenchError, ServerError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"\nthe transport's bench took {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

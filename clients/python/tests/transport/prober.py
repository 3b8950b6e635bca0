"""Watches a server from a second connection: is it well, and what does it cost?"""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from demo.server import Server
from tests.transport import frames as h2
from tests.transport.frames import Connection, message

CHECK = "/grpc.health.v1.Health/Check"
#: Between two probes; some hundreds a second.
REST_SECONDS = 0.002


@dataclass
class Seen:
    """What the prober saw while it watched."""

    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0
    growth_bytes: int = 0
    seconds: float = 0.0

    @property
    def p99_millis(self) -> float:
        """The 99th percentile of the answers' times."""
        ordered = sorted(self.latencies)
        return ordered[int(len(ordered) * 0.99)] * 1_000 if ordered else float("inf")


def resident_bytes(server: Server) -> int:
    """The memory of the server that is in use."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4_096


class Prober:
    """Calls Health.Check on a connection of its own while the block runs."""

    def __init__(self, server: Server, *, tls: ssl.SSLContext | None = None) -> None:
        self.server = server
        self._tls = tls
        self.seen = Seen()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Prober:
        self._memory = resident_bytes(self.server)
        self._cpu = self.server.cpu_seconds()
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.seen.cpu_seconds = self.server.cpu_seconds() - self._cpu
        self.seen.seconds = time.monotonic() - self._began

    def watch(self, seconds: float) -> None:
        """Lets that much time pass."""
        time.sleep(seconds)

    def _run(self) -> None:
        try:
            with Connection(self.server.address, seconds=10, tls=self._tls) as connection:
                connection.handshake()
                stream_id = 1
                while not self._stop.is_set():
                    began = time.perf_counter()
                    connection.call(stream_id, CHECK, message(b""))
                    reply = connection.reply(stream_id)
                    self.seen.latencies.append(time.perf_counter() - began)
                    if reply.status != 0:
                        self.seen.errors.append(str(reply))
                    stream_id += 2
                    growth = resident_bytes(self.server) - self._memory
                    self.seen.growth_bytes = max(self.seen.growth_bytes, growth)
                    self._stop.wait(REST_SECONDS)
        except (h2.Closed, h2.Silence, OSError) as error:
            self.seen.errors.append(repr(error))

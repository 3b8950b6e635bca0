"""A riskd process: started, waited for, stopped, never left behind."""

from __future__ import annotations

import collections
import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Mapping

REPOSITORY = Path(__file__).resolve().parents[3]
DEMO_KEY = "demo-key"
# Start-up reads a checkpoint and replays a journal: seconds, even on a busy machine.
START_SECONDS_MAX = 60.0
# A drain finishes accepted calls within 30 s and writes a checkpoint.
STOP_SECONDS_MAX = 60.0
# Lines of output kept for error messages.
OUTPUT_LINES_MAX = 200


class ServerError(Exception):
    """The server did not start, or did not stop as it should; `code` is its exit code."""

    def __init__(self, message: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(message)


def find_binary() -> Path:
    """RISKD_BIN, else the release build, else the debug build of this repository."""
    named = os.environ.get("RISKD_BIN")
    candidates = [Path(named)] if named else []
    if not named:
        candidates = [REPOSITORY / ".build" / kind / "riskd" for kind in ("release", "debug")]
    for path in candidates:
        if path.is_file() and os.access(path, os.X_OK):
            return path.resolve()
    tried = ", ".join(str(path) for path in candidates)
    raise ServerError(f"no riskd to run (looked for {tried}): build it with `make`")


class Server:
    """One riskd on loopback over a data directory. `address` is where it listens."""

    def __init__(
        self,
        data: Path,
        *,
        port: int = 0,
        extra: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        data.mkdir(parents=True, exist_ok=True)
        command = [str(find_binary()), "serve", "--listen", f"127.0.0.1:{port}"]
        command += ["--data", str(data), "--demo", *extra]
        self.output: collections.deque[str] = collections.deque(maxlen=OUTPUT_LINES_MAX)
        self._listening: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()
        try:
            self.address = self._wait_until_listening()
        except BaseException:
            self.kill()
            raise

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    def _read_output(self) -> None:
        """Reads until the process ends, so that it never waits for a full pipe."""
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            self.output.append(line)
            if line.startswith("listening on "):
                self._listening.put(line.removeprefix("listening on ").strip())
        self._listening.put("")

    def _wait_until_listening(self) -> str:
        try:
            address = self._listening.get(timeout=START_SECONDS_MAX)
        except queue.Empty:
            raise ServerError(f"riskd is not ready after {START_SECONDS_MAX:.0f} s") from None
        if not address:
            code = self.process.wait()
            said = " / ".join(self.output) or "no output"
            raise ServerError(f"riskd ended at start: {said}", code)
        return address

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.address.rpartition(":")[2])

    def stop(self) -> None:
        """Asks it to drain; anything but exit code 0 in time is an error."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(f"riskd did not drain within {STOP_SECONDS_MAX:.0f} s") from None
        self._reader.join()
        if code != 0:
            said = " / ".join(list(self.output)[-5:])
            raise ServerError(f"riskd exited {code} on SIGTERM: {said}", code)

    def kill(self) -> None:
        """Ends it without warning: SIGKILL."""
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def cpu_seconds(self) -> float:
        """Processor time it has used, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(condition, seconds: float) -> bool:
    """Looks every 5 ms until `condition()` is true or the time is over; says which."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.005)
    return bool(condition())

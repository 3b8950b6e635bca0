"""Runs the operator's command."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from demo.server import find_binary

SECONDS_MAX = 120.0


def find_riskctl() -> Path:
    """RISKCTL_BIN, else the one that was built beside riskd."""
    named = os.environ.get("RISKCTL_BIN")
    return Path(named) if named else find_binary().with_name("riskctl")


def riskctl(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs it to its end, whichever that is."""
    command = [str(find_riskctl()), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)


def riskctl_json(*arguments: object) -> dict[str, Any]:
    """Runs it with --json; it must exit 0."""
    done = riskctl(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

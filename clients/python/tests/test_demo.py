"""The demo as a user runs it, on fewer rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).resolve().parents[1]


def run_demo(*arguments: str, environment: dict[str, str] | None = None):
    """Runs the demo to its end."""
    return subprocess.run(
        [sys.executable, str(CLIENT / "demo"), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )


def test_the_demo_decides_and_cleans_up(tmp_path: Path):
    data = tmp_path / "data"
    done = run_demo("--rows", "150", "--data", str(data))
    assert done.returncode == 0, done.stdout + done.stderr
    for words in (
        "SUMMARY of 150 applications",
        "Approval rate",
        "95% interval",
        "held-out rows",
        "Two declined applications",
        "synthetic",
        "Foreign worker",
        "closed loop",
        "p99",
        "n = 150",
        "exited 0",
    ):
        assert words in done.stdout, words
    assert not data.exists()


def test_the_demo_keeps_its_data_when_asked(tmp_path: Path):
    data = tmp_path / "data"
    done = run_demo("--rows", "30", "--data", str(data), "--keep-data")
    assert done.returncode == 0, done.stdout + done.stderr
    assert any(data.iterdir())


def test_the_demo_fails_clearly_without_a_server():
    done = run_demo(environment={"RISKD_BIN": "/nonexistent/riskd"})
    assert done.returncode == 1
    assert "demo failed: no riskd to run" in done.stderr

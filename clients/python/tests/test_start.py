"""Starting and stopping: one line that says what to do, and the right exit code."""

from __future__ import annotations

import socket
import subprocess
import urllib.request
from pathlib import Path
from typing import Callable

import pytest

from demo.book import PRODUCT
from demo.server import DEMO_KEY, Server, find_binary
from riskd_client import Client, money

BAD_USAGE, BAD_DATA, BAD_CONFIGURATION = 64, 65, 78


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs riskd serve, which must end by itself."""
    return subprocess.run(
        [str(find_binary()), "serve", *arguments], capture_output=True, text=True, timeout=60
    )


def expect_one_line(
    done: subprocess.CompletedProcess[str], *words: str, code: int = BAD_CONFIGURATION
) -> None:
    """The exit code and one line that names what is wrong."""
    assert done.returncode == code, done
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(lines) == 1, lines
    for word in words:
        assert word in lines[0], lines


def test_a_busy_port(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = serve("--listen", f"127.0.0.1:{port}", "--data", str(tmp_path / "d"), "--demo")
    expect_one_line(done, str(port))


def test_a_data_directory_in_use(start: Callable[..., Server], tmp_path: Path):
    server = start()
    data = tmp_path / "data"
    with Client(server.address, DEMO_KEY) as client:
        before = client.open_line("p-subject", PRODUCT, money(100)).line
        done = serve("--listen", "127.0.0.1:0", "--data", str(data), "--demo")
        expect_one_line(done, str(data))
        assert client.line(before.line_id) == before
        assert client.reserve(before.line_id, money(1)).line.held_minor == 1
    server.stop()


@pytest.mark.parametrize("text", ["workers: [", "\t- :", "just words", "no_such_setting: 1\n"])
def test_a_bad_configuration_file(tmp_path: Path, text: str):
    config = tmp_path / "riskd.yaml"
    config.write_text(text)
    data = tmp_path / "d"
    options = ("--listen", "127.0.0.1:0", "--data", str(data), "--demo")
    expect_one_line(serve(*options, "--config", str(config)), "riskd.yaml")
    assert not data.exists() or not any(data.iterdir())


def test_a_configuration_file_that_is_not_there(tmp_path: Path):
    missing = tmp_path / "missing.yaml"
    options = ("--listen", "127.0.0.1:0", "--data", str(tmp_path / "d"), "--demo")
    expect_one_line(serve(*options, "--config", str(missing)), "missing.yaml")


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1", "127.0.0.1:99999", "300.1.1.1:1"])
def test_a_bad_address(tmp_path: Path, address: str):
    done = serve("--listen", address, "--data", str(tmp_path / "d"), "--demo")
    expect_one_line(done, "listen", code=BAD_USAGE)


def test_cleartext_beyond_loopback_is_refused(tmp_path: Path):
    done = serve("--listen", "0.0.0.0:0", "--data", str(tmp_path / "d"), "--demo")
    expect_one_line(done, "127.0.0.1")


@pytest.mark.parametrize("arguments", [("--no-such-flag",), ("--workers", "many")])
def test_bad_usage(arguments: tuple[str, ...]):
    assert serve(*arguments).returncode == BAD_USAGE


def test_a_port_is_free_again_after_a_stop(start: Callable[..., Server]):
    server = start()
    port = server.port
    server.stop()
    again = start(port=port)
    assert again.port == port
    again.stop()


def test_a_journal_without_its_secret_is_refused(start: Callable[..., Server], tmp_path: Path):
    start().stop()
    secret = tmp_path / "data" / "root.secret"
    kept = secret.read_bytes()
    secret.unlink()
    done = serve("--listen", "127.0.0.1:0", "--data", str(tmp_path / "data"), "--demo")
    expect_one_line(done, "root.secret", code=BAD_DATA)
    assert not secret.exists()
    secret.write_bytes(kept)
    start().stop()


def test_the_admin_port_is_where_it_was_told(start: Callable[..., Server]):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = start(extra=("--admin", f"127.0.0.1:{port}"))
    for path in ("healthz", "readyz", "metrics"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as reply:
            assert reply.status == 200
    server.stop()


def test_an_idle_connection_does_not_hold_up_a_stop(start: Callable[..., Server]):
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), 10):
        with Client(server.address, DEMO_KEY) as client:
            client.list_features()
            server.stop()

"""Backups of a running server, and what an operator asks: through the real binaries."""

from __future__ import annotations

import asyncio
import copy
import http.client
import json
import random
from pathlib import Path

import pytest

from demo.server import Server
from tests.crash import approved_applications, open_lines
from tests.ledger_book import Book, Connection, check_invariant, expect_equal, expect_hold
from tests.ledger_load import Caller, until_answered
from tests.riskctl import free_port, riskctl, riskctl_json

CALLER_COUNT = 16
LINE_COUNT = 8
#: Before the backup begins.
ANSWER_COUNT = 300
REPEATS_PER_CALLER = 5
SEED = 20_240_611


def with_admin(data: Path) -> tuple[Server, str]:
    """A server with an admin port, and that port's address."""
    admin = f"127.0.0.1:{free_port()}"
    return Server(data, extra=("--admin", admin)), admin


def state_hash(admin: str) -> dict:
    """What a running server says of its ledger."""
    connection = http.client.HTTPConnection(admin, timeout=30)
    connection.request("GET", "/state-hash")
    with connection.getresponse() as response:
        assert response.status == 200
        return json.load(response)


class LoadedBackup:
    """A backup that was made while callers wrote."""

    def __init__(self, folder: Path) -> None:
        self.data, self.backup = folder / "data", folder / "backup"
        self.book = Book()
        self.callers: list[Caller] = []
        #: What was acknowledged before the backup began.
        self.before = Book()
        self.before_counts: list[int] = []
        self.facts: dict = {}

    async def make(self) -> None:
        server, admin = with_admin(self.data)
        with server:
            applications = approved_applications(server.address)
            connections = [Connection(server.address) for _ in range(CALLER_COUNT)]
            lines = await open_lines(connections[0], self.book, applications, LINE_COUNT)
            seeds = random.Random(SEED)
            self.callers = [
                Caller(seeds.getrandbits(64), self.book, lines, applications) for _ in connections
            ]
            pairs = zip(self.callers, connections)
            tasks = [asyncio.create_task(caller.run(c)) for caller, c in pairs]
            await until_answered(self.callers, ANSWER_COUNT, tasks)
            self.before = copy.deepcopy(self.book)
            self.before_counts = [len(c.operations) - 1 for c in self.callers]
            arguments = ("backup", "--admin", admin, "--to", self.backup)
            self.facts = await asyncio.to_thread(riskctl_json, *arguments)
            for caller in self.callers:
                caller.is_stopped = True
            await asyncio.gather(*tasks)
            for connection in connections:
                await connection.close()
            server.stop()

    async def check(self, server: Server) -> None:
        """Everything acknowledged before the backup is there, and nothing that never was."""
        connections = [Connection(server.address) for _ in self.callers]
        for number in self.before.tallies:
            check_invariant(await connections[0].line(number))
        later = [
            operation
            for caller, count in zip(self.callers, self.before_counts)
            for operation in caller.operations[count:]
        ]
        # What a later call changed may be as before it or after it; all else is as it was.
        changed = {number for operation in later for number in operation.hold_ids}
        for number in self.before.holds.keys() - changed:
            found = await connections[0].hold(number)
            expect_hold(f"hold {number}", found, self.before.holds[number])
        for caller, count, connection in zip(self.callers, self.before_counts, connections):
            for operation in caller.operations[max(0, count - REPEATS_PER_CALLER) : count]:
                again = await connection.ask(operation.kind, operation.request)
                expect_equal(f"a {operation.kind}", again, operation.reply)
            await connection.close()


def test_a_backup_under_load_restores_to_a_prefix(tmp_path: Path):
    loaded, restored = LoadedBackup(tmp_path), tmp_path / "restored"
    asyncio.run(loaded.make())
    assert (loaded.backup / "root.secret").stat().st_mode & 0o777 == 0o600
    riskctl_json("restore", loaded.backup, restored)
    verified = riskctl_json("verify", restored)
    assert verified["differences"] == 0
    assert verified["records"] == loaded.facts["last_record"]
    assert verified["state_hash"] == loaded.facts["state_hash"]
    server, admin = with_admin(restored)
    with server:
        expected = {"sequence": verified["records"], "hash": verified["state_hash"]}
        assert state_hash(admin) == expected
        asyncio.run(loaded.check(server))
        server.stop()
    # The server that went on has all of it and more.
    whole = riskctl_json("verify", loaded.data)
    assert whole["differences"] == 0
    assert whole["records"] > verified["records"]
    assert whole["checkpoint_at_record"] == whole["records"]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data directory that no riskd has open."""
    data = tmp_path_factory.mktemp("riskctl") / "data"
    with Server(data) as server:
        approved_applications(server.address)
        server.stop()
    return data


def test_a_damaged_directory_is_named(stopped: Path, tmp_path: Path):
    damaged = tmp_path / "damaged"
    riskctl_json("restore", stopped, damaged)
    segment = damaged / "segment-0000000000000000"
    with open(segment, "r+b") as file:
        file.seek(5_000)
        byte = file.read(1)[0]
        file.seek(5_000)
        file.write(bytes([byte ^ 4]))
    done = riskctl("verify", damaged)
    assert done.returncode == 65
    assert "segment 0 is damaged at byte" in done.stderr


def test_refusals_say_what_to_do(stopped: Path, tmp_path: Path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").touch()
    nobody = f"127.0.0.1:{free_port()}"
    cases = [
        (("restore", stopped, full), 1, "is not empty"),
        (("restore", full, tmp_path / "new"), 65, "is no backup"),
        (("restore", tmp_path / "missing", tmp_path / "new"), 65, "cannot be read"),
        (("verify", tmp_path / "missing"), 1, "No such file"),
        (("verify", full), 65, "segment 0 is missing"),
        (("clock", "status", "--admin", nobody), 69, "nothing listens"),
        (("backup", "--admin", nobody, "--to", tmp_path / "new"), 69, "nothing listens"),
        (("backup",), 64, "--to"),
        (("no-such-command",), 64, "Usage"),
    ]
    for arguments, code, said in cases:
        done = riskctl(*arguments)
        assert (done.returncode, said in done.stderr) == (code, True), (arguments, done)
    assert not (tmp_path / "new").exists()
    assert sorted(p.name for p in full.iterdir() if p.name != "lock") == ["file"]


def test_a_running_server_answers_its_operator_only(tmp_path: Path):
    server, admin = with_admin(tmp_path / "data")
    with server:
        for command in ("status", "confirm"):
            facts = riskctl_json("clock", command, "--admin", admin)
            assert facts["expiry_frozen"] is False
        done = riskctl("verify", tmp_path / "data")
        assert (done.returncode, "is in use" in done.stderr) == (1, True)
        full = riskctl("backup", "--admin", admin, "--to", tmp_path / "data")
        assert (full.returncode, "is not empty" in full.stderr) == (1, True)
        foreign = [
            ("POST", "/clock/confirm", {"Content-Type": "text/plain"}),
            ("POST", "/backup", {"Host": "riskd.example:80", "Content-Type": "application/json"}),
            ("GET", "/state-hash", {"Host": "riskd.example"}),
        ]
        for method, path, headers in foreign:
            connection = http.client.HTTPConnection(admin, timeout=30)
            connection.request(method, path, body=b"{}", headers=headers)
            with connection.getresponse() as response:
                assert response.status == 403
                assert "riskctl" in json.load(response)["problem"]
        server.stop()

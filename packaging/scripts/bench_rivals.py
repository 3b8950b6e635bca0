"""What riskd's ledger is measured beside: Redis 7 and PostgreSQL 15 doing the same reservation.

Each runs on the server's core over a data directory of its own; its load generator runs on the
load's core. Both make every reservation durable before they answer, as riskd does.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
from pathlib import Path

import bench
from demo.server import wait_for

START_SECONDS_MAX = 30.0
REDIS_CONNECTIONS = 64
REDIS_PIPELINE = 64
POSTGRES_CLIENTS = 16
POSTGRES_FOLDER = Path("/usr/lib/postgresql/15/bin")
AVAILABLE_MINOR = 10**15

# The conditional reserve: refuse a repeat, refuse what is not there, else take it. What it wrote
# is appended to the file and synced before Redis answers.
RESERVE_LUA = """
if not redis.call('SET', KEYS[2], KEYS[1], 'NX', 'EX', 86400) then return -2 end
local available = tonumber(redis.call('GET', KEYS[1]))
local amount = tonumber(ARGV[1])
if not available or available < amount then return -1 end
redis.call('DECRBY', KEYS[1], amount)
return 1
"""
FILL_LUA = """
for line = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.call('SET', string.format('line:%012d', line), ARGV[3])
end
return 1
"""

# One statement a reservation, so one trip and one transaction: the update happens only when
# enough is there, and the request is noted only when the update happened.
RESERVE_SQL = """
WITH taken AS (
    UPDATE line SET available = available - 1, held = held + 1
    WHERE id = {line} AND available >= 1 RETURNING id)
INSERT INTO request (id, line) SELECT gen_random_uuid(), id FROM taken;
"""
SCHEMA_SQL = """
CREATE TABLE line (id bigint PRIMARY KEY, available bigint NOT NULL, held bigint NOT NULL);
CREATE TABLE request (id uuid PRIMARY KEY, line bigint NOT NULL);
INSERT INTO line SELECT n, {available}, 0 FROM generate_series(1, {lines}) n;
VACUUM ANALYZE line;
CHECKPOINT;
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Redis:
    """A redis-server whose append-only file is synced before every answer."""

    def __init__(self, folder: Path, lines: int) -> None:
        folder.mkdir()
        self.lines = lines
        self.port = free_port()
        with bench.on_core(bench.SERVER_CORE):
            self.process = subprocess.Popen(
                ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
                + ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(folder)]
                + ["--auto-aof-rewrite-percentage", "0"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        if not wait_for(lambda: answers(self.port), START_SECONDS_MAX):
            self.stop()
            raise bench.BenchError("redis-server did not start")
        step = 100_000
        for start in range(0, lines, step):
            last = min(start + step, lines) - 1
            self._command("EVAL", FILL_LUA, "0", str(start), str(last), str(AVAILABLE_MINOR))
        self.script = self._command("SCRIPT", "LOAD", RESERVE_LUA).strip()

    def _command(self, *words: str) -> str:
        return subprocess.run(
            ["redis-cli", "-p", str(self.port), *words],
            check=True, capture_output=True, text=True,
        ).stdout

    def reserve(self, pipeline: int, calls: int) -> float:
        """Reservations a second over random lines, each under an id of its own."""
        text = bench.output_of(
            ["redis-benchmark", "-p", str(self.port), "-c", str(REDIS_CONNECTIONS)]
            + ["-P", str(pipeline), "-n", str(calls), "-r", str(self.lines), "--csv"]
            + ["EVALSHA", self.script, "2", "line:__rand_int__"]
            + ["request:__rand_int__:__rand_int__", "1"]
        )
        # The last line: "test","rps",... with the rate in its second column.
        rate = re.findall(r'"([\d.]+)"', text.strip().splitlines()[-1])
        if not rate:
            raise bench.BenchError(f"redis-benchmark printed no rate:\n{text}")
        return float(rate[0])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Postgres:
    """A PostgreSQL cluster with synchronous commits."""

    def __init__(self, folder: Path, lines: int) -> None:
        self.lines = lines
        self.port = free_port()
        self.folder = folder
        folder.mkdir()
        # PostgreSQL refuses to run as root: then it runs as the user of Debian's package.
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            for parent in folder.parents[:1]:
                parent.chmod(0o711)
        data = folder / "data"
        self._run("initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync")
        with bench.on_core(bench.SERVER_CORE):
            self.process = subprocess.Popen(
                [*self.as_user, str(POSTGRES_FOLDER / "postgres"), "-D", str(data)]
                + ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
                + ["-c", f"unix_socket_directories={folder}", "-c", "shared_buffers=512MB"]
                + ["-c", "max_wal_size=4GB", "-c", "synchronous_commit=on"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
            )
        try:
            self._fill()
        except BaseException:
            self.stop()
            raise

    def _run(self, program: str, *words: object) -> str:
        done = subprocess.run(
            [*self.as_user, str(POSTGRES_FOLDER / program), *map(str, words)],
            capture_output=True, text=True, check=False, cwd=self.folder,
        )
        if done.returncode != 0:
            raise bench.BenchError(f"{program}: {done.stderr}")
        return done.stdout

    def _fill(self) -> None:
        connect = ("-h", "127.0.0.1", "-p", self.port, "-U", "bench", "-d", "postgres")

        def is_ready() -> bool:
            try:
                self._run("pg_isready", *connect)
                return True
            except bench.BenchError:
                return False

        if not wait_for(is_ready, START_SECONDS_MAX):
            raise bench.BenchError("PostgreSQL did not start")
        schema = self.folder / "schema.sql"
        schema.write_text(SCHEMA_SQL.format(available=AVAILABLE_MINOR, lines=self.lines))
        self._run("psql", *connect, "-q", "-v", "ON_ERROR_STOP=1", "-f", schema)
        spread = f"\\set line random(1, {self.lines})\n" + RESERVE_SQL.format(line=":line")
        (self.folder / "spread.sql").write_text(spread)
        (self.folder / "hot.sql").write_text(RESERVE_SQL.format(line="1"))
        for path in self.folder.glob("*.sql"):
            path.chmod(0o644)

    def reserve(self, script: str, seconds: int) -> float:
        """Reservations a second by a script, `spread` or `hot`."""
        text = bench.output_of(
            [*self.as_user, str(POSTGRES_FOLDER / "pgbench"), "-h", "127.0.0.1"]
            + ["-p", str(self.port), "-U", "bench", "-n", "-M", "prepared", "-j", "1"]
            + ["-c", str(POSTGRES_CLIENTS), "-T", str(seconds)]
            + ["-f", str(self.folder / f"{script}.sql"), "postgres"]
        )
        rate = re.search(r"tps = ([\d.]+)", text)
        failed = re.search(r"number of failed transactions: (\d+)", text)
        if not rate or (failed and failed.group(1) != "0"):
            raise bench.BenchError(f"pgbench of {script}:\n{text}")
        return float(rate.group(1))

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown.
        self.process.send_signal(2)
        try:
            self.process.wait(START_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder / "data", ignore_errors=True)

"""Every attack ends in a bounded cost, and nobody else notices.

The rule for all: a prober on a second connection has no error and a p99 of at most 50 ms, the
server grows by at most 32 MiB, an attacking connection costs at most 0.3 s of processor time, the
process lives, and the end is the one that the table names. ATTACK_SECONDS says how long each
attack may last (0.3 in the tests, 1 in `make attack`), which prints the table.
"""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from demo.server import Server
from tests.transport import attacks, report
from tests.transport.attacker import Outcome
from tests.transport.attacks import ATTACKS, Attack
from tests.transport.frames import Connection, message
from tests.transport.prober import CHECK, Prober, Seen

SECONDS = float(os.environ.get("ATTACK_SECONDS", "0.3"))
P99_MILLIS_MAX = 50.0
GROWTH_BYTES_MAX = 32 << 20
CPU_SECONDS_MAX = 0.3
CLIENT_FOLDER = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: its memory and its processor time are measured."""
    with Server(tmp_path_factory.mktemp("victim")) as running:
        # Warm: the first calls fill pools that later ones use again.
        with Prober(running) as prober:
            prober.watch(0.5)
        yield running
        running.stop()


@pytest.fixture(scope="module")
def calm(victim: Server) -> Seen:
    """What the prober sees and costs when nobody attacks."""
    with Prober(victim) as prober:
        prober.watch(1.0)
    return prober.seen


def attack_once(
    victim: Server, attack: Attack, context: ssl.SSLContext | None
) -> tuple[Outcome, Seen]:
    """Runs the attacker as a process of its own, under the prober's eyes."""
    command = [sys.executable, "-m", "tests.transport.attacker", attack.name, victim.address]
    with Prober(victim, tls=context) as prober:
        done = subprocess.run(
            [*command, str(SECONDS)], cwd=CLIENT_FOLDER, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 0, done.stderr
    return Outcome(**json.loads(done.stdout)), prober.seen


def ended_as(outcome: Outcome, end: str) -> bool:
    """Whether the attack's end is the one that the table names."""
    if end == attacks.CALM:
        return outcome.goaway_code == 11
    return outcome.closed or outcome.goaway_code is not None if end == attacks.GONE else True


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack(request: pytest.FixtureRequest, calm: Seen, attack: Attack):
    victim = request.getfixturevalue("tls_server" if attack.tls else "victim")
    context = request.getfixturevalue("tls_context") if attack.tls else None
    outcome, seen = attack_once(victim, attack, context)
    own = calm.cpu_seconds / len(calm.latencies) * len(seen.latencies)
    cpu = max(seen.cpu_seconds - own, 0.0)
    report.add(attack, outcome, seen, cpu)
    assert not seen.errors, seen.errors
    # A machine whose cores are busy is slow without an attack, too: what it shows then is added.
    assert seen.p99_millis <= P99_MILLIS_MAX + 2 * calm.p99_millis, seen.p99_millis
    assert seen.growth_bytes <= GROWTH_BYTES_MAX, f"{seen.growth_bytes >> 20} MiB more"
    connections = outcome.frames if attack.tls else 1
    assert cpu <= CPU_SECONDS_MAX * connections, f"{cpu:.2f} s of processor time"
    assert victim.process.poll() is None
    assert ended_as(outcome, attack.end), outcome
    if attack.frames_max is not None:
        assert outcome.frames <= attack.frames_max, outcome


def test_the_server_is_well_after_all(victim: Server):
    with Connection(victim.address).handshake() as connection:
        connection.call(1, CHECK, message(b""))
        assert connection.reply().status == 0

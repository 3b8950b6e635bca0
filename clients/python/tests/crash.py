"""Kills riskd at random instants under load and checks that nothing acknowledged is lost.

Usage: python clients/python/tests/crash.py [--rounds N] [--seed S]

A round: 16 callers reserve, commit and release on a few hot lines and evaluate with holds, each
writing down what it asked and what was acknowledged; after 20 to 300 ms the server is killed with
SIGKILL and started again. Then every acknowledged hold must stand as it was acknowledged; every
request without an answer is sent again with its request_id, twice; and each line's figures must be
exactly the sum of the holds that are known, its version exactly the count of changes.
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from demo.book import PRODUCT, Application, put_book, read_applications, read_features
from demo.server import DEMO_KEY, Server
from riskd_client import Client, RiskdError, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions

CALLER_COUNT = 16
HOT_LINE_COUNT = 4
BOOK_ROWS = 40
# Small enough that some reservations meet a full line.
LIMIT_MINOR = 4_000_000
AMOUNT_MAX_MINOR = 100_000
# Long enough that no hold expires while the test runs.
TTL_SECONDS = 86_400
# Lines of earlier rounds that are read again: ten rounds' worth.
SETTLED_COUNT_MAX = 40
KILL_AFTER_SECONDS = (0.02, 0.3)
# A caller gives up soon after the kill; a call that works takes milliseconds.
CALL_SECONDS_MAX = 1.0
DONE = common.LIMIT_OUTCOME_DONE
#: What a killed server may look like from outside. Anything else is a fault.
UNANSWERED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


class CrashError(AssertionError):
    """Something acknowledged is lost, or something took effect twice."""


@dataclass
class Operation:
    """One write: sent with a request_id, answered or not."""

    kind: str
    arguments: dict[str, Any]
    request_id: str = field(default_factory=new_request_id)
    reply: Any = None

    def send(self, client: Client) -> Any:
        """Makes the call; a repeat is the same call."""
        method = getattr(client, self.kind)
        return method(**self.arguments, request_id=self.request_id)

    @property
    def took_effect(self) -> bool:
        """Whether the answer says that a line changed."""
        if self.kind == "evaluate":
            return self.reply.HasField("hold")
        return self.reply.outcome == DONE


@dataclass
class Caller:
    """One thread's seeded load and what it wrote down, in order."""

    random: random.Random
    hot: list[tuple[Application, int]]
    operations: list[Operation] = field(default_factory=list)
    #: The caller's own open holds, as last acknowledged.
    holds: dict[int, common.Hold] = field(default_factory=dict)
    fault: BaseException | None = None

    def next_operation(self) -> Operation:
        """Half reservations, a sixth decisions, the rest ends or draws own holds."""
        application, line_id = self.random.choice(self.hot)
        choice = self.random.random()
        if choice < 0.17:
            return self._evaluate(application, line_id)
        if choice < 0.6 or not self.holds:
            amount = money(self.random.randint(1, AMOUNT_MAX_MINOR))
            arguments = dict(line_id=line_id, amount=amount, ttl_seconds=TTL_SECONDS)
            return Operation("reserve", arguments)
        hold = self.random.choice(list(self.holds.values()))
        if choice < 0.8:
            return Operation("release", dict(hold_id=hold.hold_id))
        amount = money(self.random.randint(1, hold.held_minor))
        keep_rest = self.random.random() < 0.5
        return Operation("commit", dict(hold_id=hold.hold_id, amount=amount, keep_rest=keep_rest))

    def _evaluate(self, application: Application, line_id: int) -> Operation:
        hold = decisions.HoldOption(ttl_seconds=TTL_SECONDS)
        if self.random.random() < 0.5:
            hold.open_line = True
        else:
            hold.line_id = line_id
        arguments = dict(
            subject_id=application.subject_id,
            product=PRODUCT,
            amount=application.amount,
            term_months=application.term_months,
            hold=hold,
        )
        return Operation("evaluate", arguments)

    def acknowledge(self, operation: Operation, reply: Any) -> None:
        """Writes an answer down."""
        operation.reply = reply
        if reply.HasField("hold"):
            hold = reply.hold
            self.holds[hold.hold_id] = hold
            if hold.state != common.HOLD_STATE_HELD:
                del self.holds[hold.hold_id]

    def run(self, address: str, ready: threading.Barrier) -> None:
        """Calls until the server is gone."""
        try:
            with Client(address, DEMO_KEY, CALL_SECONDS_MAX) as client:
                client.line(self.hot[0][1])
                ready.wait()
                while True:
                    operation = self.next_operation()
                    self.operations.append(operation)
                    self.acknowledge(operation, operation.send(client))
        except RiskdError as error:
            if error.code not in UNANSWERED:
                self.fault = error
        except BaseException as error:
            self.fault = error


class CrashTest:
    """A server over one data directory, killed again and again."""

    def __init__(self, data: Path, seed: int) -> None:
        self.data = data
        self.seed = seed
        self.random = random.Random(seed)
        self.server = Server(data)
        with Client(self.server.address, DEMO_KEY) as client:
            self.approved = self._approved(client)
        #: Lines of the last rounds as they were left: nothing may touch them any more.
        self.settled: collections.deque[common.Line] = collections.deque(maxlen=SETTLED_COUNT_MAX)

    def _approved(self, client: Client) -> list[Application]:
        """The first applicants that the policy approves."""
        applications = read_applications(BOOK_ROWS)
        for _ in put_book(client, read_features(), applications):
            pass
        found = []
        for a in applications:
            reply = client.evaluate(a.subject_id, PRODUCT, a.amount, a.term_months)
            if reply.outcome == decisions.OUTCOME_APPROVE:
                found.append(a)
        if len(found) < HOT_LINE_COUNT:
            raise CrashError(f"only {len(found)} of {BOOK_ROWS} applicants are approved")
        return found[:HOT_LINE_COUNT]

    def _open_hot_lines(self) -> list[tuple[Application, int]]:
        """A new line for each of the approved."""
        with Client(self.server.address, DEMO_KEY) as client:
            limit = money(LIMIT_MINOR)
            opened = [client.open_line(a.subject_id, PRODUCT, limit) for a in self.approved]
        return [(a, reply.line.line_id) for a, reply in zip(self.approved, opened)]

    def round(self) -> str:
        """Load, kill, restart, check; returns a line of what happened."""
        hot = self._open_hot_lines()
        callers = [
            Caller(random.Random(self.random.getrandbits(64)), hot) for _ in range(CALLER_COUNT)
        ]
        delay_seconds = self.random.uniform(*KILL_AFTER_SECONDS)
        self._load_and_kill(callers, delay_seconds)
        started = time.monotonic()
        self.server = Server(self.data)
        recovery_seconds = time.monotonic() - started
        with Client(self.server.address, DEMO_KEY) as client:
            unanswered = self._check(client, callers)
        answered = sum(len(caller.operations) for caller in callers) - unanswered
        return (
            f"killed after {delay_seconds * 1e3:3.0f} ms: {answered} acknowledged, "
            f"{unanswered} unanswered, recovered in {recovery_seconds:.2f} s"
        )

    def _load_and_kill(self, callers: list[Caller], delay_seconds: float) -> None:
        ready = threading.Barrier(CALLER_COUNT + 1)
        threads = [
            threading.Thread(target=caller.run, args=(self.server.address, ready))
            for caller in callers
        ]
        for thread in threads:
            thread.start()
        ready.wait(30)
        time.sleep(delay_seconds)
        self.server.kill()
        for thread in threads:
            thread.join()
        faults = [caller.fault for caller in callers if caller.fault]
        if faults:
            raise CrashError(f"a call failed in an unexpected way: {faults[0]!r}")

    def _check(self, client: Client, callers: list[Caller]) -> int:
        """All checks of one restart; returns how many requests had no answer."""
        unanswered = [
            (caller, operation)
            for caller in callers
            for operation in caller.operations
            if operation.reply is None
        ]
        in_doubt = {operation.arguments.get("hold_id") for _, operation in unanswered}
        for hold_id, acknowledged in self._last_holds(callers).items():
            if hold_id not in in_doubt:
                expect_equal("an acknowledged hold", client.hold(hold_id), acknowledged)
        for caller, operation in unanswered:
            first = operation.send(client)
            again = operation.send(client)
            expect_equal(f"a repeated {operation.kind}", again, first)
            caller.acknowledge(operation, first)
        for caller in callers:
            for operation in caller.operations[-3:]:
                expect_equal(f"a {operation.kind}", operation.send(client), operation.reply)
        self._check_settled(client)
        self._check_lines(client, callers)
        return len(unanswered)

    def _check_settled(self, client: Client) -> None:
        """Lines of earlier rounds stand as they were left."""
        for line in self.settled:
            what = f"line {line.line_id} of an earlier round"
            expect_equal(what, client.line(line.line_id), line)

    def _last_holds(self, callers: list[Caller]) -> dict[int, common.Hold]:
        """Every hold as it was last acknowledged. A hold belongs to one caller, so order holds."""
        found: dict[int, common.Hold] = {}
        for caller in callers:
            for operation in caller.operations:
                if operation.reply is not None and operation.reply.HasField("hold"):
                    found[operation.reply.hold.hold_id] = operation.reply.hold
        return found

    def _check_lines(self, client: Client, callers: list[Caller]) -> None:
        """Each line of the round is the sum of the holds that are known."""
        holds = self._last_holds(callers)
        hot = {line_id for _, line_id in callers[0].hot}
        changes = {line_id: 0 for line_id in hot}
        for caller in callers:
            for operation in caller.operations:
                if operation.took_effect:
                    line_id = operation.reply.hold.line_id
                    changes[line_id] = changes.get(line_id, 0) + 1
        for line_id, count in changes.items():
            of_line = [hold for hold in holds.values() if hold.line_id == line_id]
            line = client.line(line_id)
            check_line(line, of_line)
            if line_id in hot:
                # The record that opened it is the first change.
                expect_equal(f"line {line_id}: version", line.version, 1 + count)
                self.settled.append(line)
        for hold_id, acknowledged in holds.items():
            expect_equal(f"hold {hold_id}", client.hold(hold_id), acknowledged)

    def close(self) -> None:
        """Drains the last server."""
        self.server.stop()


def check_line(line: common.Line, holds: list[common.Hold]) -> None:
    """A line's figures are the sums of its holds, and none is below zero."""
    what = f"line {line.line_id}"
    expect_equal(f"{what}: held", line.held_minor, sum(hold.held_minor for hold in holds))
    expect_equal(f"{what}: drawn", line.drawn_minor, sum(hold.committed_minor for hold in holds))
    whole = line.available_minor + line.held_minor + line.drawn_minor
    expect_equal(f"{what}: limit", line.limit_minor, whole)
    if min(line.available_minor, line.held_minor, line.drawn_minor) < 0:
        raise CrashError(f"{what} is over-issued: {line}")


def expect_equal(what: str, found: Any, expected: Any) -> None:
    """Raises CrashError with both when they differ."""
    if found != expected:
        raise CrashError(f"{what} is\n{found}\nbut must be\n{expected}")


def run_rounds(data: Path, rounds: int, seed: int, say=lambda text: None) -> None:
    """All rounds over one data directory; CrashError names the seed and the round."""
    test = CrashTest(data, seed)
    try:
        for number in range(1, rounds + 1):
            try:
                say(f"round {number} of {rounds}: {test.round()}")
            except CrashError as error:
                raise CrashError(f"seed {seed}, round {number}: {error}") from None
        test.close()
    finally:
        if test.server.process.poll() is None:
            test.server.kill()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Kills riskd under load, restarts, checks.")
    parser.add_argument("--rounds", "--kills", dest="rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="riskd-crash-") as folder:
        try:
            run_rounds(Path(folder), arguments.rounds, seed, lambda text: print(text, flush=True))
        except CrashError as error:
            print(f"crash test failed: {error}", file=sys.stderr)
            return 1
    print("every acknowledged hold was there once, no line over-issued, every repeat took once")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Callers that load a ledger and write down what they asked and what was acknowledged."""

from __future__ import annotations

import asyncio
import random
from typing import Callable

import grpc
import grpc.aio

from demo.book import PRODUCT, Application
from riskd_client import money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.ledger_answers import Acknowledger
from tests.ledger_book import Book, Connection, Operation, expect_equal, until
from tests.ledger_own import ATTRIBUTION, LATER_MICROS, later_micros

AMOUNT_MAX_MINOR = 100_000
# Long enough that no hold expires while a test runs.
TTL_SECONDS = 86_400
#: What a killed server may look like from outside. Anything else is a fault.
UNANSWERED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
#: What a load is mostly made of. Of everything else each single answer is asked for again.
FREQUENT = frozenset(("Reserve", "Release", "Commit", "Repay", "BatchApply", "Evaluate"))
#: What a caller with a line of its own asks for.
KINDS = FREQUENT | {
    "OpenLine", "ExtendHold", "PostCharge", "ReverseEntry", "ChangeLimit", "SetTemporaryLimit",
    "Reprice", "Renew", "Freeze", "Unfreeze", "WriteOff", "CloseLine",
}


class Caller(Acknowledger):
    """One client: seeded load, and what it wrote down in order."""

    def __init__(
        self,
        seed: int,
        book: Book,
        line_ids: list[int],
        applications: list[Application],
        *,
        has_own_line: bool = False,
        labels: tuple[common.Label, ...] = (),
    ) -> None:
        self.random = random.Random(seed)
        self.book = book
        #: Lines to choose from: a line that stands here more often is hotter.
        self.line_ids = line_ids
        self.applications = applications
        self.subject_id = applications[0].subject_id
        self.own_line_id = 0
        self.block_id = 0
        self.labels = labels
        self.operations: list[Operation] = []
        #: How many of them were answered.
        self.answered_count = 0
        #: The caller's own holds that still hold something.
        self.open_holds: list[int] = []
        #: The caller's own entries: their lines, and how much may still be taken back.
        self.entries: dict[int, tuple[int, int]] = {}
        #: Those of them that are repayments.
        self.repayments: set[int] = set()
        #: Principal of repayments that were taken back: no limit refuses that.
        self.came_back_minor = 0
        #: Set to end the load after the call that is under way.
        self.is_stopped = False
        #: What ended the load.
        self.failure: grpc.aio.AioRpcError | None = None
        self._mix: list[tuple[float, Callable[[], Operation]]] = [
            (0.05, self._evaluate),
            (0.38, self._reserve),
            (0.16, self._release),
            (0.18, self._commit),
            (0.08, self._repay),
            (0.05, self._batch),
            (0.05, self._extend),
            (0.05, self._reverse),
        ]
        if has_own_line:
            self._mix.append((0.30, self._on_own_line))

    # What to ask

    def next_operation(self) -> Operation:
        """The next one of the mix; what needs a hold or an entry and has none places a hold."""
        weights = [weight for weight, _ in self._mix]
        make = self.random.choices([make for _, make in self._mix], weights)[0]
        needs_hold = make in (self._release, self._commit, self._extend)
        if needs_hold and not self.open_holds or make == self._reverse and not self.entries:
            make = self._reserve
        operation = make()
        self.operations.append(operation)
        return operation

    def _amount(self) -> common.Money:
        return money(self.random.randint(1, AMOUNT_MAX_MINOR))

    def _line(self) -> int:
        """The own line for a quarter of what may go there."""
        if self.own_line_id and self.random.random() < 0.25:
            return self.own_line_id
        return self.random.choice(self.line_ids)

    def _reserve(self) -> Operation:
        request = limits.ReserveRequest(
            request_id=new_request_id(),
            line_id=self._line(),
            amount=self._amount(),
            ttl_seconds=TTL_SECONDS,
            labels=self.labels,
        )
        return Operation("Reserve", request)

    def _release(self) -> Operation:
        hold_id = self.random.choice(self.open_holds)
        request = limits.ReleaseRequest(request_id=new_request_id(), hold_id=hold_id)
        return Operation("Release", request)

    def _commit(self) -> Operation:
        hold_id = self.random.choice(self.open_holds)
        held = self.book.holds[hold_id].held_minor
        request = limits.CommitRequest(
            request_id=new_request_id(),
            hold_id=hold_id,
            amount=money(self.random.randint(1, held)),
            keep_rest=self.random.random() < 0.5,
        )
        return Operation("Commit", request)

    def _repay(self) -> Operation:
        request = limits.RepayRequest(
            request_id=new_request_id(), line_id=self._line(), amount=self._amount()
        )
        return Operation("Repay", request)

    def _batch(self) -> Operation:
        """Two holds together or not at all, a release, a repayment of a line without charges."""
        reserve = dict(
            action=limits.BATCH_ACTION_RESERVE, ttl_seconds=TTL_SECONDS, labels=self.labels
        )
        choose, amount = self.random.choice, self.random.randint
        parts = [
            dict(
                reserve,
                line_id=choose(self.line_ids),
                amount_minor=amount(1, AMOUNT_MAX_MINOR),
                linked=is_linked,
            )
            for is_linked in (True, False)
        ]
        if self.open_holds:
            hold_id = choose(self.open_holds)
            parts.append(dict(action=limits.BATCH_ACTION_RELEASE, hold_id=hold_id))
        parts.append(
            dict(
                action=limits.BATCH_ACTION_REPAY,
                line_id=choose(self.line_ids),
                amount_minor=amount(1, AMOUNT_MAX_MINOR),
            )
        )
        operations = [limits.BatchOperation(**part) for part in parts]
        batch = dict(operations=operations, currency="EUR")
        return Operation(
            "BatchApply", limits.BatchApplyRequest(request_id=new_request_id(), **batch)
        )

    def _extend(self) -> Operation:
        """Another end of a hold, to the microsecond."""
        request = limits.ExtendHoldRequest(
            request_id=new_request_id(),
            hold_id=self.random.choice(self.open_holds),
            expires_at_micros=later_micros() + self.random.randint(0, LATER_MICROS),
        )
        return Operation("ExtendHold", request)

    def _reverse(self) -> Operation:
        """Takes an entry back in part, and sometimes more than is left of it."""
        entry_id = self.random.choice(list(self.entries))
        left = self.entries[entry_id][1]
        request = limits.ReverseEntryRequest(
            request_id=new_request_id(),
            entry_id=entry_id,
            amount_minor=self.random.randint(1, left + left // 8 + 1),
            kind=limits.REVERSAL_KIND_CORRECTION,
            attribution=ATTRIBUTION,
        )
        return Operation("ReverseEntry", request)

    def _evaluate(self) -> Operation:
        application = self.random.choice(self.applications)
        request = decisions.EvaluateRequest(
            request_id=new_request_id(),
            subject_id=application.subject_id,
            product=PRODUCT,
            amount=application.amount,
            term_months=application.term_months,
            hold=decisions.HoldOption(
                ttl_seconds=TTL_SECONDS, open_line=True, labels=self.labels
            ),
        )
        return Operation("Evaluate", request)

    # Running

    async def run(self, connection: Connection, count_max: int | None = None) -> None:
        """Calls until the server is gone, or `count_max` times, or until it is stopped.

        Raises whatever a call raises but what a killed server looks like.
        """
        while not self.is_stopped and len(self.operations) != count_max:
            operation = self.next_operation()
            try:
                reply = await connection.call(operation.kind, operation.request)
            except grpc.aio.AioRpcError as error:
                if error.code() not in UNANSWERED:
                    raise
                self.failure = error
                return
            self.acknowledge(operation, reply)

    @property
    def unanswered(self) -> list[Operation]:
        """What was asked and never answered."""
        return [operation for operation in self.operations if operation.reply is None]

    async def resolve(self, connection: Connection) -> int:
        """Repeats what was not answered, twice: both answers must be the same bytes.

        Returns how many there were.
        """
        unanswered = self.unanswered
        for operation in unanswered:
            first = await connection.ask(operation.kind, operation.request)
            again = await connection.ask(operation.kind, operation.request)
            expect_equal(f"a repeated {operation.kind}", again, first)
            self.acknowledge(operation, first)
        return len(unanswered)

    async def repeat(self, connection: Connection, count: int) -> None:
        """Repeats the last `count` operations and all that are not frequent.

        Their answers must be the same bytes.
        """
        earlier, last = self.operations[:-count], self.operations[-count:]
        rare = [operation for operation in earlier if operation.kind not in FREQUENT]
        for operation in rare + last:
            again = await connection.ask(operation.kind, operation.request)
            expect_equal(f"a {operation.kind}", again, operation.reply)


async def until_answered(callers: list[Caller], count: int, tasks: list[asyncio.Task]) -> None:
    """Waits until the callers together have `count` more answers, or one of their tasks ended."""
    before = sum(caller.answered_count for caller in callers)

    def is_enough() -> bool:
        answered = sum(caller.answered_count for caller in callers)
        return answered >= before + count or any(task.done() for task in tasks)

    await until(f"{count} answers", is_enough)

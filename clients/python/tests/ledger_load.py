"""Callers that load a ledger and write down what they asked and what was acknowledged."""

from __future__ import annotations

import random
from typing import Any, Callable

import grpc
import grpc.aio

from demo.book import PRODUCT, Application
from riskd_client import money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.ledger_book import (
    DONE,
    Book,
    Connection,
    CrashError,
    Operation,
    Tally,
    check_invariant,
    expect_equal,
)

# Small enough that some reservations meet a full line.
LIMIT_MINOR = 4_000_000
AMOUNT_MAX_MINOR = 100_000
CHARGE_MAX_MINOR = 1_000
# Long enough that no hold expires while a test runs.
TTL_SECONDS = 86_400
ATTRIBUTION = common.Attribution(actor="crash test", reason_codes=["TEST"])
#: What a killed server may look like from outside. Anything else is a fault.
UNANSWERED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


class Caller:
    """One client: seeded load, and what it wrote down in order."""

    def __init__(
        self,
        seed: int,
        book: Book,
        line_ids: list[int],
        applications: list[Application],
        *,
        own_line_id: int = 0,
        labels: tuple[common.Label, ...] = (),
    ) -> None:
        self.random = random.Random(seed)
        self.book = book
        #: Lines to choose from: a line that stands here more often is hotter.
        self.line_ids = line_ids
        self.applications = applications
        #: A line that nobody else uses, for what does not add up in any order; 0 is none.
        self.own_line_id = own_line_id
        #: The block on the own line, 0 while there is none.
        self.block_id = 0
        self.labels = labels
        self.operations: list[Operation] = []
        #: The caller's own holds that still hold something.
        self.open_holds: list[int] = []
        #: Set to end the load after the call that is under way.
        self.is_stopped = False
        #: What ended the load.
        self.failure: grpc.aio.AioRpcError | None = None
        self._mix: list[tuple[float, Callable[[], Operation]]] = [
            (0.05, self._evaluate),
            (0.40, self._reserve),
            (0.17, self._release),
            (0.20, self._commit),
            (0.09, self._repay),
            (0.05, self._batch),
        ]
        if own_line_id:
            self._mix += [(0.04, self._charge), (0.04, self._limit), (0.04, self._block)]

    # What to ask

    def next_operation(self) -> Operation:
        """The next one of the mix; what needs a hold places one when there is none."""
        weights = [weight for weight, _ in self._mix]
        make = self.random.choices([make for _, make in self._mix], weights)[0]
        if make in (self._release, self._commit) and not self.open_holds:
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

    def _charge(self) -> Operation:
        request = limits.PostChargeRequest(
            request_id=new_request_id(),
            line_id=self.own_line_id,
            amount=money(self.random.randint(1, CHARGE_MAX_MINOR)),
            component=common.DEBT_COMPONENT_FEE,
            age=common.DEBT_AGE_DUE,
        )
        return Operation("PostCharge", request)

    def _limit(self) -> Operation:
        """Raises or cuts the own line, below what is used too."""
        request = limits.ChangeLimitRequest(
            request_id=new_request_id(),
            line_id=self.own_line_id,
            limit=money(self.random.randint(1, 2 * LIMIT_MINOR)),
            consent_ref="consent of the test",
            attribution=ATTRIBUTION,
        )
        return Operation("ChangeLimit", request)

    def _block(self) -> Operation:
        """Freezes the own line for new holds, or lifts that."""
        if self.block_id:
            lifted = limits.UnfreezeRequest(
                request_id=new_request_id(),
                line_id=self.own_line_id,
                block_id=self.block_id,
                attribution=ATTRIBUTION,
            )
            return Operation("Unfreeze", lifted)
        request = limits.FreezeRequest(
            request_id=new_request_id(),
            line_id=self.own_line_id,
            cause=common.BLOCK_CAUSE_POLICY,
            scope=common.BLOCK_SCOPE_NEW_HOLDS,
            pending_holds=limits.PENDING_HOLDS_KEEP,
            attribution=ATTRIBUTION,
        )
        return Operation("Freeze", request)

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

    # What was answered

    def acknowledge(self, operation: Operation, reply: Any) -> None:
        """Writes an answer down, and checks it against what must have come of the request."""
        operation.reply = reply
        if operation.kind == "BatchApply":
            self._acknowledge_batch(operation.request, reply)
            return
        if reply.HasField("line"):
            check_invariant(reply.line)
        if operation.kind == "Evaluate":
            self._opened_and_held(reply)
        elif reply.outcome == DONE:
            getattr(self, f"_acknowledge_{operation.kind.lower()}")(operation.request, reply)
        else:
            self._refused(operation)

    def _refused(self, operation: Operation) -> None:
        """A hold may meet a full line, a full portfolio limit, or the block on the own line."""
        request, reply = operation.request, operation.reply
        outcome = reply.outcome
        is_just = operation.kind == "Reserve" and (
            outcome == common.LIMIT_OUTCOME_LIMIT_EXCEEDED
            and reply.line.available_minor < request.amount.amount_minor
            or outcome == common.LIMIT_OUTCOME_PORTFOLIO_LIMIT_EXCEEDED
            and reply.refusal.available < request.amount.amount_minor
            or outcome == common.LIMIT_OUTCOME_LINE_BLOCKED
            and request.line_id == self.own_line_id
            and self.block_id != 0
        )
        if not is_just:
            raise CrashError(f"refused without a cause: {operation.kind} {reply}")

    def _keep(self, hold: common.Hold) -> None:
        self.book.holds[hold.hold_id] = hold
        is_open = hold.state == common.HOLD_STATE_HELD
        if is_open and hold.hold_id not in self.open_holds:
            self.open_holds.append(hold.hold_id)
        if not is_open and hold.hold_id in self.open_holds:
            self.open_holds.remove(hold.hold_id)

    def _placed(self, hold: common.Hold, amount_minor: int) -> None:
        if hold.hold_id in self.book.holds:
            raise CrashError(f"hold {hold.hold_id} was given twice")
        expect_equal("a new hold", (hold.amount_minor, hold.held_minor), (amount_minor,) * 2)
        expect_equal("its state", hold.state, common.HOLD_STATE_HELD)
        self._keep(hold)

    def _acknowledge_reserve(self, request: Any, reply: Any) -> None:
        if request.line_id == self.own_line_id and self.block_id:
            raise CrashError(f"a hold on a blocked line: {reply}")
        self._placed(reply.hold, request.amount.amount_minor)
        self.book.tallies[request.line_id].change(held=request.amount.amount_minor)

    def _acknowledge_release(self, request: Any, reply: Any) -> None:
        before = self.book.holds[request.hold_id]
        expect_equal("a released hold", reply.hold.held_minor, 0)
        self.book.tallies[before.line_id].change(held=-before.held_minor)
        self._keep(reply.hold)

    def _acknowledge_commit(self, request: Any, reply: Any) -> None:
        before, amount = self.book.holds[request.hold_id], request.amount.amount_minor
        held = before.held_minor - amount if request.keep_rest else 0
        found = (reply.hold.committed_minor, reply.hold.held_minor)
        expect_equal("a committed hold", found, (before.committed_minor + amount, held))
        change = held - before.held_minor
        self.book.tallies[before.line_id].change(held=change, principal=amount)
        self._keep(reply.hold)

    def _acknowledge_repay(self, request: Any, reply: Any) -> None:
        kind = common.DEBT_COMPONENT_PRINCIPAL
        principal = sum(part.amount_minor for part in reply.paid if part.component == kind)
        paid = sum(part.amount_minor for part in reply.paid)
        whole = paid + reply.unallocated_minor
        expect_equal("what a repayment paid", whole, request.amount.amount_minor)
        change = dict(principal=-principal, charges=principal - paid)
        self.book.tallies[request.line_id].change(**change)

    def _acknowledge_postcharge(self, request: Any, _: Any) -> None:
        self.book.tallies[request.line_id].change(charges=request.amount.amount_minor)

    def _acknowledge_changelimit(self, request: Any, _: Any) -> None:
        tally = self.book.tallies[request.line_id]
        tally.change(limit=request.limit.amount_minor - tally.limit_minor)

    def _acknowledge_freeze(self, request: Any, reply: Any) -> None:
        self.block_id = reply.block_id
        self.book.tallies[request.line_id].change()

    def _acknowledge_unfreeze(self, request: Any, _: Any) -> None:
        self.block_id = 0
        self.book.tallies[request.line_id].change()

    def _acknowledge_batch(self, request: Any, reply: Any) -> None:
        first, second = reply.outcomes[:2]
        if (first == DONE) != (second == DONE):
            raise CrashError(f"half a chain took effect: {reply}")
        changed: set[int] = set()
        unallocated = list(reply.unallocated_minor) or [0] * len(reply.outcomes)
        for index, part in enumerate(request.operations):
            if reply.outcomes[index] != DONE:
                continue
            if part.action == limits.BATCH_ACTION_RESERVE:
                amount, line_id = part.amount_minor, part.line_id
                hold = common.Hold(
                    hold_id=reply.ids[index],
                    line_id=line_id,
                    amount_minor=amount,
                    held_minor=amount,
                    state=common.HOLD_STATE_HELD,
                )
                self._placed(hold, amount)
                self.book.tallies[line_id].add(held=amount)
            elif part.action == limits.BATCH_ACTION_RELEASE:
                before = self.book.holds[part.hold_id]
                line_id = before.line_id
                self.book.tallies[line_id].add(held=-before.held_minor)
                after = common.Hold()
                after.CopyFrom(before)
                after.held_minor, after.state = 0, common.HOLD_STATE_RELEASED
                self._keep(after)
            else:
                line_id = part.line_id
                principal = part.amount_minor - unallocated[index]
                self.book.tallies[line_id].add(principal=-principal)
            changed.add(line_id)
        for line_id in changed:
            self.book.tallies[line_id].change()

    def _opened_and_held(self, reply: Any) -> None:
        """An approval opened a line and holds its amount on it; anything else holds nothing."""
        if not reply.HasField("hold"):
            return
        hold = reply.hold
        opened = Tally(reply.line.limit_minor, held_minor=hold.amount_minor, version=None)
        if hold.line_id in self.book.tallies:
            raise CrashError(f"line {hold.line_id} was opened twice")
        self.book.tallies[hold.line_id] = opened
        self._placed(hold, hold.amount_minor)

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
        """Repeats the last `count` operations: their answers must be the same bytes."""
        for operation in self.operations[-count:]:
            again = await connection.ask(operation.kind, operation.request)
            expect_equal(f"a {operation.kind}", again, operation.reply)

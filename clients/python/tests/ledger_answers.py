"""What must come of each answer: the holds, entries and tallies that a caller writes down."""

from __future__ import annotations

from typing import Any, Iterable

from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.ledger_book import DONE, CrashError, Operation, Tally, check_invariant, expect_equal
from tests.ledger_own import OwnLineLoad


def paid_parts(parts: Iterable[common.Debt]) -> tuple[int, int]:
    """How much of it is principal, and all of it."""
    amounts = [(part.component, part.amount_minor) for part in parts]
    principal = sum(n for kind, n in amounts if kind == common.DEBT_COMPONENT_PRINCIPAL)
    return principal, sum(n for _, n in amounts)


class Acknowledger(OwnLineLoad):
    """Writes each answer into the book and checks it. `Caller` inherits this."""

    #: How many operations were answered.
    answered_count: int
    #: The caller's own entries: their lines, and how much may still be taken back.
    entries: dict[int, tuple[int, int]]
    #: Those of them that are repayments.
    repayments: set[int]
    #: Principal of repayments that were taken back: no limit refuses that.
    came_back_minor: int

    def acknowledge(self, operation: Operation, reply: Any) -> None:
        """Writes an answer down, and checks it against what must have come of the request."""
        operation.reply = reply
        self.answered_count += 1
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
        """Only what the caller knows to be in the way may have refused it."""
        request, reply = operation.request, operation.reply
        outcome, is_just = reply.outcome, False
        if operation.kind == "Reserve":
            amount = request.amount.amount_minor
            is_just = (
                outcome == common.LIMIT_OUTCOME_LIMIT_EXCEEDED
                and reply.line.available_minor < amount
                or outcome == common.LIMIT_OUTCOME_PORTFOLIO_LIMIT_EXCEEDED
                and reply.refusal.available < amount
                or outcome == common.LIMIT_OUTCOME_LINE_BLOCKED
                and request.line_id == self.own_line_id
                and self.block_id != 0
            )
        elif operation.kind == "CloseLine":
            is_just = outcome == common.LIMIT_OUTCOME_BALANCE_OPEN and self._is_in_use
        elif operation.kind == "ReverseEntry":
            line_id, left = self.entries[request.entry_id]
            has_ended = self.book.tallies[line_id].status != common.LINE_STATUS_OPEN
            just = common.LIMIT_OUTCOME_AMOUNT_EXCEEDS_ENTRY
            if has_ended:
                just = common.LIMIT_OUTCOME_LINE_CLOSED
            is_just = outcome == just and (has_ended or request.amount_minor > left)
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
        self._entered(reply.entry_id, before.line_id, amount)

    def _acknowledge_repay(self, request: Any, reply: Any) -> None:
        principal, paid = paid_parts(reply.paid)
        whole = paid + reply.unallocated_minor
        expect_equal("what a repayment paid", whole, request.amount.amount_minor)
        change = dict(principal=-principal, charges=principal - paid)
        self.book.tallies[request.line_id].change(**change)
        if paid:
            self.repayments.add(reply.entry_id)
            self._entered(reply.entry_id, request.line_id, paid)

    def _acknowledge_extendhold(self, request: Any, reply: Any) -> None:
        expected = common.Hold()
        expected.CopyFrom(self.book.holds[request.hold_id])
        expected.expires_at_micros = request.expires_at_micros
        # A batch that placed it did not tell its labels.
        expected.labels.MergeFrom(reply.hold.labels if not expected.labels else ())
        expect_equal("a hold with another end", reply.hold, expected)
        self.book.tallies[reply.hold.line_id].change()
        self._keep(reply.hold)

    def _entered(self, entry_id: int, line_id: int, amount_minor: int) -> None:
        """There is an entry that can be taken back."""
        if entry_id in self.entries or entry_id <= 0:
            raise CrashError(f"entry {entry_id} was made twice")
        self.entries[entry_id] = (line_id, amount_minor)

    def _acknowledge_reverseentry(self, request: Any, reply: Any) -> None:
        """What fell has the sign of a repayment; a repayment taken back the other one."""
        line_id, left = self.entries.pop(request.entry_id)
        if request.amount_minor < left:
            self.entries[request.entry_id] = (line_id, left - request.amount_minor)
        principal, moved = paid_parts(reply.moved)
        whole = moved + reply.unallocated_minor
        expect_equal("what was taken back", whole, request.amount_minor)
        sign = -1
        if request.entry_id in self.repayments:
            sign = 1
            self.came_back_minor += principal
        self.book.tallies[line_id].change(
            principal=sign * principal, charges=sign * (moved - principal)
        )

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
        opened.rate_ppm = reply.line.nominal_rate_ppm
        if hold.line_id in self.book.tallies:
            raise CrashError(f"line {hold.line_id} was opened twice")
        self.book.tallies[hold.line_id] = opened
        self._placed(hold, hold.amount_minor)

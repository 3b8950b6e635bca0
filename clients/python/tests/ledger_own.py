"""A caller's own line: its terms, charges, blocks and end, and a new line after each end.

Nobody else uses the line, so what does not add up in any order (a price, a temporary limit, a
block, the end itself) is known exactly after every answer.
"""

from __future__ import annotations

import random
import time
from typing import Any

from demo.book import PRODUCT
from riskd_client import attribution, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.ledger_book import (
    Book,
    CrashError,
    Operation,
    Price,
    Tally,
    expect_equal,
)

LIMIT_MINOR = 4_000_000
#: Small enough that reservations meet a full line.
SMALL_LIMIT_MINOR = 200_000
CHARGE_MAX_MINOR = 1_000
RATE_PPM_MAX = 300_000
ATTRIBUTION = attribution("crash test", "TEST")
CONSENT = "consent of the test"
#: Times that do not come while a test runs.
LATER_MICROS = 86_400_000_000


def later_micros() -> int:
    """A day from now, microseconds since 1970 UTC."""
    return time.time_ns() // 1_000 + LATER_MICROS


class OwnLineLoad:
    """What a caller asks of its own line, and what must come of it. `Caller` inherits this."""

    random: random.Random
    book: Book
    #: Whose line it is.
    subject_id: str
    #: 0 while there is none: before the first of a caller that opens it itself, after an end.
    own_line_id: int
    #: The block on the line, 0 while there is none.
    block_id: int
    open_holds: list[int]

    def _keep(self, hold: common.Hold) -> None:
        raise NotImplementedError

    def _entered(self, entry_id: int, line_id: int, amount_minor: int) -> None:
        raise NotImplementedError

    @property
    def own(self) -> Tally:
        """What the line must be."""
        return self.book.tallies[self.own_line_id]

    def _own_write(self, request_type: Any, **fields: Any) -> Any:
        return request_type(request_id=new_request_id(), line_id=self.own_line_id, **fields)

    # What to ask

    def _on_own_line(self) -> Operation:
        """One of everything that a line can meet; a new line when there is none."""
        if not self.own_line_id:
            return self._open()
        makers = [
            (3, self._charge),
            (3, self._limit),
            (3, self._block),
            (2, self._temporary_limit),
            (2, self._reprice),
            (2, self._renew),
            (2, self._write_off),
            (2, self._close),
        ]
        weights = [weight for weight, _ in makers]
        return self.random.choices([make for _, make in makers], weights)[0]()

    def _open(self) -> Operation:
        request = limits.OpenLineRequest(
            request_id=new_request_id(),
            subject_id=self.subject_id,
            product=PRODUCT,
            limit=money(LIMIT_MINOR),
        )
        return Operation("OpenLine", request)

    def _charge(self) -> Operation:
        request = self._own_write(
            limits.PostChargeRequest,
            amount=money(self.random.randint(1, CHARGE_MAX_MINOR)),
            component=common.DEBT_COMPONENT_FEE,
            age=common.DEBT_AGE_DUE,
        )
        return Operation("PostCharge", request)

    def _limit(self) -> Operation:
        """Raises or cuts, below what is used too; every second time to what few holds fit in."""
        limit = self.random.randint(1, self.random.choice((SMALL_LIMIT_MINOR, 2 * LIMIT_MINOR)))
        request = self._own_write(
            limits.ChangeLimitRequest,
            limit=money(limit),
            consent_ref=CONSENT,
            attribution=ATTRIBUTION,
        )
        return Operation("ChangeLimit", request)

    def _temporary_limit(self) -> Operation:
        """Sets one, replaces one, or ends one."""
        amount = self.random.choice((0, self.random.randint(1, LIMIT_MINOR)))
        request = self._own_write(
            limits.SetTemporaryLimitRequest,
            amount=money(amount),
            ends_at_micros=later_micros() if amount else 0,
            consent_ref=CONSENT if amount else "",
            attribution=ATTRIBUTION,
        )
        return Operation("SetTemporaryLimit", request)

    def _reprice(self) -> Operation:
        """A price that begins at once, or tomorrow."""
        request = self._own_write(
            limits.RepriceRequest,
            nominal_rate_ppm=self.random.randint(1, RATE_PPM_MAX),
            effective_at_micros=self.random.choice((0, later_micros())),
            applies_to=self.random.choice(
                (limits.REPRICE_SCOPE_NEW_DRAWINGS, limits.REPRICE_SCOPE_ALL)
            ),
            notice_ref="notice of the test",
            attribution=ATTRIBUTION,
        )
        return Operation("Reprice", request)

    def _renew(self) -> Operation:
        """Another date; every second time another limit too."""
        limit = self.random.choice((0, self.random.randint(1, 2 * LIMIT_MINOR)))
        year, day = self.random.randint(2030, 2039), self.random.randint(1, 28)
        request = self._own_write(
            limits.RenewRequest,
            renewal_date=f"{year}-02-{day:02}",
            limit_minor=limit,
            consent_ref=CONSENT if limit else "",
            attribution=ATTRIBUTION,
        )
        return Operation("Renew", request)

    def _block(self) -> Operation:
        """Freezes the line for new holds, or lifts that."""
        if self.block_id:
            lifted = self._own_write(
                limits.UnfreezeRequest, block_id=self.block_id, attribution=ATTRIBUTION
            )
            return Operation("Unfreeze", lifted)
        request = self._own_write(
            limits.FreezeRequest,
            cause=common.BLOCK_CAUSE_POLICY,
            scope=common.BLOCK_SCOPE_NEW_HOLDS,
            pending_holds=limits.PENDING_HOLDS_KEEP,
            attribution=ATTRIBUTION,
        )
        return Operation("Freeze", request)

    def _write_off(self) -> Operation:
        request = self._own_write(limits.WriteOffRequest, attribution=ATTRIBUTION)
        return Operation("WriteOff", request, ends_holds=self._own_holds())

    def _close(self) -> Operation:
        """Ends the line when nothing is owed or held, and is refused otherwise."""
        request = self._own_write(limits.CloseLineRequest, attribution=ATTRIBUTION)
        return Operation("CloseLine", request)

    def _own_holds(self) -> list[int]:
        holds = self.book.holds
        return sorted(n for n in self.open_holds if holds[n].line_id == self.own_line_id)

    # What was answered

    def _acknowledge_openline(self, _: Any, reply: Any) -> None:
        if reply.line.line_id in self.book.tallies:
            raise CrashError(f"line {reply.line.line_id} was opened twice")
        self.own_line_id = reply.line.line_id
        self.book.tallies[self.own_line_id] = Tally(LIMIT_MINOR)

    def _acknowledge_postcharge(self, request: Any, reply: Any) -> None:
        self.own.change(charges=request.amount.amount_minor)
        self._entered(reply.entry_id, self.own_line_id, request.amount.amount_minor)

    def _acknowledge_changelimit(self, request: Any, _: Any) -> None:
        self.own.change(limit=request.limit.amount_minor - self.own.limit_minor)

    def _acknowledge_settemporarylimit(self, request: Any, _: Any) -> None:
        self.own.change()
        self.own.temporary = (request.amount.amount_minor, request.ends_at_micros)

    def _acknowledge_reprice(self, request: Any, _: Any) -> None:
        """What begins at once takes the place of what was to come."""
        self.own.change()
        asked = Price(
            request.nominal_rate_ppm,
            request.effective_at_micros,
            request.applies_to == limits.REPRICE_SCOPE_ALL,
        )
        if asked.effective_at_micros:
            self.own.pending_price = asked
        else:
            self.own.rate_ppm, self.own.pending_price = asked.rate_ppm, None

    def _acknowledge_renew(self, request: Any, _: Any) -> None:
        limit = request.limit_minor or self.own.limit_minor
        self.own.change(limit=limit - self.own.limit_minor)
        self.own.renewal_date = request.renewal_date

    def _acknowledge_freeze(self, _: Any, reply: Any) -> None:
        self.block_id = reply.block_id
        self.own.change()
        self.own.block_ids = [reply.block_id]

    def _acknowledge_unfreeze(self, _: Any, __: Any) -> None:
        self.block_id = 0
        self.own.change()
        self.own.block_ids = []

    def _acknowledge_writeoff(self, _: Any, reply: Any) -> None:
        own, held = self.own, self._own_holds()
        expect_equal("the holds of a line written off", sorted(reply.released_hold_ids), held)
        given_up = sum(part.amount_minor for part in reply.given_up)
        expect_equal("what was given up", given_up, own.principal_minor + own.charges_minor)
        for number in held:
            after = common.Hold()
            after.CopyFrom(self.book.holds[number])
            after.held_minor, after.state = 0, common.HOLD_STATE_RELEASED
            self._keep(after)
        own.change(
            held=-own.held_minor, principal=-own.principal_minor, charges=-own.charges_minor
        )
        self._ended(common.LINE_STATUS_WRITTEN_OFF)

    def _acknowledge_closeline(self, _: Any, __: Any) -> None:
        if self._is_in_use:
            raise CrashError(f"a line in use was closed: {self.own}")
        self.own.change()
        self._ended(common.LINE_STATUS_CLOSED)

    def _ended(self, status: int) -> None:
        self.own.status = status
        self.own_line_id, self.block_id = 0, 0

    @property
    def _is_in_use(self) -> bool:
        own = self.own
        return any((own.held_minor, own.principal_minor, own.charges_minor))

"""Calls on lines, holds and debts beyond the everyday ones."""

from __future__ import annotations

from typing import Any, Iterable, Iterator

from riskd_client.calls import stream
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.request_ids import new_request_id


def attribution(actor: str, *reason_codes: str, note: str = "") -> common.Attribution:
    """Who changes something, and why, such as attribution("jo", "INCOME_RAISED")."""
    return common.Attribution(actor=actor, reason_codes=reason_codes, note=note)


def component(name: str) -> common.DebtComponent:
    """PRINCIPAL, INTEREST, FEE or PENALTY."""
    return common.DebtComponent.Value(f"DEBT_COMPONENT_{name}")


def age(name: str) -> common.DebtAge:
    """OVERDUE, DUE or FUTURE."""
    return common.DebtAge.Value(f"DEBT_AGE_{name}")


class LedgerCalls:
    """What `Client` inherits. Every change of a line's terms says who decided it, and why."""

    _limits: Any
    _metadata: tuple[tuple[str, str], ...]

    def call(self, method: Any, request: Any) -> Any:
        """Makes one call; `Client` has it."""
        raise NotImplementedError

    def lines(self, subject_id: str) -> list[common.Line]:
        """All lines of a subject, the newest first, page by page."""
        found: list[common.Line] = []
        token = ""
        while True:
            request = limits.ListLinesRequest(subject_id=subject_id, page_token=token)
            page = self.call(self._limits.ListLines, request)
            found.extend(page.lines)
            token = page.next_page_token
            if not token:
                return found

    def holds(self, line_id: int, page_size: int = 1_000) -> list[common.Hold]:
        """All open holds of a line, the newest first, page by page."""
        found: list[common.Hold] = []
        token = ""
        while True:
            request = limits.ListHoldsRequest(
                line_id=line_id, page_size=page_size, page_token=token
            )
            page = self.call(self._limits.ListHolds, request)
            found.extend(page.holds)
            token = page.next_page_token
            if not token:
                return found

    def extend_hold(
        self,
        hold_id: int,
        *,
        ttl_seconds: int = 0,
        expires_at_micros: int = 0,
        request_id: str | None = None,
    ) -> limits.ExtendHoldResponse:
        """Moves the end of a hold: so many seconds from now, or to an instant."""
        request = limits.ExtendHoldRequest(
            request_id=request_id or new_request_id(),
            hold_id=hold_id,
            ttl_seconds=ttl_seconds,
            expires_at_micros=expires_at_micros,
        )
        return self.call(self._limits.ExtendHold, request)

    def post_charge(
        self,
        line_id: int,
        amount: common.Money,
        what: str,
        when: str = "DUE",
        *,
        request_id: str | None = None,
    ) -> limits.PostChargeResponse:
        """Adds a charge, such as post_charge(line, money(5_00), "FEE")."""
        request = limits.PostChargeRequest(
            request_id=request_id or new_request_id(),
            line_id=line_id,
            amount=amount,
            component=component(what),
            age=age(when),
        )
        return self.call(self._limits.PostCharge, request)

    def reclassify(
        self,
        line_id: int,
        amount: common.Money,
        what: str,
        start: str,
        end: str,
        *,
        request_id: str | None = None,
    ) -> limits.PostChargeResponse:
        """Moves a debt, such as reclassify(line, money(50_00), "PRINCIPAL", "FUTURE", "DUE")."""
        request = limits.PostChargeRequest(
            request_id=request_id or new_request_id(),
            line_id=line_id,
            amount=amount,
            component=component(what),
            age=age(end),
            reclassify=limits.Reclassification(from_age=age(start)),
        )
        return self.call(self._limits.PostCharge, request)

    def reverse_entry(
        self,
        entry_id: int,
        amount_minor: int,
        kind: str,
        why: common.Attribution,
        *,
        request_id: str | None = None,
    ) -> limits.ReverseEntryResponse:
        """Takes an entry back: CORRECTION, REFUND, RETURNED_PAYMENT or CHARGEBACK."""
        request = limits.ReverseEntryRequest(
            request_id=request_id or new_request_id(),
            entry_id=entry_id,
            amount_minor=amount_minor,
            kind=limits.ReversalKind.Value(f"REVERSAL_KIND_{kind}"),
            attribution=why,
        )
        return self.call(self._limits.ReverseEntry, request)

    def change_limit(
        self,
        line_id: int,
        limit: common.Money,
        why: common.Attribution,
        *,
        consent_ref: str = "",
        request_id: str | None = None,
    ) -> limits.ChangeLimitResponse:
        """Raises (with the customer's consent) or cuts a limit."""
        request = limits.ChangeLimitRequest(
            request_id=request_id or new_request_id(),
            line_id=line_id,
            limit=limit,
            consent_ref=consent_ref,
            attribution=why,
        )
        return self.call(self._limits.ChangeLimit, request)

    def freeze(
        self,
        cause: str,
        why: common.Attribution,
        *,
        line_id: int | None = None,
        subject_id: str | None = None,
        scope: str = "ALL",
        pending_holds: str = "KEEP",
        until_micros: int = 0,
        request_id: str | None = None,
    ) -> limits.FreezeResponse:
        """Blocks a line, or all lines of a subject, such as freeze("FRAUD", why, line_id=7)."""
        request = limits.FreezeRequest(
            request_id=request_id or new_request_id(),
            line_id=line_id,
            subject_id=subject_id,
            cause=common.BlockCause.Value(f"BLOCK_CAUSE_{cause}"),
            scope=common.BlockScope.Value(f"BLOCK_SCOPE_{scope}"),
            pending_holds=limits.PendingHolds.Value(f"PENDING_HOLDS_{pending_holds}"),
            until_micros=until_micros,
            attribution=why,
        )
        return self.call(self._limits.Freeze, request)

    def unfreeze(
        self,
        block_id: int,
        why: common.Attribution,
        *,
        line_id: int | None = None,
        subject_id: str | None = None,
        request_id: str | None = None,
    ) -> limits.UnfreezeResponse:
        """Lifts one block."""
        request = limits.UnfreezeRequest(
            request_id=request_id or new_request_id(),
            line_id=line_id,
            subject_id=subject_id,
            block_id=block_id,
            attribution=why,
        )
        return self.call(self._limits.Unfreeze, request)

    def batch(
        self,
        operations: Iterable[limits.BatchOperation],
        currency: str = "EUR",
        *,
        request_id: str | None = None,
    ) -> limits.BatchApplyResponse:
        """Runs up to 8,000 operations in one record."""
        request = limits.BatchApplyRequest(
            request_id=request_id or new_request_id(), operations=operations, currency=currency
        )
        return self.call(self._limits.BatchApply, request)

    def statement(
        self,
        line_id: int,
        *,
        after_entry_id: int = 0,
        newest_first: bool = False,
        count_max: int = 0,
    ) -> Iterator[limits.StatementEntry]:
        """The entries of a line, one by one. Resume behind the last one's `entry_id`."""
        request = limits.ListStatementRequest(
            line_id=line_id,
            after_entry_id=after_entry_id,
            newest_first=newest_first,
            count_max=count_max,
        )
        for page in stream(self._limits.ListStatement, request, self._metadata):
            yield from page.entries

    def watch_line(
        self, line_id: int, *, after_entry_id: int = 0, from_newest: bool = False
    ) -> Iterator[limits.StatementEntry]:
        """Every entry behind the cursor, then each new one as it comes. Never ends by itself."""
        request = limits.WatchLineRequest(
            line_id=line_id, after_entry_id=after_entry_id, from_newest=from_newest
        )
        for page in stream(self._limits.WatchLine, request, self._metadata):
            yield from page.entries

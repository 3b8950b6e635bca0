"""What is known of a ledger under load: operations, tallies of lines, holds; and a connection.

The book of a load is an account of its own: every acknowledged operation changes the line's tally
by what its request says, so that after a crash each line must be exactly its tally, and each hold
exactly what was last acknowledged of it. All changes of a line's figures are sums, so the order in
which callers were served does not matter; a hold is changed only by the caller who placed it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple

import grpc
import grpc.aio

from demo.server import DEMO_KEY
from riskd_client import RiskdError
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2_grpc as decisions_grpc
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import limit_service_pb2_grpc as limits_grpc
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2_grpc as portfolio_grpc

# A call that works takes milliseconds; one that a kill cut off fails at once.
CALL_SECONDS_MAX = 10.0
DONE = common.LIMIT_OUTCOME_DONE
#: What is waited for takes a moment; longer than this is a fault, on a busy machine too.
WAIT_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.001
METADATA = (("authorization", f"Bearer {DEMO_KEY}"),)


class CrashError(AssertionError):
    """Something acknowledged is lost, or something took effect twice."""


def expect_equal(what: str, found: Any, expected: Any) -> None:
    """Raises CrashError with both when they differ."""
    if found != expected:
        raise CrashError(f"{what} is\n{found}\nbut must be\n{expected}")


async def until(what: str, condition: Callable[[], bool]) -> None:
    """Looks every millisecond until `condition()` is true; CrashError when it never is."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        if time.monotonic() > deadline:
            raise CrashError(f"not within {WAIT_SECONDS_MAX:.0f} s: {what}")
        await asyncio.sleep(LOOK_SECONDS)


@dataclass
class Operation:
    """One write: sent with a request_id, answered or not."""

    #: The method's name in its service.
    kind: str
    request: Any
    reply: Any = None
    #: Holds that it ends without naming them.
    ends_holds: list[int] = field(default_factory=list)

    @property
    def hold(self) -> common.Hold | None:
        """The hold of its reply, if that has one."""
        has_one = "hold" in self.reply.DESCRIPTOR.fields_by_name and self.reply.HasField("hold")
        return self.reply.hold if has_one else None

    @property
    def hold_ids(self) -> list[int]:
        """The holds that its request changes."""
        if self.kind == "BatchApply":
            return [part.hold_id for part in self.request.operations if part.hold_id]
        named = [self.request.hold_id] if hasattr(self.request, "hold_id") else []
        return named + self.ends_holds


class Price(NamedTuple):
    """A price to come."""

    rate_ppm: int
    effective_at_micros: int
    applies_to_all: bool


@dataclass
class Tally:
    """What a line must be by what was acknowledged."""

    limit_minor: int
    held_minor: int = 0
    principal_minor: int = 0
    charges_minor: int = 0
    #: Counts the records of the line; None when the line was opened together with something else.
    version: int | None = 1
    # What only the line's own caller changes.
    #: Amount and end.
    temporary: tuple[int, int] = (0, 0)
    rate_ppm: int = 0
    pending_price: Price | None = None
    renewal_date: str = ""
    status: int = common.LINE_STATUS_OPEN
    block_ids: list[int] = field(default_factory=list)

    def change(
        self, *, held: int = 0, principal: int = 0, charges: int = 0, limit: int = 0
    ) -> None:
        """Adds one acknowledged operation."""
        self.add(held=held, principal=principal, charges=charges, limit=limit)
        if self.version is not None:
            self.version += 1

    def add(self, *, held: int = 0, principal: int = 0, charges: int = 0, limit: int = 0) -> None:
        """Adds a part of one."""
        self.held_minor += held
        self.principal_minor += principal
        self.charges_minor += charges
        self.limit_minor += limit

    @property
    def used_minor(self) -> int:
        """What portfolio limits count of it."""
        return self.held_minor + self.principal_minor

    def check(self, line: common.Line) -> None:
        """Raises CrashError unless `line` is exactly this."""
        found = (line.limit_minor, line.held_minor, line.principal_minor, line.charges_minor)
        expected = (self.limit_minor, self.held_minor, self.principal_minor, self.charges_minor)
        what = f"line {line.line_id}"
        expect_equal(f"{what}: limit, held, principal, charges", found, expected)
        temporary = (line.temporary_minor, line.temporary_ends_at_micros)
        expect_equal(f"{what}: temporary limit", temporary, self.temporary)
        expect_equal(f"{what}: rate", line.nominal_rate_ppm, self.rate_ppm)
        expect_equal(f"{what}: price to come", pending_price(line), self.pending_price)
        expect_equal(f"{what}: renewal", line.renewal_date, self.renewal_date)
        expect_equal(f"{what}: status", line.status, self.status)
        blocks = [block.block_id for block in line.blocks]
        expect_equal(f"{what}: blocks", blocks, self.block_ids)
        if self.version is not None:
            expect_equal(f"{what}: version", line.version, self.version)


def pending_price(line: common.Line) -> Price | None:
    """The line's price to come."""
    price = line.pending_price
    found = Price(price.nominal_rate_ppm, price.effective_at_micros, price.applies_to_all)
    return found if line.HasField("pending_price") else None


def check_invariant(line: common.Line) -> None:
    """The invariant that every reply and every read must show."""
    room = line.available_minor - line.over_limit_minor
    whole = room + line.held_minor + line.drawn_minor
    granted = line.limit_minor + line.temporary_minor
    expect_equal(f"line {line.line_id}: limit and temporary limit", granted, whole)
    amounts = (line.available_minor, line.over_limit_minor, line.held_minor, line.drawn_minor)
    if min(amounts) < 0 or line.available_minor and line.over_limit_minor:
        raise CrashError(f"line {line.line_id} is over-issued: {line}")


def expect_hold(what: str, found: common.Hold, expected: common.Hold) -> None:
    """Compares; a batch's reply does not tell the time of a hold and the labels that it got."""
    if not expected.expires_at_micros:
        found.expires_at_micros = 0
        del found.labels[:]
    expect_equal(what, found, expected)


@dataclass
class Book:
    """What all callers of a data directory know together."""

    tallies: dict[int, Tally] = field(default_factory=dict)
    #: Every hold as it was last acknowledged.
    holds: dict[int, common.Hold] = field(default_factory=dict)


class Connection:
    """One channel with the stubs of the services under load."""

    def __init__(self, address: str) -> None:
        options = [
            # A connection of its own: the pool would give all callers the same one.
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 50),
            # How long one attempt may take; a refused one is repeated after the first backoff.
            ("grpc.min_reconnect_backoff_ms", 5_000),
            ("grpc.max_reconnect_backoff_ms", 200),
        ]
        self.channel = grpc.aio.insecure_channel(address, options=options)
        self._stubs = [
            limits_grpc.LimitServiceStub(self.channel),
            decisions_grpc.DecisionServiceStub(self.channel),
            portfolio_grpc.PortfolioServiceStub(self.channel),
        ]

    async def call(self, kind: str, request: Any) -> Any:
        """Makes one call, without a retry."""
        for stub in self._stubs:
            method = getattr(stub, kind, None)
            if method is not None:
                return await method(request, timeout=CALL_SECONDS_MAX, metadata=METADATA)
        raise ValueError(f"no service has a method {kind}")

    async def ask(self, kind: str, request: Any) -> Any:
        """A call that must succeed: CrashError otherwise."""
        try:
            return await self.call(kind, request)
        except grpc.aio.AioRpcError as error:
            failure = RiskdError.from_rpc_error(error)
            raise CrashError(f"{kind} failed: {failure}; it asked for\n{request}") from None

    async def line(self, line_id: int) -> common.Line:
        """Reads a line."""
        return (await self.ask("GetLine", limits.GetLineRequest(line_id=line_id))).line

    async def hold(self, hold_id: int) -> common.Hold:
        """Reads a hold."""
        return (await self.ask("GetHold", limits.GetHoldRequest(hold_id=hold_id))).hold

    async def close(self) -> None:
        """Ends the connection."""
        await self.channel.close()

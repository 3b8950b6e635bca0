"""BatchApply: many operations in one record, each alone or in chains."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.lender import CARD, FULL, LOAN, WHY, check, debts, kinds, send
from tests.wire import expect_error

O = common.LimitOutcome
INVALID = grpc.StatusCode.INVALID_ARGUMENT


def names(reply: limits.BatchApplyResponse) -> list[str]:
    """The outcomes without their prefix."""
    return [O.Name(outcome).removeprefix("LIMIT_OUTCOME_") for outcome in reply.outcomes]


def do(action: str, **fields: Any) -> limits.BatchOperation:
    """One operation."""
    return limits.BatchOperation(
        action=limits.BatchAction.Value(f"BATCH_ACTION_{action}"), **fields
    )


def line(client: Client, limit: int = 1_000, product: str = CARD) -> int:
    """A new line's number."""
    return client.open_line(f"ba-{new_request_id()}", product, money(limit)).line.line_id


def test_each_operation_alone(lender: Client):
    line_id = line(lender)
    hold = lender.reserve(line_id, money(100)).hold.hold_id
    reply = lender.batch(
        [
            do("RESERVE", line_id=line_id, amount_minor=300, ttl_seconds=60),
            do("COMMIT", hold_id=hold, amount_minor=60, keep_rest=True),
            do("RESERVE", line_id=line_id, amount_minor=5_000),
            do("EXTEND_HOLD", hold_id=hold, ttl_seconds=60),
            do("POST_CHARGE", line_id=line_id, amount_minor=9, component=3, age=2),
            do("RECLASSIFY", line_id=line_id, amount_minor=9, component=3, age=1, from_age=2),
            do("REPAY", line_id=line_id, amount_minor=100),
            do("RELEASE", hold_id=hold),
            do("OPEN_LINE", subject_id="ba-new", product=LOAN, amount_minor=70),
        ]
    )
    assert names(reply) == [
        "DONE", "DONE", "LIMIT_EXCEEDED", "DONE", "DONE", "DONE", "DONE", "DONE", "DONE",
    ]
    first = reply.first_entry_id
    assert list(reply.ids) == [
        first, hold, line_id, hold, line_id, line_id, line_id, hold, first + 8,
    ]
    assert list(reply.available_minor) == [600, 600, 600, 600, 600, 600, 660, 700, 70]
    assert list(reply.unallocated_minor) == [0, 0, 0, 0, 0, 0, 31, 0, 0]
    after = check(lender.line(line_id))
    assert (after.held_minor, after.principal_minor, debts(after)) == (300, 0, {})
    made = lender.line(first + 8)
    assert (made.product, made.kind, made.limit_minor) == (LOAN, common.LINE_KIND_INSTALMENT, 70)


def test_a_chain_takes_effect_whole_or_not_at_all(lender: Client):
    one, two = line(lender), line(lender)
    reply = lender.batch(
        [
            do("RESERVE", line_id=one, amount_minor=100, linked=True),
            do("RESERVE", line_id=two, amount_minor=2_000, linked=True),
            do("RESERVE", line_id=one, amount_minor=100),
            do("RESERVE", line_id=two, amount_minor=10, linked=True),
            do("RESERVE", line_id=one, amount_minor=10),
            do("RESERVE", line_id=2**62, amount_minor=10),
            do("COMMIT", hold_id=2**62, amount_minor=10),
        ]
    )
    assert names(reply) == [
        "CHAIN_BROKEN", "LIMIT_EXCEEDED", "CHAIN_BROKEN", "DONE", "DONE", "LINE_UNKNOWN",
        "HOLD_UNKNOWN",
    ]
    assert (lender.line(one).held_minor, lender.line(two).held_minor) == (10, 10)
    assert list(reply.available_minor)[1] == 1_000


def test_a_chain_opens_a_line_and_holds_on_it(lender: Client):
    reply = lender.batch(
        [
            do("OPEN_LINE", subject_id="ba-c", product=CARD, amount_minor=500, linked=True),
            do("RESERVE", amount_minor=200),
            do("OPEN_LINE", subject_id="ba-d", product=CARD, amount_minor=500, linked=True),
            do("RESERVE", amount_minor=501),
        ]
    )
    assert names(reply) == ["DONE", "DONE", "CHAIN_BROKEN", "LIMIT_EXCEEDED"]
    first = reply.first_entry_id
    assert list(reply.ids)[:2] == [first, first + 1]
    assert lender.hold(first + 1).line_id == first
    assert lender.line(first).available_minor == 300
    assert lender.lines("ba-d") == []


def test_a_full_batch_and_its_repeat(lender: Client):
    lines = [line(lender, 10**6) for _ in range(10)]
    operations = [
        do("RESERVE", line_id=lines[number % 10], amount_minor=1 + number % 7)
        for number in range(8_000)
    ]
    request_id = new_request_id()
    first = lender.batch(operations, request_id=request_id)
    assert set(first.outcomes) == {O.LIMIT_OUTCOME_DONE} and len(first.ids) == 8_000
    assert list(first.ids) == list(range(first.first_entry_id, first.first_entry_id + 8_000))
    held = sum(lender.line(line_id).held_minor for line_id in lines)
    assert held == sum(operation.amount_minor for operation in operations)
    assert lender.batch(operations, request_id=request_id) == first
    assert sum(lender.line(line_id).held_minor for line_id in lines) == held
    call = lambda: lender.batch(operations[:-1], request_id=request_id)
    expect_error(call, grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED", "request_id")
    call = lambda: lender.batch(operations + operations[:1])
    expect_error(call, INVALID, "TOO_MANY_ITEMS", "operations")
    assert len(lender.holds(lines[0])) == 800


def test_currencies_of_the_batch_and_of_an_operation(lender: Client):
    line_id = line(lender)
    reply = lender.batch(
        [
            do("RESERVE", line_id=line_id, amount_minor=5),
            do("RESERVE", line_id=line_id, amount_minor=5, currency="EUR"),
        ],
        currency="USD",
    )
    assert names(reply) == ["CURRENCY_MISMATCH", "DONE"]


def test_entries_of_a_batch_are_taken_back(lender: Client):
    line_id = line(lender, 10_000, FULL)
    holds = [lender.reserve(line_id, money(100)).hold.hold_id for _ in range(3)]
    reply = lender.batch(
        [do("COMMIT", hold_id=hold, amount_minor=100) for hold in holds]
        + [
            do("POST_CHARGE", line_id=line_id, amount_minor=40, component=3, age=2),
            do("REPAY", line_id=line_id, amount_minor=150),
            do("REPAY", line_id=line_id, amount_minor=250),
        ]
    )
    first = reply.first_entry_id
    assert list(reply.unallocated_minor) == [0, 0, 0, 0, 0, 60]
    second = lender.reverse_entry(first + 5, 190, "RETURNED_PAYMENT", WHY)
    assert kinds(second.moved) == {"FEE_DUE": 40, "PRINCIPAL_FUTURE": 150}
    exceeds = O.LIMIT_OUTCOME_AMOUNT_EXCEEDS_ENTRY
    assert lender.reverse_entry(first + 4, 151, "RETURNED_PAYMENT", WHY).outcome == exceeds
    back = lender.reverse_entry(first + 4, 150, "RETURNED_PAYMENT", WHY)
    assert check(back.line).principal_minor == 300
    refund = lender.reverse_entry(first, 100, "REFUND", WHY)
    assert (refund.unallocated_minor, check(refund.line).principal_minor) == (0, 200)
    charge = lender.reverse_entry(first + 3, 40, "CORRECTION", WHY)
    assert check(charge.line).charges_minor == 0
    call = lambda: lender.reverse_entry(first + 6, 1, "CORRECTION", WHY)
    expect_error(call, grpc.StatusCode.NOT_FOUND, "ENTRY_UNKNOWN")


RESERVE = {"action": 1, "line_id": 1, "amount_minor": 5}
BAD = [
    ({"amount_minor": 5}, "FIELD_MISSING", "operations.action"),
    ({"action": 9}, "CHOICE_UNKNOWN", "operations.action"),
    (RESERVE | {"amount_minor": 0}, "AMOUNT_NOT_POSITIVE", "operations.amount_minor"),
    (RESERVE | {"amount_minor": 10**15 + 1}, "AMOUNT_TOO_LARGE", "operations.amount_minor"),
    (RESERVE | {"currency": "EUX"}, "CURRENCY_UNKNOWN", "operations.currency"),
    (RESERVE | {"currency": "EU"}, "CURRENCY_UNKNOWN", "operations.currency"),
    (RESERVE | {"ttl_seconds": -1}, "DURATION_OUT_OF_RANGE", "operations.ttl_seconds"),
    (RESERVE | {"hold_id": 1}, "FIELD_UNEXPECTED", "operations.hold_id"),
    (RESERVE | {"keep_rest": True}, "FIELD_UNEXPECTED", "operations.keep_rest"),
    (RESERVE | {"subject_id": "s"}, "FIELD_UNEXPECTED", "operations.subject_id"),
    (RESERVE | {"linked": True}, "CHAIN_OPEN", "operations.linked"),
    (
        RESERVE | {"labels": [common.Label(name="tenant", value="v")]},
        "LABEL_RESERVED", "operations.labels",
    ),
    ({"action": 3, "hold_id": 1, "amount_minor": 1}, "FIELD_UNEXPECTED", "operations.amount_minor"),
    ({"action": 4, "hold_id": 1}, "FIELD_MISSING", "operations.ttl_seconds"),
    (RESERVE | {"action": 6, "age": 1}, "FIELD_MISSING", "operations.component"),
    (
        RESERVE | {"action": 6, "component": 1, "age": 1},
        "CHOICE_UNKNOWN", "operations.component",
    ),
    (
        RESERVE | {"action": 7, "component": 1, "age": 1},
        "FIELD_MISSING", "operations.from_age",
    ),
    ({"action": 8, "amount_minor": 1, "product": CARD}, "FIELD_MISSING", "operations.subject_id"),
    ({"action": 8, "amount_minor": 1, "subject_id": "s"}, "FIELD_MISSING", "operations.product"),
]


@pytest.mark.parametrize("fields, reason, field", BAD)
def test_bad_input(lender: Client, fields: dict, reason: str, field: str):
    good = limits.BatchOperation(**RESERVE)
    call = lambda: lender.batch([good, limits.BatchOperation(**fields)])
    error = expect_error(call, INVALID, reason, field)
    assert error.field.startswith("operations[1].")


def test_a_batch_needs_operations_a_currency_and_products(lender: Client):
    expect_error(lambda: lender.batch([]), INVALID, "FIELD_MISSING", "operations")
    call = lambda: lender.batch([limits.BatchOperation(**RESERVE)], currency="")
    expect_error(call, INVALID, "CURRENCY_UNKNOWN", "operations.currency")
    call = lambda: lender.batch([limits.BatchOperation(**RESERVE)], currency="eur")
    expect_error(call, INVALID, "CURRENCY_UNKNOWN", "currency")
    call = lambda: lender.batch([do("OPEN_LINE", subject_id="s", product="none", amount_minor=1)])
    expect_error(call, grpc.StatusCode.NOT_FOUND, "PRODUCT_UNKNOWN", "operations.product")
    two = [do("OPEN_LINE", subject_id="s", product=CARD, amount_minor=1, linked=True)] * 2
    call = lambda: lender.batch([*two, do("RESERVE", amount_minor=1)])
    expect_error(call, INVALID, "FIELD_UNEXPECTED", "operations.action")


def test_another_tenants_rows_are_unknown_inside_a_batch(lender: Client, other: Client):
    line_id = line(lender)
    hold = lender.reserve(line_id, money(5)).hold.hold_id
    reply = other.batch(
        [
            do("RESERVE", line_id=line_id, amount_minor=1), do("RELEASE", hold_id=hold),
            do("REPAY", line_id=line_id, amount_minor=1),
        ]
    )
    assert names(reply) == ["LINE_UNKNOWN", "HOLD_UNKNOWN", "LINE_UNKNOWN"]
    assert lender.line(line_id).held_minor == 5

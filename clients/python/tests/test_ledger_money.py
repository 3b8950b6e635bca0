"""What is owed: charges, repayments in the product's order, counter-entries."""

from __future__ import annotations

import grpc
import pytest

from riskd_client import Client, money
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.lender import CARD, DONE, FULL, LOAN, WHY, check, debts, kinds, send
from tests.wire import expect_error

O = common.LimitOutcome
INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND


def drawn(client: Client, product: str, limit: int, amount: int) -> tuple[int, int]:
    """A new line with `amount` drawn: its number and the drawing's."""
    line = client.open_line("m-subject", product, money(limit)).line
    hold = client.reserve(line.line_id, money(amount)).hold
    done = client.commit(hold.hold_id, money(amount))
    assert done.outcome == DONE and done.entry_id > hold.hold_id
    return line.line_id, done.entry_id


def test_charges_stand_beside_the_limit_unless_the_product_says_otherwise(lender: Client):
    card, _ = drawn(lender, CARD, 10_000, 4_000)
    line = check(lender.post_charge(card, money(500), "FEE").line)
    assert (line.drawn_minor, line.charges_minor, line.available_minor) == (4_000, 500, 6_000)
    assert not line.charges_use_limit
    full, _ = drawn(lender, FULL, 10_000, 9_800)
    line = check(lender.post_charge(full, money(500), "INTEREST", "OVERDUE").line)
    assert (line.drawn_minor, line.available_minor, line.over_limit_minor) == (10_300, 0, 300)
    assert line.charges_use_limit and line.over_limit_since_micros > 0
    assert lender.reserve(full, money(1)).outcome == O.LIMIT_OUTCOME_LIMIT_EXCEEDED
    line = check(lender.repay(full, money(300)).line)
    assert (line.over_limit_minor, line.over_limit_since_micros) == (0, 0)


def test_the_usual_waterfall(lender: Client):
    line_id, _ = drawn(lender, CARD, 10_000, 4_000)
    lender.post_charge(line_id, money(100), "FEE", "DUE")
    lender.post_charge(line_id, money(70), "INTEREST", "OVERDUE")
    lender.post_charge(line_id, money(30), "PENALTY", "OVERDUE")
    moved = lender.reclassify(line_id, money(1_000), "PRINCIPAL", "FUTURE", "DUE")
    expected = {
        "PRINCIPAL_DUE": 1_000, "PRINCIPAL_FUTURE": 3_000, "INTEREST_OVERDUE": 70,
        "FEE_DUE": 100, "PENALTY_OVERDUE": 30,
    }
    assert debts(check(moved.line)) == expected
    paid = lender.repay(line_id, money(250))
    assert [(part.component, part.amount_minor) for part in paid.paid] == [
        (common.DEBT_COMPONENT_PENALTY, 30), (common.DEBT_COMPONENT_INTEREST, 70),
        (common.DEBT_COMPONENT_FEE, 100), (common.DEBT_COMPONENT_PRINCIPAL, 50),
    ]
    assert kinds(paid.paid)["PRINCIPAL_DUE"] == 50
    rest = lender.repay(line_id, money(10_000))
    assert rest.unallocated_minor == 10_000 - 3_950
    assert debts(check(rest.line)) == {} and rest.line.available_minor == 10_000


def test_a_product_with_an_order_of_its_own(lender: Client):
    line_id, _ = drawn(lender, FULL, 10_000, 300)
    lender.post_charge(line_id, money(100), "FEE", "DUE")
    lender.post_charge(line_id, money(50), "INTEREST", "DUE")
    paid = lender.repay(line_id, money(1_000))
    assert list(kinds(paid.paid).items()) == [("PRINCIPAL_FUTURE", 300), ("FEE_DUE", 100)]
    assert paid.unallocated_minor == 600, "interest is not in this product's order"
    assert debts(paid.line) == {"INTEREST_DUE": 50}


def test_repaid_principal_of_an_instalment_line_does_not_return(lender: Client):
    line_id, _ = drawn(lender, LOAN, 5_000, 5_000)
    paid = lender.repay(line_id, money(2_000))
    line = check(paid.line)
    assert line.kind == common.LINE_KIND_INSTALMENT
    assert (line.limit_minor, line.principal_minor, line.available_minor) == (3_000, 3_000, 0)
    back = lender.reverse_entry(paid.entry_id, 500, "RETURNED_PAYMENT", WHY)
    line = check(back.line)
    assert (line.limit_minor, line.principal_minor) == (3_500, 3_500)


def test_reversals_take_back_no_more_than_the_entry_moved(lender: Client):
    line_id, drawing = drawn(lender, CARD, 10_000, 4_000)
    back = lender.reverse_entry(drawing, 1_500, "REFUND", WHY)
    assert back.outcome == DONE and kinds(back.moved) == {"PRINCIPAL_FUTURE": 1_500}
    assert check(back.line).principal_minor == 2_500
    exceeds = O.LIMIT_OUTCOME_AMOUNT_EXCEEDS_ENTRY
    assert lender.reverse_entry(drawing, 2_501, "CHARGEBACK", WHY).outcome == exceeds
    lender.repay(line_id, money(2_000))
    rest = lender.reverse_entry(drawing, 2_500, "CHARGEBACK", WHY)
    assert rest.outcome == DONE and rest.unallocated_minor == 2_000
    assert check(rest.line).principal_minor == 0
    assert lender.reverse_entry(drawing, 1, "CORRECTION", WHY).outcome == exceeds


def test_a_charge_taken_back(lender: Client):
    line_id, _ = drawn(lender, CARD, 10_000, 100)
    charge = lender.post_charge(line_id, money(500), "FEE", "DUE")
    lender.repay(line_id, money(200))
    back = lender.reverse_entry(charge.entry_id, 500, "CORRECTION", WHY)
    assert (back.outcome, back.unallocated_minor) == (DONE, 200)
    assert debts(check(back.line)) == {"PRINCIPAL_FUTURE": 100}


def test_a_returned_payment_puts_back_what_it_paid_last_first(lender: Client):
    line_id, _ = drawn(lender, CARD, 10_000, 1_000)
    lender.post_charge(line_id, money(50), "FEE", "DUE")
    paid = lender.repay(line_id, money(400))
    part = lender.reverse_entry(paid.entry_id, 100, "RETURNED_PAYMENT", WHY)
    assert kinds(part.moved) == {"PRINCIPAL_FUTURE": 100}
    rest = lender.reverse_entry(paid.entry_id, 300, "RETURNED_PAYMENT", WHY)
    assert kinds(rest.moved) == {"PRINCIPAL_FUTURE": 250, "FEE_DUE": 50}
    line = check(rest.line)
    assert (line.principal_minor, line.charges_minor, line.available_minor) == (1_000, 50, 9_000)


def test_refusals_of_money_are_outcomes(lender: Client):
    line_id, drawing = drawn(lender, CARD, 10_000, 1_000)
    mismatch, exceeds = O.LIMIT_OUTCOME_CURRENCY_MISMATCH, O.LIMIT_OUTCOME_AMOUNT_EXCEEDS_DEBT
    assert lender.post_charge(line_id, money(1, "USD"), "FEE").outcome == mismatch
    assert lender.repay(line_id, money(1, "USD")).outcome == mismatch
    moved = lender.reclassify(line_id, money(1_001), "PRINCIPAL", "FUTURE", "DUE")
    assert (moved.outcome, moved.entry_id) == (exceeds, 0)
    assert moved.line.principal_minor == 1_000
    both = lender.reclassify(line_id, money(9_999, "USD"), "PRINCIPAL", "FUTURE", "DUE")
    assert both.outcome == mismatch, "the currency comes before the amount"


@pytest.mark.parametrize("kind", ["REFUND", "CHARGEBACK"])
def test_a_repayment_has_no_such_counter_entry(lender: Client, kind: str):
    line_id, drawing = drawn(lender, CARD, 10_000, 1_000)
    paid = lender.repay(line_id, money(10))
    call = lambda: lender.reverse_entry(paid.entry_id, 5, kind, WHY)
    expect_error(call, INVALID, "KIND_MISMATCH", "kind")
    call = lambda: lender.reverse_entry(drawing, 5, "RETURNED_PAYMENT", WHY)
    expect_error(call, INVALID, "KIND_MISMATCH", "kind")


def test_what_is_no_entry_is_unknown(lender: Client, other: Client):
    line_id, drawing = drawn(lender, CARD, 10_000, 1_000)
    refused = lender.commit(lender.reserve(line_id, money(5)).hold.hold_id, money(6))
    for number in (0, -1, 2**62, line_id, refused.hold.hold_id):
        call = lambda: lender.reverse_entry(number, 1, "CORRECTION", WHY)
        expect_error(call, NOT_FOUND, "ENTRY_UNKNOWN", "entry_id")
    call = lambda: other.reverse_entry(drawing, 1, "CORRECTION", WHY)
    expect_error(call, NOT_FOUND, "ENTRY_UNKNOWN", "entry_id")


CHARGE = {"line_id": 1, "amount": money(5), "component": 3, "age": 2}
BAD = [
    ("PostCharge", CHARGE | {"component": 0}, "FIELD_MISSING", "component"),
    ("PostCharge", CHARGE | {"component": 9}, "CHOICE_UNKNOWN", "component"),
    ("PostCharge", CHARGE | {"component": 1}, "CHOICE_UNKNOWN", "component"),
    ("PostCharge", CHARGE | {"age": 0}, "FIELD_MISSING", "age"),
    ("PostCharge", CHARGE | {"age": 4}, "CHOICE_UNKNOWN", "age"),
    ("PostCharge", CHARGE | {"amount": money(0)}, "AMOUNT_NOT_POSITIVE", "amount.amount_minor"),
    (
        "PostCharge", CHARGE | {"reclassify": limits.Reclassification()},
        "FIELD_MISSING", "reclassify.from_age",
    ),
    (
        "PostCharge", CHARGE | {"reclassify": limits.Reclassification(from_age=2)},
        "CHOICE_UNKNOWN", "reclassify.from_age",
    ),
    ("ReverseEntry", {"amount_minor": 0, "kind": 1}, "AMOUNT_NOT_POSITIVE", "amount_minor"),
    ("ReverseEntry", {"amount_minor": 10**15 + 1, "kind": 1}, "AMOUNT_TOO_LARGE", "amount_minor"),
    ("ReverseEntry", {"amount_minor": 1}, "FIELD_MISSING", "kind"),
    ("ReverseEntry", {"amount_minor": 1, "kind": 5}, "CHOICE_UNKNOWN", "kind"),
    ("ReverseEntry", {"amount_minor": 1, "kind": 1}, "FIELD_MISSING", "attribution"),
    ("Repay", {"line_id": 1}, "FIELD_MISSING", "amount"),
]


@pytest.mark.parametrize("method, fields, reason, field", BAD)
def test_bad_input(lender: Client, method: str, fields: dict, reason: str, field: str):
    expect_error(lambda: send(lender, method, **fields), INVALID, reason, field)


def test_a_returned_payment_raises_the_limit_only_by_what_it_lowered(lender: Client):
    line_id, _ = drawn(lender, LOAN, 100, 100)
    lender.change_limit(line_id, money(30), WHY)
    paid = lender.repay(line_id, money(50))
    assert (paid.line.limit_minor, paid.line.over_limit_minor) == (0, 50)
    back = lender.reverse_entry(paid.entry_id, 50, "RETURNED_PAYMENT", WHY)
    line = check(back.line)
    assert (line.limit_minor, line.principal_minor, line.over_limit_minor) == (30, 100, 70)

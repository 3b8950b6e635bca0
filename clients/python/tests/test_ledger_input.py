"""Calls on lines: bad input of every field, other tenants' numbers, repeats."""

from __future__ import annotations

import time

import grpc
import pytest

from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from tests.lender import CARD, DONE, WHY, send
from tests.test_ledger_terms import opened
from tests.wire import expect_error

INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
# A day ahead: what is sent once must be the same when it is sent again.
SOON = time.time_ns() // 1_000 + 86_400_000_000


def test_another_tenants_numbers_are_unknown(lender: Client, other: Client):
    line = opened(lender)
    hold = lender.reserve(line.line_id, money(5)).hold
    block = lender.freeze("FRAUD", WHY, line_id=line.line_id, scope="COMMITS")
    calls = [
        (lambda: other.line(line.line_id), "LINE_UNKNOWN"),
        (lambda: other.holds(line.line_id), "LINE_UNKNOWN"),
        (lambda: other.extend_hold(hold.hold_id, ttl_seconds=9), "HOLD_UNKNOWN"),
        (lambda: other.change_limit(line.line_id, money(1), WHY), "LINE_UNKNOWN"),
        (lambda: other.freeze("FRAUD", WHY, line_id=line.line_id), "LINE_UNKNOWN"),
        (lambda: other.unfreeze(block.block_id, WHY, line_id=line.line_id), "LINE_UNKNOWN"),
        (lambda: other.post_charge(line.line_id, money(1), "FEE"), "LINE_UNKNOWN"),
        (lambda: next(other.statement(line.line_id)), "LINE_UNKNOWN"),
        (lambda: next(other.watch_line(line.line_id)), "LINE_UNKNOWN"),
    ]
    for method in ("SetTemporaryLimit", "Reprice", "Renew", "WriteOff", "CloseLine"):
        fields = GOOD[method] | {"line_id": line.line_id}
        calls.append((lambda m=method, f=fields: send(other, m, **f), "LINE_UNKNOWN"))
    for call, reason in calls:
        expect_error(call, NOT_FOUND, reason)


#: A request of each method that is right but for its line or hold.
GOOD = {
    "OpenLine": {"subject_id": "t", "product": CARD, "limit": money(5)},
    "Reserve": {"line_id": 1, "amount": money(5)},
    "ExtendHold": {"hold_id": 1, "ttl_seconds": 5},
    "ChangeLimit": {"line_id": 1, "limit": money(5), "attribution": WHY},
    "SetTemporaryLimit": {
        "line_id": 1, "amount": money(5), "ends_at_micros": SOON, "consent_ref": "d",
        "attribution": WHY,
    },
    "Reprice": {"line_id": 1, "applies_to": 1, "notice_ref": "n", "attribution": WHY},
    "Renew": {"line_id": 1, "renewal_date": "2030-01-01", "attribution": WHY},
    "Freeze": {"line_id": 1, "cause": 1, "scope": 1, "pending_holds": 1, "attribution": WHY},
    "Unfreeze": {"line_id": 1, "block_id": 1, "attribution": WHY},
    "WriteOff": {"line_id": 1, "attribution": WHY},
    "CloseLine": {"line_id": 1, "attribution": WHY},
    "ListLines": {"subject_id": "t"},
    "ListHolds": {"line_id": 1},
}


def label(name: str, value: str = "v") -> list[common.Label]:
    """One label."""
    return [common.Label(name=name, value=value)]


BAD = [
    ("OpenLine", {"nominal_rate_ppm": -1}, "RATE_OUT_OF_RANGE", "nominal_rate_ppm"),
    ("OpenLine", {"nominal_rate_ppm": 10**8 + 1}, "RATE_OUT_OF_RANGE", "nominal_rate_ppm"),
    ("OpenLine", {"renewal_date": "2027-02-29"}, "DATE_INVALID", "renewal_date"),
    ("OpenLine", {"renewal_date": "1970-01-01"}, "DATE_INVALID", "renewal_date"),
    ("OpenLine", {"labels": label("", "v")}, "FIELD_MISSING", "labels"),
    ("OpenLine", {"labels": label("n", "")}, "FIELD_MISSING", "labels"),
    ("OpenLine", {"labels": label("n" * 65)}, "TEXT_TOO_LONG", "labels"),
    ("OpenLine", {"labels": label("n", "v" * 129)}, "TEXT_TOO_LONG", "labels"),
    ("Reserve", {"labels": label("grade")}, "LABEL_RESERVED", "labels"),
    ("Reserve", {"labels": label("a") * 2}, "LABEL_TWICE", "labels"),
    (
        "Reserve", {"labels": [common.Label(name=f"n{n}", value="v") for n in range(9)]},
        "TOO_MANY_ITEMS", "labels",
    ),
    ("ExtendHold", {"ttl_seconds": 0}, "FIELD_MISSING", "ttl_seconds"),
    ("ExtendHold", {"ttl_seconds": -1}, "DURATION_OUT_OF_RANGE", "ttl_seconds"),
    ("ExtendHold", {"expires_at_micros": 5}, "FIELD_UNEXPECTED", "expires_at_micros"),
    (
        "ExtendHold", {"ttl_seconds": 0, "expires_at_micros": 2**54},
        "TIME_OUT_OF_RANGE", "expires_at_micros",
    ),
    ("ChangeLimit", {"limit": money(-1)}, "AMOUNT_NOT_POSITIVE", "limit.amount_minor"),
    ("ChangeLimit", {"limit": None}, "FIELD_MISSING", "limit"),
    ("ChangeLimit", {"limit": money(0, "EUX")}, "CURRENCY_UNKNOWN", "limit.currency"),
    ("ChangeLimit", {"consent_ref": "c" * 129}, "TEXT_TOO_LONG", "consent_ref"),
    ("ChangeLimit", {"attribution": None}, "FIELD_MISSING", "attribution"),
    (
        "ChangeLimit", {"attribution": common.Attribution(reason_codes=["R"])},
        "FIELD_MISSING", "attribution.actor",
    ),
    (
        "ChangeLimit", {"attribution": common.Attribution(actor="a")},
        "FIELD_MISSING", "attribution.reason_codes",
    ),
    (
        "ChangeLimit", {"attribution": common.Attribution(actor="a", reason_codes=["R"] * 9)},
        "TOO_MANY_ITEMS", "attribution.reason_codes",
    ),
    (
        "ChangeLimit", {"attribution": common.Attribution(actor="a", reason_codes=["r" * 65])},
        "TEXT_TOO_LONG", "attribution.reason_codes",
    ),
    (
        "ChangeLimit", {"attribution": common.Attribution(actor="a" * 129, reason_codes=["R"])},
        "TEXT_TOO_LONG", "attribution.actor",
    ),
    (
        "Reserve", {"attribution": common.Attribution(note="n" * 513)},
        "TEXT_TOO_LONG", "attribution.note",
    ),
    ("SetTemporaryLimit", {"ends_at_micros": 0}, "FIELD_MISSING", "ends_at_micros"),
    ("SetTemporaryLimit", {"ends_at_micros": 2**55}, "TIME_OUT_OF_RANGE", "ends_at_micros"),
    ("SetTemporaryLimit", {"consent_ref": ""}, "CONSENT_MISSING", "consent_ref"),
    ("Reprice", {"nominal_rate_ppm": -5}, "RATE_OUT_OF_RANGE", "nominal_rate_ppm"),
    ("Reprice", {"applies_to": 0}, "FIELD_MISSING", "applies_to"),
    ("Reprice", {"applies_to": 3}, "CHOICE_UNKNOWN", "applies_to"),
    ("Reprice", {"notice_ref": ""}, "FIELD_MISSING", "notice_ref"),
    ("Renew", {"renewal_date": ""}, "FIELD_MISSING", "renewal_date"),
    ("Renew", {"renewal_date": "tomorrow"}, "DATE_INVALID", "renewal_date"),
    ("Renew", {"limit_minor": -1}, "AMOUNT_NOT_POSITIVE", "limit_minor"),
    ("Freeze", {"line_id": None}, "FIELD_MISSING", "line_id"),
    ("Freeze", {"line_id": None, "subject_id": ""}, "FIELD_MISSING", "subject_id"),
    ("Freeze", {"cause": 0}, "FIELD_MISSING", "cause"),
    ("Freeze", {"cause": 7}, "CHOICE_UNKNOWN", "cause"),
    ("Freeze", {"scope": 4}, "CHOICE_UNKNOWN", "scope"),
    ("Freeze", {"pending_holds": 0}, "FIELD_MISSING", "pending_holds"),
    ("Freeze", {"until_micros": -1}, "TIME_OUT_OF_RANGE", "until_micros"),
    ("Unfreeze", {"line_id": None}, "FIELD_MISSING", "line_id"),
    ("WriteOff", {"attribution": None}, "FIELD_MISSING", "attribution"),
    ("CloseLine", {"attribution": None}, "FIELD_MISSING", "attribution"),
    ("ListLines", {"page_size": 101}, "COUNT_OUT_OF_RANGE", "page_size"),
    ("ListLines", {"page_token": "x"}, "PAGE_TOKEN_INVALID", "page_token"),
    ("ListHolds", {"page_size": -1}, "COUNT_OUT_OF_RANGE", "page_size"),
]


@pytest.mark.parametrize("method, change, reason, field", BAD)
def test_bad_input(lender: Client, method: str, change: dict, reason: str, field: str):
    fields = {key: value for key, value in (GOOD[method] | change).items() if value is not None}
    expect_error(lambda: send(lender, method, **fields), INVALID, reason, field)


REPEATS = [
    "ChangeLimit", "SetTemporaryLimit", "Reprice", "Renew", "Freeze", "WriteOff", "CloseLine",
]


@pytest.mark.parametrize("method", REPEATS)
def test_a_repeat_gets_the_same_reply(lender: Client, method: str):
    fields = GOOD[method] | {"line_id": opened(lender).line_id, "request_id": new_request_id()}
    first = send(lender, method, **fields)
    assert first.outcome == DONE
    assert send(lender, method, **fields).SerializeToString() == first.SerializeToString()
    changed = fields | {"attribution": common.Attribution(actor="b", reason_codes=["R"])}
    call = lambda: send(lender, method, **changed)
    expect_error(call, grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED", "request_id")

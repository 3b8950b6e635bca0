"""Bad messages: each has its own code, reason and field, and changes nothing."""

from __future__ import annotations

import math
from typing import Any

import grpc
import pytest

from demo.book import PRODUCT, Application
from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import scoring_service_pb2 as scoring
from tests.wire import DECISIONS, FEATURES, GRAPH, LIMITS, SCORING
from tests.wire import call_raw, expect_error, no_record

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
NOWHERE = 2**62
BIGGEST = 2**63 - 1


@pytest.fixture(scope="module")
def line(client: Client, book: list[Application]) -> common.Line:
    """A line with a hold on it."""
    opened = client.open_line("b-subject", PRODUCT, money(10_000)).line
    return client.reserve(opened.line_id, money(1_000)).line


@pytest.fixture(scope="module")
def hold(client: Client, line: common.Line) -> common.Hold:
    """A hold on that line."""
    return client.reserve(line.line_id, money(500)).hold


def everything(client: Client, line: common.Line, hold: common.Hold, subject: str) -> list[Any]:
    """What the bad calls of this file could have changed."""
    return [
        client.line(line.line_id),
        client.hold(hold.hold_id),
        client.get_features(subject),
        client.signals(subject),
        client.list_features(),
    ]


@pytest.fixture
def refused(client: Client, line: common.Line, hold: common.Hold, book: list[Application]):
    """Makes a call that must fail, and sees that it made no record and changed nothing."""

    def check(path: str, request: Any, code: grpc.StatusCode, reason, field: str) -> None:
        subject = book[-1].subject_id
        before = everything(client, line, hold, subject)
        with no_record(client):
            payload = request.SerializeToString()
            expect_error(lambda: call_raw(client, path, payload), code, reason, field)
        assert everything(client, line, hold, subject) == before

    return check


AMOUNTS = [
    (money(0), "AMOUNT_NOT_POSITIVE", "amount_minor"),
    (money(-1), "AMOUNT_NOT_POSITIVE", "amount_minor"),
    (money(-BIGGEST - 1), "AMOUNT_NOT_POSITIVE", "amount_minor"),
    (money(10**15 + 1), "AMOUNT_TOO_LARGE", "amount_minor"),
    (money(BIGGEST), "AMOUNT_TOO_LARGE", "amount_minor"),
    (money(100, "EUX"), "CURRENCY_UNKNOWN", "currency"),
    (money(100, "eur"), "CURRENCY_UNKNOWN", "currency"),
    (money(100, "EURO"), ("CURRENCY_UNKNOWN", "TEXT_TOO_LONG"), "currency"),
    (money(100, ""), ("CURRENCY_UNKNOWN", "FIELD_MISSING"), "currency"),
]


@pytest.mark.parametrize("amount, reason, part", AMOUNTS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("method", ["OpenLine", "Reserve", "Commit", "Repay", "Evaluate"])
def test_amounts(refused, book, line, hold, method: str, amount, reason, part: str):
    rid = new_request_id()
    if method == "OpenLine":
        request = limits.OpenLineRequest(
            request_id=rid, subject_id="b-subject", product=PRODUCT, limit=amount
        )
    elif method == "Reserve":
        request = limits.ReserveRequest(request_id=rid, line_id=line.line_id, amount=amount)
    elif method == "Commit":
        request = limits.CommitRequest(request_id=rid, hold_id=hold.hold_id, amount=amount)
    elif method == "Repay":
        request = limits.RepayRequest(request_id=rid, line_id=line.line_id, amount=amount)
    else:
        request = decisions.EvaluateRequest(
            request_id=rid,
            subject_id=book[-1].subject_id,
            product=PRODUCT,
            amount=amount,
            term_months=12,
        )
    path = (DECISIONS if method == "Evaluate" else LIMITS) + method
    name = "limit" if method == "OpenLine" else "amount"
    refused(path, request, INVALID, reason, f"{name}.{part}")


def unknown_things(subject: str) -> list[tuple[str, Any, str, str]]:
    """Calls about what is not there."""
    rid = new_request_id()
    asked = dict(request_id=rid, product=PRODUCT, amount=money(100_000), term_months=12)
    nowhere = decisions.HoldOption(line_id=NOWHERE)
    return [
        (FEATURES + "GetFeatures", features.GetFeaturesRequest(subject_id="nobody"),
         "SUBJECT_UNKNOWN", "subject_id"),
        (SCORING + "Score", scoring.ScoreRequest(subject_id="nobody", model="german_trees"),
         "SUBJECT_UNKNOWN", "subject_id"),
        (SCORING + "Score", scoring.ScoreRequest(subject_id=subject, model="no_model"),
         "MODEL_UNKNOWN", "model"),
        (DECISIONS + "Evaluate", decisions.EvaluateRequest(subject_id="nobody", **asked),
         "SUBJECT_UNKNOWN", "subject_id"),
        (DECISIONS + "Evaluate",
         decisions.EvaluateRequest(subject_id=subject, **{**asked, "product": "no-product"}),
         "PRODUCT_UNKNOWN", "product"),
        (DECISIONS + "Evaluate",
         decisions.EvaluateRequest(subject_id=subject, hold=nowhere, **asked),
         "LINE_UNKNOWN", "hold.line_id"),
        (DECISIONS + "GetDecision", decisions.GetDecisionRequest(decision_id=NOWHERE),
         "DECISION_UNKNOWN", "decision_id"),
        (LIMITS + "GetLine", limits.GetLineRequest(line_id=NOWHERE), "LINE_UNKNOWN", "line_id"),
        (LIMITS + "GetLine", limits.GetLineRequest(line_id=0), "LINE_UNKNOWN", "line_id"),
        (LIMITS + "GetLine", limits.GetLineRequest(line_id=-1), "LINE_UNKNOWN", "line_id"),
        (LIMITS + "GetHold", limits.GetHoldRequest(hold_id=NOWHERE), "HOLD_UNKNOWN", "hold_id"),
        (LIMITS + "OpenLine",
         limits.OpenLineRequest(
             request_id=rid, subject_id=subject, product="no-product", limit=money(1)),
         "PRODUCT_UNKNOWN", "product"),
        (LIMITS + "Reserve",
         limits.ReserveRequest(request_id=rid, line_id=NOWHERE, amount=money(1)),
         "LINE_UNKNOWN", "line_id"),
        (LIMITS + "Commit",
         limits.CommitRequest(request_id=rid, hold_id=NOWHERE, amount=money(1)),
         "HOLD_UNKNOWN", "hold_id"),
        (LIMITS + "Release", limits.ReleaseRequest(request_id=rid, hold_id=-5),
         "HOLD_UNKNOWN", "hold_id"),
        (LIMITS + "Repay", limits.RepayRequest(request_id=rid, line_id=NOWHERE, amount=money(1)),
         "LINE_UNKNOWN", "line_id"),
    ]


@pytest.mark.parametrize("index", range(len(unknown_things("any"))))
def test_unknown_things(refused, book: list[Application], index: int):
    path, request, reason, field = unknown_things(book[-1].subject_id)[index]
    refused(path, request, NOT_FOUND, reason, field)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf], ids=str)
@pytest.mark.parametrize("form", ["by name", "by number"])
def test_values_that_are_no_numbers(refused, client, book, value: float, form: str):
    row = features.FeatureRow(subject_id=book[-1].subject_id)
    if form == "by name":
        row.values.append(features.FeatureValue(name="credit_amount_dm", number=value))
        field = "rows.values"
    else:
        listed = {entry.name: entry.feature_id for entry in client.list_features()}
        row.columns.feature_ids.append(listed["credit_amount_dm"])
        row.columns.values.append(value)
        field = "rows.columns.values"
    request = features.PutFeaturesRequest(request_id=new_request_id(), rows=[row])
    refused(FEATURES + "PutFeatures", request, INVALID, "VALUE_NOT_FINITE", field)


def put_of(subject: str, **row: Any) -> features.PutFeaturesRequest:
    """A PutFeatures of one row."""
    rows = [features.FeatureRow(subject_id=subject, **row)]
    return features.PutFeaturesRequest(request_id=new_request_id(), rows=rows)


VALUES = [
    ([features.FeatureValue(name="no_such", number=1)], "FEATURE_UNKNOWN"),
    ([features.FeatureValue(name="duration_months", boolean=True)], "VALUE_TYPE_MISMATCH"),
    ([features.FeatureValue(name="housing", category="castle")], "CATEGORY_UNKNOWN"),
    ([features.FeatureValue(name="duration_months", integer=2**53 + 1)], "VALUE_TYPE_MISMATCH"),
    ([features.FeatureValue(name="duration_months", integer=9)] * 2, "VALUE_TWICE"),
]


@pytest.mark.parametrize("values, reason", VALUES, ids=lambda value: str(value)[:60])
def test_values_that_do_not_fit(refused, book, values, reason: str):
    request = put_of(book[-1].subject_id, values=values)
    field = "rows" if reason == "VALUE_TWICE" else "rows.values"
    refused(FEATURES + "PutFeatures", request, INVALID, reason, field)


def test_columns_of_uneven_length(refused, book):
    columns = common.FeatureColumns(feature_ids=[0, 1], values=[1.0])
    request = put_of(book[-1].subject_id, columns=columns)
    refused(FEATURES + "PutFeatures", request, INVALID, "COLUMNS_UNEVEN", "rows.columns")


def test_a_feature_number_that_there_is_not(refused, book):
    columns = common.FeatureColumns(feature_ids=[4_000_000_000], values=[1.0])
    request = put_of(book[-1].subject_id, columns=columns)
    refused(FEATURES + "PutFeatures", request, INVALID, "FEATURE_UNKNOWN", "rows.columns")


DEFINITIONS = [
    (dict(name="b.no_type"), "FEATURE_TYPE_MISSING"),
    (dict(name="9starts_with_digit", type=1), "FEATURE_NAME_INVALID"),
    (dict(name="Has_Capitals", type=1), "FEATURE_NAME_INVALID"),
    (dict(name="x" * 129, type=1), ("FEATURE_NAME_INVALID", "TEXT_TOO_LONG")),
    (dict(name="", type=1), ("FEATURE_NAME_INVALID", "FIELD_MISSING")),
]


@pytest.mark.parametrize("definition, reason", DEFINITIONS, ids=lambda value: str(value)[:50])
def test_definitions(refused, definition: dict[str, Any], reason):
    request = features.RegisterFeaturesRequest(
        request_id=new_request_id(), features=[features.FeatureDefinition(**definition)]
    )
    refused(FEATURES + "RegisterFeatures", request, INVALID, reason, "features")


USES = graph.RELATION_KIND_USES
PHONE = graph.Entity(kind=graph.ENTITY_KIND_PHONE, id="b-phone")
PERSON = graph.Entity(kind=graph.ENTITY_KIND_PERSON, id="b-person")
LINKS = [
    ({"from": PERSON, "relation": USES, "to": PERSON}, "LINK_TO_ITSELF"),
    ({"from": PERSON, "to": PHONE}, "RELATION_MISSING"),
    ({"from": graph.Entity(id="b"), "relation": USES, "to": PHONE}, "ENTITY_KIND_MISSING"),
    ({"relation": USES, "to": PHONE}, ("FIELD_MISSING", "ENTITY_KIND_MISSING")),
]


@pytest.mark.parametrize("parts, reason", LINKS, ids=[str(reason) for _, reason in LINKS])
def test_links(refused, parts: dict[str, Any], reason):
    request = graph.PutLinksRequest(request_id=new_request_id(), links=[graph.Link(**parts)])
    refused(GRAPH + "PutLinks", request, INVALID, reason, "links")


def test_marks(refused):
    request = graph.MarkEntityRequest(request_id=new_request_id(), entity=PERSON, reason="why")
    refused(GRAPH + "MarkEntity", request, INVALID, "MARK_MISSING", "mark")
    request.mark = graph.MARK_KIND_BLOCKED
    request.reason = ""
    refused(GRAPH + "MarkEntity", request, INVALID, "FIELD_MISSING", "reason")
    request.reason = "r" * 513
    refused(GRAPH + "MarkEntity", request, INVALID, "TEXT_TOO_LONG", "reason")


@pytest.mark.parametrize("hops", [-1, 4, 2**31 - 1])
def test_hops(refused, hops: int):
    request = graph.GetNeighborhoodRequest(entity=PERSON, hops=hops)
    refused(GRAPH + "GetNeighborhood", request, INVALID, "HOPS_OUT_OF_RANGE", "hops")


@pytest.mark.parametrize("term", [0, -1, 601, 2**31 - 1])
def test_terms(refused, book, term: int):
    request = decisions.EvaluateRequest(
        request_id=new_request_id(),
        subject_id=book[-1].subject_id,
        product=PRODUCT,
        amount=money(100_000),
        term_months=term,
    )
    refused(DECISIONS + "Evaluate", request, INVALID, "TERM_OUT_OF_RANGE", "term_months")


def test_a_currency_that_the_product_is_not_offered_in(refused, book):
    request = decisions.EvaluateRequest(
        request_id=new_request_id(),
        subject_id=book[-1].subject_id,
        product=PRODUCT,
        amount=money(100_000, "USD"),
        term_months=12,
    )
    path = DECISIONS + "Evaluate"
    refused(path, request, INVALID, "CURRENCY_NOT_OFFERED", "amount.currency")


@pytest.mark.parametrize("size", [-1, 1_001])
def test_page_sizes(refused, size: int):
    request = features.ListFeaturesRequest(page_size=size)
    refused(FEATURES + "ListFeatures", request, INVALID, "COUNT_OUT_OF_RANGE", "page_size")


@pytest.mark.parametrize("as_of", [-1, BIGGEST])
def test_times(refused, book, as_of: int):
    request = put_of(book[-1].subject_id, as_of_micros=as_of)
    refused(FEATURES + "PutFeatures", request, INVALID, "TIME_OUT_OF_RANGE", "rows.as_of_micros")


@pytest.mark.parametrize("seconds", [-1, 2_592_001, BIGGEST])
def test_durations(refused, line, seconds: int):
    request = limits.ReserveRequest(
        request_id=new_request_id(), line_id=line.line_id, amount=money(1), ttl_seconds=seconds
    )
    refused(LIMITS + "Reserve", request, INVALID, "DURATION_OUT_OF_RANGE", "ttl_seconds")


@pytest.mark.parametrize("token", ["nonsense", "99999999999999999999", "-1"])
def test_page_tokens(refused, token: str):
    request = features.ListFeaturesRequest(page_token=token)
    refused(FEATURES + "ListFeatures", request, INVALID, "PAGE_TOKEN_INVALID", "page_token")


def test_lists_that_are_empty_or_too_long(refused):
    link = graph.Link(**{"from": PERSON, "relation": USES, "to": PHONE})
    for count, reason in ((0, "FIELD_MISSING"), (4_097, "TOO_MANY_ITEMS")):
        request = graph.PutLinksRequest(request_id=new_request_id(), links=[link] * count)
        refused(GRAPH + "PutLinks", request, INVALID, reason, "links")
    row = features.FeatureRow(subject_id="b-row")
    for count, reason in ((0, "FIELD_MISSING"), (1_001, "TOO_MANY_ITEMS")):
        put = features.PutFeaturesRequest(request_id=new_request_id(), rows=[row] * count)
        refused(FEATURES + "PutFeatures", put, INVALID, reason, "rows")

"""Names that are no names: not UTF-8, with NUL, empty, too long; and bad request ids."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from demo.book import PRODUCT, Application
from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import scoring_service_pb2 as scoring
from tests.wire import DECISIONS, FEATURES, GRAPH, LIMITS, PLACE, SCORING
from tests.wire import call_raw, expect_error, no_record, with_bytes

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PERSON = graph.Entity(kind=graph.ENTITY_KIND_PERSON, id="x-person")
USES = graph.RELATION_KIND_USES
PLACED = graph.Entity(kind=graph.ENTITY_KIND_PHONE, id=PLACE)

PLACED_LINK = {"from": PERSON, "relation": USES, "to": PLACED}


def texts() -> list[tuple[str, Any, str]]:
    """Every name of every request: the path, a request with PLACE in it, the field."""
    rid = new_request_id()
    row = features.FeatureRow(subject_id=PLACE)
    asked = dict(request_id=rid, amount=money(100), term_months=12)
    return [
        (FEATURES + "GetFeatures", features.GetFeaturesRequest(subject_id=PLACE), "subject_id"),
        (FEATURES + "PutFeatures", features.PutFeaturesRequest(request_id=rid, rows=[row]),
         "rows.subject_id"),
        (GRAPH + "GetSignals", graph.GetSignalsRequest(subject_id=PLACE), "subject_id"),
        (GRAPH + "GetNeighborhood", graph.GetNeighborhoodRequest(entity=PLACED), "entity.id"),
        (GRAPH + "MarkEntity",
         graph.MarkEntityRequest(request_id=rid, entity=PLACED, mark=1, reason="why"),
         "entity.id"),
        (GRAPH + "MarkEntity",
         graph.MarkEntityRequest(request_id=rid, entity=PERSON, mark=1, reason=PLACE), "reason"),
        (GRAPH + "PutLinks",
         graph.PutLinksRequest(request_id=rid, links=[graph.Link(**PLACED_LINK)]),
         "links.to.id"),
        (LIMITS + "OpenLine",
         limits.OpenLineRequest(request_id=rid, subject_id=PLACE, product=PRODUCT, limit=money(1)),
         "subject_id"),
        (LIMITS + "OpenLine",
         limits.OpenLineRequest(request_id=rid, subject_id="s", product=PLACE, limit=money(1)),
         "product"),
        (SCORING + "Score", scoring.ScoreRequest(subject_id=PLACE, model="german_trees"),
         "subject_id"),
        (SCORING + "Score", scoring.ScoreRequest(subject_id="applicant-0000", model=PLACE),
         "model"),
        (DECISIONS + "Evaluate",
         decisions.EvaluateRequest(subject_id=PLACE, product=PRODUCT, **asked), "subject_id"),
        (DECISIONS + "Evaluate",
         decisions.EvaluateRequest(subject_id="applicant-0000", product=PLACE, **asked),
         "product"),
    ]


BAD_BYTES = [
    (b"\xff\xfe\xfa", "TEXT_NOT_UTF8"),
    (b"caf\xe9", "TEXT_NOT_UTF8"),  # Latin-1
    (b"\xc0\xaf", "TEXT_NOT_UTF8"),  # overlong
    (b"\xed\xa0\x80", "TEXT_NOT_UTF8"),  # half a surrogate pair
    (b"\xf4\x90\x80\x80", "TEXT_NOT_UTF8"),  # beyond U+10FFFF
    (b"ada\x00", "TEXT_HAS_NUL"),
    (b"\x00ada", "TEXT_HAS_NUL"),
]


@pytest.mark.parametrize("raw, reason", BAD_BYTES, ids=[repr(raw) for raw, _ in BAD_BYTES])
@pytest.mark.parametrize("index", range(len(texts())))
def test_bytes_that_are_no_text(
    client: Client, book: list[Application], index: int, raw: bytes, reason: str
):
    path, request, field = texts()[index]
    payload = with_bytes(request, raw)
    with no_record(client):
        expect_error(lambda: call_raw(client, path, payload), INVALID, reason, field)


@pytest.mark.parametrize("index", range(len(texts())))
def test_names_that_are_empty(client: Client, book: list[Application], index: int):
    path, request, field = texts()[index]
    packed = type(request).FromString(request.SerializeToString())
    clear_place(packed)
    with no_record(client):
        payload = packed.SerializeToString()
        expect_error(lambda: call_raw(client, path, payload), INVALID, "FIELD_MISSING", field)


def clear_place(message: Any) -> None:
    """Takes PLACE out of a message, wherever it stands."""
    for descriptor, value in message.ListFields():
        if descriptor.message_type:
            items = value if hasattr(value, "append") else [value]
            for item in items:
                clear_place(item)
        elif value == PLACE:
            message.ClearField(descriptor.name)


@pytest.mark.parametrize("length, accepted", [(128, True), (129, False)])
def test_subjects_have_128_bytes_at_most(client: Client, length: int, accepted: bool):
    subject = "ü" * (length // 2) + "x" * (length % 2)
    assert len(subject.encode()) == length
    if accepted:
        assert client.signals(subject).hops_to_flagged == -1
    else:
        expect_error(lambda: client.signals(subject), INVALID, "TEXT_TOO_LONG", "subject_id")


@pytest.mark.parametrize(
    "request_id, reason",
    [
        ("", ("REQUEST_ID_INVALID", "FIELD_MISSING")),
        ("with\nnewline", "REQUEST_ID_INVALID"),
        ("ünicode", "REQUEST_ID_INVALID"),
        ("x" * 65, "REQUEST_ID_INVALID"),
        ("with\x00nul", ("REQUEST_ID_INVALID", "TEXT_HAS_NUL")),
    ],
)
def test_request_ids(client: Client, request_id: str, reason):
    request = limits.OpenLineRequest(
        request_id=request_id, subject_id="x", product=PRODUCT, limit=money(100)
    )
    with no_record(client):
        payload = request.SerializeToString()
        path = LIMITS + "OpenLine"
        expect_error(lambda: call_raw(client, path, payload), INVALID, reason, "request_id")


def test_request_ids_may_have_64_printable_characters(client: Client):
    request_id = new_request_id() + "~" * (64 - 36)
    reply = client.open_line("x", PRODUCT, money(100), request_id=request_id)
    assert reply.line.line_id > 0

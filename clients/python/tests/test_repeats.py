"""The same request_id again: the same bytes, one effect; with another payload: an error."""

from __future__ import annotations

import threading
from typing import Any, Callable

import grpc
import pytest

from demo.book import PRODUCT, Application
from riskd_client import Client, entity, link, money, new_request_id
from riskd_client.client import feature_value
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.wire import DECISIONS, FEATURES, GRAPH, LIMITS, call_raw, expect_error, no_record

Maker = Callable[[Client, str], Any]
Change = Callable[[Client, Any], None]


def drawn_line(client: Client) -> common.Line:
    """A line with 500 drawn of 10,000."""
    line = client.open_line("r-subject", PRODUCT, money(10_000)).line
    hold = client.reserve(line.line_id, money(500)).hold
    return client.commit(hold.hold_id, money(500)).line


def held(client: Client) -> int:
    """A new hold of 100 on a line of its own."""
    line = client.open_line("r-subject", PRODUCT, money(10_000)).line
    return client.reserve(line.line_id, money(100)).hold.hold_id


def put_features(subject: str) -> features.PutFeaturesRequest:
    """Stores a duration; `subject` tells requests apart."""
    row = features.FeatureRow(subject_id=subject, values=[feature_value("duration_months", 9)])
    return features.PutFeaturesRequest(rows=[row])


def register(name: str) -> features.RegisterFeaturesRequest:
    """Registers one number."""
    definition = features.FeatureDefinition(name=name, type=features.FEATURE_TYPE_NUMBER)
    return features.RegisterFeaturesRequest(features=[definition])


def put_links(phone: str) -> graph.PutLinksRequest:
    """Links one phone."""
    made = link(entity("PERSON", "r-person"), "USES", entity("PHONE", phone))
    return graph.PutLinksRequest(links=[made])


#: Every write: its path, the request, and what makes it another payload that is right as well.
WRITES: list[tuple[str, Maker, Change]] = [
    (
        FEATURES + "RegisterFeatures",
        lambda c, t: register("r.feature"),
        lambda c, r: r.features[0].MergeFrom(register("r.other").features[0]),
    ),
    (
        FEATURES + "PutFeatures",
        lambda c, t: put_features(t),
        lambda c, r: r.rows[0].values[0].CopyFrom(feature_value("duration_months", 10)),
    ),
    (
        GRAPH + "PutLinks",
        lambda c, t: put_links(t),
        lambda c, r: r.links[0].to.MergeFrom(entity("PHONE", "r-other")),
    ),
    (
        GRAPH + "MarkEntity",
        lambda c, t: graph.MarkEntityRequest(entity=entity("PHONE", t), mark=5, reason="why"),
        lambda c, r: r.MergeFrom(graph.MarkEntityRequest(reason="another")),
    ),
    (
        LIMITS + "OpenLine",
        lambda c, t: limits.OpenLineRequest(subject_id=t, product=PRODUCT, limit=money(100)),
        lambda c, r: r.limit.CopyFrom(money(101)),
    ),
    (
        LIMITS + "Reserve",
        lambda c, t: limits.ReserveRequest(line_id=drawn_line(c).line_id, amount=money(7)),
        lambda c, r: r.amount.CopyFrom(money(8)),
    ),
    (
        LIMITS + "Commit",
        lambda c, t: limits.CommitRequest(hold_id=held(c), amount=money(7), keep_rest=True),
        lambda c, r: r.amount.CopyFrom(money(8)),
    ),
    (
        LIMITS + "Release",
        lambda c, t: limits.ReleaseRequest(hold_id=held(c)),
        lambda c, r: r.MergeFrom(limits.ReleaseRequest(hold_id=held(c))),
    ),
    (
        LIMITS + "Repay",
        lambda c, t: limits.RepayRequest(line_id=drawn_line(c).line_id, amount=money(7)),
        lambda c, r: r.amount.CopyFrom(money(8)),
    ),
    (
        DECISIONS + "Evaluate",
        lambda c, t: decisions.EvaluateRequest(
            subject_id="applicant-0000",
            product=PRODUCT,
            amount=money(100_000),
            term_months=12,
            hold=decisions.HoldOption(open_line=True),
        ),
        lambda c, r: r.MergeFrom(decisions.EvaluateRequest(term_months=13)),
    ),
]
NAMES = [path.rpartition("/")[2] for path, _, _ in WRITES]


@pytest.mark.parametrize("index", range(len(WRITES)), ids=NAMES)
def test_a_repeat_gives_the_same_bytes_and_no_record(
    client: Client, book: list[Application], index: int
):
    path, make, _ = WRITES[index]
    request = make(client, new_request_id())
    request.request_id = new_request_id()
    payload = request.SerializeToString()
    first = call_raw(client, path, payload)
    with no_record(client):
        for _ in range(3):
            assert call_raw(client, path, payload) == first


@pytest.mark.parametrize("index", range(len(WRITES)), ids=NAMES)
def test_the_same_id_with_another_payload_is_refused(
    client: Client, book: list[Application], index: int
):
    path, make, change = WRITES[index]
    request = make(client, new_request_id())
    request.request_id = new_request_id()
    first = call_raw(client, path, request.SerializeToString())
    changed = type(request).FromString(request.SerializeToString())
    change(client, changed)
    other = changed.SerializeToString()
    assert other != request.SerializeToString()
    with no_record(client):
        expect_error(
            lambda: call_raw(client, path, other),
            grpc.StatusCode.ALREADY_EXISTS,
            "REQUEST_ID_REUSED",
            "request_id",
        )
        assert call_raw(client, path, request.SerializeToString()) == first


def test_a_refusal_is_repeated_too_even_when_it_would_fit_now(client: Client):
    line = client.open_line("r-subject", PRODUCT, money(1_000)).line
    hold = client.reserve(line.line_id, money(1_000)).hold
    request_id = new_request_id()
    first = client.reserve(line.line_id, money(500), request_id=request_id)
    assert first.outcome == common.LIMIT_OUTCOME_LIMIT_EXCEEDED
    client.release(hold.hold_id)
    assert client.reserve(line.line_id, money(500), request_id=request_id) == first
    assert client.line(line.line_id).available_minor == 1_000


def test_many_repeats_at_once_have_one_effect(client: Client):
    line = client.open_line("r-subject", PRODUCT, money(100_000)).line
    request_id = new_request_id()
    replies: list[bytes] = []

    def caller() -> None:
        for _ in range(25):
            reply = client.reserve(line.line_id, money(10), request_id=request_id)
            replies.append(reply.SerializeToString(deterministic=True))

    threads = [threading.Thread(target=caller) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 200 and len(set(replies)) == 1
    assert client.line(line.line_id).held_minor == 10


def test_an_error_does_not_use_the_id_up(client: Client):
    line = client.open_line("r-subject", PRODUCT, money(1_000)).line
    request_id = new_request_id()
    expect_error(
        lambda: client.reserve(line.line_id, money(0), request_id=request_id),
        grpc.StatusCode.INVALID_ARGUMENT,
        "AMOUNT_NOT_POSITIVE",
    )
    reply = client.reserve(line.line_id, money(10), request_id=request_id)
    assert reply.outcome == common.LIMIT_OUTCOME_DONE

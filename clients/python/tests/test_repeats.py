"""The same request_id again: the same bytes, one effect; with another payload: an error."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

import grpc
import pytest

from demo.book import PRODUCT, Application
from demo.server import DEMO_KEY, Server
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


HOUR_MILLIS = 3_600_000
#: How far ahead of the server's clock an id may be.
FUTURE_MILLIS = 300_000


def aged(millis: int) -> str:
    """A new id whose time lies so long ago; a negative age lies ahead."""
    return new_request_id(time.time_ns() // 1_000_000 - millis)


@pytest.mark.parametrize(
    ("age_millis", "code", "reason"),
    [
        (25 * HOUR_MILLIS, grpc.StatusCode.OUT_OF_RANGE, "REQUEST_ID_EXPIRED"),
        (400 * 24 * HOUR_MILLIS, grpc.StatusCode.OUT_OF_RANGE, "REQUEST_ID_EXPIRED"),
        (-FUTURE_MILLIS - 60_000, grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_FROM_FUTURE"),
    ],
)
def test_an_id_outside_its_time_is_never_executed(
    client: Client, age_millis: int, code: grpc.StatusCode, reason: str
):
    line = client.open_line("r-subject", PRODUCT, money(1_000)).line
    request_id = aged(age_millis)
    with no_record(client):
        for _ in range(2):
            expect_error(
                lambda: client.reserve(line.line_id, money(10), request_id=request_id),
                code,
                reason,
                "request_id",
            )
    assert client.line(line.line_id).held_minor == 0


@pytest.mark.parametrize("age_millis", [0, 23 * HOUR_MILLIS, -FUTURE_MILLIS + 60_000])
def test_an_id_inside_its_time_is_executed_once(client: Client, age_millis: int):
    line = client.open_line("r-subject", PRODUCT, money(1_000)).line
    request_id = aged(age_millis)
    first = client.reserve(line.line_id, money(10), request_id=request_id)
    assert client.reserve(line.line_id, money(10), request_id=request_id) == first
    assert client.line(line.line_id).held_minor == 10


def test_other_printable_ids_are_taken(client: Client):
    line = client.open_line("r-subject", PRODUCT, money(1_000)).line
    request_id = f"order/{new_request_id()}"
    first = client.reserve(line.line_id, money(10), request_id=request_id)
    assert client.reserve(line.line_id, money(10), request_id=request_id) == first
    assert client.line(line.line_id).held_minor == 10


def test_a_thousand_duplicates_at_once_have_one_effect(client: Client):
    line = client.open_line("r-subject", PRODUCT, money(100_000)).line
    request = limits.ReserveRequest(
        request_id=new_request_id(), line_id=line.line_id, amount=money(10)
    )
    payload = request.SerializeToString()
    with ThreadPoolExecutor(50) as callers:
        replies = set(
            callers.map(lambda _: call_raw(client, LIMITS + "Reserve", payload), range(1_000))
        )
    assert len(replies) == 1
    assert client.line(line.line_id).held_minor == 10


def mark_phone(client: Client, why: str, request_id: str) -> graph.MarkEntityResponse:
    """One harmless record; its sequence says which."""
    return client.mark_entity(entity("PHONE", "q-phone"), "VIP", why, request_id=request_id)


def test_two_tenants_may_use_one_id_and_a_quota_is_each_tenants_own(
    tmp_path: Path, start: Callable[..., Server]
):
    keys = ["first-lenders-key", "second-lenders-key"]
    text = "format: riskd-config/1\nrequests: {window_hours: 24, per_tenant: 20}\ntenants:\n"
    for number, key in enumerate(keys, start=2):
        digest = hashlib.sha256(key.encode()).hexdigest()
        text += f"  - number: {number}\n    name: lender {number}\n"
        text += f"    keys:\n      - {{name: channel, sha256: {digest}}}\n"
    path = tmp_path / "config.yaml"
    path.write_text(text)
    running = start(extra=("--config", str(path)))
    request_id = new_request_id()
    for life in range(2):
        with Client(running.address, keys[0]) as first, Client(running.address, keys[1]) as second:
            for lender, client in enumerate((first, second)):
                assert mark_phone(client, f"lender {lender}", request_id).sequence == 1
            if life == 0:
                for _ in range(19):
                    mark_phone(first, "why", new_request_id())
            error = expect_error(
                lambda: mark_phone(first, "one too many", new_request_id()),
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "REQUEST_QUOTA",
            )
            assert 0 < (error.retry_delay_seconds or 0) <= 3_600
            assert mark_phone(first, "lender 0", request_id).sequence == 1, "repeats are answered"
            assert mark_phone(second, "why", new_request_id()).sequence == 2 + life
        running.stop()
        running = start(extra=("--config", str(path)))

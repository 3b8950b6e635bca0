"""The same request_id again: the same bytes, one effect; with another payload: an error."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

import grpc
import pytest
from google.protobuf import message_factory

from demo.book import PRODUCT, Application
from demo.server import Server
from riskd_client import Client, entity, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.wire import LIMITS, call_raw, expect_error, no_record
from tests.writes import READING, WRITES, methods, path_of, wait_until_counted

OF_THE_LEDGER = ("/creditrisk.v1.LimitService/", "/creditrisk.v1.PortfolioService/")
NAMES = [write.name for write in WRITES]


def test_no_method_is_forgotten():
    for method in methods():
        takes_id = "request_id" in method.input_type.fields_by_name
        only_reads = method.name.startswith(READING)
        assert takes_id != only_reads, f"{method.full_name}: a write takes a request_id"
    written = [path_of(method) for method in methods() if not method.name.startswith(READING)]
    assert sorted(write.path for write in WRITES) == sorted(written)


def outcomes(path: str, reply: bytes) -> list[int]:
    """What a reply of the ledger says came of its request."""
    method = next(one for one in methods() if path_of(one) == path)
    message = message_factory.GetMessageClass(method.output_type).FromString(reply)
    if "outcomes" in method.output_type.fields_by_name:
        return list(message.outcomes)
    return [message.outcome]


@pytest.mark.parametrize("index", range(len(WRITES)), ids=NAMES)
def test_a_repeat_gives_the_same_bytes_and_no_record(
    client: Client, book: list[Application], index: int
):
    path, make, _ = WRITES[index]
    request = make(client, new_request_id())
    request.request_id = new_request_id()
    payload = request.SerializeToString()
    first = call_raw(client, path, payload)
    if path.startswith(OF_THE_LEDGER):
        assert set(outcomes(path, first)) == {common.LIMIT_OUTCOME_DONE}
    wait_until_counted(client)
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
    wait_until_counted(client)
    changed = type(request).FromString(request.SerializeToString())
    change(changed)
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

"""Calls that are wrong below their message: path, key, bytes, content-type, size, time."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import Iterator

import grpc
import pytest

from demo.book import PRODUCT
from demo.server import DEMO_KEY, Server
from riskd_client import Client, RiskdError, money, new_request_id
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.wire import FEATURES, LIMITS
from tests.wire import call_raw, expect_error, frame, http2_call, no_record

MESSAGE_BYTES_MAX = 4 * 1024 * 1024
INTERNAL, EXHAUSTED, UNIMPLEMENTED = 13, 8, 12


@pytest.fixture(scope="module")
def line_id(client: Client) -> int:
    """A line to reserve from."""
    return client.open_line("c-subject", PRODUCT, money(10_000)).line.line_id


def reserve(line_id: int) -> bytes:
    """A Reserve that would succeed."""
    return limits.ReserveRequest(
        request_id=new_request_id(), line_id=line_id, amount=money(1)
    ).SerializeToString()


@contextmanager
def untouched(client: Client, line_id: int) -> Iterator[None]:
    """What is done inside must leave no record, and the line as it was."""
    before = client.line(line_id)
    with no_record(client):
        yield
    assert client.line(line_id) == before


@pytest.mark.parametrize(
    "path",
    [
        LIMITS + "NoSuchMethod",
        LIMITS + "reserve",
        "/creditrisk.v1.NoSuchService/Reserve",
        "/creditrisk.v2.LimitService/Reserve",
        "/nonsense",
        "/",
        "/a/b/c",
    ],
)
def test_unknown_methods(client: Client, line_id: int, path: str):
    with untouched(client, line_id), pytest.raises(RiskdError) as raised:
        call_raw(client, path, reserve(line_id))
    assert raised.value.code is grpc.StatusCode.UNIMPLEMENTED
    assert raised.value.message


@pytest.mark.parametrize(
    "header, reason",
    [
        (None, "KEY_MISSING"),
        ("", "KEY_MISSING"),
        (DEMO_KEY, "KEY_MISSING"),
        (f"Basic {DEMO_KEY}", "KEY_MISSING"),
        ("Bearer wrong-key", "KEY_UNKNOWN"),
        (f"Bearer {DEMO_KEY}x", "KEY_UNKNOWN"),
        (f"Bearer {DEMO_KEY[:-1]}", "KEY_UNKNOWN"),
        ("Bearer " + "x" * 4_000, "KEY_UNKNOWN"),
    ],
)
def test_keys(client: Client, line_id: int, header: str | None, reason):
    method = client.channel.unary_unary(LIMITS + "Reserve")
    metadata = () if header is None else (("authorization", header),)

    def call() -> None:
        try:
            method(reserve(line_id), metadata=metadata, timeout=20)
        except grpc.RpcError as error:
            raise RiskdError.from_rpc_error(error) from None

    with untouched(client, line_id):
        expect_error(call, grpc.StatusCode.UNAUTHENTICATED, reason)


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff",
        b"\x0a\x7fshort",
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x10" + b"\x80" * 10 + b"\x01",
        b"\x0b",
        b"\x07",
        b"\x1a\x05\x08\xff",
    ],
    ids=lambda raw: raw.hex()[:24],
)
def test_malformed_messages(client: Client, line_id: int, payload: bytes):
    path = LIMITS + "Reserve"
    with untouched(client, line_id):
        code = grpc.StatusCode.INTERNAL
        expect_error(lambda: call_raw(client, path, payload), code, "MESSAGE_MALFORMED")


def test_unknown_fields_are_ignored(client: Client, line_id: int):
    payload = reserve(line_id) + b"\xfa\x3f\x05hello" + b"\xf0\x3f\x07"
    reply = limits.ReserveResponse.FromString(call_raw(client, LIMITS + "Reserve", payload))
    assert reply.hold.amount_minor == 1
    released = client.release(reply.hold.hold_id)
    assert released.line.held_minor == reply.line.held_minor - 1


@pytest.mark.parametrize(
    "content_type", [None, "", "text/html", "application/json", "application/grpcfoo"]
)
def test_wrong_content_types(server: Server, client: Client, line_id: int, content_type):
    changed = {"content-type": content_type}
    with untouched(client, line_id):
        answer = http2_call(server.address, LIMITS + "Reserve", frame(reserve(line_id)), changed)
    assert answer.headers[":status"] == "415"


@pytest.mark.parametrize("content_type", ["application/grpc", "application/grpc+proto"])
def test_right_content_types(server: Server, line_id: int, content_type: str):
    body = frame(limits.GetLineRequest(line_id=line_id).SerializeToString())
    changed = {"content-type": content_type}
    answer = http2_call(server.address, LIMITS + "GetLine", body, changed)
    assert (answer.headers[":status"], answer.grpc_status) == ("200", 0)
    assert limits.GetLineResponse.FromString(answer.body[5:]).line.line_id == line_id


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_only_post(server: Server, client: Client, line_id: int, method: str):
    with untouched(client, line_id):
        body, changed = frame(reserve(line_id)), {":method": method}
        answer = http2_call(server.address, LIMITS + "Reserve", body, changed)
    assert answer.grpc_status != 0


def test_a_message_over_4_mib(client: Client):
    row = features.FeatureRow(subject_id="c-large")
    request = features.PutFeaturesRequest(request_id=new_request_id(), rows=[row])
    # An unknown field of bytes: all that is wrong about the message is its size.
    room = MESSAGE_BYTES_MAX + 1 - request.ByteSize()
    payload = request.SerializeToString() + b"\xfa\x3f" + varint(room - 6) + b"x" * (room - 6)
    assert len(payload) == MESSAGE_BYTES_MAX + 1
    with no_record(client), pytest.raises(RiskdError) as raised:
        call_raw(client, FEATURES + "PutFeatures", payload)
    assert raised.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    with pytest.raises(RiskdError) as raised:
        client.get_features("c-large")
    assert raised.value.reason == "SUBJECT_UNKNOWN"


def varint(value: int) -> bytes:
    """A length in four bytes."""
    return bytes([value & 127 | 128, value >> 7 & 127 | 128, value >> 14 & 127 | 128, value >> 21])


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", (UNIMPLEMENTED, INTERNAL)),
        (b"\0\0\0", (INTERNAL,)),
        (b"\0\0\0\0\x64short", (INTERNAL,)),
        (b"\x02\0\0\0\x01x", (INTERNAL,)),
        (b"\x01\0\0\0\x01x", (INTERNAL,)),
        (b"\0\xff\xff\xff\xff", (EXHAUSTED,)),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_broken_framing(server: Server, client: Client, line_id: int, body: bytes, status):
    with untouched(client, line_id):
        answer = http2_call(server.address, LIMITS + "Reserve", body)
    assert answer.grpc_status in status, answer


def test_two_messages_in_a_unary_call(server: Server, client: Client, line_id: int):
    with untouched(client, line_id):
        body = frame(reserve(line_id)) + frame(reserve(line_id))
        answer = http2_call(server.address, LIMITS + "Reserve", body)
    assert answer.grpc_status == UNIMPLEMENTED


@pytest.mark.parametrize("timeout", ["0n", "0m", "00000000H"])
def test_a_deadline_that_has_passed_is_never_executed(
    server: Server, client: Client, line_id: int, timeout: str
):
    with untouched(client, line_id):
        body, changed = frame(reserve(line_id)), {"grpc-timeout": timeout}
        answer = http2_call(server.address, LIMITS + "Reserve", body, changed)
    assert answer.grpc_status == 4 or answer.reset_code is not None, answer


@pytest.mark.parametrize("micros", [1, 20, 50, 100, 150, 200, 300, 500])
def test_a_deadline_that_passes_on_the_way_is_answered(
    server: Server, client: Client, line_id: int, micros: int
):
    changed = {"grpc-timeout": f"{micros}u"}
    for attempt in range(40):
        before = client.line(line_id).held_minor
        body = frame(reserve(line_id))
        # No answer at all ends in a TimeoutError of the socket.
        answer = http2_call(server.address, LIMITS + "Reserve", body, changed)
        cut_off = answer.reset_code is not None
        assert answer.grpc_status in (0, 4) or cut_off, (attempt, answer)
        # The commit may have been under way: a repeat says so, and the effect is there once.
        assert http2_call(server.address, LIMITS + "Reserve", body).grpc_status == 0
        assert client.line(line_id).held_minor == before + 1, (attempt, answer)


@pytest.mark.parametrize("timeout", ["soon", "999999999S", "5", "-1S", "5X"])
def test_a_malformed_deadline_is_an_error(
    server: Server, client: Client, line_id: int, timeout: str
):
    with untouched(client, line_id):
        body, changed = frame(reserve(line_id)), {"grpc-timeout": timeout}
        answer = http2_call(server.address, LIMITS + "Reserve", body, changed)
    assert answer.grpc_status != 0, answer


def test_a_generous_deadline_is_no_hindrance(server: Server, line_id: int):
    body = frame(limits.GetLineRequest(line_id=line_id).SerializeToString())
    changed = {"grpc-timeout": "99999999H"}
    answer = http2_call(server.address, LIMITS + "GetLine", body, changed)
    assert answer.grpc_status == 0


def test_http_1_is_closed_and_the_server_lives(server: Server, client: Client, line_id: int):
    host, _, port = server.address.rpartition(":")
    with socket.create_connection((host, int(port)), 10) as stream:
        stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
        while True:
            try:
                if not stream.recv(4_096):
                    break
            except ConnectionResetError:
                break
    assert client.line(line_id).line_id == line_id

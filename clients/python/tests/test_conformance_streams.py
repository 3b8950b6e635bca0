"""The conformance mode: calls with many replies, deadlines, cancellation, sizes."""

from __future__ import annotations

import itertools
import time
from typing import Callable

import grpc
import pytest

from tests.conformance import (
    CALL_SECONDS_MAX,
    DATA,
    ERROR,
    OPTIONS,
    RECEIVE_LIMIT,
    REPLY_FIELDS,
    SERVICE,
)
from tests.conformance import (
    Requests,
    Stream,
    Stub,
    Unary,
    compressed,
    expect_error,
    expect_reply_fields,
    expect_requests,
    expect_seen,
)
from tests.interop import InteropServer, message_frame, metadata_of, raw_call
from tests.interop_messages.connectrpc.conformance.v1 import service_pb2 as service


# One request, many replies.


@compressed
@pytest.mark.parametrize("error", [None, ERROR], ids=["ok", "error"])
@pytest.mark.parametrize("data", [[], [b"one"], DATA], ids=["none", "one", "three"])
def test_server_stream(
    conformance: Stub, data: list[bytes], error: service.Error | None, compression: grpc.Compression
):
    request = service.ServerStreamRequest(
        response_definition=Stream(response_data=data, error=error, **REPLY_FIELDS)
    )
    call = conformance.ServerStream(request, compression=compression, **OPTIONS)
    replies = list(itertools.islice(call, len(data)))
    assert [reply.payload.data for reply in replies] == data
    if error:
        expect_error(call, None if data else [request])
    else:
        assert list(call) == []
    for number, reply in enumerate(replies):
        assert reply.payload.HasField("request_info") == (number == 0)
    if replies:
        expect_seen(replies[0].payload.request_info, request)
    expect_reply_fields(call)


def test_server_stream_without_definition(conformance: Stub):
    assert list(conformance.ServerStream(service.ServerStreamRequest(), **OPTIONS)) == []


def test_headers_come_before_delays(conformance: Stub):
    definition = Stream(response_data=[b"late"], response_delay_ms=300, **REPLY_FIELDS)
    call = conformance.ServerStream(
        service.ServerStreamRequest(response_definition=definition), **OPTIONS
    )
    began = time.monotonic()
    assert metadata_of(call, "x-custom-header") == ["foo", "bar"]
    headers_seconds = time.monotonic() - began
    assert len(list(call)) == 1
    assert headers_seconds < time.monotonic() - began - 0.1


# Many requests, many replies.


@compressed
@pytest.mark.parametrize("error", [None, ERROR], ids=["ok", "error"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_half_duplex(
    conformance: Stub, count: int, error: service.Error | None, compression: grpc.Compression
):
    definition = Stream(response_data=DATA[:count], error=error, **REPLY_FIELDS)
    requests = [
        service.BidiStreamRequest(response_definition=definition),
        service.BidiStreamRequest(request_data=b"more"),
    ]
    call = conformance.BidiStream(iter(requests), compression=compression, **OPTIONS)
    replies = list(itertools.islice(call, count))
    assert [reply.payload.data for reply in replies] == DATA[:count]
    if error:
        expect_error(call, None if count else requests)
    else:
        assert list(call) == []
    if count:
        expect_seen(replies[0].payload.request_info, *requests)
        assert not any(reply.payload.HasField("request_info") for reply in replies[1:])
    expect_reply_fields(call)


def test_bidi_without_requests(conformance: Stub):
    assert list(conformance.BidiStream(iter([]), **OPTIONS)) == []


@compressed
@pytest.mark.parametrize("error", [None, ERROR], ids=["ok", "error"])
@pytest.mark.parametrize("delay", [0, 20], ids=["at once", "delayed"])
def test_full_duplex(
    conformance: Stub, delay: int, error: service.Error | None, compression: grpc.Compression
):
    definition = Stream(response_data=DATA, error=error, response_delay_ms=delay, **REPLY_FIELDS)
    requests = Requests()
    call = conformance.BidiStream(iter(requests), compression=compression, **OPTIONS)
    requests.send(service.BidiStreamRequest(response_definition=definition, full_duplex=True))
    for number, data in enumerate(DATA):
        if number:
            requests.send(service.BidiStreamRequest(request_data=b"%d" % number))
        payload = next(call).payload
        assert payload.data == data
        if number == 0:
            expect_seen(payload.request_info, requests.sent[0])
        else:
            expect_requests(payload.request_info, requests.sent[number])
            assert not payload.request_info.request_headers
    requests.send(None)
    if error:
        expect_error(call, None)
    else:
        assert list(call) == []
    expect_reply_fields(call)


@pytest.mark.parametrize("delay", [0, 20], ids=["at once", "delayed"])
def test_full_duplex_with_more_replies_than_requests(conformance: Stub, delay: int):
    definition = Stream(response_data=DATA, response_delay_ms=delay)
    first = service.BidiStreamRequest(response_definition=definition, full_duplex=True)
    replies = list(conformance.BidiStream(iter([first]), **OPTIONS))
    assert [reply.payload.data for reply in replies] == DATA
    expect_seen(replies[0].payload.request_info, first)
    assert not any(reply.payload.HasField("request_info") for reply in replies[1:])


def test_full_duplex_with_more_requests_than_replies(conformance: Stub):
    requests = Requests()
    call = conformance.BidiStream(iter(requests), **OPTIONS)
    definition = Stream(response_data=[b"only"], error=ERROR)
    requests.send(service.BidiStreamRequest(response_definition=definition, full_duplex=True))
    assert next(call).payload.data == b"only"
    requests.send(service.BidiStreamRequest(request_data=b"one too many"))
    expect_error(call, None)
    requests.send(None)


def test_full_duplex_error_at_once(conformance: Stub):
    requests = Requests()
    call = conformance.BidiStream(iter(requests), **OPTIONS)
    requests.send(
        service.BidiStreamRequest(
            response_definition=Stream(error=ERROR, **REPLY_FIELDS), full_duplex=True
        )
    )
    expect_reply_fields(expect_error(call, requests.sent))
    requests.send(None)


# Deadlines, cancellation, size.


def delayed_calls(conformance: Stub, timeout: float | None) -> dict[str, Callable[[], object]]:
    """A call of each shape that answers after longer than any test waits."""
    one = Unary(response_data=b"late", response_delay_ms=60_000)
    many = Stream(response_data=[b"late"], response_delay_ms=60_000)
    bidi = service.BidiStreamRequest
    return {
        "unary": lambda: conformance.Unary.future(
            service.UnaryRequest(response_definition=one), timeout=timeout
        ),
        "client stream": lambda: conformance.ClientStream.future(
            iter([service.ClientStreamRequest(response_definition=one)]), timeout=timeout
        ),
        "server stream": lambda: conformance.ServerStream(
            service.ServerStreamRequest(response_definition=many), timeout=timeout
        ),
        "half duplex": lambda: conformance.BidiStream(
            iter([bidi(response_definition=many)]), timeout=timeout
        ),
        "full duplex": lambda: conformance.BidiStream(
            iter([bidi(response_definition=many, full_duplex=True)]), timeout=timeout
        ),
    }


shapes = pytest.mark.parametrize(
    "shape", ["unary", "client stream", "server stream", "half duplex", "full duplex"]
)


@shapes
def test_deadlines(conformance: Stub, shape: str):
    call = delayed_calls(conformance, 0.2)[shape]()
    assert call.code() is grpc.StatusCode.DEADLINE_EXCEEDED


@shapes
def test_deadlines_of_the_server(conformance_server: InteropServer, shape: str):
    """The server ends the call itself, for a client that does not look at its clock."""
    one = Unary(response_delay_ms=60_000)
    many = Stream(response_data=[b"late"], response_delay_ms=60_000)
    path, request = {
        "unary": ("Unary", service.UnaryRequest(response_definition=one)),
        "client stream": ("ClientStream", service.ClientStreamRequest(response_definition=one)),
        "server stream": ("ServerStream", service.ServerStreamRequest(response_definition=many)),
        "half duplex": ("BidiStream", service.BidiStreamRequest(response_definition=many)),
        "full duplex": (
            "BidiStream",
            service.BidiStreamRequest(response_definition=many, full_duplex=True),
        ),
    }[shape]
    body = message_frame(request.SerializeToString())
    answer = raw_call(conformance_server, SERVICE + path, body, [("grpc-timeout", "100m")])
    assert answer.status == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]


@shapes
def test_cancellation(conformance: Stub, shape: str):
    call = delayed_calls(conformance, None)[shape]()
    call.cancel()
    assert call.code() is grpc.StatusCode.CANCELLED


def sized(request: object, count: int) -> object:
    """The request with ballast so that it has exactly `count` bytes."""
    request.request_data = bytes(count - request.ByteSize() - 10)
    while request.ByteSize() < count:
        request.request_data += b"\0"
    assert request.ByteSize() == count
    return request


@compressed
@pytest.mark.parametrize("above", [0, 10])
def test_receive_limit(conformance: Stub, above: int, compression: grpc.Compression):
    options = {"compression": compression, "timeout": CALL_SECONDS_MAX}
    count = RECEIVE_LIMIT + above
    definition = Unary(response_data=b"taken")
    unary = sized(service.UnaryRequest(response_definition=definition), count)
    first = service.ClientStreamRequest(response_definition=definition)
    upload = [first, sized(service.ClientStreamRequest(request_data=b"x"), count)]
    calls = [
        lambda: conformance.Unary(unary, **options),
        lambda: conformance.ClientStream(iter(upload), **options),
    ]
    for call in calls:
        if above == 0:
            assert call().payload.data == b"taken"
        else:
            with pytest.raises(grpc.RpcError) as raised:
                call()
            assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED

"""The standard gRPC interop cases, each by its name, with Python grpcio as the client."""

from __future__ import annotations

import itertools
import queue
import threading
import time

import grpc
import pytest

from tests.interop import InteropServer, message_frame, metadata_of, raw_call
from tests.interop_cases import CALL_SECONDS_MAX, ECHO_INITIAL, ECHO_TRAILING, LARGE_REPLY
from tests.interop_cases import LARGE_REQUEST, REPLY_SIZES, REQUEST_SIZES, SERVICE, SPECIAL_MESSAGE
from tests.interop_cases import Requests, download, expect_code, flag, large_request, payload
from tests.interop_messages.grpc.testing import empty_pb2, messages_pb2, test_pb2_grpc
from tests.interop_messages.grpc.testing.test_pb2_grpc import TestServiceStub as Stub


def test_empty_unary(interop: Stub):
    reply, call = interop.EmptyCall.with_call(empty_pb2.Empty(), timeout=CALL_SECONDS_MAX)
    assert reply == empty_pb2.Empty() and call.code() is grpc.StatusCode.OK


def test_large_unary(interop: Stub):
    reply = interop.UnaryCall(large_request(), timeout=CALL_SECONDS_MAX)
    assert reply == messages_pb2.SimpleResponse(payload=payload(LARGE_REPLY))


def test_cacheable_unary(interop: Stub):
    replies, fields = [], []
    for _ in range(2):
        reply, call = interop.CacheableUnaryCall.with_call(
            messages_pb2.SimpleRequest(payload=payload(8)), timeout=CALL_SECONDS_MAX
        )
        replies.append(int(reply.payload.body))
        fields += metadata_of(call, "cache-control")
    assert abs(replies[0] / 1e9 - time.time()) < 60 and replies[0] != replies[1]
    assert fields == ["max-age=60, public"] * 2


def test_client_compressed_unary(interop: Stub):
    for is_expected, is_packed in itertools.product([True, False], [True, False]):

        def call(expected: bool = is_expected, packed: bool = is_packed):
            return interop.UnaryCall(
                large_request(expect_compressed=flag(expected)),
                compression=grpc.Compression.Gzip if packed else grpc.Compression.NoCompression,
                timeout=CALL_SECONDS_MAX,
            )

        if is_expected == is_packed:
            assert len(call().payload.body) == LARGE_REPLY
        else:
            expect_code(grpc.StatusCode.INVALID_ARGUMENT, call)


@pytest.mark.parametrize("is_packed", [True, False])
def test_server_compressed_unary(interop_server: InteropServer, interop: Stub, is_packed: bool):
    request = large_request(response_compressed=flag(is_packed))
    assert len(interop.UnaryCall(request, timeout=CALL_SECONDS_MAX).payload.body) == LARGE_REPLY
    body = message_frame(request.SerializeToString())
    answer = raw_call(
        interop_server, SERVICE + "UnaryCall", body, [("grpc-accept-encoding", "identity,gzip")]
    )
    assert answer.status == 0 and [flag for flag, _ in answer.frames] == [int(is_packed)]
    reply = messages_pb2.SimpleResponse.FromString(answer.messages[0])
    assert len(reply.payload.body) == LARGE_REPLY


def test_server_compression_is_only_for_clients_that_take_it(interop_server: InteropServer):
    request = messages_pb2.SimpleRequest(response_size=9, response_compressed=flag(True))
    body = message_frame(request.SerializeToString())
    answer = raw_call(interop_server, SERVICE + "UnaryCall", body)
    assert answer.status == 0 and answer.frames[0][0] == 0


def test_client_streaming(interop: Stub):
    requests = [messages_pb2.StreamingInputCallRequest(payload=payload(n)) for n in REQUEST_SIZES]
    reply = interop.StreamingInputCall(iter(requests), timeout=CALL_SECONDS_MAX)
    assert reply.aggregated_payload_size == 74_922 == sum(REQUEST_SIZES)


def test_client_compressed_streaming(interop_server: InteropServer, interop: Stub):
    probe = messages_pb2.StreamingInputCallRequest(
        payload=payload(27_182), expect_compressed=flag(True)
    )
    expect_code(
        grpc.StatusCode.INVALID_ARGUMENT,
        lambda: interop.StreamingInputCall(iter([probe]), timeout=CALL_SECONDS_MAX),
    )
    plain = messages_pb2.StreamingInputCallRequest(
        payload=payload(45_904), expect_compressed=flag(False)
    )
    # grpcio packs all messages of a call or none; this call packs the first only.
    body = message_frame(probe.SerializeToString(), packed=True)
    body += message_frame(plain.SerializeToString())
    answer = raw_call(
        interop_server, SERVICE + "StreamingInputCall", body, [("grpc-encoding", "gzip")]
    )
    assert answer.status == 0
    reply = messages_pb2.StreamingInputCallResponse.FromString(answer.messages[0])
    assert reply.aggregated_payload_size == 73_086


def test_server_streaming(interop: Stub):
    replies = list(interop.StreamingOutputCall(download(*REPLY_SIZES), timeout=CALL_SECONDS_MAX))
    assert [reply.payload for reply in replies] == [payload(size) for size in REPLY_SIZES]


def test_server_streaming_keeps_intervals(interop: Stub):
    wanted = [messages_pb2.ResponseParameters(size=1, interval_us=40_000) for _ in range(5)]
    request = messages_pb2.StreamingOutputCallRequest(response_parameters=wanted)
    began = time.monotonic()
    assert len(list(interop.StreamingOutputCall(request, timeout=CALL_SECONDS_MAX))) == 5
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("packed", [[True, False], [False, True], [False, False]])
def test_server_compressed_streaming(interop_server: InteropServer, packed: list[bool]):
    sizes = [31_415, 92_653]
    wanted = [
        messages_pb2.ResponseParameters(size=size, compressed=flag(is_packed))
        for size, is_packed in zip(sizes, packed)
    ]
    request = messages_pb2.StreamingOutputCallRequest(response_parameters=wanted)
    answer = raw_call(
        interop_server,
        SERVICE + "StreamingOutputCall",
        message_frame(request.SerializeToString()),
        [("grpc-accept-encoding", "identity,gzip")],
    )
    assert answer.status == 0
    assert [flag for flag, _ in answer.frames] == [int(is_packed) for is_packed in packed]
    replies = [messages_pb2.StreamingOutputCallResponse.FromString(m) for m in answer.messages]
    assert [len(reply.payload.body) for reply in replies] == sizes


def test_ping_pong(interop: Stub):
    requests = Requests()
    call = interop.FullDuplexCall(iter(requests), timeout=CALL_SECONDS_MAX)
    for count, size in zip(REQUEST_SIZES, REPLY_SIZES):
        requests.send(download(size, count=count))
        assert len(next(call).payload.body) == size
    requests.end()
    assert list(call) == []


def test_empty_stream(interop: Stub):
    assert list(interop.FullDuplexCall(iter([]), timeout=CALL_SECONDS_MAX)) == []


def test_half_duplex(interop: Stub):
    requests = Requests()
    call = interop.HalfDuplexCall(iter(requests), timeout=CALL_SECONDS_MAX)
    for size in REPLY_SIZES:
        requests.send(download(size))
    first: queue.Queue[object] = queue.Queue()
    threading.Thread(target=lambda: first.put(next(call)), daemon=True).start()
    with pytest.raises(queue.Empty):
        first.get(timeout=0.2)
    requests.end()
    sizes = [len(first.get(timeout=CALL_SECONDS_MAX).payload.body)]
    assert sizes + [len(reply.payload.body) for reply in call] == REPLY_SIZES


def test_timeout_on_sleeping_server(interop: Stub):
    requests = Requests()
    requests.send(download(count=27_182))
    call = interop.FullDuplexCall(iter(requests), timeout=0.001)
    expect_code(grpc.StatusCode.DEADLINE_EXCEEDED, call)
    requests.end()


def test_cancel_after_begin(interop: Stub):
    requests = Requests()
    call = interop.StreamingInputCall.future(iter(requests))
    call.cancel()
    assert call.cancelled() and call.code() is grpc.StatusCode.CANCELLED
    requests.end()


def test_cancel_after_first_response(interop: Stub):
    requests = Requests()
    call = interop.FullDuplexCall(iter(requests), timeout=CALL_SECONDS_MAX)
    requests.send(download(31_415, count=27_182))
    assert len(next(call).payload.body) == 31_415
    call.cancel()
    expect_code(grpc.StatusCode.CANCELLED, call)
    requests.end()


def test_custom_metadata(interop: Stub):
    metadata = (ECHO_INITIAL, ECHO_TRAILING)
    _, unary = interop.UnaryCall.with_call(
        large_request(), metadata=metadata, timeout=CALL_SECONDS_MAX
    )
    stream = interop.FullDuplexCall(
        iter([download(LARGE_REPLY, count=LARGE_REQUEST)]),
        metadata=metadata,
        timeout=CALL_SECONDS_MAX,
    )
    assert len(list(stream)) == 1
    for call in [unary, stream]:
        assert metadata_of(call, ECHO_INITIAL[0]) == [ECHO_INITIAL[1]]
        assert metadata_of(call, ECHO_TRAILING[0], trailing=True) == [ECHO_TRAILING[1]]


def test_custom_metadata_twice(interop: Stub):
    values = [b"", b"\0\xff", b"plain"]
    metadata = [(ECHO_TRAILING[0], value) for value in values]
    _, call = interop.EmptyCall.with_call(
        empty_pb2.Empty(), metadata=metadata, timeout=CALL_SECONDS_MAX
    )
    assert metadata_of(call, ECHO_TRAILING[0], trailing=True) == values


@pytest.mark.parametrize(
    "message", ["test status message", SPECIAL_MESSAGE], ids=["plain", "special"]
)
def test_status_code_and_message(interop: Stub, message: str):
    """status_code_and_message and special_status_message."""
    status = messages_pb2.EchoStatus(code=2, message=message)
    unary = messages_pb2.SimpleRequest(response_status=status)
    error = expect_code(
        grpc.StatusCode.UNKNOWN, lambda: interop.UnaryCall(unary, timeout=CALL_SECONDS_MAX)
    )
    assert error.details() == message
    stream = interop.FullDuplexCall(
        iter([download(response_status=status)]), timeout=CALL_SECONDS_MAX
    )
    assert expect_code(grpc.StatusCode.UNKNOWN, stream).details() == message


def test_every_status_code(interop: Stub):
    for code in grpc.StatusCode:
        if code is not grpc.StatusCode.OK:
            status = messages_pb2.EchoStatus(code=code.value[0], message=code.name)
            request = messages_pb2.SimpleRequest(response_status=status)
            error = expect_code(code, lambda: interop.UnaryCall(request, timeout=CALL_SECONDS_MAX))
            assert error.details() == code.name


def test_unimplemented_method(interop: Stub):
    expect_code(
        grpc.StatusCode.UNIMPLEMENTED,
        lambda: interop.UnimplementedCall(empty_pb2.Empty(), timeout=CALL_SECONDS_MAX),
    )


def test_unimplemented_service(interop_channel: grpc.Channel):
    other = test_pb2_grpc.UnimplementedServiceStub(interop_channel)
    expect_code(
        grpc.StatusCode.UNIMPLEMENTED,
        lambda: other.UnimplementedCall(empty_pb2.Empty(), timeout=CALL_SECONDS_MAX),
    )

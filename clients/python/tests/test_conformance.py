"""The conformance mode, started as the public suite starts it: calls with one reply."""

from __future__ import annotations

import subprocess
from pathlib import Path

import grpc
import pytest

from tests.conformance import CALL_SECONDS_MAX, DATA, ERROR, OPTIONS, REPLY_FIELDS, SERVICE
from tests.conformance import (
    Stub,
    Unary,
    compressed,
    expect_error,
    expect_reply_fields,
    expect_seen,
    start,
)
from tests.interop import InteropServer, find_binary, message_frame, raw_call
from tests.interop_messages.connectrpc.conformance.v1 import config_pb2 as config
from tests.interop_messages.connectrpc.conformance.v1 import server_compat_pb2 as compat
from tests.interop_messages.connectrpc.conformance.v1 import service_pb2 as service

BAD_DATA, BAD_CONFIGURATION = 65, 78


# The handshake.


@pytest.mark.parametrize(
    "sent",
    [b"", b"\0\0", b"\0\0\0\5ab", b"\xff\xff\xff\xff", b"\0\0\0\2\x08\xff"],
    ids=["nothing", "half a length", "half a request", "too long", "no message"],
)
def test_broken_handshake(sent: bytes):
    done = subprocess.run(
        [str(find_binary()), "conformance"], input=sent, capture_output=True, timeout=30
    )
    assert done.returncode == BAD_DATA and done.stdout == b"" and done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "wish",
    [{"protocol": config.PROTOCOL_CONNECT}, {"http_version": config.HTTP_VERSION_1}],
    ids=["connect", "http/1.1"],
)
def test_wishes_that_are_not_served(wish: dict[str, int]):
    packed = compat.ServerCompatRequest(**wish).SerializeToString()
    done = subprocess.run(
        [str(find_binary()), "conformance"],
        input=len(packed).to_bytes(4, "big") + packed,
        capture_output=True,
        timeout=30,
    )
    assert done.returncode == BAD_CONFIGURATION and done.stdout == b""


def test_a_client_without_its_certificate_is_not_served(tmp_path: Path):
    with start("client certificate", tmp_path) as running:
        stranger = grpc.ssl_channel_credentials(running.credentials.certificate)
        with grpc.secure_channel(running.address, stranger) as channel:
            with pytest.raises(grpc.RpcError) as raised:
                Stub(channel).Unary(service.UnaryRequest(), timeout=CALL_SECONDS_MAX)
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE


def test_tls_without_a_certificate():
    packed = compat.ServerCompatRequest(use_tls=True).SerializeToString()
    done = subprocess.run(
        [str(find_binary()), "conformance"],
        input=len(packed).to_bytes(4, "big") + packed,
        capture_output=True,
        timeout=30,
    )
    assert done.returncode == 1 and done.stdout == b"" and b"TLS" in done.stderr


# One request, one reply.

UNARY = {
    "Unary": (lambda stub: stub.Unary, service.UnaryRequest),
    "IdempotentUnary": (lambda stub: stub.IdempotentUnary, service.IdempotentUnaryRequest),
}
unary_methods = pytest.mark.parametrize("name", UNARY)


@compressed
@unary_methods
@pytest.mark.parametrize("data", DATA, ids=["text", "empty", "long"])
def test_unary(conformance: Stub, name: str, data: bytes, compression: grpc.Compression):
    method, Request = UNARY[name]
    request = Request(
        response_definition=Unary(response_data=data, **REPLY_FIELDS), request_data=b"\1" * 100
    )
    reply, call = method(conformance).with_call(request, compression=compression, **OPTIONS)
    assert reply.payload.data == data
    expect_seen(reply.payload.request_info, request)
    expect_reply_fields(call)


@unary_methods
@pytest.mark.parametrize("definition", [None, Unary()], ids=["no definition", "empty"])
def test_unary_without_definition(conformance: Stub, name: str, definition: Unary | None):
    method, Request = UNARY[name]
    request = Request(response_definition=definition)
    reply = method(conformance)(request, **OPTIONS)
    assert reply.payload.data == b""
    expect_seen(reply.payload.request_info, request)


@compressed
@unary_methods
def test_unary_error(conformance: Stub, name: str, compression: grpc.Compression):
    method, Request = UNARY[name]
    request = Request(response_definition=Unary(error=ERROR, **REPLY_FIELDS))
    error = expect_error(
        lambda: method(conformance)(request, compression=compression, **OPTIONS), [request]
    )
    expect_reply_fields(error)


def test_every_error_code(conformance: Stub):
    for code in range(1, 17):
        wanted = service.Error(code=code, message=ERROR.message, details=ERROR.details)
        request = service.UnaryRequest(response_definition=Unary(error=wanted))
        expect_error(lambda: conformance.Unary(request, **OPTIONS), [request], code)


def test_unimplemented(conformance: Stub):
    with pytest.raises(grpc.RpcError) as raised:
        conformance.Unimplemented(service.UnimplementedRequest(), **OPTIONS)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    ("timeout", "millis"), [("10S", 10_000), ("9999m", 9_999), ("1H", 3_600_000), (None, None)]
)
def test_timeouts_are_told(
    conformance_server: InteropServer, timeout: str | None, millis: int | None
):
    """As the client sent it: grpcio would round it up."""
    extra = [("grpc-timeout", timeout)] if timeout else []
    answer = raw_call(conformance_server, SERVICE + "Unary", message_frame(b""), extra)
    info = service.UnaryResponse.FromString(answer.messages[0]).payload.request_info
    assert info.HasField("timeout_ms") == (millis is not None)
    if millis is not None:
        assert millis - 500 <= info.timeout_ms <= millis


# Many requests, one reply.


@compressed
@pytest.mark.parametrize("count", [0, 1, 3])
def test_client_stream(conformance: Stub, count: int, compression: grpc.Compression):
    definitions = [Unary(response_data=b"first", **REPLY_FIELDS), Unary(response_data=b"no"), None]
    requests = [
        service.ClientStreamRequest(response_definition=definition, request_data=b"data")
        for definition in definitions[:count]
    ]
    reply, call = conformance.ClientStream.with_call(
        iter(requests), compression=compression, **OPTIONS
    )
    assert reply.payload.data == (b"first" if count else b"")
    expect_seen(reply.payload.request_info, *requests)
    if count:
        expect_reply_fields(call)


def test_client_stream_error(conformance: Stub):
    requests = [
        service.ClientStreamRequest(response_definition=Unary(error=ERROR, **REPLY_FIELDS)),
        service.ClientStreamRequest(request_data=b"more"),
    ]
    error = expect_error(lambda: conformance.ClientStream(iter(requests), **OPTIONS), requests)
    expect_reply_fields(error)

"""The conformance mode below gRPC libraries: broken bodies, gRPC-Web."""

from __future__ import annotations

import base64

import grpc
import pytest

from tests.conformance import DATA, DETAILS, ERROR, HEADERS, REPLY_FIELDS, SERVICE
from tests.conformance import Stream, Unary, expect_seen
from tests.interop import InteropServer, message_frame, raw_call
from tests.interop_messages.connectrpc.conformance.v1 import service_pb2 as service
from tests.interop_messages.google.rpc import status_pb2


# What no gRPC library sends.


@pytest.mark.parametrize("path", ["Unary", "ServerStream"])
@pytest.mark.parametrize("count", [0, 2])
def test_wrong_number_of_requests(conformance_server: InteropServer, path: str, count: int):
    answer = raw_call(conformance_server, SERVICE + path, message_frame(b"") * count)
    assert answer.status == grpc.StatusCode.UNIMPLEMENTED.value[0]


@pytest.mark.parametrize(
    ("extra", "body", "code"),
    [
        ([("grpc-encoding", "foo")], message_frame(b"", packed=True), "UNIMPLEMENTED"),
        ([("grpc-encoding", "identity")], message_frame(b"", packed=True), "INTERNAL"),
        ([], message_frame(b"", packed=True), "INTERNAL"),
        ([], b"\0\0\0", "INTERNAL"),
        ([], b"\0\0\0\0\x0aabc", "INTERNAL"),
    ],
    ids=["unknown encoding", "packed identity", "packed unsaid", "half a prefix", "half a message"],
)
def test_broken_bodies(
    conformance_server: InteropServer, extra: list[tuple[str, str]], body: bytes, code: str
):
    answer = raw_call(conformance_server, SERVICE + "ClientStream", body, extra)
    assert answer.status == grpc.StatusCode[code].value[0]


# gRPC-Web.


def web_call(conformance_server: InteropServer, path: str, *requests: object, extra=()):
    """A gRPC-Web call; its body must end with trailers."""
    body = b"".join(message_frame(request.SerializeToString()) for request in requests)
    answer = raw_call(
        conformance_server,
        SERVICE + path,
        body,
        [*HEADERS, ("x-bytes-bin", "AP8="), *extra],
        content_type="application/grpc-web+proto",
    )
    assert dict(answer.headers)[":status"] == "200"
    assert not answer.trailers, "gRPC-Web has its trailers in the body"
    return answer


def test_web_unary(conformance_server: InteropServer):
    request = service.UnaryRequest(response_definition=Unary(response_data=b"data", **REPLY_FIELDS))
    answer = web_call(conformance_server, "Unary", request)
    reply = service.UnaryResponse.FromString(answer.messages[0])
    assert reply.payload.data == b"data"
    expect_seen(reply.payload.request_info, request)
    assert answer.values("x-custom-header") == ["foo", "bar"]
    trailers = answer.web_trailers
    assert ("grpc-status", "0") in trailers and ("x-custom-trailer", "bing") in trailers
    binary = [value for name, value in trailers if name == "x-t-bin"]
    assert [base64.b64decode(value + "==") for value in binary] == [b"\xff\xfe", b""]


def test_web_server_stream(conformance_server: InteropServer):
    request = service.ServerStreamRequest(
        response_definition=Stream(response_data=DATA, error=ERROR, **REPLY_FIELDS)
    )
    answer = web_call(conformance_server, "ServerStream", request)
    replies = [service.ServerStreamResponse.FromString(message) for message in answer.messages]
    assert [reply.payload.data for reply in replies] == DATA
    assert ("grpc-status", "13") in answer.web_trailers


def test_web_error_at_once(conformance_server: InteropServer):
    request = service.UnaryRequest(response_definition=Unary(error=ERROR))
    answer = web_call(conformance_server, "Unary", request)
    found = answer.headers if not answer.body else answer.web_trailers
    assert ("grpc-status", "13") in found
    (text,) = [value for name, value in found if name == DETAILS]
    status = status_pb2.Status.FromString(base64.b64decode(text + "=" * (-len(text) % 4)))
    assert len(status.details) == 3 and status.message == ERROR.message


def test_web_streams_of_requests(conformance_server: InteropServer):
    upload = [
        service.ClientStreamRequest(response_definition=Unary(response_data=b"data")),
        service.ClientStreamRequest(request_data=b"more"),
    ]
    answer = web_call(conformance_server, "ClientStream", *upload)
    reply = service.ClientStreamResponse.FromString(answer.messages[0])
    assert reply.payload.data == b"data"
    expect_seen(reply.payload.request_info, *upload)
    half = service.BidiStreamRequest(response_definition=Stream(response_data=DATA))
    answer = web_call(conformance_server, "BidiStream", half)
    assert len(answer.messages) == len(DATA) and ("grpc-status", "0") in answer.web_trailers


def test_web_timeout(conformance_server: InteropServer):
    request = service.UnaryRequest(response_definition=Unary(response_delay_ms=60_000))
    answer = web_call(conformance_server, "Unary", request, extra=[("grpc-timeout", "100m")])
    found = answer.headers if not answer.body else answer.web_trailers
    assert ("grpc-status", "4") in found


def test_web_gzip(conformance_server: InteropServer):
    request = service.UnaryRequest(response_definition=Unary(response_data=bytes(5_000)))
    body = message_frame(request.SerializeToString(), packed=True)
    answer = raw_call(
        conformance_server,
        SERVICE + "Unary",
        body,
        [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip")],
        content_type="application/grpc-web",
    )
    assert answer.frames[0][0] == 1
    assert service.UnaryResponse.FromString(answer.messages[0]).payload.data == bytes(5_000)

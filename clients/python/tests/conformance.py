"""What the tests of the conformance mode share: its start, requests, expectations."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Iterator

import grpc
import pytest
from google.protobuf import any_pb2, wrappers_pb2

from tests.interop import Credentials, InteropServer, metadata_of
from tests.interop_messages.connectrpc.conformance.v1 import config_pb2 as config
from tests.interop_messages.connectrpc.conformance.v1 import server_compat_pb2 as compat
from tests.interop_messages.connectrpc.conformance.v1 import service_pb2 as service
from tests.interop_messages.connectrpc.conformance.v1 import service_pb2_grpc
from tests.interop_messages.google.rpc import status_pb2

SERVICE = "/connectrpc.conformance.v1.ConformanceService/"
RECEIVE_LIMIT = 200 * 1_024
CALL_SECONDS_MAX = 20.0
DETAILS = "grpc-status-details-bin"
HEADERS = [("x-conformance-test", "Value1"), ("x-conformance-test", "Value2")]
DATA = [b"test response", b"", b"\0" * 5_000]
Stub = service_pb2_grpc.ConformanceServiceStub
Stream = service.StreamResponseDefinition
Unary = service.UnaryResponseDefinition


def start(kind: str, folder: Path) -> InteropServer:
    """Starts the server for one kind of connection, as the suite does."""
    asked = compat.ServerCompatRequest(
        protocol=config.PROTOCOL_GRPC,
        http_version=config.HTTP_VERSION_2,
        message_receive_limit=RECEIVE_LIMIT,
    )
    credentials = client = None
    if kind != "clear":
        credentials = Credentials.make(folder, "server")
        asked.use_tls = True
        asked.server_creds.cert = credentials.certificate
        asked.server_creds.key = credentials.key
    if kind == "client certificate":
        client = Credentials.make(folder, "client")
        asked.client_tls_cert = client.certificate
    running = InteropServer(request=asked, credentials=credentials, client=client)
    assert running.response.host == "127.0.0.1"
    assert running.response.pem_cert == (credentials.certificate if credentials else b"")
    return running


def fields(name: str, *values: str) -> service.Header:
    """A header or trailer with these values."""
    return service.Header(name=name, value=values)


#: Several values of one name, and a -bin name, whose values the suite writes as base64.
REPLY_FIELDS = {
    "response_headers": [fields("x-custom-header", "foo", "bar"), fields("x-h-bin", "AAEC")],
    "response_trailers": [fields("x-custom-trailer", "bing"), fields("x-t-bin", "//4", "")],
}


def expect_reply_fields(call: grpc.Call) -> None:
    """The reply carries REPLY_FIELDS, each where it belongs."""
    assert metadata_of(call, "x-custom-header") == ["foo", "bar"]
    assert metadata_of(call, "x-h-bin") == [b"\0\1\2"]
    assert metadata_of(call, "x-custom-trailer", trailing=True) == ["bing"]
    assert metadata_of(call, "x-t-bin", trailing=True) == [b"\xff\xfe", b""]
    assert not metadata_of(call, "x-custom-trailer")
    assert not metadata_of(call, "x-custom-header", trailing=True)


def expect_seen(info: service.ConformancePayload.RequestInfo, *requests: object) -> None:
    """The server tells the headers with every value, and the requests as they came."""
    headers = {header.name: list(header.value) for header in info.request_headers}
    assert headers["x-conformance-test"] == ["Value1", "Value2"]
    assert headers["x-bytes-bin"] == ["AP8"]
    expect_requests(info, *requests)


def expect_requests(info: service.ConformancePayload.RequestInfo, *requests: object) -> None:
    """The server tells these requests and no others."""
    assert len(info.requests) == len(requests)
    for packed, request in zip(info.requests, requests):
        unpacked = type(request)()
        assert packed.Unpack(unpacked) and unpacked == request


#: How each test calls: with and without gzip.
OPTIONS = {
    "metadata": [*HEADERS, ("x-bytes-bin", b"\0\xff")],
    "timeout": CALL_SECONDS_MAX,
}
compressed = pytest.mark.parametrize(
    "compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip], ids=["plain", "gzip"]
)


def detail(text: str) -> any_pb2.Any:
    """A detail of an error: any message does."""
    packed = any_pb2.Any()
    packed.Pack(wrappers_pb2.StringValue(value=text))
    return packed


#: An error with a message that has to be encoded, and two details.
ERROR = service.Error(
    code=config.CODE_INTERNAL, message="failed: 100% ☺\n", details=[detail("a"), detail("b")]
)


def expect_error(
    call: object, requests: list[object] | None, code: int = config.CODE_INTERNAL
) -> grpc.RpcError:
    """The call ends with ERROR; `requests` are what its last detail tells, None without it."""
    with pytest.raises(grpc.RpcError) as raised:
        call() if callable(call) else list(call)
    error = raised.value
    assert error.code().value[0] == code, error
    assert error.details() == ERROR.message
    (packed,) = metadata_of(error, DETAILS, trailing=True)
    status = status_pb2.Status.FromString(packed)
    assert (status.code, status.message) == (code, ERROR.message)
    assert list(status.details[:2]) == list(ERROR.details)
    assert len(status.details) == (2 if requests is None else 3)
    if requests is not None:
        info = service.ConformancePayload.RequestInfo()
        assert status.details[2].Unpack(info)
        expect_seen(info, *requests)
    return error


class Requests:
    """The requests of a stream, given one by one while the call runs."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[object] = queue.Queue()
        self.sent: list[object] = []

    def send(self, request: object) -> None:
        """Sends one more; None half-closes."""
        self._waiting.put(request)
        if request is not None:
            self.sent.append(request)

    def __iter__(self) -> Iterator[object]:
        return iter(self._waiting.get, None)

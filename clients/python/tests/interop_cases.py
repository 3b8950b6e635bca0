"""What the tests of the interop cases share: sizes, requests, expectations."""

from __future__ import annotations

import queue
from typing import Iterator

import grpc
import pytest

from tests.interop_messages.grpc.testing import messages_pb2

SERVICE = "/grpc.testing.TestService/"
LARGE_REQUEST, LARGE_REPLY = 271_828, 314_159
REQUEST_SIZES = [27_182, 8, 1_828, 45_904]
REPLY_SIZES = [31_415, 9, 2_653, 58_979]
CALL_SECONDS_MAX = 20.0
ECHO_INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
ECHO_TRAILING = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
SPECIAL_MESSAGE = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
LOAD_REPORT = "endpoint-load-metrics-bin"


def payload(count: int) -> messages_pb2.Payload:
    """Ballast of `count` zeros."""
    return messages_pb2.Payload(body=bytes(count))


def large_request(**more: object) -> messages_pb2.SimpleRequest:
    """The request of the large unary cases."""
    return messages_pb2.SimpleRequest(
        response_size=LARGE_REPLY, payload=payload(LARGE_REQUEST), **more
    )


def download(
    *sizes: int, count: int = 0, **more: object
) -> messages_pb2.StreamingOutputCallRequest:
    """A request for messages of these sizes, with ballast of `count` bytes."""
    wanted = [messages_pb2.ResponseParameters(size=size) for size in sizes]
    return messages_pb2.StreamingOutputCallRequest(
        response_parameters=wanted, payload=payload(count), **more
    )


class Requests:
    """The requests of a stream, given one by one while the call runs."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[object] = queue.Queue()

    def send(self, request: object) -> None:
        """Sends one more."""
        self._waiting.put(request)

    def end(self) -> None:
        """Half-closes."""
        self._waiting.put(None)

    def __iter__(self) -> Iterator[object]:
        return iter(self._waiting.get, None)


def flag(value: bool) -> messages_pb2.BoolValue:
    """A flag that is there."""
    return messages_pb2.BoolValue(value=value)


def expect_code(code: grpc.StatusCode, call: object) -> grpc.RpcError:
    """The error that ends the call, which must have this code."""
    with pytest.raises(grpc.RpcError) as raised:
        call() if callable(call) else list(call)
    assert raised.value.code() is code, raised.value
    return raised.value

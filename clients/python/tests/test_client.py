"""The client by itself: ids, errors, retries. No server."""

from __future__ import annotations

import time
import uuid

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2

from riskd_client import RiskdError, calls, entity, link, new_request_id
from riskd_client.client import feature_value
from riskd_client.errors import ErrorDetails, parse_status, status_code
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph


def packed(number: int, value: bytes) -> bytes:
    """A field of bytes, shorter than 128."""
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def detail(kind: str, body: bytes) -> bytes:
    """A detail of a google.rpc.Status."""
    wrapped = any_pb2.Any(type_url=f"type.googleapis.com/google.rpc.{kind}", value=body)
    return packed(3, wrapped.SerializeToString())


def test_request_ids_are_uuid_version_7_in_order_of_time():
    early, late = (uuid.UUID(new_request_id(millis)) for millis in (1_000, 1_001))
    for made in (early, late, uuid.UUID(new_request_id())):
        assert made.version == 7
        assert made.variant == uuid.RFC_4122
    assert early < late
    assert early.int >> 80 == 1_000
    assert len({new_request_id() for _ in range(1_000)}) == 1_000


def test_status_details_are_read():
    entry = packed(1, b"line_id") + packed(2, b"77")
    violation = packed(1, b"amount.currency") + packed(2, b"no such currency")
    delay = duration_pb2.Duration(seconds=1, nanos=500_000_000).SerializeToString()
    raw = b"\x08\x05" + packed(2, b"no such line")
    raw += detail("ErrorInfo", packed(1, b"LINE_UNKNOWN") + packed(2, b"creditrisk"))
    raw += detail("BadRequest", packed(1, violation))
    raw += detail("RetryInfo", packed(1, delay))
    raw += detail("ErrorInfo", packed(3, entry))
    found = parse_status(raw)
    assert (found.code, found.message) == (5, "no such line")
    assert (found.reason, found.domain) == ("LINE_UNKNOWN", "creditrisk")
    assert found.metadata == {"line_id": "77"}
    assert found.violations == [("amount.currency", "no such currency")]
    assert found.retry_delay_seconds == 1.5


@pytest.mark.parametrize("raw", [b"", b"\xff", b"\x1a\x7fx", b"\x0b\x01", b"\x08" + b"\x80" * 11])
def test_broken_details_hide_no_error(raw: bytes):
    assert parse_status(raw) == ErrorDetails()


def test_error_says_everything_in_one_line():
    details = ErrorDetails(reason="CURRENCY_UNKNOWN", violations=[("amount.currency", "bad")])
    error = RiskdError(grpc.StatusCode.INVALID_ARGUMENT, "no such currency", details)
    assert str(error) == "INVALID_ARGUMENT: CURRENCY_UNKNOWN: amount.currency: no such currency"
    assert status_code(3) is grpc.StatusCode.INVALID_ARGUMENT
    assert status_code(99) is grpc.StatusCode.UNKNOWN


class FailedCall(grpc.RpcError, grpc.Call):
    """What grpcio raises, made by hand."""

    def __init__(self, code: grpc.StatusCode) -> None:
        self._code = code

    def code(self):
        return self._code

    def details(self):
        return "made by hand"

    def trailing_metadata(self):
        return ()

    def initial_metadata(self):
        return ()

    def add_callback(self, callback):
        return False

    def cancel(self):
        return False

    def is_active(self):
        return False

    def time_remaining(self):
        return None


class Flaky:
    """Fails with the codes given, then answers; remembers the requests."""

    def __init__(self, *codes: grpc.StatusCode) -> None:
        self.codes = list(codes)
        self.requests: list[object] = []

    def __call__(self, request, timeout, metadata):
        self.requests.append(request)
        if self.codes:
            raise FailedCall(self.codes.pop(0))
        return "answer"


def test_unavailable_is_tried_again_with_the_same_request():
    flaky = Flaky(grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAVAILABLE)
    request = object()
    assert calls.call_with_retries(flaky, request, (), 5.0) == "answer"
    assert flaky.requests == [request] * 3


@pytest.mark.parametrize(
    "code", [code for code in grpc.StatusCode if code.value[0] not in (0, 14)]
)
def test_other_errors_are_not_tried_again(code: grpc.StatusCode):
    flaky = Flaky(code)
    with pytest.raises(RiskdError) as raised:
        calls.call_with_retries(flaky, object(), (), 5.0)
    assert raised.value.code is code
    assert len(flaky.requests) == 1


def test_retries_end_with_the_time():
    flaky = Flaky(*[grpc.StatusCode.UNAVAILABLE] * 1_000)
    started = time.monotonic()
    with pytest.raises(RiskdError) as raised:
        calls.call_with_retries(flaky, object(), (), 0.2)
    assert time.monotonic() - started <= 0.2 + 0.1
    assert raised.value.attempts == len(flaky.requests) > 1


def test_values_take_the_form_of_their_type():
    forms = [feature_value("f", value).WhichOneof("value") for value in (1.5, 2, True, "own")]
    assert forms == ["number", "integer", "boolean", "category"]


def test_links_name_kinds_in_words():
    made = link(entity("PERSON", "ada"), "LIVES_AT", entity("ADDRESS", "Main Street 1"))
    assert getattr(made, "from").id == "ada"
    assert made.relation == graph.RELATION_KIND_LIVES_AT
    assert made.to.kind == graph.ENTITY_KIND_ADDRESS
    with pytest.raises(ValueError):
        entity("PLANET", "mars")

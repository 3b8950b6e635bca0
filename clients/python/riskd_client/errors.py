"""Errors of the service, with everything that it said about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator

import grpc
import grpc.aio

_DETAILS_KEY = "grpc-status-details-bin"
_CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclass
class ErrorDetails:
    """What a google.rpc.Status carries, as far as this service uses it."""

    code: int = 0
    message: str = ""
    reason: str = ""
    domain: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    #: Fields of the request that are wrong, with what is wrong about each.
    violations: list[tuple[str, str]] = field(default_factory=list)
    retry_delay_seconds: float | None = None


class RiskdError(Exception):
    """A call that failed. A business refusal is no error: it is an `outcome` of a reply.

    `code` is the gRPC status, `reason` the stable ErrorInfo reason such as LINE_UNKNOWN, `field`
    the first wrong field of the request, `retry_delay_seconds` what the server asks to wait.
    """

    def __init__(self, code: grpc.StatusCode, message: str, details: ErrorDetails) -> None:
        self.code = code
        self.message = message
        self.details = details
        self.attempts = 1
        super().__init__(str(self))

    @property
    def reason(self) -> str:
        """The stable reason; empty when the error came from the transport."""
        return self.details.reason

    @property
    def field(self) -> str:
        """The first wrong field of the request; empty when none is to blame."""
        return self.details.violations[0][0] if self.details.violations else ""

    @property
    def retry_delay_seconds(self) -> float | None:
        """How long the server asks to wait before the next try; None when it does not say."""
        return self.details.retry_delay_seconds

    def __str__(self) -> str:
        parts = [self.code.name, self.reason, self.field, self.message]
        return ": ".join(part for part in parts if part)

    @classmethod
    def from_rpc_error(cls, error: grpc.RpcError) -> RiskdError:
        """From what grpcio raises, its asynchronous half too."""
        is_call = isinstance(error, (grpc.Call, grpc.aio.AioRpcError))
        code = error.code() if is_call else grpc.StatusCode.UNKNOWN
        message = (error.details() if is_call else str(error)) or ""
        trailers = (error.trailing_metadata() if is_call else None) or ()
        packed = next((value for key, value in trailers if key == _DETAILS_KEY), b"")
        raw = packed if isinstance(packed, bytes) else packed.encode("latin-1")
        return cls(code, message, parse_status(raw))


def status_code(number: int) -> grpc.StatusCode:
    """The gRPC status with this number; UNKNOWN for a number that there is not."""
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)


def parse_status(raw: bytes) -> ErrorDetails:
    """Reads a google.rpc.Status. What cannot be read is left out: an error must not hide another.

    Field numbers: google/rpc/status.proto, google/rpc/error_details.proto.
    """
    found = ErrorDetails()
    try:
        for number, value in _fields(raw):
            if number == 1 and isinstance(value, int):
                found.code = value
            elif number == 2 and isinstance(value, bytes):
                found.message = value.decode("utf-8", "replace")
            elif number == 3 and isinstance(value, bytes):
                _read_detail(value, found)
    except ValueError:
        pass
    return found


def _read_detail(packed: bytes, found: ErrorDetails) -> None:
    """One google.protobuf.Any of the details."""
    parts = dict(_fields(packed))
    kind = _text(parts.get(1)).rpartition("/")[2]
    body = parts.get(2, b"")
    if not isinstance(body, bytes):
        return
    if kind == "google.rpc.ErrorInfo":
        for number, value in _fields(body):
            if number == 1:
                found.reason = _text(value)
            elif number == 2:
                found.domain = _text(value)
            elif number == 3 and isinstance(value, bytes):
                entry = dict(_fields(value))
                found.metadata[_text(entry.get(1))] = _text(entry.get(2))
    elif kind == "google.rpc.BadRequest":
        for number, value in _fields(body):
            if number == 1 and isinstance(value, bytes):
                entry = dict(_fields(value))
                found.violations.append((_text(entry.get(1)), _text(entry.get(2))))
    elif kind == "google.rpc.RetryInfo":
        delay = dict(_fields(body)).get(1, b"")
        parts = dict(_fields(delay)) if isinstance(delay, bytes) else {}
        seconds, nanos = parts.get(1, 0), parts.get(2, 0)
        if isinstance(seconds, int) and isinstance(nanos, int):
            found.retry_delay_seconds = seconds + nanos / 1e9


def _text(value: int | bytes | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message in order: number, then a varint or bytes.

    Raises ValueError at the first byte that cannot be one.
    """
    position = 0
    while position < len(raw):
        tag, position = _varint(raw, position)
        wire_type = tag & 7
        if wire_type == 0:
            value, position = _varint(raw, position)
            yield tag >> 3, value
            continue
        if wire_type == 2:
            length, position = _varint(raw, position)
        elif wire_type in (1, 5):
            length = 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"wire type {wire_type}")
        if position + length > len(raw):
            raise ValueError("cut off")
        yield tag >> 3, raw[position : position + length]
        position += length


def _varint(raw: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(raw) and shift < 70:
        byte = raw[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("varint cut off")

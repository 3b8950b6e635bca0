"""What the tests do below the client: raw bytes, expected errors, plain HTTP/2."""

from __future__ import annotations

import re
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator

import grpc
import h2.config
import h2.connection
import h2.events

from demo.server import DEMO_KEY
from riskd_client import Client, RiskdError, entity

LIMITS = "/creditrisk.v1.LimitService/"
FEATURES = "/creditrisk.v1.FeatureService/"
GRAPH = "/creditrisk.v1.GraphService/"
SCORING = "/creditrisk.v1.ScoringService/"
DECISIONS = "/creditrisk.v1.DecisionService/"
#: Stands for bytes that no Python string can hold; see `with_bytes`.
PLACE = "PLACEHOLDERTEXT"
SOCKET_SECONDS_MAX = 10.0


def call_raw(
    client: Client, path: str, payload: bytes, *, key: str | None = DEMO_KEY
) -> bytes:
    """One call with bytes as they are; the reply's bytes, or RiskdError. Never tried again."""
    method = client.channel.unary_unary(path)
    metadata = () if key is None else (("authorization", f"Bearer {key}"),)
    try:
        return method(payload, metadata=metadata, timeout=20)
    except grpc.RpcError as error:
        raise RiskdError.from_rpc_error(error) from None


def with_bytes(message: Any, text: bytes) -> bytes:
    """The message, with `text` where PLACE stands: the same length, so prefixes stay true."""
    packed = message.SerializeToString()
    place = PLACE.encode()
    assert packed.count(place) == 1 and len(text) <= len(place)
    return packed.replace(place, text.ljust(len(place), b"x"))


def expect_error(
    call: Callable[[], Any],
    code: grpc.StatusCode,
    reason: str | tuple[str, ...],
    field_path: str = "",
) -> RiskdError:
    """Makes a call that must fail with this code, reason and wrong field; returns the error.

    Positions in lists are left out of `field_path`; what follows it may be more exact.
    """
    try:
        reply = call()
    except RiskdError as error:
        found = error
    else:
        raise AssertionError(f"no error but a reply: {reply!r}")
    assert found.code is code, found
    reasons = (reason,) if isinstance(reason, str) else reason
    assert found.reason in reasons, found
    assert found.details.domain == "creditrisk", found
    assert found.details.code == code.value[0], found
    assert found.details.message == found.message and found.message, found
    if field_path:
        plain = re.sub(r"\[\d+\]", "", found.field)
        assert plain == field_path or plain.startswith(f"{field_path}."), found
    return found


def record_number(client: Client) -> int:
    """Makes one harmless record and returns its number in the tenant's journal."""
    reply = client.mark_entity(entity("CONTACT", "journal-probe"), "VIP", "counts records")
    return reply.sequence


@contextmanager
def no_record(client: Client) -> Iterator[None]:
    """What is done inside must leave no record in the journal."""
    before = record_number(client)
    yield
    assert record_number(client) == before + 1, "a record was made"


@dataclass
class Answer:
    """What came back on a stream."""

    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    reset_code: int | None = None
    connection_closed: bool = False

    @property
    def grpc_status(self) -> int | None:
        """The status, from the trailers or from headers that are all there is."""
        text = self.trailers.get("grpc-status", self.headers.get("grpc-status"))
        return None if text is None else int(text)


def http2_call(
    address: str, path: str, body: bytes, changed: dict[str, str | None] | None = None
) -> Answer:
    """One POST over a connection of its own; `changed` replaces headers, None takes one away."""
    headers: dict[str, str | None] = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": address,
        "content-type": "application/grpc",
        "te": "trailers",
        "authorization": f"Bearer {DEMO_KEY}",
    }
    headers.update(changed or {})
    # The tests send what a correct client never would: no checks on the way out.
    config = h2.config.H2Configuration(
        header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
    )
    connection = h2.connection.H2Connection(config)
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), SOCKET_SECONDS_MAX) as stream:
        connection.initiate_connection()
        kept = [(name, value) for name, value in headers.items() if value is not None]
        connection.send_headers(1, kept, end_stream=False)
        connection.send_data(1, body, end_stream=True)
        stream.sendall(connection.data_to_send())
        return _read_answer(stream, connection)


def frame(message: bytes) -> bytes:
    """A gRPC message as it stands in a body: not compressed, its length, its bytes."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def _read_answer(stream: socket.socket, connection: h2.connection.H2Connection) -> Answer:
    answer = Answer()
    while True:
        received = stream.recv(65_536)
        if not received:
            answer.connection_closed = True
            return answer
        for event in connection.receive_data(received):
            if isinstance(event, h2.events.ResponseReceived):
                answer.headers = dict(event.headers)
            elif isinstance(event, h2.events.TrailersReceived):
                answer.trailers = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                answer.body += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, 1)
            elif isinstance(event, h2.events.StreamReset):
                answer.reset_code = event.error_code
                return answer
            elif isinstance(event, h2.events.StreamEnded):
                return answer
            elif isinstance(event, h2.events.ConnectionTerminated):
                answer.connection_closed = True
                return answer
        stream.sendall(connection.data_to_send())

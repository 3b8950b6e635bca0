"""Calls on raw connections, and what the tests of gRPC's wire ask of their replies."""

from __future__ import annotations

import re

from grpc_reflection.v1alpha import reflection_pb2 as reflection

from tests.transport.frames import Connection, Reply, message

CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
LIST = "/grpc.health.v1.Health/List"
REFLECT = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
GET_LINE = "/creditrisk.v1.LimitService/GetLine"
OK, UNKNOWN, INVALID, DEADLINE, NOT_FOUND = 0, 2, 3, 4, 5
EXHAUSTED, UNIMPLEMENTED, INTERNAL, UNAUTHENTICATED = 8, 12, 13, 16
SERVING = b"\x08\x01"
EMPTY = message(b"")
MESSAGE_BYTES_MAX = 4 << 20
FIELD_BYTES_MAX = 16 << 10
FIELDS_MAX = 100
LISTING = reflection.ServerReflectionRequest(list_services="*").SerializeToString()
DECISIONS = reflection.ServerReflectionRequest(
    file_containing_symbol="creditrisk.v1.DecisionService"
).SerializeToString()


def check(connection: Connection, stream_id: int, **changed: str | None) -> Reply:
    """One call of Health.Check."""
    connection.call(stream_id, CHECK, EMPTY, **changed)
    return connection.reply(stream_id)


def well(connection: Connection, stream_id: int = 101) -> None:
    """The connection still serves."""
    assert check(connection, stream_id).messages == [SERVING]


def failed(reply: Reply, status: int) -> None:
    """The reply is this error and nothing else, its end in order."""
    assert (reply.http_status, reply.status, reply.body) == ("200", status, b""), reply
    assert reply.field("content-type").startswith("application/grpc"), reply
    assert re.fullmatch(r"[\x20-\x7e]+", reply.field("grpc-message")), reply

"""What a first-class gRPC server must do, as it is seen on the wire: the messages of a call.

Each test's number is the promise's: framing 1 to 12, headers 13 to 17, compression 18 to 22.
"""

from __future__ import annotations

import gzip
import re

import pytest
from grpc_health.v1 import health_pb2

from tests.transport import frames as h2
from tests.transport.frames import Connection, message, pack
from tests.transport.grpc_calls import (
    CHECK,
    check,
    EMPTY,
    EXHAUSTED,
    failed,
    FIELD_BYTES_MAX,
    FIELDS_MAX,
    INTERNAL,
    LISTING,
    MESSAGE_BYTES_MAX,
    NOT_FOUND,
    OK,
    REFLECT,
    SERVING,
    UNIMPLEMENTED,
    well,
)


# 1 to 12: framing


def test_01_a_reply_is_headers_data_trailers(connection: Connection):
    reply = check(connection, 1)
    (head, head_ends), (trailers, trailers_end) = reply.blocks
    assert (head_ends, trailers_end) == (False, True)
    assert head[0] == (":status", "200")
    assert dict(head)["content-type"].startswith("application/grpc")
    assert dict(trailers)["grpc-status"] == "0" and ":status" not in dict(trailers)
    assert reply.body == message(SERVING)


def test_02_an_immediate_error_is_one_block(connection: Connection):
    connection.call(1, "/no.Service/Method", EMPTY)
    reply = connection.reply()
    assert reply.trailers_only
    failed(reply, UNIMPLEMENTED)


@pytest.mark.parametrize(
    "content_type",
    [None, "text/html", "application/grpcfoo", "application/json", "application/grp", ""],
)
def test_03_another_content_type_is_415(connection: Connection, content_type: str | None):
    reply = check(connection, 1, content_type=content_type)
    assert reply.http_status == "415"
    well(connection)


@pytest.mark.parametrize("suffix", ["", "+proto", ";charset=utf-8"])
def test_04_the_codec_proto_is_taken(connection: Connection, suffix: str):
    assert check(connection, 1, content_type=f"application/grpc{suffix}").status == OK


def test_04_another_codec_is_refused(connection: Connection):
    reply = check(connection, 1, content_type="application/grpc+json")
    assert reply.http_status == "415" or reply.status == UNIMPLEMENTED
    well(connection)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "post", "FOO"])
def test_05_only_post(connection: Connection, method: str):
    fields = connection.call_fields(CHECK, method=method)
    connection.send(connection.pack_headers(1, fields, end=True))
    reply = connection.reply()
    assert reply.status != OK and reply.messages != [SERVING]
    well(connection)


@pytest.mark.parametrize(
    "path",
    ["/grpc.health.v1.Health/check", "/grpc.health.v1.health/Check", "/", "//", "/a", "/a/b/c",
     "/grpc.health.v1.Health/Check/", "grpc.health.v1.Health/Check", "/grpc.health.v1.Health/",
     "*", "/" + "x" * 4_000 + "/y", "/%67rpc.health.v1.Health/Check"],
)
def test_06_paths_are_exact(connection: Connection, path: str):
    connection.call(1, path, EMPTY)
    reply = connection.reply()
    # A path without its slash is malformed HTTP: the stream may be reset for it.
    assert reply.status == UNIMPLEMENTED or (path[0] != "/" and reply.reset_code == 1), reply
    well(connection)


def test_07_frames_of_one_byte(connection: Connection):
    body = message(health_pb2.HealthCheckRequest(service="no.such").SerializeToString())
    connection.call(1, CHECK, None)
    for at in range(len(body)):
        connection.data(1, body[at : at + 1], end=at == len(body) - 1)
    failed(connection.reply(), NOT_FOUND)


def test_07_fifty_messages_in_one_frame(connection: Connection):
    connection.call(1, REFLECT, message(LISTING) * 50)
    replies = connection.reply().messages
    assert len(replies) == 50 and len(set(replies)) == 1


def test_07_padded_and_empty_frames(connection: Connection):
    connection.call(1, CHECK, None)
    connection.data(1, b"")
    connection.send(pack(h2.DATA, h2.PADDED, 1, b"\x04" + EMPTY[:3] + bytes(4)))
    connection.data(1, b"")
    connection.send(pack(h2.DATA, h2.PADDED, 1, b"\xff" + EMPTY[3:] + bytes(255)))
    connection.send(pack(h2.DATA, h2.PADDED | h2.END_STREAM, 1, b"\x00"))
    assert connection.reply().messages == [SERVING]


def test_08_early_trailers_are_followed_by_a_reset_without_error(connection: Connection):
    connection.call(1, "/no.Service/Method", None)
    failed(connection.reply(), UNIMPLEMENTED)
    assert connection.wait_for(h2.RST_STREAM, stream_id=1).error_code == h2.NO_ERROR
    # What was on its way meanwhile hurts nobody.
    connection.data(1, EMPTY, end=True)
    well(connection)


@pytest.mark.parametrize("body", [b"\0", b"\0\0\0\0", b"\0\0\0\0\x05abc", EMPTY + b"\0\0"])
def test_09_a_truncated_message(connection: Connection, body: bytes):
    connection.call(1, REFLECT if len(body) > 8 else CHECK, body)
    assert connection.reply().status in (INTERNAL, UNIMPLEMENTED)
    well(connection)


@pytest.mark.parametrize("flag", [2, 3, 0x80, 0xFF])
def test_09_a_flag_that_is_neither_0_nor_1(connection: Connection, flag: int):
    connection.call(1, CHECK, message(b"", flag=flag))
    failed(connection.reply(), INTERNAL)


@pytest.mark.parametrize("length", [MESSAGE_BYTES_MAX + 1, 1 << 31, 0xFFFF_FFFF])
def test_10_a_length_over_the_limit_is_refused_before_the_body(
    connection: Connection, length: int
):
    connection.call(1, CHECK, None)
    connection.data(1, message(b"", length=length))
    failed(connection.reply(), EXHAUSTED)
    well(connection)


@pytest.mark.parametrize("count", [0, 2, 3])
def test_11_one_message_exactly(connection: Connection, count: int):
    connection.call(1, CHECK, EMPTY * count)
    failed(connection.reply(), UNIMPLEMENTED)


@pytest.mark.parametrize("content", [b"\xff", b"\x0a\x7fab", b"\x0b", b"\x0a\x02\xff\xfe"])
def test_12_bytes_that_are_no_message(connection: Connection, content: bytes):
    connection.call(1, CHECK, message(content))
    failed(connection.reply(), INTERNAL)


# 13 to 17: headers and metadata


def test_13_unknown_grpc_fields_are_ignored(connection: Connection):
    changed = {"grpc_tags_bin": "AAAA", "grpc_trace_bin": "!", "grpc_new_thing": "1"}
    assert check(connection, 1, **changed).status == OK


@pytest.mark.parametrize("value", ["", "AA", "AA==", "AAE,Ag==", "!", "A", "=", "AA=A", "," * 40])
def test_14_whatever_stands_in_a_binary_field(connection: Connection, value: str):
    assert check(connection, 1, x_data_bin=value).status == OK


def test_15_grpc_message_is_percent_encoded(connection: Connection):
    connection.call(1, "/no.Sérvice/100%", EMPTY)
    reply = connection.reply()
    text = reply.field("grpc-message")
    assert reply.status == UNIMPLEMENTED
    assert re.fullmatch(r"([\x20-\x24\x26-\x7e]|%[0-9A-F]{2})+", text), text


def test_16_the_header_limit_is_announced(connection: Connection):
    assert connection.settings[h2.MAX_HEADER_LIST_SIZE] == FIELD_BYTES_MAX


@pytest.mark.parametrize(
    "extra",
    [[("x", "y" * FIELD_BYTES_MAX)], [(f"x{at}", "y" * 400) for at in range(50)],
     [(f"x{at}", "") for at in range(FIELDS_MAX + 1)]],
    ids=["one long", "many long", "too many"],
)
def test_16_headers_over_the_limit(connection: Connection, extra: h2.Fields):
    block = connection.encoder.encode(connection.call_fields(CHECK) + extra)
    connection.send(pack(h2.HEADERS, 0, 1, block[:16_000]))
    connection.send(pack(h2.CONTINUATION, h2.END_HEADERS, 1, block[16_000:]))
    connection.data(1, EMPTY, end=True)
    reply = connection.reply()
    assert reply.status == EXHAUSTED or reply.http_status == "431", reply
    # What was dropped still went into the table of the compression: it must be in step.
    well(connection)


@pytest.mark.parametrize(
    "wrong",
    [(":path", CHECK), (":method", "POST"), ("X-Upper", "1"), ("connection", "close"),
     ("te", "gzip"), ("content-length", "4"), ("transfer-encoding", "chunked"), ("x y", "z")],
    ids=lambda field: field[0],
)
def test_17_malformed_headers_end_the_stream(connection: Connection, wrong: tuple[str, str]):
    fields = connection.call_fields(CHECK) + [wrong]
    connection.send(connection.pack_headers(1, fields, end=False))
    connection.data(1, EMPTY, end=True)
    assert connection.reply().reset_code == h2.PROTOCOL_ERROR
    well(connection)


# 18 to 22: compression


@pytest.mark.parametrize("encoding", [None, "identity"])
def test_18_a_compressed_message_without_an_encoding(connection: Connection, encoding):
    connection.call(1, CHECK, message(gzip.compress(b""), flag=1), grpc_encoding=encoding)
    failed(connection.reply(), INTERNAL)


@pytest.mark.parametrize("encoding", ["snappy", "br", "GZIP", "x-unheard"])
def test_19_an_unknown_encoding(connection: Connection, encoding: str):
    connection.call(1, CHECK, message(b"x", flag=1), grpc_encoding=encoding)
    reply = connection.reply()
    failed(reply, UNIMPLEMENTED)
    accepted = reply.field("grpc-accept-encoding").split(",")
    assert encoding not in accepted and "identity" in accepted


def test_20_gzip_is_read(connection: Connection):
    content = health_pb2.HealthCheckRequest(service="no.such").SerializeToString()
    connection.call(1, CHECK, message(gzip.compress(content), flag=1), grpc_encoding="gzip")
    failed(connection.reply(), NOT_FOUND)
    assert check(connection, 3, grpc_encoding="gzip").messages == [SERVING]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8b", b"no gzip at all", gzip.compress(b"abc" * 99)[:-9],
     gzip.compress(b"abc" * 99)[:-4] + b"\0\0\0\0", gzip.compress(b"") + b"tail"],
    ids=["empty", "magic", "text", "truncated", "wrong size", "tail"],
)
def test_20_corrupt_gzip(connection: Connection, content: bytes):
    connection.call(1, CHECK, message(content, flag=1), grpc_encoding="gzip")
    failed(connection.reply(), INTERNAL)
    well(connection)


def test_20_a_gzip_bomb_ends_at_the_limit(connection: Connection):
    bomb = gzip.compress(bytes(MESSAGE_BYTES_MAX * 16))
    connection.call(1, CHECK, None, grpc_encoding="gzip")
    body = message(bomb, flag=1)
    for at in range(0, len(body), 16_384):
        connection.data(1, body[at : at + 16_384], end=at + 16_384 >= len(body))
    failed(connection.reply(), EXHAUSTED)


def test_21_a_reply_is_not_compressed_unasked(connection: Connection):
    reply = check(connection, 1)
    assert reply.field("grpc-encoding") in (None, "identity") and reply.body[0] == 0

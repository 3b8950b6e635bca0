"""h2spec's group "http2": the rules of RFC 9113 by section."""

from __future__ import annotations

from tests.transport.frames import ACK, COMPRESSION_ERROR, CONTINUATION, DATA
from tests.transport.frames import DEFAULT_FRAME_SIZE, ENABLE_PUSH, END_HEADERS, END_STREAM
from tests.transport.frames import FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, GOAWAY, HEADERS
from tests.transport.frames import INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE
from tests.transport.frames import PADDED, PING, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE
from tests.transport.frames import REFUSED_STREAM, RST_STREAM, SETTINGS, STREAM_CLOSED, UNKNOWN
from tests.transport.frames import WINDOW_MAX, WINDOW_UPDATE, WITH_PRIORITY, Connection, pack
from tests.transport.frames import pack_priority, pack_reset, pack_settings, pack_window
from tests.transport.generic_rules import END, HELLO, NO_WINDOW, PING_ZERO, body
from tests.transport.rules import LONG, Rule, Step, any_data, closed, connection_error
from tests.transport.rules import continuation, data_of, fields, goaway, headers, open_block
from tests.transport.rules import ping_answered, post, raw, request, reset, settings_acknowledged
from tests.transport.rules import settings_first, steps, stream_ended, stream_error

PROTOCOL = connection_error(PROTOCOL_ERROR)
MALFORMED = stream_error(PROTOCOL_ERROR)
FLOW = connection_error(FLOW_CONTROL_ERROR)
TEST = body(b"test", end=True)
STRANGE = pack(UNKNOWN, 0, 0, bytes(8))
PING_ON_3 = raw(pack(PING, 0, 3, bytes(8)))


def settings(*pairs: tuple[int, int]) -> Step:
    """SETTINGS."""
    return raw(pack_settings(*pairs))


def encoded(*, padding: int = 0, priority: bytes = b"", flags: int = END, stream_id: int = 1):
    """GET / as a frame of its own making."""

    def send(connection: Connection) -> None:
        content = connection.encoder.encode(connection.request_fields())
        lead = bytes([len(content) + padding]) if flags & PADDED else b""
        connection.send(pack(HEADERS, flags, stream_id, lead + priority + content))

    return send


def too_large_headers(connection: Connection) -> None:
    """HEADERS longer than 16,384 bytes."""
    extra = [(f"x-dummy{at}", LONG) for at in range(5)]
    connection.send(connection.pack_headers(1, connection.request_fields() + extra))


def trailers(name: str, value: str, *, end: bool) -> Step:
    """A second block on stream 1."""
    return lambda c: c.send(c.pack_headers(1, [(name, value)], end=end))


def push(connection: Connection) -> None:
    """PUSH_PROMISE from a client."""
    content = connection.encoder.encode(connection.request_fields())
    connection.send(pack(PUSH_PROMISE, END_HEADERS, 1, bytes([0, 0, 0, 3]) + content))


def repeat_block(kind: int, flags: int) -> Step:
    """A request, and its block again in a frame of another kind."""

    def send(connection: Connection) -> None:
        content = connection.encoder.encode(connection.request_fields())
        connection.send(pack(HEADERS, END, 1, content), pack(kind, flags, 1, content))

    return send


def lonely_continuation(connection: Connection) -> None:
    """CONTINUATION on a stream that does not exist."""
    content = connection.encoder.encode(connection.request_fields())
    connection.send(pack(CONTINUATION, END_HEADERS, 1, content))


def one_stream_too_many(connection: Connection) -> None:
    """More requests than the server takes at once; none of them can end."""
    count = connection.settings[MAX_CONCURRENT_STREAMS]
    connection.send(pack_settings((INITIAL_WINDOW_SIZE, 0)))
    for at in range(count + 1):
        connection.get(2 * at + 1)


def pseudo_after_regular(connection: Connection) -> None:
    """A regular field before the pseudo fields."""
    usual = connection.request_fields()
    connection.send(connection.pack_headers(1, [("x-test", "ok"), *usual]))


CLOSED_STREAM = steps(request(), stream_ended)
RESET_STREAM = steps(request(end=False), raw(pack_reset(1)))
STREAM = stream_error(STREAM_CLOSED)
STREAM_OR_PROTOCOL = stream_error(STREAM_CLOSED, PROTOCOL_ERROR)

SECTIONS_3_TO_5 = [
    Rule("http2/3.5/1", "preface", HELLO, settings_first, greets=False),
    Rule("http2/3.5/2", "wrong preface", raw(b"INVALID CONNECTION PREFACE\r\n\r\n"), closed,
         greets=False),
    Rule("http2/4.1/1", "unknown type", steps(raw(STRANGE), PING_ZERO), ping_answered()),
    Rule("http2/4.1/2", "undefined flags", raw(pack(PING, 0x16, 0, bytes(8))), ping_answered()),
    Rule("http2/4.1/3", "reserved bit", raw(pack(PING, 0x16, 1 << 31, bytes(8))),
         ping_answered()),
    Rule("http2/4.2/1", "the largest DATA frame",
         steps(post(), raw(body(b"x" * DEFAULT_FRAME_SIZE, end=True))), headers()),
    Rule("http2/4.2/2", "DATA over the frame size",
         steps(post(), raw(body(b"x" * (DEFAULT_FRAME_SIZE + 1), end=True))),
         stream_error(FRAME_SIZE_ERROR)),
    Rule("http2/4.2/3", "HEADERS over the frame size", too_large_headers,
         connection_error(FRAME_SIZE_ERROR)),
    Rule("http2/4.3/1", "block that ends inside a field",
         raw(pack(HEADERS, END, 1, b"\x40")), connection_error(COMPRESSION_ERROR)),
    Rule("http2/4.3/2", "PRIORITY inside a block",
         steps(open_block(end=False), raw(pack_priority(1)), continuation()), PROTOCOL),
    Rule("http2/4.3/3", "HEADERS of another stream inside a block",
         steps(open_block(end=False), request(3), continuation()), PROTOCOL),
    Rule("http2/5.1/1", "idle: DATA", raw(TEST), PROTOCOL),
    Rule("http2/5.1/2", "idle: RST_STREAM", raw(pack_reset(1)), PROTOCOL),
    Rule("http2/5.1/3", "idle: WINDOW_UPDATE", raw(pack_window(1, 100)), PROTOCOL),
    Rule("http2/5.1/4", "idle: CONTINUATION", lonely_continuation, PROTOCOL),
    Rule("http2/5.1/5", "half-closed: DATA", steps(request(), raw(TEST)), STREAM),
    Rule("http2/5.1/6", "half-closed: HEADERS", steps(request(), request()), STREAM),
    Rule("http2/5.1/7", "half-closed: CONTINUATION", repeat_block(CONTINUATION, END_HEADERS),
         STREAM_OR_PROTOCOL),
    Rule("http2/5.1/8", "reset: DATA", steps(RESET_STREAM, raw(TEST)), STREAM),
    Rule("http2/5.1/9", "reset: HEADERS", steps(RESET_STREAM, request()), STREAM),
    Rule("http2/5.1/10", "reset: CONTINUATION", steps(RESET_STREAM, continuation()),
         STREAM_OR_PROTOCOL),
    Rule("http2/5.1/11", "closed: DATA", steps(CLOSED_STREAM, raw(TEST)),
         connection_error(STREAM_CLOSED)),
    Rule("http2/5.1/12", "closed: HEADERS", steps(CLOSED_STREAM, request()),
         connection_error(STREAM_CLOSED)),
    Rule("http2/5.1/13", "closed: CONTINUATION", steps(CLOSED_STREAM, continuation()),
         connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    Rule("http2/5.1.1/1", "even id", request(2), PROTOCOL),
    Rule("http2/5.1.1/2", "id lower than before", steps(request(5), request(3)), PROTOCOL),
    Rule("http2/5.1.2/1", "more streams than announced", one_stream_too_many,
         stream_error(PROTOCOL_ERROR, REFUSED_STREAM)),
    Rule("http2/5.3.1/1", "HEADERS that depends on itself",
         encoded(flags=END | WITH_PRIORITY, priority=bytes([0, 0, 0, 1, 255])), MALFORMED),
    Rule("http2/5.3.1/2", "PRIORITY that depends on itself", raw(pack_priority(1, 1)), MALFORMED),
    Rule("http2/5.4.1/1", "a connection error closes", PING_ON_3, closed),
    Rule("http2/5.4.1/2", "a connection error says why first", PING_ON_3, goaway(PROTOCOL_ERROR)),
    Rule("http2/5.5/1", "unknown frame", steps(raw(STRANGE), PING_ZERO), ping_answered()),
    Rule("http2/5.5/2", "unknown frame inside a block", steps(open_block(), raw(STRANGE)),
         PROTOCOL),
]

SECTION_6 = [
    Rule("http2/6.1/1", "DATA on stream 0", raw(pack(DATA, END_STREAM, 0, b"test")), PROTOCOL),
    Rule("http2/6.1/2", "DATA on a stream that ended", steps(post(end=True), raw(TEST)), STREAM),
    Rule("http2/6.1/3", "DATA with more padding than bytes",
         steps(post(content_length="4"), raw(pack(DATA, END_STREAM | PADDED, 1, b"\x06Test"))),
         PROTOCOL),
    Rule("http2/6.2/1", "HEADERS, then PRIORITY",
         steps(open_block(end=False), raw(pack_priority(1)), continuation()), PROTOCOL),
    Rule("http2/6.2/2", "HEADERS, then HEADERS of another stream",
         steps(open_block(end=False), request(3), continuation()), PROTOCOL),
    Rule("http2/6.2/3", "HEADERS on stream 0", request(0), PROTOCOL),
    Rule("http2/6.2/4", "HEADERS with more padding than bytes",
         encoded(flags=END | PADDED, padding=2), MALFORMED),
    Rule("http2/6.3/1", "PRIORITY on stream 0", raw(pack_priority(0)), PROTOCOL),
    Rule("http2/6.3/2", "PRIORITY of four bytes",
         steps(request(), raw(pack(PRIORITY, 0, 1, b"\x80\0\0\1"))),
         stream_error(FRAME_SIZE_ERROR)),
    Rule("http2/6.4/1", "RST_STREAM on stream 0", raw(pack_reset(0)), PROTOCOL),
    Rule("http2/6.4/2", "RST_STREAM on an idle stream", raw(pack_reset(1)), PROTOCOL),
    Rule("http2/6.4/3", "RST_STREAM of three bytes",
         steps(request(), raw(pack(RST_STREAM, 0, 1, bytes(3)))), stream_error(FRAME_SIZE_ERROR)),
    Rule("http2/6.5/1", "SETTINGS ACK with payload", raw(pack(SETTINGS, ACK, 0, b"\0")),
         connection_error(FRAME_SIZE_ERROR)),
    Rule("http2/6.5/2", "SETTINGS on stream 1", raw(pack(SETTINGS, 0, 1, b"\0\3\0\0\0\x64")),
         PROTOCOL),
    Rule("http2/6.5/3", "SETTINGS of no multiple of six bytes",
         raw(pack(SETTINGS, 0, 0, b"\0\3\0")), stream_error(PROTOCOL_ERROR, FRAME_SIZE_ERROR)),
    Rule("http2/6.5.2/1", "ENABLE_PUSH 2", settings((ENABLE_PUSH, 2)), PROTOCOL),
    Rule("http2/6.5.2/2", "INITIAL_WINDOW_SIZE 2^31", settings((INITIAL_WINDOW_SIZE, 1 << 31)),
         FLOW),
    Rule("http2/6.5.2/3", "MAX_FRAME_SIZE 16,383", settings((MAX_FRAME_SIZE, 16_383)), PROTOCOL),
    Rule("http2/6.5.2/4", "MAX_FRAME_SIZE 2^24", settings((MAX_FRAME_SIZE, 1 << 24)), PROTOCOL),
    Rule("http2/6.5.2/5", "unknown setting", steps(settings((0xFF, 1)), PING_ZERO),
         ping_answered()),
    Rule("http2/6.5.3/1", "the last of two windows counts",
         steps(settings((INITIAL_WINDOW_SIZE, 100), (INITIAL_WINDOW_SIZE, 1)),
               settings_acknowledged, request()), data_of(1)),
    Rule("http2/6.5.3/2", "SETTINGS is acknowledged", settings((ENABLE_PUSH, 0)),
         settings_acknowledged),
    Rule("http2/6.7/1", "PING", raw(pack(PING, 0, 0, b"h2spec\0\0")),
         ping_answered(b"h2spec\0\0")),
    Rule("http2/6.7/2", "PING ACK is not answered",
         raw(pack(PING, ACK, 0, b"invalid\0"), pack(PING, 0, 0, b"h2spec\0\0")),
         ping_answered(b"h2spec\0\0")),
    Rule("http2/6.7/3", "PING on stream 1", raw(pack(PING, 0, 1, bytes(8))), PROTOCOL),
    Rule("http2/6.7/4", "PING of six bytes", raw(pack(PING, 0, 0, bytes(6))),
         connection_error(FRAME_SIZE_ERROR)),
    Rule("http2/6.8/1", "GOAWAY on stream 1", raw(pack(GOAWAY, 0, 1, bytes(8))), PROTOCOL),
    Rule("http2/6.9/1", "connection window + 0", raw(pack_window(0, 0)), PROTOCOL),
    Rule("http2/6.9/2", "stream window + 0",
         steps(request(end=False), raw(pack_window(1, 0))), MALFORMED),
    Rule("http2/6.9/3", "WINDOW_UPDATE of three bytes",
         raw(pack(WINDOW_UPDATE, 0, 0, b"\0\0\1")), connection_error(FRAME_SIZE_ERROR)),
    Rule("http2/6.9.1/1", "a window of one byte",
         steps(settings((INITIAL_WINDOW_SIZE, 1)), settings_acknowledged, request()), data_of(1)),
    Rule("http2/6.9.1/2", "connection window over 2^31-1",
         raw(pack_window(0, WINDOW_MAX), pack_window(0, WINDOW_MAX)), goaway(FLOW_CONTROL_ERROR)),
    Rule("http2/6.9.1/3", "stream window over 2^31-1",
         steps(request(end=False), raw(pack_window(1, WINDOW_MAX), pack_window(1, WINDOW_MAX))),
         reset(1, FLOW_CONTROL_ERROR)),
    Rule("http2/6.9.2/1", "the window grows while a reply waits",
         steps(NO_WINDOW, settings_acknowledged, request(), settings((INITIAL_WINDOW_SIZE, 1)),
               settings_acknowledged), data_of(1)),
    Rule("http2/6.9.2/2", "a negative window is made up for",
         steps(settings((INITIAL_WINDOW_SIZE, 3)), settings_acknowledged, request(), any_data,
               settings((INITIAL_WINDOW_SIZE, 2)), settings_acknowledged, raw(pack_window(1, 2))),
         data_of(1)),
    Rule("http2/6.9.2/3", "INITIAL_WINDOW_SIZE 2^31", settings((INITIAL_WINDOW_SIZE, 1 << 31)),
         FLOW),
    Rule("http2/6.10/1", "CONTINUATION frames",
         steps(open_block(), continuation(last=False), continuation()), headers()),
    Rule("http2/6.10/2", "CONTINUATION, then DATA",
         steps(open_block(end=False, method="POST"), continuation(last=False), raw(TEST)),
         PROTOCOL),
    Rule("http2/6.10/3", "CONTINUATION on stream 0", steps(open_block(), continuation(0)),
         PROTOCOL),
    Rule("http2/6.10/4", "CONTINUATION behind END_HEADERS", steps(request(), continuation()),
         PROTOCOL),
    Rule("http2/6.10/5", "CONTINUATION behind the last one",
         steps(open_block(), continuation(), continuation()), PROTOCOL),
    Rule("http2/6.10/6", "CONTINUATION behind DATA",
         steps(open_block(end=False, method="POST"), raw(TEST), continuation(last=False),
               continuation(0)), PROTOCOL),
]

SECTIONS_7_AND_8 = [
    Rule("http2/7/1", "GOAWAY with an unknown code",
         raw(pack(GOAWAY, 0, 0, bytes(7) + b"\xff")), closed),
    Rule("http2/7/2", "RST_STREAM with an unknown code",
         steps(post(), raw(pack_reset(1, 0xFF)), PING_ZERO), ping_answered()),
    Rule("http2/8.1/1", "second HEADERS without END_STREAM",
         steps(post(), raw(body(b"test", end=False)), trailers("x-test", "ok", end=False)),
         MALFORMED),
    Rule("http2/8.1.2/1", "name in capitals", fields(("X-TEST", "ok")), MALFORMED),
    Rule("http2/8.1.2.1/1", "unknown pseudo field", fields((":test", "ok")), MALFORMED),
    Rule("http2/8.1.2.1/2", "pseudo field of replies", fields((":status", "200")), MALFORMED),
    Rule("http2/8.1.2.1/3", "pseudo field in trailers",
         steps(post(), raw(body(b"test", end=False)), trailers(":method", "200", end=True)),
         MALFORMED),
    Rule("http2/8.1.2.1/4", "pseudo field behind a regular one", pseudo_after_regular, MALFORMED),
    Rule("http2/8.1.2.2/1", "connection field", fields(("connection", "keep-alive")), MALFORMED),
    Rule("http2/8.1.2.2/2", "te that is not trailers",
         fields(("trailers", "test"), ("te", "trailers, deflate")), MALFORMED),
    Rule("http2/8.1.2.3/1", "empty path", request(path=""), MALFORMED),
    Rule("http2/8.1.2.3/2", "no method", fields(leave=":method"), MALFORMED),
    Rule("http2/8.1.2.3/3", "no scheme", fields(leave=":scheme"), MALFORMED),
    Rule("http2/8.1.2.3/4", "no path", fields(leave=":path"), MALFORMED),
    Rule("http2/8.1.2.3/5", "two methods", fields((":method", "GET")), MALFORMED),
    Rule("http2/8.1.2.3/6", "two schemes", fields((":scheme", "http")), MALFORMED),
    Rule("http2/8.1.2.3/7", "two paths", fields((":path", "/")), MALFORMED),
    Rule("http2/8.1.2.6/1", "content-length that is not the body's",
         steps(post(content_length="1"), raw(TEST)), MALFORMED),
    Rule("http2/8.1.2.6/2", "content-length that is not the bodies' sum",
         steps(post(content_length="1"), raw(body(b"test", end=False), TEST)), MALFORMED),
    Rule("http2/8.2/1", "PUSH_PROMISE", push, PROTOCOL),
]

RULES = SECTIONS_3_TO_5 + SECTION_6 + SECTIONS_7_AND_8

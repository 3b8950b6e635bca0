"""h2spec's group "generic": what every server must take."""

from __future__ import annotations

from tests.transport.frames import CANCEL, DEFAULT_WINDOW, ENABLE_PUSH, END_HEADERS, END_STREAM
from tests.transport.frames import HEADERS, HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE, DATA
from tests.transport.frames import MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE
from tests.transport.frames import GOAWAY, PADDED, PING, PREFACE, WITH_PRIORITY, Connection
from tests.transport.frames import pack, pack_priority, pack_reset, pack_settings, pack_window
from tests.transport.rules import Rule, any_data, block, closed, headers, pieces, ping_answered
from tests.transport.rules import post, raw, request, settings_acknowledged, settings_first, steps
from tests.transport.rules import stream_ended

NO_WINDOW = raw(pack_settings((INITIAL_WINDOW_SIZE, 0)))
PING_ZERO = raw(pack(PING, 0, 0, bytes(8)))
HELLO = raw(PREFACE, pack_settings((INITIAL_WINDOW_SIZE, DEFAULT_WINDOW)))
ALL_SETTINGS = pack_settings(
    (HEADER_TABLE_SIZE, 4_096), (ENABLE_PUSH, 1), (MAX_CONCURRENT_STREAMS, 100),
    (INITIAL_WINDOW_SIZE, 65_535), (MAX_FRAME_SIZE, 16_384), (MAX_HEADER_LIST_SIZE, 100),
)
END = END_STREAM | END_HEADERS


def padded_headers(connection: Connection) -> None:
    """GET / with eight bytes of padding."""
    content = connection.encoder.encode(connection.request_fields())
    connection.send(pack(HEADERS, END | PADDED, 1, b"\x08" + content + bytes(8)))


def headers_with_priority(connection: Connection) -> None:
    """GET / with a weight."""
    content = connection.encoder.encode(connection.request_fields())
    connection.send(pack(HEADERS, END | WITH_PRIORITY, 1, bytes(4) + b"\xff" + content))


def trailers(connection: Connection) -> None:
    """One field behind a body."""
    connection.send(connection.pack_headers(1, [("x-test", "ok")]))


def body(content: bytes, *, end: bool) -> bytes:
    """DATA on stream 1."""
    return pack(DATA, END_STREAM if end else 0, 1, content)


# A field in each of HPACK's forms: name and value by index, plain or Huffman-coded. RFC 7541, 6.
AGENT, HUFFMAN_AGENT = b"\x0auser-agent\x06h2spec", b"\x87\xb5\x05\xb1\x61\xcc\x5a\x93"
TEST, HUFFMAN_TEST = b"\x06x-test\x06h2spec", b"\x85\xf2\xb2\x4a\x84\xff"
HUFFMAN_VALUE = b"\x84\x9c\x48\xac\xa4"
INDEXED, WITH_INDEXING, WITHOUT_INDEXING, NEVER_INDEXED = b"\xba", b"\x40", b"\x00", b"\x10"

FORMS = [
    ("indexed field", INDEXED),
    ("indexing, Huffman name", WITH_INDEXING + HUFFMAN_AGENT + HUFFMAN_VALUE),
    ("indexing, plain", WITH_INDEXING + AGENT),
    ("indexing, new name", WITH_INDEXING + TEST),
    ("indexing, new Huffman name", WITH_INDEXING + HUFFMAN_TEST + HUFFMAN_VALUE),
    ("no indexing, plain", WITHOUT_INDEXING + AGENT),
    ("no indexing, Huffman", WITHOUT_INDEXING + HUFFMAN_AGENT + HUFFMAN_VALUE),
    ("no indexing, new name", WITHOUT_INDEXING + TEST),
    ("no indexing, new Huffman name", WITHOUT_INDEXING + HUFFMAN_TEST + HUFFMAN_VALUE),
    ("never indexed, plain", NEVER_INDEXED + AGENT),
    ("never indexed, Huffman", NEVER_INDEXED + HUFFMAN_AGENT + HUFFMAN_VALUE),
    ("never indexed, new name", NEVER_INDEXED + TEST),
    ("never indexed, new Huffman name", NEVER_INDEXED + HUFFMAN_TEST + HUFFMAN_VALUE),
]

RULES = [
    Rule("generic/1/1", "preface", HELLO, settings_first, greets=False),
    Rule("generic/2/1", "PRIORITY while idle", steps(raw(pack_priority(1)), PING_ZERO),
         ping_answered()),
    Rule("generic/2/2", "WINDOW_UPDATE while half-closed",
         steps(NO_WINDOW, request(), raw(pack_window(1, 1))), any_data),
    Rule("generic/2/3", "PRIORITY while half-closed",
         steps(NO_WINDOW, request(), raw(pack_priority(1), pack_window(1, 1))), any_data),
    Rule("generic/2/4", "RST_STREAM while half-closed",
         steps(request(), raw(pack_reset(1, CANCEL)), PING_ZERO), ping_answered(or_closed=True)),
    Rule("generic/2/5", "PRIORITY while closed",
         steps(request(), stream_ended, raw(pack_priority(1)), PING_ZERO), ping_answered()),
    Rule("generic/3.1/1", "DATA", steps(post(), raw(body(b"test", end=True))), headers()),
    Rule("generic/3.1/2", "two DATA frames",
         steps(post(), raw(body(b"test", end=False), body(b"test", end=True))), headers()),
    Rule("generic/3.1/3", "padded DATA",
         steps(post(), raw(pack(DATA, END_STREAM | PADDED, 1, b"\x06test" + bytes(6)))),
         headers()),
    Rule("generic/3.2/1", "HEADERS", request(), headers()),
    Rule("generic/3.2/2", "padded HEADERS", padded_headers, headers()),
    Rule("generic/3.2/3", "HEADERS with priority", headers_with_priority, headers()),
    Rule("generic/3.3/1", "PRIORITY, weight 1",
         steps(raw(pack_priority(1, weight=0)), request()), headers()),
    Rule("generic/3.3/2", "PRIORITY, weight 256",
         steps(raw(pack_priority(1, weight=255)), request()), headers()),
    Rule("generic/3.3/3", "PRIORITY on another stream",
         steps(raw(pack_priority(3, 1, weight=0)), request()), headers()),
    Rule("generic/3.3/4", "exclusive PRIORITY",
         steps(raw(pack_priority(1, 1 << 31, weight=0)), request()), headers()),
    Rule("generic/3.3/5", "PRIORITY of a higher stream, then HEADERS",
         steps(raw(pack_priority(3)), request()), headers()),
    Rule("generic/3.4/1", "RST_STREAM",
         steps(request(end=False), raw(pack_reset(1)), PING_ZERO), ping_answered(or_closed=True)),
    Rule("generic/3.5/1", "SETTINGS", raw(ALL_SETTINGS), settings_acknowledged),
    Rule("generic/3.7/1", "PING", raw(pack(PING, 0, 0, b"h2spec\0\0")),
         ping_answered(b"h2spec\0\0")),
    Rule("generic/3.8/1", "GOAWAY", raw(pack(GOAWAY, 0, 0, bytes(8) + b"h2spec")), closed),
    Rule("generic/3.9/1", "WINDOW_UPDATE of the connection",
         steps(raw(pack_window(0, 1)), PING_ZERO), ping_answered()),
    Rule("generic/3.9/2", "WINDOW_UPDATE of a stream",
         steps(request(), raw(pack_window(1, 1))), headers()),
    Rule("generic/3.10/1", "one CONTINUATION", pieces(5), headers()),
    Rule("generic/3.10/2", "two CONTINUATION frames", pieces(5, 10), headers()),
    Rule("generic/4/1", "GET", request(), headers()),
    Rule("generic/4/2", "HEAD", request(method="HEAD"), headers()),
    Rule("generic/4/3", "POST", steps(post(), raw(body(b"test", end=True))), headers()),
    Rule("generic/4/4", "POST with trailers",
         steps(post(trailer="x-test"), raw(body(b"test", end=False)), trailers), headers()),
    *(Rule(f"generic/5/{at + 1}", f"HPACK: {what}", block(after=form), headers())
      for at, (what, form) in enumerate(FORMS)),
    Rule("generic/5/14", "HPACK: size update", block(before=b"\x20"), headers()),
    Rule("generic/5/15", "HPACK: two size updates", block(before=b"\x20\x3f\xe1\x1f"), headers()),
]

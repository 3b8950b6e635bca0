"""The attacks: what each sends, and the end that is right."""

from __future__ import annotations

import collections
import gzip
import socket
import ssl
from typing import Callable, NamedTuple

from tests.transport import frames as h2
from tests.transport.attacker import Attacker, indexed_call
from tests.transport.frames import message, pack, pack_priority, pack_reset, pack_settings
from tests.transport.frames import pack_window

CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
REFLECT = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
EMPTY = message(b"")
#: Asks for all files of a large service: 30 bytes that are answered with many thousands.
ASK_FILES = message(b"\x22\x1dcreditrisk.v1.DecisionService")

#: Calls that are no abuse by their number: what they cost is that of as many good ones.
CALLS_MAX = 5_000

#: GOAWAY(ENHANCE_YOUR_CALM): it is abuse. GONE: any GOAWAY, or closed: it is broken. HELD: the
#: connection may live on, as its cost is bounded.
CALM, GONE, HELD = "GOAWAY 11", "ended", "held"


class Attack(NamedTuple):
    """One attack of one connection."""

    name: str
    run: Callable[[Attacker], None]
    end: str
    #: At most this many frames are taken before the end; None where the end is not by count.
    frames_max: int | None = None
    #: Settings of the attacker's greeting.
    settings: tuple[tuple[int, int], ...] = ()
    greets: bool = True
    #: The attacker's receive buffer, where it does not read.
    receive_bytes: int | None = None
    #: Whether the server speaks TLS; the attacker's bytes are then its own affair.
    tls: bool = False


def stream(number: int) -> int:
    """The id of a client's stream."""
    return 2 * number + 1


def calls(
    path: str, after: Callable[[int], bytes], *, ends: bool = False, most: int | None = None,
    extra: h2.Fields | None = None,
):
    """A flood of calls, each followed by what `after` makes of its stream."""

    def run(attacker: Attacker) -> None:
        blocks = indexed_call(attacker.connection, path, *(extra or []))
        flags = h2.END_HEADERS | (h2.END_STREAM if ends else 0)

        def piece(number: int) -> bytes:
            return pack(h2.HEADERS, flags, stream(number), next(blocks)) + after(stream(number))

        attacker.flood(piece, most=most)

    return run


def same(piece: bytes, *, frames: int = 1, reads: bool = True):
    """A flood of the same bytes."""
    return lambda attacker: attacker.flood(piece, frames=frames, reads=reads)


def on_open_stream(piece: bytes, path: str = REFLECT):
    """A flood of the same bytes on stream 1, which is a call in progress."""

    def run(attacker: Attacker) -> None:
        connection = attacker.connection
        connection.send(connection.pack_headers(1, connection.call_fields(path), end=False))
        attacker.flood(piece)

    return run


def on_closed_stream(piece: bytes):
    """A flood of the same bytes on stream 1, whose call is over."""

    def run(attacker: Attacker) -> None:
        attacker.connection.call(1, CHECK, EMPTY)
        attacker.connection.reply(1)
        attacker.flood(piece)

    return run


def continuations(content: bytes):
    """One block that never ends."""

    def run(attacker: Attacker) -> None:
        connection = attacker.connection
        block = connection.encoder.encode(connection.call_fields(CHECK))
        connection.send(pack(h2.HEADERS, 0, 1, block))
        attacker.flood(pack(h2.CONTINUATION, 0, 1, content))

    return run


def window_churn(attacker: Attacker) -> None:
    """The window of 500 streams that wait goes up and down."""
    blocks = indexed_call(attacker.connection, REFLECT)
    for number in range(500):
        head = pack(h2.HEADERS, h2.END_HEADERS, stream(number), next(blocks))
        attacker.connection.send(head)
    up, down = ((h2.INITIAL_WINDOW_SIZE, 65_535),), ((h2.INITIAL_WINDOW_SIZE, 0),)
    attacker.flood(pack_settings(*up) + pack_settings(*down), frames=2)


def bomb(fields: bytes, count: int):
    """Calls whose blocks grow: `fields` are appended `count` times, in frames of legal size."""

    def run(attacker: Attacker) -> None:
        blocks = indexed_call(attacker.connection, CHECK)
        attacker.connection.call(1, CHECK, EMPTY)
        # One entry of 4,000 bytes in the table, to be named by one byte each time.
        plain = attacker.connection.encoder.encode(attacker.connection.call_fields(CHECK))
        long = b"\x40\x01a\x7f\xa1\x1e" + b"x" * 4_000
        attacker.connection.send(
            pack(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, 3, plain + long))
        next(blocks)

        def piece(number: int) -> bytes:
            block = HEAD + fields * count
            cuts = [block[at : at + 16_000] for at in range(0, len(block), 16_000)]
            found = b""
            for at, cut in enumerate(cuts):
                last = h2.END_HEADERS if at == len(cuts) - 1 else 0
                kind = h2.HEADERS if at == 0 else h2.CONTINUATION
                found += pack(kind, last, stream(number + 2), cut)
            return found

        attacker.flood(piece)

    return run


def literal(name: bytes, value: bytes) -> bytes:
    """A field that leaves the table alone."""
    size = len(value)
    if size < 127:
        return b"\0" + bytes([len(name)]) + name + bytes([size]) + value
    rest, packed = size - 127, bytearray()
    while rest >= 128:
        packed.append(0x80 | rest & 0x7F)
        rest >>= 7
    packed.append(rest)
    return b"\0" + bytes([len(name)]) + name + b"\x7f" + bytes(packed) + value


#: A call's usual fields as literals.
HEAD = b"".join([
    b"\x83\x86", literal(b":path", CHECK.encode()), literal(b":authority", b"a"),
    literal(b"content-type", b"application/grpc"), literal(b"te", b"trailers"),
])


def table_churn(attacker: Attacker) -> None:
    """Calls whose blocks begin with changes of the table's size."""

    def piece(number: int) -> bytes:
        block = b"\x20\x3f\xe1\x1f" + HEAD + b"\x40\x01b\x01c" * 20
        flags = h2.END_HEADERS | h2.END_STREAM
        return pack(h2.HEADERS, flags, stream(number), block)

    attacker.flood(piece, most=CALLS_MAX)


def hold_replies(attacker: Attacker) -> None:
    """A thousand large replies are asked for and none is let through."""
    blocks = indexed_call(attacker.connection, REFLECT)
    for number in range(1_000):
        head = pack(h2.HEADERS, h2.END_HEADERS, stream(number), next(blocks))
        body = pack(h2.DATA, h2.END_STREAM, stream(number), ASK_FILES * 4)
        attacker.push(head + body, 2)
    attacker.hold()


def never_read(attacker: Attacker) -> None:
    """Replies are asked for as fast as it goes; the socket is never read."""
    blocks = indexed_call(attacker.connection, REFLECT)

    def piece(number: int) -> bytes:
        head = pack(h2.HEADERS, h2.END_HEADERS, stream(number), next(blocks))
        return head + pack(h2.DATA, h2.END_STREAM, stream(number), ASK_FILES)

    attacker.flood(piece, frames=2, reads=False)


def dribble(attacker: Attacker) -> None:
    """A hundred large replies, let through byte by byte."""
    blocks = indexed_call(attacker.connection, REFLECT)
    for number in range(100):
        head = pack(h2.HEADERS, h2.END_HEADERS, stream(number), next(blocks))
        attacker.push(head + pack(h2.DATA, h2.END_STREAM, stream(number), ASK_FILES), 2)
    attacker.flood(lambda number: pack_window(stream(number % 100), 1))


def gzip_bombs(attacker: Attacker) -> None:
    """Small messages that inflate to 64 MiB."""
    body = message(gzip.compress(bytes(64 << 20), 9), flag=1)
    blocks = indexed_call(attacker.connection, CHECK, ("grpc-encoding", "gzip"))
    pieces = [body[at : at + 16_000] for at in range(0, len(body), 16_000)]

    def piece(number: int) -> bytes:
        head = pack(h2.HEADERS, h2.END_HEADERS, stream(number), next(blocks))
        return head + b"".join(
            pack(h2.DATA, h2.END_STREAM if at == len(pieces) - 1 else 0, stream(number), part)
            for at, part in enumerate(pieces))

    attacker.flood(piece, frames=1 + len(pieces))


def nested(depth: int) -> bytes:
    """Protobuf messages in one another, as deep as bytes allow."""
    content = b""
    for _ in range(depth):
        size = len(content)
        packed = bytes([size & 127 | 128, size >> 7]) if size >= 128 else bytes([size])
        content = b"\x0a" + packed + content
    return message(content)


def whole(body: bytes, path: str = CHECK):
    """Calls with this body."""
    return calls(path, lambda at: pack(h2.DATA, h2.END_STREAM, at, body), most=CALLS_MAX)


def handshakes(attacker: Attacker) -> None:
    """New connections that say hello in TLS and never finish; 200 are kept open."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    hello = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        hello.do_handshake()
    except ssl.SSLWantReadError:
        pass
    greeting, opened = outgoing.read(), collections.deque(maxlen=200)
    host, _, port = attacker.connection.address.rpartition(":")
    while not attacker.is_over:
        made = socket.create_connection((host, int(port)), 5)
        made.sendall(greeting)
        opened.append(made)
        attacker.outcome.frames += 1


EMPTY_DATA = pack(h2.DATA, 0, 1)
PADDING = pack(h2.DATA, h2.PADDED, 1, b"\xff" + bytes(255))
SETTING = pack_settings((h2.MAX_CONCURRENT_STREAMS, 100))
PING = pack(h2.PING, 0, 0, bytes(8))

ATTACKS = [
    Attack("rapid_reset", calls(CHECK, pack_reset), CALM, 3_000),
    Attack("rapid_reset_with_work", calls(
        CHECK, lambda at: pack(h2.DATA, h2.END_STREAM, at, EMPTY) + pack_reset(at)), CALM, 3_000),
    Attack("madeyoureset_window_overflow", calls(
        REFLECT, lambda at: pack_window(at, h2.WINDOW_MAX)), CALM, 3_000),
    Attack("madeyoureset_window_zero", calls(REFLECT, lambda at: pack_window(at, 0)), GONE),
    Attack("madeyoureset_priority_length", calls(
        REFLECT, lambda at: pack(h2.PRIORITY, 0, at, bytes(4))), GONE),
    Attack("madeyoureset_priority_itself", calls(REFLECT, lambda at: pack_priority(at, at)), GONE),
    Attack("madeyoureset_headers_after_end", calls(
        WATCH, lambda at: pack(h2.HEADERS, 5, at, b"\x83"), ends=True), GONE),
    Attack("madeyoureset_data_after_end", calls(
        WATCH, lambda at: pack(h2.DATA, 0, at, EMPTY), ends=True), GONE),
    Attack("malformed_requests", calls(
        CHECK, lambda at: b"", extra=[("connection", "close")]), CALM, 3_000),
    Attack("refused_streams", calls(WATCH, lambda at: pack(h2.DATA, 1, at, EMPTY)), CALM),
    Attack("continuation_flood", continuations(literal(b"x-a", b"b") * 20), GONE),
    Attack("continuation_flood_empty", continuations(b""), GONE),
    Attack("ping_flood", same(PING), CALM),
    Attack("ping_flood_unread", same(PING, reads=False), CALM, receive_bytes=4_096),
    Attack("ping_ack_flood", same(pack(h2.PING, h2.ACK, 0, bytes(8))), CALM),
    Attack("settings_flood", same(SETTING), CALM),
    Attack("settings_flood_unread", same(SETTING, reads=False), CALM, receive_bytes=4_096),
    Attack("settings_ack_flood", same(pack(h2.SETTINGS, h2.ACK, 0)), GONE),
    Attack("settings_window_churn", window_churn, CALM),
    Attack("empty_data", on_open_stream(EMPTY_DATA), CALM),
    Attack("padding_only_data", on_open_stream(PADDING), CALM),
    Attack("empty_messages", on_open_stream(pack(h2.DATA, 0, 1, EMPTY), WATCH), HELD),
    Attack("window_updates", same(pack_window(0, 1)), CALM),
    Attack("window_updates_of_a_stream", on_open_stream(pack_window(1, 1)), CALM),
    Attack("priorities", same(pack_priority(3)), CALM),
    Attack("unknown_frames", same(pack(h2.UNKNOWN, 0, 0, bytes(8))), CALM),
    Attack("resets_of_a_closed_stream", on_closed_stream(pack_reset(1)), CALM),
    Attack("windows_of_a_closed_stream", on_closed_stream(pack_window(1, 1)), CALM),
    Attack("hpack_bomb", bomb(b"\xbe", 4_000), CALM),
    Attack("huge_header_lists", bomb(literal(b"x-a", b"y" * 2_000), 16), CALM),
    Attack("many_tiny_headers", bomb(literal(b"a", b""), 4_000), CALM),
    Attack("table_size_churn", table_churn, HELD),
    Attack("zero_window_hold", hold_replies, HELD, settings=((h2.INITIAL_WINDOW_SIZE, 0),)),
    Attack("never_read", never_read, HELD, receive_bytes=4_096),
    Attack("one_byte_dribble", dribble, HELD, settings=((h2.INITIAL_WINDOW_SIZE, 1),)),
    Attack("gzip_bomb", gzip_bombs, HELD),
    Attack("deep_protobuf", whole(nested(3_000)), HELD),
    Attack("truncated_protobuf", whole(message(b"\x0a\xff\xff\xff\x7f")), HELD),
    Attack("length_lies", whole(message(b"x", length=0xFFFF_FFFF)), HELD),
    Attack("unfinished_messages", calls(
        REFLECT, lambda at: pack(h2.DATA, 0, at, message(b"x" * 99, length=4 << 20))), HELD),
    Attack("tls_handshakes", handshakes, HELD, greets=False, tls=True),
]

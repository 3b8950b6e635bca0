"""A small HTTP/2 client that sends any frame, right or wrong, and reads what comes back."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from typing import Iterable, NamedTuple

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9
#: A type that no document defines: every peer ignores it.
UNKNOWN = 0x16
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR = 0, 1, 2, 3
SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM = 4, 5, 6, 7
CANCEL, COMPRESSION_ERROR, ENHANCE_YOUR_CALM, HTTP_1_1_REQUIRED = 8, 9, 11, 13

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS = 1, 2, 3
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 4, 5, 6
DEFAULT_WINDOW = 65_535
WINDOW_MAX = 2**31 - 1
DEFAULT_FRAME_SIZE = 16_384

Fields = list[tuple[str, str]]


class Frame(NamedTuple):
    """One frame as it came."""

    type: int
    flags: int
    stream_id: int
    payload: bytes

    def has(self, flag: int) -> bool:
        """Whether the flag is set."""
        return self.flags & flag != 0

    @property
    def error_code(self) -> int:
        """The code of RST_STREAM or GOAWAY."""
        start = 4 if self.type == GOAWAY else 0
        return int.from_bytes(self.payload[start : start + 4], "big")

    @property
    def last_stream_id(self) -> int:
        """The last stream that GOAWAY promises to have looked at."""
        return int.from_bytes(self.payload[:4], "big") & WINDOW_MAX

    @property
    def debug(self) -> bytes:
        """What GOAWAY adds in words."""
        return self.payload[8:]

    @property
    def settings(self) -> dict[int, int]:
        """Identifier and value of every setting."""
        parts = (self.payload[at : at + 6] for at in range(0, len(self.payload), 6))
        return {int.from_bytes(p[:2], "big"): int.from_bytes(p[2:], "big") for p in parts}


class Closed(Exception):
    """The server ended the connection, in order or by a reset."""


class Silence(Exception):
    """Nothing came in the time given."""


def pack(type: int, flags: int, stream_id: int, payload: bytes = b"", *, length: int | None = None):
    """A frame's bytes; `length` lies about its size, the top bit of the id is the reserved one."""
    size = len(payload) if length is None else length
    head = size.to_bytes(3, "big") + bytes([type, flags]) + stream_id.to_bytes(4, "big")
    return head + payload


def pack_settings(*settings: tuple[int, int]) -> bytes:
    """A SETTINGS frame."""
    payload = b"".join(i.to_bytes(2, "big") + v.to_bytes(4, "big") for i, v in settings)
    return pack(SETTINGS, 0, 0, payload)


def pack_window(stream_id: int, increment: int) -> bytes:
    """A WINDOW_UPDATE frame."""
    return pack(WINDOW_UPDATE, 0, stream_id, increment.to_bytes(4, "big"))


def pack_reset(stream_id: int, code: int = CANCEL) -> bytes:
    """A RST_STREAM frame."""
    return pack(RST_STREAM, 0, stream_id, code.to_bytes(4, "big"))


def pack_priority(stream_id: int, depends_on: int = 0, *, weight: int = 255) -> bytes:
    """A PRIORITY frame."""
    return pack(PRIORITY, 0, stream_id, depends_on.to_bytes(4, "big") + bytes([weight]))


def message(content: bytes, *, flag: int = 0, length: int | None = None) -> bytes:
    """A gRPC message as it stands in a body; `length` lies about its size."""
    size = len(content) if length is None else length
    return bytes([flag]) + size.to_bytes(4, "big") + content


@dataclass
class Reply:
    """All that came back on one stream."""

    blocks: list[tuple[Fields, bool]]
    body: bytes = b""
    reset_code: int | None = None
    reset_after_end: int | None = None

    def field(self, name: str) -> str | None:
        """The last value of a field, in whichever block it stands."""
        found = [v for block, _ in self.blocks for n, v in block if n == name]
        return found[-1] if found else None

    @property
    def status(self) -> int | None:
        """grpc-status, or None."""
        text = self.field("grpc-status")
        return None if text is None else int(text)

    @property
    def http_status(self) -> str | None:
        """:status, or None."""
        return self.field(":status")

    @property
    def trailers_only(self) -> bool:
        """Whether one block, ending the stream, is all there is."""
        return len(self.blocks) == 1 and self.blocks[0][1] and not self.body

    @property
    def messages(self) -> list[bytes]:
        """The messages of the body."""
        found, rest = [], self.body
        while rest:
            size = int.from_bytes(rest[1:5], "big")
            found.append(rest[5 : 5 + size])
            rest = rest[5 + size :]
        return found


class Connection:
    """One connection. Nothing is sent, checked or answered unless a test says so."""

    def __init__(
        self, address: str, *, seconds: float = 2.0, tls: ssl.SSLContext | None = None,
        receive_bytes: int | None = None,
    ) -> None:
        host, _, port = address.rpartition(":")
        self.address = address
        self.seconds = seconds
        self.scheme = "http" if tls is None else "https"
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_bytes is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        made.settimeout(10)
        made.connect((host, int(port)))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket: socket.socket = made
        if tls is not None:
            self.socket = tls.wrap_socket(made, server_hostname="localhost")
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 20
        self.settings: dict[int, int] = {}
        self.goaway: Frame | None = None
        self._received = bytearray()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        """Bytes as they are, each piece by itself; a connection that is gone takes them too."""
        try:
            for piece in pieces:
                self.socket.sendall(piece)
        except (ConnectionError, ssl.SSLError):
            # What the server said before it closed can still be read.
            pass

    def handshake(self, *settings: tuple[int, int]) -> Connection:
        """Preface and SETTINGS both ways, each acknowledged."""
        mine = settings or ((INITIAL_WINDOW_SIZE, DEFAULT_WINDOW),)
        self.send(PREFACE + pack_settings(*mine))
        acknowledged = False
        while not (acknowledged and self.settings):
            frame = self.read()
            if frame.type != SETTINGS:
                continue
            if frame.has(ACK):
                acknowledged = True
            else:
                self.settings = frame.settings
                self.send(pack(SETTINGS, ACK, 0))
        return self

    def read(self, seconds: float | None = None) -> Frame:
        """The next frame. Raises Closed or Silence."""
        deadline = time.monotonic() + (self.seconds if seconds is None else seconds)
        head = self._exactly(9, deadline)
        size = int.from_bytes(head[:3], "big")
        self._exactly(9 + size, deadline)
        payload = bytes(self._received[9 : 9 + size])
        del self._received[: 9 + size]
        stream_id = int.from_bytes(head[5:9], "big") & WINDOW_MAX
        frame = Frame(head[3], head[4], stream_id, payload)
        if frame.type == GOAWAY:
            self.goaway = frame
        return frame

    def _exactly(self, count: int, deadline: float) -> bytes:
        while len(self._received) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Silence
            self.socket.settimeout(left)
            try:
                more = self.socket.recv(1 << 18)
            except TimeoutError:
                raise Silence from None
            except (ConnectionError, ssl.SSLError, OSError):
                raise Closed from None
            if not more:
                raise Closed
            self._received += more
        return bytes(self._received[:count])

    def frames(self, seconds: float | None = None) -> Iterable[Frame]:
        """Frames until the connection ends or nothing comes in time."""
        while True:
            try:
                yield self.read(seconds)
            except (Closed, Silence):
                return

    def wait_for(self, type: int, *, stream_id: int | None = None) -> Frame:
        """The next frame of a type; others are let pass."""
        while True:
            frame = self.read()
            if frame.type == type and stream_id in (None, frame.stream_id):
                return frame

    def wait_closed(self, seconds: float | None = None) -> Frame | None:
        """Reads until the connection ends and gives the GOAWAY that came, if one did."""
        try:
            while True:
                self.read(seconds)
        except Closed:
            return self.goaway

    def request_fields(self, **changed: str | None) -> Fields:
        """The fields of GET /; a name with `_` for `-` adds or changes one, None drops it."""
        fields = {
            ":method": "GET", ":scheme": self.scheme, ":path": "/", ":authority": self.address,
        }
        return self._changed(fields, changed)

    def call_fields(self, path: str, **changed: str | None) -> Fields:
        """The fields of a gRPC call."""
        fields = {
            ":method": "POST", ":scheme": self.scheme, ":path": path, ":authority": self.address,
            "content-type": "application/grpc", "te": "trailers",
        }
        return self._changed(fields, changed)

    @staticmethod
    def _changed(fields: dict[str, str], changed: dict[str, str | None]) -> Fields:
        kept: dict[str, str | None] = dict(fields)
        for name, value in changed.items():
            plain = name.replace("_", "-")
            kept[f":{plain}" if f":{plain}" in kept else plain] = value
        return [(name, value) for name, value in kept.items() if value is not None]

    def pack_headers(
        self, stream_id: int, fields: Fields, *, end: bool = True, before: bytes = b"",
        after: bytes = b"",
    ) -> bytes:
        """A HEADERS frame; `before` and `after` are raw bytes around the encoded block."""
        block = before + self.encoder.encode(fields) + after
        return pack(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream_id, block)

    def get(self, stream_id: int = 1, *, end: bool = True, **changed: str | None) -> None:
        """Sends GET /, or what `changed` makes of it."""
        self.send(self.pack_headers(stream_id, self.request_fields(**changed), end=end))

    def data(self, stream_id: int, content: bytes, *, end: bool = False) -> None:
        """Sends a DATA frame."""
        self.send(pack(DATA, END_STREAM if end else 0, stream_id, content))

    def call(self, stream_id: int, path: str, body: bytes | None, **changed: str | None) -> None:
        """Sends a whole gRPC call; None leaves the request open."""
        fields = self.call_fields(path, **changed)
        head = self.pack_headers(stream_id, fields, end=False)
        self.send(head if body is None else head + pack(DATA, END_STREAM, stream_id, body))

    def reply(self, stream_id: int = 1, *, seconds: float | None = None) -> Reply:
        """Reads one stream to its end, giving room for its body; answers PING meanwhile."""
        reply = Reply([])
        while True:
            frame = self.read(seconds)
            if frame.type == PING and not frame.has(ACK):
                self.send(pack(PING, ACK, 0, frame.payload))
            if frame.type in (HEADERS, PUSH_PROMISE):
                # Every block is decoded: the table is the connection's.
                fields = self.decoder.decode(frame.payload)
                plain = [(str(name), str(value)) for name, value in fields]
            if frame.stream_id != stream_id:
                continue
            if frame.type == HEADERS:
                reply.blocks.append((plain, frame.has(END_STREAM)))
            elif frame.type == DATA:
                reply.body += frame.payload
                if frame.payload:
                    size = len(frame.payload)
                    self.send(pack_window(0, size) + pack_window(stream_id, size))
            elif frame.type == RST_STREAM:
                reply.reset_code = frame.error_code
                return reply
            if frame.type in (HEADERS, DATA) and frame.has(END_STREAM):
                return reply

    def ping(self, payload: bytes = b"are-you?") -> None:
        """Sends PING and waits until it comes back."""
        self.send(pack(PING, 0, 0, payload))
        while True:
            frame = self.wait_for(PING)
            if frame.has(ACK) and frame.payload == payload:
                return

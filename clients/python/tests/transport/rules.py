"""What a rule is: what is sent, and the ends that are right."""

from __future__ import annotations

from typing import Callable, NamedTuple

from tests.transport.frames import ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING
from tests.transport.frames import RST_STREAM, SETTINGS
from tests.transport.frames import Closed, Connection, Frame, Silence, pack

#: A field value as long as the longest a careful client sends.
LONG = "x" * 4_000
#: The last frames that a failure's message shows.
SHOWN_MAX = 12

Step = Callable[[Connection], None]


class Rule(NamedTuple):
    """One check, named by the number that the public suite h2spec gives it."""

    id: str
    what: str
    send: Step
    end: Step
    #: Whether preface and SETTINGS are exchanged first.
    greets: bool = True


def seen(frames: list[Frame]) -> str:
    """What came, for the failure's message."""
    names = ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING"]
    names += ["GOAWAY", "WINDOW_UPDATE", "CONTINUATION"]
    shown = []
    for frame in frames:
        name = names[frame.type] if frame.type < len(names) else str(frame.type)
        code = f" code {frame.error_code}" if frame.type in (RST_STREAM, GOAWAY) else ""
        shown.append(f"{name}({len(frame.payload)}, {frame.flags:#x}, {frame.stream_id}){code}")
    cut = f"{len(shown) - SHOWN_MAX} frames, " if len(shown) > SHOWN_MAX else ""
    return cut + ", ".join(shown[-SHOWN_MAX:]) or "nothing"


def _until(connection: Connection, wanted: Callable[[Frame], bool], closed_is_right: bool) -> None:
    frames: list[Frame] = []
    try:
        while True:
            frames.append(connection.read())
            if wanted(frames[-1]):
                return
    except Closed:
        assert closed_is_right, f"closed after {seen(frames)}"
    except Silence:
        raise AssertionError(f"nothing more after {seen(frames)}") from None


def connection_error(*codes: int) -> Step:
    """GOAWAY with one of the codes, or the connection closed."""
    return lambda c: _until(c, lambda f: f.type == GOAWAY and f.error_code in codes, True)


def stream_error(*codes: int) -> Step:
    """RST_STREAM or GOAWAY with one of the codes, or the connection closed."""
    wanted = (RST_STREAM, GOAWAY)
    return lambda c: _until(c, lambda f: f.type in wanted and f.error_code in codes, True)


def closed(connection: Connection) -> None:
    """The connection closed."""
    _until(connection, lambda _: False, True)


def goaway(code: int) -> Step:
    """GOAWAY with this code and no other end."""
    return lambda c: _until(c, lambda f: f.type == GOAWAY and f.error_code == code, False)


def reset(stream_id: int, code: int) -> Step:
    """RST_STREAM of this stream with this code and no other end."""

    def wanted(frame: Frame) -> bool:
        return (frame.type, frame.stream_id) == (RST_STREAM, stream_id) and frame.error_code == code

    return lambda c: _until(c, wanted, False)


def headers(stream_id: int = 1) -> Step:
    """A reply begins on the stream."""

    def wanted(frame: Frame) -> bool:
        return frame.type == HEADERS and frame.stream_id == stream_id

    return lambda c: _until(c, wanted, False)


def any_data(connection: Connection) -> None:
    """A DATA frame."""
    _until(connection, lambda f: f.type == DATA, False)


def data_of(size: int) -> Step:
    """The first DATA frame has this many bytes."""

    def check(connection: Connection) -> None:
        frame = connection.wait_for(DATA)
        assert len(frame.payload) == size, seen([frame])

    return check


def ping_answered(payload: bytes = bytes(8), *, or_closed: bool = False) -> Step:
    """PING comes back with its ACK flag and its payload; no other PING comes."""

    def wanted(frame: Frame) -> bool:
        if frame.type != PING:
            return False
        assert frame.has(ACK) and frame.payload == payload, seen([frame])
        return True

    return lambda c: _until(c, wanted, or_closed)


def settings_acknowledged(connection: Connection) -> None:
    """SETTINGS with its ACK flag."""
    assert connection.wait_for(SETTINGS).has(ACK)


def settings_first(connection: Connection) -> None:
    """The very first frame is SETTINGS without ACK."""
    frame = connection.read()
    assert frame.type == SETTINGS and not frame.has(ACK), seen([frame])


def stream_ended(connection: Connection) -> None:
    """The reply on some stream is over."""
    _until(connection, lambda f: f.type in (DATA, HEADERS) and f.has(END_STREAM), False)


def steps(*parts: Step) -> Step:
    """One after the other."""

    def run(connection: Connection) -> None:
        for part in parts:
            part(connection)

    return run


def raw(*pieces: bytes) -> Step:
    """Bytes as they are."""
    return lambda c: c.send(*pieces)


def request(stream_id: int = 1, *, end: bool = True, **changed: str | None) -> Step:
    """GET /, or what `changed` makes of it."""
    return lambda c: c.get(stream_id, end=end, **changed)


def post(stream_id: int = 1, *, end: bool = False, **changed: str | None) -> Step:
    """POST / whose body is still to come."""
    return request(stream_id, end=end, method="POST", **changed)


def fields(*extra: tuple[str, str], leave: str | None = None, end: bool = True) -> Step:
    """GET / with fields behind the usual ones, or without one of them."""

    def send(connection: Connection) -> None:
        usual = [field for field in connection.request_fields() if field[0] != leave]
        connection.send(connection.pack_headers(1, usual + list(extra), end=end))

    return send


def block(*, before: bytes = b"", after: bytes = b"") -> Step:
    """GET / with raw bytes around its header block."""

    def send(connection: Connection) -> None:
        usual = connection.request_fields()
        connection.send(connection.pack_headers(1, usual, before=before, after=after))

    return send


def pieces(*cuts: int, flags: int = END_STREAM) -> Step:
    """GET / cut into HEADERS and CONTINUATION frames at these offsets."""

    def send(connection: Connection) -> None:
        whole = connection.encoder.encode(connection.request_fields())
        edges = [0, *cuts, len(whole)]
        for at, (start, stop) in enumerate(zip(edges, edges[1:])):
            last = END_HEADERS if at == len(edges) - 2 else 0
            kind, mark = (HEADERS, flags) if at == 0 else (9, 0)
            connection.send(pack(kind, mark | last, 1, whole[start:stop]))

    return send


def open_block(*, end: bool = True, **changed: str | None) -> Step:
    """HEADERS of GET / without END_HEADERS: more must follow."""

    def send(connection: Connection) -> None:
        whole = connection.encoder.encode(connection.request_fields(**changed))
        connection.send(pack(HEADERS, END_STREAM if end else 0, 1, whole))

    return send


def continuation(stream_id: int = 1, *, last: bool = True) -> Step:
    """CONTINUATION with one long field."""

    def send(connection: Connection) -> None:
        content = connection.encoder.encode([("x-dummy0", LONG)])
        connection.send(pack(9, END_HEADERS if last else 0, stream_id, content))

    return send

"""The test server of the interop and conformance services, and calls below grpcio."""

from __future__ import annotations

import gzip
import os
import queue
import signal
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable

import grpc
import h2.config
import h2.connection
import h2.events

from demo.server import REPOSITORY, ServerError
from tests.interop_messages.connectrpc.conformance.v1 import server_compat_pb2 as compat

START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 30.0
SOCKET_SECONDS_MAX = 20.0
#: A gRPC message in a body: flag, 4 bytes of length.
PREFIX_BYTES = 5
#: The flag of the trailers that end a gRPC-Web body.
WEB_TRAILERS_FLAG = 0x80


def find_binary() -> Path:
    """INTEROP_BIN, else the debug build of this repository."""
    named = os.environ.get("INTEROP_BIN")
    path = Path(named) if named else REPOSITORY / ".build" / "debug" / "interop-server"
    if not os.access(path, os.X_OK):
        raise ServerError(f"no interop-server at {path}: build it with `make test-clients`")
    return path.resolve()


@dataclass(frozen=True)
class Credentials:
    """A self-signed certificate for localhost and 127.0.0.1 with its key, both PEM."""

    certificate_path: Path
    key_path: Path

    @classmethod
    def make(cls, folder: Path, name: str) -> Credentials:
        """Makes new ones with openssl, as the conformance suite does: RSA, no authority."""
        made = cls(folder / f"{name}.crt", folder / f"{name}.key")
        command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        command += ["-newkey", "rsa:2048", "-addext", "basicConstraints=critical,CA:FALSE"]
        command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        command += ["-keyout", str(made.key_path), "-out", str(made.certificate_path)]
        subprocess.run(command, check=True, capture_output=True)
        return made

    @property
    def certificate(self) -> bytes:
        """The certificate's PEM."""
        return self.certificate_path.read_bytes()

    @property
    def key(self) -> bytes:
        """The key's PEM."""
        return self.key_path.read_bytes()


class InteropServer:
    """`interop-server --port 0`, or the conformance mode when `request` is given.

    With `credentials` it speaks TLS; `client` are what clients show then.
    """

    def __init__(
        self,
        *,
        request: compat.ServerCompatRequest | None = None,
        credentials: Credentials | None = None,
        client: Credentials | None = None,
    ) -> None:
        self.credentials = credentials
        self.client = client
        command = [str(find_binary())]
        command += ["conformance"] if request else ["--port", "0"]
        if credentials and not request:
            command += ["--tls-cert", str(credentials.certificate_path)]
            command += ["--tls-key", str(credentials.key_path)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answers: queue.Queue[str] = queue.Queue()
        reader = self._read_response if request else self._read_line
        self._thread = threading.Thread(target=reader, daemon=True)
        self._thread.start()
        assert self.process.stdin is not None
        if request:
            packed = request.SerializeToString()
            self.process.stdin.write(len(packed).to_bytes(4, "big") + packed)
        # The suite closes the input as soon as it has written its request.
        self.process.stdin.close()
        try:
            self.address = self._answers.get(timeout=START_SECONDS_MAX)
        except queue.Empty:
            self.address = ""
        if not self.address:
            self.kill()
            raise ServerError("interop-server did not start")

    def _read_line(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        self._answers.put(line.removeprefix("listening on ").strip())

    def _read_response(self) -> None:
        assert self.process.stdout is not None
        count = int.from_bytes(self.process.stdout.read(4), "big")
        self.response = compat.ServerCompatResponse.FromString(self.process.stdout.read(count))
        self._answers.put(f"{self.response.host}:{self.response.port}" if count else "")

    def __enter__(self) -> InteropServer:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    def channel(self, options: Iterable[tuple[str, int]] = ()) -> grpc.Channel:
        """A channel to it."""
        if not self.credentials:
            return grpc.insecure_channel(self.address, list(options))
        own = (self.client.key, self.client.certificate) if self.client else (None, None)
        secure = grpc.ssl_channel_credentials(self.credentials.certificate, *own)
        return grpc.secure_channel(self.address, secure, list(options))

    def connect(self) -> socket.socket:
        """A connection to it, with TLS if it speaks TLS."""
        host, _, port = self.address.rpartition(":")
        plain = socket.create_connection((host, int(port)), SOCKET_SECONDS_MAX)
        if not self.credentials:
            return plain
        context = ssl.create_default_context(cafile=str(self.credentials.certificate_path))
        context.set_alpn_protocols(["h2"])
        if self.client:
            context.load_cert_chain(self.client.certificate_path, self.client.key_path)
        secure = context.wrap_socket(plain, server_hostname=host)
        assert secure.selected_alpn_protocol() == "h2"
        return secure

    def stop(self) -> None:
        """Asks it to end: it must, and with exit code 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS_MAX)
        assert code == 0, f"interop-server exited {code} on SIGTERM"

    def process_kib(self, name: str) -> int:
        """A figure of the process's memory, such as VmRSS."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (found,) = [line for line in lines if line.startswith(f"{name}:")]
        return int(found.split()[1])

    def is_idle(self) -> bool:
        """Whether it uses no processor time for 100 ms."""
        stat = Path(f"/proc/{self.process.pid}/stat")

        def used() -> list[str]:
            return stat.read_text().rpartition(") ")[2].split()[11:13]

        before = used()
        time.sleep(0.1)
        return used() == before

    def kill(self) -> None:
        """Ends it without warning."""
        self.process.kill()
        self.process.wait()


def message_frame(message: bytes, *, packed: bool = False) -> bytes:
    """A message as it stands in a body, packed with gzip if told so."""
    content = gzip.compress(message) if packed else message
    return bytes([packed]) + len(content).to_bytes(4, "big") + content


@dataclass
class RawAnswer:
    """What came back on a stream, field by field and frame by frame."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    trailers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    reset_code: int | None = None

    def values(self, name: str) -> list[str]:
        """Every value of a field, of headers and trailers, in order."""
        return [value for found, value in self.headers + self.trailers if found == name]

    @property
    def status(self) -> int:
        """The gRPC status."""
        (text,) = self.values("grpc-status")
        return int(text)

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """The flag and the bytes of every message; all of the body must be messages."""
        found, offset = [], 0
        while offset < len(self.body):
            flag = self.body[offset]
            count = int.from_bytes(self.body[offset + 1 : offset + PREFIX_BYTES], "big")
            offset += PREFIX_BYTES
            assert offset + count <= len(self.body), "the body ends inside a message"
            found.append((flag, self.body[offset : offset + count]))
            offset += count
        return found

    @property
    def messages(self) -> list[bytes]:
        """Every message, unpacked."""
        return [
            gzip.decompress(content) if flag & 1 else content
            for flag, content in self.frames
            if not flag & WEB_TRAILERS_FLAG
        ]

    @property
    def web_trailers(self) -> list[tuple[str, str]]:
        """The fields of the one frame of trailers that ends a gRPC-Web body."""
        flag, content = self.frames[-1]
        assert flag == WEB_TRAILERS_FLAG
        lines = content.decode("ascii").split("\r\n")
        assert lines.pop() == ""
        fields = (line.partition(":") for line in lines)
        return [(name, value.strip()) for name, _, value in fields]


def raw_call(
    server: InteropServer,
    path: str,
    body: bytes,
    extra: Iterable[tuple[str, str]] = (),
    *,
    content_type: str = "application/grpc",
) -> RawAnswer:
    """One POST over a connection of its own, within the windows that the server gives."""
    connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    headers = [(":method", "POST"), (":scheme", "https" if server.credentials else "http")]
    headers += [(":path", path), (":authority", server.address)]
    headers += [("content-type", content_type), ("te", "trailers"), *extra]
    answer = RawAnswer()
    with server.connect() as stream:
        connection.initiate_connection()
        connection.send_headers(1, headers)
        rest = body
        is_open = True
        while True:
            while is_open and (rest or not body):
                window = connection.local_flow_control_window(1)
                room = min(window, connection.max_outbound_frame_size)
                if body and room == 0:
                    break
                part, rest = rest[:room], rest[room:]
                connection.send_data(1, part, end_stream=not rest)
                is_open = bool(rest)
            stream.sendall(connection.data_to_send())
            received = stream.recv(65_536)
            assert received, "the server closed the connection"
            for event in connection.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived):
                    answer.headers = list(event.headers)
                elif isinstance(event, h2.events.TrailersReceived):
                    answer.trailers = list(event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    answer.body += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, 1)
                elif isinstance(event, h2.events.StreamReset):
                    answer.reset_code = int(event.error_code)
                    return answer
                elif isinstance(event, h2.events.StreamEnded):
                    return answer
            is_open = is_open and 1 in connection.streams


def metadata_of(call: grpc.Call, name: str, *, trailing: bool = False) -> list[str | bytes]:
    """Every value of a field of the reply's headers or trailers."""
    fields = call.trailing_metadata() if trailing else call.initial_metadata()
    return [value for found, value in fields if found == name]

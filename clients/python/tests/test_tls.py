"""TLS: who is let in, who is not, and that neither strangers nor new certificates disturb."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from demo.server import Server, find_binary, wait_for
from tests.certificates import Certificates

CALL_SECONDS = 10.0
HANDSHAKE_SECONDS_MAX = 5.0
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04\x00" + bytes(4)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    made = Certificates(tmp_path / "certificates")
    made.issue("server")
    return made


@pytest.fixture
def server(tmp_path: Path, certificates: Certificates) -> Iterator[Server]:
    with Server(tmp_path / "data", extra=certificates.flags()) as running:
        yield running
        running.stop()


@pytest.fixture
def strict(tmp_path: Path, certificates: Certificates) -> Iterator[Server]:
    """A server that asks every client for a certificate."""
    flags = certificates.flags(client_ca="ca")
    with Server(tmp_path / "strict", extra=flags) as running:
        yield running
        running.stop()


def channel(
    server: Server, certificates: Certificates, *, ca: str = "ca", own: str | None = None
) -> grpc.Channel:
    credentials = grpc.ssl_channel_credentials(
        root_certificates=certificates.pem(ca).read_bytes(),
        private_key=certificates.key(own).read_bytes() if own else None,
        certificate_chain=certificates.pem(own).read_bytes() if own else None,
    )
    # Each channel has connections of its own, as another process would.
    return grpc.secure_channel(
        server.address, credentials, options=[("grpc.use_local_subchannel_pool", 1)]
    )


def check(made: grpc.Channel, seconds: float = CALL_SECONDS) -> None:
    """One call; RpcError when it fails."""
    stub = health_pb2_grpc.HealthStub(made)
    reply = stub.Check(health_pb2.HealthCheckRequest(), timeout=seconds)
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


def expect_refused(made: grpc.Channel) -> None:
    with made, pytest.raises(grpc.RpcError) as caught:
        check(made)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def context(certificates: Certificates, *protocols: str) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(certificates.pem("ca")))
    made.set_alpn_protocols(list(protocols))
    return made


def dial(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def serial(server: Server, certificates: Certificates) -> str:
    """The serial number of the certificate that a new connection is shown."""
    with context(certificates, "h2").wrap_socket(
        dial(server), server_hostname="localhost"
    ) as stream:
        found = stream.getpeercert()
        assert found
        return str(found["serialNumber"])


def test_a_good_call(server: Server, certificates: Certificates):
    with channel(server, certificates) as made:
        check(made)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_and_goodbye(
    server: Server, certificates: Certificates, version: ssl.TLSVersion
):
    asked = context(certificates, "h2")
    asked.minimum_version = asked.maximum_version = version
    with asked.wrap_socket(dial(server), server_hostname="localhost") as stream:
        assert stream.selected_alpn_protocol() == "h2"
        assert stream.cipher()[0] in {"ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"}
        assert stream.compression() is None
        stream.sendall(PREFACE)
        assert stream.recv(9)[3] == 4  # SETTINGS
        # A client that breaks the protocol gets GOAWAY, then close_notify: an orderly end.
        stream.sendall(b"\0\0\1\0\0\0\0\0\0x")
        while stream.recv(4096):
            pass


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
def test_old_versions_are_refused(server: Server, certificates: Certificates):
    asked = context(certificates, "h2")
    asked.set_ciphers("DEFAULT:@SECLEVEL=0")
    asked.minimum_version = asked.maximum_version = ssl.TLSVersion.TLSv1_1
    with dial(server) as plain, pytest.raises(ssl.SSLError):
        asked.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("protocols", [(), ("http/1.1",), ("h2c", "spdy/3")])
def test_another_protocol_is_refused(
    server: Server, certificates: Certificates, protocols: tuple[str, ...]
):
    asked = context(certificates, *protocols)
    with dial(server) as plain, pytest.raises(ssl.SSLError) as caught:
        asked.wrap_socket(plain, server_hostname="localhost")
    assert "no application protocol" in str(caught.value).lower().replace("_", " ")


def test_a_client_that_trusts_another_authority(server: Server, certificates: Certificates):
    certificates.authority("other")
    expect_refused(channel(server, certificates, ca="other"))


def test_plain_bytes_are_refused(server: Server, certificates: Certificates):
    with dial(server) as plain:
        plain.sendall(PREFACE)
        said = b""
        # At most one TLS alert, never HTTP/2, and the end: a reset, as not all was read.
        with contextlib.suppress(ConnectionResetError):
            while piece := plain.recv(4096):
                said += piece
        assert said == b"" or said[0] == 21
    with grpc.insecure_channel(server.address) as made, pytest.raises(grpc.RpcError):
        check(made, 2)


def test_client_certificates(strict: Server, certificates: Certificates):
    certificates.authority("other")
    certificates.issue("desk")
    certificates.issue("stranger", by="other")
    certificates.issue("old", days=-1)
    with channel(strict, certificates, own="desk") as made:
        check(made)
    for own in (None, "stranger", "old"):
        expect_refused(channel(strict, certificates, own=own))


def test_half_a_handshake_ends_after_five_seconds(server: Server, certificates: Certificates):
    began = time.monotonic()
    with dial(server) as silent, dial(server) as half:
        half.sendall(b"\x16\x03\x01\x02\x00\x01\x00")  # the start of a hello
        with channel(server, certificates) as made:
            check(made)
        for waiting in (silent, half):
            assert waiting.recv(1) == b""
    took = time.monotonic() - began
    assert HANDSHAKE_SECONDS_MAX - 0.5 < took < HANDSHAKE_SECONDS_MAX + 2


@pytest.mark.parametrize("count", [200, 600])
def test_silent_sockets_delay_nobody(server: Server, certificates: Certificates, count: int):
    silent = [dial(server) for _ in range(count)]
    try:
        began = time.monotonic()
        with channel(server, certificates) as made:
            check(made)
        assert time.monotonic() - began < 1.0
    finally:
        for waiting in silent:
            waiting.close()


def test_a_new_certificate_disturbs_no_call(
    server: Server, certificates: Certificates, tmp_path: Path
):
    failures: list[grpc.RpcError] = []
    counts = [0, 0]
    over = threading.Event()

    def call(index: int) -> None:
        """Calls without a pause: worker 0 on one connection, worker 1 on a new one each time."""
        kept = channel(server, certificates)
        try:
            while not over.is_set():
                made = kept if index == 0 else channel(server, certificates)
                check(made)
                counts[index] += 1
                if made is not kept:
                    made.close()
        except grpc.RpcError as error:
            failures.append(error)
        finally:
            kept.close()

    callers = [threading.Thread(target=call, args=(index,)) for index in range(2)]
    for caller in callers:
        caller.start()
    try:
        seen = {serial(server, certificates)}
        for _ in range(5):
            before = len(seen)
            # Put in place whole, key first: a reader never finds half a file.
            certificates.issue("next")
            certificates.key("next").replace(certificates.key("server"))
            certificates.pem("next").replace(certificates.pem("server"))
            server.process.send_signal(signal.SIGHUP)

            def is_new() -> bool:
                seen.add(serial(server, certificates))
                return len(seen) > before

            assert wait_for(is_new, 10)
        certificates.pem("server").write_text("no certificate")
        server.process.send_signal(signal.SIGHUP)
        assert wait_for(lambda: any("stays as it was" in line for line in server.output), 10)
        assert serial(server, certificates) in seen
    finally:
        over.set()
        for caller in callers:
            caller.join()
    assert failures == []
    assert min(counts) > 10


def test_a_drain_over_tls_finishes_calls(tmp_path: Path, certificates: Certificates):
    with Server(tmp_path / "drained", extra=certificates.flags()) as server:
        with channel(server, certificates) as made:
            stub = health_pb2_grpc.HealthStub(made)
            watching = stub.Watch(health_pb2.HealthCheckRequest(), timeout=CALL_SECONDS)
            assert next(watching).status == health_pb2.HealthCheckResponse.SERVING
            server.process.send_signal(signal.SIGTERM)
            assert next(watching).status == health_pb2.HealthCheckResponse.NOT_SERVING
            watching.cancel()
        server.process.wait(20)
        assert server.process.returncode == 0


@pytest.mark.parametrize(
    ("flags", "word", "code"),
    [
        (("--tls-cert", "server.pem"), "--tls-key", 64),
        (("--client-ca", "ca.pem"), "--tls-cert", 64),
        (("--tls-cert", "server.pem", "--tls-key", "missing.key"), "missing.key", 78),
        (("--tls-cert", "server.pem", "--tls-key", "ca.key"), "does not belong", 78),
    ],
)
def test_bad_files_are_told_at_the_start(
    tmp_path: Path, certificates: Certificates, flags: tuple[str, ...], word: str, code: int
):
    done = subprocess.run(
        [str(find_binary()), "serve", "--listen", "127.0.0.1:0", "--demo"]
        + ["--data", str(tmp_path / "data"), *flags],
        cwd=certificates.folder, capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == code, done
    assert word in done.stderr

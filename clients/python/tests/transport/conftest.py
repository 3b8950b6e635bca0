"""Fixtures of the transport's tests."""

from __future__ import annotations

import ssl
from typing import Callable, Iterator

import pytest

from demo.server import Server
from tests.certificates import Certificates
from tests.transport import report
from tests.transport.frames import Connection


@pytest.fixture
def open_connection(server: Server) -> Callable[..., Connection]:
    """Opens raw connections to the server that most tests share."""
    return lambda **options: Connection(server.address, **options)


@pytest.fixture
def connection(open_connection: Callable[..., Connection]) -> Iterator[Connection]:
    """One connection that has greeted; at the end the server must still answer on it."""
    with open_connection() as made:
        yield made.handshake()


@pytest.fixture(scope="session")
def wire_certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority and a certificate of this machine."""
    made = Certificates(tmp_path_factory.mktemp("wire") / "certificates")
    made.issue("server")
    return made


@pytest.fixture(scope="session")
def tls_context(wire_certificates: Certificates) -> ssl.SSLContext:
    """What a client of that certificate speaks."""
    context = ssl.create_default_context(cafile=str(wire_certificates.pem("ca")))
    context.set_alpn_protocols(["h2"])
    return context


@pytest.fixture(scope="session")
def tls_server(
    tmp_path_factory: pytest.TempPathFactory, wire_certificates: Certificates
) -> Iterator[Server]:
    """A server that speaks TLS."""
    with Server(tmp_path_factory.mktemp("tls"), extra=wire_certificates.flags()) as running:
        yield running
        running.stop()


@pytest.fixture(scope="session")
def open_tls(tls_server: Server, tls_context: ssl.SSLContext) -> Callable[..., Connection]:
    """Opens raw connections through TLS."""
    return lambda **options: Connection(tls_server.address, tls=tls_context, **options)


@pytest.fixture(params=["h2c", "tls"])
def open_either(request: pytest.FixtureRequest) -> Callable[..., Connection]:
    """Opens raw connections in the clear, and the same test again through TLS."""
    return request.getfixturevalue("open_connection" if request.param == "h2c" else "open_tls")


def pytest_terminal_summary(terminalreporter) -> None:
    """Prints the attack table at the end of the run."""
    for line in report.lines():
        terminalreporter.write_line(line)

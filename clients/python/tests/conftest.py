"""Fixtures: real servers over temporary directories."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import grpc
import pytest

from demo.book import Application, put_book, read_applications, read_features
from demo.server import DEMO_KEY, Server
from riskd_client import Client
from tests import lender as lenders
from tests.conformance import start as start_conformance
from tests.interop import Credentials, InteropServer
from tests.interop_messages.connectrpc.conformance.v1.service_pb2_grpc import ConformanceServiceStub
from tests.interop_messages.grpc.testing.test_pb2_grpc import TestServiceStub

# Enough rows for approvals and declines; few enough to load in a moment.
SMALL_BOOK_ROWS = 60


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that need no other: it must drain cleanly at the end."""
    with Server(tmp_path_factory.mktemp("riskd")) as running:
        yield running
        running.stop()


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[Client]:
    """A client of that server."""
    with Client(server.address, DEMO_KEY) as made:
        yield made


@pytest.fixture(scope="session")
def book(client: Client) -> list[Application]:
    """The first applications of the demo's book, stored on that server."""
    applications = read_applications(SMALL_BOOK_ROWS)
    for _ in put_book(client, read_features(), applications):
        pass
    return applications


@pytest.fixture(scope="session")
def lender_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two lenders of their own; it must drain cleanly at the end."""
    with lenders.start(tmp_path_factory.mktemp("lenders")) as running:
        yield running
        running.stop()


@pytest.fixture(scope="session")
def lender(lender_server: Server) -> Iterator[Client]:
    """A client of the first lender, whose key speaks for no channel."""
    with Client(lender_server.address, lenders.KEY) as made:
        yield made


@pytest.fixture(scope="session")
def web(lender_server: Server) -> Iterator[Client]:
    """The first lender's web channel at the partner acme."""
    with Client(lender_server.address, lenders.WEB_KEY) as made:
        yield made


@pytest.fixture(scope="session")
def other(lender_server: Server) -> Iterator[Client]:
    """The second lender."""
    with Client(lender_server.address, lenders.OTHER_KEY) as made:
        yield made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers over one directory of the test's own; whatever still runs is killed."""
    started: list[Server] = []

    def start_one(**options: object) -> Server:
        running = Server(tmp_path / "data", **options)
        started.append(running)
        return running

    yield start_one
    for running in started:
        if running.process.poll() is None:
            running.kill()


@pytest.fixture(scope="session", params=["clear", "tls", "client certificate"])
def conformance_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InteropServer]:
    """A server for each kind of connection that the conformance suite uses."""
    with start_conformance(request.param, tmp_path_factory.mktemp("tls")) as running:
        yield running
        running.stop()


@pytest.fixture(scope="session")
def conformance(conformance_server: InteropServer) -> Iterator[ConformanceServiceStub]:
    """The service of that server."""
    with conformance_server.channel() as channel:
        yield ConformanceServiceStub(channel)


@pytest.fixture(scope="session", params=["clear", "tls"])
def interop_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InteropServer]:
    """A server of the interop services in clear, and one with TLS; they must end cleanly."""
    credentials = None
    if request.param == "tls":
        credentials = Credentials.make(tmp_path_factory.mktemp("tls"), "server")
    with InteropServer(credentials=credentials) as running:
        yield running
        running.stop()


@pytest.fixture(scope="session")
def interop_channel(interop_server: InteropServer) -> Iterator[grpc.Channel]:
    """A channel to it."""
    with interop_server.channel() as made:
        yield made


@pytest.fixture(scope="session")
def interop(interop_channel: grpc.Channel) -> TestServiceStub:
    """The interop service."""
    return TestServiceStub(interop_channel)

"""Channel state for operators, with the stubs of grpcio-channelz against the interop server."""

from __future__ import annotations

import ipaddress
import time

import grpc
import pytest
from grpc_channelz.v1 import channelz_pb2, channelz_pb2_grpc

from tests.interop import InteropServer
from tests.interop_cases import CALL_SECONDS_MAX, expect_code
from tests.interop_messages.grpc.testing import empty_pb2, messages_pb2
from tests.interop_messages.grpc.testing.test_pb2_grpc import TestServiceStub as Stub

SERVER_ID = 1
CALLS = 3


@pytest.fixture
def own_channel(interop_server: InteropServer):
    """A connection of the test's own: the options keep grpcio from sharing one."""
    with interop_server.channel([("grpc.use_local_subchannel_pool", 1)]) as made:
        yield made


@pytest.fixture
def channelz(own_channel: grpc.Channel) -> channelz_pb2_grpc.ChannelzStub:
    return channelz_pb2_grpc.ChannelzStub(own_channel)


def sockets(channelz: channelz_pb2_grpc.ChannelzStub, page_size: int = 0) -> list[int]:
    """The ids of all sockets, page by page."""
    ids: list[int] = []
    while True:
        request = channelz_pb2.GetServerSocketsRequest(
            server_id=SERVER_ID, start_socket_id=ids[-1] + 1 if ids else 0, max_results=page_size
        )
        page = channelz.GetServerSockets(request, timeout=CALL_SECONDS_MAX)
        ids += [reference.socket_id for reference in page.socket_ref]
        if page.end:
            return ids
        assert len(page.socket_ref) == page_size


def socket_of(channelz: channelz_pb2_grpc.ChannelzStub, socket_id: int) -> channelz_pb2.Socket:
    request = channelz_pb2.GetSocketRequest(socket_id=socket_id)
    return channelz.GetSocket(request, timeout=CALL_SECONDS_MAX).socket


def test_the_server_counts_its_calls(channelz: channelz_pb2_grpc.ChannelzStub, own_channel):
    def look() -> channelz_pb2.ServerData:
        listed = channelz.GetServers(channelz_pb2.GetServersRequest(), timeout=CALL_SECONDS_MAX)
        (server,) = listed.server
        request = channelz_pb2.GetServerRequest(server_id=server.ref.server_id)
        one = channelz.GetServer(request, timeout=CALL_SECONDS_MAX).server
        assert listed.end and one.ref == server.ref and one.ref.server_id == SERVER_ID
        return one.data

    before = look()
    stub = Stub(own_channel)
    for _ in range(CALLS):
        stub.EmptyCall(empty_pb2.Empty(), timeout=CALL_SECONDS_MAX)
    failing = messages_pb2.EchoStatus(code=grpc.StatusCode.UNKNOWN.value[0])
    request = messages_pb2.SimpleRequest(response_status=failing)
    expect_code(grpc.StatusCode.UNKNOWN, lambda: stub.UnaryCall(request, timeout=CALL_SECONDS_MAX))
    after = look()
    # The two looks count too: GetServer of the first, GetServers of the second.
    assert after.calls_started - before.calls_started == CALLS + 1 + 2
    assert after.calls_succeeded - before.calls_succeeded == CALLS + 2
    assert after.calls_failed - before.calls_failed == 1


def test_a_socket_tells_its_ends_and_its_work(
    interop_server: InteropServer, channelz: channelz_pb2_grpc.ChannelzStub
):
    with interop_server.channel([("grpc.use_local_subchannel_pool", 1)]) as other:
        before = set(sockets(channelz))
        stub = Stub(other)
        for _ in range(CALLS):
            stub.EmptyCall(empty_pb2.Empty(), timeout=CALL_SECONDS_MAX)
        (socket_id,) = set(sockets(channelz)) - before
        socket = socket_of(channelz, socket_id)
    data = socket.data
    assert (data.streams_started, data.streams_succeeded, data.streams_failed) == (CALLS, CALLS, 0)
    assert (data.messages_received, data.messages_sent) == (CALLS, CALLS)
    for moment in (
        data.last_remote_stream_created_timestamp,
        data.last_message_sent_timestamp,
        data.last_message_received_timestamp,
    ):
        assert abs(moment.seconds - time.time()) < 60
    host, _, port = interop_server.address.rpartition(":")
    assert socket.local.tcpip_address.port == int(port)
    assert socket.local.tcpip_address.ip_address == ipaddress.ip_address(host).packed
    remote = socket.remote.tcpip_address
    assert remote.ip_address == ipaddress.ip_address("127.0.0.1").packed
    assert socket.ref.name == f"127.0.0.1:{remote.port}"
    suite = socket.security.tls.standard_name
    assert suite.startswith("TLS_") if interop_server.credentials else not suite


def test_pages_of_one_tell_the_same(channelz: channelz_pb2_grpc.ChannelzStub):
    ids = sockets(channelz, page_size=1)
    assert ids == sorted(set(ids))
    # Connections of earlier tests may just be ending.
    assert set() < set(sockets(channelz)) <= set(ids)


@pytest.mark.parametrize("name", ["GetServer", "GetSocket", "GetChannel", "GetSubchannel"])
def test_what_is_not_there_is_not_found(channelz: channelz_pb2_grpc.ChannelzStub, name: str):
    request = getattr(channelz_pb2, f"{name}Request")()
    expect_code(grpc.StatusCode.NOT_FOUND, lambda: getattr(channelz, name)(request, timeout=5))


def test_there_are_no_channels(channelz: channelz_pb2_grpc.ChannelzStub):
    request = channelz_pb2.GetTopChannelsRequest()
    reply = channelz.GetTopChannels(request, timeout=CALL_SECONDS_MAX)
    assert reply.end and not reply.channel

"""The interop cases about many calls, much data and load reports, with Python grpcio."""

from __future__ import annotations

import base64
import itertools
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from demo.server import wait_for
from tests.interop import InteropServer, message_frame, raw_call
from tests.interop_cases import CALL_SECONDS_MAX, LARGE_REPLY, LOAD_REPORT, SERVICE
from tests.interop_cases import Requests, download, expect_code, large_request, payload
from tests.interop_messages.grpc.testing import messages_pb2, test_pb2_grpc
from tests.interop_messages.grpc.testing.test_pb2_grpc import TestServiceStub as Stub
from tests.interop_messages.xds.data.orca.v3 import orca_load_report_pb2
from tests.interop_messages.xds.service.orca.v3 import orca_pb2, orca_pb2_grpc


def test_rpc_soak(interop: Stub):
    for _ in range(200):
        reply = interop.UnaryCall(large_request(), timeout=CALL_SECONDS_MAX)
        assert len(reply.payload.body) == LARGE_REPLY


def test_channel_soak(interop_server: InteropServer):
    for _ in range(50):
        options = [("grpc.use_local_subchannel_pool", 1)]
        with interop_server.channel(options) as fresh:
            one = test_pb2_grpc.TestServiceStub(fresh)
            reply = one.UnaryCall(large_request(), timeout=CALL_SECONDS_MAX)
            assert len(reply.payload.body) == LARGE_REPLY


def test_concurrent_large_unary(interop: Stub):
    with ThreadPoolExecutor(20) as pool:
        replies = pool.map(
            lambda _: interop.UnaryCall(large_request(), timeout=CALL_SECONDS_MAX), range(200)
        )
        assert all(len(reply.payload.body) == LARGE_REPLY for reply in replies)


def test_a_client_that_does_not_read_pushes_back(interop_server: InteropServer):
    """What the client's windows do not take is not even made: 200 MB cost the server a few."""
    size, count = 1_000_000, 200
    with interop_server.channel() as slow:
        call = test_pb2_grpc.TestServiceStub(slow).StreamingOutputCall(
            download(*[size] * count), timeout=60.0
        )
        assert len(next(call).payload.body) == size
        before = interop_server.process_kib("VmRSS")
        # The server has pushed all it may when it uses no more processor time.
        assert wait_for(interop_server.is_idle, CALL_SECONDS_MAX)
        grown = interop_server.process_kib("VmRSS") - before
        assert sum(1 for _ in call) == count - 1
    assert grown < 32 * 1_024


def orca(cpu: float, memory: float, **maps: dict[str, float]) -> messages_pb2.TestOrcaReport:
    """A load report for the server to tell."""
    return messages_pb2.TestOrcaReport(cpu_utilization=cpu, memory_utilization=memory, **maps)


def test_orca_per_rpc(interop_server: InteropServer, interop: Stub):
    report = orca(0.8210, 0.5847, request_cost={"cost": 3456.32}, utilization={"util": 0.30499})
    request = messages_pb2.SimpleRequest(orca_per_query_report=report)
    assert interop.UnaryCall(request, timeout=CALL_SECONDS_MAX) == messages_pb2.SimpleResponse(
        payload=payload(0)
    )
    # grpcio keeps the report for its balancers; it is looked at below grpcio.
    body = message_frame(request.SerializeToString())
    (text,) = raw_call(interop_server, SERVICE + "UnaryCall", body).values(LOAD_REPORT)
    packed = base64.b64decode(text + "=" * (-len(text) % 4))
    wanted = orca_load_report_pb2.OrcaLoadReport(
        cpu_utilization=0.8210,
        mem_utilization=0.5847,
        request_cost={"cost": 3456.32},
        utilization={"util": 0.30499},
    )
    assert orca_load_report_pb2.OrcaLoadReport.FromString(packed) == wanted


def test_orca_oob(interop_channel: grpc.Channel, interop: Stub):
    request = orca_pb2.OrcaLoadReportRequest()
    request.report_interval.FromMilliseconds(100)
    reports = orca_pb2_grpc.OpenRcaServiceStub(interop_channel).StreamCoreMetrics(
        request, timeout=CALL_SECONDS_MAX
    )
    requests, others = Requests(), Requests()
    call = interop.FullDuplexCall(iter(requests), timeout=CALL_SECONDS_MAX)
    for cpu, memory, util in [(0.8210, 0.5847, 0.30499), (0.29309, 0.2, 0.2039)]:
        report = orca(cpu, memory, utilization={"util": util})
        requests.send(download(1, orca_oob_report=report))
        next(call)
        wanted = orca_load_report_pb2.OrcaLoadReport(
            cpu_utilization=cpu, mem_utilization=memory, utilization={"util": util}
        )
        assert wanted in itertools.islice(reports, 20)
    # Another call's report waits until this call has ended.
    other = interop.FullDuplexCall(iter(others), timeout=CALL_SECONDS_MAX)
    others.send(download(1, orca_oob_report=orca(0.5, 0.5)))
    first: queue.Queue[object] = queue.Queue()
    threading.Thread(target=lambda: first.put(next(other)), daemon=True).start()
    with pytest.raises(queue.Empty):
        first.get(timeout=0.2)
    assert next(reports) == wanted
    requests.end()
    assert list(call) == []
    first.get(timeout=CALL_SECONDS_MAX)
    others.end()
    changed = orca_load_report_pb2.OrcaLoadReport(cpu_utilization=0.5, mem_utilization=0.5)
    assert changed in itertools.islice(reports, 20)
    reports.cancel()


def test_server_id(interop: Stub):
    request = messages_pb2.SimpleRequest(fill_server_id=True)
    replies = [interop.UnaryCall(request, timeout=CALL_SECONDS_MAX) for _ in range(2)]
    assert replies[0].server_id and replies[0] == replies[1]


@pytest.mark.parametrize("size", [-1, 1 << 30])
def test_sizes_that_no_reply_has(interop: Stub, size: int):
    request = messages_pb2.SimpleRequest(response_size=size)
    expect_code(
        grpc.StatusCode.INVALID_ARGUMENT,
        lambda: interop.UnaryCall(request, timeout=CALL_SECONDS_MAX),
    )
    expect_code(
        grpc.StatusCode.INVALID_ARGUMENT,
        interop.StreamingOutputCall(download(size), timeout=CALL_SECONDS_MAX),
    )


def test_health_and_reflection(interop_channel: grpc.Channel):
    health = health_pb2_grpc.HealthStub(interop_channel)
    asked = health_pb2.HealthCheckRequest(service="grpc.testing.TestService")
    assert health.Check(asked).status == health_pb2.HealthCheckResponse.SERVING
    reflection = reflection_pb2_grpc.ServerReflectionStub(interop_channel)
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = reflection.ServerReflectionInfo(iter([question]))
    names = {service.name for service in answer.list_services_response.service}
    assert {"grpc.testing.TestService", "xds.service.orca.v3.OpenRcaService"} <= names
    assert "grpc.testing.UnimplementedService" not in names

"""Health and reflection: what ordinary gRPC tools ask first."""

from __future__ import annotations

from typing import Any, Iterable

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2 as reflection

from demo.server import DEMO_KEY
from riskd_client import Client
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import scoring_service_pb2 as scoring

FILES = [module.DESCRIPTOR for module in (common, decisions, features, graph, limits, scoring)]
SERVICES = {
    "creditrisk.v1.DecisionService",
    "creditrisk.v1.FeatureService",
    "creditrisk.v1.GraphService",
    "creditrisk.v1.LimitService",
    "creditrisk.v1.ScoringService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
}


@pytest.fixture(params=["v1", "v1alpha"])
def ask(client: Client, request: pytest.FixtureRequest):
    """Asks the reflection service of one version; both have the same messages."""
    method = client.channel.stream_stream(
        f"/grpc.reflection.{request.param}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection.ServerReflectionResponse.FromString,
    )

    def asker(*requests: reflection.ServerReflectionRequest):
        metadata = (("authorization", f"Bearer {DEMO_KEY}"),)
        return list(method(iter(requests), metadata=metadata, timeout=20))

    return asker


def test_every_service_is_listed(ask):
    (reply,) = ask(reflection.ServerReflectionRequest(list_services="*"))
    assert {entry.name for entry in reply.list_services_response.service} >= SERVICES


def fetch(ask, symbols: Iterable[str]) -> dict[str, descriptor_pb2.FileDescriptorProto]:
    """The files of some symbols and all that they import, by name."""
    found: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    wanted = [reflection.ServerReflectionRequest(file_containing_symbol=name) for name in symbols]
    while wanted:
        replies = ask(*wanted)
        assert len(replies) == len(wanted)
        for reply in replies:
            assert not reply.HasField("error_response"), reply
            for raw in reply.file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(raw)
                found[file.name] = file
        missing = {name for file in found.values() for name in file.dependency} - set(found)
        wanted = [
            reflection.ServerReflectionRequest(file_by_filename=name) for name in sorted(missing)
        ]
    return found


def in_order(files: dict[str, descriptor_pb2.FileDescriptorProto]) -> list[str]:
    """File names, imports first."""
    done: list[str] = []

    def visit(name: str) -> None:
        for needed in files[name].dependency:
            visit(needed)
        if name not in done:
            done.append(name)

    for name in sorted(files):
        visit(name)
    return done


def plain(message: Any) -> descriptor_pb2.DescriptorProto:
    """A message's description without JSON names, which compilers may leave out."""
    found = descriptor_pb2.DescriptorProto()
    message.CopyToProto(found)
    for field in found.field:
        field.ClearField("json_name")
    return found


def test_every_service_and_message_is_described(ask):
    files = fetch(ask, SERVICES)
    pool = descriptor_pool.DescriptorPool()
    for name in in_order(files):
        pool.Add(files[name])
    for name in SERVICES:
        service = pool.FindServiceByName(name)
        assert service.methods
        for method in service.methods:
            assert method.input_type.full_name and method.output_type.full_name
    for file in FILES:
        for message in file.message_types_by_name.values():
            described = pool.FindMessageTypeByName(message.full_name)
            assert plain(described) == plain(message)
        for service in file.services_by_name.values():
            described = pool.FindServiceByName(service.full_name)
            assert [m.name for m in described.methods] == [m.name for m in service.methods]


@pytest.mark.parametrize(
    "symbol",
    ["creditrisk.v1.Money", "creditrisk.v1.LimitService.Reserve", "creditrisk.v1.LimitOutcome"],
)
def test_a_symbol_is_found_in_its_file(ask, symbol: str):
    expected = "limit" if "Service" in symbol else "common"
    assert any(expected in name for name in fetch(ask, [symbol]))


def test_unknown_symbols_and_files_are_not_found(ask):
    replies = ask(
        reflection.ServerReflectionRequest(file_containing_symbol="creditrisk.v1.Nothing"),
        reflection.ServerReflectionRequest(file_by_filename="nothing.proto"),
        reflection.ServerReflectionRequest(list_services="*"),
    )
    not_found = grpc.StatusCode.NOT_FOUND.value[0]
    assert [reply.error_response.error_code for reply in replies] == [not_found, not_found, 0]


def test_the_server_is_healthy_without_a_key(client: Client):
    stub = health_pb2_grpc.HealthStub(client.channel)
    reply = stub.Check(health_pb2.HealthCheckRequest(), timeout=20)
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


def test_an_unknown_service_has_no_health(client: Client):
    stub = health_pb2_grpc.HealthStub(client.channel)
    with pytest.raises(grpc.RpcError) as raised:
        stub.Check(health_pb2.HealthCheckRequest(service="no.such.Service"), timeout=20)
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND


def test_health_can_be_watched(client: Client):
    stub = health_pb2_grpc.HealthStub(client.channel)
    watching = stub.Watch(health_pb2.HealthCheckRequest(), timeout=20)
    assert next(watching).status == health_pb2.HealthCheckResponse.SERVING
    watching.cancel()

"""GraphService: links, marks, signals, surroundings."""

from __future__ import annotations

import grpc
import pytest

from riskd_client import Client, entity, link
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from tests.wire import expect_error


LONG_AGO_MICROS = 1_600_000_000_000_000


def uses(person: str, kind: str, identifier: str) -> graph.Link:
    """A person used an identifier at one fixed time, so that the same call is the same link."""
    made = link(entity("PERSON", person), "USES", entity(kind, identifier))
    made.event_time_micros = LONG_AGO_MICROS
    return made


@pytest.fixture(scope="module")
def chain(client: Client) -> None:
    """g-0 shares a phone with g-1, g-1 a device with g-2, and so on to g-4; g-0 is marked."""
    links = []
    for number in range(4):
        kind = ("PHONE", "DEVICE", "CARD", "EMAIL")[number]
        links += [uses(f"g-{number}", kind, f"shared-{number}")]
        links += [uses(f"g-{number + 1}", kind, f"shared-{number}")]
    assert client.put_links(links).link_count == len(links)
    reply = client.mark_entity(
        entity("PERSON", "g-0"), "CONFIRMED_FRAUD", "forged papers", source="investigations"
    )
    assert reply.sequence > 0


@pytest.mark.parametrize("subject, hops", [("g-0", 0), ("g-1", 1), ("g-2", 2), ("g-3", 3)])
def test_distance_to_the_marked_person(client: Client, chain: None, subject: str, hops: int):
    found = client.signals(subject)
    assert found.hops_to_flagged == hops
    warning = found.warning
    assert (warning.hops, warning.mark) == (hops, graph.MARK_KIND_CONFIRMED_FRAUD)
    assert warning.text
    # A person and a shared identifier a hop, and the subject itself.
    assert len(warning.path) == 2 * hops + 1
    assert warning.path[0].entity == entity("PERSON", subject)
    assert warning.path[-1].entity == entity("PERSON", "g-0")
    assert not found.budget_reached


def test_beyond_three_hops_there_is_no_warning(client: Client, chain: None):
    found = client.signals("g-4")
    assert found.hops_to_flagged == -1
    assert not found.HasField("warning")


def test_sharers_are_counted_by_kind(client: Client, chain: None):
    found = client.signals("g-1")
    assert (found.persons_within_1, found.persons_within_2) == (2, 3)
    counts = {sharers.kind: sharers.person_count for sharers in found.sharers}
    assert counts == {graph.ENTITY_KIND_PHONE: 1, graph.ENTITY_KIND_DEVICE: 1}
    assert found.work_done > 0


def test_a_subject_without_links_has_signals_of_zero(client: Client):
    found = client.signals("g-nobody")
    assert found.hops_to_flagged == -1
    assert (found.persons_within_1, found.persons_within_2) == (0, 0)
    assert not found.sharers and not found.HasField("warning")


def test_a_link_that_is_there_already_is_no_error(client: Client, chain: None):
    before = client.signals("g-1")
    client.put_links([uses("g-1", "PHONE", "shared-0")])
    after = client.signals("g-1")
    assert after.persons_within_1 == before.persons_within_1
    assert list(after.sharers) == list(before.sharers)


def test_a_mark_of_value_raises_no_warning(client: Client):
    client.put_links([uses("g-vip", "PHONE", "vip-phone"), uses("g-friend", "PHONE", "vip-phone")])
    client.mark_entity(entity("PERSON", "g-vip"), "VIP", "twenty years without a reminder")
    assert client.signals("g-friend").hops_to_flagged == -1


def test_an_expired_mark_does_not_hold(client: Client):
    client.put_links([uses("g-old", "PHONE", "old-phone"), uses("g-near", "PHONE", "old-phone")])
    client.mark_entity(
        entity("PERSON", "g-old"), "SUSPECTED", "over long ago", expires_at_micros=1_000_000
    )
    assert client.signals("g-near").hops_to_flagged == -1


def test_surroundings_are_the_middle_then_by_distance(client: Client, chain: None):
    found = client.neighborhood(entity("PERSON", "g-1"), hops=2)
    assert found.nodes[0].entity == entity("PERSON", "g-1")
    distances = [node.distance for node in found.nodes]
    assert distances == sorted(distances) and distances[0] == 0 and max(distances) == 2
    people = {node.entity.id for node in found.nodes if node.entity.kind == 1}
    assert people == {"g-0", "g-1", "g-2"}
    marks = {node.entity.id: list(node.marks) for node in found.nodes}
    assert marks["g-0"] == [graph.MARK_KIND_CONFIRMED_FRAUD]
    assert len(found.edges) == 4 and not found.truncated
    for edge in found.edges:
        assert edge.relation == graph.RELATION_KIND_USES
        assert edge.event_time_micros == LONG_AGO_MICROS
        assert max(edge.from_index, edge.to_index) < len(found.nodes)


def test_surroundings_are_cut_off_at_the_bound(client: Client):
    client.put_links([uses(f"g-crowd-{number}", "IP", "192.0.2.1") for number in range(50)])
    found = client.neighborhood(entity("IP", "192.0.2.1"), hops=1, node_count_max=10)
    assert len(found.nodes) == 10 and found.truncated


def test_a_link_is_read_by_the_next_call(client: Client):
    for number in range(40):
        client.put_links([uses(f"g-new-{number}", "DEVICE", "g-new-device")])
        assert client.signals(f"g-new-{number}").persons_within_1 == number


def test_an_unknown_entity_is_not_found(client: Client):
    expect_error(
        lambda: client.neighborhood(entity("PHONE", "never heard of")),
        grpc.StatusCode.NOT_FOUND,
        "ENTITY_UNKNOWN",
        "entity",
    )

"""Shared phones, devices and addresses. All of them are made up, with a fixed seed.

The German Credit data names nobody. So that the fraud graph has something to find, each applicant
gets a phone, a device and an address; families share an address and some a phone; around a few
credits that went bad (training rows only) applicants share a phone, device or address with a
person marked as a confirmed fraud.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Iterator, Sequence

from demo.book import Application
from riskd_client import Client, entity, link
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph

SEED = 20_240_607
# Persons marked as confirmed frauds, in a book of 1,000.
FRAUD_COUNT = 8
# Applicants around each of them: two share with the marked person, one shares with one of those.
RING_SIZE = 3
FAMILY_COUNT = 60
LINKS_PER_CALL = 500


@dataclass
class Identifiers:
    """Who uses what: by subject, one identifier of each kind."""

    phones: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    #: Subjects marked as confirmed frauds.
    frauds: list[str] = field(default_factory=list)


def make_identifiers(applications: Sequence[Application], seed: int = SEED) -> Identifiers:
    """The same identifiers for the same seed and rows."""
    source = random.Random(seed)
    made = Identifiers()
    for application in applications:
        subject = application.subject_id
        made.phones[subject] = f"+49-555-{source.randrange(10**7):07d}-{application.index}"
        made.devices[subject] = f"device-{source.randrange(16**8):08x}-{application.index}"
        made.addresses[subject] = f"{source.randrange(1, 200)} Sample Street {application.index}"
    _share_in_rings(made, applications, source)
    _share_in_families(made, applications, source)
    return made


def _share_in_rings(
    made: Identifiers, applications: Sequence[Application], source: random.Random
) -> None:
    """Marks some bad training rows and gives others a phone, device or address of theirs."""
    known_bad = [a.subject_id for a in applications if a.is_bad and not a.is_held_out]
    others = [a.subject_id for a in applications if a.subject_id not in set(known_bad)]
    ring_count = min(FRAUD_COUNT, len(known_bad), len(others) // RING_SIZE)
    made.frauds = source.sample(known_bad, ring_count)
    drawn = source.sample(others, ring_count * RING_SIZE)
    kinds = [made.phones, made.devices, made.addresses]
    for position, fraud in enumerate(made.frauds):
        near, also_near, far = drawn[position * RING_SIZE : (position + 1) * RING_SIZE]
        made.devices[near] = made.devices[fraud]
        shared = kinds[position % len(kinds)]
        shared[also_near] = shared[fraud]
        made.phones[far] = made.phones[near]


def _share_in_families(
    made: Identifiers, applications: Sequence[Application], source: random.Random
) -> None:
    """Two to four applicants at one address, every third family with one phone: no fraud."""
    ringed = set(made.frauds)
    owners: dict[str, int] = {}
    for kind in (made.phones, made.devices, made.addresses):
        for identifier in kind.values():
            owners[identifier] = owners.get(identifier, 0) + 1
    free = [
        a.subject_id
        for a in applications
        if a.subject_id not in ringed
        and owners[made.phones[a.subject_id]] == 1
        and owners[made.devices[a.subject_id]] == 1
        and owners[made.addresses[a.subject_id]] == 1
    ]
    source.shuffle(free)
    for number in range(FAMILY_COUNT):
        size = source.randint(2, 4)
        family, free = free[:size], free[size:]
        for member in family[1:]:
            made.addresses[member] = made.addresses[family[0]]
            if number % 3 == 0:
                made.phones[member] = made.phones[family[0]]


def links_of(made: Identifiers) -> Iterator[graph.Link]:
    """Three links for each applicant."""
    for subject, phone in made.phones.items():
        person = entity("PERSON", subject)
        yield link(person, "USES", entity("PHONE", phone))
        yield link(person, "USES", entity("DEVICE", made.devices[subject]))
        yield link(person, "LIVES_AT", entity("ADDRESS", made.addresses[subject]))


def put_graph(client: Client, made: Identifiers) -> int:
    """Stores all links and marks; returns how many links."""
    links = list(links_of(made))
    for start in range(0, len(links), LINKS_PER_CALL):
        client.put_links(links[start : start + LINKS_PER_CALL])
    for subject in made.frauds:
        client.mark_entity(
            entity("PERSON", subject),
            "CONFIRMED_FRAUD",
            "synthetic mark of the demo: identity papers were forged",
            source="demo",
        )
    return len(links)

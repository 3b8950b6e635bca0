"""FeatureService: what is stored is what is read."""

from __future__ import annotations

from typing import Callable

import grpc
import pytest

from demo.server import DEMO_KEY, Server
from riskd_client import Client, new_request_id
from riskd_client.client import feature_value
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from tests.wire import FEATURES, call_raw, expect_error

DEFINITIONS = [
    features.FeatureDefinition(
        name="t.income",
        type=features.FEATURE_TYPE_NUMBER,
        source="bureau",
        owner="risk team",
        description="Monthly income, euros",
        personal_data=True,
    ),
    features.FeatureDefinition(name="t.children", type=features.FEATURE_TYPE_INTEGER),
    features.FeatureDefinition(name="t.employed", type=features.FEATURE_TYPE_BOOLEAN),
    features.FeatureDefinition(
        name="t.home", type=features.FEATURE_TYPE_CATEGORY, categories=["rent", "own", "übrige"]
    ),
    features.FeatureDefinition(name="t.first_seen", type=features.FEATURE_TYPE_TIME),
]


@pytest.fixture(scope="module")
def numbers(client: Client) -> dict[str, int]:
    """The definitions above, registered: their numbers by name."""
    client.register_features(DEFINITIONS)
    return {entry.name: entry.feature_id for entry in client.list_features()}


def test_the_registry_lists_what_was_registered(client: Client, numbers: dict[str, int]):
    listed = {entry.name: entry for entry in client.list_features()}
    assert sorted(numbers.values()) == list(range(len(numbers)))
    for definition in DEFINITIONS:
        expected = features.FeatureDefinition()
        expected.CopyFrom(definition)
        expected.feature_id = numbers[definition.name]
        found = listed[definition.name]
        # NONE and not given are the same.
        found.prohibited_basis = features.PROHIBITED_BASIS_UNSPECIFIED
        assert found == expected


def test_pages_join_to_the_whole_registry(client: Client, numbers: dict[str, int]):
    whole = client.list_features()
    assert client.list_features(page_size=2) == whole
    assert [entry.feature_id for entry in whole] == list(range(len(whole)))


def test_registering_again_is_no_error_and_categories_may_grow(
    client: Client, numbers: dict[str, int]
):
    count = client.register_features(DEFINITIONS).feature_count
    assert count == len(numbers)
    longer = features.FeatureDefinition()
    longer.CopyFrom(DEFINITIONS[3])
    longer.categories.append("hostel")
    assert client.register_features([longer]).feature_count == count
    listed = {entry.name: entry for entry in client.list_features()}
    assert listed["t.home"].categories == ["rent", "own", "übrige", "hostel"]


def test_a_name_taken_with_another_meaning_is_refused(client: Client, numbers: dict[str, int]):
    clash = features.FeatureDefinition(name="t.income", type=features.FEATURE_TYPE_BOOLEAN)
    expect_error(
        lambda: client.register_features([clash]),
        grpc.StatusCode.ALREADY_EXISTS,
        "FEATURE_CONFLICT",
        "features",
    )
    assert len(client.list_features()) == len(numbers)


def test_values_by_name_come_back_with_their_time(client: Client, numbers: dict[str, int]):
    row = features.FeatureRow(
        subject_id="t-by-name",
        values=[
            feature_value("t.income", 2500.75),
            feature_value("t.children", 3),
            feature_value("t.employed", True),
            feature_value("t.home", "übrige"),
            features.FeatureValue(name="t.first_seen", time_micros=1_700_000_000_000_001),
        ],
        as_of_micros=1_700_000_000_000_000,
    )
    reply = client.put_features([row])
    assert (reply.row_count, reply.value_count) == (1, 5)
    found = client.get_features("t-by-name")
    assert list(found.values) == list(row.values)
    assert list(found.as_of_micros) == [1_700_000_000_000_000] * 5


def test_values_by_number_are_the_same_as_by_name(client: Client, numbers: dict[str, int]):
    ids = [numbers[d.name] for d in DEFINITIONS]
    packed = common.FeatureColumns(feature_ids=ids, values=[1.5, 2, 0, 1, 1_700_000_000_000_001])
    client.put_features([features.FeatureRow(subject_id="t-by-number", columns=packed)])
    found = {value.name: value for value in client.get_features("t-by-number").values}
    assert found["t.income"].number == 1.5
    assert found["t.children"].integer == 2
    assert found["t.employed"].boolean is False
    assert found["t.home"].category == "own"
    assert found["t.first_seen"].time_micros == 1_700_000_000_000_001


def test_only_the_named_values_are_read(client: Client, numbers: dict[str, int]):
    client.put_values("t-named", {"t.income": 1.0, "t.children": 2})
    found = client.get_features("t-named", ["t.children"])
    assert [value.name for value in found.values] == ["t.children"]


def test_an_older_value_never_overwrites_a_newer_one(client: Client, numbers: dict[str, int]):
    for as_of, income in ((2_000_000, 20.0), (1_000_000, 10.0)):
        row = features.FeatureRow(
            subject_id="t-older", values=[feature_value("t.income", income)], as_of_micros=as_of
        )
        client.put_features([row])
    found = client.get_features("t-older")
    assert (found.values[0].number, found.as_of_micros[0]) == (20.0, 2_000_000)


def test_a_write_is_read_by_the_next_call(client: Client, numbers: dict[str, int]):
    for number in range(200):
        client.put_values("t-fresh", {"t.children": number})
        assert client.get_features("t-fresh", ["t.children"]).values[0].integer == number


def test_all_rows_of_a_call_or_none(client: Client, numbers: dict[str, int]):
    good = features.FeatureRow(subject_id="t-all-or-none", values=[feature_value("t.children", 1)])
    bad = features.FeatureRow(subject_id="t-bad", values=[feature_value("t.no_such", 1)])
    expect_error(
        lambda: client.put_features([good, bad], request_id=new_request_id()),
        grpc.StatusCode.INVALID_ARGUMENT,
        "FEATURE_UNKNOWN",
        "rows.values",
    )
    expect_error(
        lambda: client.get_features("t-all-or-none"),
        grpc.StatusCode.NOT_FOUND,
        "SUBJECT_UNKNOWN",
        "subject_id",
    )


def test_a_registry_of_long_dictionaries_is_listed_in_pages_that_fit(
    start: Callable[..., Server],
):
    names = [f"{number:x}" for number in range(65_536)]
    definitions = [
        features.FeatureDefinition(
            name=f"long.{number}", type=features.FEATURE_TYPE_CATEGORY, categories=names
        )
        for number in range(48)
    ]
    with start() as server, Client(server.address, DEMO_KEY) as client:
        for first in range(0, len(definitions), 8):
            client.register_features(definitions[first : first + 8])
        listed = client.list_features()
    assert [entry.name for entry in listed] == [entry.name for entry in definitions]
    assert all(list(entry.categories) == names for entry in listed)


@pytest.mark.parametrize("token", ["9223372036854775807", "9223372036854774808", "8193", "-1"])
def test_a_page_token_of_no_page_is_refused(client: Client, token: str):
    request = features.ListFeaturesRequest(page_size=1_000, page_token=token)
    expect_error(
        lambda: call_raw(client, f"{FEATURES}ListFeatures", request.SerializeToString()),
        grpc.StatusCode.INVALID_ARGUMENT,
        "PAGE_TOKEN_INVALID",
        "page_token",
    )

"""The German Credit data as a lender's book of applications."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass
from typing import Iterator, Sequence

from demo.server import REPOSITORY
from riskd_client import Client, money
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features

DATA = REPOSITORY / "Sources" / "riskd" / "Demo"
PRODUCT = "instalment"
CURRENCY = "EUR"
# Rows of one PutFeatures call: about 40 KB, far below the 4 MiB of a message.
ROWS_PER_CALL = 100
# Every fifth row is held out: the shipped models have not seen it.
HELD_OUT_STEP = 5


@dataclass(frozen=True)
class Feature:
    """A column of the data and the feature it becomes."""

    column: str
    definition: features.FeatureDefinition


@dataclass(frozen=True)
class Application:
    """One row of the data."""

    index: int
    columns: dict[str, str]

    @property
    def subject_id(self) -> str:
        """A made-up identifier: the data has none."""
        return f"applicant-{self.index:04d}"

    @property
    def is_bad(self) -> bool:
        """Whether the bank classed the credit as bad afterwards."""
        return self.columns["creditability"] == "bad"

    @property
    def is_held_out(self) -> bool:
        """Whether the shipped models have not seen this row."""
        return self.index % HELD_OUT_STEP == 0

    @property
    def amount(self) -> common.Money:
        """Deutsche Mark taken one to one as euros."""
        return money(int(self.columns["credit_amount"]) * 100, CURRENCY)

    @property
    def term_months(self) -> int:
        """The term asked for."""
        return int(self.columns["duration_in_month"])


def read_features() -> list[Feature]:
    """The features of the demo, the three prohibited ones among them."""
    listed = json.loads((DATA / "features.json").read_text(encoding="utf-8"))
    found = []
    for entry in listed:
        prohibited = f"PROHIBITED_BASIS_{entry['prohibited']}"
        definition = features.FeatureDefinition(
            name=entry["name"],
            type=features.FeatureType.Value(f"FEATURE_TYPE_{entry['type']}"),
            categories=entry["categories"],
            source=entry["source"],
            owner="demo lender",
            description=entry["description"],
            prohibited_basis=features.ProhibitedBasis.Value(prohibited),
            personal_data=True,
        )
        found.append(Feature(entry["column"], definition))
    return found


def read_applications(row_count: int) -> list[Application]:
    """The first `row_count` rows of the data, in its order."""
    with gzip.open(DATA / "german_credit.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [Application(index, row) for index, row in enumerate(rows[:row_count])]


def encode(feature: Feature, text: str) -> float:
    """A value as the packed form wants it: a category by its code."""
    categories = feature.definition.categories
    return float(list(categories).index(text)) if categories else float(text)


def put_book(
    client: Client, book_features: Sequence[Feature], applications: Sequence[Application]
) -> Iterator[int]:
    """Registers the features and stores everyone's values; yields how many are stored."""
    client.register_features(feature.definition for feature in book_features)
    numbers = {entry.name: entry.feature_id for entry in client.list_features()}
    ids = [numbers[feature.definition.name] for feature in book_features]
    for start in range(0, len(applications), ROWS_PER_CALL):
        part = applications[start : start + ROWS_PER_CALL]
        rows = []
        for application in part:
            values = [encode(f, application.columns[f.column]) for f in book_features]
            packed = common.FeatureColumns(feature_ids=ids, values=values)
            rows.append(features.FeatureRow(subject_id=application.subject_id, columns=packed))
        client.put_features(rows)
        yield start + len(part)

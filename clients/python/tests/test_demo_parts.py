"""The demo's own arithmetic and made-up identifiers. No server."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from demo.book import encode, read_applications, read_features
from demo.figures import auc, kolmogorov_smirnov, percentile, wilson_interval
from demo.identifiers import links_of, make_identifiers


def naive_auc(scores: list[float], is_bad: list[bool]) -> float:
    """Every pair of a bad and a good one."""
    bad = [score for score, flag in zip(scores, is_bad) if flag]
    good = [score for score, flag in zip(scores, is_bad) if not flag]
    wins = sum((b > g) + 0.5 * (b == g) for b in bad for g in good)
    return wins / (len(bad) * len(good))


def naive_ks(scores: list[float], is_bad: list[bool]) -> float:
    """Both distributions at every threshold."""
    bad = [score for score, flag in zip(scores, is_bad) if flag]
    good = [score for score, flag in zip(scores, is_bad) if not flag]
    gaps = []
    for at in scores:
        low_bad = sum(score <= at for score in bad) / len(bad)
        low_good = sum(score <= at for score in good) / len(good)
        gaps.append(abs(low_bad - low_good))
    return max(gaps)


@pytest.mark.parametrize("seed", range(50))
def test_auc_and_ks_are_those_of_the_definition(seed: int):
    source = random.Random(seed)
    count = source.randint(2, 60)
    scores = [source.randint(0, 12) / 10 for _ in range(count)]
    is_bad = [True, False] + [source.random() < 0.4 for _ in range(count - 2)]
    assert auc(scores, is_bad) == pytest.approx(naive_auc(scores, is_bad)), seed
    assert kolmogorov_smirnov(scores, is_bad) == pytest.approx(naive_ks(scores, is_bad)), seed


def test_auc_of_one_class_is_no_number():
    assert math.isnan(auc([1.0, 2.0], [True, True]))
    assert math.isnan(kolmogorov_smirnov([1.0, 2.0], [False, False]))


def test_wilson_interval_against_a_known_one():
    # 10 of 50: 0.1124 to 0.3304 in the usual tables.
    low, high = wilson_interval(10, 50)
    assert (round(low, 4), round(high, 4)) == (0.1124, 0.3304)
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(0, 10)[0] == 0.0


@pytest.mark.parametrize(
    "share, expected", [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)]
)
def test_percentiles_are_values_that_were_seen(share: float, expected: int):
    assert percentile(range(1, 101), share) == expected


def test_every_value_of_the_data_can_be_encoded():
    applications = read_applications(1_000)
    assert len(applications) == 1_000
    assert sum(application.is_bad for application in applications) == 300
    assert sum(application.is_held_out for application in applications) == 200
    for feature in read_features():
        for application in applications:
            assert encode(feature, application.columns[feature.column]) >= 0


def test_three_features_are_prohibited():
    prohibited = {
        feature.column for feature in read_features() if feature.definition.prohibited_basis > 1
    }
    assert prohibited == {"personal_status_and_sex", "age_in_years", "foreign_worker"}


def test_identifiers_are_the_same_for_the_same_seed():
    applications = read_applications(1_000)
    made = make_identifiers(applications)
    assert made == make_identifiers(applications)
    assert made != make_identifiers(applications, seed=1)
    assert len(list(links_of(made))) == 3_000


def test_frauds_are_known_bad_training_rows_and_shared_with():
    applications = {a.subject_id: a for a in read_applications(1_000)}
    made = make_identifiers(list(applications.values()))
    users = Counter(made.devices.values())
    assert len(made.frauds) == 8
    for subject in made.frauds:
        assert applications[subject].is_bad and not applications[subject].is_held_out
        assert users[made.devices[subject]] >= 2
    homes = Counter(made.addresses.values())
    assert sum(1 for count in homes.values() if 2 <= count <= 4) >= 60

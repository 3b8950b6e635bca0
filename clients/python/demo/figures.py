"""The few statistics of the summary, in plain Python."""

from __future__ import annotations

import math
from typing import Sequence


def wilson_interval(bad_count: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95% interval of a proportion (Wilson, 1927). Without observations: 0 to 1."""
    if count == 0:
        return 0.0, 1.0
    rate = bad_count / count
    scale = 1 + z * z / count
    middle = (rate + z * z / (2 * count)) / scale
    half = z * math.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)


def auc(scores: Sequence[float], is_bad: Sequence[bool]) -> float:
    """The chance that a bad one scores higher than a good one; ties count half. O(n log n)."""
    order = sorted(range(len(scores)), key=lambda index: scores[index])
    rank_sum = 0.0
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        rank = (start + 1 + end) / 2
        rank_sum += rank * sum(1 for position in order[start:end] if is_bad[position])
        start = end
    bad_count = sum(1 for bad in is_bad if bad)
    good_count = len(is_bad) - bad_count
    if bad_count == 0 or good_count == 0:
        return math.nan
    return (rank_sum - bad_count * (bad_count + 1) / 2) / (bad_count * good_count)


def kolmogorov_smirnov(scores: Sequence[float], is_bad: Sequence[bool]) -> float:
    """The largest gap between the score distributions of bad and good. O(n log n)."""
    bad_count = sum(1 for bad in is_bad if bad)
    good_count = len(is_bad) - bad_count
    if bad_count == 0 or good_count == 0:
        return math.nan
    pairs = sorted(zip(scores, is_bad))
    gap = bad_seen = good_seen = 0.0
    for position, (score, bad) in enumerate(pairs):
        bad_seen += 1 / bad_count if bad else 0
        good_seen += 0 if bad else 1 / good_count
        if position + 1 == len(pairs) or pairs[position + 1][0] != score:
            gap = max(gap, abs(bad_seen - good_seen))
    return gap


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the ordered values do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan

"""Supervised binning and weight of evidence.

Weight of evidence of a bin = ln(its share of the good / its share of the bad): above zero is
safer than the average. Counts are smoothed by half a case so that no bin is certain.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

SMALLEST_SHARE = 0.06
"""A bin smaller than this part of the rows is merged: its rate would be noise."""

MERGE_PROBABILITY = 0.20
"""Neighbours whose bad rates differ with less certainty than this are merged."""

FINE_BINS = 20
"""Quantile bins to start from."""


@dataclass(frozen=True)
class Binning:
    """How one feature's values fall into bins, and what each bin is worth.

    Numeric: bin i holds values below upper_bounds[i] and not below the one before; the last bin
    has no upper bound. Category: bin i holds the codes of groups[i].
    """

    upper_bounds: tuple[float, ...]
    groups: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]
    shares: tuple[float, ...]
    information_value: float

    def bins_of(self, values: np.ndarray) -> np.ndarray:
        """The bin number of each value."""
        if not self.groups:
            return np.searchsorted(np.array(self.upper_bounds), values, side="right")
        table = np.empty(sum(len(group) for group in self.groups), dtype=int)
        for number, group in enumerate(self.groups):
            table[list(group)] = number
        return table[values.astype(int)]

    def weights_of(self, values: np.ndarray) -> np.ndarray:
        """The weight of evidence of each value."""
        return np.array(self.weights)[self.bins_of(values)]


def _finish(bounds, groups, counts, totals) -> Binning:
    good, bad = (np.array(side, dtype=float) for side in zip(*counts))
    good_share = (good + 0.5) / (totals[0] + 0.5 * len(good))
    bad_share = (bad + 0.5) / (totals[1] + 0.5 * len(bad))
    weights = np.log(good_share / bad_share)
    value = float(np.sum((good_share - bad_share) * weights))
    shares = (good + bad) / sum(totals)
    return Binning(tuple(bounds), tuple(groups), tuple(weights.tolist()),
                   tuple(shares.tolist()), value)


def _difference(left, right) -> float:
    """Pearson's chi-square of two bins, with half a case added to each cell."""
    table = np.array([left, right], dtype=float) + 0.5
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / table.sum()
    return float(((table - expected) ** 2 / expected).sum())


def _rate(count) -> float:
    return (count[1] + 0.5) / (count[0] + count[1] + 1.0)


def _merge(counts, labels, join, row_count, monotone) -> None:
    """Merges neighbours in place until each is large enough and differs from its neighbours."""
    threshold = chi2.isf(MERGE_PROBABILITY, 1)

    def unite(index):
        counts[index] = (counts[index][0] + counts[index + 1][0],
                         counts[index][1] + counts[index + 1][1])
        labels[index] = join(labels[index], labels[index + 1])
        del counts[index + 1], labels[index + 1]

    while len(counts) > 1:
        small = [i for i, c in enumerate(counts) if sum(c) < SMALLEST_SHARE * row_count]
        if small:
            index = min(small, key=lambda i: (sum(counts[i]), i))
            sides = [i for i in (index - 1, index) if 0 <= i < len(counts) - 1]
            unite(min(sides, key=lambda i: (_difference(counts[i], counts[i + 1]), i)))
            continue
        rates = [_rate(count) for count in counts]
        against = [i for i in range(len(rates) - 1)
                   if monotone and (rates[i + 1] - rates[i]) * monotone < 0]
        candidates = against or range(len(counts) - 1)
        index = min(candidates, key=lambda i: (_difference(counts[i], counts[i + 1]), i))
        if not against and _difference(counts[index], counts[index + 1]) >= threshold:
            return
        unite(index)


def bin_numeric(values: np.ndarray, bad: np.ndarray, monotone: bool) -> Binning:
    """Bins a number; `monotone` lets the bad rate move one way only."""
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, FINE_BINS + 1)[1:-1], method="lower"))
    cuts = np.unique(cuts[cuts > values.min()])
    place = np.searchsorted(cuts, values, side="right")
    counts = [(int(((place == i) & (bad == 0)).sum()), int(((place == i) & (bad == 1)).sum()))
              for i in range(len(cuts) + 1)]
    uppers = [float(cut) for cut in cuts] + [np.inf]
    direction = 0
    if monotone:
        direction = 1 if np.corrcoef(values, bad)[0, 1] > 0 else -1
    _merge(counts, uppers, lambda left, right: right, len(values), direction)
    return _finish(uppers[:-1], (), counts, (int((bad == 0).sum()), int(bad.sum())))


def bin_category(codes: np.ndarray, bad: np.ndarray, count: int, ordered: bool) -> Binning:
    """Groups categories: neighbours in code order, or in order of bad rate."""
    pairs = [(int(((codes == i) & (bad == 0)).sum()), int(((codes == i) & (bad == 1)).sum()))
             for i in range(count)]
    order = list(range(count))
    if not ordered:
        order.sort(key=lambda i: (_rate(pairs[i]), i))
    counts = [pairs[i] for i in order]
    groups = [(i,) for i in order]
    _merge(counts, groups, lambda left, right: tuple(sorted(left + right)), len(codes), 0)
    return _finish((), groups, counts, (int((bad == 0).sum()), int(bad.sum())))

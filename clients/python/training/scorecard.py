"""A weight-of-evidence logistic regression, scaled to whole points."""

import math
from dataclasses import dataclass

import numpy as np
from binning import Binning, bin_category, bin_numeric
from features import MODEL_FEATURES, Feature
from sklearn.linear_model import LogisticRegression

BASE_SCORE = 600.0
BASE_ODDS = 30.0
POINTS_TO_DOUBLE_ODDS = 20.0
FACTOR = POINTS_TO_DOUBLE_ODDS / math.log(2.0)

LEAST_INFORMATION_VALUE = 0.02
"""Features below this say too little to be asked for."""


@dataclass(frozen=True)
class Attribute:
    """One feature of the card with the points of its bins."""

    feature: Feature
    binning: Binning
    coefficient: float

    @property
    def points(self) -> tuple[int, ...]:
        return tuple(round(FACTOR * self.coefficient * weight)
                     for weight in self.binning.weights)


@dataclass(frozen=True)
class Scorecard:
    """Points = base points + the points of each attribute's bin."""

    intercept: float
    attributes: tuple[Attribute, ...]

    @property
    def base_points(self) -> int:
        """The points of an applicant without any evidence."""
        return round(BASE_SCORE + FACTOR * (self.intercept - math.log(BASE_ODDS)))

    def points(self, columns: dict[str, np.ndarray]) -> np.ndarray:
        """The score of each row."""
        total = np.full(len(next(iter(columns.values()))), float(self.base_points))
        for attribute in self.attributes:
            bins = attribute.binning.bins_of(columns[attribute.feature.name])
            total += np.array(attribute.points, dtype=float)[bins]
        return total


def default_probability(points: np.ndarray) -> np.ndarray:
    """The probability of default that a score stands for."""
    log_odds_of_default = -(math.log(BASE_ODDS) + (points - BASE_SCORE) / FACTOR)
    return 1.0 / (1.0 + np.exp(-log_odds_of_default))


def make_binnings(columns, bad, monotone: bool) -> dict[str, Binning]:
    """A binning for every feature that a model may use."""
    result = {}
    for feature in MODEL_FEATURES:
        values = columns[feature.name]
        if feature.categories:
            result[feature.name] = bin_category(
                values, bad, len(feature.categories), feature.ordered)
        else:
            result[feature.name] = bin_numeric(values, bad, monotone)
    return result


def fit(columns, bad, strength: float, monotone: bool) -> Scorecard:
    """Fits a card: bins, drops weak features, then drops any whose sign would be wrong.

    With weights of evidence every coefficient must be positive; a negative one would take
    points for what is safer by itself, which no reason text could explain.
    """
    binnings = make_binnings(columns, bad, monotone)
    chosen = [feature for feature in MODEL_FEATURES
              if binnings[feature.name].information_value >= LEAST_INFORMATION_VALUE
              and len(binnings[feature.name].weights) > 1]
    while True:
        matrix = np.column_stack(
            [binnings[feature.name].weights_of(columns[feature.name]) for feature in chosen])
        model = LogisticRegression(C=strength, solver="lbfgs", max_iter=1000, tol=1e-10)
        model.fit(matrix, 1 - bad)
        coefficients = model.coef_[0]
        worst = int(np.argmin(coefficients))
        if coefficients[worst] > 0.0:
            break
        del chosen[worst]
    attributes = tuple(
        Attribute(feature, binnings[feature.name], float(coefficient))
        for feature, coefficient in zip(chosen, coefficients))
    return Scorecard(float(model.intercept_[0]), attributes)

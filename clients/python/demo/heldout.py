"""How well the models rank the held-out rows, beside the library that trained them."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import Sequence

from demo.book import DATA, Application
from demo.figures import auc, kolmogorov_smirnov
from riskd_client import Client

# The served probabilities and the library's may differ by rounding of the last digits only.
PROBABILITY_DIFFERENCE_MAX = 1e-6
AUC_DIFFERENCE_MAX = 0.001


@dataclass(frozen=True)
class Model:
    """A shipped model: its name on the server, in reference.json and in the predictions."""

    name: str
    title: str
    reference: str
    column: str


MODELS = (
    Model("german_scorecard", "Scorecard (weight of evidence)", "scorecard", "scorecard_pd"),
    Model("german_trees", "Boosted trees", "trees", "trees_pd"),
)


@dataclass
class Ranking:
    """A model's figures on the held-out rows."""

    model: Model
    row_count: int
    auc: float
    ks: float
    auc_reference: float
    ks_reference: float
    #: Largest difference between a served probability and the training library's.
    difference_max: float

    def problem(self, is_whole_book: bool) -> str:
        """What is wrong with it; empty when nothing is."""
        if self.difference_max > PROBABILITY_DIFFERENCE_MAX:
            return f"{self.model.name}: a probability differs by {self.difference_max:.2g}"
        if is_whole_book and not abs(self.auc - self.auc_reference) <= AUC_DIFFERENCE_MAX:
            return f"{self.model.name}: AUC {self.auc:.4f}, trained {self.auc_reference:.4f}"
        return ""


def rank_held_out(client: Client, applications: Sequence[Application]) -> list[Ranking]:
    """Scores the held-out rows with every model through ScoringService."""
    rows = [application for application in applications if application.is_held_out]
    reference = json.loads((DATA / "models" / "reference.json").read_text(encoding="utf-8"))
    with open(DATA / "models" / "heldout_predictions.csv", encoding="utf-8") as file:
        predicted = {int(row["row"]): row for row in csv.DictReader(file)}
    is_bad = [row.is_bad for row in rows]
    found = []
    for model in MODELS:
        served = [client.score(row.subject_id, model.name).probability for row in rows]
        trained = [float(predicted[row.index][model.column]) for row in rows]
        found.append(
            Ranking(
                model,
                len(rows),
                auc(served, is_bad),
                kolmogorov_smirnov(served, is_bad),
                reference[model.reference]["auc"],
                reference[model.reference]["ks"],
                max((abs(a - b) for a, b in zip(served, trained)), default=0.0),
            )
        )
    return found

"""Trains the demo lender's two models and writes them where riskd ships them.

Rows whose 0-based index % 5 is not 0 train; the others are held out and only measured. All
choices are made by cross-validation on the training rows. Sex and marital status, age and
foreign-worker status are in neither model. The same inputs give the same bytes:

    python train_demo.py
"""

import csv
import gzip
import itertools
import json
import platform
from pathlib import Path

import lightgbm
import numpy as np
import scorecard as cards
import sklearn
from features import FEATURES, MODEL_FEATURES, as_json
from manifests import scorecard_yaml, trees_yaml
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import RepeatedStratifiedKFold

DEMO = Path(__file__).resolve().parents[3] / "Sources" / "riskd" / "Demo"
MODELS = DEMO / "models"
SEED = 20_240_229
TREE_COUNT = 80

NOMINAL = tuple(f.name for f in MODEL_FEATURES if f.categories and not f.ordered)
"""Categories without an order: LightGBM splits them as sets."""

FIXED_TREE_OPTIONS = {
    "objective": "binary", "verbosity": -1, "seed": SEED, "deterministic": True,
    "force_row_wise": True, "num_threads": 1, "min_data_per_group": 10, "cat_smooth": 10.0,
    "max_cat_to_onehot": 2, "bagging_freq": 1,
}
TREE_GRID = {
    "learning_rate": (0.05, 0.08),
    "num_leaves": (4, 6, 10),
    "min_data_in_leaf": (15, 30),
    "lambda_l2": (1.0, 10.0),
    "feature_fraction": (0.4, 0.7),
    "bagging_fraction": (0.7,),
    "cat_l2": (10.0, 30.0),
}
CARD_GRID = {"strength": (0.03, 0.1, 0.3, 1.0), "monotone": (True, False)}


def read_rows() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Columns by registry name, categories as codes, and 1 for each bad row."""
    with gzip.open(DEMO / "german_credit.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {}
    for feature in FEATURES:
        if feature.categories:
            codes = {name: code for code, name in enumerate(feature.categories)}
            values = [codes[row[feature.column]] for row in rows]
        else:
            values = [float(row[feature.column]) for row in rows]
        columns[feature.name] = np.array(values, dtype=float)
    return columns, np.array([int(row["creditability"] == "bad") for row in rows])


def take(columns, rows):
    """The same columns at some rows."""
    return {name: values[rows] for name, values in columns.items()}


def matrix(columns) -> np.ndarray:
    """Rows of the features a model may use, in registry order."""
    return np.column_stack([columns[feature.name] for feature in MODEL_FEATURES])


def fit_trees(columns, bad, options) -> lightgbm.Booster:
    """Boosted trees with the fixed and the given options."""
    data = lightgbm.Dataset(
        matrix(columns), bad, feature_name=[feature.name for feature in MODEL_FEATURES],
        categorical_feature=list(NOMINAL))
    return lightgbm.train(FIXED_TREE_OPTIONS | options, data, num_boost_round=TREE_COUNT)


def choose(grid, columns, bad, score) -> tuple[dict, float]:
    """The grid's point with the best mean AUC over five folds, drawn three times."""
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=SEED)
    splits = list(folds.split(bad, bad))
    best, best_auc = {}, 0.0
    for values in itertools.product(*grid.values()):
        options = dict(zip(grid, values))
        auc = float(np.mean([
            roc_auc_score(bad[held], score(take(columns, kept), bad[kept], options)(
                take(columns, held)))
            for kept, held in splits]))
        if auc > best_auc + 1e-12:
            best, best_auc = options, auc
    return best, best_auc


def card_scorer(columns, bad, options):
    """A fitted card as a function from columns to risk."""
    card = cards.fit(columns, bad, **options)
    return lambda held: -card.points(held)


def tree_scorer(columns, bad, options):
    """Fitted trees as a function from columns to risk."""
    booster = fit_trees(columns, bad, options)
    return lambda held: booster.predict(matrix(held), num_threads=1)


def kolmogorov_smirnov(bad, risk) -> float:
    """The largest distance between the two distributions of risk."""
    false_rate, true_rate, _ = roc_curve(bad, risk, drop_intermediate=False)
    return float(np.max(true_rate - false_rate))


def write_predictions(held, points, trees, columns) -> None:
    """What Python says of each held-out row, for our engines to reproduce."""
    with open(MODELS / "heldout_predictions.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "bad", "scorecard_points", "scorecard_pd", "trees_margin",
                         "trees_pd"] + [feature.name for feature in MODEL_FEATURES])
        card_pd = cards.default_probability(points)
        inputs = matrix(columns)
        margin = trees.predict(inputs, raw_score=True, num_threads=1)
        probability = trees.predict(inputs, num_threads=1)
        for index, (row, bad) in enumerate(held):
            writer.writerow(
                [row, bad] + [repr(float(value)) for value in (
                    points[index], card_pd[index], margin[index], probability[index])]
                + [f"{value:.0f}" for value in inputs[index]])


def main() -> None:
    """Trains, measures and writes everything."""
    MODELS.mkdir(parents=True, exist_ok=True)
    (DEMO / "features.json").write_text(json.dumps(as_json(), indent=1) + "\n")
    columns, bad = read_rows()
    index = np.arange(len(bad))
    kept, held = index % 5 != 0, index % 5 == 0
    train, test = take(columns, kept), take(columns, held)

    card_options, card_cv = choose(CARD_GRID, train, bad[kept], card_scorer)
    card = cards.fit(train, bad[kept], **card_options)
    (MODELS / "german_scorecard.yaml").write_text(scorecard_yaml(card))

    tree_options, tree_cv = choose(TREE_GRID, train, bad[kept], tree_scorer)
    trees = fit_trees(train, bad[kept], tree_options)
    trees.save_model(MODELS / "german_trees.txt")
    (MODELS / "german_trees.yaml").write_text(trees_yaml())

    points = card.points(test)
    tree_pd = trees.predict(matrix(test), num_threads=1)
    write_predictions(list(zip(index[held].tolist(), bad[held].tolist())), points, trees, test)
    reference = {
        "split": "held out = rows with (0-based row index) % 5 == 0; the others train",
        "versions": {"lightgbm": lightgbm.__version__, "scikit-learn": sklearn.__version__,
                     "numpy": np.__version__, "python": platform.python_version()},
        "held_out_rows": int(held.sum()),
        "scorecard": {
            "auc": roc_auc_score(bad[held], -points),
            "ks": kolmogorov_smirnov(bad[held], -points),
            "cross_validated_auc": card_cv, "options": card_options},
        "trees": {
            "auc": roc_auc_score(bad[held], tree_pd),
            "ks": kolmogorov_smirnov(bad[held], tree_pd),
            "cross_validated_auc": tree_cv, "options": tree_options, "trees": TREE_COUNT},
    }
    text = json.dumps(reference, indent=1)
    (MODELS / "reference.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

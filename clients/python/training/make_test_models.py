"""Writes small LightGBM models that use every kind of split and missing value, with rows and
the library's own margins and probabilities, for ScoringTests to reproduce:

    python make_test_models.py

The same versions give the same bytes.
"""

from pathlib import Path

import lightgbm
import numpy as np

DATA = Path(__file__).resolve().parents[3] / "Tests" / "ScoringTests" / "Data"
SEED = 7
TRAIN_ROWS = 1_500
TEST_ROWS = 150
COMMON = {"objective": "binary", "verbosity": -1, "seed": SEED, "deterministic": True,
          "force_row_wise": True, "num_threads": 1, "num_leaves": 12, "min_data_in_leaf": 10,
          "min_data_per_group": 5, "cat_smooth": 1.0, "max_cat_to_onehot": 2}
CASES = {
    "nan_missing": ({}, 20),
    "zero_missing": ({"zero_as_missing": True}, 20),
    "no_missing": ({"use_missing": False}, 20),
    "missing_matters": ({"num_leaves": 24, "learning_rate": 0.3}, 25),
    "sigmoid": ({"sigmoid": 2.5}, 20),
    "forest": ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, 12),
    "dart": ({"boosting": "dart"}, 15),
    "cross_entropy": ({"objective": "cross_entropy"}, 12),
    "stumps": ({"num_leaves": 2}, 5),
    "constant": ({"min_data_in_leaf": 5_000}, 3),
}


def rows(generator, count):
    """Six columns: three numbers with holes and zeros, a number, and two categories."""
    table = generator.normal(size=(count, 6))
    table[:, 1] = np.where(generator.random(count) < 0.3, 0.0, table[:, 1])
    table[:, 4] = generator.integers(0, 70, count)
    table[:, 5] = generator.integers(0, 5, count)
    risk = (table[:, 0] + (table[:, 1] == 0) + (table[:, 4] % 7 < 3) - 0.7 * (table[:, 5] == 2)
            + 0.3 * table[:, 2] * table[:, 3])
    bad = (risk + generator.normal(size=count) > 0.7).astype(int)
    for column in (0, 1, 2, 4):
        table[generator.random(count) < 0.15, column] = np.nan
    return table, bad


def main() -> None:
    """Trains each case and writes its model and its vectors."""
    generator = np.random.default_rng(SEED)
    train, bad = rows(generator, TRAIN_ROWS)
    # Being missing says something by itself, so that some splits only part missing from present.
    bad = np.where(np.isnan(train[:, 2]), generator.random(TRAIN_ROWS) < 0.9, bad).astype(int)
    test, _ = rows(generator, TEST_ROWS)
    # What training never saw: unknown categories, negatives, fractions, extremes, tiny values.
    odd = np.array([np.nan, 0.0, -0.0, 1e-36, -1e-36, 1e-34, -1.0, -0.5, 2.5, 69.9, 71.0, 1e9,
                    -1e300, 1e300, np.inf, -np.inf])
    test = np.vstack([test, generator.choice(odd, size=(TEST_ROWS, 6))])
    for name, (options, tree_count) in CASES.items():
        data = lightgbm.Dataset(train, bad, categorical_feature=[4, 5],
                                feature_name=[f"x{i}" for i in range(6)])
        model = lightgbm.train(COMMON | options, data, num_boost_round=tree_count)
        model.save_model(DATA / f"{name}.txt")
        table = np.column_stack([
            test, model.predict(test, raw_score=True, num_threads=1),
            model.predict(test, num_threads=1)])
        lines = ["x0,x1,x2,x3,x4,x5,margin,probability"]
        lines += [",".join("" if np.isnan(v) else repr(float(v)) for v in row) for row in table]
        (DATA / f"{name}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

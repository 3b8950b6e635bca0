"""Writes the model files that riskd loads. Every text is quoted as JSON, which YAML includes."""

import json

from features import MODEL_FEATURES
from scorecard import BASE_ODDS, BASE_SCORE, POINTS_TO_DOUBLE_ODDS, Attribute, Scorecard

TARGET = {
    "default_definition": "The bank classed the credit as bad (creditability = bad)",
    "horizon": "The term of the credit",
    "population": "1,000 instalment credits of a German bank, 300 of them bad (Statlog)",
    "sample": "The 800 rows whose 0-based index % 5 is not 0; the years 1973 to 1975",
}


def _header(kind: str, name: str) -> list[str]:
    lines = ["format: riskd-model/1", f"kind: {kind}", f"name: {name}", 'version: "1"',
             "target:"]
    return lines + [f"  {key}: {json.dumps(text)}" for key, text in TARGET.items()]


def _names(names) -> str:
    return "[" + ", ".join(json.dumps(name) for name in names) + "]"


def _inputs() -> list[str]:
    lines = ["inputs:"]
    for feature in MODEL_FEATURES:
        lines.append(f"  - feature: {feature.name}")
        lines.append(f"    kind: {'category' if feature.categories else 'number'}")
        if feature.categories:
            lines.append("    categories:")
            lines += [f"      - {json.dumps(name)}" for name in feature.categories]
    return lines


def _attribute(attribute: Attribute) -> list[str]:
    feature, binning = attribute.feature, attribute.binning
    lines = [f"  - feature: {feature.name}",
             f"    kind: {'category' if feature.categories else 'number'}",
             f"    reason_code: {feature.reason_code}",
             f"    reason_text: {json.dumps(feature.reason_text)}",
             f"    coefficient: {attribute.coefficient!r}"]
    if feature.categories:
        lines.append("    categories:")
        lines += [f"      - {json.dumps(name)}" for name in feature.categories]
    lines.append("    bins:")
    for number, (points, weight, share) in enumerate(
            zip(attribute.points, binning.weights, binning.shares)):
        worth = f"points: {points}, woe: {weight!r}, share: {share!r}"
        if binning.groups:
            group = _names(feature.categories[code] for code in binning.groups[number])
            lines.append(f"      - {{group: {group}, {worth}}}")
        elif number < len(binning.upper_bounds):
            lines.append(f"      - {{below: {binning.upper_bounds[number]!r}, {worth}}}")
        else:
            lines.append(f"      - {{{worth}}}")
    lines.append("    missing: {points: 0, woe: 0.0, share: 0.0}")
    return lines


def scorecard_yaml(card: Scorecard) -> str:
    """The scorecard, whole in one file."""
    lines = _header("scorecard", "german_scorecard")
    lines += [
        "scaling:",
        f"  base_score: {BASE_SCORE:g}",
        f"  base_odds: {BASE_ODDS:g}",
        f"  points_to_double_odds: {POINTS_TO_DOUBLE_ODDS:g}",
        f"base_points: {card.base_points}",
        f"intercept: {card.intercept!r}",
        "probability_from: points",
        "reference_points: average",
        "attributes:",
    ]
    for attribute in card.attributes:
        lines += _attribute(attribute)
    return "\n".join(lines) + "\n"


def trees_yaml() -> str:
    """The manifest of the tree model: what its columns are."""
    lines = _header("trees", "german_trees") + ["file: german_trees.txt"]
    return "\n".join(lines + _inputs()) + "\n"

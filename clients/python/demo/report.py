"""The summary, for a credit manager."""

from __future__ import annotations

from typing import Iterator, Sequence

from demo.decide import CALLER_COUNT, Decided
from demo.figures import percentile, wilson_interval
from demo.heldout import Ranking
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph

OUTCOMES = ("APPROVE", "COUNTER_OFFER", "STEP_UP", "NEEDS_DATA", "REFER", "DECLINE")
# Steps of the age groups, for monitoring only.
AGE_BANDS = (
    (18, 24, "18 to 24"),
    (25, 34, "25 to 34"),
    (35, 49, "35 to 49"),
    (50, 200, "50 and over"),
)
# A group below this size says nothing about fairness.
GROUP_SIZE_MIN = 20


def title(text: str) -> list[str]:
    """A heading with a line under it."""
    return ["", text, "-" * len(text)]


def share(count: int, total: int) -> str:
    """A percentage of a count, such as 63.2%."""
    return f"{100 * count / total:5.1f}%" if total else "     -"


def euros(amount_minor: int) -> str:
    """An amount in euros with thousands separated."""
    return f"{amount_minor // 100:,}.{amount_minor % 100:02d} EUR"


def outcome_lines(book: Sequence[Decided]) -> Iterator[str]:
    """Outcomes with counts, and the approval rate."""
    yield from title("Outcomes")
    for name in OUTCOMES:
        number = decisions.Outcome.Value(f"OUTCOME_{name}")
        count = sum(1 for decided in book if decided.reply.outcome == number)
        if count:
            yield f"  {name:<14}{count:>6}{share(count, len(book)):>9}"
    approved = sum(1 for decided in book if decided.is_approved)
    yield f"  Approval rate {share(approved, len(book)).strip()} ({approved} of {len(book)})"


def bad_rate_line(label: str, rows: Sequence[Decided]) -> str:
    """Bad rate of some rows with counts and 95% interval."""
    bad = sum(1 for decided in rows if decided.application.is_bad)
    if not rows:
        return f"  {label:<24}     -"
    low, high = wilson_interval(bad, len(rows))
    counts = f"{bad} of {len(rows)}"
    return f"  {label:<24}{counts:>12}{share(bad, len(rows)):>9}   {low:6.1%} to {high:6.1%}"


def grade_lines(book: Sequence[Decided]) -> Iterator[str]:
    """Bad rate by grade, held-out rows apart from training rows."""
    yield from title("Bad rate by grade (bad: the bank classed the credit as bad afterwards)")
    yield f"  {'':<24}{'bad':>12}{'rate':>9}   95% interval (Wilson)"
    grades = sorted({decided.reply.grade for decided in book if decided.reply.grade})
    parts = (("Held-out rows, not seen by the models", True), ("Training rows", False))
    for heading, held_out in parts:
        rows = [decided for decided in book if decided.application.is_held_out == held_out]
        yield f"  {heading}: {len(rows)}"
        for grade in grades:
            yield bad_rate_line(f"  grade {grade}", [d for d in rows if d.reply.grade == grade])
        knocked_out = [decided for decided in rows if not decided.reply.grade]
        if knocked_out:
            yield bad_rate_line("  ended by a knock-out", knocked_out)
        yield bad_rate_line("  approved", [d for d in rows if d.is_approved])
        yield bad_rate_line("  not approved", [d for d in rows if not d.is_approved])


def ranking_lines(rankings: Sequence[Ranking]) -> Iterator[str]:
    """AUC and KS of the models beside the libraries that trained them."""
    count = rankings[0].row_count if rankings else 0
    yield from title(f"Models on the {count} held-out rows")
    yield f"  {'':<32}{'AUC':>7}{'KS':>8}   by the training library: AUC, KS"
    for ranking in rankings:
        served = f"{ranking.auc:>7.4f}{ranking.ks:>8.4f}"
        trained = f"{ranking.auc_reference:.4f}, {ranking.ks_reference:.4f}"
        yield f"  {ranking.model.title:<32}{served}   {trained}"
        yield f"    largest difference of a probability: {ranking.difference_max:.1g}"


def declined_lines(book: Sequence[Decided]) -> Iterator[str]:
    """Two declined applications with their reasons; held-out ones and full lists first."""
    declined = [d for d in book if d.reply.outcome == decisions.OUTCOME_DECLINE and d.reply.reasons]
    declined.sort(key=lambda d: (not d.application.is_held_out, -len(d.reply.reasons)))
    yield from title("Two declined applications")
    for decided in declined[:2]:
        application, reply = decided.application, decided.reply
        asked = f"{euros(application.amount.amount_minor)} over {application.term_months} months"
        yield f"  {application.subject_id} asked for {asked}."
        scores = ", ".join(f"{s.model} {s.probability:.1%}" for s in reply.scores)
        grade = f"grade {reply.grade}" if reply.grade else "no grade"
        yield f"    {grade}; probability of default: {scores or 'not computed'}"
        for number, reason in enumerate(reply.reasons, 1):
            cost = f" (cost {reason.points_lost:.0f} points)" if reason.points_lost else ""
            yield f"    {number}. {reason.text}{cost} [{reason.code}]"


def warning_lines(book: Sequence[Decided]) -> Iterator[str]:
    """One warning about a link to a marked person, with its path."""
    linked = [d for d in book if any(w.hops > 0 for w in d.reply.warnings)]
    yield from title("Fraud graph (identifiers and marks are synthetic)")
    yield f"  {len(linked)} applicants share an identifier with a marked person, near or far."
    if not linked:
        return
    decided = min(linked, key=lambda d: min(w.hops for w in d.reply.warnings if w.hops > 0))
    warning = next(w for w in decided.reply.warnings if w.hops > 0)
    outcome = decisions.Outcome.Name(decided.reply.outcome).removeprefix("OUTCOME_")
    yield f"  {decided.application.subject_id} ({outcome}): {warning.text}"
    mark = graph.MarkKind.Name(warning.mark).removeprefix("MARK_KIND_")
    for step in warning.path:
        relation = graph.RelationKind.Name(step.relation).removeprefix("RELATION_KIND_")
        kind = graph.EntityKind.Name(step.entity.kind).removeprefix("ENTITY_KIND_")
        reached = "" if step.relation == 0 else f"{relation} "
        yield f"    {reached}{kind} {step.entity.id}"
    yield f"    marked {mark}, {warning.hops} person(s) away"


def group_lines(book: Sequence[Decided]) -> Iterator[str]:
    """Approval ratio by group of the prohibited features: the only place they appear."""
    yield from title("Fairness: approval by group (never used in a decision, monitored only)")
    yield f"  {'':<40}{'approved':>13}{'rate':>9}   ratio to the best group"

    def age_band(decided: Decided) -> str:
        age = int(decided.application.columns["age_in_years"])
        return next(label for low, high, label in AGE_BANDS if low <= age <= high)

    groupings = (
        ("Sex and marital status", lambda d: d.application.columns["personal_status_and_sex"]),
        ("Age", age_band),
        ("Foreign worker", lambda d: d.application.columns["foreign_worker"]),
    )
    for heading, group_of in groupings:
        groups: dict[str, list[Decided]] = {}
        for decided in book:
            groups.setdefault(group_of(decided), []).append(decided)
        approved = {name: sum(d.is_approved for d in rows) for name, rows in groups.items()}
        rates = {name: approved[name] / len(rows) for name, rows in groups.items()}
        large = [rates[name] for name, rows in groups.items() if len(rows) >= GROUP_SIZE_MIN]
        best = max(large, default=0.0)
        yield f"  {heading}"
        for name in sorted(groups):
            counts = f"{approved[name]} of {len(groups[name])}"
            small = len(groups[name]) < GROUP_SIZE_MIN
            ratio = "too few to say" if small or not best else f"{rates[name] / best:.2f}"
            yield f"    {name:<38}{counts:>13}{rates[name]:>9.1%}   {ratio}"


def hold_lines(book: Sequence[Decided]) -> Iterator[str]:
    """Holds placed and drawn, with sums."""
    holds = [d.reply.hold for d in book if d.reply.HasField("hold")]
    drawn = [d.committed.hold for d in book if d.committed is not None]
    yield from title("Holds on credit lines (each durable before its reply was sent)")
    yield f"  placed     {len(holds):>6}   {euros(sum(h.amount_minor for h in holds)):>20}"
    yield f"  committed  {len(drawn):>6}   {euros(sum(h.committed_minor for h in drawn)):>20}"


def latency_line(label: str, nanos: Sequence[int]) -> str:
    """Percentiles of one call in milliseconds, with the sample count."""
    ordered = sorted(value / 1e6 for value in nanos if value)
    figures = "  ".join(
        f"{name} {percentile(ordered, at):.2f}"
        for name, at in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    )
    return f"  {label:<10}{figures} ms   n = {len(ordered)}"


def speed_lines(book: Sequence[Decided], seconds: float) -> Iterator[str]:
    """Calls per second and latencies, seen by the callers."""
    calls = len(book) + sum(1 for d in book if d.committed is not None)
    yield from title(f"Speed (closed loop, {CALLER_COUNT} callers, Python's own time included)")
    yield f"  {calls / seconds:,.0f} calls a second: {calls} calls in {seconds:.2f} s"
    yield latency_line("Evaluate", [decided.evaluate_nanos for decided in book])
    yield latency_line("Commit", [decided.commit_nanos for decided in book])


def summary(book: Sequence[Decided], rankings: Sequence[Ranking], seconds: float) -> str:
    """The whole summary."""
    lines = ["", f"SUMMARY of {len(book)} applications", "=" * 32]
    lines += ["The credit data is real (Statlog German Credit; Deutsche Mark taken as euros)."]
    lines += ["Subjects' names, phones, devices, addresses and fraud marks are synthetic."]
    for part in (outcome_lines(book), grade_lines(book), ranking_lines(rankings)):
        lines += part
    for part in (declined_lines(book), warning_lines(book), group_lines(book), hold_lines(book)):
        lines += part
    lines += speed_lines(book, seconds)
    return "\n".join(lines)

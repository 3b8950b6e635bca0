"""ScoringService and DecisionService on the demo's book."""

from __future__ import annotations

import csv

import pytest

from demo.book import DATA, PRODUCT, Application
from riskd_client import Client, entity, link, money
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions

APPROVE, DECLINE = decisions.OUTCOME_APPROVE, decisions.OUTCOME_DECLINE


def evaluate(client: Client, application: Application, **options: object):
    """Decides one application of the book."""
    return client.evaluate(
        application.subject_id, PRODUCT, application.amount, application.term_months, **options
    )


@pytest.fixture(scope="module")
def decided(client: Client, book: list[Application]):
    """The whole small book decided, without holds."""
    return [(application, evaluate(client, application)) for application in book]


@pytest.mark.parametrize(
    "model, column", [("german_scorecard", "scorecard_pd"), ("german_trees", "trees_pd")]
)
def test_scores_are_those_of_the_training_library(
    client: Client, book: list[Application], model: str, column: str
):
    with open(DATA / "models" / "heldout_predictions.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["row"]) < len(book)]
    assert len(rows) >= 10
    for row in rows:
        reply = client.score(book[int(row["row"])].subject_id, model, explain=True)
        assert reply.model == model and reply.model_version
        assert reply.probability == pytest.approx(float(row[column]), abs=1e-6)
        assert reply.missing_count == 0
        if model == "german_scorecard":
            assert reply.points == pytest.approx(float(row["scorecard_points"]))
            lost = [reason.points_lost for reason in reply.reasons]
            assert len(lost) <= 4 and lost == sorted(lost, reverse=True)
            assert all(reason.code and reason.text for reason in reply.reasons)


def test_missing_values_are_counted(client: Client, book: list[Application]):
    client.put_values("d-thin", {"duration_months": 12})
    assert client.score("d-thin", "german_scorecard").missing_count > 5


def test_the_book_has_approvals_and_declines_with_reasons(decided):
    outcomes = [reply.outcome for _, reply in decided]
    assert APPROVE in outcomes and DECLINE in outcomes
    for _, reply in decided:
        assert reply.policy and reply.policy_version and reply.decision_id > 0
        if reply.outcome == APPROVE:
            assert reply.grade and reply.HasField("offer")
        if reply.outcome == DECLINE:
            assert reply.reasons and not reply.HasField("offer")
        assert not reply.HasField("hold") and not reply.HasField("line")


def test_better_grades_have_lower_probabilities(decided):
    by_grade: dict[str, list[float]] = {}
    for _, reply in decided:
        if reply.grade and reply.scores:
            by_grade.setdefault(reply.grade, []).append(reply.scores[0].probability)
    means = [sum(by_grade[grade]) / len(by_grade[grade]) for grade in sorted(by_grade)]
    assert len(means) >= 2 and means == sorted(means)


def test_an_offer_adds_up(decided):
    for application, reply in decided:
        if reply.outcome != APPROVE:
            continue
        offer = reply.offer
        assert offer.amount == application.amount and offer.term_months == application.term_months
        plan = offer.instalment_minor * (offer.term_months - 1) + offer.last_instalment_minor
        assert plan == offer.total_minor >= offer.amount.amount_minor
        assert offer.effective_rate_ppm >= offer.nominal_rate_ppm >= 0


def test_a_decision_reads_again_as_it_was_answered(client: Client, decided):
    for application, reply in decided[:10]:
        again = client.decision(reply.decision_id)
        assert again.response.SerializeToString(deterministic=True) == reply.SerializeToString(
            deterministic=True
        )
        assert again.request.subject_id == application.subject_id
        assert again.request.amount == application.amount
        assert len(again.inputs.feature_ids) == len(again.inputs.values) > 0


def test_no_decision_reads_a_prohibited_feature(client: Client, decided):
    prohibited = {e.feature_id for e in client.list_features() if e.prohibited_basis > 1}
    assert len(prohibited) == 3
    for _, reply in decided:
        read = set(client.decision(reply.decision_id).inputs.feature_ids)
        assert not read & prohibited


def test_an_approval_opens_a_line_and_holds_its_amount(client: Client, decided):
    application, _ = next(pair for pair in decided if pair[1].outcome == APPROVE)
    hold = decisions.HoldOption(open_line=True, ttl_seconds=120)
    reply = evaluate(client, application, hold=hold)
    assert reply.outcome == APPROVE
    amount = reply.offer.amount.amount_minor
    assert reply.hold.state == common.HOLD_STATE_HELD and reply.hold.amount_minor == amount
    assert (reply.line.limit_minor, reply.line.held_minor) == (amount, amount)
    assert client.hold(reply.hold.hold_id) == reply.hold
    assert client.line(reply.line.line_id) == reply.line
    done = client.commit(reply.hold.hold_id, reply.offer.amount)
    assert (done.line.drawn_minor, done.line.held_minor) == (amount, 0)


def test_an_approval_holds_on_a_line_that_is_there(client: Client, decided):
    application, _ = next(pair for pair in decided if pair[1].outcome == APPROVE)
    limit = application.amount.amount_minor * 3 // 2
    line = client.open_line(application.subject_id, PRODUCT, money(limit)).line
    reply = evaluate(client, application, hold=decisions.HoldOption(line_id=line.line_id))
    assert reply.outcome == APPROVE and reply.hold.line_id == line.line_id
    assert client.line(line.line_id).held_minor == application.amount.amount_minor
    # A second one does not fit: whatever the policy makes of it, it is no approval as asked.
    second = evaluate(client, application, hold=decisions.HoldOption(line_id=line.line_id))
    assert second.outcome != APPROVE and second.reasons
    after = client.line(line.line_id)
    assert after.held_minor + after.drawn_minor <= after.limit_minor


def test_a_decline_holds_nothing(client: Client, decided):
    application, _ = next(pair for pair in decided if pair[1].outcome == DECLINE)
    reply = evaluate(client, application, hold=decisions.HoldOption(open_line=True))
    assert reply.outcome == DECLINE
    assert not reply.HasField("hold") and not reply.HasField("line")


def test_a_link_to_a_marked_person_is_a_warning(client: Client, decided):
    application, _ = next(pair for pair in reversed(decided) if pair[1].outcome == APPROVE)
    device = entity("DEVICE", "d-shared-device")
    client.put_links(
        [
            link(entity("PERSON", application.subject_id), "USES", device),
            link(entity("PERSON", "d-fraud"), "USES", device),
        ]
    )
    client.mark_entity(entity("PERSON", "d-fraud"), "CONFIRMED_FRAUD", "stolen identity")
    reply = evaluate(client, application)
    assert reply.outcome != APPROVE
    warning = reply.warnings[0]
    assert warning.hops == 1 and len(warning.path) == 3 and warning.text

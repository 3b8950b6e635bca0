"""The terms of a line: limits, prices, renewals, blocks, ends."""

from __future__ import annotations

import time

import grpc
import pytest

from demo.server import wait_for
from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests.lender import CARD, DONE, LOAN, WHY, check, debts, send
from tests.wire import expect_error

O = common.LimitOutcome
INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
NOW = lambda: time.time_ns() // 1_000


def opened(client: Client, limit: int = 10_000, product: str = CARD, **more) -> common.Line:
    """A new line of a subject of its own."""
    return client.open_line(f"t-{new_request_id()}", product, money(limit), **more).line


def test_a_line_opens_with_its_terms(lender: Client):
    reply = send(
        lender, "OpenLine", subject_id="t-terms", product=LOAN, limit=money(700),
        nominal_rate_ppm=89_000, renewal_date="2027-02-28",
        labels=[common.Label(name="campaign", value="spring")],
    )
    line = check(reply.line)
    assert (line.nominal_rate_ppm, line.renewal_date) == (89_000, "2027-02-28")
    assert line.kind == common.LINE_KIND_INSTALMENT and line.version == 1
    assert [(label.name, label.value) for label in line.labels] == [("campaign", "spring")]
    assert lender.line(line.line_id) == line


def test_the_credential_labels_what_it_makes(web: Client, lender: Client):
    line = opened(web, labels={"campaign": "autumn"})
    found = {label.name: label.value for label in line.labels}
    assert found == {"channel": "web", "partner": "acme", "campaign": "autumn"}
    hold = web.reserve(line.line_id, money(5), labels={"shop": "7"}).hold
    assert {label.name: label.value for label in hold.labels} == {
        "channel": "web", "partner": "acme", "shop": "7",
    }
    assert lender.hold(hold.hold_id) == hold


def test_lines_and_holds_are_listed_newest_first(lender: Client):
    subject = f"t-{new_request_id()}"
    lines = [lender.open_line(subject, CARD, money(100)).line for _ in range(5)]
    assert lender.lines(subject) == lines[::-1]
    request = dict(subject_id=subject, page_size=2)
    first = send(lender, "ListLines", **request)
    second = send(lender, "ListLines", **request, page_token=first.next_page_token)
    third = send(lender, "ListLines", **request, page_token=second.next_page_token)
    assert [*first.lines, *second.lines, *third.lines] == lines[::-1]
    assert third.next_page_token == ""
    assert lender.lines("t-nobody") == []
    holds = [lender.reserve(lines[0].line_id, money(1)).hold for _ in range(7)]
    lender.release(holds[3].hold_id)
    open_holds = [hold for hold in holds if hold.hold_id != holds[3].hold_id]
    assert lender.holds(lines[0].line_id) == open_holds[::-1]
    assert lender.holds(lines[0].line_id, page_size=2) == open_holds[::-1]
    assert lender.holds(lines[1].line_id) == []


def test_a_raise_needs_consent_and_a_cut_does_not(lender: Client):
    line = opened(lender)
    call = lambda: lender.change_limit(line.line_id, money(10_001), WHY)
    expect_error(call, INVALID, "CONSENT_MISSING", "consent_ref")
    raised = lender.change_limit(line.line_id, money(20_000), WHY, consent_ref="doc-1")
    assert check(raised.line).limit_minor == 20_000
    lender.reserve(line.line_id, money(15_000))
    cut = check(lender.change_limit(line.line_id, money(0), WHY).line)
    assert (cut.limit_minor, cut.over_limit_minor, cut.available_minor) == (0, 15_000, 0)
    assert cut.over_limit_since_micros > 0
    again = lender.change_limit(line.line_id, money(15_000), WHY, consent_ref="doc-2")
    assert check(again.line).over_limit_minor == 0
    other_currency = lender.change_limit(line.line_id, money(1, "USD"), WHY)
    assert other_currency.outcome == O.LIMIT_OUTCOME_CURRENCY_MISMATCH


def test_a_cut_that_was_made_is_repeated_when_it_would_be_a_raise(lender: Client):
    line = opened(lender)
    request_id = new_request_id()
    cut = lender.change_limit(line.line_id, money(5_000), WHY, request_id=request_id)
    lender.change_limit(line.line_id, money(100), WHY)
    assert lender.change_limit(line.line_id, money(5_000), WHY, request_id=request_id) == cut


def test_a_temporary_limit_ends_by_itself(lender: Client):
    line = opened(lender)
    end = NOW() + 1_500_000
    fields = dict(
        line_id=line.line_id, amount=money(5_000), ends_at_micros=end, consent_ref="doc",
        attribution=WHY,
    )
    raised = check(send(lender, "SetTemporaryLimit", **fields).line)
    assert (raised.temporary_minor, raised.temporary_ends_at_micros) == (5_000, end)
    assert raised.available_minor == 15_000
    lender.reserve(line.line_id, money(12_000))
    assert wait_for(lambda: lender.line(line.line_id).temporary_minor == 0, 5.0)
    assert NOW() - end < 1_500_000
    after = check(lender.line(line.line_id))
    assert (after.over_limit_minor, after.temporary_ends_at_micros) == (2_000, 0)
    late = send(lender, "SetTemporaryLimit", **fields)
    assert late.outcome == O.LIMIT_OUTCOME_TIME_PASSED


def test_a_temporary_limit_is_ended_at_once(lender: Client):
    line = opened(lender)
    send(
        lender, "SetTemporaryLimit", line_id=line.line_id, amount=money(5_000),
        ends_at_micros=NOW() + 10**10, consent_ref="doc", attribution=WHY,
    )
    ended = send(
        lender, "SetTemporaryLimit", line_id=line.line_id, amount=money(0), attribution=WHY
    )
    assert check(ended.line).temporary_minor == 0 and ended.line.available_minor == 10_000


def test_what_waits_for_its_time_waits_a_year_at_most(lender: Client):
    line = opened(lender)
    beyond = NOW() + 367 * 86_400_000_000
    fields = {"line_id": line.line_id, "attribution": WHY}
    raised = {"amount": money(1), "ends_at_micros": beyond, "consent_ref": "doc", **fields}
    priced = {"nominal_rate_ppm": 1, "applies_to": 1, "notice_ref": "n", **fields}
    priced["effective_at_micros"] = beyond
    for method, wanted in (("SetTemporaryLimit", raised), ("Reprice", priced)):
        field = next(name for name in wanted if name.endswith("_at_micros"))
        expect_error(lambda: send(lender, method, **wanted), INVALID, "TIME_OUT_OF_RANGE", field)
    assert lender.line(line.line_id) == line


def test_a_price_now_and_later(lender: Client):
    line = opened(lender)
    fields = dict(line_id=line.line_id, notice_ref="letter-1", attribution=WHY)
    now = send(lender, "Reprice", nominal_rate_ppm=120_000, applies_to=1, **fields)
    assert check(now.line).nominal_rate_ppm == 120_000
    at = NOW() + 1_200_000
    later = send(
        lender, "Reprice", nominal_rate_ppm=90_000, applies_to=2, effective_at_micros=at, **fields
    )
    assert later.line.nominal_rate_ppm == 120_000
    price = later.line.pending_price
    assert (price.nominal_rate_ppm, price.effective_at_micros) == (90_000, at)
    assert price.applies_to_all
    assert wait_for(lambda: lender.line(line.line_id).nominal_rate_ppm == 90_000, 5.0)
    assert not lender.line(line.line_id).HasField("pending_price")


def test_a_renewal_moves_date_and_limit(lender: Client):
    line = opened(lender)
    fields = dict(line_id=line.line_id, renewal_date="2028-02-29", attribution=WHY)
    kept = send(lender, "Renew", **fields)
    assert (kept.line.renewal_date, kept.line.limit_minor) == ("2028-02-29", 10_000)
    call = lambda: send(lender, "Renew", limit_minor=10_001, **fields)
    expect_error(call, INVALID, "CONSENT_MISSING", "consent_ref")
    more = send(lender, "Renew", limit_minor=12_000, consent_ref="doc", **fields)
    assert check(more.line).limit_minor == 12_000
    less = send(lender, "Renew", limit_minor=9_000, **fields)
    assert check(less.line).limit_minor == 9_000


def test_a_hold_is_moved(lender: Client):
    line = opened(lender)
    hold = lender.reserve(line.line_id, money(500), ttl_seconds=60).hold
    longer = lender.extend_hold(hold.hold_id, ttl_seconds=3_600)
    assert longer.outcome == DONE
    assert longer.hold.expires_at_micros > hold.expires_at_micros + 3_000_000_000
    sooner = lender.extend_hold(hold.hold_id, expires_at_micros=NOW() + 1_000_000)
    assert sooner.outcome == DONE
    passed = lender.extend_hold(hold.hold_id, expires_at_micros=NOW() - 1_000_000)
    assert passed.outcome == O.LIMIT_OUTCOME_TIME_PASSED
    assert wait_for(lambda: lender.line(line.line_id).held_minor == 0, 5.0)
    late = lender.extend_hold(hold.hold_id, ttl_seconds=60)
    assert late.outcome == O.LIMIT_OUTCOME_HOLD_EXPIRED


def test_a_frozen_line_and_the_end_of_a_block(lender: Client):
    line = opened(lender)
    hold = lender.reserve(line.line_id, money(1_000)).hold
    block = lender.freeze("FRAUD", WHY, line_id=line.line_id, scope="NEW_HOLDS")
    assert block.outcome == DONE and [b.block_id for b in block.line.blocks] == [block.block_id]
    assert block.line.blocks[0].actor == "jo"
    blocked = O.LIMIT_OUTCOME_LINE_BLOCKED
    refused = lender.reserve(line.line_id, money(1))
    assert refused.outcome == blocked and refused.line.available_minor == 9_000
    assert lender.commit(hold.hold_id, money(400), keep_rest=True).outcome == DONE
    second = lender.freeze("LEGAL", WHY, line_id=line.line_id, scope="COMMITS")
    assert lender.commit(hold.hold_id, money(1)).outcome == blocked
    assert lender.repay(line.line_id, money(100)).outcome == DONE
    assert lender.unfreeze(block.block_id, WHY, line_id=line.line_id).outcome == DONE
    assert lender.reserve(line.line_id, money(1)).outcome == DONE
    assert lender.commit(hold.hold_id, money(1)).outcome == blocked
    assert not lender.unfreeze(second.block_id, WHY, line_id=line.line_id).line.blocks
    gone = lambda: lender.unfreeze(second.block_id, WHY, line_id=line.line_id)
    expect_error(gone, NOT_FOUND, "BLOCK_UNKNOWN", "block_id")
    short = lender.freeze(
        "POLICY", WHY, line_id=line.line_id, until_micros=NOW() + 1_000_000
    )
    assert lender.reserve(line.line_id, money(1)).outcome == blocked
    assert wait_for(lambda: lender.reserve(line.line_id, money(1)).outcome == DONE, 5.0)
    passed = lender.freeze("POLICY", WHY, line_id=line.line_id, until_micros=NOW() - 1)
    assert passed.outcome == O.LIMIT_OUTCOME_TIME_PASSED and short.block_id > second.block_id


def test_a_frozen_subject_has_all_its_lines_frozen_also_later_ones(lender: Client):
    subject = f"t-{new_request_id()}"
    first = lender.open_line(subject, CARD, money(1_000)).line
    holds = [lender.reserve(first.line_id, money(10)).hold.hold_id for _ in range(3)]
    block = lender.freeze("DECEASED", WHY, subject_id=subject, pending_holds="RELEASE")
    assert block.outcome == DONE and not block.HasField("line")
    assert sorted(block.released_hold_ids) == holds
    assert check(lender.line(first.line_id)).held_minor == 0
    later = lender.open_line(subject, CARD, money(1_000)).line
    for line in (first, later):
        outcome = lender.reserve(line.line_id, money(1)).outcome
        assert outcome == O.LIMIT_OUTCOME_LINE_BLOCKED
    reply = send(lender, "GetLine", line_id=later.line_id)
    assert [b.block_id for b in reply.subject_blocks] == [block.block_id]
    assert [b.block_id for b in send(lender, "ListLines", subject_id=subject).subject_blocks] == [
        block.block_id
    ]
    lender.unfreeze(block.block_id, WHY, subject_id=subject)
    assert lender.reserve(later.line_id, money(1)).outcome == DONE


def test_pending_holds_whose_commit_is_blocked(lender: Client):
    line = opened(lender)
    hold = lender.reserve(line.line_id, money(10)).hold
    lender.freeze(
        "FRAUD", WHY, line_id=line.line_id, scope="NEW_HOLDS", pending_holds="BLOCK_COMMIT"
    )
    assert lender.commit(hold.hold_id, money(1)).outcome == O.LIMIT_OUTCOME_LINE_BLOCKED
    assert lender.release(hold.hold_id).outcome == DONE


def test_a_line_is_closed_when_nothing_is_owed_or_held(lender: Client):
    line = opened(lender)
    hold = lender.reserve(line.line_id, money(10)).hold
    close = lambda: send(lender, "CloseLine", line_id=line.line_id, attribution=WHY)
    assert close().outcome == O.LIMIT_OUTCOME_BALANCE_OPEN
    lender.commit(hold.hold_id, money(10))
    assert close().outcome == O.LIMIT_OUTCOME_BALANCE_OPEN
    lender.repay(line.line_id, money(10))
    assert close().line.status == common.LINE_STATUS_CLOSED
    closed = O.LIMIT_OUTCOME_LINE_CLOSED
    assert close().outcome == closed
    assert lender.reserve(line.line_id, money(1, "USD")).outcome == closed
    assert lender.post_charge(line.line_id, money(1), "FEE").outcome == closed
    assert lender.change_limit(line.line_id, money(1), WHY).outcome == closed


def test_a_line_is_written_off(lender: Client):
    line = opened(lender)
    drawn = lender.reserve(line.line_id, money(500)).hold
    lender.commit(drawn.hold_id, money(500))
    lender.post_charge(line.line_id, money(20), "FEE", "OVERDUE")
    hold = lender.reserve(line.line_id, money(100)).hold
    done = send(lender, "WriteOff", line_id=line.line_id, attribution=WHY)
    assert done.outcome == DONE and done.line.status == common.LINE_STATUS_WRITTEN_OFF
    assert sum(part.amount_minor for part in done.given_up) == 520
    assert list(done.released_hold_ids) == [hold.hold_id]
    assert debts(check(done.line)) == {} and done.line.held_minor == 0
    assert lender.reserve(line.line_id, money(1)).outcome == O.LIMIT_OUTCOME_LINE_CLOSED
    recovery = lender.repay(line.line_id, money(30))
    assert (recovery.outcome, recovery.unallocated_minor) == (DONE, 30)

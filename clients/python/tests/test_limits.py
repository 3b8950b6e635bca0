"""LimitService: lines and holds. Refusals are outcomes, not errors."""

from __future__ import annotations

import random
import threading
import time

import pytest

from demo.book import PRODUCT
from demo.server import wait_for
from riskd_client import Client, money
from riskd_client.generated.creditrisk.v1 import common_pb2 as common

DONE = common.LIMIT_OUTCOME_DONE


def open_line(client: Client, limit_minor: int, currency: str = "EUR") -> common.Line:
    """A new line."""
    reply = client.open_line("l-subject", PRODUCT, money(limit_minor, currency))
    assert reply.outcome == DONE
    return reply.line


def figures(line: common.Line) -> tuple[int, int, int, int]:
    """limit, held, drawn, available."""
    return line.limit_minor, line.held_minor, line.drawn_minor, line.available_minor


def test_a_new_line_has_its_whole_limit(client: Client):
    line = open_line(client, 100_000, "USD")
    assert line.line_id > 0
    assert (line.product, line.currency) == (PRODUCT, "USD")
    assert (line.version, line.status) == (1, common.LINE_STATUS_OPEN)
    assert figures(line) == (100_000, 0, 0, 100_000)
    assert abs(line.opened_at_micros / 1e6 - time.time()) < 60
    assert client.line(line.line_id) == line


def test_reserve_commit_repay_release(client: Client):
    line = open_line(client, 100_000)
    held = client.reserve(line.line_id, money(40_000), ttl_seconds=60)
    assert held.outcome == DONE and held.hold.state == common.HOLD_STATE_HELD
    assert (held.hold.amount_minor, held.hold.held_minor) == (40_000, 40_000)
    seconds = held.hold.expires_at_micros / 1e6 - time.time()
    assert 50 < seconds < 70
    assert figures(held.line) == (100_000, 40_000, 0, 60_000)
    assert client.hold(held.hold.hold_id) == held.hold

    part = client.commit(held.hold.hold_id, money(15_000), keep_rest=True)
    assert part.outcome == DONE and part.hold.state == common.HOLD_STATE_HELD
    assert (part.hold.committed_minor, part.hold.held_minor) == (15_000, 25_000)
    assert figures(part.line) == (100_000, 25_000, 15_000, 60_000)

    rest = client.commit(held.hold.hold_id, money(5_000))
    assert rest.outcome == DONE and rest.hold.state == common.HOLD_STATE_COMMITTED
    assert (rest.hold.committed_minor, rest.hold.held_minor) == (20_000, 0)
    assert figures(rest.line) == (100_000, 0, 20_000, 80_000)

    paid = client.repay(line.line_id, money(21_000))
    assert (paid.outcome, paid.unallocated_minor) == (DONE, 1_000)
    assert figures(paid.line) == (100_000, 0, 0, 100_000)

    other = client.reserve(line.line_id, money(100_000))
    given_back = client.release(other.hold.hold_id)
    assert given_back.outcome == DONE
    assert given_back.hold.state == common.HOLD_STATE_RELEASED
    assert figures(given_back.line) == (100_000, 0, 0, 100_000)
    assert client.line(line.line_id) == given_back.line


def test_limit_exceeded_is_an_answer_and_changes_nothing(client: Client):
    line = open_line(client, 1_000)
    refused = client.reserve(line.line_id, money(1_001))
    assert refused.outcome == common.LIMIT_OUTCOME_LIMIT_EXCEEDED
    assert not refused.HasField("hold")
    assert figures(refused.line) == (1_000, 0, 0, 1_000)
    assert client.reserve(line.line_id, money(1_000)).outcome == DONE
    again = client.reserve(line.line_id, money(1))
    assert again.outcome == common.LIMIT_OUTCOME_LIMIT_EXCEEDED


def test_another_currency_is_refused_as_an_outcome(client: Client):
    line = open_line(client, 1_000)
    mismatch = common.LIMIT_OUTCOME_CURRENCY_MISMATCH
    assert client.reserve(line.line_id, money(1, "USD")).outcome == mismatch
    assert client.repay(line.line_id, money(1, "USD")).outcome == mismatch
    hold = client.reserve(line.line_id, money(10)).hold
    assert client.commit(hold.hold_id, money(10, "USD")).outcome == mismatch
    assert client.hold(hold.hold_id) == hold


def test_more_than_the_hold_is_refused(client: Client):
    line = open_line(client, 1_000)
    hold = client.reserve(line.line_id, money(100)).hold
    refused = client.commit(hold.hold_id, money(101))
    assert refused.outcome == common.LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD
    assert refused.hold == hold
    assert figures(client.line(line.line_id)) == (1_000, 100, 0, 900)


@pytest.mark.parametrize("ending", ["commit", "release"])
def test_a_hold_ends_once(client: Client, ending: str):
    line = open_line(client, 1_000)
    hold_id = client.reserve(line.line_id, money(100)).hold.hold_id
    if ending == "commit":
        client.commit(hold_id, money(100))
    else:
        client.release(hold_id)
    before = client.line(line.line_id)
    ended = common.LIMIT_OUTCOME_HOLD_ENDED
    assert client.commit(hold_id, money(1)).outcome == ended
    assert client.release(hold_id).outcome == ended
    assert figures(client.line(line.line_id)) == figures(before)


def test_a_hold_expires_by_itself(client: Client):
    line = open_line(client, 1_000)
    hold_id = client.reserve(line.line_id, money(600), ttl_seconds=1).hold.hold_id
    assert client.line(line.line_id).available_minor == 400
    assert wait_for(lambda: client.line(line.line_id).available_minor == 1_000, 5.0)
    late = client.commit(hold_id, money(600))
    assert late.outcome == common.LIMIT_OUTCOME_HOLD_EXPIRED
    assert figures(client.line(line.line_id)) == (1_000, 0, 0, 1_000)


def test_holds_that_fall_due_one_after_another_all_expire_on_time(client: Client):
    line_id = open_line(client, 10_000).line_id
    due = []
    while len(due) < 300:
        due.append(client.reserve(line_id, money(1), ttl_seconds=2).hold.expires_at_micros)
    late = 0.0
    held = len(due)
    while held:
        asked = time.time()
        held = client.line(line_id).held_minor
        if held:
            # Holds end in the order of their times: this is the oldest that still stands.
            late = max(late, asked - due[len(due) - held] / 1e6)
        assert asked < due[-1] / 1e6 + 5, f"{held} holds never expired"
        time.sleep(0.005)
    assert late < 0.5, f"a hold expired {late:.3f} s late"


def test_a_write_is_read_by_the_next_call(client: Client):
    line = open_line(client, 100)
    for number in range(1, 101):
        client.reserve(line.line_id, money(1))
        assert client.line(line.line_id).held_minor == number


def test_one_hot_line_is_never_overdrawn(client: Client):
    limit, seed = 50_000, 7
    line_id = open_line(client, limit).line_id
    taken: list[int] = []

    def caller(number: int) -> None:
        source = random.Random(seed * 1_000 + number)
        for _ in range(60):
            amount = source.randint(1, 400)
            if client.reserve(line_id, money(amount)).outcome == DONE:
                taken.append(amount)

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line = client.line(line_id)
    assert line.held_minor == sum(taken) <= limit, f"seed {seed}"
    assert line.available_minor == limit - sum(taken), f"seed {seed}"

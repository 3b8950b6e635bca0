"""Linearizable: callers at once see one line as if they had come one after the other.

RISKD_HISTORIES sets how many histories are recorded, LINEARIZABILITY_SEED where they begin.
"""

from __future__ import annotations

import os
import random
from contextlib import ExitStack
from dataclasses import replace
from typing import Iterator

import pytest

from demo.server import DEMO_KEY, Server
from riskd_client import Client
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from tests.linearizability import (
    DONE,
    LIMIT_MINOR,
    Answer,
    Call,
    HoldState,
    LineState,
    Recorder,
    linearize,
    step,
)

HISTORIES = int(os.environ.get("RISKD_HISTORIES", "60"))
SEED = int(os.environ.get("LINEARIZABILITY_SEED", "1"))
CALLERS = 4
CALLS_EACH = 15


@pytest.fixture(scope="module")
def recorder(server: Server) -> Iterator[Recorder]:
    """Callers with a connection each."""
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(server.address, DEMO_KEY)) for _ in range(CALLERS)]
        yield Recorder(clients, CALLS_EACH)


def overlaps(calls: list[Call]) -> int:
    """How many calls began while another was under way."""
    return sum(
        any(other.began < call.began < other.ended for other in calls) for call in calls
    )


def test_every_history_has_an_order(recorder: Recorder):
    outcomes: set[int] = set()
    at_once = 0
    for seed in range(SEED, SEED + HISTORIES):
        calls = recorder.record(seed)
        assert len(calls) == CALLERS * CALLS_EACH
        assert linearize(calls) is not None, f"seed {seed}: no order explains\n" + "\n".join(
            map(str, calls)
        )
        outcomes |= {call.answer.outcome for call in calls if call.answer}
        at_once += overlaps(calls)
    assert at_once > HISTORIES * CALLS_EACH, "the callers were hardly ever at once"
    assert outcomes >= {
        DONE,
        common.LIMIT_OUTCOME_LIMIT_EXCEEDED,
        common.LIMIT_OUTCOME_HOLD_ENDED,
        common.LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD,
    }


def test_a_falsified_history_has_none(recorder: Recorder):
    calls = recorder.record(SEED + HISTORIES)
    order = linearize(calls)
    assert order is not None and sorted(order) == list(range(len(calls)))
    choice = random.Random(SEED)
    for place in choice.sample(range(len(calls)), 10):
        answer = calls[place].answer
        assert answer is not None
        limit, held, drawn, available, over = answer.figures
        # One minor unit too much is taken, as a lost release would leave it.
        wrong = answer._replace(figures=(limit, held + 1, drawn, available, over))
        falsified = [*calls]
        falsified[place] = replace(calls[place], answer=wrong)
        assert linearize(falsified) is None, f"{calls[place]} may not be {wrong}"


def reserve(number: int, amount: int, began: int, ended: int, held: int) -> Call:
    """A reserve that was granted, after which `held` is held."""
    hold = HoldState(number, amount, 0, common.HOLD_STATE_HELD)
    figures = (LIMIT_MINOR, held, 0, LIMIT_MINOR - held, 0)
    return Call("reserve", amount, began=began, ended=ended, answer=Answer(DONE, figures, hold))


def read(began: int, ended: int, held: int) -> Call:
    """A read that shows so much held."""
    figures = (LIMIT_MINOR, held, 0, LIMIT_MINOR - held, 0)
    return Call("get line", began=began, ended=ended, answer=Answer(DONE, figures))


@pytest.mark.parametrize(
    ("calls", "order"),
    [
        ([], []),
        # A read beside a reserve may come before or after it, one behind its answer must not.
        ([reserve(1, 5, 0, 10, 5), read(1, 9, 0)], [1, 0]),
        ([reserve(1, 5, 0, 10, 5), read(1, 9, 5)], [0, 1]),
        ([reserve(1, 5, 0, 10, 5), read(11, 12, 0)], None),
        # What one reader saw the next one sees too.
        ([reserve(1, 5, 0, 30, 5), read(1, 9, 5), read(10, 12, 0)], None),
        # Two that both see an empty line: one of them is lost.
        ([reserve(1, 5, 0, 10, 5), reserve(2, 5, 0, 10, 5)], None),
        ([reserve(1, 5, 0, 10, 10), reserve(2, 5, 0, 10, 5)], [1, 0]),
        # More than the limit.
        ([reserve(1, 20, 0, 10, 20), reserve(2, 20, 0, 10, 40)], None),
        # A first choice that leads nowhere is taken back.
        ([read(0, 10, 0), reserve(1, 5, 0, 10, 5), read(0, 10, 0)], [0, 2, 1]),
    ],
)
def test_small_histories(calls: list[Call], order: list[int] | None):
    assert linearize(calls) == order


def test_the_search_remembers_what_it_saw():
    # 14 reads at once in any order are 14! ways to a read that nothing explains, but 2^14 sets.
    calls = [read(0, 100, 0) for _ in range(14)] + [read(0, 100, 7)]
    assert linearize(calls) is None


def test_the_model_refuses_in_the_documented_order():
    hold = HoldState(1, 10, 0, common.HOLD_STATE_HELD)
    line = LineState().with_hold(hold)
    too_much = step(line, Call("commit", 11, hold=1))
    assert too_much[0] == line
    assert too_much[1].outcome == common.LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD
    line, answer = step(line, Call("commit", 4, hold=1, keeps_rest=True))
    assert answer.figures == (LIMIT_MINOR, 6, 4, LIMIT_MINOR - 10, 0)
    line, answer = step(line, Call("release", hold=1))
    assert answer.hold == HoldState(1, 10, 4, common.HOLD_STATE_RELEASED)
    line, answer = step(line, Call("commit", 11, hold=1))
    assert answer.outcome == common.LIMIT_OUTCOME_HOLD_ENDED
    line, answer = step(line, Call("change limit", 3))
    assert answer.figures == (3, 0, 4, 0, 1)
    line, answer = step(line, Call("repay", 6))
    assert (answer.figures, answer.unallocated) == ((3, 0, 0, 3, 0), 2)

"""Whether what concurrent callers saw of one line is what some order of their calls would show.

A history is a list of calls, each with the instants around it and its answer. It is linearizable
when the calls can be put in one order that respects time (who had an answer before another call
began comes first) and in which a line that does one call after the other gives the same answers.
The search is Wing and Gong's, with the memory that Lowe adds: which calls are done and the state
they lead to are visited once.
"""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Callable, Iterator, NamedTuple, Sequence

from demo.book import PRODUCT
from riskd_client import Client, money
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.ledger import attribution

DONE = common.LIMIT_OUTCOME_DONE
WHY = attribution("history", "TEST")
# Small, so that a line is often full and is often over its limit after a cut.
LIMIT_MINOR = 30
AMOUNT_MINOR_MAX = 12
# A hold outlives its history by far: time ends none.
HOLD_SECONDS = 600


class HoldState(NamedTuple):
    """A hold: of `amount` so much is committed; `state` is the wire's."""

    number: int
    amount: int
    committed: int
    state: int

    @property
    def held(self) -> int:
        """What it still takes."""
        return self.amount - self.committed if self.state == common.HOLD_STATE_HELD else 0


class LineState(NamedTuple):
    """A line and all holds ever placed on it, by number."""

    limit: int = LIMIT_MINOR
    drawn: int = 0
    holds: tuple[HoldState, ...] = ()

    def figures(self) -> tuple[int, ...]:
        """Limit, held, drawn, available, over limit: what a reply shows of it."""
        held = sum(hold.held for hold in self.holds)
        left = self.limit - held - self.drawn
        return self.limit, held, self.drawn, max(left, 0), max(-left, 0)

    def hold(self, number: int) -> HoldState | None:
        """The hold of a number."""
        return next((hold for hold in self.holds if hold.number == number), None)

    def with_hold(self, changed: HoldState) -> LineState:
        """The same with one hold replaced or added."""
        others = (hold for hold in self.holds if hold.number != changed.number)
        return self._replace(holds=tuple(sorted((*others, changed))))


class Answer(NamedTuple):
    """What a reply says. `hold` is a new or changed hold; None where the call is about none."""

    outcome: int
    figures: tuple[int, ...]
    hold: HoldState | None = None
    unallocated: int = 0


@dataclass(frozen=True)
class Call:
    """One call: what was asked, between which instants (nanoseconds), and what came back."""

    kind: str
    amount: int = 0
    hold: int = 0
    keeps_rest: bool = False
    began: int = 0
    ended: int = 0
    answer: Answer | None = None


def step(line: LineState, call: Call) -> tuple[LineState, Answer]:
    """What a line that does one call at a time answers, and what it is then."""
    if call.kind == "reserve":
        if call.amount > line.figures()[3]:
            return line, Answer(common.LIMIT_OUTCOME_LIMIT_EXCEEDED, line.figures())
        # The number of a new hold is the server's choice.
        number = call.answer.hold.number if call.answer and call.answer.hold else 0
        hold = HoldState(number, call.amount, 0, common.HOLD_STATE_HELD)
        after = line.with_hold(hold)
        return after, Answer(DONE, after.figures(), hold)
    if call.kind in ("commit", "release"):
        return step_hold(line, call)
    if call.kind == "repay":
        paid = min(call.amount, line.drawn)
        after = line._replace(drawn=line.drawn - paid)
        return after, Answer(DONE, after.figures(), unallocated=call.amount - paid)
    after = line._replace(limit=call.amount) if call.kind == "change limit" else line
    return after, Answer(DONE, after.figures())


def step_hold(line: LineState, call: Call) -> tuple[LineState, Answer]:
    """Commit and release."""
    hold = line.hold(call.hold)
    if hold is None:
        return line, Answer(common.LIMIT_OUTCOME_HOLD_UNKNOWN, ())
    if hold.state != common.HOLD_STATE_HELD:
        return line, Answer(common.LIMIT_OUTCOME_HOLD_ENDED, line.figures(), hold)
    if call.kind == "release":
        hold = hold._replace(state=common.HOLD_STATE_RELEASED)
        after = line.with_hold(hold)
        return after, Answer(DONE, after.figures(), hold)
    if call.amount > hold.held:
        return line, Answer(common.LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD, line.figures(), hold)
    hold = hold._replace(committed=hold.committed + call.amount)
    if not call.keeps_rest or hold.held == 0:
        hold = hold._replace(state=common.HOLD_STATE_COMMITTED)
    after = line.with_hold(hold)._replace(drawn=line.drawn + call.amount)
    return after, Answer(DONE, after.figures(), hold)


def linearize(calls: Sequence[Call], start: LineState = LineState()) -> list[int] | None:
    """An order of the calls that explains all answers, as places; None when there is none.

    Complexity: exponential in how many calls were under way at once, times their number.
    """
    visited: set[tuple[int, LineState]] = set()
    order: list[int] = []
    everything = (1 << len(calls)) - 1
    branches = [explained(calls, 0, start)]
    masks = [0]
    while branches:
        if masks[-1] == everything:
            return order
        found = next(branches[-1], None)
        if found is None:
            branches.pop()
            masks.pop()
            if order:
                order.pop()
            continue
        place, line = found
        done = masks[-1] | 1 << place
        if (done, line) in visited:
            continue
        visited.add((done, line))
        order.append(place)
        masks.append(done)
        branches.append(explained(calls, done, line))
    return None


def explained(
    calls: Sequence[Call], done: int, line: LineState
) -> Iterator[tuple[int, LineState]]:
    """The calls that may be next, each with the line after it."""
    left = [place for place in range(len(calls)) if not done >> place & 1]
    first_end = min((calls[place].ended for place in left), default=0)
    for place in left:
        if calls[place].began <= first_end:
            after, answer = step(line, calls[place])
            if answer == calls[place].answer:
                yield place, after


def figures_of(line: common.Line) -> tuple[int, ...]:
    """As `LineState.figures`."""
    return (
        line.limit_minor,
        line.held_minor,
        line.drawn_minor,
        line.available_minor,
        line.over_limit_minor,
    )


def answer_of(reply: Any) -> Answer:
    """What a reply says, in the model's words."""
    hold = None
    if "hold" in reply.DESCRIPTOR.fields_by_name and reply.HasField("hold"):
        given = reply.hold
        hold = HoldState(given.hold_id, given.amount_minor, given.committed_minor, given.state)
    unallocated = getattr(reply, "unallocated_minor", 0)
    return Answer(reply.outcome, figures_of(reply.line), hold, unallocated)


class Recorder:
    """Makes histories: every client is a caller of its own, all on one new line."""

    def __init__(self, clients: Sequence[Client], calls_each: int) -> None:
        self._clients = clients
        self._calls_each = calls_each

    def record(self, seed: int) -> list[Call]:
        """One history on a line of its own."""
        reply = self._clients[0].open_line(f"history-{seed}", PRODUCT, money(LIMIT_MINOR))
        line = reply.line.line_id
        holds: list[int] = []
        together = threading.Barrier(len(self._clients))

        def work(place: int) -> list[Call]:
            choice = random.Random(f"{seed} {place}")
            together.wait()
            made = []
            for _ in range(self._calls_each):
                call = choose(choice, holds)
                made.append(perform(self._clients[place], line, call))
                answer = made[-1].answer
                if call.kind == "reserve" and answer.hold:
                    holds.append(answer.hold.number)
            return made

        with ThreadPoolExecutor(len(self._clients)) as pool:
            parts = list(pool.map(work, range(len(self._clients))))
        return sorted((call for part in parts for call in part), key=lambda call: call.began)


def choose(choice: random.Random, holds: list[int]) -> Call:
    """The next call of a caller: any hold of the line that anybody knows may be named."""
    amount = choice.randint(1, AMOUNT_MINOR_MAX)
    kinds = ["reserve"] * 5 + ["repay"] * 2 + ["change limit", "get line", "get line"]
    if holds:
        kinds += ["commit"] * 4 + ["release"] * 2
    kind = choice.choice(kinds)
    if kind in ("commit", "release"):
        # Mostly a new one: many others have ended.
        hold = choice.choice(holds[-4:])
        return Call(kind, amount if kind == "commit" else 0, hold, choice.random() < 0.5)
    if kind == "change limit":
        amount = choice.randint(LIMIT_MINOR // 2, LIMIT_MINOR * 2)
    return Call(kind, 0 if kind == "get line" else amount)


def perform(client: Client, line: int, call: Call) -> Call:
    """Makes one call and notes when and with which answer."""
    amount = money(call.amount)
    made: dict[str, Callable[[], Any]] = {
        "reserve": lambda: client.reserve(line, amount, ttl_seconds=HOLD_SECONDS),
        "commit": lambda: client.commit(call.hold, amount, keep_rest=call.keeps_rest),
        "release": lambda: client.release(call.hold),
        "repay": lambda: client.repay(line, amount),
        "change limit": lambda: client.change_limit(line, amount, WHY, consent_ref="consent"),
        "get line": lambda: Answer(DONE, figures_of(client.line(line))),
    }
    began = time.monotonic_ns()
    reply = made[call.kind]()
    ended = time.monotonic_ns()
    answer = reply if isinstance(reply, Answer) else answer_of(reply)
    return replace(call, began=began, ended=ended, answer=answer)

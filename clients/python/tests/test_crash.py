"""kill -9 under load and in the middle of the demo: nothing acknowledged is lost, none twice."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Callable

import pytest

from demo.book import put_book, read_applications, read_features
from demo.decide import Decided, decide_all
from demo.identifiers import make_identifiers, put_graph
from demo.server import DEMO_KEY, Server
from riskd_client import Client, RiskdError
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from tests.crash import run_rounds
from tests.ledger_load import KINDS

ROUNDS = 20
SEED = 20_240_607
DEMO_ROWS = 300


def test_kills_under_load(tmp_path: Path):
    summary = asyncio.run(run_rounds(tmp_path, ROUNDS, SEED))
    assert summary.kills == ROUNDS
    assert summary.unknown > 0
    assert summary.line_refusals > 0 and summary.portfolio_refusals > 0
    assert summary.kinds.keys() == KINDS, "every method of the mix was acknowledged"


def decide_until_killed(server: Server, book: list[Decided], kill_after: int) -> None:
    """Runs the demo's callers and kills the server when so many applications are decided."""
    reached = threading.Event()

    def progress(count: int) -> None:
        if count == kill_after:
            reached.set()

    def killer() -> None:
        assert reached.wait(60)
        server.kill()

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        with pytest.raises(RiskdError):
            decide_all(server.address, DEMO_KEY, book, timeout_seconds=1.0, progress=progress)
    finally:
        reached.set()
        thread.join()


@pytest.mark.parametrize("kill_after", [1, 100, 250])
def test_a_kill_in_the_middle_of_the_demo(start: Callable[..., Server], kill_after: int):
    server = start()
    applications = read_applications(DEMO_ROWS)
    with Client(server.address, DEMO_KEY) as client:
        for _ in put_book(client, read_features(), applications):
            pass
        put_graph(client, make_identifiers(applications))
    book = [Decided(application) for application in applications]
    decide_until_killed(server, book, kill_after)
    answered = [d for d in book if d.reply is not None]
    assert kill_after <= len(answered) < DEMO_ROWS
    replies = {d.evaluate_request_id: d.reply for d in answered}
    drawn = {d.commit_request_id: d.committed for d in book if d.committed is not None}

    server = start()
    with Client(server.address, DEMO_KEY) as client:
        for decided in answered:
            check_acknowledged(client, decided)
    # The whole book again with the same request ids: what was answered is answered the same.
    decide_all(server.address, DEMO_KEY, book)
    for decided in book:
        assert replies.get(decided.evaluate_request_id, decided.reply) == decided.reply
        assert drawn.get(decided.commit_request_id, decided.committed) == decided.committed
    with Client(server.address, DEMO_KEY) as client:
        check_none_twice(client, book)
    server.stop()


def check_acknowledged(client: Client, decided: Decided) -> None:
    """The decision and its hold are there, as they were acknowledged."""
    reply = decided.reply
    assert client.decision(reply.decision_id).response == reply
    if not reply.HasField("hold"):
        return
    hold = client.hold(reply.hold.hold_id)
    if decided.committed is not None:
        assert hold == decided.committed.hold
    elif hold.state == common.HOLD_STATE_HELD:
        assert hold == reply.hold
    else:
        # The commit was under way: durable, but its answer did not arrive.
        assert hold.committed_minor == reply.hold.amount_minor


def check_none_twice(client: Client, book: list[Decided]) -> None:
    """Every approval has a line and a hold of its own, drawn once."""
    holds = [d.reply.hold.hold_id for d in book if d.reply.HasField("hold")]
    decisions = [d.reply.decision_id for d in book]
    assert len(set(holds)) == len(holds) > 0
    assert len(set(decisions)) == len(decisions) == len(book)
    for decided in book:
        if decided.committed is None:
            continue
        amount = decided.reply.offer.amount.amount_minor
        line = client.line(decided.reply.line.line_id)
        assert (line.held_minor, line.drawn_minor) == (0, amount)
        assert line.limit_minor == line.available_minor + amount

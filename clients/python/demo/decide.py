"""Deciding a book of applications from several callers, each waiting for its reply."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Callable, Sequence

from demo.book import PRODUCT, Application
from riskd_client import Client, new_request_id
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits

CALLER_COUNT = 4


@dataclass
class Decided:
    """An application on its way: its request ids are fixed, so every try is the same write."""

    application: Application
    evaluate_request_id: str = field(default_factory=new_request_id)
    commit_request_id: str = field(default_factory=new_request_id)
    reply: decisions.EvaluateResponse | None = None
    committed: limits.CommitResponse | None = None
    evaluate_nanos: int = 0
    commit_nanos: int = 0

    @property
    def is_approved(self) -> bool:
        """Whether the reply says yes, as asked."""
        return self.reply is not None and self.reply.outcome == decisions.OUTCOME_APPROVE


def decide(client: Client, decided: Decided) -> None:
    """Evaluates one application and draws the hold of an approval."""
    application = decided.application
    started = time.perf_counter_ns()
    reply = client.evaluate(
        application.subject_id,
        PRODUCT,
        application.amount,
        application.term_months,
        hold=decisions.HoldOption(open_line=True),
        request_id=decided.evaluate_request_id,
    )
    decided.evaluate_nanos = time.perf_counter_ns() - started
    decided.reply = reply
    if not decided.is_approved or not reply.HasField("hold"):
        return
    started = time.perf_counter_ns()
    committed = client.commit(
        reply.hold.hold_id, reply.offer.amount, request_id=decided.commit_request_id
    )
    decided.commit_nanos = time.perf_counter_ns() - started
    decided.committed = committed


def decide_all(
    address: str,
    key: str,
    book: Sequence[Decided],
    *,
    timeout_seconds: float = 10.0,
    progress: Callable[[int], None] = lambda count: None,
) -> float:
    """Decides the whole book with CALLER_COUNT callers; returns the seconds it took.

    `progress` hears how many are done, from any caller. The first error ends every caller after
    the call it is in, and is raised.
    """
    waiting = iter(book)
    lock = threading.Lock()
    errors: list[BaseException] = []
    done = 0

    def caller() -> None:
        nonlocal done
        try:
            with Client(address, key, timeout_seconds) as client:
                while True:
                    with lock:
                        decided = None if errors else next(waiting, None)
                    if decided is None:
                        return
                    decide(client, decided)
                    with lock:
                        done += 1
                        progress(done)
        except BaseException as error:
            with lock:
                errors.append(error)

    threads = [threading.Thread(target=caller) for _ in range(CALLER_COUNT)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return time.monotonic() - started

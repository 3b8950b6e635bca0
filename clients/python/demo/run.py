"""The demo from start to end."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Sequence

from demo.book import put_book, read_applications, read_features
from demo.decide import Decided, decide_all
from demo.heldout import Ranking, rank_held_out
from demo.identifiers import make_identifiers, put_graph
from demo.report import summary
from demo.server import DEMO_KEY, Server, ServerError
from riskd_client import Client, RiskdError
from riskd_client.generated.creditrisk.v1 import common_pb2 as common

ROW_COUNT = 1_000
PROGRESS_STEP = 250


class DemoError(Exception):
    """The demo found something wrong with what the service did."""


class Progress:
    """Lines of progress, each with the seconds since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Prints one line at once."""
        print(f"[{time.monotonic() - self._started:6.2f} s] {text}", flush=True)


def check_book(client: Client, book: Sequence[Decided]) -> None:
    """Reads every drawn line back and holds it against what was acknowledged."""
    for decided in book:
        if decided.committed is None:
            continue
        if decided.committed.outcome != common.LIMIT_OUTCOME_DONE:
            name = common.LimitOutcome.Name(decided.committed.outcome)
            raise DemoError(f"{decided.application.subject_id}: commit came to {name}")
        line = client.line(decided.committed.line.line_id)
        if line.limit_minor != line.available_minor + line.held_minor + line.drawn_minor:
            raise DemoError(f"line {line.line_id}: limit is not available + held + drawn")
        if line.drawn_minor != decided.reply.offer.amount.amount_minor:
            raise DemoError(f"line {line.line_id}: drawn is not what was committed")


def check_rankings(rankings: Sequence[Ranking], row_count: int) -> None:
    """The served models must be the trained ones."""
    problems = [ranking.problem(row_count == ROW_COUNT) for ranking in rankings]
    found = "; ".join(problem for problem in problems if problem)
    if found:
        raise DemoError(found)


def run_demo(server: Server, row_count: int, progress: Progress) -> str:
    """Loads the book, decides it, checks it; returns the summary."""
    book_features = read_features()
    applications = read_applications(row_count)
    with Client(server.address, DEMO_KEY) as client:
        progress.say(f"registering {len(book_features)} features, 3 of them prohibited")
        for stored in put_book(client, book_features, applications):
            if stored % PROGRESS_STEP == 0 or stored == len(applications):
                progress.say(f"stored the features of {stored} of {len(applications)} subjects")
        made = make_identifiers(applications)
        link_count = put_graph(client, made)
        progress.say(
            f"stored {link_count} links to synthetic phones, devices and addresses; "
            f"marked {len(made.frauds)} subjects as confirmed frauds"
        )

        def decided_count(count: int) -> None:
            if count % PROGRESS_STEP == 0 or count == len(applications):
                progress.say(f"decided {count} of {len(applications)} applications")

        book = [Decided(application) for application in applications]
        seconds = decide_all(server.address, DEMO_KEY, book, progress=decided_count)
        check_book(client, book)
        progress.say("read every drawn line back: limit = available + held + drawn on each")
        rankings = rank_held_out(client, applications)
        progress.say(f"scored the held-out rows with {len(rankings)} models")
    text = summary(book, rankings, seconds)
    check_rankings(rankings, row_count)
    return text


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROW_COUNT, help="decide only the first N")
    parser.add_argument("--data", type=Path, help="an empty directory for the server's data")
    parser.add_argument("--keep-data", action="store_true", help="do not remove the directory")
    parsed = parser.parse_args(arguments)
    if not 1 <= parsed.rows <= ROW_COUNT:
        parser.error(f"--rows must be from 1 to {ROW_COUNT}")
    if parsed.data is not None and parsed.data.exists() and any(parsed.data.iterdir()):
        parser.error(f"--data {parsed.data} is not empty")
    return parsed


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; 0 when everything went as it should."""
    parsed = parse_arguments(arguments)
    # A terminated demo must still end its server: turn the signal into an exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    data = parsed.data or Path(tempfile.mkdtemp(prefix="riskd-demo-"))
    progress = Progress()
    try:
        with Server(data) as server:
            progress.say(f"riskd listens on {server.address}, empty data directory")
            text = run_demo(server, parsed.rows, progress)
            print(text, flush=True)
            server.stop()
        print("\nriskd drained and exited 0. Demo done.")
        return 0
    except (DemoError, ServerError, RiskdError, OSError) as error:
        print(f"demo failed: {error}", file=sys.stderr)
        return 1
    finally:
        if parsed.keep_data:
            print(f"data kept in {data}")
        else:
            shutil.rmtree(data, ignore_errors=True)

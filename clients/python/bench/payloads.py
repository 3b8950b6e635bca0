"""Prepares a server and writes gRPC-framed requests for h2load.

Usage: python clients/python/bench/payloads.py --address ADDRESS --out DIR
           [--subjects N] [--requests N] [--key KEY]

Against `riskd serve --demo`: registers the demo's features, stores N subjects (the demo's rows
again and again), opens a line with room for each, and writes to DIR

    health.bin        one grpc.health.v1.Health/Check
    score.bin         one ScoringService/Score (german_scorecard)
    score-trees.bin   one ScoringService/Score (german_trees)
    evaluate.bin      one DecisionService/Evaluate with a hold on a line of the subject
    reserve.bin       one LimitService/Reserve
    score/ evaluate/ reserve/    numbered files, each with another subject and request_id

A file is the body of one call: a zero byte, the length in four bytes, the message. h2load sends it
with -d FILE. It sends the same file again and again: an Evaluate or Reserve is then a repeat of one
request_id, which costs no sync. For durable calls use a client that sends the numbered files, or
several h2load processes. paths.txt has the path of each kind.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Iterator

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from demo.book import (
    PRODUCT,
    ROWS_PER_CALL,
    Application,
    encode,
    put_book,
    read_applications,
    read_features,
)
from demo.server import DEMO_KEY
from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import scoring_service_pb2 as scoring

BOOK_ROWS = 1_000
# Room for every request of a long run: 10^15 is the most that a limit may be.
LIMIT_MINOR = 10**15
PATHS = {
    "health": "/grpc.health.v1.Health/Check",
    "score": "/creditrisk.v1.ScoringService/Score",
    "score-trees": "/creditrisk.v1.ScoringService/Score",
    "evaluate": "/creditrisk.v1.DecisionService/Evaluate",
    "reserve": "/creditrisk.v1.LimitService/Reserve",
}


def frame(message: Any) -> bytes:
    """A message as the body of a gRPC call."""
    packed = message.SerializeToString()
    return b"\0" + len(packed).to_bytes(4, "big") + packed


def subject_id(number: int) -> str:
    """A subject of the benchmark."""
    return f"bench-{number:07d}"


def put_subjects(client: Client, book: list[Application], count: int) -> Iterator[int]:
    """Stores `count` subjects with the values of the book's rows in turn; yields how many."""
    book_features = read_features()
    numbers = {entry.name: entry.feature_id for entry in client.list_features()}
    ids = [numbers[feature.definition.name] for feature in book_features]
    values = [[encode(f, row.columns[f.column]) for f in book_features] for row in book]
    for start in range(0, count, ROWS_PER_CALL):
        part = range(start, min(start + ROWS_PER_CALL, count))
        rows = [
            features.FeatureRow(
                subject_id=subject_id(number),
                columns=common.FeatureColumns(
                    feature_ids=ids, values=values[number % len(values)]
                ),
            )
            for number in part
        ]
        client.put_features(rows)
        yield part.stop


def approved_row(client: Client, book: list[Application]) -> Application:
    """The first row of the book that the policy approves as asked."""
    for row in book:
        reply = client.evaluate(row.subject_id, PRODUCT, row.amount, row.term_months)
        if reply.outcome == decisions.OUTCOME_APPROVE:
            return row
    raise SystemExit("payloads.py: the policy approves no row of the book")


def requests_of(kind: str, number: int, row: Application, line_id: int) -> Any:
    """A request of one kind about one subject."""
    if kind.startswith("score"):
        model = "german_trees" if kind == "score-trees" else "german_scorecard"
        return scoring.ScoreRequest(subject_id=subject_id(number), model=model)
    if kind == "reserve":
        return limits.ReserveRequest(
            request_id=new_request_id(), line_id=line_id, amount=money(1), ttl_seconds=600
        )
    return decisions.EvaluateRequest(
        request_id=new_request_id(),
        subject_id=subject_id(number),
        product=PRODUCT,
        amount=row.amount,
        term_months=row.term_months,
        hold=decisions.HoldOption(line_id=line_id, ttl_seconds=600),
    )


def write_files(out: Path, client: Client, book: list[Application], arguments: Any) -> None:
    """Opens the lines and writes every file."""
    row = approved_row(client, book)
    # Subjects with the values of that row, so that every Evaluate is an approval with a hold.
    alike = list(range(row.index, arguments.subjects, len(book))) or [row.index]
    line_ids = {}
    for number in alike[: arguments.requests]:
        opened = client.open_line(subject_id(number), PRODUCT, money(LIMIT_MINOR))
        line_ids[number] = opened.line.line_id
    chosen = list(line_ids)
    (out / "health.bin").write_bytes(b"\0" * 5)
    for kind in ("score", "score-trees", "evaluate", "reserve"):
        first = requests_of(kind, chosen[0], row, line_ids[chosen[0]])
        (out / f"{kind}.bin").write_bytes(frame(first))
    for kind in ("score", "evaluate", "reserve"):
        folder = out / kind
        folder.mkdir(exist_ok=True)
        for index in range(arguments.requests):
            number = index % arguments.subjects if kind == "score" else chosen[index % len(chosen)]
            request = requests_of(kind, number, row, line_ids.get(number, 0))
            (folder / f"{index:06d}.bin").write_bytes(frame(request))
    paths = "".join(f"{kind} {path}\n" for kind, path in PATHS.items())
    (out / "paths.txt").write_text(paths)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Prepares a server and framed requests.")
    parser.add_argument("--address", required=True, help="HOST:PORT of riskd serve --demo")
    parser.add_argument("--key", default=DEMO_KEY)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--subjects", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=1_000, help="numbered files of a kind")
    arguments = parser.parse_args()
    if arguments.subjects < BOOK_ROWS:
        parser.error(f"--subjects must be at least {BOOK_ROWS}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    book = read_applications(BOOK_ROWS)
    with Client(arguments.address, arguments.key, timeout_seconds=30) as client:
        for _ in put_book(client, read_features(), book):
            pass
        for stored in put_subjects(client, book, arguments.subjects):
            if stored % 10_000 == 0 or stored == arguments.subjects:
                print(f"stored {stored} of {arguments.subjects} subjects", flush=True)
        write_files(arguments.out, client, book, arguments)
    print(f"wrote {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

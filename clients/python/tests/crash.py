"""Kills riskd at random instants under load and checks that nothing acknowledged is lost.

Usage: python -m tests.crash [--rounds N] [--seed S] [--quiet]

A round: 64 callers on 64 connections reserve, commit in parts, release and repay on a few hot lines
and some cool ones, move the ends of holds, take entries back, send batches with chains, and decide
applications with holds; some have a line of their own which they open, charge, raise, cut, raise
for a time, price, renew, freeze, unfreeze, close or write off, and then open another. Each writes
down what it asked and what was acknowledged. After 1 to 1,000 answers and a moment of up to 20 ms
the server is killed with SIGKILL and started again over the same data.

Then every hold must stand as it was last acknowledged; every request without an answer is sent
again with its request_id, twice; every answer of the rarer methods, and the last two of each
caller, must come again byte for byte; every line must be the sum of what was acknowledged, its
terms the last ones, its version the count of it; and two portfolio limits must have counted exactly
what the lines use, the round's own beyond its bound only by repayments that were taken back. Every
tenth round ends with a drain before the next begins, so that recoveries begin at checkpoints of all
ages.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from demo.book import PRODUCT, Application, put_book, read_applications, read_features
from demo.server import DEMO_KEY, Server
from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2 as portfolio
from tests.ledger_book import (
    WAIT_SECONDS_MAX,
    Book,
    Connection,
    CrashError,
    Tally,
    check_invariant,
    expect_equal,
    expect_hold,
)
from tests.ledger_load import Caller, until_answered
from tests.ledger_own import ATTRIBUTION, LIMIT_MINOR

CALLER_COUNT = 64
HOT_LINE_COUNT = 2
COOL_LINE_COUNT = 14
#: So many callers have a line of their own, whose terms they change and which they end.
OWN_LINE_COUNT = 16
#: What all holds and drawings of a round may come to: some rounds reach it.
ROUND_LIMIT_MINOR = 8_000_000
BOOK_LIMIT_MINOR = 10**15
ROUND_LABEL = "round"
#: A hot line is asked for this many times as often as a cool one.
HEAT = 14
BOOK_ROWS = 40
APPLICATION_COUNT = 4
#: A kill comes when so many calls were answered, and a random moment later.
KILL_AFTER_ANSWERS = (1, 1_000)
KILL_DELAY_SECONDS_MAX = 0.020
#: A data directory serves this many kills: its journal grows to tens of thousands of records.
ROUNDS_PER_DIRECTORY = 100
ROUNDS_PER_CHECKPOINT = 10
#: Lines and holds of earlier rounds that are read again after every kill.
EARLIER_COUNT = 64
REPEATS_PER_CALLER = 2


@dataclass
class Summary:
    """What all rounds came to."""

    kills: int = 0
    acknowledged: int = 0
    #: Of those, how many of each method.
    kinds: collections.Counter[str] = field(default_factory=collections.Counter)
    unknown: int = 0
    #: Holds that a full line and a full portfolio limit refused.
    line_refusals: int = 0
    portfolio_refusals: int = 0
    checked: int = 0
    recovery_seconds_max: float = 0.0
    seconds: float = 0.0

    def text(self) -> str:
        """One line; it is printed only when nothing was found wrong."""
        return (
            f"{self.kills} kills: {self.acknowledged} calls acknowledged, "
            f"{self.unknown} unknown outcomes resolved, {self.checked} holds and lines checked, "
            f"{self.line_refusals} holds refused by full lines and {self.portfolio_refusals} by "
            "full portfolio limits, "
            f"{len(self.kinds)} methods, the rarest {min(self.kinds.values())} times, "
            f"lost 0, doubled 0, over-issued 0; recovery {self.recovery_seconds_max:.2f} s at "
            f"most; {self.seconds:.0f} s in all"
        )


def approved_applications(address: str) -> list[Application]:
    """Stores the first rows of the demo's book; the first applicants that the policy approves."""
    applications = read_applications(BOOK_ROWS)
    found = []
    with Client(address, DEMO_KEY) as client:
        for _ in put_book(client, read_features(), applications):
            pass
        for a in applications:
            reply = client.evaluate(a.subject_id, PRODUCT, a.amount, a.term_months)
            if reply.outcome == decisions.OUTCOME_APPROVE:
                found.append(a)
    if len(found) < APPLICATION_COUNT:
        raise CrashError(f"only {len(found)} of {BOOK_ROWS} applicants are approved")
    return found[:APPLICATION_COUNT]


async def open_lines(
    connection: Connection, book: Book, applications: list[Application], count: int
) -> list[int]:
    """Opens lines for the applicants in turn and begins their tallies."""

    def request(number: int) -> limits.OpenLineRequest:
        subject = applications[number % len(applications)].subject_id
        return limits.OpenLineRequest(
            request_id=new_request_id(),
            subject_id=subject,
            product=PRODUCT,
            limit=money(LIMIT_MINOR),
        )

    replies = await asyncio.gather(
        *(connection.call("OpenLine", request(number)) for number in range(count))
    )
    for reply in replies:
        book.tallies[reply.line.line_id] = Tally(LIMIT_MINOR)
    return [reply.line.line_id for reply in replies]


async def check_book(
    connections: list[Connection], book: Book, hold_ids: list[int], line_ids: list[int]
) -> None:
    """These holds and lines are what was acknowledged. The connections share the reading."""

    async def check_part(connection: Connection, start: int) -> None:
        for hold_id in hold_ids[start :: len(connections)]:
            expect_hold(f"hold {hold_id}", await connection.hold(hold_id), book.holds[hold_id])
        for line_id in line_ids[start :: len(connections)]:
            line = await connection.line(line_id)
            check_invariant(line)
            book.tallies[line_id].check(line)

    await asyncio.gather(*(check_part(c, start) for start, c in enumerate(connections)))


class Directory:
    """A data directory with its server, killed again and again."""

    def __init__(self, data: Path, generator: random.Random, summary: Summary) -> None:
        self.data = data
        self.random = generator
        self.summary = summary
        self.book = Book()
        self.server = Server(data)
        self.applications = approved_applications(self.server.address)
        self.connections: list[Connection] = []
        self.rounds = 0
        #: The portfolio limits: of everything, and of each round.
        self.book_limit_id = 0
        self.round_limit_id = 0

    async def set_portfolio_limits(self) -> None:
        """Two limits; they enforce when their count of the lines that there are is over."""
        found = []
        for dimension, bound in (("tenant", BOOK_LIMIT_MINOR), (ROUND_LABEL, ROUND_LIMIT_MINOR)):
            request = portfolio.SetPortfolioLimitRequest(
                request_id=new_request_id(),
                scope=[portfolio.ScopeTerm(dimension=dimension)],
                measure=portfolio.PORTFOLIO_MEASURE_USED,
                amount_minor=bound,
                currency="EUR",
                period=portfolio.PORTFOLIO_PERIOD_ABSOLUTE,
                attribution=ATTRIBUTION,
            )
            reply = await self.connections[0].ask("SetPortfolioLimit", request)
            found.append(reply.limit.portfolio_limit_id)
        self.book_limit_id, self.round_limit_id = found
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while not await self._all_enforce():
            if time.monotonic() > deadline:
                raise CrashError("a portfolio limit never enforces")

    async def _all_enforce(self) -> bool:
        request = portfolio.ListPortfolioLimitsRequest()
        listed = (await self.connections[0].ask("ListPortfolioLimits", request)).limits
        return all(limit.status == portfolio.PORTFOLIO_STATUS_ENFORCING for limit in listed)

    def labels(self) -> tuple[common.Label, ...]:
        """What the holds of this round are labelled with."""
        return (common.Label(name=ROUND_LABEL, value=str(self.rounds)),)

    async def check_exposures(self, lines: list[int], came_back_minor: int) -> None:
        """Both limits have counted what lines use; `lines` are those of the round.

        `came_back_minor` of it are drawn again because a repayment was taken back.
        """
        tallies = self.book.tallies
        whole = sum(tally.used_minor for tally in tallies.values())
        of_round = sum(tallies[line_id].used_minor for line_id in lines)
        cases = [(self.book_limit_id, (), whole), (self.round_limit_id, self.labels(), of_round)]
        for limit_id, keys, expected in cases:
            request = portfolio.GetExposureRequest(portfolio_limit_id=limit_id, keys=keys)
            reply = await self.connections[0].ask("GetExposure", request)
            expect_equal(f"exposure {keys}", reply.exposure.amount_minor, expected)
        if of_round > ROUND_LIMIT_MINOR + came_back_minor:
            raise CrashError(f"the round's limit is over-issued: {of_round}")

    async def connect(self) -> None:
        """A connection for each caller to the server that runs now."""
        for connection in self.connections:
            await connection.close()
        self.connections = [Connection(self.server.address) for _ in range(CALLER_COUNT)]

    async def round(self) -> str:
        """Load, kill, restart, check; returns a line of what happened."""
        if not self.connections:
            await self.connect()
            await self.set_portfolio_limits()
        self.rounds += 1
        # Copies of numbers only: the lines and holds of earlier rounds are the book's.
        earlier_holds, earlier_lines = list(self.book.holds), list(self.book.tallies)
        callers = await self._callers()
        await self._load_and_kill(callers)
        recovery_seconds = await self.restart()
        kinds = [o.kind for c in callers for o in c.operations if o.reply is not None]
        answered = len(kinds)
        unknown = await self._check(callers, earlier_holds, earlier_lines)
        self.summary.kills += 1
        self.summary.acknowledged += answered
        self.summary.kinds.update(kinds)
        self.summary.unknown += unknown
        outcomes = [o.reply.outcome for c in callers for o in c.operations if o.kind == "Reserve"]
        self.summary.line_refusals += outcomes.count(common.LIMIT_OUTCOME_LIMIT_EXCEEDED)
        full = common.LIMIT_OUTCOME_PORTFOLIO_LIMIT_EXCEEDED
        self.summary.portfolio_refusals += outcomes.count(full)
        return (
            f"killed: {answered} acknowledged, "
            f"{unknown} unanswered, recovered in {recovery_seconds:.2f} s"
        )

    async def _callers(self) -> list[Caller]:
        """The callers of a round, with new lines."""
        count = HOT_LINE_COUNT + COOL_LINE_COUNT
        shared = await open_lines(self.connections[0], self.book, self.applications, count)
        chosen = shared[:HOT_LINE_COUNT] * HEAT + shared[HOT_LINE_COUNT:]
        return [
            Caller(
                self.random.getrandbits(64),
                self.book,
                chosen,
                self.applications,
                has_own_line=number < OWN_LINE_COUNT,
                labels=self.labels(),
            )
            for number in range(CALLER_COUNT)
        ]

    async def _load_and_kill(self, callers: list[Caller]) -> None:
        await asyncio.gather(*(c.channel.channel_ready() for c in self.connections))
        tasks = [
            asyncio.create_task(caller.run(connection))
            for caller, connection in zip(callers, self.connections)
        ]
        await until_answered(callers, self.random.randint(*KILL_AFTER_ANSWERS), tasks)
        # Not right behind an answer each time: the moment itself is random.
        await asyncio.sleep(self.random.uniform(0, KILL_DELAY_SECONDS_MAX))
        early = [task for task in tasks if task.done()]
        self.server.process.kill()
        await asyncio.gather(*tasks)
        if early:
            raise CrashError(f"{len(early)} callers lost the server before it was killed")
        await asyncio.to_thread(self.server.kill)

    async def restart(self) -> float:
        """Starts the server again and connects; returns how long the start took, seconds."""
        started = time.monotonic()
        self.server = await asyncio.to_thread(Server, self.data)
        seconds = time.monotonic() - started
        self.summary.recovery_seconds_max = max(self.summary.recovery_seconds_max, seconds)
        await self.connect()
        return seconds

    async def _check(
        self, callers: list[Caller], earlier_holds: list[int], earlier_lines: list[int]
    ) -> int:
        """All checks of one restart; returns how many requests had no answer."""
        book, known, known_lines = self.book, set(earlier_holds), set(earlier_lines)
        in_doubt = {number for c in callers for o in c.unanswered for number in o.hold_ids}
        # Before anything is repeated: what nobody has in doubt stands as it was acknowledged.
        skipped = known | in_doubt
        certain = [number for number in book.holds if number not in skipped]
        await check_book(self.connections, book, certain, [])
        pairs = list(zip(callers, self.connections))
        unknown = await asyncio.gather(*(caller.resolve(c) for caller, c in pairs))
        await asyncio.gather(*(caller.repeat(c, REPEATS_PER_CALLER) for caller, c in pairs))
        known = known.union(certain) - in_doubt
        holds = [number for number in book.holds if number not in known]
        holds += self.random.sample(earlier_holds, min(EARLIER_COUNT, len(earlier_holds)))
        lines = [number for number in book.tallies if number not in known_lines]
        await self.check_exposures(lines, sum(caller.came_back_minor for caller in callers))
        lines += self.random.sample(earlier_lines, min(EARLIER_COUNT, len(earlier_lines)))
        await check_book(self.connections, book, holds, lines)
        self.summary.checked += len(certain) + len(holds) + len(lines)
        return sum(unknown)

    async def drain(self) -> None:
        """Stops the server as an operator does: its next start begins at a checkpoint."""
        await asyncio.to_thread(self.server.stop)
        await self.restart()

    async def close(self) -> None:
        """Reads everything that was ever acknowledged, then drains the last server."""
        holds, lines = list(self.book.holds), list(self.book.tallies)
        await check_book(self.connections, self.book, holds, lines)
        self.summary.checked += len(holds) + len(lines)
        for connection in self.connections:
            await connection.close()
        await asyncio.to_thread(self.server.stop)


async def run_rounds(
    folder: Path, rounds: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> Summary:
    """All rounds over directories in `folder`; CrashError names the seed and the round."""
    generator, summary, started = random.Random(seed), Summary(), time.monotonic()
    number = 0
    while number < rounds:
        directory = Directory(folder / f"data-{number}", generator, summary)
        try:
            for _ in range(min(ROUNDS_PER_DIRECTORY, rounds - number)):
                number += 1
                say(f"round {number} of {rounds}: {await directory.round()}")
                if number % ROUNDS_PER_CHECKPOINT == 0:
                    await directory.drain()
            await directory.close()
        except CrashError as error:
            raise CrashError(f"seed {seed}, round {number}: {error}") from None
        finally:
            if directory.server.process.poll() is None:
                directory.server.kill()
    summary.seconds = time.monotonic() - started
    return summary


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Kills riskd under load, restarts, checks.")
    parser.add_argument("--rounds", "--kills", dest="rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--quiet", action="store_true", help="only the summary")
    arguments = parser.parse_args()
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)

    def say(text: str) -> None:
        if not arguments.quiet:
            print(text, flush=True)

    with tempfile.TemporaryDirectory(prefix="riskd-crash-") as folder:
        try:
            summary = asyncio.run(run_rounds(Path(folder), arguments.rounds, seed, say))
        except CrashError as error:
            print(f"crash test failed: {error}", file=sys.stderr)
            return 1
    print(summary.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())

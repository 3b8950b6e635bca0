"""Statements and watches: every change once, in order, with running balances."""

from __future__ import annotations

import threading
import time
from typing import Any, Iterator

import grpc
import pytest

from demo.server import wait_for
from riskd_client import Client, RiskdError, attribution, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from tests import lender as lenders
from tests.lender import CARD, DONE, WHY, kinds, send
from tests.wire import expect_error

INVALID = grpc.StatusCode.INVALID_ARGUMENT
K = limits.EntryKind


def kind(entry: limits.StatementEntry) -> str:
    """The entry's kind without its prefix."""
    return K.Name(entry.kind).removeprefix("ENTRY_KIND_")


def lived(client: Client) -> int:
    """A line to which nearly everything has happened."""
    line_id = client.open_line(f"s-{new_request_id()}", CARD, money(10_000)).line.line_id
    first = client.reserve(line_id, money(1_000)).hold.hold_id
    drawing = client.commit(first, money(600)).entry_id
    second = client.reserve(line_id, money(50)).hold.hold_id
    client.extend_hold(second, ttl_seconds=60)
    client.release(second)
    client.post_charge(line_id, money(30), "FEE")
    client.reclassify(line_id, money(100), "PRINCIPAL", "FUTURE", "DUE")
    client.repay(line_id, money(80))
    client.reverse_entry(drawing, 200, "REFUND", attribution("ann", "GOODWILL", note="late"))
    client.change_limit(line_id, money(12_000), WHY, consent_ref="consent-9")
    send(
        client, "SetTemporaryLimit", line_id=line_id, amount=money(500),
        ends_at_micros=int((time.time() + 3_600) * 1e6), consent_ref="doc", attribution=WHY,
    )
    send(
        client, "Reprice", line_id=line_id, nominal_rate_ppm=1, applies_to=1,
        notice_ref="letter-3", attribution=WHY,
    )
    send(client, "Renew", line_id=line_id, renewal_date="2030-01-01", attribution=WHY)
    block = client.freeze("FRAUD", WHY, line_id=line_id, scope="NEW_HOLDS").block_id
    client.unfreeze(block, WHY, line_id=line_id)
    # Refusals are recorded, but change nothing.
    assert client.reserve(line_id, money(10**9)).outcome != DONE
    return line_id


def check_story(entries: list[limits.StatementEntry]) -> None:
    """Every entry's balances are those before and what it moved."""
    limit = temporary = held = 0
    debts: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        limit += entry.limit_change_minor
        temporary += entry.temporary_change_minor
        held += entry.held_change_minor
        for name, amount in kinds(entry.debt_changes).items():
            debts[name] = debts.get(name, 0) + amount
        principal = sum(v for k, v in debts.items() if k.startswith("PRINCIPAL"))
        charges = sum(debts.values()) - principal
        assert entry.version == number
        assert (entry.limit_minor, entry.held_minor) == (limit, held)
        assert (entry.principal_minor, entry.charges_minor) == (principal, charges)
        room = limit + temporary - held - entry.drawn_minor
        assert entry.available_minor - entry.over_limit_minor == room
        assert min(debts.values(), default=0) >= 0 and entry.time_micros > 0
    numbers = [entry.entry_id for entry in entries]
    assert numbers == sorted(set(numbers))


def test_the_story_of_a_line(lender: Client):
    line_id = lived(lender)
    entries = list(lender.statement(line_id))
    assert [kind(entry) for entry in entries] == [
        "OPENED", "RESERVED", "COMMITTED", "RESERVED", "EXTENDED", "RELEASED", "CHARGED",
        "RECLASSIFIED", "REPAID", "REVERSED", "LIMIT_CHANGED", "TEMPORARY_LIMIT_SET", "REPRICED",
        "RENEWED", "FROZEN", "UNFROZEN",
    ]
    check_story(entries)
    assert entries[0].entry_id == line_id and entries[0].limit_change_minor == 10_000
    assert (entries[2].hold_id, entries[2].held_change_minor) == (entries[1].hold_id, -1_000)
    assert kinds(entries[7].debt_changes) == {"PRINCIPAL_DUE": 100, "PRINCIPAL_FUTURE": -100}
    reversal = entries[9]
    assert reversal.reversed_entry_id == entries[2].entry_id
    assert reversal.reversal_kind == limits.REVERSAL_KIND_REFUND
    assert reversal.attribution == attribution("ann", "GOODWILL", note="late")
    assert entries[10].reference == "consent-9" and entries[12].reference == "letter-3"
    assert entries[14].attribution == WHY
    line = lender.line(line_id)
    last = entries[-1]
    assert (last.available_minor, last.version) == (line.available_minor, line.version)


def test_a_statement_resumes_anywhere_in_both_directions(lender: Client):
    line_id = lived(lender)
    whole = list(lender.statement(line_id))
    for place in range(len(whole)):
        cursor = whole[place].entry_id
        assert list(lender.statement(line_id, after_entry_id=cursor)) == whole[place + 1 :]
        newest = list(lender.statement(line_id, after_entry_id=cursor, newest_first=True))
        assert newest == whole[:place][::-1]
    assert list(lender.statement(line_id, newest_first=True)) == whole[::-1]
    for count in (1, 5, len(whole), 1_000):
        assert list(lender.statement(line_id, count_max=count)) == whole[:count]
        newest = list(lender.statement(line_id, count_max=count, newest_first=True))
        assert newest == whole[::-1][:count]


def test_a_long_statement_comes_in_pages(lender: Client):
    line_id = lender.open_line("s-long", CARD, money(10**6)).line.line_id
    operations = [
        limits.BatchOperation(action=limits.BATCH_ACTION_RESERVE, line_id=line_id, amount_minor=1)
    ]
    for _ in range(200):
        lender.batch(operations)
    entries = list(lender.statement(line_id))
    assert len(entries) == 201
    check_story(entries)
    middle = entries[99].entry_id
    assert list(lender.statement(line_id, after_entry_id=middle)) == entries[100:]
    newest = list(lender.statement(line_id, newest_first=True))
    assert newest == entries[::-1]


def test_operations_of_a_batch_on_one_line_are_one_entry(lender: Client):
    line_id = lender.open_line("s-batch", CARD, money(1_000)).line.line_id
    made = lender.batch(
        [
            limits.BatchOperation(action=1, line_id=line_id, amount_minor=100),
            limits.BatchOperation(action=1, line_id=line_id, amount_minor=5_000),
            limits.BatchOperation(action=6, line_id=line_id, amount_minor=7, component=3, age=2),
        ]
    )
    entry = list(lender.statement(line_id))[-1]
    assert kind(entry) == "BATCH" and entry.entry_id == made.first_entry_id
    assert (entry.held_change_minor, entry.charges_minor) == (100, 7)
    assert [
        (operation.entry_id, operation.action, operation.amount_minor)
        for operation in entry.operations
    ] == [(made.first_entry_id, 1, 100), (made.first_entry_id + 2, 6, 7)]


class Watch:
    """A watch that gathers what comes."""

    def __init__(self, entries: Iterator[Any]) -> None:
        self.entries: list[Any] = []
        self.error: RiskdError | None = None
        self._source = entries
        self._thread = threading.Thread(target=self._gather, daemon=True)
        self._thread.start()

    def _gather(self) -> None:
        try:
            for entry in self._source:
                self.entries.append(entry)
        except RiskdError as error:
            self.error = error

    def wait(self, count: int) -> list[Any]:
        """What came once there are `count` entries."""
        assert wait_for(lambda: len(self.entries) >= count, 10.0), (len(self.entries), self.error)
        return self.entries


def test_a_watch_sends_what_was_and_what_comes(lender: Client):
    line_id = lived(lender)
    past = list(lender.statement(line_id))
    watch = Watch(lender.watch_line(line_id))
    resumed = Watch(lender.watch_line(line_id, after_entry_id=past[7].entry_id))
    newest = Watch(lender.watch_line(line_id, from_newest=True))
    assert watch.wait(len(past)) == past
    assert resumed.wait(8) == past[8:]
    assert newest.wait(1) == past[-1:]
    hold = lender.reserve(line_id, money(5)).hold
    lender.release(hold.hold_id)
    now = list(lender.statement(line_id))
    assert watch.wait(len(past) + 2) == now
    assert resumed.wait(10) == now[8:]
    assert newest.wait(3) == now[-3:]
    # What came twice would stand before the next one.
    lender.reserve(line_id, money(5))
    last = list(lender.statement(line_id))
    assert watch.wait(len(now) + 1) == last and len(last) == len(now) + 1
    assert resumed.wait(len(last) - 8) == last[8:]
    assert newest.wait(4) == last[-4:]


def test_no_change_is_missed_or_repeated_while_others_write(lender: Client):
    line_id = lender.open_line("s-busy", CARD, money(10**9)).line.line_id
    writers = [
        threading.Thread(
            target=lambda: [lender.reserve(line_id, money(1)) for _ in range(100)]
        )
        for _ in range(4)
    ]
    watches = [Watch(lender.watch_line(line_id))]
    for number, writer in enumerate(writers):
        writer.start()
        watches.append(Watch(lender.watch_line(line_id)))
    for writer in writers:
        writer.join()
    whole = list(lender.statement(line_id))
    assert len(whole) == 401
    check_story(whole)
    for watch in watches:
        assert watch.wait(401) == whole


def test_an_expiry_is_watched(lender: Client):
    line_id = lender.open_line("s-expiry", CARD, money(100)).line.line_id
    watch = Watch(lender.watch_line(line_id, from_newest=True))
    watch.wait(1)
    lender.reserve(line_id, money(5), ttl_seconds=1)
    assert [kind(entry) for entry in watch.wait(3)] == ["OPENED", "RESERVED", "EXPIRED"]


def test_a_server_that_stops_ends_its_watches(tmp_path):
    with lenders.start(tmp_path) as server:
        with Client(server.address, lenders.KEY) as client:
            line_id = client.open_line("s", CARD, money(100)).line.line_id
            watch = Watch(client.watch_line(line_id))
            watch.wait(1)
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 10
            assert wait_for(lambda: watch.error is not None, 5.0)
            assert watch.error.code is grpc.StatusCode.UNAVAILABLE
    with lenders.start(tmp_path) as server:
        with Client(server.address, lenders.KEY) as client:
            client.reserve(line_id, money(5))
            last = watch.entries[-1].entry_id
            entries = list(client.statement(line_id, after_entry_id=last))
            assert [kind(entry) for entry in entries] == ["RESERVED"]
        server.stop()


BAD = [
    ({"after_entry_id": -1}, "COUNT_OUT_OF_RANGE", "after_entry_id"),
    ({"count_max": -1}, "COUNT_OUT_OF_RANGE", "count_max"),
    ({"count_max": 1_000_001}, "COUNT_OUT_OF_RANGE", "count_max"),
]


@pytest.mark.parametrize("fields, reason, field", BAD)
def test_bad_input(lender: Client, fields: dict, reason: str, field: str):
    line_id = lender.open_line("s-bad", CARD, money(100)).line.line_id
    expect_error(lambda: next(lender.statement(line_id, **fields)), INVALID, reason, field)
    if "count_max" not in fields:
        expect_error(lambda: next(lender.watch_line(line_id, **fields)), INVALID, reason, field)

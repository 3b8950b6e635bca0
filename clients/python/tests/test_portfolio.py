"""PortfolioService: limits over many lines, their counters and who crosses them."""

from __future__ import annotations

import datetime
import time
from typing import Callable, Iterator

import grpc
import pytest

from demo.book import read_applications, read_features, put_book
from demo.server import Server, wait_for
from riskd_client import Client, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2 as portfolio
from tests import lender as lenders
from tests.lender import CARD, DONE, LOAN, WHY, send
from tests.test_statement import Watch
from tests.wire import expect_error

O = common.LimitOutcome
INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
EXCEEDED = O.LIMIT_OUTCOME_PORTFOLIO_LIMIT_EXCEEDED
ENFORCING = portfolio.PORTFOLIO_STATUS_ENFORCING
Maker = Callable[..., int]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this file's own: a limit that asks for labels would disturb other tests."""
    with lenders.start(tmp_path_factory.mktemp("portfolio")) as running:
        yield running
        running.stop()


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    """The lender whose limits are tested."""
    with Client(server.address, lenders.KEY) as made:
        yield made


@pytest.fixture(scope="module")
def channel(server: Server) -> Iterator[Client]:
    """The same lender's web channel."""
    with Client(server.address, lenders.WEB_KEY) as made:
        yield made


@pytest.fixture(scope="module")
def stranger(server: Server) -> Iterator[Client]:
    """Another lender."""
    with Client(server.address, lenders.OTHER_KEY) as made:
        yield made


@pytest.fixture
def make(client: Client) -> Iterator[Maker]:
    """Makes limits that refuse, and pauses them at the end."""
    made: list[int] = []

    def one(scope: dict[str, str | None], **bound) -> int:
        reply = client.set_portfolio_limit(scope, WHY, **bound)
        assert reply.outcome == DONE
        made.append(reply.limit.portfolio_limit_id)
        assert wait_for(lambda: status(client, made[-1]) == ENFORCING, 5.0)
        return made[-1]

    yield one
    for number in made:
        client.pause_portfolio_limit(number, WHY)


def status(client: Client, number: int) -> int:
    """Where a limit stands."""
    return find(client, number).status


def find(client: Client, number: int) -> portfolio.PortfolioLimit:
    """One limit of the list."""
    return next(
        limit for limit in client.portfolio_limits() if limit.portfolio_limit_id == number
    )


def line(client: Client, limit: int = 10_000, currency: str = "EUR", product: str = CARD) -> int:
    """A new line of a customer of its own."""
    return client.open_line(f"p-{new_request_id()}", product, money(limit, currency)).line.line_id


def test_a_reserve_consumes_its_line_and_the_limit_or_neither(client: Client, make: Maker):
    number = make({"campaign": None}, amount_minor=1_000)
    one, two = line(client), line(client)
    assert client.reserve(one, money(600), labels={"campaign": "a"}).outcome == DONE
    refused = client.reserve(two, money(500), labels={"campaign": "a"})
    assert refused.outcome == EXCEEDED and not refused.HasField("hold")
    assert refused.refusal == common.PortfolioRefusal(portfolio_limit_id=number, available=400)
    assert refused.line.available_minor == 10_000
    other = client.reserve(two, money(500), labels={"campaign": "b"})
    assert other.outcome == DONE
    missing = client.reserve(two, money(1))
    assert missing.outcome == O.LIMIT_OUTCOME_LABEL_MISSING
    assert missing.refusal.missing_label == "campaign"
    full = client.reserve(two, money(10**6), labels={"campaign": "a"})
    assert full.outcome == O.LIMIT_OUTCOME_LIMIT_EXCEEDED, "the line comes before the portfolio"
    client.release(other.hold.hold_id)
    assert client.exposure(number, {"campaign": "b"}).amount_minor == 0


def test_exposures_are_the_sum_of_their_parts(client: Client, make: Maker):
    number = make({"shop": None}, amount_minor=10_000)
    lines = [line(client) for _ in range(3)]
    held: dict[str, int] = {}
    for step in range(30):
        shop, amount = f"s{step % 7}", 10 + step
        assert client.reserve(lines[step % 3], money(amount), labels={"shop": shop}).outcome == DONE
        held[shop] = held.get(shop, 0) + amount
    listed = client.exposures(number, page_size=3)
    assert {entry.keys[0].value: entry.amount_minor for entry in listed} == held
    for shop, amount in held.items():
        entry = client.exposure(number, {"shop": shop})
        assert (entry.amount_minor, entry.available) == (amount, 10_000 - amount)
        assert [(part.currency, part.amount_minor) for part in entry.parts] == [("EUR", amount)]
        assert entry in listed
    assert client.exposure(number, {"shop": "none"}).count == 0


def test_a_commit_keeps_and_a_repayment_frees(client: Client, make: Maker):
    number = make({"campaign": "kept"}, amount_minor=1_000)
    line_id = line(client)
    label = {"campaign": "kept"}
    hold = client.reserve(line_id, money(800), labels=label).hold.hold_id
    client.commit(hold, money(700))
    assert client.exposure(number).amount_minor == 700
    assert client.reserve(line_id, money(301), labels=label).outcome == EXCEEDED
    paid = client.repay(line_id, money(500))
    assert client.exposure(number).amount_minor == 200
    client.reverse_entry(paid.entry_id, 400, "RETURNED_PAYMENT", WHY)
    assert client.exposure(number).amount_minor == 600
    assert client.reserve(line_id, money(401), labels=label).outcome == EXCEEDED
    assert client.reserve(line_id, money(400), labels=label).outcome == DONE


def test_scopes_that_the_line_and_the_credential_give(client: Client, channel: Client, make: Maker):
    by_channel = make({"channel": "web", "partner": None}, amount_minor=500)
    line_id = line(channel)
    assert channel.reserve(line_id, money(400)).outcome == DONE
    assert channel.reserve(line_id, money(101)).outcome == EXCEEDED
    entry = client.exposure(by_channel, {"partner": "acme"})
    assert (entry.amount_minor, entry.level_percent) == (400, 80)
    assert [(key.dimension, key.value) for key in entry.keys] == [("partner", "acme")]
    client.pause_portfolio_limit(by_channel, WHY)
    subject = f"p-{new_request_id()}"
    first, second = (client.open_line(subject, CARD, money(1_000)).line.line_id for _ in "ab")
    by_customer = make({"customer": None}, amount_minor=300)
    assert client.reserve(first, money(200)).outcome == DONE
    assert client.reserve(second, money(101)).outcome == EXCEEDED
    entry = client.exposure(by_customer, {"customer": subject})
    assert entry.amount_minor == 200 and entry.keys[0].value == ""
    client.pause_portfolio_limit(by_customer, WHY)
    loan = make({"product": LOAN}, count=1)
    line_id = line(client, product=LOAN)
    assert client.reserve(line_id, money(1)).outcome == DONE
    refused = client.reserve(line_id, money(1))
    assert (refused.outcome, refused.refusal.available) == (EXCEEDED, 0)
    assert client.exposure(loan).count == 1


def test_a_group_of_connected_customers(client: Client, make: Maker):
    group = f"g-{new_request_id()}"
    number = make({"group": group}, amount_minor=500)
    members = [f"p-{new_request_id()}" for _ in range(3)]
    lines = [client.open_line(member, CARD, money(1_000)).line.line_id for member in members]
    client.reserve(lines[2], money(450))
    for member in members[:2]:
        assert client.set_customer_group(member, group, WHY).outcome == DONE
    assert client.reserve(lines[0], money(300)).outcome == DONE
    assert client.reserve(lines[1], money(201)).outcome == EXCEEDED
    client.set_customer_group(members[2], group, WHY)
    assert client.exposure(number).amount_minor == 750, "what is out moves along, over the limit"
    client.set_customer_group(members[2], "", WHY)
    assert client.exposure(number).amount_minor == 300


def test_what_is_granted(client: Client, make: Maker):
    campaign = {"campaign": f"c-{new_request_id()}"}
    number = make(dict(campaign), amount_minor=1_000, measure="GRANTED")
    opened = client.open_line("p-granted", CARD, money(600), labels=campaign)
    assert opened.outcome == DONE
    refused = client.open_line("p-granted", CARD, money(401), labels=campaign)
    assert refused.outcome == EXCEEDED and not refused.HasField("line")
    assert refused.refusal.available == 400
    line_id = opened.line.line_id
    assert client.change_limit(line_id, money(1_001), WHY, consent_ref="d").outcome == EXCEEDED
    fields = dict(line_id=line_id, consent_ref="d", attribution=WHY)
    end = {"ends_at_micros": int(time.time() * 1e6) + 10**10}
    raised = send(client, "SetTemporaryLimit", amount=money(401), **end, **fields)
    assert raised.outcome == EXCEEDED and raised.refusal.portfolio_limit_id == number
    renewed = send(client, "Renew", limit_minor=1_001, renewal_date="2030-01-01", **fields)
    assert renewed.outcome == EXCEEDED
    assert client.change_limit(line_id, money(1_000), WHY, consent_ref="d").outcome == DONE
    assert client.change_limit(line_id, money(0), WHY).outcome == DONE
    assert client.exposure(number).amount_minor == 0


def test_a_day_takes_what_was_reserved_in_it(client: Client, make: Maker):
    label = {"campaign": f"d-{new_request_id()}"}
    number = make(dict(label), amount_minor=1_000, period="DAY", time_zone="Pacific/Auckland")
    limit = find(client, number)
    assert (limit.time_zone, limit.period) == ("Pacific/Auckland", portfolio.PORTFOLIO_PERIOD_DAY)
    line_id = line(client)
    hold = client.reserve(line_id, money(700), labels=label).hold.hold_id
    client.commit(hold, money(500))
    client.repay(line_id, money(500))
    entry = client.exposure(number)
    assert entry.amount_minor == 500, "a repayment gives nothing back to the day"
    today = datetime.date.fromisoformat(entry.period_start)
    assert abs((today - datetime.date.today()).days) <= 1
    assert client.reserve(line_id, money(501), labels=label).outcome == EXCEEDED
    tomorrow = (time.time_ns() // 1_000) + 26 * 3_600 * 10**6
    assert client.exposure(number, at_micros=tomorrow).amount_minor == 0


def test_another_currency_needs_a_rate(client: Client, make: Maker):
    label = {"campaign": f"x-{new_request_id()}"}
    number = make(dict(label), amount_minor=1_000)
    dollars = line(client, currency="USD")
    refused = client.reserve(dollars, money(100, "USD"), labels=label)
    assert refused.outcome == O.LIMIT_OUTCOME_EXCHANGE_RATE_MISSING
    assert client.set_exchange_rate("USD", "EUR", 900_000_000, WHY).outcome == DONE
    assert client.reserve(dollars, money(1_001, "USD"), labels=label).outcome == DONE
    entry = client.exposure(number)
    assert entry.amount_minor == 901, "rounded up"
    assert not entry.rate_missing and entry.available == 99
    refused = client.reserve(dollars, money(111, "USD"), labels=label)
    assert refused.outcome == EXCEEDED
    assert refused.refusal.available == 110, "in the line's currency"
    assert client.reserve(dollars, money(110, "USD"), labels=label).outcome == DONE


def test_a_share_of_the_book(client: Client, make: Maker):
    label = {"campaign": f"h-{new_request_id()}"}
    share = portfolio.ShareBound(share_ppm=500_000, book_floor_minor=10**9)
    number = make(dict(label), share=share)
    limit = find(client, number)
    assert limit.share == share
    line_id = line(client, 10**9)
    refused = client.reserve(line_id, money(600_000_000), labels=label)
    assert refused.outcome == EXCEEDED
    assert client.reserve(line_id, money(400_000_000), labels=label).outcome == DONE


def test_a_limit_is_paused_replaced_and_listed(client: Client, make: Maker):
    label = {"campaign": f"q-{new_request_id()}"}
    number = make(dict(label), amount_minor=100)
    line_id = line(client)
    assert client.reserve(line_id, money(101), labels=label).outcome == EXCEEDED
    paused = client.pause_portfolio_limit(number, WHY)
    assert paused.limit.status == portfolio.PORTFOLIO_STATUS_PAUSED
    assert client.reserve(line_id, money(101), labels=label).outcome == DONE
    assert client.exposure(number).amount_minor == 101
    again = client.pause_portfolio_limit(number, WHY, paused=False)
    assert again.limit.version > paused.limit.version
    assert client.reserve(line_id, money(1), labels=label).outcome == EXCEEDED
    replaced = client.set_portfolio_limit(
        dict(label), WHY, amount_minor=500, portfolio_limit_id=number
    )
    assert replaced.limit.portfolio_limit_id == number
    assert replaced.limit.version > again.limit.version
    assert wait_for(lambda: status(client, number) == ENFORCING, 5.0)
    assert client.exposure(number).amount_minor == 101
    assert client.reserve(line_id, money(399), labels=label).outcome == DONE
    found = find(client, number)
    assert (found.amount_minor, found.currency) == (500, "EUR")
    term = found.scope[0]
    assert (term.dimension, term.value) == ("campaign", label["campaign"])
    assert term.value_number > 0


def test_a_limit_counts_what_was_there_before(client: Client, make: Maker):
    label = {"campaign": f"b-{new_request_id()}"}
    line_id = line(client)
    client.reserve(line_id, money(300), labels=label)
    client.commit(client.reserve(line_id, money(200), labels=label).hold.hold_id, money(200))
    number = make(dict(label), amount_minor=600)
    entry = client.exposure(number)
    assert (entry.amount_minor, entry.count, entry.level_percent) == (500, 2, 80)
    assert client.reserve(line_id, money(101), labels=label).outcome == EXCEEDED


def test_a_counter_is_watched(client: Client, make: Maker):
    label = {"campaign": f"w-{new_request_id()}"}
    number = make({"campaign": None}, amount_minor=1_000)
    line_id = line(client)
    client.reserve(line_id, money(100), labels=label)
    everything = Watch(client.watch_exposure(number, label))
    levels = Watch(client.watch_exposure(number, label, levels_only=True))
    everything.wait(1)
    last = 0
    for amount in (650, 60, 100, 90):
        last = client.reserve(line_id, money(amount), labels=label).hold.hold_id
    client.reserve(line_id, money(5), labels={"campaign": "another"})
    client.release(last)
    seen = everything.wait(6)
    assert [change.amount_minor for change in seen] == [100, 750, 810, 910, 1_000, 910]
    assert [change.level_percent for change in seen] == [0, 0, 80, 90, 100, 90]
    crossed = [change.level_percent for change in levels.wait(4)]
    assert crossed == [80, 90, 100, 90]
    resumed = Watch(client.watch_exposure(number, label, after_change_id=seen[2].change_id))
    assert resumed.wait(3) == seen[3:]
    newest = Watch(client.watch_exposure(number, label, from_newest=True))
    assert newest.wait(1)[0].amount_minor == 910


def test_a_decision_labels_its_subject(client: Client, make: Maker):
    applications = read_applications(12)
    for _ in put_book(client, read_features(), applications):
        pass
    number = make({"grade": None}, amount_minor=10**12)
    regional = make({"region": None}, amount_minor=10**12)
    held: dict[str, int] = {}
    for application in applications:
        reply = client.evaluate(
            application.subject_id, CARD, money(100_000), 12,
            hold=decisions.HoldOption(open_line=True),
        )
        if reply.HasField("hold"):
            held[reply.grade] = held.get(reply.grade, 0) + reply.hold.amount_minor
            names = {label.name for label in reply.hold.labels}
            assert {"grade", "region"} <= names
    assert held
    listed = client.exposures(number)
    assert {entry.keys[0].value: entry.amount_minor for entry in listed} == held
    assert sum(e.amount_minor for e in client.exposures(regional)) == sum(held.values())
    stranger_line = line(client)
    missing = client.reserve(stranger_line, money(1))
    assert missing.outcome == O.LIMIT_OUTCOME_LABEL_MISSING


def test_a_decision_that_meets_a_portfolio_limit_goes_to_a_person(client: Client, make: Maker):
    label = common.Label(name="campaign", value=f"e-{new_request_id()}")
    make({"campaign": label.value}, amount_minor=1)
    for application in read_applications(12):
        reply = client.evaluate(
            application.subject_id, CARD, money(100_000), 12,
            hold=decisions.HoldOption(open_line=True, labels=[label]),
        )
        assert not reply.HasField("hold")
        if any(reason.code == "PORTFOLIO_LIMIT_EXCEEDED" for reason in reply.reasons):
            assert reply.outcome == decisions.OUTCOME_REFER
            return
    raise AssertionError("no application came as far as its hold")


def test_everything_is_there_after_a_restart(tmp_path):
    label = {"campaign": "kept"}
    with lenders.start(tmp_path) as server:
        with Client(server.address, lenders.KEY) as client:
            number = client.set_portfolio_limit({"campaign": None}, WHY, amount_minor=1_000)
            number = number.limit.portfolio_limit_id
            assert wait_for(lambda: status(client, number) == ENFORCING, 5.0)
            line_id = line(client)
            first = client.reserve(line_id, money(600), labels=label)
            before = client.exposures(number), client.portfolio_limits(), client.line(line_id)
        server.kill()
    for _ in range(2):
        with lenders.start(tmp_path) as server:
            with Client(server.address, lenders.KEY) as client:
                now = client.exposures(number), client.portfolio_limits(), client.line(line_id)
                assert now == before
                assert client.hold(first.hold.hold_id) == first.hold
                assert client.reserve(line_id, money(401), labels=label).outcome == EXCEEDED
            server.stop()


def test_another_tenants_limits_are_unknown(client: Client, stranger: Client, make: Maker):
    number = make(scope := {"tenant": None}, amount_minor=10**15)
    assert client.exposure(number).count > 0
    for call in (
        lambda: stranger.exposure(number),
        lambda: stranger.exposures(number),
        lambda: stranger.pause_portfolio_limit(number, WHY),
        lambda: next(stranger.watch_exposure(number)),
        lambda: stranger.set_portfolio_limit(scope, WHY, count=1, portfolio_limit_id=number),
    ):
        expect_error(call, NOT_FOUND, "PORTFOLIO_LIMIT_UNKNOWN", "portfolio_limit_id")
    assert stranger.portfolio_limits() == []


def test_keys_name_every_open_part_once(client: Client, make: Maker):
    number = make({"campaign": None, "shop": None, "brand": "b"}, amount_minor=10)
    for keys in ({}, {"campaign": "a"}, {"campaign": "a", "shop": "s", "brand": "b"}):
        for read in (client.exposure, lambda *scope: next(client.watch_exposure(*scope))):
            expect_error(lambda: read(number, keys), INVALID, "SCOPE_INVALID", "keys")
    assert client.exposure(number, {"shop": "s", "campaign": "a"}).amount_minor == 0

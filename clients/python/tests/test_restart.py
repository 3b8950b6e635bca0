"""What was acknowledged is there after a restart, drained or killed."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from demo.book import PRODUCT, put_book, read_applications, read_features
from demo.server import DEMO_KEY, Server, wait_for
from riskd_client import Client, entity, link, money, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions

SUBJECTS = 20


class Written:
    """One of everything, written; `read` reads it all back."""

    def __init__(self, client: Client) -> None:
        self.applications = read_applications(SUBJECTS)
        for _ in put_book(client, read_features(), self.applications):
            pass
        first, second = (entity("PERSON", a.subject_id) for a in self.applications[:2])
        phone = entity("PHONE", "s-phone")
        client.put_links([link(first, "USES", phone), link(second, "USES", phone)])
        client.mark_entity(second, "BLOCKED", "chargebacks")
        self.line_ids: list[int] = []
        self.hold_ids: list[int] = []
        self.decision_ids: list[int] = []
        self.repeats: list[tuple[Callable[..., Any], Any]] = []
        self._lines(client)
        self._decisions(client)

    def _lines(self, client: Client) -> None:
        opened = client.open_line("s-subject", PRODUCT, money(50_000)).line
        self.line_ids.append(opened.line_id)
        for _ in range(6):
            self.line_ids.append(client.open_line("s-subject", PRODUCT, money(100)).line.line_id)
        holds = [client.reserve(opened.line_id, money(1_000 + n)).hold for n in range(5)]
        for n in range(8):
            self.hold_ids.append(client.reserve(opened.line_id, money(10 + n)).hold.hold_id)
        client.commit(holds[0].hold_id, money(1_000))
        client.commit(holds[1].hold_id, money(400), keep_rest=True)
        client.release(holds[2].hold_id)
        client.repay(opened.line_id, money(250))
        self.hold_ids += [holds[1].hold_id, holds[3].hold_id, holds[4].hold_id]
        request_id = new_request_id()

        def again(caller: Client):
            return caller.reserve(opened.line_id, money(77), request_id=request_id)

        self.repeats.append((again, again(client)))

    def _decisions(self, client: Client) -> None:
        for application in self.applications:
            request_id = new_request_id()

            def again(caller: Client, application=application, request_id=request_id):
                return caller.evaluate(
                    application.subject_id,
                    PRODUCT,
                    application.amount,
                    application.term_months,
                    hold=decisions.HoldOption(open_line=True),
                    request_id=request_id,
                )

            reply = again(client)
            self.repeats.append((again, reply))
            self.decision_ids.append(reply.decision_id)
            if reply.HasField("hold"):
                self.hold_ids.append(reply.hold.hold_id)
                self.line_ids.append(reply.line.line_id)

    def read(self, client: Client) -> list[Any]:
        """Everything as it is now."""
        subjects = [application.subject_id for application in self.applications]
        found: list[Any] = [client.line(number) for number in self.line_ids]
        found += [client.hold(number) for number in self.hold_ids]
        for number in self.line_ids:
            # Page by page, and every one of them.
            found += client.holds(number, page_size=3)
        found += client.lines("s-subject")
        found += [client.decision(number) for number in self.decision_ids]
        found += [client.get_features(subject) for subject in subjects]
        found += [client.signals(subject) for subject in subjects]
        found += [client.score(subject, "german_trees") for subject in subjects]
        found += client.list_features()
        return found


@pytest.mark.parametrize("how", ["drained", "killed"])
def test_everything_is_there_after_a_restart(start: Callable[..., Server], how: str):
    server = start()
    with Client(server.address, DEMO_KEY) as client:
        written = Written(client)
        before = written.read(client)
    assert len(written.hold_ids) > 4
    for _ in range(2):
        if how == "drained":
            server.stop()
        else:
            server.kill()
        server = start()
        with Client(server.address, DEMO_KEY) as client:
            assert written.read(client) == before
            for again, reply in written.repeats:
                assert again(client).SerializeToString() == reply.SerializeToString()
            assert written.read(client) == before
    with Client(server.address, DEMO_KEY) as client:
        assert client.open_line("s-subject", PRODUCT, money(1)).line.line_id not in (
            written.line_ids
        )
    server.stop()


def test_holds_expire_while_the_server_is_down(start: Callable[..., Server]):
    server = start()
    with Client(server.address, DEMO_KEY) as client:
        line_id = client.open_line("s-subject", PRODUCT, money(1_000)).line.line_id
        hold_id = client.reserve(line_id, money(600), ttl_seconds=1).hold.hold_id
    server.kill()
    server = start()
    with Client(server.address, DEMO_KEY) as client:
        assert wait_for(lambda: client.line(line_id).available_minor == 1_000, 5.0)
        late = client.commit(hold_id, money(600))
        assert late.outcome == common.LIMIT_OUTCOME_HOLD_EXPIRED
    server.stop()


def test_the_client_rides_over_a_restart(start: Callable[..., Server]):
    server = start()
    port = server.port
    with Client(server.address, DEMO_KEY, timeout_seconds=30) as client:
        line_id = client.open_line("s-subject", PRODUCT, money(1_000)).line.line_id
        server.stop()
        server = start(port=port)
        assert client.reserve(line_id, money(10)).outcome == common.LIMIT_OUTCOME_DONE
        assert client.line(line_id).held_minor == 10
    server.stop()

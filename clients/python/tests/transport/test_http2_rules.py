"""The checks of the public suite h2spec, in our own words, one test a check.

The suite makes plain requests: that a gRPC server answers GET with 405 is fine, but some checks
hold the window shut and then want a byte, so the 405 must have a body.
"""

from __future__ import annotations

from typing import Callable

import pytest

from tests.transport import generic_rules, hpack_rules, http2_rules
from tests.transport.frames import Connection
from tests.transport.rules import Rule

RULES = generic_rules.RULES + http2_rules.RULES + hpack_rules.RULES
#: One that the suite asks for in its strict mode only.
STRICT = "http2/5.4.1/2"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule(open_either: Callable[..., Connection], rule: Rule):
    with open_either() as connection:
        if rule.greets:
            connection.handshake()
        rule.send(connection)
        rule.end(connection)


def test_every_check_of_the_suite_is_here():
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert len(set(ids) - {STRICT}) == 146

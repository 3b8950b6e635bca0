"""PortfolioService: bad input of every field is named, and changes nothing."""

from __future__ import annotations

import grpc
import pytest

from riskd_client import Client, new_request_id
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2 as portfolio
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2_grpc as portfolio_grpc
from tests.lender import WHY
from tests.wire import expect_error

INVALID = grpc.StatusCode.INVALID_ARGUMENT

GOOD = {
    "SetPortfolioLimit": {
        "scope": [portfolio.ScopeTerm(dimension="campaign", value="bad-input")],
        "measure": 1, "amount_minor": 5, "currency": "EUR", "period": 1, "attribution": WHY,
    },
    "PausePortfolioLimit": {"portfolio_limit_id": 1, "attribution": WHY},
    "SetExchangeRate": {
        "from_currency": "USD", "to_currency": "EUR", "rate_ppb": 5, "attribution": WHY,
    },
    "SetCustomerGroup": {"subject_id": "s", "attribution": WHY},
    "ListPortfolioLimits": {},
    "ListExposures": {"portfolio_limit_id": 1},
    "GetExposure": {"portfolio_limit_id": 1},
}


def scope(*names: str, value: str = "v") -> list[portfolio.ScopeTerm]:
    """Terms with these dimensions."""
    return [portfolio.ScopeTerm(dimension=name, value=value) for name in names]


SET = "SetPortfolioLimit"
BAD = [
    (SET, {"scope": None}, "FIELD_MISSING", "scope"),
    (SET, {"scope": scope("a", "b", "c", "d", "e")}, "TOO_MANY_ITEMS", "scope"),
    (SET, {"scope": scope("")}, "FIELD_MISSING", "scope"),
    (SET, {"scope": scope("n" * 65)}, "TEXT_TOO_LONG", "scope"),
    (SET, {"scope": scope("a", value="v" * 129)}, "TEXT_TOO_LONG", "scope"),
    (SET, {"scope": scope("a", "a")}, "SCOPE_INVALID", "scope"),
    (SET, {"scope": scope("tenant")}, "SCOPE_INVALID", "scope"),
    (SET, {"measure": 0}, "FIELD_MISSING", "measure"),
    (SET, {"measure": 3}, "CHOICE_UNKNOWN", "measure"),
    (SET, {"amount_minor": None}, "FIELD_MISSING", "amount_minor"),
    (SET, {"amount_minor": -1}, "AMOUNT_NOT_POSITIVE", "amount_minor"),
    (SET, {"amount_minor": 10**15 + 1}, "AMOUNT_TOO_LARGE", "amount_minor"),
    (SET, {"amount_minor": None, "count": -1}, "COUNT_OUT_OF_RANGE", "count"),
    (
        SET, {"amount_minor": None, "share": portfolio.ShareBound()},
        "RATE_OUT_OF_RANGE", "share.share_ppm",
    ),
    (
        SET, {"amount_minor": None, "share": portfolio.ShareBound(share_ppm=1), "period": 2},
        "FIELD_UNEXPECTED", "share",
    ),
    (SET, {"currency": "EURO"}, "CURRENCY_UNKNOWN", "currency"),
    (SET, {"period": 0}, "FIELD_MISSING", "period"),
    (SET, {"period": 2, "time_zone": "Mars/Olympus"}, "TIME_ZONE_UNKNOWN", "time_zone"),
    (SET, {"time_zone": "Europe/Berlin"}, "FIELD_UNEXPECTED", "time_zone"),
    (SET, {"attribution": None}, "FIELD_MISSING", "attribution"),
    ("PausePortfolioLimit", {"attribution": None}, "FIELD_MISSING", "attribution"),
    ("SetExchangeRate", {"from_currency": "XX"}, "CURRENCY_UNKNOWN", "from_currency"),
    ("SetExchangeRate", {"to_currency": ""}, "CURRENCY_UNKNOWN", "to_currency"),
    ("SetExchangeRate", {"to_currency": "USD"}, "CURRENCY_UNKNOWN", "to_currency"),
    ("SetExchangeRate", {"rate_ppb": 0}, "RATE_OUT_OF_RANGE", "rate_ppb"),
    ("SetExchangeRate", {"rate_ppb": 10**15 + 1}, "RATE_OUT_OF_RANGE", "rate_ppb"),
    ("SetCustomerGroup", {"subject_id": ""}, "FIELD_MISSING", "subject_id"),
    ("SetCustomerGroup", {"group_id": "g" * 129}, "TEXT_TOO_LONG", "group_id"),
    ("ListPortfolioLimits", {"page_size": 1_001}, "COUNT_OUT_OF_RANGE", "page_size"),
    ("ListPortfolioLimits", {"page_token": "0"}, "PAGE_TOKEN_INVALID", "page_token"),
    ("ListExposures", {"page_token": "1.2.3"}, "PAGE_TOKEN_INVALID", "page_token"),
    ("GetExposure", {"at_micros": -1}, "TIME_OUT_OF_RANGE", "at_micros"),
]


@pytest.mark.parametrize("method, change, reason, field", BAD)
def test_bad_input(lender: Client, method: str, change: dict, reason: str, field: str):
    fields = {key: value for key, value in (GOOD[method] | change).items() if value is not None}
    request_type = getattr(portfolio, f"{method}Request")
    if "request_id" in request_type.DESCRIPTOR.fields_by_name:
        fields["request_id"] = new_request_id()
    stub = portfolio_grpc.PortfolioServiceStub(lender.channel)
    call = lambda: lender.call(getattr(stub, method), request_type(**fields))
    expect_error(call, INVALID, reason, field)

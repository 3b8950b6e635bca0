"""Every method that writes: a request that succeeds, and another payload that is right as well."""

from __future__ import annotations

import importlib
import pkgutil
import time
from typing import Any, Callable, NamedTuple

from google.protobuf.descriptor import MethodDescriptor

from demo.book import PRODUCT
from demo.server import wait_for
from riskd_client import Client, attribution, entity, link, money
from riskd_client.client import feature_value
from riskd_client.generated.creditrisk import v1
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2 as portfolio

WHY = attribution("jo", "TEST")
#: What a method that only reads is called. Any other name is a write's.
READING = ("Get", "List", "Watch", "Score")


class Write(NamedTuple):
    """A row of the table."""

    path: str
    #: Makes the request; the text is new each time.
    make: Callable[[Client, str], Any]
    #: Makes it another one.
    change: Callable[[Any], None]

    @property
    def name(self) -> str:
        """The method's."""
        return self.path.rpartition("/")[2]


def methods() -> list[MethodDescriptor]:
    """Every method of every service that was generated."""
    names = [module.name for module in pkgutil.iter_modules(v1.__path__)]
    files = [
        importlib.import_module(f"{v1.__name__}.{name}").DESCRIPTOR
        for name in names
        if name.endswith("_pb2")
    ]
    services = [one for file in files for one in file.services_by_name.values()]
    return [method for service in services for method in service.methods]


def path_of(method: MethodDescriptor) -> str:
    """How it is called."""
    return f"/{method.containing_service.full_name}/{method.name}"


def drawn_line(client: Client) -> common.Line:
    """A line with 500 drawn of 10,000."""
    return drawing(client).line


def drawing(client: Client) -> limits.CommitResponse:
    """The commit of that."""
    line = client.open_line("r-subject", PRODUCT, money(10_000)).line
    hold = client.reserve(line.line_id, money(500)).hold
    return client.commit(hold.hold_id, money(500))


def line_id(client: Client) -> int:
    """A new line of 10,000."""
    return client.open_line("r-subject", PRODUCT, money(10_000)).line.line_id


def held(client: Client) -> int:
    """A new hold of 100 on a line of its own."""
    return client.reserve(line_id(client), money(100)).hold.hold_id


def frozen(client: Client) -> limits.FreezeResponse:
    """A block on a line of its own."""
    return client.freeze("POLICY", WHY, line_id=line_id(client))


def put_features(subject: str) -> features.PutFeaturesRequest:
    """Stores a duration; `subject` tells requests apart."""
    row = features.FeatureRow(subject_id=subject, values=[feature_value("duration_months", 9)])
    return features.PutFeaturesRequest(rows=[row])


def register(name: str) -> features.RegisterFeaturesRequest:
    """Registers one number."""
    definition = features.FeatureDefinition(name=name, type=features.FEATURE_TYPE_NUMBER)
    return features.RegisterFeaturesRequest(features=[definition])


def put_links(phone: str) -> graph.PutLinksRequest:
    """Links one phone."""
    made = link(entity("PERSON", "r-person"), "USES", entity("PHONE", phone))
    return graph.PutLinksRequest(links=[made])


def evaluate() -> decisions.EvaluateRequest:
    """A decision with a hold."""
    return decisions.EvaluateRequest(
        subject_id="applicant-0000",
        product=PRODUCT,
        amount=money(100_000),
        term_months=12,
        hold=decisions.HoldOption(open_line=True),
    )


def portfolio_limit() -> portfolio.SetPortfolioLimitRequest:
    """A limit that nothing else in these tests meets."""
    return portfolio.SetPortfolioLimitRequest(
        scope=[portfolio.ScopeTerm(dimension="product", value="r-none")],
        measure=portfolio.PORTFOLIO_MEASURE_USED,
        amount_minor=1_000,
        currency="EUR",
        period=portfolio.PORTFOLIO_PERIOD_ABSOLUTE,
        attribution=WHY,
    )


def portfolio_limit_id(client: Client) -> int:
    """Such a limit, made and done with its counting."""
    scope = {"product": "r-none"}
    number = client.set_portfolio_limit(scope, WHY, amount_minor=1_000).limit.portfolio_limit_id
    wait_until_counted(client)
    return number


def wait_until_counted(client: Client) -> None:
    """A limit that counts makes records of its own until it is done."""
    counting = portfolio.PORTFOLIO_STATUS_COUNTING
    assert wait_for(lambda: all(one.status != counting for one in client.portfolio_limits()), 5.0)


def seconds_from_now(seconds: int) -> int:
    """Microseconds since 1970 UTC."""
    return time.time_ns() // 1_000 + seconds * 1_000_000


def another(**fields: Any) -> Callable[[Any], None]:
    """Gives plain fields other values."""

    def change(request: Any) -> None:
        for name, value in fields.items():
            setattr(request, name, value)

    return change


def another_amount(request: Any) -> None:
    """One minor unit more."""
    request.amount.amount_minor += 1


LIMITS, PORTFOLIO = "/creditrisk.v1.LimitService/", "/creditrisk.v1.PortfolioService/"

OF_HOLDS = [
    Write(
        LIMITS + "Reserve",
        lambda c, t: limits.ReserveRequest(line_id=drawn_line(c).line_id, amount=money(7)),
        another_amount,
    ),
    Write(
        LIMITS + "ExtendHold",
        lambda c, t: limits.ExtendHoldRequest(hold_id=held(c), ttl_seconds=60),
        another(ttl_seconds=61),
    ),
    Write(
        LIMITS + "Commit",
        lambda c, t: limits.CommitRequest(hold_id=held(c), amount=money(7), keep_rest=True),
        another_amount,
    ),
    Write(
        LIMITS + "Release",
        lambda c, t: limits.ReleaseRequest(hold_id=held(c)),
        lambda r: r.attribution.CopyFrom(WHY),
    ),
]

OF_DEBTS = [
    Write(
        LIMITS + "PostCharge",
        lambda c, t: limits.PostChargeRequest(
            line_id=line_id(c),
            amount=money(7),
            component=common.DEBT_COMPONENT_FEE,
            age=common.DEBT_AGE_DUE,
        ),
        another_amount,
    ),
    Write(
        LIMITS + "Repay",
        lambda c, t: limits.RepayRequest(line_id=drawn_line(c).line_id, amount=money(7)),
        another_amount,
    ),
    Write(
        LIMITS + "ReverseEntry",
        lambda c, t: limits.ReverseEntryRequest(
            entry_id=drawing(c).entry_id,
            amount_minor=7,
            kind=limits.REVERSAL_KIND_REFUND,
            attribution=WHY,
        ),
        another(amount_minor=8),
    ),
    Write(
        LIMITS + "BatchApply",
        lambda c, t: limits.BatchApplyRequest(
            operations=[
                limits.BatchOperation(
                    action=limits.BATCH_ACTION_RESERVE, line_id=line_id(c), amount_minor=7
                )
            ],
            currency="EUR",
        ),
        lambda r: r.operations.append(r.operations[0]),
    ),
]

OF_LINES = [
    Write(
        LIMITS + "OpenLine",
        lambda c, t: limits.OpenLineRequest(subject_id=t, product=PRODUCT, limit=money(100)),
        lambda r: r.limit.CopyFrom(money(101)),
    ),
    Write(
        LIMITS + "ChangeLimit",
        lambda c, t: limits.ChangeLimitRequest(
            line_id=line_id(c), limit=money(9_000), attribution=WHY
        ),
        lambda r: r.limit.CopyFrom(money(9_001)),
    ),
    Write(
        LIMITS + "SetTemporaryLimit",
        lambda c, t: limits.SetTemporaryLimitRequest(
            line_id=line_id(c),
            amount=money(50),
            ends_at_micros=seconds_from_now(86_400),
            consent_ref="consent",
            attribution=WHY,
        ),
        another_amount,
    ),
    Write(
        LIMITS + "Reprice",
        lambda c, t: limits.RepriceRequest(
            line_id=line_id(c),
            nominal_rate_ppm=90_000,
            applies_to=limits.REPRICE_SCOPE_ALL,
            notice_ref="notice",
            attribution=WHY,
        ),
        another(nominal_rate_ppm=91_000),
    ),
    Write(
        LIMITS + "Renew",
        lambda c, t: limits.RenewRequest(
            line_id=line_id(c), renewal_date="2031-02-28", attribution=WHY
        ),
        another(renewal_date="2031-03-01"),
    ),
    Write(
        LIMITS + "Freeze",
        lambda c, t: limits.FreezeRequest(
            line_id=line_id(c),
            cause=common.BLOCK_CAUSE_FRAUD,
            scope=common.BLOCK_SCOPE_ALL,
            pending_holds=limits.PENDING_HOLDS_KEEP,
            attribution=WHY,
        ),
        another(cause=common.BLOCK_CAUSE_LEGAL),
    ),
    Write(
        LIMITS + "Unfreeze",
        lambda c, t: (
            lambda block: limits.UnfreezeRequest(
                line_id=block.line.line_id, block_id=block.block_id, attribution=WHY
            )
        )(frozen(c)),
        lambda r: r.attribution.reason_codes.append("ANOTHER"),
    ),
    Write(
        LIMITS + "WriteOff",
        lambda c, t: limits.WriteOffRequest(line_id=drawn_line(c).line_id, attribution=WHY),
        lambda r: r.attribution.reason_codes.append("ANOTHER"),
    ),
    Write(
        LIMITS + "CloseLine",
        lambda c, t: limits.CloseLineRequest(line_id=line_id(c), attribution=WHY),
        lambda r: r.attribution.reason_codes.append("ANOTHER"),
    ),
]

OF_PORTFOLIOS = [
    Write(
        PORTFOLIO + "SetPortfolioLimit",
        lambda c, t: portfolio_limit(),
        another(amount_minor=1_001),
    ),
    Write(
        PORTFOLIO + "PausePortfolioLimit",
        lambda c, t: portfolio.PausePortfolioLimitRequest(
            portfolio_limit_id=portfolio_limit_id(c), paused=True, attribution=WHY
        ),
        another(paused=False),
    ),
    Write(
        PORTFOLIO + "SetExchangeRate",
        lambda c, t: portfolio.SetExchangeRateRequest(
            from_currency="ISK", to_currency="SEK", rate_ppb=80_000_000, attribution=WHY
        ),
        another(rate_ppb=81_000_000),
    ),
    Write(
        PORTFOLIO + "SetCustomerGroup",
        lambda c, t: portfolio.SetCustomerGroupRequest(
            subject_id=t, group_id="r-group", attribution=WHY
        ),
        another(group_id="r-other"),
    ),
]

OF_OTHER_SERVICES = [
    Write(
        "/creditrisk.v1.FeatureService/RegisterFeatures",
        lambda c, t: register("r.feature"),
        lambda r: r.features[0].MergeFrom(register("r.other").features[0]),
    ),
    Write(
        "/creditrisk.v1.FeatureService/PutFeatures",
        lambda c, t: put_features(t),
        lambda r: r.rows[0].values[0].CopyFrom(feature_value("duration_months", 10)),
    ),
    Write(
        "/creditrisk.v1.GraphService/PutLinks",
        lambda c, t: put_links(t),
        lambda r: r.links[0].to.MergeFrom(entity("PHONE", "r-other")),
    ),
    Write(
        "/creditrisk.v1.GraphService/MarkEntity",
        lambda c, t: graph.MarkEntityRequest(entity=entity("PHONE", t), mark=5, reason="why"),
        another(reason="another"),
    ),
    Write(
        "/creditrisk.v1.DecisionService/Evaluate",
        lambda c, t: evaluate(),
        another(term_months=13),
    ),
]

WRITES = OF_HOLDS + OF_DEBTS + OF_LINES + OF_PORTFOLIOS + OF_OTHER_SERVICES

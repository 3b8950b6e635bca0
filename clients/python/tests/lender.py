"""Two lenders of their own beside the demo's: products, channels, labels."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from demo.book import DATA
from demo.server import Server
from riskd_client import Client, attribution, new_request_id
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import limit_service_pb2_grpc as limits_grpc

KEY, WEB_KEY, OTHER_KEY = "lender-two", "lender-two-web", "lender-three"
#: Revolving, charges beside the limit, the usual order of repayment.
CARD = "card"
#: Instalment: repaid principal does not return.
LOAN = "loan"
#: Revolving, charges use the limit, principal before charges.
FULL = "full"
WHY = attribution("jo", "TEST", note="a test")
DONE = common.LIMIT_OUTCOME_DONE


def configuration(folder: Path) -> Path:
    """A configuration of two lenders, written into `folder`."""
    policy = (DATA / "policy.yaml").read_text().replace(
        "products: [instalment]", f"products: [{CARD}, {LOAN}, {FULL}]"
    )
    (folder / "policy.yaml").write_text(policy)
    models = [DATA / "models" / name for name in ("german_scorecard.yaml", "german_trees.yaml")]
    tenants = "".join(
        f"""
  - number: {number}
    name: lender {number}
    keys: [{keys}]
    models: [{", ".join(map(str, models))}]
    policies: [policy.yaml]
    products:
      {LOAN}: {{kind: instalment}}
      {FULL}:
        charges_use_limit: true
        repay_order:
          - {{component: principal, age: overdue}}
          - {{component: principal, age: future}}
          - {{component: fee, age: due}}
    labels: {{region: credit_history, segment: savings_status}}"""
        for number, keys in (
            (2, f"{key('plain', KEY)}, {key('web', WEB_KEY, channel='web', partner='acme')}"),
            (3, key("plain", OTHER_KEY)),
        )
    )
    path = folder / "riskd.yaml"
    path.write_text(f"format: riskd-config/1\ntenants:{tenants}\n")
    return path


def key(name: str, secret: str, **labels: str) -> str:
    """A key of the configuration."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    rest = "".join(f", {what}: {value}" for what, value in labels.items())
    return f"{{name: {name}, sha256: {digest}{rest}}}"


def start(folder: Path) -> Server:
    """A server with the two lenders."""
    folder.mkdir(parents=True, exist_ok=True)
    return Server(folder / "data", extra=("--config", str(configuration(folder))))


def send(client: Client, method: str, **fields: Any) -> Any:
    """A call of LimitService by name; a write gets a new request_id."""
    request_type = getattr(limits, f"{method}Request")
    if "request_id" in request_type.DESCRIPTOR.fields_by_name:
        fields.setdefault("request_id", new_request_id())
    stub = limits_grpc.LimitServiceStub(client.channel)
    return client.call(getattr(stub, method), request_type(**fields))


def debts(line: common.Line) -> dict[str, int]:
    """What a line owes, such as {"FEE_DUE": 500}."""
    return kinds(line.debts)


def kinds(parts: Any) -> dict[str, int]:
    """Amounts by component and age."""
    return {
        common.DebtComponent.Name(part.component).removeprefix("DEBT_COMPONENT_")
        + "_"
        + common.DebtAge.Name(part.age).removeprefix("DEBT_AGE_"): part.amount_minor
        for part in parts
    }


def check(line: common.Line) -> common.Line:
    """The invariant of every line."""
    granted = line.limit_minor + line.temporary_minor
    assert line.available_minor - line.over_limit_minor + line.held_minor + line.drawn_minor == (
        granted
    ), line
    assert min(line.available_minor, line.over_limit_minor, line.held_minor, line.drawn_minor) >= 0
    owed = sum(part.amount_minor for part in line.debts)
    assert owed == line.principal_minor + line.charges_minor
    assert bool(line.over_limit_minor) == bool(line.over_limit_since_micros)
    return line

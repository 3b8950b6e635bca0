"""One application from start to end: python clients/python/examples/apply.py [ADDRESS] [KEY]

Run it against `make run`. It registers what the demo lender's policy reads, stores an applicant's
answers, asks for a decision that takes its amount at once, and draws it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from riskd_client import Client, RiskdError, money
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features

FEATURES = Path(__file__).resolve().parents[3] / "Sources" / "riskd" / "Demo" / "features.json"
APPLICANT = "example-applicant"
ANSWERS = {
    "checking_status": "no checking account",
    "duration_months": 24,
    "credit_history": "existing credits paid back duly till now",
    "purpose": "furniture/equipment",
    "credit_amount_dm": 2500.0,
    "savings_status": "100 <= ... < 500 DM",
    "employment_since": "4 <= ... < 7 years",
    "instalment_rate_percent": 2,
    "other_debtors": "none",
    "residence_since_years": 3,
    "property": "real estate",
    "other_instalment_plans": "none",
    "housing": "own",
    "existing_credits": 1,
    "job": "skilled employee / official",
    "dependants": 1,
    "telephone": "none",
}


def definitions() -> list[features.FeatureDefinition]:
    """The demo lender's features."""
    found = []
    for entry in json.loads(FEATURES.read_text(encoding="utf-8")):
        prohibited = f"PROHIBITED_BASIS_{entry['prohibited']}"
        definition = features.FeatureDefinition(
            name=entry["name"],
            type=features.FeatureType.Value(f"FEATURE_TYPE_{entry['type']}"),
            categories=entry["categories"],
            source=entry["source"],
            owner="demo lender",
            description=entry["description"],
            prohibited_basis=features.ProhibitedBasis.Value(prohibited),
            personal_data=True,
        )
        found.append(definition)
    return found


def apply(client: Client) -> None:
    """Asks for 2,500 euros over 24 months, and draws an approval."""
    client.register_features(definitions())
    client.put_values(APPLICANT, ANSWERS)
    option = decisions.HoldOption(open_line=True)
    reply = client.evaluate(APPLICANT, "instalment", money(2_500_00, "EUR"), 24, hold=option)
    print(decisions.Outcome.Name(reply.outcome), "grade", reply.grade or "none")
    for reason in reply.reasons:
        print(f"  {reason.code}: {reason.text}")
    if reply.HasField("hold"):
        line = client.commit(reply.hold.hold_id, reply.offer.amount).line
        instalment = reply.offer.instalment_minor / 100
        print(f"drawn {line.drawn_minor / 100:.2f} {line.currency}, {instalment:.2f} a month")


def main() -> int:
    """The command line."""
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
    key = sys.argv[2] if len(sys.argv) > 2 else "demo-key"
    with Client(address, key) as client:
        try:
            apply(client)
        except RiskdError as error:
            print(f"no decision: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

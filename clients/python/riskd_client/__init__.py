"""Client of riskd, a real-time consumer-credit risk service.

`Client` has a method for each call; what it returns are the generated messages of creditrisk.v1,
which stand in `riskd_client.generated.creditrisk.v1`.
"""

from riskd_client.client import Client, entity, link, money
from riskd_client.errors import ErrorDetails, RiskdError
from riskd_client.ledger import attribution
from riskd_client.request_ids import new_request_id

__all__ = [
    "Client",
    "ErrorDetails",
    "RiskdError",
    "attribution",
    "entity",
    "link",
    "money",
    "new_request_id",
]

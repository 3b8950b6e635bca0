"""The client: one method for each call of the service."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Iterable, Mapping, Sequence

import grpc

from riskd_client.calls import call_with_retries, open_channel
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import decision_service_pb2 as decisions
from riskd_client.generated.creditrisk.v1 import decision_service_pb2_grpc as decisions_grpc
from riskd_client.generated.creditrisk.v1 import feature_service_pb2 as features
from riskd_client.generated.creditrisk.v1 import feature_service_pb2_grpc as features_grpc
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as graph
from riskd_client.generated.creditrisk.v1 import graph_service_pb2_grpc as graph_grpc
from riskd_client.generated.creditrisk.v1 import limit_service_pb2 as limits
from riskd_client.generated.creditrisk.v1 import limit_service_pb2_grpc as limits_grpc
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2_grpc as portfolio_grpc
from riskd_client.generated.creditrisk.v1 import scoring_service_pb2 as scoring
from riskd_client.generated.creditrisk.v1 import scoring_service_pb2_grpc as scoring_grpc
from riskd_client.ledger import LedgerCalls
from riskd_client.portfolio import PortfolioCalls, labels as label_list
from riskd_client.request_ids import new_request_id

#: A feature's value by its Python type: float -> NUMBER, int -> INTEGER, bool -> BOOLEAN,
#: str -> CATEGORY.
Value = float | int | bool | str


def money(amount_minor: int, currency: str = "EUR") -> common.Money:
    """An amount in minor units (cents), such as money(12_50, "EUR")."""
    return common.Money(amount_minor=amount_minor, currency=currency)


def entity(kind: str, identifier: str) -> graph.Entity:
    """A node of the fraud graph, such as entity("PHONE", "+49 30 1234")."""
    return graph.Entity(kind=graph.EntityKind.Value(f"ENTITY_KIND_{kind}"), id=identifier)


def link(start: graph.Entity, relation: str, end: graph.Entity) -> graph.Link:
    """An edge of the fraud graph, such as link(ada, "USES", phone)."""
    number = graph.RelationKind.Value(f"RELATION_KIND_{relation}")
    return graph.Link(**{"from": start, "relation": number, "to": end})


def feature_value(name: str, value: Value) -> features.FeatureValue:
    """A value by name; its Python type says which form it takes."""
    if isinstance(value, bool):
        return features.FeatureValue(name=name, boolean=value)
    if isinstance(value, int):
        return features.FeatureValue(name=name, integer=value)
    if isinstance(value, float):
        return features.FeatureValue(name=name, number=value)
    return features.FeatureValue(name=name, category=value)


class Client(LedgerCalls, PortfolioCalls):
    """Calls riskd as one tenant. Safe to share between threads.

    `address` is HOST:PORT, `key` the tenant's key. A call that fails raises RiskdError; a business
    refusal is no error but an `outcome` of the reply. Every write makes a new request_id unless it
    is given one; on UNAVAILABLE it is repeated with the same one until `timeout_seconds` are over,
    so it takes effect once at most.
    """

    def __init__(self, address: str, key: str, timeout_seconds: float = 10.0) -> None:
        self.channel = open_channel(address)
        self._metadata = (("authorization", f"Bearer {key}"),)
        self._timeout_seconds = timeout_seconds
        self._features = features_grpc.FeatureServiceStub(self.channel)
        self._scoring = scoring_grpc.ScoringServiceStub(self.channel)
        self._graph = graph_grpc.GraphServiceStub(self.channel)
        self._limits = limits_grpc.LimitServiceStub(self.channel)
        self._portfolio = portfolio_grpc.PortfolioServiceStub(self.channel)
        self._decisions = decisions_grpc.DecisionServiceStub(self.channel)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection. Calls under way fail."""
        self.channel.close()

    def call(self, method: Any, request: Any) -> Any:
        """Makes one call of a generated stub with the tenant's key, the deadline and retries."""
        return call_with_retries(method, request, self._metadata, self._timeout_seconds)

    # Features

    def register_features(
        self, definitions: Iterable[features.FeatureDefinition], *, request_id: str | None = None
    ) -> features.RegisterFeaturesResponse:
        """Adds features to the registry; unchanged ones may be there already."""
        request = features.RegisterFeaturesRequest(
            request_id=request_id or new_request_id(), features=definitions
        )
        return self.call(self._features.RegisterFeatures, request)

    def list_features(self, page_size: int = 1_000) -> list[features.FeatureDefinition]:
        """The whole registry in order of number, page by page."""
        found: list[features.FeatureDefinition] = []
        token = ""
        while True:
            request = features.ListFeaturesRequest(page_size=page_size, page_token=token)
            page = self.call(self._features.ListFeatures, request)
            found.extend(page.features)
            token = page.next_page_token
            if not token:
                return found

    def put_features(
        self, rows: Iterable[features.FeatureRow], *, request_id: str | None = None
    ) -> features.PutFeaturesResponse:
        """Stores values of up to 1,000 subjects: all of them, or none."""
        request = features.PutFeaturesRequest(request_id=request_id or new_request_id(), rows=rows)
        return self.call(self._features.PutFeatures, request)

    def put_values(
        self, subject_id: str, values: Mapping[str, Value], *, request_id: str | None = None
    ) -> features.PutFeaturesResponse:
        """Stores one subject's values by name."""
        pairs = [feature_value(name, value) for name, value in values.items()]
        row = features.FeatureRow(subject_id=subject_id, values=pairs)
        return self.put_features([row], request_id=request_id)

    def get_features(
        self, subject_id: str, names: Sequence[str] = ()
    ) -> features.GetFeaturesResponse:
        """A subject's values, or only the named ones."""
        request = features.GetFeaturesRequest(subject_id=subject_id, names=names)
        return self.call(self._features.GetFeatures, request)

    # Scores

    def score(
        self, subject_id: str, model: str, *, explain: bool = False
    ) -> scoring.ScoreResponse:
        """A model's probability of default for a subject; `explain` adds ranked reasons."""
        request = scoring.ScoreRequest(subject_id=subject_id, model=model, explain=explain)
        return self.call(self._scoring.Score, request)

    # Fraud graph

    def put_links(
        self, links: Iterable[graph.Link], *, request_id: str | None = None
    ) -> graph.PutLinksResponse:
        """Adds up to 4,096 links: all of them, or none."""
        request = graph.PutLinksRequest(request_id=request_id or new_request_id(), links=links)
        return self.call(self._graph.PutLinks, request)

    def mark_entity(
        self,
        marked: graph.Entity,
        mark: str,
        reason: str,
        *,
        source: str = "",
        expires_at_micros: int = 0,
        request_id: str | None = None,
    ) -> graph.MarkEntityResponse:
        """Marks an entity, such as mark_entity(ada, "CONFIRMED_FRAUD", "forged pay slip")."""
        request = graph.MarkEntityRequest(
            request_id=request_id or new_request_id(),
            entity=marked,
            mark=graph.MarkKind.Value(f"MARK_KIND_{mark}"),
            reason=reason,
            source=source,
            expires_at_micros=expires_at_micros,
        )
        return self.call(self._graph.MarkEntity, request)

    def signals(self, subject_id: str) -> graph.GetSignalsResponse:
        """What the fraud graph says about a subject, with a warning and its path."""
        return self.call(self._graph.GetSignals, graph.GetSignalsRequest(subject_id=subject_id))

    def neighborhood(
        self, middle: graph.Entity, *, hops: int = 0, node_count_max: int = 0
    ) -> graph.GetNeighborhoodResponse:
        """The surroundings of an entity; 0 means the server's defaults (2 hops, 100 nodes)."""
        request = graph.GetNeighborhoodRequest(
            entity=middle, hops=hops, node_count_max=node_count_max
        )
        return self.call(self._graph.GetNeighborhood, request)

    # Lines and holds

    def open_line(
        self,
        subject_id: str,
        product: str,
        limit: common.Money,
        *,
        labels: Mapping[str, str] | None = None,
        request_id: str | None = None,
    ) -> limits.OpenLineResponse:
        """Opens a credit line."""
        request = limits.OpenLineRequest(
            request_id=request_id or new_request_id(),
            subject_id=subject_id,
            product=product,
            limit=limit,
            labels=label_list(labels),
        )
        return self.call(self._limits.OpenLine, request)

    def line(self, line_id: int) -> common.Line:
        """A line as it is now."""
        return self.call(self._limits.GetLine, limits.GetLineRequest(line_id=line_id)).line

    def reserve(
        self,
        line_id: int,
        amount: common.Money,
        *,
        ttl_seconds: int = 0,
        labels: Mapping[str, str] | None = None,
        request_id: str | None = None,
    ) -> limits.ReserveResponse:
        """Takes capacity from a line for `ttl_seconds`; 0 means the server's 900."""
        request = limits.ReserveRequest(
            request_id=request_id or new_request_id(),
            line_id=line_id,
            amount=amount,
            ttl_seconds=ttl_seconds,
            labels=label_list(labels),
        )
        return self.call(self._limits.Reserve, request)

    def hold(self, hold_id: int) -> common.Hold:
        """A hold as it is now."""
        return self.call(self._limits.GetHold, limits.GetHoldRequest(hold_id=hold_id)).hold

    def commit(
        self,
        hold_id: int,
        amount: common.Money,
        *,
        keep_rest: bool = False,
        request_id: str | None = None,
    ) -> limits.CommitResponse:
        """Turns a hold, or a part of it, into drawn principal."""
        request = limits.CommitRequest(
            request_id=request_id or new_request_id(),
            hold_id=hold_id,
            amount=amount,
            keep_rest=keep_rest,
        )
        return self.call(self._limits.Commit, request)

    def release(self, hold_id: int, *, request_id: str | None = None) -> limits.ReleaseResponse:
        """Gives the rest of a hold back."""
        request = limits.ReleaseRequest(request_id=request_id or new_request_id(), hold_id=hold_id)
        return self.call(self._limits.Release, request)

    def repay(
        self, line_id: int, amount: common.Money, *, request_id: str | None = None
    ) -> limits.RepayResponse:
        """Pays drawn principal back."""
        request = limits.RepayRequest(
            request_id=request_id or new_request_id(), line_id=line_id, amount=amount
        )
        return self.call(self._limits.Repay, request)

    # Decisions

    def evaluate(
        self,
        subject_id: str,
        product: str,
        amount: common.Money,
        term_months: int,
        *,
        hold: decisions.HoldOption | None = None,
        request_id: str | None = None,
    ) -> decisions.EvaluateResponse:
        """Decides an application; with `hold`, an approval takes its amount from a line at once."""
        request = decisions.EvaluateRequest(
            request_id=request_id or new_request_id(),
            subject_id=subject_id,
            product=product,
            amount=amount,
            term_months=term_months,
            hold=hold,
        )
        return self.call(self._decisions.Evaluate, request)

    def decision(self, decision_id: int) -> decisions.GetDecisionResponse:
        """A decision read again: the request, the reply and every input that it read."""
        request = decisions.GetDecisionRequest(decision_id=decision_id)
        return self.call(self._decisions.GetDecision, request)

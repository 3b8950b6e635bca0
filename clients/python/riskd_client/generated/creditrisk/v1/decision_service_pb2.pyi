from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from riskd_client.generated.creditrisk.v1 import graph_service_pb2 as _graph_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_APPROVE: _ClassVar[Outcome]
    OUTCOME_COUNTER_OFFER: _ClassVar[Outcome]
    OUTCOME_STEP_UP: _ClassVar[Outcome]
    OUTCOME_NEEDS_DATA: _ClassVar[Outcome]
    OUTCOME_REFER: _ClassVar[Outcome]
    OUTCOME_DECLINE: _ClassVar[Outcome]
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_APPROVE: Outcome
OUTCOME_COUNTER_OFFER: Outcome
OUTCOME_STEP_UP: Outcome
OUTCOME_NEEDS_DATA: Outcome
OUTCOME_REFER: Outcome
OUTCOME_DECLINE: Outcome

class HoldOption(_message.Message):
    __slots__ = ("line_id", "open_line", "ttl_seconds", "labels")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_LINE_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    line_id: int
    open_line: bool
    ttl_seconds: int
    labels: _containers.RepeatedCompositeFieldContainer[_common_pb2.Label]
    def __init__(self, line_id: _Optional[int] = ..., open_line: bool = ..., ttl_seconds: _Optional[int] = ..., labels: _Optional[_Iterable[_Union[_common_pb2.Label, _Mapping]]] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ("request_id", "subject_id", "product", "amount", "term_months", "hold")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TERM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    subject_id: str
    product: str
    amount: _common_pb2.Money
    term_months: int
    hold: HoldOption
    def __init__(self, request_id: _Optional[str] = ..., subject_id: _Optional[str] = ..., product: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., term_months: _Optional[int] = ..., hold: _Optional[_Union[HoldOption, _Mapping]] = ...) -> None: ...

class ModelScore(_message.Message):
    __slots__ = ("model", "model_version", "probability", "points")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    model: str
    model_version: str
    probability: float
    points: float
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., probability: _Optional[float] = ..., points: _Optional[float] = ...) -> None: ...

class Offer(_message.Message):
    __slots__ = ("amount", "term_months", "nominal_rate_ppm", "effective_rate_ppm", "instalment_minor", "last_instalment_minor", "total_minor")
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TERM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    NOMINAL_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    INSTALMENT_MINOR_FIELD_NUMBER: _ClassVar[int]
    LAST_INSTALMENT_MINOR_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    amount: _common_pb2.Money
    term_months: int
    nominal_rate_ppm: int
    effective_rate_ppm: int
    instalment_minor: int
    last_instalment_minor: int
    total_minor: int
    def __init__(self, amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., term_months: _Optional[int] = ..., nominal_rate_ppm: _Optional[int] = ..., effective_rate_ppm: _Optional[int] = ..., instalment_minor: _Optional[int] = ..., last_instalment_minor: _Optional[int] = ..., total_minor: _Optional[int] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ("outcome", "grade", "scores", "reasons", "warnings", "offer", "policy", "policy_version", "decision_id", "decided_at_micros", "hold", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    grade: str
    scores: _containers.RepeatedCompositeFieldContainer[ModelScore]
    reasons: _containers.RepeatedCompositeFieldContainer[_common_pb2.Reason]
    warnings: _containers.RepeatedCompositeFieldContainer[_graph_service_pb2.GraphWarning]
    offer: Offer
    policy: str
    policy_version: str
    decision_id: int
    decided_at_micros: int
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[Outcome, str]] = ..., grade: _Optional[str] = ..., scores: _Optional[_Iterable[_Union[ModelScore, _Mapping]]] = ..., reasons: _Optional[_Iterable[_Union[_common_pb2.Reason, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[_graph_service_pb2.GraphWarning, _Mapping]]] = ..., offer: _Optional[_Union[Offer, _Mapping]] = ..., policy: _Optional[str] = ..., policy_version: _Optional[str] = ..., decision_id: _Optional[int] = ..., decided_at_micros: _Optional[int] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class GetDecisionRequest(_message.Message):
    __slots__ = ("decision_id",)
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    decision_id: int
    def __init__(self, decision_id: _Optional[int] = ...) -> None: ...

class GetDecisionResponse(_message.Message):
    __slots__ = ("request", "response", "inputs")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    request: EvaluateRequest
    response: EvaluateResponse
    inputs: _common_pb2.FeatureColumns
    def __init__(self, request: _Optional[_Union[EvaluateRequest, _Mapping]] = ..., response: _Optional[_Union[EvaluateResponse, _Mapping]] = ..., inputs: _Optional[_Union[_common_pb2.FeatureColumns, _Mapping]] = ...) -> None: ...

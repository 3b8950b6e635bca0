from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScoreRequest(_message.Message):
    __slots__ = ("subject_id", "model", "explain")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    model: str
    explain: bool
    def __init__(self, subject_id: _Optional[str] = ..., model: _Optional[str] = ..., explain: bool = ...) -> None: ...

class ScoreResponse(_message.Message):
    __slots__ = ("model", "model_version", "probability", "margin", "points", "missing_count", "reasons")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    MISSING_COUNT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    model: str
    model_version: str
    probability: float
    margin: float
    points: float
    missing_count: int
    reasons: _containers.RepeatedCompositeFieldContainer[_common_pb2.Reason]
    def __init__(self, model: _Optional[str] = ..., model_version: _Optional[str] = ..., probability: _Optional[float] = ..., margin: _Optional[float] = ..., points: _Optional[float] = ..., missing_count: _Optional[int] = ..., reasons: _Optional[_Iterable[_Union[_common_pb2.Reason, _Mapping]]] = ...) -> None: ...

from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BATCH_ACTION_UNSPECIFIED: _ClassVar[BatchAction]
    BATCH_ACTION_RESERVE: _ClassVar[BatchAction]
    BATCH_ACTION_COMMIT: _ClassVar[BatchAction]
    BATCH_ACTION_RELEASE: _ClassVar[BatchAction]
    BATCH_ACTION_EXTEND_HOLD: _ClassVar[BatchAction]
    BATCH_ACTION_REPAY: _ClassVar[BatchAction]
    BATCH_ACTION_POST_CHARGE: _ClassVar[BatchAction]
    BATCH_ACTION_RECLASSIFY: _ClassVar[BatchAction]
    BATCH_ACTION_OPEN_LINE: _ClassVar[BatchAction]
BATCH_ACTION_UNSPECIFIED: BatchAction
BATCH_ACTION_RESERVE: BatchAction
BATCH_ACTION_COMMIT: BatchAction
BATCH_ACTION_RELEASE: BatchAction
BATCH_ACTION_EXTEND_HOLD: BatchAction
BATCH_ACTION_REPAY: BatchAction
BATCH_ACTION_POST_CHARGE: BatchAction
BATCH_ACTION_RECLASSIFY: BatchAction
BATCH_ACTION_OPEN_LINE: BatchAction

class BatchOperation(_message.Message):
    __slots__ = ("action", "linked", "line_id", "hold_id", "amount_minor", "currency", "ttl_seconds", "keep_rest", "component", "age", "from_age", "subject_id", "product", "labels")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    LINKED_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    KEEP_REST_FIELD_NUMBER: _ClassVar[int]
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    AGE_FIELD_NUMBER: _ClassVar[int]
    FROM_AGE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    action: BatchAction
    linked: bool
    line_id: int
    hold_id: int
    amount_minor: int
    currency: str
    ttl_seconds: int
    keep_rest: bool
    component: _common_pb2.DebtComponent
    age: _common_pb2.DebtAge
    from_age: _common_pb2.DebtAge
    subject_id: str
    product: str
    labels: _containers.RepeatedCompositeFieldContainer[_common_pb2.Label]
    def __init__(self, action: _Optional[_Union[BatchAction, str]] = ..., linked: bool = ..., line_id: _Optional[int] = ..., hold_id: _Optional[int] = ..., amount_minor: _Optional[int] = ..., currency: _Optional[str] = ..., ttl_seconds: _Optional[int] = ..., keep_rest: bool = ..., component: _Optional[_Union[_common_pb2.DebtComponent, str]] = ..., age: _Optional[_Union[_common_pb2.DebtAge, str]] = ..., from_age: _Optional[_Union[_common_pb2.DebtAge, str]] = ..., subject_id: _Optional[str] = ..., product: _Optional[str] = ..., labels: _Optional[_Iterable[_Union[_common_pb2.Label, _Mapping]]] = ...) -> None: ...

class BatchApplyRequest(_message.Message):
    __slots__ = ("request_id", "operations", "currency", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    operations: _containers.RepeatedCompositeFieldContainer[BatchOperation]
    currency: str
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., operations: _Optional[_Iterable[_Union[BatchOperation, _Mapping]]] = ..., currency: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class BatchApplyResponse(_message.Message):
    __slots__ = ("first_entry_id", "outcomes", "ids", "available_minor", "unallocated_minor")
    FIRST_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_MINOR_FIELD_NUMBER: _ClassVar[int]
    UNALLOCATED_MINOR_FIELD_NUMBER: _ClassVar[int]
    first_entry_id: int
    outcomes: _containers.RepeatedScalarFieldContainer[_common_pb2.LimitOutcome]
    ids: _containers.RepeatedScalarFieldContainer[int]
    available_minor: _containers.RepeatedScalarFieldContainer[int]
    unallocated_minor: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, first_entry_id: _Optional[int] = ..., outcomes: _Optional[_Iterable[_Union[_common_pb2.LimitOutcome, str]]] = ..., ids: _Optional[_Iterable[int]] = ..., available_minor: _Optional[_Iterable[int]] = ..., unallocated_minor: _Optional[_Iterable[int]] = ...) -> None: ...

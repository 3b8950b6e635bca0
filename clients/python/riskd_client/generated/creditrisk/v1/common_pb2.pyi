from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LineStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINE_STATUS_UNSPECIFIED: _ClassVar[LineStatus]
    LINE_STATUS_OPEN: _ClassVar[LineStatus]
    LINE_STATUS_CLOSED: _ClassVar[LineStatus]

class HoldState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HOLD_STATE_UNSPECIFIED: _ClassVar[HoldState]
    HOLD_STATE_HELD: _ClassVar[HoldState]
    HOLD_STATE_COMMITTED: _ClassVar[HoldState]
    HOLD_STATE_RELEASED: _ClassVar[HoldState]
    HOLD_STATE_EXPIRED: _ClassVar[HoldState]

class LimitOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIMIT_OUTCOME_UNSPECIFIED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_DONE: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_LINE_CLOSED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_LINE_BLOCKED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_CURRENCY_MISMATCH: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_HOLD_ENDED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_HOLD_EXPIRED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_LIMIT_EXCEEDED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_AMOUNT_OVERFLOW: _ClassVar[LimitOutcome]
LINE_STATUS_UNSPECIFIED: LineStatus
LINE_STATUS_OPEN: LineStatus
LINE_STATUS_CLOSED: LineStatus
HOLD_STATE_UNSPECIFIED: HoldState
HOLD_STATE_HELD: HoldState
HOLD_STATE_COMMITTED: HoldState
HOLD_STATE_RELEASED: HoldState
HOLD_STATE_EXPIRED: HoldState
LIMIT_OUTCOME_UNSPECIFIED: LimitOutcome
LIMIT_OUTCOME_DONE: LimitOutcome
LIMIT_OUTCOME_LINE_CLOSED: LimitOutcome
LIMIT_OUTCOME_LINE_BLOCKED: LimitOutcome
LIMIT_OUTCOME_CURRENCY_MISMATCH: LimitOutcome
LIMIT_OUTCOME_HOLD_ENDED: LimitOutcome
LIMIT_OUTCOME_HOLD_EXPIRED: LimitOutcome
LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD: LimitOutcome
LIMIT_OUTCOME_LIMIT_EXCEEDED: LimitOutcome
LIMIT_OUTCOME_AMOUNT_OVERFLOW: LimitOutcome

class Money(_message.Message):
    __slots__ = ("amount_minor", "currency")
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    amount_minor: int
    currency: str
    def __init__(self, amount_minor: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("code", "text", "points_lost")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    POINTS_LOST_FIELD_NUMBER: _ClassVar[int]
    code: str
    text: str
    points_lost: float
    def __init__(self, code: _Optional[str] = ..., text: _Optional[str] = ..., points_lost: _Optional[float] = ...) -> None: ...

class FeatureColumns(_message.Message):
    __slots__ = ("feature_ids", "values")
    FEATURE_IDS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    feature_ids: _containers.RepeatedScalarFieldContainer[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, feature_ids: _Optional[_Iterable[int]] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...

class Line(_message.Message):
    __slots__ = ("line_id", "product", "currency", "limit_minor", "held_minor", "drawn_minor", "available_minor", "version", "opened_at_micros", "status")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_MINOR_FIELD_NUMBER: _ClassVar[int]
    HELD_MINOR_FIELD_NUMBER: _ClassVar[int]
    DRAWN_MINOR_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_MINOR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    line_id: int
    product: str
    currency: str
    limit_minor: int
    held_minor: int
    drawn_minor: int
    available_minor: int
    version: int
    opened_at_micros: int
    status: LineStatus
    def __init__(self, line_id: _Optional[int] = ..., product: _Optional[str] = ..., currency: _Optional[str] = ..., limit_minor: _Optional[int] = ..., held_minor: _Optional[int] = ..., drawn_minor: _Optional[int] = ..., available_minor: _Optional[int] = ..., version: _Optional[int] = ..., opened_at_micros: _Optional[int] = ..., status: _Optional[_Union[LineStatus, str]] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("hold_id", "line_id", "amount_minor", "committed_minor", "held_minor", "expires_at_micros", "state")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_MINOR_FIELD_NUMBER: _ClassVar[int]
    HELD_MINOR_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    hold_id: int
    line_id: int
    amount_minor: int
    committed_minor: int
    held_minor: int
    expires_at_micros: int
    state: HoldState
    def __init__(self, hold_id: _Optional[int] = ..., line_id: _Optional[int] = ..., amount_minor: _Optional[int] = ..., committed_minor: _Optional[int] = ..., held_minor: _Optional[int] = ..., expires_at_micros: _Optional[int] = ..., state: _Optional[_Union[HoldState, str]] = ...) -> None: ...

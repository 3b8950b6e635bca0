from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OpenLineRequest(_message.Message):
    __slots__ = ("request_id", "subject_id", "product", "limit")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    subject_id: str
    product: str
    limit: _common_pb2.Money
    def __init__(self, request_id: _Optional[str] = ..., subject_id: _Optional[str] = ..., product: _Optional[str] = ..., limit: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class OpenLineResponse(_message.Message):
    __slots__ = ("outcome", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class GetLineRequest(_message.Message):
    __slots__ = ("line_id",)
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    line_id: int
    def __init__(self, line_id: _Optional[int] = ...) -> None: ...

class GetLineResponse(_message.Message):
    __slots__ = ("line",)
    LINE_FIELD_NUMBER: _ClassVar[int]
    line: _common_pb2.Line
    def __init__(self, line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class ReserveRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "amount", "ttl_seconds")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    amount: _common_pb2.Money
    ttl_seconds: int
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., ttl_seconds: _Optional[int] = ...) -> None: ...

class ReserveResponse(_message.Message):
    __slots__ = ("outcome", "hold", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class GetHoldRequest(_message.Message):
    __slots__ = ("hold_id",)
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    hold_id: int
    def __init__(self, hold_id: _Optional[int] = ...) -> None: ...

class GetHoldResponse(_message.Message):
    __slots__ = ("hold",)
    HOLD_FIELD_NUMBER: _ClassVar[int]
    hold: _common_pb2.Hold
    def __init__(self, hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ...) -> None: ...

class CommitRequest(_message.Message):
    __slots__ = ("request_id", "hold_id", "amount", "keep_rest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    KEEP_REST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: int
    amount: _common_pb2.Money
    keep_rest: bool
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., keep_rest: bool = ...) -> None: ...

class CommitResponse(_message.Message):
    __slots__ = ("outcome", "hold", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class ReleaseRequest(_message.Message):
    __slots__ = ("request_id", "hold_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: int
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[int] = ...) -> None: ...

class ReleaseResponse(_message.Message):
    __slots__ = ("outcome", "hold", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class RepayRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "amount")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    amount: _common_pb2.Money
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class RepayResponse(_message.Message):
    __slots__ = ("outcome", "line", "unallocated_minor")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    UNALLOCATED_MINOR_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    unallocated_minor: int
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., unallocated_minor: _Optional[int] = ...) -> None: ...

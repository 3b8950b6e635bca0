from riskd_client.generated.creditrisk.v1 import batch_pb2 as _batch_pb2
from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from riskd_client.generated.creditrisk.v1 import statement_pb2 as _statement_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union
from riskd_client.generated.creditrisk.v1.batch_pb2 import BatchOperation as BatchOperation
from riskd_client.generated.creditrisk.v1.batch_pb2 import BatchApplyRequest as BatchApplyRequest
from riskd_client.generated.creditrisk.v1.batch_pb2 import BatchApplyResponse as BatchApplyResponse
from riskd_client.generated.creditrisk.v1.batch_pb2 import BatchAction as BatchAction
from riskd_client.generated.creditrisk.v1.statement_pb2 import EntryOperation as EntryOperation
from riskd_client.generated.creditrisk.v1.statement_pb2 import StatementEntry as StatementEntry
from riskd_client.generated.creditrisk.v1.statement_pb2 import ListStatementRequest as ListStatementRequest
from riskd_client.generated.creditrisk.v1.statement_pb2 import ListStatementResponse as ListStatementResponse
from riskd_client.generated.creditrisk.v1.statement_pb2 import WatchLineRequest as WatchLineRequest
from riskd_client.generated.creditrisk.v1.statement_pb2 import WatchLineResponse as WatchLineResponse
from riskd_client.generated.creditrisk.v1.statement_pb2 import ReversalKind as ReversalKind
from riskd_client.generated.creditrisk.v1.statement_pb2 import EntryKind as EntryKind

DESCRIPTOR: _descriptor.FileDescriptor
BATCH_ACTION_UNSPECIFIED: _batch_pb2.BatchAction
BATCH_ACTION_RESERVE: _batch_pb2.BatchAction
BATCH_ACTION_COMMIT: _batch_pb2.BatchAction
BATCH_ACTION_RELEASE: _batch_pb2.BatchAction
BATCH_ACTION_EXTEND_HOLD: _batch_pb2.BatchAction
BATCH_ACTION_REPAY: _batch_pb2.BatchAction
BATCH_ACTION_POST_CHARGE: _batch_pb2.BatchAction
BATCH_ACTION_RECLASSIFY: _batch_pb2.BatchAction
BATCH_ACTION_OPEN_LINE: _batch_pb2.BatchAction
REVERSAL_KIND_UNSPECIFIED: _statement_pb2.ReversalKind
REVERSAL_KIND_CORRECTION: _statement_pb2.ReversalKind
REVERSAL_KIND_REFUND: _statement_pb2.ReversalKind
REVERSAL_KIND_RETURNED_PAYMENT: _statement_pb2.ReversalKind
REVERSAL_KIND_CHARGEBACK: _statement_pb2.ReversalKind
ENTRY_KIND_UNSPECIFIED: _statement_pb2.EntryKind
ENTRY_KIND_OPENED: _statement_pb2.EntryKind
ENTRY_KIND_RESERVED: _statement_pb2.EntryKind
ENTRY_KIND_COMMITTED: _statement_pb2.EntryKind
ENTRY_KIND_RELEASED: _statement_pb2.EntryKind
ENTRY_KIND_EXPIRED: _statement_pb2.EntryKind
ENTRY_KIND_EXTENDED: _statement_pb2.EntryKind
ENTRY_KIND_CHARGED: _statement_pb2.EntryKind
ENTRY_KIND_RECLASSIFIED: _statement_pb2.EntryKind
ENTRY_KIND_REPAID: _statement_pb2.EntryKind
ENTRY_KIND_REVERSED: _statement_pb2.EntryKind
ENTRY_KIND_LIMIT_CHANGED: _statement_pb2.EntryKind
ENTRY_KIND_TEMPORARY_LIMIT_SET: _statement_pb2.EntryKind
ENTRY_KIND_REPRICED: _statement_pb2.EntryKind
ENTRY_KIND_RENEWED: _statement_pb2.EntryKind
ENTRY_KIND_FROZEN: _statement_pb2.EntryKind
ENTRY_KIND_UNFROZEN: _statement_pb2.EntryKind
ENTRY_KIND_WRITTEN_OFF: _statement_pb2.EntryKind
ENTRY_KIND_CLOSED: _statement_pb2.EntryKind
ENTRY_KIND_BATCH: _statement_pb2.EntryKind
ENTRY_KIND_TIME_CAME: _statement_pb2.EntryKind
ENTRY_KIND_DECIDED: _statement_pb2.EntryKind

class RepriceScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPRICE_SCOPE_UNSPECIFIED: _ClassVar[RepriceScope]
    REPRICE_SCOPE_NEW_DRAWINGS: _ClassVar[RepriceScope]
    REPRICE_SCOPE_ALL: _ClassVar[RepriceScope]

class PendingHolds(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PENDING_HOLDS_UNSPECIFIED: _ClassVar[PendingHolds]
    PENDING_HOLDS_KEEP: _ClassVar[PendingHolds]
    PENDING_HOLDS_RELEASE: _ClassVar[PendingHolds]
    PENDING_HOLDS_BLOCK_COMMIT: _ClassVar[PendingHolds]
REPRICE_SCOPE_UNSPECIFIED: RepriceScope
REPRICE_SCOPE_NEW_DRAWINGS: RepriceScope
REPRICE_SCOPE_ALL: RepriceScope
PENDING_HOLDS_UNSPECIFIED: PendingHolds
PENDING_HOLDS_KEEP: PendingHolds
PENDING_HOLDS_RELEASE: PendingHolds
PENDING_HOLDS_BLOCK_COMMIT: PendingHolds

class OpenLineRequest(_message.Message):
    __slots__ = ("request_id", "subject_id", "product", "limit", "nominal_rate_ppm", "renewal_date", "labels", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NOMINAL_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_DATE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    subject_id: str
    product: str
    limit: _common_pb2.Money
    nominal_rate_ppm: int
    renewal_date: str
    labels: _containers.RepeatedCompositeFieldContainer[_common_pb2.Label]
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., subject_id: _Optional[str] = ..., product: _Optional[str] = ..., limit: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., nominal_rate_ppm: _Optional[int] = ..., renewal_date: _Optional[str] = ..., labels: _Optional[_Iterable[_Union[_common_pb2.Label, _Mapping]]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class OpenLineResponse(_message.Message):
    __slots__ = ("outcome", "line", "refusal")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    refusal: _common_pb2.PortfolioRefusal
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., refusal: _Optional[_Union[_common_pb2.PortfolioRefusal, _Mapping]] = ...) -> None: ...

class GetLineRequest(_message.Message):
    __slots__ = ("line_id",)
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    line_id: int
    def __init__(self, line_id: _Optional[int] = ...) -> None: ...

class GetLineResponse(_message.Message):
    __slots__ = ("line", "subject_blocks")
    LINE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_BLOCKS_FIELD_NUMBER: _ClassVar[int]
    line: _common_pb2.Line
    subject_blocks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Block]
    def __init__(self, line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., subject_blocks: _Optional[_Iterable[_Union[_common_pb2.Block, _Mapping]]] = ...) -> None: ...

class ListLinesRequest(_message.Message):
    __slots__ = ("subject_id", "page_size", "page_token")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    page_size: int
    page_token: str
    def __init__(self, subject_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLinesResponse(_message.Message):
    __slots__ = ("lines", "next_page_token", "subject_blocks")
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_BLOCKS_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[_common_pb2.Line]
    next_page_token: str
    subject_blocks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Block]
    def __init__(self, lines: _Optional[_Iterable[_Union[_common_pb2.Line, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., subject_blocks: _Optional[_Iterable[_Union[_common_pb2.Block, _Mapping]]] = ...) -> None: ...

class ReserveRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "amount", "ttl_seconds", "labels", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    amount: _common_pb2.Money
    ttl_seconds: int
    labels: _containers.RepeatedCompositeFieldContainer[_common_pb2.Label]
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., ttl_seconds: _Optional[int] = ..., labels: _Optional[_Iterable[_Union[_common_pb2.Label, _Mapping]]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class ReserveResponse(_message.Message):
    __slots__ = ("outcome", "hold", "line", "refusal")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    refusal: _common_pb2.PortfolioRefusal
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., refusal: _Optional[_Union[_common_pb2.PortfolioRefusal, _Mapping]] = ...) -> None: ...

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

class ListHoldsRequest(_message.Message):
    __slots__ = ("line_id", "page_size", "page_token")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    line_id: int
    page_size: int
    page_token: str
    def __init__(self, line_id: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHoldsResponse(_message.Message):
    __slots__ = ("holds", "next_page_token")
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    holds: _containers.RepeatedCompositeFieldContainer[_common_pb2.Hold]
    next_page_token: str
    def __init__(self, holds: _Optional[_Iterable[_Union[_common_pb2.Hold, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExtendHoldRequest(_message.Message):
    __slots__ = ("request_id", "hold_id", "ttl_seconds", "expires_at_micros", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: int
    ttl_seconds: int
    expires_at_micros: int
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[int] = ..., ttl_seconds: _Optional[int] = ..., expires_at_micros: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class ExtendHoldResponse(_message.Message):
    __slots__ = ("outcome", "hold", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class CommitRequest(_message.Message):
    __slots__ = ("request_id", "hold_id", "amount", "keep_rest", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    KEEP_REST_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: int
    amount: _common_pb2.Money
    keep_rest: bool
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., keep_rest: bool = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class CommitResponse(_message.Message):
    __slots__ = ("outcome", "hold", "line", "entry_id")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    entry_id: int
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., entry_id: _Optional[int] = ...) -> None: ...

class ReleaseRequest(_message.Message):
    __slots__ = ("request_id", "hold_id", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: int
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class ReleaseResponse(_message.Message):
    __slots__ = ("outcome", "hold", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    hold: _common_pb2.Hold
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., hold: _Optional[_Union[_common_pb2.Hold, _Mapping]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class Reclassification(_message.Message):
    __slots__ = ("from_age",)
    FROM_AGE_FIELD_NUMBER: _ClassVar[int]
    from_age: _common_pb2.DebtAge
    def __init__(self, from_age: _Optional[_Union[_common_pb2.DebtAge, str]] = ...) -> None: ...

class PostChargeRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "amount", "component", "age", "reclassify", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    AGE_FIELD_NUMBER: _ClassVar[int]
    RECLASSIFY_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    amount: _common_pb2.Money
    component: _common_pb2.DebtComponent
    age: _common_pb2.DebtAge
    reclassify: Reclassification
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., component: _Optional[_Union[_common_pb2.DebtComponent, str]] = ..., age: _Optional[_Union[_common_pb2.DebtAge, str]] = ..., reclassify: _Optional[_Union[Reclassification, _Mapping]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class PostChargeResponse(_message.Message):
    __slots__ = ("outcome", "line", "entry_id")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    entry_id: int
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., entry_id: _Optional[int] = ...) -> None: ...

class RepayRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "amount", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    amount: _common_pb2.Money
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class RepayResponse(_message.Message):
    __slots__ = ("outcome", "line", "unallocated_minor", "paid", "entry_id")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    UNALLOCATED_MINOR_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    unallocated_minor: int
    paid: _containers.RepeatedCompositeFieldContainer[_common_pb2.Debt]
    entry_id: int
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., unallocated_minor: _Optional[int] = ..., paid: _Optional[_Iterable[_Union[_common_pb2.Debt, _Mapping]]] = ..., entry_id: _Optional[int] = ...) -> None: ...

class ReverseEntryRequest(_message.Message):
    __slots__ = ("request_id", "entry_id", "amount_minor", "kind", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    entry_id: int
    amount_minor: int
    kind: _statement_pb2.ReversalKind
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., entry_id: _Optional[int] = ..., amount_minor: _Optional[int] = ..., kind: _Optional[_Union[_statement_pb2.ReversalKind, str]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class ReverseEntryResponse(_message.Message):
    __slots__ = ("outcome", "line", "unallocated_minor", "moved", "entry_id")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    UNALLOCATED_MINOR_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    unallocated_minor: int
    moved: _containers.RepeatedCompositeFieldContainer[_common_pb2.Debt]
    entry_id: int
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., unallocated_minor: _Optional[int] = ..., moved: _Optional[_Iterable[_Union[_common_pb2.Debt, _Mapping]]] = ..., entry_id: _Optional[int] = ...) -> None: ...

class ChangeLimitRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "limit", "consent_ref", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CONSENT_REF_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    limit: _common_pb2.Money
    consent_ref: str
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., limit: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., consent_ref: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class ChangeLimitResponse(_message.Message):
    __slots__ = ("outcome", "line", "refusal")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    refusal: _common_pb2.PortfolioRefusal
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., refusal: _Optional[_Union[_common_pb2.PortfolioRefusal, _Mapping]] = ...) -> None: ...

class SetTemporaryLimitRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "amount", "ends_at_micros", "consent_ref", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    CONSENT_REF_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    amount: _common_pb2.Money
    ends_at_micros: int
    consent_ref: str
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., ends_at_micros: _Optional[int] = ..., consent_ref: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class SetTemporaryLimitResponse(_message.Message):
    __slots__ = ("outcome", "line", "refusal")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    refusal: _common_pb2.PortfolioRefusal
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., refusal: _Optional[_Union[_common_pb2.PortfolioRefusal, _Mapping]] = ...) -> None: ...

class RepriceRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "nominal_rate_ppm", "effective_at_micros", "applies_to", "notice_ref", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    NOMINAL_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    APPLIES_TO_FIELD_NUMBER: _ClassVar[int]
    NOTICE_REF_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    nominal_rate_ppm: int
    effective_at_micros: int
    applies_to: RepriceScope
    notice_ref: str
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., nominal_rate_ppm: _Optional[int] = ..., effective_at_micros: _Optional[int] = ..., applies_to: _Optional[_Union[RepriceScope, str]] = ..., notice_ref: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class RepriceResponse(_message.Message):
    __slots__ = ("outcome", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class RenewRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "renewal_date", "limit_minor", "consent_ref", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_DATE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_MINOR_FIELD_NUMBER: _ClassVar[int]
    CONSENT_REF_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    renewal_date: str
    limit_minor: int
    consent_ref: str
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., renewal_date: _Optional[str] = ..., limit_minor: _Optional[int] = ..., consent_ref: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class RenewResponse(_message.Message):
    __slots__ = ("outcome", "line", "refusal")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    refusal: _common_pb2.PortfolioRefusal
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., refusal: _Optional[_Union[_common_pb2.PortfolioRefusal, _Mapping]] = ...) -> None: ...

class FreezeRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "subject_id", "cause", "scope", "until_micros", "pending_holds", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MICROS_FIELD_NUMBER: _ClassVar[int]
    PENDING_HOLDS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    subject_id: str
    cause: _common_pb2.BlockCause
    scope: _common_pb2.BlockScope
    until_micros: int
    pending_holds: PendingHolds
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., subject_id: _Optional[str] = ..., cause: _Optional[_Union[_common_pb2.BlockCause, str]] = ..., scope: _Optional[_Union[_common_pb2.BlockScope, str]] = ..., until_micros: _Optional[int] = ..., pending_holds: _Optional[_Union[PendingHolds, str]] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class FreezeResponse(_message.Message):
    __slots__ = ("outcome", "line", "block_id", "released_hold_ids")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    BLOCK_ID_FIELD_NUMBER: _ClassVar[int]
    RELEASED_HOLD_IDS_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    block_id: int
    released_hold_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., block_id: _Optional[int] = ..., released_hold_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class UnfreezeRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "subject_id", "block_id", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    subject_id: str
    block_id: int
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., subject_id: _Optional[str] = ..., block_id: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class UnfreezeResponse(_message.Message):
    __slots__ = ("outcome", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

class WriteOffRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class WriteOffResponse(_message.Message):
    __slots__ = ("outcome", "line", "given_up", "released_hold_ids")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    GIVEN_UP_FIELD_NUMBER: _ClassVar[int]
    RELEASED_HOLD_IDS_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    given_up: _containers.RepeatedCompositeFieldContainer[_common_pb2.Debt]
    released_hold_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ..., given_up: _Optional[_Iterable[_Union[_common_pb2.Debt, _Mapping]]] = ..., released_hold_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class CloseLineRequest(_message.Message):
    __slots__ = ("request_id", "line_id", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    line_id: int
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., line_id: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class CloseLineResponse(_message.Message):
    __slots__ = ("outcome", "line")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    line: _common_pb2.Line
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., line: _Optional[_Union[_common_pb2.Line, _Mapping]] = ...) -> None: ...

from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DebtComponent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEBT_COMPONENT_UNSPECIFIED: _ClassVar[DebtComponent]
    DEBT_COMPONENT_PRINCIPAL: _ClassVar[DebtComponent]
    DEBT_COMPONENT_INTEREST: _ClassVar[DebtComponent]
    DEBT_COMPONENT_FEE: _ClassVar[DebtComponent]
    DEBT_COMPONENT_PENALTY: _ClassVar[DebtComponent]

class DebtAge(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEBT_AGE_UNSPECIFIED: _ClassVar[DebtAge]
    DEBT_AGE_OVERDUE: _ClassVar[DebtAge]
    DEBT_AGE_DUE: _ClassVar[DebtAge]
    DEBT_AGE_FUTURE: _ClassVar[DebtAge]

class LineKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINE_KIND_UNSPECIFIED: _ClassVar[LineKind]
    LINE_KIND_REVOLVING: _ClassVar[LineKind]
    LINE_KIND_INSTALMENT: _ClassVar[LineKind]

class BlockCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BLOCK_CAUSE_UNSPECIFIED: _ClassVar[BlockCause]
    BLOCK_CAUSE_FRAUD: _ClassVar[BlockCause]
    BLOCK_CAUSE_ARREARS: _ClassVar[BlockCause]
    BLOCK_CAUSE_CUSTOMER_REQUEST: _ClassVar[BlockCause]
    BLOCK_CAUSE_LEGAL: _ClassVar[BlockCause]
    BLOCK_CAUSE_DECEASED: _ClassVar[BlockCause]
    BLOCK_CAUSE_POLICY: _ClassVar[BlockCause]

class BlockScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BLOCK_SCOPE_UNSPECIFIED: _ClassVar[BlockScope]
    BLOCK_SCOPE_NEW_HOLDS: _ClassVar[BlockScope]
    BLOCK_SCOPE_COMMITS: _ClassVar[BlockScope]
    BLOCK_SCOPE_ALL: _ClassVar[BlockScope]

class LineStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINE_STATUS_UNSPECIFIED: _ClassVar[LineStatus]
    LINE_STATUS_OPEN: _ClassVar[LineStatus]
    LINE_STATUS_CLOSED: _ClassVar[LineStatus]
    LINE_STATUS_WRITTEN_OFF: _ClassVar[LineStatus]

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
    LIMIT_OUTCOME_LINE_UNKNOWN: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_HOLD_UNKNOWN: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_LINE_CLOSED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_LINE_BLOCKED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_CURRENCY_MISMATCH: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_HOLD_ENDED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_HOLD_EXPIRED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_LIMIT_EXCEEDED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_AMOUNT_OVERFLOW: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_LABEL_MISSING: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_PORTFOLIO_LIMIT_EXCEEDED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_EXCHANGE_RATE_MISSING: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_TOO_MANY_LIMITS: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_BALANCE_OPEN: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_AMOUNT_EXCEEDS_DEBT: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_AMOUNT_EXCEEDS_ENTRY: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_TIME_PASSED: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_BLOCK_UNKNOWN: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_PORTFOLIO_LIMIT_UNKNOWN: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_TOO_MANY: _ClassVar[LimitOutcome]
    LIMIT_OUTCOME_CHAIN_BROKEN: _ClassVar[LimitOutcome]
DEBT_COMPONENT_UNSPECIFIED: DebtComponent
DEBT_COMPONENT_PRINCIPAL: DebtComponent
DEBT_COMPONENT_INTEREST: DebtComponent
DEBT_COMPONENT_FEE: DebtComponent
DEBT_COMPONENT_PENALTY: DebtComponent
DEBT_AGE_UNSPECIFIED: DebtAge
DEBT_AGE_OVERDUE: DebtAge
DEBT_AGE_DUE: DebtAge
DEBT_AGE_FUTURE: DebtAge
LINE_KIND_UNSPECIFIED: LineKind
LINE_KIND_REVOLVING: LineKind
LINE_KIND_INSTALMENT: LineKind
BLOCK_CAUSE_UNSPECIFIED: BlockCause
BLOCK_CAUSE_FRAUD: BlockCause
BLOCK_CAUSE_ARREARS: BlockCause
BLOCK_CAUSE_CUSTOMER_REQUEST: BlockCause
BLOCK_CAUSE_LEGAL: BlockCause
BLOCK_CAUSE_DECEASED: BlockCause
BLOCK_CAUSE_POLICY: BlockCause
BLOCK_SCOPE_UNSPECIFIED: BlockScope
BLOCK_SCOPE_NEW_HOLDS: BlockScope
BLOCK_SCOPE_COMMITS: BlockScope
BLOCK_SCOPE_ALL: BlockScope
LINE_STATUS_UNSPECIFIED: LineStatus
LINE_STATUS_OPEN: LineStatus
LINE_STATUS_CLOSED: LineStatus
LINE_STATUS_WRITTEN_OFF: LineStatus
HOLD_STATE_UNSPECIFIED: HoldState
HOLD_STATE_HELD: HoldState
HOLD_STATE_COMMITTED: HoldState
HOLD_STATE_RELEASED: HoldState
HOLD_STATE_EXPIRED: HoldState
LIMIT_OUTCOME_UNSPECIFIED: LimitOutcome
LIMIT_OUTCOME_DONE: LimitOutcome
LIMIT_OUTCOME_LINE_UNKNOWN: LimitOutcome
LIMIT_OUTCOME_HOLD_UNKNOWN: LimitOutcome
LIMIT_OUTCOME_LINE_CLOSED: LimitOutcome
LIMIT_OUTCOME_LINE_BLOCKED: LimitOutcome
LIMIT_OUTCOME_CURRENCY_MISMATCH: LimitOutcome
LIMIT_OUTCOME_HOLD_ENDED: LimitOutcome
LIMIT_OUTCOME_HOLD_EXPIRED: LimitOutcome
LIMIT_OUTCOME_AMOUNT_EXCEEDS_HOLD: LimitOutcome
LIMIT_OUTCOME_LIMIT_EXCEEDED: LimitOutcome
LIMIT_OUTCOME_AMOUNT_OVERFLOW: LimitOutcome
LIMIT_OUTCOME_LABEL_MISSING: LimitOutcome
LIMIT_OUTCOME_PORTFOLIO_LIMIT_EXCEEDED: LimitOutcome
LIMIT_OUTCOME_EXCHANGE_RATE_MISSING: LimitOutcome
LIMIT_OUTCOME_TOO_MANY_LIMITS: LimitOutcome
LIMIT_OUTCOME_BALANCE_OPEN: LimitOutcome
LIMIT_OUTCOME_AMOUNT_EXCEEDS_DEBT: LimitOutcome
LIMIT_OUTCOME_AMOUNT_EXCEEDS_ENTRY: LimitOutcome
LIMIT_OUTCOME_TIME_PASSED: LimitOutcome
LIMIT_OUTCOME_BLOCK_UNKNOWN: LimitOutcome
LIMIT_OUTCOME_PORTFOLIO_LIMIT_UNKNOWN: LimitOutcome
LIMIT_OUTCOME_TOO_MANY: LimitOutcome
LIMIT_OUTCOME_CHAIN_BROKEN: LimitOutcome

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

class Attribution(_message.Message):
    __slots__ = ("actor", "reason_codes", "note")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_CODES_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    actor: str
    reason_codes: _containers.RepeatedScalarFieldContainer[str]
    note: str
    def __init__(self, actor: _Optional[str] = ..., reason_codes: _Optional[_Iterable[str]] = ..., note: _Optional[str] = ...) -> None: ...

class Label(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Debt(_message.Message):
    __slots__ = ("component", "age", "amount_minor")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    AGE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    component: DebtComponent
    age: DebtAge
    amount_minor: int
    def __init__(self, component: _Optional[_Union[DebtComponent, str]] = ..., age: _Optional[_Union[DebtAge, str]] = ..., amount_minor: _Optional[int] = ...) -> None: ...

class Block(_message.Message):
    __slots__ = ("block_id", "cause", "scope", "until_micros", "actor")
    BLOCK_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MICROS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    block_id: int
    cause: BlockCause
    scope: BlockScope
    until_micros: int
    actor: str
    def __init__(self, block_id: _Optional[int] = ..., cause: _Optional[_Union[BlockCause, str]] = ..., scope: _Optional[_Union[BlockScope, str]] = ..., until_micros: _Optional[int] = ..., actor: _Optional[str] = ...) -> None: ...

class PendingPrice(_message.Message):
    __slots__ = ("nominal_rate_ppm", "effective_at_micros", "applies_to_all")
    NOMINAL_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    APPLIES_TO_ALL_FIELD_NUMBER: _ClassVar[int]
    nominal_rate_ppm: int
    effective_at_micros: int
    applies_to_all: bool
    def __init__(self, nominal_rate_ppm: _Optional[int] = ..., effective_at_micros: _Optional[int] = ..., applies_to_all: bool = ...) -> None: ...

class Line(_message.Message):
    __slots__ = ("line_id", "product", "currency", "limit_minor", "held_minor", "drawn_minor", "available_minor", "version", "opened_at_micros", "status", "principal_minor", "charges_minor", "debts", "temporary_minor", "temporary_ends_at_micros", "over_limit_minor", "over_limit_since_micros", "blocks", "nominal_rate_ppm", "renewal_date", "pending_price", "kind", "charges_use_limit", "labels")
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
    PRINCIPAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    CHARGES_MINOR_FIELD_NUMBER: _ClassVar[int]
    DEBTS_FIELD_NUMBER: _ClassVar[int]
    TEMPORARY_MINOR_FIELD_NUMBER: _ClassVar[int]
    TEMPORARY_ENDS_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    OVER_LIMIT_MINOR_FIELD_NUMBER: _ClassVar[int]
    OVER_LIMIT_SINCE_MICROS_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    NOMINAL_RATE_PPM_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_DATE_FIELD_NUMBER: _ClassVar[int]
    PENDING_PRICE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHARGES_USE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
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
    principal_minor: int
    charges_minor: int
    debts: _containers.RepeatedCompositeFieldContainer[Debt]
    temporary_minor: int
    temporary_ends_at_micros: int
    over_limit_minor: int
    over_limit_since_micros: int
    blocks: _containers.RepeatedCompositeFieldContainer[Block]
    nominal_rate_ppm: int
    renewal_date: str
    pending_price: PendingPrice
    kind: LineKind
    charges_use_limit: bool
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    def __init__(self, line_id: _Optional[int] = ..., product: _Optional[str] = ..., currency: _Optional[str] = ..., limit_minor: _Optional[int] = ..., held_minor: _Optional[int] = ..., drawn_minor: _Optional[int] = ..., available_minor: _Optional[int] = ..., version: _Optional[int] = ..., opened_at_micros: _Optional[int] = ..., status: _Optional[_Union[LineStatus, str]] = ..., principal_minor: _Optional[int] = ..., charges_minor: _Optional[int] = ..., debts: _Optional[_Iterable[_Union[Debt, _Mapping]]] = ..., temporary_minor: _Optional[int] = ..., temporary_ends_at_micros: _Optional[int] = ..., over_limit_minor: _Optional[int] = ..., over_limit_since_micros: _Optional[int] = ..., blocks: _Optional[_Iterable[_Union[Block, _Mapping]]] = ..., nominal_rate_ppm: _Optional[int] = ..., renewal_date: _Optional[str] = ..., pending_price: _Optional[_Union[PendingPrice, _Mapping]] = ..., kind: _Optional[_Union[LineKind, str]] = ..., charges_use_limit: bool = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("hold_id", "line_id", "amount_minor", "committed_minor", "held_minor", "expires_at_micros", "state", "labels")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_MINOR_FIELD_NUMBER: _ClassVar[int]
    HELD_MINOR_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    hold_id: int
    line_id: int
    amount_minor: int
    committed_minor: int
    held_minor: int
    expires_at_micros: int
    state: HoldState
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    def __init__(self, hold_id: _Optional[int] = ..., line_id: _Optional[int] = ..., amount_minor: _Optional[int] = ..., committed_minor: _Optional[int] = ..., held_minor: _Optional[int] = ..., expires_at_micros: _Optional[int] = ..., state: _Optional[_Union[HoldState, str]] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ...) -> None: ...

class PortfolioRefusal(_message.Message):
    __slots__ = ("portfolio_limit_id", "available", "missing_label")
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    MISSING_LABEL_FIELD_NUMBER: _ClassVar[int]
    portfolio_limit_id: int
    available: int
    missing_label: str
    def __init__(self, portfolio_limit_id: _Optional[int] = ..., available: _Optional[int] = ..., missing_label: _Optional[str] = ...) -> None: ...

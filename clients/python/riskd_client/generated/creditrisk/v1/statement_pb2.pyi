from riskd_client.generated.creditrisk.v1 import batch_pb2 as _batch_pb2
from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReversalKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVERSAL_KIND_UNSPECIFIED: _ClassVar[ReversalKind]
    REVERSAL_KIND_CORRECTION: _ClassVar[ReversalKind]
    REVERSAL_KIND_REFUND: _ClassVar[ReversalKind]
    REVERSAL_KIND_RETURNED_PAYMENT: _ClassVar[ReversalKind]
    REVERSAL_KIND_CHARGEBACK: _ClassVar[ReversalKind]

class EntryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_KIND_UNSPECIFIED: _ClassVar[EntryKind]
    ENTRY_KIND_OPENED: _ClassVar[EntryKind]
    ENTRY_KIND_RESERVED: _ClassVar[EntryKind]
    ENTRY_KIND_COMMITTED: _ClassVar[EntryKind]
    ENTRY_KIND_RELEASED: _ClassVar[EntryKind]
    ENTRY_KIND_EXPIRED: _ClassVar[EntryKind]
    ENTRY_KIND_EXTENDED: _ClassVar[EntryKind]
    ENTRY_KIND_CHARGED: _ClassVar[EntryKind]
    ENTRY_KIND_RECLASSIFIED: _ClassVar[EntryKind]
    ENTRY_KIND_REPAID: _ClassVar[EntryKind]
    ENTRY_KIND_REVERSED: _ClassVar[EntryKind]
    ENTRY_KIND_LIMIT_CHANGED: _ClassVar[EntryKind]
    ENTRY_KIND_TEMPORARY_LIMIT_SET: _ClassVar[EntryKind]
    ENTRY_KIND_REPRICED: _ClassVar[EntryKind]
    ENTRY_KIND_RENEWED: _ClassVar[EntryKind]
    ENTRY_KIND_FROZEN: _ClassVar[EntryKind]
    ENTRY_KIND_UNFROZEN: _ClassVar[EntryKind]
    ENTRY_KIND_WRITTEN_OFF: _ClassVar[EntryKind]
    ENTRY_KIND_CLOSED: _ClassVar[EntryKind]
    ENTRY_KIND_BATCH: _ClassVar[EntryKind]
    ENTRY_KIND_TIME_CAME: _ClassVar[EntryKind]
    ENTRY_KIND_DECIDED: _ClassVar[EntryKind]
REVERSAL_KIND_UNSPECIFIED: ReversalKind
REVERSAL_KIND_CORRECTION: ReversalKind
REVERSAL_KIND_REFUND: ReversalKind
REVERSAL_KIND_RETURNED_PAYMENT: ReversalKind
REVERSAL_KIND_CHARGEBACK: ReversalKind
ENTRY_KIND_UNSPECIFIED: EntryKind
ENTRY_KIND_OPENED: EntryKind
ENTRY_KIND_RESERVED: EntryKind
ENTRY_KIND_COMMITTED: EntryKind
ENTRY_KIND_RELEASED: EntryKind
ENTRY_KIND_EXPIRED: EntryKind
ENTRY_KIND_EXTENDED: EntryKind
ENTRY_KIND_CHARGED: EntryKind
ENTRY_KIND_RECLASSIFIED: EntryKind
ENTRY_KIND_REPAID: EntryKind
ENTRY_KIND_REVERSED: EntryKind
ENTRY_KIND_LIMIT_CHANGED: EntryKind
ENTRY_KIND_TEMPORARY_LIMIT_SET: EntryKind
ENTRY_KIND_REPRICED: EntryKind
ENTRY_KIND_RENEWED: EntryKind
ENTRY_KIND_FROZEN: EntryKind
ENTRY_KIND_UNFROZEN: EntryKind
ENTRY_KIND_WRITTEN_OFF: EntryKind
ENTRY_KIND_CLOSED: EntryKind
ENTRY_KIND_BATCH: EntryKind
ENTRY_KIND_TIME_CAME: EntryKind
ENTRY_KIND_DECIDED: EntryKind

class EntryOperation(_message.Message):
    __slots__ = ("entry_id", "action", "amount_minor", "hold_id")
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    entry_id: int
    action: _batch_pb2.BatchAction
    amount_minor: int
    hold_id: int
    def __init__(self, entry_id: _Optional[int] = ..., action: _Optional[_Union[_batch_pb2.BatchAction, str]] = ..., amount_minor: _Optional[int] = ..., hold_id: _Optional[int] = ...) -> None: ...

class StatementEntry(_message.Message):
    __slots__ = ("entry_id", "time_micros", "kind", "version", "hold_id", "reversed_entry_id", "reversal_kind", "limit_change_minor", "temporary_change_minor", "held_change_minor", "debt_changes", "limit_minor", "held_minor", "drawn_minor", "principal_minor", "charges_minor", "available_minor", "over_limit_minor", "unallocated_minor", "attribution", "reference", "operations")
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_MICROS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    REVERSED_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REVERSAL_KIND_FIELD_NUMBER: _ClassVar[int]
    LIMIT_CHANGE_MINOR_FIELD_NUMBER: _ClassVar[int]
    TEMPORARY_CHANGE_MINOR_FIELD_NUMBER: _ClassVar[int]
    HELD_CHANGE_MINOR_FIELD_NUMBER: _ClassVar[int]
    DEBT_CHANGES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_MINOR_FIELD_NUMBER: _ClassVar[int]
    HELD_MINOR_FIELD_NUMBER: _ClassVar[int]
    DRAWN_MINOR_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    CHARGES_MINOR_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_MINOR_FIELD_NUMBER: _ClassVar[int]
    OVER_LIMIT_MINOR_FIELD_NUMBER: _ClassVar[int]
    UNALLOCATED_MINOR_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    entry_id: int
    time_micros: int
    kind: EntryKind
    version: int
    hold_id: int
    reversed_entry_id: int
    reversal_kind: ReversalKind
    limit_change_minor: int
    temporary_change_minor: int
    held_change_minor: int
    debt_changes: _containers.RepeatedCompositeFieldContainer[_common_pb2.Debt]
    limit_minor: int
    held_minor: int
    drawn_minor: int
    principal_minor: int
    charges_minor: int
    available_minor: int
    over_limit_minor: int
    unallocated_minor: int
    attribution: _common_pb2.Attribution
    reference: str
    operations: _containers.RepeatedCompositeFieldContainer[EntryOperation]
    def __init__(self, entry_id: _Optional[int] = ..., time_micros: _Optional[int] = ..., kind: _Optional[_Union[EntryKind, str]] = ..., version: _Optional[int] = ..., hold_id: _Optional[int] = ..., reversed_entry_id: _Optional[int] = ..., reversal_kind: _Optional[_Union[ReversalKind, str]] = ..., limit_change_minor: _Optional[int] = ..., temporary_change_minor: _Optional[int] = ..., held_change_minor: _Optional[int] = ..., debt_changes: _Optional[_Iterable[_Union[_common_pb2.Debt, _Mapping]]] = ..., limit_minor: _Optional[int] = ..., held_minor: _Optional[int] = ..., drawn_minor: _Optional[int] = ..., principal_minor: _Optional[int] = ..., charges_minor: _Optional[int] = ..., available_minor: _Optional[int] = ..., over_limit_minor: _Optional[int] = ..., unallocated_minor: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ..., reference: _Optional[str] = ..., operations: _Optional[_Iterable[_Union[EntryOperation, _Mapping]]] = ...) -> None: ...

class ListStatementRequest(_message.Message):
    __slots__ = ("line_id", "after_entry_id", "newest_first", "count_max")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    COUNT_MAX_FIELD_NUMBER: _ClassVar[int]
    line_id: int
    after_entry_id: int
    newest_first: bool
    count_max: int
    def __init__(self, line_id: _Optional[int] = ..., after_entry_id: _Optional[int] = ..., newest_first: bool = ..., count_max: _Optional[int] = ...) -> None: ...

class ListStatementResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[StatementEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[StatementEntry, _Mapping]]] = ...) -> None: ...

class WatchLineRequest(_message.Message):
    __slots__ = ("line_id", "after_entry_id", "from_newest")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_NEWEST_FIELD_NUMBER: _ClassVar[int]
    line_id: int
    after_entry_id: int
    from_newest: bool
    def __init__(self, line_id: _Optional[int] = ..., after_entry_id: _Optional[int] = ..., from_newest: bool = ...) -> None: ...

class WatchLineResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[StatementEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[StatementEntry, _Mapping]]] = ...) -> None: ...

from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EntityKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTITY_KIND_UNSPECIFIED: _ClassVar[EntityKind]
    ENTITY_KIND_PERSON: _ClassVar[EntityKind]
    ENTITY_KIND_PHONE: _ClassVar[EntityKind]
    ENTITY_KIND_DEVICE: _ClassVar[EntityKind]
    ENTITY_KIND_CARD: _ClassVar[EntityKind]
    ENTITY_KIND_ADDRESS: _ClassVar[EntityKind]
    ENTITY_KIND_EMPLOYER: _ClassVar[EntityKind]
    ENTITY_KIND_EMAIL: _ClassVar[EntityKind]
    ENTITY_KIND_IP: _ClassVar[EntityKind]
    ENTITY_KIND_IDENTITY_DOCUMENT: _ClassVar[EntityKind]
    ENTITY_KIND_CONTACT: _ClassVar[EntityKind]
    ENTITY_KIND_ACCOUNT: _ClassVar[EntityKind]
    ENTITY_KIND_MERCHANT: _ClassVar[EntityKind]

class RelationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RELATION_KIND_UNSPECIFIED: _ClassVar[RelationKind]
    RELATION_KIND_OWNS: _ClassVar[RelationKind]
    RELATION_KIND_USES: _ClassVar[RelationKind]
    RELATION_KIND_SHARES: _ClassVar[RelationKind]
    RELATION_KIND_SIGNS_IN: _ClassVar[RelationKind]
    RELATION_KIND_TRANSFERS: _ClassVar[RelationKind]
    RELATION_KIND_WITHDRAWS: _ClassVar[RelationKind]
    RELATION_KIND_DEPOSITS: _ClassVar[RelationKind]
    RELATION_KIND_REPAYS: _ClassVar[RelationKind]
    RELATION_KIND_GUARANTEES: _ClassVar[RelationKind]
    RELATION_KIND_REFERS: _ClassVar[RelationKind]
    RELATION_KIND_CONTACTS: _ClassVar[RelationKind]
    RELATION_KIND_APPLIES: _ClassVar[RelationKind]
    RELATION_KIND_WORKS_AT: _ClassVar[RelationKind]
    RELATION_KIND_LIVES_AT: _ClassVar[RelationKind]

class MarkKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MARK_KIND_UNSPECIFIED: _ClassVar[MarkKind]
    MARK_KIND_CONFIRMED_FRAUD: _ClassVar[MarkKind]
    MARK_KIND_SUSPECTED: _ClassVar[MarkKind]
    MARK_KIND_BLOCKED: _ClassVar[MarkKind]
    MARK_KIND_DEFAULT: _ClassVar[MarkKind]
    MARK_KIND_VIP: _ClassVar[MarkKind]
ENTITY_KIND_UNSPECIFIED: EntityKind
ENTITY_KIND_PERSON: EntityKind
ENTITY_KIND_PHONE: EntityKind
ENTITY_KIND_DEVICE: EntityKind
ENTITY_KIND_CARD: EntityKind
ENTITY_KIND_ADDRESS: EntityKind
ENTITY_KIND_EMPLOYER: EntityKind
ENTITY_KIND_EMAIL: EntityKind
ENTITY_KIND_IP: EntityKind
ENTITY_KIND_IDENTITY_DOCUMENT: EntityKind
ENTITY_KIND_CONTACT: EntityKind
ENTITY_KIND_ACCOUNT: EntityKind
ENTITY_KIND_MERCHANT: EntityKind
RELATION_KIND_UNSPECIFIED: RelationKind
RELATION_KIND_OWNS: RelationKind
RELATION_KIND_USES: RelationKind
RELATION_KIND_SHARES: RelationKind
RELATION_KIND_SIGNS_IN: RelationKind
RELATION_KIND_TRANSFERS: RelationKind
RELATION_KIND_WITHDRAWS: RelationKind
RELATION_KIND_DEPOSITS: RelationKind
RELATION_KIND_REPAYS: RelationKind
RELATION_KIND_GUARANTEES: RelationKind
RELATION_KIND_REFERS: RelationKind
RELATION_KIND_CONTACTS: RelationKind
RELATION_KIND_APPLIES: RelationKind
RELATION_KIND_WORKS_AT: RelationKind
RELATION_KIND_LIVES_AT: RelationKind
MARK_KIND_UNSPECIFIED: MarkKind
MARK_KIND_CONFIRMED_FRAUD: MarkKind
MARK_KIND_SUSPECTED: MarkKind
MARK_KIND_BLOCKED: MarkKind
MARK_KIND_DEFAULT: MarkKind
MARK_KIND_VIP: MarkKind

class Entity(_message.Message):
    __slots__ = ("kind", "id")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    kind: EntityKind
    id: str
    def __init__(self, kind: _Optional[_Union[EntityKind, str]] = ..., id: _Optional[str] = ...) -> None: ...

class Link(_message.Message):
    __slots__ = ("relation", "to", "event_time_micros")
    FROM_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_MICROS_FIELD_NUMBER: _ClassVar[int]
    relation: RelationKind
    to: Entity
    event_time_micros: int
    def __init__(self, relation: _Optional[_Union[RelationKind, str]] = ..., to: _Optional[_Union[Entity, _Mapping]] = ..., event_time_micros: _Optional[int] = ..., **kwargs) -> None: ...

class PutLinksRequest(_message.Message):
    __slots__ = ("request_id", "links")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    links: _containers.RepeatedCompositeFieldContainer[Link]
    def __init__(self, request_id: _Optional[str] = ..., links: _Optional[_Iterable[_Union[Link, _Mapping]]] = ...) -> None: ...

class PutLinksResponse(_message.Message):
    __slots__ = ("link_count",)
    LINK_COUNT_FIELD_NUMBER: _ClassVar[int]
    link_count: int
    def __init__(self, link_count: _Optional[int] = ...) -> None: ...

class MarkEntityRequest(_message.Message):
    __slots__ = ("request_id", "entity", "mark", "reason", "source", "expires_at_micros")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    MARK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    entity: Entity
    mark: MarkKind
    reason: str
    source: str
    expires_at_micros: int
    def __init__(self, request_id: _Optional[str] = ..., entity: _Optional[_Union[Entity, _Mapping]] = ..., mark: _Optional[_Union[MarkKind, str]] = ..., reason: _Optional[str] = ..., source: _Optional[str] = ..., expires_at_micros: _Optional[int] = ...) -> None: ...

class MarkEntityResponse(_message.Message):
    __slots__ = ("sequence",)
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    def __init__(self, sequence: _Optional[int] = ...) -> None: ...

class PathStep(_message.Message):
    __slots__ = ("relation", "entity")
    RELATION_FIELD_NUMBER: _ClassVar[int]
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    relation: RelationKind
    entity: Entity
    def __init__(self, relation: _Optional[_Union[RelationKind, str]] = ..., entity: _Optional[_Union[Entity, _Mapping]] = ...) -> None: ...

class GraphWarning(_message.Message):
    __slots__ = ("mark", "hops", "path", "text")
    MARK_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    mark: MarkKind
    hops: int
    path: _containers.RepeatedCompositeFieldContainer[PathStep]
    text: str
    def __init__(self, mark: _Optional[_Union[MarkKind, str]] = ..., hops: _Optional[int] = ..., path: _Optional[_Iterable[_Union[PathStep, _Mapping]]] = ..., text: _Optional[str] = ...) -> None: ...

class GetSignalsRequest(_message.Message):
    __slots__ = ("subject_id",)
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    def __init__(self, subject_id: _Optional[str] = ...) -> None: ...

class Sharers(_message.Message):
    __slots__ = ("kind", "person_count")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PERSON_COUNT_FIELD_NUMBER: _ClassVar[int]
    kind: EntityKind
    person_count: int
    def __init__(self, kind: _Optional[_Union[EntityKind, str]] = ..., person_count: _Optional[int] = ...) -> None: ...

class GetSignalsResponse(_message.Message):
    __slots__ = ("hops_to_flagged", "persons_within_1", "persons_within_2", "sharers", "warning", "work_done", "budget_reached")
    HOPS_TO_FLAGGED_FIELD_NUMBER: _ClassVar[int]
    PERSONS_WITHIN_1_FIELD_NUMBER: _ClassVar[int]
    PERSONS_WITHIN_2_FIELD_NUMBER: _ClassVar[int]
    SHARERS_FIELD_NUMBER: _ClassVar[int]
    WARNING_FIELD_NUMBER: _ClassVar[int]
    WORK_DONE_FIELD_NUMBER: _ClassVar[int]
    BUDGET_REACHED_FIELD_NUMBER: _ClassVar[int]
    hops_to_flagged: int
    persons_within_1: int
    persons_within_2: int
    sharers: _containers.RepeatedCompositeFieldContainer[Sharers]
    warning: GraphWarning
    work_done: int
    budget_reached: bool
    def __init__(self, hops_to_flagged: _Optional[int] = ..., persons_within_1: _Optional[int] = ..., persons_within_2: _Optional[int] = ..., sharers: _Optional[_Iterable[_Union[Sharers, _Mapping]]] = ..., warning: _Optional[_Union[GraphWarning, _Mapping]] = ..., work_done: _Optional[int] = ..., budget_reached: bool = ...) -> None: ...

class GetNeighborhoodRequest(_message.Message):
    __slots__ = ("entity", "hops", "node_count_max")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    NODE_COUNT_MAX_FIELD_NUMBER: _ClassVar[int]
    entity: Entity
    hops: int
    node_count_max: int
    def __init__(self, entity: _Optional[_Union[Entity, _Mapping]] = ..., hops: _Optional[int] = ..., node_count_max: _Optional[int] = ...) -> None: ...

class GraphNode(_message.Message):
    __slots__ = ("entity", "distance", "marks")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    entity: Entity
    distance: int
    marks: _containers.RepeatedScalarFieldContainer[MarkKind]
    def __init__(self, entity: _Optional[_Union[Entity, _Mapping]] = ..., distance: _Optional[int] = ..., marks: _Optional[_Iterable[_Union[MarkKind, str]]] = ...) -> None: ...

class GraphEdge(_message.Message):
    __slots__ = ("from_index", "to_index", "relation", "event_time_micros")
    FROM_INDEX_FIELD_NUMBER: _ClassVar[int]
    TO_INDEX_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_MICROS_FIELD_NUMBER: _ClassVar[int]
    from_index: int
    to_index: int
    relation: RelationKind
    event_time_micros: int
    def __init__(self, from_index: _Optional[int] = ..., to_index: _Optional[int] = ..., relation: _Optional[_Union[RelationKind, str]] = ..., event_time_micros: _Optional[int] = ...) -> None: ...

class GetNeighborhoodResponse(_message.Message):
    __slots__ = ("nodes", "edges", "truncated")
    NODES_FIELD_NUMBER: _ClassVar[int]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[GraphNode]
    edges: _containers.RepeatedCompositeFieldContainer[GraphEdge]
    truncated: bool
    def __init__(self, nodes: _Optional[_Iterable[_Union[GraphNode, _Mapping]]] = ..., edges: _Optional[_Iterable[_Union[GraphEdge, _Mapping]]] = ..., truncated: bool = ...) -> None: ...

from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FeatureType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEATURE_TYPE_UNSPECIFIED: _ClassVar[FeatureType]
    FEATURE_TYPE_NUMBER: _ClassVar[FeatureType]
    FEATURE_TYPE_INTEGER: _ClassVar[FeatureType]
    FEATURE_TYPE_BOOLEAN: _ClassVar[FeatureType]
    FEATURE_TYPE_CATEGORY: _ClassVar[FeatureType]
    FEATURE_TYPE_TIME: _ClassVar[FeatureType]

class ProhibitedBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROHIBITED_BASIS_UNSPECIFIED: _ClassVar[ProhibitedBasis]
    PROHIBITED_BASIS_NONE: _ClassVar[ProhibitedBasis]
    PROHIBITED_BASIS_MONITORING_ONLY: _ClassVar[ProhibitedBasis]
    PROHIBITED_BASIS_NEVER: _ClassVar[ProhibitedBasis]
FEATURE_TYPE_UNSPECIFIED: FeatureType
FEATURE_TYPE_NUMBER: FeatureType
FEATURE_TYPE_INTEGER: FeatureType
FEATURE_TYPE_BOOLEAN: FeatureType
FEATURE_TYPE_CATEGORY: FeatureType
FEATURE_TYPE_TIME: FeatureType
PROHIBITED_BASIS_UNSPECIFIED: ProhibitedBasis
PROHIBITED_BASIS_NONE: ProhibitedBasis
PROHIBITED_BASIS_MONITORING_ONLY: ProhibitedBasis
PROHIBITED_BASIS_NEVER: ProhibitedBasis

class FeatureDefinition(_message.Message):
    __slots__ = ("name", "type", "categories", "source", "owner", "description", "prohibited_basis", "personal_data", "feature_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PROHIBITED_BASIS_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    FEATURE_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: FeatureType
    categories: _containers.RepeatedScalarFieldContainer[str]
    source: str
    owner: str
    description: str
    prohibited_basis: ProhibitedBasis
    personal_data: bool
    feature_id: int
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[FeatureType, str]] = ..., categories: _Optional[_Iterable[str]] = ..., source: _Optional[str] = ..., owner: _Optional[str] = ..., description: _Optional[str] = ..., prohibited_basis: _Optional[_Union[ProhibitedBasis, str]] = ..., personal_data: bool = ..., feature_id: _Optional[int] = ...) -> None: ...

class RegisterFeaturesRequest(_message.Message):
    __slots__ = ("request_id", "features")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    features: _containers.RepeatedCompositeFieldContainer[FeatureDefinition]
    def __init__(self, request_id: _Optional[str] = ..., features: _Optional[_Iterable[_Union[FeatureDefinition, _Mapping]]] = ...) -> None: ...

class RegisterFeaturesResponse(_message.Message):
    __slots__ = ("feature_count",)
    FEATURE_COUNT_FIELD_NUMBER: _ClassVar[int]
    feature_count: int
    def __init__(self, feature_count: _Optional[int] = ...) -> None: ...

class ListFeaturesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFeaturesResponse(_message.Message):
    __slots__ = ("features", "next_page_token")
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedCompositeFieldContainer[FeatureDefinition]
    next_page_token: str
    def __init__(self, features: _Optional[_Iterable[_Union[FeatureDefinition, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FeatureValue(_message.Message):
    __slots__ = ("name", "number", "integer", "boolean", "category", "time_micros")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    BOOLEAN_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    TIME_MICROS_FIELD_NUMBER: _ClassVar[int]
    name: str
    number: float
    integer: int
    boolean: bool
    category: str
    time_micros: int
    def __init__(self, name: _Optional[str] = ..., number: _Optional[float] = ..., integer: _Optional[int] = ..., boolean: bool = ..., category: _Optional[str] = ..., time_micros: _Optional[int] = ...) -> None: ...

class FeatureRow(_message.Message):
    __slots__ = ("subject_id", "columns", "values", "as_of_micros")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_MICROS_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    columns: _common_pb2.FeatureColumns
    values: _containers.RepeatedCompositeFieldContainer[FeatureValue]
    as_of_micros: int
    def __init__(self, subject_id: _Optional[str] = ..., columns: _Optional[_Union[_common_pb2.FeatureColumns, _Mapping]] = ..., values: _Optional[_Iterable[_Union[FeatureValue, _Mapping]]] = ..., as_of_micros: _Optional[int] = ...) -> None: ...

class PutFeaturesRequest(_message.Message):
    __slots__ = ("request_id", "rows")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rows: _containers.RepeatedCompositeFieldContainer[FeatureRow]
    def __init__(self, request_id: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[FeatureRow, _Mapping]]] = ...) -> None: ...

class PutFeaturesResponse(_message.Message):
    __slots__ = ("row_count", "value_count")
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    VALUE_COUNT_FIELD_NUMBER: _ClassVar[int]
    row_count: int
    value_count: int
    def __init__(self, row_count: _Optional[int] = ..., value_count: _Optional[int] = ...) -> None: ...

class GetFeaturesRequest(_message.Message):
    __slots__ = ("subject_id", "names")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, subject_id: _Optional[str] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class GetFeaturesResponse(_message.Message):
    __slots__ = ("values", "as_of_micros")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_MICROS_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[FeatureValue]
    as_of_micros: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, values: _Optional[_Iterable[_Union[FeatureValue, _Mapping]]] = ..., as_of_micros: _Optional[_Iterable[int]] = ...) -> None: ...

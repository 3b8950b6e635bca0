from riskd_client.generated.creditrisk.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PortfolioMeasure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PORTFOLIO_MEASURE_UNSPECIFIED: _ClassVar[PortfolioMeasure]
    PORTFOLIO_MEASURE_USED: _ClassVar[PortfolioMeasure]
    PORTFOLIO_MEASURE_GRANTED: _ClassVar[PortfolioMeasure]

class PortfolioPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PORTFOLIO_PERIOD_UNSPECIFIED: _ClassVar[PortfolioPeriod]
    PORTFOLIO_PERIOD_ABSOLUTE: _ClassVar[PortfolioPeriod]
    PORTFOLIO_PERIOD_DAY: _ClassVar[PortfolioPeriod]
    PORTFOLIO_PERIOD_MONTH: _ClassVar[PortfolioPeriod]

class PortfolioStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PORTFOLIO_STATUS_UNSPECIFIED: _ClassVar[PortfolioStatus]
    PORTFOLIO_STATUS_COUNTING: _ClassVar[PortfolioStatus]
    PORTFOLIO_STATUS_ENFORCING: _ClassVar[PortfolioStatus]
    PORTFOLIO_STATUS_PAUSED: _ClassVar[PortfolioStatus]
PORTFOLIO_MEASURE_UNSPECIFIED: PortfolioMeasure
PORTFOLIO_MEASURE_USED: PortfolioMeasure
PORTFOLIO_MEASURE_GRANTED: PortfolioMeasure
PORTFOLIO_PERIOD_UNSPECIFIED: PortfolioPeriod
PORTFOLIO_PERIOD_ABSOLUTE: PortfolioPeriod
PORTFOLIO_PERIOD_DAY: PortfolioPeriod
PORTFOLIO_PERIOD_MONTH: PortfolioPeriod
PORTFOLIO_STATUS_UNSPECIFIED: PortfolioStatus
PORTFOLIO_STATUS_COUNTING: PortfolioStatus
PORTFOLIO_STATUS_ENFORCING: PortfolioStatus
PORTFOLIO_STATUS_PAUSED: PortfolioStatus

class ScopeTerm(_message.Message):
    __slots__ = ("dimension", "value", "value_number")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VALUE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    value: str
    value_number: int
    def __init__(self, dimension: _Optional[str] = ..., value: _Optional[str] = ..., value_number: _Optional[int] = ...) -> None: ...

class ShareBound(_message.Message):
    __slots__ = ("share_ppm", "book_floor_minor")
    SHARE_PPM_FIELD_NUMBER: _ClassVar[int]
    BOOK_FLOOR_MINOR_FIELD_NUMBER: _ClassVar[int]
    share_ppm: int
    book_floor_minor: int
    def __init__(self, share_ppm: _Optional[int] = ..., book_floor_minor: _Optional[int] = ...) -> None: ...

class PortfolioLimit(_message.Message):
    __slots__ = ("portfolio_limit_id", "scope", "measure", "amount_minor", "count", "share", "currency", "period", "time_zone", "status", "version")
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    portfolio_limit_id: int
    scope: _containers.RepeatedCompositeFieldContainer[ScopeTerm]
    measure: PortfolioMeasure
    amount_minor: int
    count: int
    share: ShareBound
    currency: str
    period: PortfolioPeriod
    time_zone: str
    status: PortfolioStatus
    version: int
    def __init__(self, portfolio_limit_id: _Optional[int] = ..., scope: _Optional[_Iterable[_Union[ScopeTerm, _Mapping]]] = ..., measure: _Optional[_Union[PortfolioMeasure, str]] = ..., amount_minor: _Optional[int] = ..., count: _Optional[int] = ..., share: _Optional[_Union[ShareBound, _Mapping]] = ..., currency: _Optional[str] = ..., period: _Optional[_Union[PortfolioPeriod, str]] = ..., time_zone: _Optional[str] = ..., status: _Optional[_Union[PortfolioStatus, str]] = ..., version: _Optional[int] = ...) -> None: ...

class SetPortfolioLimitRequest(_message.Message):
    __slots__ = ("request_id", "portfolio_limit_id", "scope", "measure", "amount_minor", "count", "share", "currency", "period", "time_zone", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    portfolio_limit_id: int
    scope: _containers.RepeatedCompositeFieldContainer[ScopeTerm]
    measure: PortfolioMeasure
    amount_minor: int
    count: int
    share: ShareBound
    currency: str
    period: PortfolioPeriod
    time_zone: str
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., portfolio_limit_id: _Optional[int] = ..., scope: _Optional[_Iterable[_Union[ScopeTerm, _Mapping]]] = ..., measure: _Optional[_Union[PortfolioMeasure, str]] = ..., amount_minor: _Optional[int] = ..., count: _Optional[int] = ..., share: _Optional[_Union[ShareBound, _Mapping]] = ..., currency: _Optional[str] = ..., period: _Optional[_Union[PortfolioPeriod, str]] = ..., time_zone: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class SetPortfolioLimitResponse(_message.Message):
    __slots__ = ("outcome", "limit")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    limit: PortfolioLimit
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., limit: _Optional[_Union[PortfolioLimit, _Mapping]] = ...) -> None: ...

class ListPortfolioLimitsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPortfolioLimitsResponse(_message.Message):
    __slots__ = ("limits", "next_page_token")
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    limits: _containers.RepeatedCompositeFieldContainer[PortfolioLimit]
    next_page_token: str
    def __init__(self, limits: _Optional[_Iterable[_Union[PortfolioLimit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PausePortfolioLimitRequest(_message.Message):
    __slots__ = ("request_id", "portfolio_limit_id", "paused", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    portfolio_limit_id: int
    paused: bool
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., portfolio_limit_id: _Optional[int] = ..., paused: bool = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class PausePortfolioLimitResponse(_message.Message):
    __slots__ = ("outcome", "limit")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    limit: PortfolioLimit
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ..., limit: _Optional[_Union[PortfolioLimit, _Mapping]] = ...) -> None: ...

class ExposureKey(_message.Message):
    __slots__ = ("dimension", "value", "value_number")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VALUE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    value: str
    value_number: int
    def __init__(self, dimension: _Optional[str] = ..., value: _Optional[str] = ..., value_number: _Optional[int] = ...) -> None: ...

class ExposurePart(_message.Message):
    __slots__ = ("currency", "amount_minor", "count")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    currency: str
    amount_minor: int
    count: int
    def __init__(self, currency: _Optional[str] = ..., amount_minor: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class Exposure(_message.Message):
    __slots__ = ("portfolio_limit_id", "keys", "period_start", "amount_minor", "count", "parts", "level_percent", "rate_missing", "available", "book_minor")
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_START_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    LEVEL_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RATE_MISSING_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    BOOK_MINOR_FIELD_NUMBER: _ClassVar[int]
    portfolio_limit_id: int
    keys: _containers.RepeatedCompositeFieldContainer[ExposureKey]
    period_start: str
    amount_minor: int
    count: int
    parts: _containers.RepeatedCompositeFieldContainer[ExposurePart]
    level_percent: int
    rate_missing: bool
    available: int
    book_minor: int
    def __init__(self, portfolio_limit_id: _Optional[int] = ..., keys: _Optional[_Iterable[_Union[ExposureKey, _Mapping]]] = ..., period_start: _Optional[str] = ..., amount_minor: _Optional[int] = ..., count: _Optional[int] = ..., parts: _Optional[_Iterable[_Union[ExposurePart, _Mapping]]] = ..., level_percent: _Optional[int] = ..., rate_missing: bool = ..., available: _Optional[int] = ..., book_minor: _Optional[int] = ...) -> None: ...

class GetExposureRequest(_message.Message):
    __slots__ = ("portfolio_limit_id", "keys", "at_micros")
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    portfolio_limit_id: int
    keys: _containers.RepeatedCompositeFieldContainer[_common_pb2.Label]
    at_micros: int
    def __init__(self, portfolio_limit_id: _Optional[int] = ..., keys: _Optional[_Iterable[_Union[_common_pb2.Label, _Mapping]]] = ..., at_micros: _Optional[int] = ...) -> None: ...

class GetExposureResponse(_message.Message):
    __slots__ = ("exposure",)
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    exposure: Exposure
    def __init__(self, exposure: _Optional[_Union[Exposure, _Mapping]] = ...) -> None: ...

class ListExposuresRequest(_message.Message):
    __slots__ = ("portfolio_limit_id", "page_size", "page_token", "at_micros")
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    portfolio_limit_id: int
    page_size: int
    page_token: str
    at_micros: int
    def __init__(self, portfolio_limit_id: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., at_micros: _Optional[int] = ...) -> None: ...

class ListExposuresResponse(_message.Message):
    __slots__ = ("exposures", "next_page_token")
    EXPOSURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    exposures: _containers.RepeatedCompositeFieldContainer[Exposure]
    next_page_token: str
    def __init__(self, exposures: _Optional[_Iterable[_Union[Exposure, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetExchangeRateRequest(_message.Message):
    __slots__ = ("request_id", "from_currency", "to_currency", "rate_ppb", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    TO_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    RATE_PPB_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    from_currency: str
    to_currency: str
    rate_ppb: int
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., from_currency: _Optional[str] = ..., to_currency: _Optional[str] = ..., rate_ppb: _Optional[int] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class SetExchangeRateResponse(_message.Message):
    __slots__ = ("outcome",)
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ...) -> None: ...

class SetCustomerGroupRequest(_message.Message):
    __slots__ = ("request_id", "subject_id", "group_id", "attribution")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    subject_id: str
    group_id: str
    attribution: _common_pb2.Attribution
    def __init__(self, request_id: _Optional[str] = ..., subject_id: _Optional[str] = ..., group_id: _Optional[str] = ..., attribution: _Optional[_Union[_common_pb2.Attribution, _Mapping]] = ...) -> None: ...

class SetCustomerGroupResponse(_message.Message):
    __slots__ = ("outcome",)
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    outcome: _common_pb2.LimitOutcome
    def __init__(self, outcome: _Optional[_Union[_common_pb2.LimitOutcome, str]] = ...) -> None: ...

class WatchExposureRequest(_message.Message):
    __slots__ = ("portfolio_limit_id", "keys", "after_change_id", "from_newest", "levels_only", "at_micros")
    PORTFOLIO_LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    AFTER_CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_NEWEST_FIELD_NUMBER: _ClassVar[int]
    LEVELS_ONLY_FIELD_NUMBER: _ClassVar[int]
    AT_MICROS_FIELD_NUMBER: _ClassVar[int]
    portfolio_limit_id: int
    keys: _containers.RepeatedCompositeFieldContainer[_common_pb2.Label]
    after_change_id: int
    from_newest: bool
    levels_only: bool
    at_micros: int
    def __init__(self, portfolio_limit_id: _Optional[int] = ..., keys: _Optional[_Iterable[_Union[_common_pb2.Label, _Mapping]]] = ..., after_change_id: _Optional[int] = ..., from_newest: bool = ..., levels_only: bool = ..., at_micros: _Optional[int] = ...) -> None: ...

class ExposureChange(_message.Message):
    __slots__ = ("change_id", "time_micros", "amount_minor", "count", "currency", "level_percent", "level_crossed")
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_MICROS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LEVEL_PERCENT_FIELD_NUMBER: _ClassVar[int]
    LEVEL_CROSSED_FIELD_NUMBER: _ClassVar[int]
    change_id: int
    time_micros: int
    amount_minor: int
    count: int
    currency: str
    level_percent: int
    level_crossed: bool
    def __init__(self, change_id: _Optional[int] = ..., time_micros: _Optional[int] = ..., amount_minor: _Optional[int] = ..., count: _Optional[int] = ..., currency: _Optional[str] = ..., level_percent: _Optional[int] = ..., level_crossed: bool = ...) -> None: ...

class WatchExposureResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[ExposureChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[ExposureChange, _Mapping]]] = ...) -> None: ...

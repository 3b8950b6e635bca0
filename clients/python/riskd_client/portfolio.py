"""Calls on portfolio limits."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from riskd_client.calls import stream
from riskd_client.generated.creditrisk.v1 import common_pb2 as common
from riskd_client.generated.creditrisk.v1 import portfolio_service_pb2 as portfolio
from riskd_client.request_ids import new_request_id


def labels(values: Mapping[str, str] | None) -> list[common.Label]:
    """Labels from a mapping, such as labels({"campaign": "spring"})."""
    return [common.Label(name=name, value=value) for name, value in (values or {}).items()]


class PortfolioCalls:
    """What `Client` inherits."""

    _portfolio: Any
    _metadata: tuple[tuple[str, str], ...]

    def call(self, method: Any, request: Any) -> Any:
        """Makes one call; `Client` has it."""
        raise NotImplementedError

    def set_portfolio_limit(
        self,
        scope: Mapping[str, str | None],
        why: common.Attribution,
        *,
        amount_minor: int | None = None,
        count: int | None = None,
        share: portfolio.ShareBound | None = None,
        measure: str = "USED",
        period: str = "ABSOLUTE",
        currency: str = "EUR",
        time_zone: str = "",
        portfolio_limit_id: int = 0,
        request_id: str | None = None,
    ) -> portfolio.SetPortfolioLimitResponse:
        """Makes or replaces a limit; a scope's value of None gives every value its own counter."""
        terms = [
            portfolio.ScopeTerm(dimension=name, value=value or "")
            for name, value in scope.items()
        ]
        request = portfolio.SetPortfolioLimitRequest(
            request_id=request_id or new_request_id(),
            portfolio_limit_id=portfolio_limit_id,
            scope=terms,
            measure=portfolio.PortfolioMeasure.Value(f"PORTFOLIO_MEASURE_{measure}"),
            amount_minor=amount_minor,
            count=count,
            share=share,
            currency=currency,
            period=portfolio.PortfolioPeriod.Value(f"PORTFOLIO_PERIOD_{period}"),
            time_zone=time_zone,
            attribution=why,
        )
        return self.call(self._portfolio.SetPortfolioLimit, request)

    def portfolio_limits(self) -> list[portfolio.PortfolioLimit]:
        """All portfolio limits, the oldest first, page by page."""
        found: list[portfolio.PortfolioLimit] = []
        token = ""
        while True:
            request = portfolio.ListPortfolioLimitsRequest(page_token=token)
            page = self.call(self._portfolio.ListPortfolioLimits, request)
            found.extend(page.limits)
            token = page.next_page_token
            if not token:
                return found

    def pause_portfolio_limit(
        self,
        portfolio_limit_id: int,
        why: common.Attribution,
        *,
        paused: bool = True,
        request_id: str | None = None,
    ) -> portfolio.PausePortfolioLimitResponse:
        """Lets a limit count without refusing, or refuse again."""
        request = portfolio.PausePortfolioLimitRequest(
            request_id=request_id or new_request_id(),
            portfolio_limit_id=portfolio_limit_id,
            paused=paused,
            attribution=why,
        )
        return self.call(self._portfolio.PausePortfolioLimit, request)

    def exposure(
        self,
        portfolio_limit_id: int,
        keys: Mapping[str, str] | None = None,
        *,
        at_micros: int = 0,
    ) -> portfolio.Exposure:
        """One counter, such as exposure(limit, {"region": "north"})."""
        request = portfolio.GetExposureRequest(
            portfolio_limit_id=portfolio_limit_id, keys=labels(keys), at_micros=at_micros
        )
        return self.call(self._portfolio.GetExposure, request).exposure

    def exposures(
        self, portfolio_limit_id: int, page_size: int = 1_000
    ) -> list[portfolio.Exposure]:
        """All counters of a limit in which anything was counted, page by page."""
        found: list[portfolio.Exposure] = []
        token = ""
        while True:
            request = portfolio.ListExposuresRequest(
                portfolio_limit_id=portfolio_limit_id, page_size=page_size, page_token=token
            )
            page = self.call(self._portfolio.ListExposures, request)
            found.extend(page.exposures)
            token = page.next_page_token
            if not token:
                return found

    def set_exchange_rate(
        self,
        from_currency: str,
        to_currency: str,
        rate_ppb: int,
        why: common.Attribution,
        *,
        request_id: str | None = None,
    ) -> portfolio.SetExchangeRateResponse:
        """What one minor unit is worth in another currency, in parts per thousand million."""
        request = portfolio.SetExchangeRateRequest(
            request_id=request_id or new_request_id(),
            from_currency=from_currency,
            to_currency=to_currency,
            rate_ppb=rate_ppb,
            attribution=why,
        )
        return self.call(self._portfolio.SetExchangeRate, request)

    def set_customer_group(
        self,
        subject_id: str,
        group_id: str,
        why: common.Attribution,
        *,
        request_id: str | None = None,
    ) -> portfolio.SetCustomerGroupResponse:
        """Puts a customer into a group of connected customers; an empty group takes it out."""
        request = portfolio.SetCustomerGroupRequest(
            request_id=request_id or new_request_id(),
            subject_id=subject_id,
            group_id=group_id,
            attribution=why,
        )
        return self.call(self._portfolio.SetCustomerGroup, request)

    def watch_exposure(
        self,
        portfolio_limit_id: int,
        keys: Mapping[str, str] | None = None,
        *,
        after_change_id: int = 0,
        from_newest: bool = False,
        levels_only: bool = False,
    ) -> Iterator[portfolio.ExposureChange]:
        """Every change of a counter behind the cursor, then each new one. Never ends by itself."""
        request = portfolio.WatchExposureRequest(
            portfolio_limit_id=portfolio_limit_id,
            keys=labels(keys),
            after_change_id=after_change_id,
            from_newest=from_newest,
            levels_only=levels_only,
        )
        for page in stream(self._portfolio.WatchExposure, request, self._metadata):
            yield from page.changes

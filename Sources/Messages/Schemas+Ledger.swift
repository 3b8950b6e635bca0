internal import CMessages

/// The messages of lines, holds, debts and portfolio limits, by name.
extension Schemas {
    static let listLinesRequest = unsafe Schema<Creditrisk__V1__ListLinesRequest>(
        creditrisk__v1__list_lines_request__init)
    static let listLinesResponse = unsafe Schema<Creditrisk__V1__ListLinesResponse>(
        creditrisk__v1__list_lines_response__init)
    static let listHoldsRequest = unsafe Schema<Creditrisk__V1__ListHoldsRequest>(
        creditrisk__v1__list_holds_request__init)
    static let listHoldsResponse = unsafe Schema<Creditrisk__V1__ListHoldsResponse>(
        creditrisk__v1__list_holds_response__init)
    static let extendHoldRequest = unsafe Schema<Creditrisk__V1__ExtendHoldRequest>(
        creditrisk__v1__extend_hold_request__init)
    static let extendHoldResponse = unsafe Schema<Creditrisk__V1__ExtendHoldResponse>(
        creditrisk__v1__extend_hold_response__init)
    static let reclassification = unsafe Schema<Creditrisk__V1__Reclassification>(
        creditrisk__v1__reclassification__init)
    static let postChargeRequest = unsafe Schema<Creditrisk__V1__PostChargeRequest>(
        creditrisk__v1__post_charge_request__init)
    static let postChargeResponse = unsafe Schema<Creditrisk__V1__PostChargeResponse>(
        creditrisk__v1__post_charge_response__init)
    static let reverseEntryRequest = unsafe Schema<Creditrisk__V1__ReverseEntryRequest>(
        creditrisk__v1__reverse_entry_request__init)
    static let reverseEntryResponse = unsafe Schema<Creditrisk__V1__ReverseEntryResponse>(
        creditrisk__v1__reverse_entry_response__init)
    static let changeLimitRequest = unsafe Schema<Creditrisk__V1__ChangeLimitRequest>(
        creditrisk__v1__change_limit_request__init)
    static let changeLimitResponse = unsafe Schema<Creditrisk__V1__ChangeLimitResponse>(
        creditrisk__v1__change_limit_response__init)
    static let setTemporaryLimitRequest = unsafe Schema<Creditrisk__V1__SetTemporaryLimitRequest>(
        creditrisk__v1__set_temporary_limit_request__init)
    static let setTemporaryLimitResponse = unsafe Schema<Creditrisk__V1__SetTemporaryLimitResponse>(
        creditrisk__v1__set_temporary_limit_response__init)
    static let repriceRequest = unsafe Schema<Creditrisk__V1__RepriceRequest>(
        creditrisk__v1__reprice_request__init)
    static let repriceResponse = unsafe Schema<Creditrisk__V1__RepriceResponse>(
        creditrisk__v1__reprice_response__init)
    static let renewRequest = unsafe Schema<Creditrisk__V1__RenewRequest>(
        creditrisk__v1__renew_request__init)
    static let renewResponse = unsafe Schema<Creditrisk__V1__RenewResponse>(
        creditrisk__v1__renew_response__init)
    static let freezeRequest = unsafe Schema<Creditrisk__V1__FreezeRequest>(
        creditrisk__v1__freeze_request__init)
    static let freezeResponse = unsafe Schema<Creditrisk__V1__FreezeResponse>(
        creditrisk__v1__freeze_response__init)
    static let unfreezeRequest = unsafe Schema<Creditrisk__V1__UnfreezeRequest>(
        creditrisk__v1__unfreeze_request__init)
    static let unfreezeResponse = unsafe Schema<Creditrisk__V1__UnfreezeResponse>(
        creditrisk__v1__unfreeze_response__init)
    static let writeOffRequest = unsafe Schema<Creditrisk__V1__WriteOffRequest>(
        creditrisk__v1__write_off_request__init)
    static let writeOffResponse = unsafe Schema<Creditrisk__V1__WriteOffResponse>(
        creditrisk__v1__write_off_response__init)
    static let closeLineRequest = unsafe Schema<Creditrisk__V1__CloseLineRequest>(
        creditrisk__v1__close_line_request__init)
    static let closeLineResponse = unsafe Schema<Creditrisk__V1__CloseLineResponse>(
        creditrisk__v1__close_line_response__init)
    static let batchOperation = unsafe Schema<Creditrisk__V1__BatchOperation>(
        creditrisk__v1__batch_operation__init)
    static let batchApplyRequest = unsafe Schema<Creditrisk__V1__BatchApplyRequest>(
        creditrisk__v1__batch_apply_request__init)
    static let batchApplyResponse = unsafe Schema<Creditrisk__V1__BatchApplyResponse>(
        creditrisk__v1__batch_apply_response__init)
    static let entryOperation = unsafe Schema<Creditrisk__V1__EntryOperation>(
        creditrisk__v1__entry_operation__init)
    static let statementEntry = unsafe Schema<Creditrisk__V1__StatementEntry>(
        creditrisk__v1__statement_entry__init)
    static let listStatementRequest = unsafe Schema<Creditrisk__V1__ListStatementRequest>(
        creditrisk__v1__list_statement_request__init)
    static let listStatementResponse = unsafe Schema<Creditrisk__V1__ListStatementResponse>(
        creditrisk__v1__list_statement_response__init)
    static let watchLineRequest = unsafe Schema<Creditrisk__V1__WatchLineRequest>(
        creditrisk__v1__watch_line_request__init)
    static let watchLineResponse = unsafe Schema<Creditrisk__V1__WatchLineResponse>(
        creditrisk__v1__watch_line_response__init)
    static let scopeTerm = unsafe Schema<Creditrisk__V1__ScopeTerm>(
        creditrisk__v1__scope_term__init)
    static let shareBound = unsafe Schema<Creditrisk__V1__ShareBound>(
        creditrisk__v1__share_bound__init)
    static let portfolioLimit = unsafe Schema<Creditrisk__V1__PortfolioLimit>(
        creditrisk__v1__portfolio_limit__init)
    static let setPortfolioLimitRequest = unsafe Schema<Creditrisk__V1__SetPortfolioLimitRequest>(
        creditrisk__v1__set_portfolio_limit_request__init)
    static let setPortfolioLimitResponse = unsafe Schema<Creditrisk__V1__SetPortfolioLimitResponse>(
        creditrisk__v1__set_portfolio_limit_response__init)
    static let listPortfolioLimitsRequest = unsafe Schema<
        Creditrisk__V1__ListPortfolioLimitsRequest
    >(
        creditrisk__v1__list_portfolio_limits_request__init)
    static let listPortfolioLimitsResponse = unsafe Schema<
        Creditrisk__V1__ListPortfolioLimitsResponse
    >(
        creditrisk__v1__list_portfolio_limits_response__init)
    static let pausePortfolioLimitRequest = unsafe Schema<
        Creditrisk__V1__PausePortfolioLimitRequest
    >(
        creditrisk__v1__pause_portfolio_limit_request__init)
    static let pausePortfolioLimitResponse = unsafe Schema<
        Creditrisk__V1__PausePortfolioLimitResponse
    >(
        creditrisk__v1__pause_portfolio_limit_response__init)
    static let exposureKey = unsafe Schema<Creditrisk__V1__ExposureKey>(
        creditrisk__v1__exposure_key__init)
    static let exposurePart = unsafe Schema<Creditrisk__V1__ExposurePart>(
        creditrisk__v1__exposure_part__init)
    static let exposure = unsafe Schema<Creditrisk__V1__Exposure>(
        creditrisk__v1__exposure__init)
    static let getExposureRequest = unsafe Schema<Creditrisk__V1__GetExposureRequest>(
        creditrisk__v1__get_exposure_request__init)
    static let getExposureResponse = unsafe Schema<Creditrisk__V1__GetExposureResponse>(
        creditrisk__v1__get_exposure_response__init)
    static let listExposuresRequest = unsafe Schema<Creditrisk__V1__ListExposuresRequest>(
        creditrisk__v1__list_exposures_request__init)
    static let listExposuresResponse = unsafe Schema<Creditrisk__V1__ListExposuresResponse>(
        creditrisk__v1__list_exposures_response__init)
    static let setExchangeRateRequest = unsafe Schema<Creditrisk__V1__SetExchangeRateRequest>(
        creditrisk__v1__set_exchange_rate_request__init)
    static let setExchangeRateResponse = unsafe Schema<Creditrisk__V1__SetExchangeRateResponse>(
        creditrisk__v1__set_exchange_rate_response__init)
    static let setCustomerGroupRequest = unsafe Schema<Creditrisk__V1__SetCustomerGroupRequest>(
        creditrisk__v1__set_customer_group_request__init)
    static let setCustomerGroupResponse = unsafe Schema<Creditrisk__V1__SetCustomerGroupResponse>(
        creditrisk__v1__set_customer_group_response__init)
    static let watchExposureRequest = unsafe Schema<Creditrisk__V1__WatchExposureRequest>(
        creditrisk__v1__watch_exposure_request__init)
    static let exposureChange = unsafe Schema<Creditrisk__V1__ExposureChange>(
        creditrisk__v1__exposure_change__init)
    static let watchExposureResponse = unsafe Schema<Creditrisk__V1__WatchExposureResponse>(
        creditrisk__v1__watch_exposure_response__init)
    static let attribution = unsafe Schema<Creditrisk__V1__Attribution>(
        creditrisk__v1__attribution__init)
    static let label = unsafe Schema<Creditrisk__V1__Label>(
        creditrisk__v1__label__init)
    static let debt = unsafe Schema<Creditrisk__V1__Debt>(
        creditrisk__v1__debt__init)
    static let block = unsafe Schema<Creditrisk__V1__Block>(
        creditrisk__v1__block__init)
    static let pendingPrice = unsafe Schema<Creditrisk__V1__PendingPrice>(
        creditrisk__v1__pending_price__init)
    static let portfolioRefusal = unsafe Schema<Creditrisk__V1__PortfolioRefusal>(
        creditrisk__v1__portfolio_refusal__init)
}

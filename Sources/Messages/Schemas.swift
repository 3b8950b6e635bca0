internal import CMessages

/// Every message the product reads or writes, by name.
enum Schemas {
    static let money = unsafe Schema<Creditrisk__V1__Money>(
        creditrisk__v1__money__init)
    static let reason = unsafe Schema<Creditrisk__V1__Reason>(
        creditrisk__v1__reason__init)
    static let featureColumns = unsafe Schema<Creditrisk__V1__FeatureColumns>(
        creditrisk__v1__feature_columns__init)
    static let line = unsafe Schema<Creditrisk__V1__Line>(
        creditrisk__v1__line__init)
    static let hold = unsafe Schema<Creditrisk__V1__Hold>(
        creditrisk__v1__hold__init)
    static let holdOption = unsafe Schema<Creditrisk__V1__HoldOption>(
        creditrisk__v1__hold_option__init)
    static let evaluateRequest = unsafe Schema<Creditrisk__V1__EvaluateRequest>(
        creditrisk__v1__evaluate_request__init)
    static let modelScore = unsafe Schema<Creditrisk__V1__ModelScore>(
        creditrisk__v1__model_score__init)
    static let offer = unsafe Schema<Creditrisk__V1__Offer>(
        creditrisk__v1__offer__init)
    static let evaluateResponse = unsafe Schema<Creditrisk__V1__EvaluateResponse>(
        creditrisk__v1__evaluate_response__init)
    static let getDecisionRequest = unsafe Schema<Creditrisk__V1__GetDecisionRequest>(
        creditrisk__v1__get_decision_request__init)
    static let getDecisionResponse = unsafe Schema<Creditrisk__V1__GetDecisionResponse>(
        creditrisk__v1__get_decision_response__init)
    static let featureDefinition = unsafe Schema<Creditrisk__V1__FeatureDefinition>(
        creditrisk__v1__feature_definition__init)
    static let registerFeaturesRequest = unsafe Schema<Creditrisk__V1__RegisterFeaturesRequest>(
        creditrisk__v1__register_features_request__init)
    static let registerFeaturesResponse = unsafe Schema<Creditrisk__V1__RegisterFeaturesResponse>(
        creditrisk__v1__register_features_response__init)
    static let listFeaturesRequest = unsafe Schema<Creditrisk__V1__ListFeaturesRequest>(
        creditrisk__v1__list_features_request__init)
    static let listFeaturesResponse = unsafe Schema<Creditrisk__V1__ListFeaturesResponse>(
        creditrisk__v1__list_features_response__init)
    static let featureValue = unsafe Schema<Creditrisk__V1__FeatureValue>(
        creditrisk__v1__feature_value__init)
    static let featureRow = unsafe Schema<Creditrisk__V1__FeatureRow>(
        creditrisk__v1__feature_row__init)
    static let putFeaturesRequest = unsafe Schema<Creditrisk__V1__PutFeaturesRequest>(
        creditrisk__v1__put_features_request__init)
    static let putFeaturesResponse = unsafe Schema<Creditrisk__V1__PutFeaturesResponse>(
        creditrisk__v1__put_features_response__init)
    static let getFeaturesRequest = unsafe Schema<Creditrisk__V1__GetFeaturesRequest>(
        creditrisk__v1__get_features_request__init)
    static let getFeaturesResponse = unsafe Schema<Creditrisk__V1__GetFeaturesResponse>(
        creditrisk__v1__get_features_response__init)
    static let entity = unsafe Schema<Creditrisk__V1__Entity>(
        creditrisk__v1__entity__init)
    static let link = unsafe Schema<Creditrisk__V1__Link>(
        creditrisk__v1__link__init)
    static let putLinksRequest = unsafe Schema<Creditrisk__V1__PutLinksRequest>(
        creditrisk__v1__put_links_request__init)
    static let putLinksResponse = unsafe Schema<Creditrisk__V1__PutLinksResponse>(
        creditrisk__v1__put_links_response__init)
    static let markEntityRequest = unsafe Schema<Creditrisk__V1__MarkEntityRequest>(
        creditrisk__v1__mark_entity_request__init)
    static let markEntityResponse = unsafe Schema<Creditrisk__V1__MarkEntityResponse>(
        creditrisk__v1__mark_entity_response__init)
    static let pathStep = unsafe Schema<Creditrisk__V1__PathStep>(
        creditrisk__v1__path_step__init)
    static let graphWarning = unsafe Schema<Creditrisk__V1__GraphWarning>(
        creditrisk__v1__graph_warning__init)
    static let getSignalsRequest = unsafe Schema<Creditrisk__V1__GetSignalsRequest>(
        creditrisk__v1__get_signals_request__init)
    static let sharers = unsafe Schema<Creditrisk__V1__Sharers>(
        creditrisk__v1__sharers__init)
    static let getSignalsResponse = unsafe Schema<Creditrisk__V1__GetSignalsResponse>(
        creditrisk__v1__get_signals_response__init)
    static let getNeighborhoodRequest = unsafe Schema<Creditrisk__V1__GetNeighborhoodRequest>(
        creditrisk__v1__get_neighborhood_request__init)
    static let graphNode = unsafe Schema<Creditrisk__V1__GraphNode>(
        creditrisk__v1__graph_node__init)
    static let graphEdge = unsafe Schema<Creditrisk__V1__GraphEdge>(
        creditrisk__v1__graph_edge__init)
    static let getNeighborhoodResponse = unsafe Schema<Creditrisk__V1__GetNeighborhoodResponse>(
        creditrisk__v1__get_neighborhood_response__init)
    static let openLineRequest = unsafe Schema<Creditrisk__V1__OpenLineRequest>(
        creditrisk__v1__open_line_request__init)
    static let openLineResponse = unsafe Schema<Creditrisk__V1__OpenLineResponse>(
        creditrisk__v1__open_line_response__init)
    static let getLineRequest = unsafe Schema<Creditrisk__V1__GetLineRequest>(
        creditrisk__v1__get_line_request__init)
    static let getLineResponse = unsafe Schema<Creditrisk__V1__GetLineResponse>(
        creditrisk__v1__get_line_response__init)
    static let reserveRequest = unsafe Schema<Creditrisk__V1__ReserveRequest>(
        creditrisk__v1__reserve_request__init)
    static let reserveResponse = unsafe Schema<Creditrisk__V1__ReserveResponse>(
        creditrisk__v1__reserve_response__init)
    static let getHoldRequest = unsafe Schema<Creditrisk__V1__GetHoldRequest>(
        creditrisk__v1__get_hold_request__init)
    static let getHoldResponse = unsafe Schema<Creditrisk__V1__GetHoldResponse>(
        creditrisk__v1__get_hold_response__init)
    static let commitRequest = unsafe Schema<Creditrisk__V1__CommitRequest>(
        creditrisk__v1__commit_request__init)
    static let commitResponse = unsafe Schema<Creditrisk__V1__CommitResponse>(
        creditrisk__v1__commit_response__init)
    static let releaseRequest = unsafe Schema<Creditrisk__V1__ReleaseRequest>(
        creditrisk__v1__release_request__init)
    static let releaseResponse = unsafe Schema<Creditrisk__V1__ReleaseResponse>(
        creditrisk__v1__release_response__init)
    static let repayRequest = unsafe Schema<Creditrisk__V1__RepayRequest>(
        creditrisk__v1__repay_request__init)
    static let repayResponse = unsafe Schema<Creditrisk__V1__RepayResponse>(
        creditrisk__v1__repay_response__init)
    static let scoreRequest = unsafe Schema<Creditrisk__V1__ScoreRequest>(
        creditrisk__v1__score_request__init)
    static let scoreResponse = unsafe Schema<Creditrisk__V1__ScoreResponse>(
        creditrisk__v1__score_response__init)
    static let recordBody = unsafe Schema<Creditrisk__Journal__V1__RecordBody>(
        creditrisk__journal__v1__record_body__init)
    static let decisionInputs = unsafe Schema<Creditrisk__Journal__V1__DecisionInputs>(
        creditrisk__journal__v1__decision_inputs__init)
}

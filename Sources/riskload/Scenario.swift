import ArgumentParser

/// One kind of call that riskload makes.
enum CallKind: Int, CaseIterable {
    case health
    case score
    case graph
    case reserve
    case evaluate
    case getLine
    case batch

    /// The method's path on the wire.
    var path: String {
        switch self {
        case .health: "/grpc.health.v1.Health/Check"
        case .score: "/creditrisk.v1.ScoringService/Score"
        case .graph: "/creditrisk.v1.GraphService/GetSignals"
        case .reserve: "/creditrisk.v1.LimitService/Reserve"
        case .evaluate: "/creditrisk.v1.DecisionService/Evaluate"
        case .getLine: "/creditrisk.v1.LimitService/GetLine"
        case .batch: "/creditrisk.v1.LimitService/BatchApply"
        }
    }

    /// What the answer's first field means, by its value; empty when an answer has one meaning.
    var outcomeNames: [Int: String] {
        switch self {
        case .health: [0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"]
        case .score, .graph, .getLine: [:]
        case .batch: [0: "SOME REFUSED", 1: "ALL DONE"]
        case .reserve:
            [
                0: "UNSPECIFIED", 1: "DONE", 4: "LINE_CLOSED", 5: "LINE_BLOCKED",
                6: "CURRENCY_MISMATCH", 7: "HOLD_ENDED", 8: "HOLD_EXPIRED",
                9: "AMOUNT_EXCEEDS_HOLD", 10: "LIMIT_EXCEEDED", 11: "AMOUNT_OVERFLOW",
            ]
        case .evaluate:
            [
                0: "UNSPECIFIED", 1: "APPROVE", 2: "COUNTER_OFFER", 3: "STEP_UP",
                4: "NEEDS_DATA", 5: "REFER", 6: "DECLINE",
            ]
        }
    }
}

/// What an operation of a batch does, by its number on the wire.
enum BatchAction: Int64 {
    case reserve = 1
    case openLine = 8
}

/// What a run consists of.
enum Scenario: String, ExpressibleByArgument, CaseIterable {
    case health
    case score
    case graph
    case reserve
    /// Reservations that all take from one line.
    case reserveHot = "reserve-hot"
    case evaluate
    case getLine = "get-line"
    /// Batches of reservations.
    case batch
    case mix

    /// The calls of the scenario and how many of a hundred each makes up.
    var shares: [(kind: CallKind, percent: Int)] {
        switch self {
        case .health: [(.health, 100)]
        case .score: [(.score, 100)]
        case .graph: [(.graph, 100)]
        case .reserve, .reserveHot: [(.reserve, 100)]
        case .evaluate: [(.evaluate, 100)]
        case .getLine: [(.getLine, 100)]
        case .batch: [(.batch, 100)]
        case .mix: [(.score, 60), (.graph, 20), (.reserve, 10), (.evaluate, 10)]
        }
    }

    /// Whether credit lines are opened before the run.
    var needsLines: Bool { shares.contains { [.reserve, .getLine, .batch].contains($0.kind) } }

    /// A hundred kinds in the scenario's shares: a random one of them is the next call.
    var hundred: [CallKind] {
        let kinds = shares.flatMap { Array(repeating: $0.kind, count: $0.percent) }
        precondition(kinds.count == 100, "the shares of a scenario add up to 100")
        return kinds
    }
}

extension Evaluator {
    /// The values of a loop's variables, one round each.
    private struct Rounds {
        let first: [Value]
        /// Empty without a second variable.
        let second: [Value]

        init(_ range: Value, isPair: Bool) throws(Fault) {
            switch range {
            case .list(let list) where isPair:
                first = list.indices.map { .int(Int64($0)) }
                second = list
            case .list(let list):
                first = list
                second = []
            case .map(let map):
                first = map.keys
                second = isPair ? map.values : []
            default:
                throw Fault(
                    .noSuchOverload, "no such overload: a loop over \(range.type.name)")
            }
        }
    }

    mutating func run(_ loop: Program.Loop) throws(Fault) -> Value {
        let rounds = try Rounds(try evaluate(loop.range), isPair: loop.secondLocal != nil)
        switch loop.kind {
        case .all: return try quantified(loop, rounds, decidedBy: false)
        case .exists: return try quantified(loop, rounds, decidedBy: true)
        case .existsOne: return try existsOne(loop, rounds)
        case .filter, .map, .transformList: return try listed(loop, rounds)
        case .transformMap, .transformMapEntry: return try mapped(loop, rounds)
        }
    }

    private mutating func enter(_ loop: Program.Loop, _ rounds: Rounds, _ round: Int)
        throws(Fault)
    {
        try charge(1)
        locals[loop.local] = .value(rounds.first[round])
        if let second = loop.secondLocal { locals[second] = .value(rounds.second[round]) }
    }

    private mutating func bool(_ node: Program.Node?) throws(Fault) -> Bool {
        guard let node else { return true }
        guard case .bool(let value) = try evaluate(node) else {
            throw Fault(
                .noSuchOverload, "no such overload: the condition is no bool",
                offset: program.offsets[node])
        }
        return value
    }

    /// all, exists: as && and || over the rounds.
    private mutating func quantified(
        _ loop: Program.Loop, _ rounds: Rounds, decidedBy decisive: Bool
    ) throws(Fault) -> Value {
        var first: Fault?
        for round in rounds.first.indices {
            try enter(loop, rounds, round)
            do throws(Fault) {
                if try bool(loop.body) == decisive { return .bool(decisive) }
            } catch {
                guard error.kind != .costExceeded else { throw error }
                first = first ?? error
            }
        }
        if let first { throw first }
        return .bool(!decisive)
    }

    private mutating func existsOne(_ loop: Program.Loop, _ rounds: Rounds)
        throws(Fault) -> Value
    {
        var count = 0
        for round in rounds.first.indices {
            try enter(loop, rounds, round)
            if try bool(loop.body) { count += 1 }
        }
        return .bool(count == 1)
    }

    private mutating func listed(_ loop: Program.Loop, _ rounds: Rounds) throws(Fault) -> Value {
        var list: [Value] = []
        for round in rounds.first.indices {
            try enter(loop, rounds, round)
            guard try bool(loop.condition) else { continue }
            if let body = loop.body {
                list.append(try evaluate(body))
            } else {
                list.append(rounds.first[round])
            }
        }
        return .list(list)
    }

    private mutating func mapped(_ loop: Program.Loop, _ rounds: Rounds) throws(Fault) -> Value {
        var map = ValueMap()
        for round in rounds.first.indices {
            try enter(loop, rounds, round)
            guard try bool(loop.condition), let body = loop.body else { continue }
            let value = try evaluate(body)
            guard loop.kind == .transformMapEntry else {
                try insert(value, at: rounds.first[round], into: &map)
                continue
            }
            guard case .map(let entries) = value else {
                throw Fault(.noSuchOverload, "no such overload: transformMapEntry gives no map")
            }
            for (key, value) in zip(entries.keys, entries.values) {
                try insert(value, at: key, into: &map)
            }
        }
        return .map(map)
    }
}

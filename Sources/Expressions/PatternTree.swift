/// A pattern as it is written.
indirect enum PatternTree {
    case empty
    case scalar(Unicode.Scalar)
    case set(ScalarSet)
    case assert(Pattern.Assertion)
    case sequence([PatternTree])
    case choice([PatternTree])
    /// At least and at most so many times; nil for any number.
    case repetition(PatternTree, Int, Int?)
}

/// Writes the program of a pattern.
struct PatternCompiler {
    private var steps: [Pattern.Step] = []

    mutating func append(_ tree: PatternTree) throws(Fault) {
        guard steps.count <= Pattern.stepCountMax else {
            throw Fault(.tooLarge, "the pattern repeats too much")
        }
        switch tree {
        case .empty: break
        case .scalar(let scalar): steps.append(.scalar(scalar))
        case .set(let set): steps.append(.set(set))
        case .assert(let assertion): steps.append(.assert(assertion))
        case .sequence(let parts):
            for part in parts { try append(part) }
        case .choice(let choices): try append(choices: choices)
        case .repetition(let inner, let low, let high):
            for _ in 0..<low { try append(inner) }
            guard let high else { return try appendLoop(inner) }
            try appendOptional(inner, high - low)
        }
    }

    /// The program with its end.
    mutating func finished() throws(Fault) -> [Pattern.Step] {
        guard steps.count <= Pattern.stepCountMax else {
            throw Fault(.tooLarge, "the pattern repeats too much")
        }
        return steps + [.match]
    }

    private mutating func append(choices: [PatternTree]) throws(Fault) {
        var jumps: [Int] = []
        for (index, choice) in choices.enumerated() {
            guard index < choices.count - 1 else {
                try append(choice)
                break
            }
            let split = steps.count
            steps.append(.jump(0))
            try append(choice)
            jumps.append(steps.count)
            steps.append(.jump(0))
            steps[split] = .split(split + 1, steps.count)
        }
        for jump in jumps { steps[jump] = .jump(steps.count) }
    }

    private mutating func appendLoop(_ inner: PatternTree) throws(Fault) {
        let split = steps.count
        steps.append(.jump(0))
        try append(inner)
        steps.append(.jump(split))
        steps[split] = .split(split + 1, steps.count)
    }

    /// Up to `count` more.
    private mutating func appendOptional(_ inner: PatternTree, _ count: Int) throws(Fault) {
        var splits: [Int] = []
        for _ in 0..<max(0, count) {
            splits.append(steps.count)
            steps.append(.jump(0))
            try append(inner)
        }
        for split in splits { steps[split] = .split(split + 1, steps.count) }
    }
}

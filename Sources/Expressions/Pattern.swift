/// A regular expression in RE2's syntax, matched in time linear in the text.
///
/// Swift's own regular expressions backtrack: a tenant's pattern could take exponential time.
/// Here all alternatives advance together over the text, one code point at a time.
/// Sources: Thompson, "Regular Expression Search Algorithm" (1968); Cox, "Regular Expression
/// Matching: the Virtual Machine Approach" (2009); RE2's syntax page.
struct Pattern: Sendable {
    /// One step of the program.
    enum Step: Sendable {
        case scalar(Unicode.Scalar)
        case set(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }

    enum Assertion: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// Steps: `{n,m}` copies what it repeats, and each step may be visited for each code point.
    static let stepCountMax = 8_192

    let steps: [Step]

    /// Reads a pattern; a fault of kind invalidArgument says what is wrong with it.
    init(_ text: String, bytesMax: Int) throws(Fault) {
        guard text.utf8.count <= bytesMax else {
            throw Fault(.tooLarge, "the pattern is longer than \(bytesMax) bytes")
        }
        let tree = try PatternParser.parse(text)
        var compiler = PatternCompiler()
        try compiler.append(tree)
        steps = try compiler.finished()
    }

    /// Steps that one match may take, to be charged before it is made.
    func cost(of text: String) -> Int { (text.utf8.count / 16 + 1) * (steps.count / 8 + 1) }

    /// Whether some part of the text matches. O(code points x steps).
    func matches(_ text: String) -> Bool {
        var threads = PatternThreads(steps: steps)
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            threads.add(0, previous: previous, next: scalar)
            if threads.hasMatched { return true }
            threads.advance(over: scalar)
            previous = scalar
        }
        threads.add(0, previous: previous, next: nil)
        return threads.hasMatched
    }
}

/// The set of places in the program that the text so far leads to.
private struct PatternThreads {
    let steps: [Pattern.Step]
    /// Places that wait for a code point: their follow-ups are found when its neighbours are known.
    private var waiting: [Int] = []
    private var pending: [Int] = []
    private var stack: [Int] = []
    /// The round in which each place was last added.
    private var marks: [Int]
    private var round = 1
    private(set) var hasMatched = false

    init(steps: [Pattern.Step]) {
        self.steps = steps
        marks = Array(repeating: 0, count: steps.count)
    }

    /// Adds a place, and what is reached from it and from the places before the last code point.
    mutating func add(_ start: Int, previous: Unicode.Scalar?, next: Unicode.Scalar?) {
        stack = pending
        pending.removeAll(keepingCapacity: true)
        stack.append(start)
        while let place = stack.popLast() {
            guard marks[place] != round else { continue }
            marks[place] = round
            switch steps[place] {
            case .scalar, .set: waiting.append(place)
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .assert(let assertion):
                if assertion.holds(previous, next) { stack.append(place + 1) }
            case .match: hasMatched = true
            }
        }
    }

    /// Moves every waiting place over a code point.
    mutating func advance(over scalar: Unicode.Scalar) {
        for place in waiting {
            switch steps[place] {
            case .scalar(let wanted) where wanted == scalar: pending.append(place + 1)
            case .set(let set) where set.contains(scalar): pending.append(place + 1)
            default: break
            }
        }
        waiting.removeAll(keepingCapacity: true)
        round += 1
    }
}

extension Pattern.Assertion {
    func holds(_ previous: Unicode.Scalar?, _ next: Unicode.Scalar?) -> Bool {
        switch self {
        case .textStart: previous == nil
        case .textEnd: next == nil
        case .lineStart: previous == nil || previous == "\n"
        case .lineEnd: next == nil || next == "\n"
        case .wordBoundary: isWord(previous) != isWord(next)
        case .noWordBoundary: isWord(previous) == isWord(next)
        }
    }

    private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar, scalar.isASCII else { return false }
        return UInt8(scalar.value).isWordStart || UInt8(scalar.value).decimalDigit != nil
    }
}

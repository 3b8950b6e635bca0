@testable import Expressions

/// The obvious matcher: tries every way through the tree. Exponential, hence only for tests.
struct BacktrackingMatcher {
    let text: [Unicode.Scalar]

    /// Whether some part of the text matches.
    static func matches(_ tree: PatternTree, _ text: String) -> Bool {
        let matcher = BacktrackingMatcher(text: Array(text.unicodeScalars))
        return (0...matcher.text.count).contains { matcher.match(tree, $0) { _ in true } }
    }

    private func scalar(_ place: Int) -> Unicode.Scalar? {
        text.indices.contains(place) ? text[place] : nil
    }

    private func match(_ tree: PatternTree, _ place: Int, _ rest: (Int) -> Bool) -> Bool {
        switch tree {
        case .empty: return rest(place)
        case .scalar(let wanted): return scalar(place) == wanted && rest(place + 1)
        case .set(let set):
            return scalar(place).map { set.contains($0) } ?? false && rest(place + 1)
        case .assert(let assertion):
            return assertion.holds(scalar(place - 1), scalar(place)) && rest(place)
        case .sequence(let parts):
            guard let first = parts.first else { return rest(place) }
            return match(first, place) {
                match(.sequence(Array(parts.dropFirst())), $0, rest)
            }
        case .choice(let choices): return choices.contains { match($0, place, rest) }
        case .repetition(let inner, let low, let high):
            if low == 0, rest(place) { return true }
            guard high ?? 1 > 0 else { return false }
            let next = PatternTree.repetition(inner, max(0, low - 1), high.map { $0 - 1 })
            return match(inner, place) { end in
                // A round that takes nothing and is not needed would never end.
                end == place && low == 0 ? false : match(next, end, rest)
            }
        }
    }
}

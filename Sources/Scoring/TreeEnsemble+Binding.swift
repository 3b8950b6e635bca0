extension TreeEnsemble {
    /// The inputs that some node compares as categories.
    var categoryInputs: Set<Int> {
        Set(nodes.lazy.filter { $0.flags & Flag.category != 0 }.map { Int($0.input) })
    }

    /// The same trees reading their values in another order.
    ///
    /// `names[n]` is the input that value n will hold: every input once. Returns nil otherwise.
    func reordered(_ names: [String]) -> TreeEnsemble? {
        guard names.count == inputNames.count else { return nil }
        var places: [String: Int] = [:]
        for (place, name) in names.enumerated() { places[name] = place }
        var newPlaces: [UInt16] = []
        for name in inputNames {
            guard let place = places[name] else { return nil }
            newPlaces.append(UInt16(place))
        }
        var moved = nodes
        for index in moved.indices { moved[index].input = newPlaces[Int(moved[index].input)] }
        return TreeEnsemble(
            inputNames: names, nodes: moved, leafValues: leafValues, isStraight: isStraight,
            roots: roots, categoryWords: categoryWords, sigmoid: sigmoid, divisor: divisor)
    }
}

extension Scorecard {
    /// Writes what each attribute adds against its reference points, one value per attribute.
    ///
    /// Below 0 the attribute lowered the score. The sum is the row's points less
    /// `referenceScore`. Complexity: as `score`; no allocation.
    public func contributions(of values: Span<Double>, into output: inout MutableSpan<Double>) {
        precondition(values.count == searches.count, "one value per attribute")
        precondition(output.count == searches.count, "one place per attribute")
        let searches = searches.span
        let bounds = bounds.span
        for index in searches.indices {
            let slot = Self.slot(searches[index], values[index], bounds)
            output[index] = worths[slot].x - references[index]
        }
    }

    /// The points of a row that stands at every attribute's reference.
    public var referenceScore: Double { references.reduce(basePoints, +) }

    /// The attributes that cost the row most against their reference, at most 4.
    ///
    /// Complexity: as `score`; no allocation.
    public func rankedReasons(of values: Span<Double>) -> RankedReasons {
        precondition(values.count == searches.count, "one value per attribute")
        let searches = searches.span
        let bounds = bounds.span
        var reasons = RankedReasons()
        for index in searches.indices {
            let slot = Self.slot(searches[index], values[index], bounds)
            reasons.insert(input: index, pointsLost: references[index] - worths[slot].x)
        }
        return reasons
    }

    /// The bin that a value of one attribute falls into.
    public func bin(ofAttribute index: Int, value: Double) -> ScorecardBin {
        let slot = Self.slot(searches[index], value, bounds.span)
        let number = Int(slotBins[slot])
        return number < 0 ? attributes[index].missing : attributes[index].bins[number]
    }
}

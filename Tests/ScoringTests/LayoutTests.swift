import Testing

@testable import Scoring

/// The cache-line arithmetic that the doc comments promise.
@Suite struct LayoutTests {
    @Test func hotStructuresHaveTheirSizes() {
        #expect(MemoryLayout<TreeEnsemble.Node>.stride == 16)
        #expect(MemoryLayout<Scorecard.Search>.stride == 16)
        #expect(MemoryLayout<Scorecard.BoundBlock>.stride == 64)
        #expect(MemoryLayout<Scorecard.Worth>.stride == 16)
    }

    @Test func categoryPlacesSurviveTheThreshold() {
        for (word, count) in [(0, 0), (1, 3), (4_194_303, 4_194_304)] {
            let place = CategoryPlace(
                threshold: CategoryPlace(firstWord: word, wordCount: count).threshold)
            #expect(place.firstWord == word && place.wordCount == count)
        }
    }

    /// Only full groups without special nodes are walked eight at a time.
    @Test func groupsAreStraightWhenNothingIsSpecial() throws {
        func trees(_ name: String) throws -> TreeEnsemble {
            try LightGBMReader.read(try TestData.bytes("\(name).txt"), file: name)
        }
        let german = try trees("german_lightgbm")
        #expect(german.isStraight.count == 13)
        #expect(german.isStraight.dropLast().allSatisfy { $0 } && german.isStraight.last == false)
        #expect(try trees("zero_missing").isStraight.contains(true) == false)
    }
}

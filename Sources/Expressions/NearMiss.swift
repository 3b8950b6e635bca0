/// Finds the name somebody meant.
enum NearMiss {
    /// Longer names are not compared: the distance takes the product of both lengths.
    private static let bytesMax = 64

    /// The name at most two slips (a letter added, left out, changed or swapped) away; the nearest,
    /// then the first in order. Linear in the names.
    static func nearest(to name: String, among names: [String]) -> String? {
        let wanted = Array(name.utf8)
        guard (2...bytesMax).contains(wanted.count) else { return nil }
        let slipsMax = wanted.count < 5 ? 1 : 2
        var best: (distance: Int, name: String)?
        for candidate in names where abs(candidate.utf8.count - wanted.count) <= slipsMax {
            let distance = distance(wanted, Array(candidate.utf8))
            guard distance <= slipsMax else { continue }
            if let found = best, (found.distance, found.name) <= (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name
    }

    /// The optimal string alignment distance.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let change = left[row] == right[column] ? 0 : 1
                var least = min(
                    previous[column] + change, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}

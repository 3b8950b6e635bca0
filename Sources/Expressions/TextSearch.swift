/// Finding a text in another, by bytes: UTF-8 never matches inside a code point.
enum TextSearch {
    /// The first place at or after `start`; the plain search, charged by the product of sizes.
    static func first(_ part: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        guard let head = part.first else { return start }
        var place = start
        while place + part.count <= text.count {
            if text[place] == head, text[place..<place + part.count].elementsEqual(part) {
                return place
            }
            place += 1
        }
        return nil
    }

    /// The position, in code points, of the first occurrence from `start` on; -1 for none.
    static func position(of part: String, in text: String, from start: Int) -> Int64 {
        let bytes = Array(text.utf8)
        var offset = 0
        for scalar in text.unicodeScalars.prefix(start) { offset += UTF8.width(scalar) }
        guard let found = first(Array(part.utf8), in: bytes, from: offset) else { return -1 }
        return Int64(position(of: found, in: bytes))
    }

    /// The position, in code points, of the last occurrence that starts at or before `end`.
    static func lastPosition(of part: String, in text: String, upTo end: Int?) -> Int64 {
        let bytes = Array(text.utf8)
        let wanted = Array(part.utf8)
        guard wanted.count <= bytes.count else { return -1 }
        var place = bytes.count - wanted.count
        if let end {
            var offset = 0
            for scalar in text.unicodeScalars.prefix(end) { offset += UTF8.width(scalar) }
            place = min(place, offset)
        }
        while place >= 0 {
            if bytes[place..<place + wanted.count].elementsEqual(wanted) {
                return Int64(position(of: place, in: bytes))
            }
            place -= 1
        }
        return -1
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> Int {
        bytes[..<offset].reduce(0) { $0 + ($1 & 0xc0 == 0x80 ? 0 : 1) }
    }

    /// The text cut at each separator, which is not empty, at most so many times.
    static func pieces(_ text: String, _ separator: String, cutsMax: Int64) -> [String] {
        let bytes = Array(text.utf8)
        let wanted = Array(separator.utf8)
        var pieces: [String] = []
        var start = 0
        while Int64(pieces.count) < cutsMax,
            let found = first(wanted, in: bytes, from: start)
        {
            pieces.append(String(decoding: bytes[start..<found], as: UTF8.self))
            start = found + wanted.count
        }
        return pieces + [String(decoding: bytes[start...], as: UTF8.self)]
    }
}

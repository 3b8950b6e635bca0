internal import Domain
internal import Ground

extension FeatureRow {
    func encode(into writer: inout ByteWriter) {
        writer.write(tenant.rawValue)
        writer.write(subject.hash)
        writer.write(lastSequence)
        writer.write(UInt16(stampCount))
        for index in 0..<stampCount { writer.write(stamp(index)) }
        writer.write(UInt16(valueCount))
        for (place, id) in ids.enumerated() {
            writer.write(id.rawValue)
            writer.write(UInt16(stampIndex(at: place)))
            writer.write(value(at: place))
        }
    }

    static func decode(from reader: inout ByteReader) throws(ByteReaderError) -> FeatureRow {
        let tenant = TenantID(try reader.read(UInt32.self))
        let subject = SubjectID(try reader.readHash())
        let lastSequence = try reader.read(UInt64.self)
        var stamps: [Int64] = []
        for _ in 0..<(try reader.read(UInt16.self)) { stamps.append(try reader.read(Int64.self)) }
        let valueCount = Int(try reader.read(UInt16.self))
        guard valueCount <= FeatureRegistry.featureCountMax,
            stamps.count <= FeatureRegistry.featureCountMax + stampSpare + 1
        else {
            throw ByteReaderError(offset: reader.offset, problem: "row is too large")
        }
        var words: [UInt64] = []
        var places: [(index: Int, value: Double)] = []
        var next = 0
        for _ in 0..<valueCount {
            let feature = Int(try reader.read(UInt16.self))
            let index = Int(try reader.read(UInt16.self))
            guard feature >= next, feature < FeatureRegistry.featureCountMax,
                index < stamps.count
            else {
                throw ByteReaderError(offset: reader.offset, problem: "row is out of order")
            }
            next = feature + 1
            while words.count <= feature >> 6 { words.append(0) }
            words[feature >> 6] |= 1 << UInt64(feature & 63)
            places.append((index, try reader.readDouble()))
        }
        let row = FeatureRow(
            tenant: tenant, subject: subject, lastSequence: lastSequence, words: words,
            stamps: stamps, stampCapacity: stamps.count + stampSpare)
        for (place, entry) in places.enumerated() {
            row.setValue(entry.value, at: place)
            row.setStampIndex(entry.index, at: place)
        }
        return row
    }
}

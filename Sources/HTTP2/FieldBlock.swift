internal import CNGHTTP2

/// A header or trailer block ready to be sent.
///
/// Layout: the names and values in one piece of memory, and nghttp2's array that points into it.
/// nghttp2 copies the text when a block is submitted, except that of a permanent block.
@safe
public final class FieldBlock: @unchecked Sendable {
    // Sendable because nothing changes after init.
    let fields: UnsafeMutablePointer<nghttp2_nv>
    let count: Int
    private let text: UnsafeMutablePointer<UInt8>

    /// Copies the fields in, pseudo-headers first. Names are lower case.
    ///
    /// A `permanent` block is promised to outlive every session that sends it. Such blocks are
    /// few and repeat, so their fields go into the HPACK table; others are sent as literals.
    public init(_ list: [(name: String, value: [UInt8])], permanent: Bool = false) {
        let size = list.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
        unsafe text = .allocate(capacity: max(size, 1))
        unsafe fields = .allocate(capacity: max(list.count, 1))
        count = list.count
        let flags =
            permanent
            ? NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
            : NGHTTP2_NV_FLAG_NO_INDEX.rawValue
        var used = 0
        for (index, field) in list.enumerated() {
            let name = unsafe text + used
            for (offset, byte) in field.name.utf8.enumerated() { unsafe name[offset] = byte }
            used += field.name.utf8.count
            let value = unsafe text + used
            for (offset, byte) in field.value.enumerated() { unsafe value[offset] = byte }
            used += field.value.count
            unsafe (fields + index).initialize(
                to: nghttp2_nv(
                    name: name, value: value, namelen: field.name.utf8.count,
                    valuelen: field.value.count, flags: UInt8(truncatingIfNeeded: flags)))
        }
    }

    /// The same, with text values.
    public convenience init(_ list: [(String, String)], permanent: Bool = false) {
        self.init(list.map { ($0.0, Array($0.1.utf8)) }, permanent: permanent)
    }

    deinit {
        unsafe fields.deallocate()
        unsafe text.deallocate()
    }
}

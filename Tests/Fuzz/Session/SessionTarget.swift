/// libFuzzer's entry: one input is one connection's whole life.
///
/// First byte: bit 0 adds the preface and SETTINGS, bit 1 makes frames of the input instead of
/// taking it as bytes, bits 2 and 3 choose how the bytes are cut, bits 4 to 7 the limits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSession(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let input = unsafe UnsafeBufferPointer(start: start, count: count)
    var source = unsafe InputSource(Array(input))
    let mode = source.byte()
    var bytes: [UInt8] = mode & 1 == 0 ? [] : Frames.greeting
    if mode & 2 == 0 {
        bytes += source.rest()
    } else {
        Frames.append(to: &bytes, from: &source)
    }
    let connection = MemoryConnection(limits: mode >> 4)
    connection.run(bytes, cut: Cut(mode >> 2 & 3))
    return 0
}

/// How the bytes are cut into reads.
enum Cut {
    case whole
    case small
    case bytes
    case uneven

    init(_ number: UInt8) {
        switch number {
        case 0: self = .whole
        case 1: self = .small
        case 2: self = .bytes
        default: self = .uneven
        }
    }

    /// The size of a read, given how many came before it.
    func size(after reads: Int) -> Int {
        switch self {
        case .whole: 1 << 20
        case .small: 64
        // Long inputs byte by byte would spend the run on themselves.
        case .bytes: reads < 512 ? 1 : 1_024
        case .uneven: 1 + reads * 37 % 211
        }
    }
}

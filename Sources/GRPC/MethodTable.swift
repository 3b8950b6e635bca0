/// One method of a server, shared by reference so that a call copies no closures.
final class RegisteredMethod: Sendable {
    let method: Method
    let pathBytes: [UInt8]

    init(_ method: Method) {
        self.method = method
        pathBytes = Array(method.path.utf8)
    }
}

/// All methods of a server, found by path.
///
/// Layout: open addressing over a power of two at least four times the number of methods; the
/// hash reads the length and the last eight bytes, which is where paths differ.
final class MethodTable: Sendable {
    private let slots: [RegisteredMethod?]
    private let services: Set<String>

    /// Each path must be there once.
    init(_ methods: [Method]) {
        var size = 16
        while size < methods.count * 4 { size *= 2 }
        var slots = [RegisteredMethod?](repeating: nil, count: size)
        for method in methods {
            let made = RegisteredMethod(method)
            let path = made.pathBytes
            var slot = Self.hash(path.span) & (size - 1)
            while let other = slots[slot] {
                precondition(other.pathBytes != path, "a method is registered twice")
                slot = (slot + 1) & (size - 1)
            }
            slots[slot] = made
        }
        self.slots = slots
        services = Set(methods.map(\.service))
    }

    private static func hash(_ path: Span<UInt8>) -> Int {
        var mixed = UInt64(path.count)
        for index in max(path.count - 8, 0)..<path.count {
            mixed = (mixed ^ UInt64(path[index])) &* 0x0000_0100_0000_01b3
        }
        return Int(truncatingIfNeeded: (mixed ^ mixed >> 29) & 0x7fff_ffff)
    }

    /// The method with this path, or nil.
    func find(_ path: Span<UInt8>) -> RegisteredMethod? {
        var slot = Self.hash(path) & (slots.count - 1)
        while let candidate = slots[slot] {
            if path.equals(candidate.pathBytes) { return candidate }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Why no method has this path, in words: the service is unknown, or only the method.
    func missing(_ path: String) -> Status {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 3, services.contains(String(parts[1])) {
            return Status(
                .unimplemented, "method \(path) does not exist", reason: "METHOD_UNKNOWN")
        }
        return Status(
            .unimplemented, "no service has the path \(path)", reason: "SERVICE_UNKNOWN")
    }
}

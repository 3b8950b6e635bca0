internal import Ground

/// One method of a server, shared by reference so that a call copies no closures.
final class RegisteredMethod: Sendable {
    let method: Method
    /// The method's number in its table, from 0.
    let index: Int
    let pathBytes: [UInt8]
    /// Once more, because to take a method apart copies all of it.
    let unary: UnaryHandler?
    let methodClass: MethodClass
    let isPublic: Bool

    init(_ method: Method, index: Int) {
        self.method = method
        methodClass = method.methodClass
        isPublic = method.isPublic
        unary = if case .unary(let handler, _) = method.handler { handler } else { nil }
        self.index = index
        pathBytes = Array(method.path.utf8)
    }
}

/// All methods of a server, found by path.
///
/// Layout: open addressing over a power of two at least four times the number of methods; the
/// hash reads the length and the last eight bytes, which is where paths differ. Slots hold
/// uncounted references, because counting them would cost more than the look-up; `methods` owns.
final class MethodTable: @unchecked Sendable {
    // Sendable because nothing changes after init.
    private let methods: [RegisteredMethod]
    private let slots: [Unowned<RegisteredMethod>?]
    private let services: Set<String>
    /// How many methods there are.
    let count: Int

    /// Each path must be there once.
    init(_ methods: [Method]) {
        var size = 16
        while size < methods.count * 4 { size *= 2 }
        var slots = [Unowned<RegisteredMethod>?](repeating: nil, count: size)
        let registered = methods.enumerated().map { RegisteredMethod($1, index: $0) }
        for made in registered {
            let path = made.pathBytes
            var slot = Self.hash(path.span) & (size - 1)
            while let other = slots[slot] {
                other.with {
                    precondition($0.pathBytes != path, "a method is registered twice")
                }
                slot = (slot + 1) & (size - 1)
            }
            slots[slot] = Unowned(made)
        }
        self.methods = registered
        self.slots = slots
        count = methods.count
        services = Set(methods.map(\.service))
    }

    private static func hash(_ path: Span<UInt8>) -> Int {
        var mixed = UInt64(path.count)
        for index in max(path.count - 8, 0)..<path.count {
            mixed = (mixed ^ UInt64(path[index])) &* 0x0000_0100_0000_01b3
        }
        return Int(truncatingIfNeeded: (mixed ^ mixed >> 29) & 0x7fff_ffff)
    }

    /// The method with this path, or nil; it lives as long as the table.
    func find(_ path: Span<UInt8>) -> Unowned<RegisteredMethod>? {
        var slot = Self.hash(path) & (slots.count - 1)
        while let candidate = slots[slot] {
            let isFound = candidate.with { path.equals($0.pathBytes) }
            if isFound { return candidate }
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

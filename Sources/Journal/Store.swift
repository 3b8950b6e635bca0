/// What a store refused.
public struct StoreError: Error, Sendable, Hashable {
    /// The store's own words.
    public var problem: String

    /// The store's own words.
    public init(problem: String) { self.problem = problem }
}

/// One change of an atomic write.
public enum StoreChange: Sendable {
    case put(key: [UInt8], value: [UInt8])
    case delete(key: [UInt8])
}

/// An ordered map of bytes for what is big and can be rebuilt from the journal.
///
/// Writes become durable only with `flush`; a crash before it may lose any of them, never half of
/// one `write`. Thread: any.
public protocol Store: AnyObject, Sendable {
    /// The value of a key, if there is one.
    func get(_ key: [UInt8]) throws(StoreError) -> [UInt8]?
    /// Makes all changes, in order, or none.
    func write(_ changes: [StoreChange]) throws(StoreError)
    /// Visits keys that begin with `prefix` in byte order until `body` says false.
    func scan(
        prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StoreError)
    /// Deletes every key that begins with `prefix`.
    func deleteAll(prefix: [UInt8]) throws(StoreError)
    /// Makes every earlier write durable.
    func flush() throws(StoreError)
    /// Lets go of what reads left in memory: after a start, which reads everything once.
    func forgetReads()
}

extension Store {
    /// Puts one value.
    public func put(_ key: [UInt8], _ value: [UInt8]) throws(StoreError) {
        try write([.put(key: key, value: value)])
    }

    /// Deletes key by key, for stores that cannot delete a range at once.
    public func deleteAll(prefix: [UInt8]) throws(StoreError) {
        var isDone = false
        while !isDone {
            var changes: [StoreChange] = []
            try scan(prefix: prefix) { key, _ in
                changes.append(.delete(key: key))
                return changes.count < 10_000
            }
            isDone = changes.count < 10_000
            if !changes.isEmpty { try write(changes) }
        }
    }

    /// Nothing to let go of.
    public func forgetReads() {}

    /// Deletes one key; nothing when it is not there.
    public func delete(_ key: [UInt8]) throws(StoreError) {
        try write([.delete(key: key)])
    }
}

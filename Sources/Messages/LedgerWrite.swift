public import Domain
public import Ground

/// A call that is one operation of the ledger, checked: what becomes one record.
public struct LedgerWrite: Sendable {
    public var requestKey: Hash128
    public var type: RecordType
    /// The borrower it is about where no line says so; `.none` otherwise.
    public var subject: SubjectID
    public var operation: LedgerOperation

    init(
        _ type: RecordType, requestKey: Hash128, subject: SubjectID = .none,
        _ operation: LedgerOperation
    ) {
        self.requestKey = requestKey
        self.type = type
        self.subject = subject
        self.operation = operation
    }
}

/// A change of a limit: the ledger's operation, and what must be compared with the line before.
public struct LimitWrite: Sendable {
    public var write: LedgerWrite
    public var line: LineID
    /// The limit it leads to; 0 of a renewal that leaves it.
    public var limitMinor: Int64
    /// Whether the request says where the customer's consent is found.
    public var hasConsent: Bool
}

internal import CMessages
public import Domain

/// ListStatementRequest, checked.
public struct StatementRequest: Sendable {
    public var line: LineID
    /// Entries behind this one; 0 is the start of the order asked for.
    public var after: UInt64
    public var isNewestFirst: Bool
    public var countMax: Int
}

/// WatchLineRequest, checked.
public struct WatchRequest: Sendable {
    public var line: LineID
    public var after: UInt64
    public var startsAtNewest: Bool
}

extension Codec {
    /// LimitService.ListStatement.
    public func listStatement(_ bytes: Span<UInt8>) throws(MessageFault) -> StatementRequest {
        try unsafe decode(Schemas.listStatementRequest, bytes) { message throws(MessageFault) in
            try unsafe StatementRequest(
                line: LineID(FieldRules.number(message.line_id)),
                after: FieldRules.cursor(message.after_entry_id, "after_entry_id"),
                isNewestFirst: message.newest_first != 0,
                countMax: FieldRules.pageSize(
                    message.count_max, "count_max", default: .max, max: 1_000_000))
        }
    }

    /// LimitService.WatchLine.
    public func watchLine(_ bytes: Span<UInt8>) throws(MessageFault) -> WatchRequest {
        try unsafe decode(Schemas.watchLineRequest, bytes) { message throws(MessageFault) in
            try unsafe WatchRequest(
                line: LineID(FieldRules.number(message.line_id)),
                after: FieldRules.cursor(message.after_entry_id, "after_entry_id"),
                startsAtNewest: message.from_newest != 0)
        }
    }
}

extension FieldRules {
    /// A number that was given before; 0 is the start.
    static func cursor(_ value: Int64, _ field: String) throws(MessageFault) -> UInt64 {
        guard value >= 0 else {
            throw MessageFault(.countOutOfRange, field: field, "\(field) must not be negative")
        }
        return UInt64(value)
    }
}

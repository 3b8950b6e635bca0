/// What a server tells of its load with one call: xds.data.orca.v3.OrcaLoadReport.
///
/// Source: gRFC A51 and the field numbers of the public message.
public struct LoadReport: Sendable, Equatable {
    /// Part of the processors in use, 1 being all that the server may use; may be above 1.
    public var cpuUtilization = 0.0
    /// Part of the memory in use, 0 to 1.
    public var memoryUtilization = 0.0
    /// The application's own measure, 0 or more.
    public var applicationUtilization = 0.0
    /// Queries a second that the server handles.
    public var queriesPerSecond = 0.0
    /// Queries a second that fail.
    public var errorsPerSecond = 0.0
    /// What this one call cost, by names of the application's choice.
    public var requestCost: [String: Double] = [:]
    /// Parts of other resources in use, 0 to 1.
    public var utilization: [String: Double] = [:]
    /// Anything else.
    public var namedMetrics: [String: Double] = [:]

    /// A report of nothing.
    public init() {}

    static let trailerName = "endpoint-load-metrics-bin"

    /// The protobuf form; map entries in the order of their keys.
    public var serialized: [UInt8] {
        var writer = WireWriter()
        writer.double(1, cpuUtilization)
        writer.double(2, memoryUtilization)
        writer.map(4, requestCost)
        writer.map(5, utilization)
        writer.double(6, queriesPerSecond)
        writer.double(7, errorsPerSecond)
        writer.map(8, namedMetrics)
        writer.double(9, applicationUtilization)
        return writer.bytes
    }
}

extension WireWriter {
    /// A map from names to doubles.
    fileprivate mutating func map(_ field: Int, _ values: [String: Double]) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            var entry = WireWriter()
            entry.text(1, name)
            entry.double(2, value)
            message(field, entry)
        }
    }
}

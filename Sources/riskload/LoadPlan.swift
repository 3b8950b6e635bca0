import GRPC
import Ground
import HTTP2

/// What a run is to do, checked.
struct LoadPlan {
    var address: ClientAddress
    var key: String
    var scenario: Scenario
    /// Calls per second of an open loop; nil for a closed loop.
    var ratePerSecond: UInt64?
    var duration: LoadDuration
    var warmup: LoadDuration
    var connectionCount: Int
    var streamCount: Int
    var lineCount: Int
    /// The first of the lines when they are there already, numbered in a row.
    var openedLine: Int64?
    /// Holds that are placed on the lines before the run.
    var holdCount: Int
    /// Operations of a batch.
    var batchCount: Int
    var seed: UInt64
    var subject: RequestMaker.Subject

    /// How long to wait for the server to take the connections.
    static let connectNanosMax: UInt64 = 5_000_000_000

    /// A method's header block. Lives as long as the process, as a permanent block must.
    func method(_ path: String) -> ClientMethod {
        ClientMethod(path: path, authority: address.description, key: key)
    }

    /// A pool that is connected.
    func connect(
        connectionCount: Int, clock: any Clock, delegate: any ClientPoolDelegate
    ) throws(LoadError) -> ClientPool {
        do {
            let pool = try ClientPool(
                address: address, connectionCount: connectionCount,
                streamsPerConnection: streamCount, clock: clock, delegate: delegate)
            try pool.connect(timeoutNanos: Self.connectNanosMax)
            return pool
        } catch {
            throw .unreachable("\(error)")
        }
    }
}

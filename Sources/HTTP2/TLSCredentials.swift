internal import Ground

/// The certificate that new connections get; it can be changed while the server runs.
///
/// Thread: any.
public final class TLSCredentials: Sendable {
    private let configuration: TLSConfiguration
    private let state: Lock<TLSContext>

    /// Reads the files. Throws one line that says which is wrong and how.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        self.configuration = configuration
        state = Lock(try TLSContext(configuration))
    }

    /// Reads the files again: new connections get what is there now, old ones go on as they are.
    ///
    /// Throws one line when the new files cannot be used; then nothing changes.
    public func reload() throws(TLSError) {
        let fresh = try TLSContext(configuration)
        state.withLock { $0 = fresh }
    }

    /// What the next connection is made from.
    var current: TLSContext { state.withLock { $0 } }
}

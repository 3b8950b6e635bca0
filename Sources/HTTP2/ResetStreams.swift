/// The streams of one connection that we reset, the latest of them.
///
/// Frames that were under way when a reset left are the peer's right; frames of streams that the
/// peer itself had ended are not. Nothing is kept before the first reset. Complexity: linear in
/// `kept`, asked only for DATA of streams that are gone. Thread: the session's.
struct ResetStreams {
    /// Reason: more resets than that, and the peer has spent its budget of them long ago.
    private static let kept = 256

    private var latest: [Int32] = []
    private var next = 0
    /// The highest stream that was forgotten again.
    private var forgotten: Int32 = 0

    /// A stream was reset.
    mutating func add(_ streamID: Int32) {
        guard latest.count == Self.kept else { return latest.append(streamID) }
        forgotten = max(forgotten, latest[next])
        latest[next] = streamID
        next = next + 1 == Self.kept ? 0 : next + 1
    }

    /// Whether the stream was reset by us, as far as that is remembered: yes in doubt.
    func mayInclude(_ streamID: Int32) -> Bool {
        streamID <= forgotten || latest.contains(streamID)
    }
}

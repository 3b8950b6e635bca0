internal import GRPC
internal import Journal

extension AdminServer {
    /// Prometheus' text format, version 0.0.4.
    static func metrics(_ server: Server, _ journal: Journal, _ pending: PendingCalls) -> String {
        let counts = server.statistics
        let rows: [(name: String, kind: String, help: String, value: UInt64)] = [
            (
                "riskd_connections_open", "gauge", "Connections open now",
                UInt64(counts.connectionsOpen)
            ),
            (
                "riskd_connections_accepted_total", "counter", "Connections accepted",
                counts.connectionsAccepted
            ),
            ("riskd_calls_started_total", "counter", "Calls started", counts.callsStarted),
            ("riskd_calls_failed_total", "counter", "Calls ended by an error", counts.callsFailed),
            ("riskd_received_bytes_total", "counter", "Bytes received", counts.bytesReceived),
            ("riskd_sent_bytes_total", "counter", "Bytes sent", counts.bytesSent),
            (
                "riskd_calls_waiting", "gauge", "Calls that wait for their commit",
                UInt64(pending.count)
            ),
            (
                "riskd_journal_applied_sequence", "counter", "Journal records applied",
                journal.appliedSequence
            ),
            (
                "riskd_checkpoint_failing", "gauge", "1 while the last checkpoint failed",
                journal.checkpointFailure == nil ? 0 : 1
            ),
            (
                "riskd_clock_frozen", "gauge", "1 while a clock jump has frozen expiry",
                journal.isClockFrozen ? 1 : 0
            ),
        ]
        return rows.map { row in
            "# HELP \(row.name) \(row.help)\n# TYPE \(row.name) \(row.kind)\n"
                + "\(row.name) \(row.value)\n"
        }.joined()
    }
}

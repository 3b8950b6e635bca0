internal import GRPC
internal import HTTP2
internal import Journal
internal import Limits

extension AdminServer {
    /// Prometheus' text format, version 0.0.4.
    static func metrics(_ server: Server, _ journal: Journal, _ pending: PendingCalls) -> String {
        let counts = server.statistics
        let rows = calls(counts) + connections(counts) + commits(journal, pending)
        return rows.map { row in
            "# HELP \(row.name) \(row.help)\n# TYPE \(row.name) \(row.kind)\n"
                + "\(row.name) \(row.value)\n"
        }.joined() + abuses(counts.abuses) + memory(journal.ledger.rows.memory)
    }

    private typealias Row = (name: String, kind: String, help: String, value: UInt64)

    private static func calls(_ counts: ServerStatistics) -> [Row] {
        [
            ("riskd_calls_started_total", "counter", "Calls started", counts.callsStarted),
            ("riskd_calls_failed_total", "counter", "Calls ended by an error", counts.callsFailed),
            (
                "riskd_calls_shed_total", "counter", "Calls refused because too much was waiting",
                counts.callsShed
            ),
            (
                "riskd_calls_expired_in_queue_total", "counter",
                "Calls whose deadline passed before they began", counts.callsExpiredInQueue
            ),
            (
                "riskd_calls_queued", "gauge", "Calls that wait for their handler",
                UInt64(counts.callsWaiting)
            ),
            (
                "riskd_calls_held", "gauge", "Calls that wait for their connection's reader",
                UInt64(counts.callsHeld)
            ),
            (
                "riskd_connections_held_total", "counter",
                "Times a connection had too many unread reply bytes", counts.connectionsHeld
            ),
            (
                "riskd_request_bytes_waiting", "gauge", "Request bytes that wait",
                UInt64(counts.requestBytesWaiting)
            ),
            (
                "riskd_reply_bytes_waiting", "gauge", "Reply bytes that wait for their readers",
                UInt64(counts.replyBytesWaiting)
            ),
            (
                "riskd_calls_retried_total", "counter",
                "Calls that said they are repeated attempts",
                counts.callsRetried
            ),
        ]
    }

    private static func connections(_ counts: ServerStatistics) -> [Row] {
        [
            (
                "riskd_connections_open", "gauge", "Connections open now",
                UInt64(counts.connectionsOpen)
            ),
            (
                "riskd_connections_accepted_total", "counter", "Connections accepted",
                counts.connectionsAccepted
            ),
            ("riskd_received_bytes_total", "counter", "Bytes received", counts.bytesReceived),
            ("riskd_sent_bytes_total", "counter", "Bytes sent", counts.bytesSent),
            (
                "riskd_tls_handshakes_total", "counter", "TLS handshakes completed",
                counts.tls.handshakesCompleted
            ),
            (
                "riskd_tls_handshakes_failed_total", "counter", "TLS handshakes broken or refused",
                counts.tls.handshakesFailed
            ),
            (
                "riskd_tls_handshakes_late_total", "counter", "TLS handshakes ended after 5 s",
                counts.tls.handshakesLate
            ),
            (
                "riskd_tls_handshakes_crowded_out_total", "counter",
                "TLS handshakes that made room for newer ones", counts.tls.handshakesCrowdedOut
            ),
        ]
    }

    private static func commits(_ journal: Journal, _ pending: PendingCalls) -> [Row] {
        [
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
    }

    /// Where the ledger's memory is.
    private static func memory(_ memory: LedgerMemory) -> String {
        let name = "riskd_ledger_bytes"
        let parts = [
            ("lines", memory.lineRows), ("line_index", memory.lineIndex),
            ("subject_index", memory.subjectIndex), ("holds", memory.holdRows),
            ("hold_index", memory.holdIndex), ("in_flight", memory.inFlight),
        ]
        return "# HELP \(name) Memory of the ledger's rows and indexes\n# TYPE \(name) gauge\n"
            + parts.map { "\(name){part=\"\($0.0)\"} \($0.1)\n" }.joined()
    }

    /// One counter with a label per kind, zero ones too, so that an alert finds every series.
    private static func abuses(_ counts: AbuseCounts) -> String {
        let name = "riskd_abuse_total"
        let lines = Abuse.allCases.map { "\(name){kind=\"\($0.name)\"} \(counts[$0])\n" }
        return "# HELP \(name) Connections and calls ended or refused because of their peer\n"
            + "# TYPE \(name) counter\n" + lines.joined()
    }
}

internal import CInteropMessages
internal import CProtobufC
internal import GRPC

/// What a unary call of the interop service asks for.
struct SimpleRequest {
    var isCompressable = true
    var responseBytes = 0
    var fillsServerID = false
    var compressesReply: Bool?
    var expectsCompressed: Bool?
    var status: Status?
    var loadReport: LoadReport?
}

/// One wanted message of a download.
struct WantedMessage {
    var bytes: Int
    var intervalMicros: Int
    var isCompressed: Bool
}

/// What one request of a download asks for.
struct DownloadRequest {
    var isCompressable = true
    var messages: [WantedMessage] = []
    var status: Status?
    var outOfBandReport: LoadReport?
}

/// One message of an upload.
struct UploadRequest {
    var payloadBytes: Int
    var expectsCompressed: Bool?
}

/// The messages of grpc.testing between bytes and Swift.
enum TestMessages {
    private static let simpleRequest = unsafe Schema<Grpc__Testing__SimpleRequest>(
        grpc__testing__simple_request__init)
    private static let simpleResponse = unsafe Schema<Grpc__Testing__SimpleResponse>(
        grpc__testing__simple_response__init)
    private static let payload = unsafe Schema<Grpc__Testing__Payload>(
        grpc__testing__payload__init)
    private static let downloadRequest = unsafe Schema<Grpc__Testing__StreamingOutputCallRequest>(
        grpc__testing__streaming_output_call_request__init)
    private static let downloadResponse =
        unsafe Schema<Grpc__Testing__StreamingOutputCallResponse>(
            grpc__testing__streaming_output_call_response__init)
    private static let uploadRequest = unsafe Schema<Grpc__Testing__StreamingInputCallRequest>(
        grpc__testing__streaming_input_call_request__init)
    private static let uploadResponse = unsafe Schema<Grpc__Testing__StreamingInputCallResponse>(
        grpc__testing__streaming_input_call_response__init)
    private static let reportRequest = unsafe Schema<Xds__Service__Orca__V3__OrcaLoadReportRequest>(
        xds__service__orca__v3__orca_load_report_request__init)

    /// Reads a SimpleRequest; nil when the bytes are none.
    static func simpleRequest(_ bytes: Span<UInt8>) -> SimpleRequest? {
        unsafe simpleRequest.read(bytes) { message in
            unsafe SimpleRequest(
                isCompressable: message.response_type == GRPC__TESTING__PAYLOAD_TYPE__COMPRESSABLE,
                responseBytes: Int(message.response_size),
                fillsServerID: message.fill_server_id != 0,
                compressesReply: flag(message.response_compressed),
                expectsCompressed: flag(message.expect_compressed),
                status: status(message.response_status),
                loadReport: report(message.orca_per_query_report))
        }
    }

    /// The bytes of a SimpleResponse.
    static func simpleResponse(
        body: [UInt8], serverID: String = "", host: String = ""
    ) -> [UInt8] {
        unsafe simpleResponse.write { arena, message in
            unsafe message.payload = arena.make(payload) { unsafe $0.body = arena.bytes(body) }
            unsafe message.server_id = arena.text(serverID)
            unsafe message.hostname = arena.text(host)
        }
    }

    /// Reads a StreamingOutputCallRequest; nil when the bytes are none.
    static func downloadRequest(_ bytes: Span<UInt8>) -> DownloadRequest? {
        unsafe downloadRequest.read(bytes) { message in
            let messages = unsafe Unpacked.list(
                message.response_parameters, message.n_response_parameters
            ) { wanted in
                unsafe WantedMessage(
                    bytes: Int(wanted.pointee.size),
                    intervalMicros: Int(wanted.pointee.interval_us),
                    isCompressed: flag(wanted.pointee.compressed) ?? false)
            }
            return unsafe DownloadRequest(
                isCompressable: message.response_type == GRPC__TESTING__PAYLOAD_TYPE__COMPRESSABLE,
                messages: messages, status: status(message.response_status),
                outOfBandReport: report(message.orca_oob_report))
        }
    }

    /// The bytes of a StreamingOutputCallResponse.
    static func downloadResponse(body: [UInt8]) -> [UInt8] {
        unsafe downloadResponse.write { arena, message in
            unsafe message.payload = arena.make(payload) { unsafe $0.body = arena.bytes(body) }
        }
    }

    /// Reads a StreamingInputCallRequest; nil when the bytes are none.
    static func uploadRequest(_ bytes: Span<UInt8>) -> UploadRequest? {
        unsafe uploadRequest.read(bytes) { message in
            unsafe UploadRequest(
                payloadBytes: message.payload?.pointee.body.len ?? 0,
                expectsCompressed: flag(message.expect_compressed))
        }
    }

    /// The bytes of a StreamingInputCallResponse.
    static func uploadResponse(payloadBytes: Int) -> [UInt8] {
        unsafe uploadResponse.write { _, message in
            unsafe message.aggregated_payload_size = Int32(clamping: payloadBytes)
        }
    }

    /// The interval that an OrcaLoadReportRequest asks for, in milliseconds; nil when the bytes
    /// are none.
    static func reportIntervalMillis(_ bytes: Span<UInt8>) -> Int64? {
        unsafe reportRequest.read(bytes) { message in
            guard let interval = unsafe message.report_interval else { return 0 }
            let (millis, overflow) = unsafe interval.pointee.seconds
                .multipliedReportingOverflow(by: 1_000)
            return overflow ? .max : unsafe millis &+ Int64(interval.pointee.nanos) / 1_000_000
        }
    }

    private static func flag(_ value: UnsafeMutablePointer<Grpc__Testing__BoolValue>?) -> Bool? {
        guard let value = unsafe value else { return nil }
        return unsafe value.pointee.value != 0
    }

    /// The error that a request asks for; nil for none, and for OK.
    private static func status(
        _ echo: UnsafeMutablePointer<Grpc__Testing__EchoStatus>?
    ) -> Status? {
        guard let echo = unsafe echo, unsafe echo.pointee.code != 0 else { return nil }
        let code = unsafe UInt8(exactly: echo.pointee.code).flatMap(StatusCode.init)
        return unsafe Status(code ?? .unknown, Unpacked.text(echo.pointee.message))
    }

    private static func report(
        _ report: UnsafeMutablePointer<Grpc__Testing__TestOrcaReport>?
    ) -> LoadReport? {
        guard let report = unsafe report?.pointee else { return nil }
        var read = LoadReport()
        unsafe read.cpuUtilization = report.cpu_utilization
        unsafe read.memoryUtilization = report.memory_utilization
        let costs = unsafe Unpacked.list(report.request_cost, report.n_request_cost) { entry in
            unsafe (Unpacked.text(entry.pointee.key), entry.pointee.value)
        }
        read.requestCost = Dictionary(costs) { $1 }
        let parts = unsafe Unpacked.list(report.utilization, report.n_utilization) { entry in
            unsafe (Unpacked.text(entry.pointee.key), entry.pointee.value)
        }
        read.utilization = Dictionary(parts) { $1 }
        return read
    }
}

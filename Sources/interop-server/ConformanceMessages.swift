internal import CInteropMessages
internal import CProtobufC
internal import GRPC

/// A header or trailer with all its values as the suite writes them: those of a -bin name base64.
struct ConformanceHeader {
    var name: String
    var values: [String]
}

/// A message of any type.
typealias PackedMessage = (typeURL: String, value: [UInt8])

/// The error that a definition asks for.
struct ConformanceError {
    var code: StatusCode
    var message: String
    var details: [PackedMessage]
}

/// What a request says about its answer; one reply is a list of one.
struct ReplyDefinition {
    var headers: [ConformanceHeader] = []
    var trailers: [ConformanceHeader] = []
    var replies: [[UInt8]] = []
    var error: ConformanceError?
    var delayMillis = 0
}

/// What the server saw of a call.
struct SeenRequest {
    var headers: [ConformanceHeader] = []
    var timeoutMillis: Int64?
    var requests: [PackedMessage] = []
}

/// The messages of connectrpc.conformance.v1 between bytes and Swift.
///
/// UnaryRequest, IdempotentUnaryRequest and ClientStreamRequest have the same fields, and so have
/// all replies: one reader and one writer serve each group.
enum ConformanceMessages {
    private static let typePrefix = "type.googleapis.com/connectrpc.conformance.v1."

    private static let unaryRequest = unsafe Schema<Connectrpc__Conformance__V1__UnaryRequest>(
        connectrpc__conformance__v1__unary_request__init)
    private static let streamRequest =
        unsafe Schema<Connectrpc__Conformance__V1__ServerStreamRequest>(
            connectrpc__conformance__v1__server_stream_request__init)
    private static let bidiRequest = unsafe Schema<Connectrpc__Conformance__V1__BidiStreamRequest>(
        connectrpc__conformance__v1__bidi_stream_request__init)
    private static let reply = unsafe Schema<Connectrpc__Conformance__V1__UnaryResponse>(
        connectrpc__conformance__v1__unary_response__init)
    private static let payload = unsafe Schema<Connectrpc__Conformance__V1__ConformancePayload>(
        connectrpc__conformance__v1__conformance_payload__init)
    private static let seen =
        unsafe Schema<Connectrpc__Conformance__V1__ConformancePayload__RequestInfo>(
            connectrpc__conformance__v1__conformance_payload__request_info__init)
    private static let header = unsafe Schema<Connectrpc__Conformance__V1__Header>(
        connectrpc__conformance__v1__header__init)
    private static let any = unsafe Schema<Google__Protobuf__Any>(
        google__protobuf__any__init)

    /// Reads the definition of a request that has one reply; nil when the bytes are none.
    static func unaryDefinition(_ bytes: Span<UInt8>) -> ReplyDefinition?? {
        unsafe unaryRequest.read(bytes) { message in
            guard let found = unsafe message.response_definition?.pointee else { return nil }
            var definition = unsafe ReplyDefinition(
                headers: headers(found.response_headers, found.n_response_headers),
                trailers: headers(found.response_trailers, found.n_response_trailers),
                delayMillis: Int(found.response_delay_ms))
            switch unsafe found.response_case {
            case CONNECTRPC__CONFORMANCE__V1__UNARY_RESPONSE_DEFINITION__RESPONSE_RESPONSE_DATA:
                unsafe definition.replies = [found.response_data.copied]
            case CONNECTRPC__CONFORMANCE__V1__UNARY_RESPONSE_DEFINITION__RESPONSE_ERROR:
                unsafe definition.error = error(found.error)
            default: break
            }
            return definition
        }
    }

    /// Reads the definition of a ServerStreamRequest; nil when the bytes are none.
    static func streamDefinition(_ bytes: Span<UInt8>) -> ReplyDefinition?? {
        unsafe streamRequest.read(bytes) { message in
            unsafe definition(message.response_definition)
        }
    }

    /// Reads a BidiStreamRequest; nil when the bytes are none.
    static func bidiRequest(
        _ bytes: Span<UInt8>
    ) -> (definition: ReplyDefinition?, isFullDuplex: Bool)? {
        unsafe bidiRequest.read(bytes) { message in
            unsafe (definition(message.response_definition), message.full_duplex != 0)
        }
    }

    /// A request as it came, for the list of what was seen.
    static func packed(_ type: String, _ bytes: Span<UInt8>) -> PackedMessage {
        let copy = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        return (typeURL: typePrefix + type, value: copy)
    }

    /// The bytes of a reply of any method.
    static func reply(data: [UInt8], _ request: SeenRequest?) -> [UInt8] {
        unsafe reply.write { arena, message in
            unsafe message.payload = arena.make(payload) { made in
                unsafe made.data = arena.bytes(data)
                if let request {
                    unsafe made.request_info = arena.make(seen) { unsafe fill(arena, &$0, request) }
                }
            }
        }
    }

    /// The status of an error; `request` joins its details.
    static func status(_ error: ConformanceError, _ request: SeenRequest?) -> Status {
        var details = error.details
        if let request {
            let bytes = unsafe seen.write { arena, message in unsafe fill(arena, &message, request)
            }
            details.append(
                (typeURL: typePrefix + "ConformancePayload.RequestInfo", value: bytes))
        }
        return Status(error.code, error.message, packed: details)
    }

    private static func fill(
        _ arena: MessageArena,
        _ message: inout Connectrpc__Conformance__V1__ConformancePayload__RequestInfo,
        _ request: SeenRequest
    ) {
        let timeoutIsThere =
            CONNECTRPC__CONFORMANCE__V1__CONFORMANCE_PAYLOAD__REQUEST_INFO___TIMEOUT_MS_TIMEOUT_MS
        unsafe message.n_request_headers = request.headers.count
        unsafe message.request_headers = arena.makeList(header, request.headers) { made, field in
            unsafe made.name = arena.text(field.name)
            unsafe made.n_value = field.values.count
            let values = unsafe field.values.map { unsafe Optional(arena.text($0)) }
            unsafe made.value = arena.list(values)
        }
        if let timeoutMillis = request.timeoutMillis {
            unsafe message._timeout_ms_case = timeoutIsThere
            unsafe message.timeout_ms = timeoutMillis
        }
        unsafe message.n_requests = request.requests.count
        unsafe message.requests = arena.makeList(any, request.requests) { made, packed in
            unsafe made.type_url = arena.text(packed.typeURL)
            unsafe made.value = arena.bytes(packed.value)
        }
    }

    private static func definition(
        _ found: UnsafeMutablePointer<Connectrpc__Conformance__V1__StreamResponseDefinition>?
    ) -> ReplyDefinition? {
        guard let found = unsafe found?.pointee else { return nil }
        return unsafe ReplyDefinition(
            headers: headers(found.response_headers, found.n_response_headers),
            trailers: headers(found.response_trailers, found.n_response_trailers),
            replies: (0..<found.n_response_data).map { unsafe found.response_data[$0].copied },
            error: error(found.error), delayMillis: Int(found.response_delay_ms))
    }

    private static func headers(
        _ start: UnsafeMutablePointer<UnsafeMutablePointer<Connectrpc__Conformance__V1__Header>?>?,
        _ count: Int
    ) -> [ConformanceHeader] {
        unsafe Unpacked.list(start, count) { field in
            unsafe ConformanceHeader(
                name: Unpacked.text(field.pointee.name).lowercased(),
                values: Unpacked.list(field.pointee.value, field.pointee.n_value) {
                    unsafe Unpacked.text($0)
                })
        }
    }

    private static func error(
        _ found: UnsafeMutablePointer<Connectrpc__Conformance__V1__Error>?
    ) -> ConformanceError? {
        guard let found = unsafe found?.pointee else { return nil }
        let isWorded =
            unsafe found._message_case
            == CONNECTRPC__CONFORMANCE__V1__ERROR___MESSAGE_MESSAGE
        let code = unsafe UInt8(exactly: found.code.rawValue).flatMap(StatusCode.init)
        let details = unsafe Unpacked.list(found.details, found.n_details) { detail in
            unsafe (
                typeURL: Unpacked.text(detail.pointee.type_url), value: detail.pointee.value.copied
            )
        }
        return unsafe ConformanceError(
            code: code == .ok ? .unknown : code ?? .unknown,
            message: isWorded ? Unpacked.text(found.message) : "", details: details)
    }
}

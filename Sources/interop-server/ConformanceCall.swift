internal import Foundation
internal import GRPC
internal import Ground

/// What all methods of the conformance service do with a call.
struct ConformanceCall: Sendable {
    let call: Call
    private static let clock = SystemClock()

    init(_ call: Call) {
        self.call = call
    }

    /// What was seen of the call so far.
    func seen(_ requests: [PackedMessage]) -> SeenRequest {
        var headers: [ConformanceHeader] = []
        var positions: [String: Int] = [:]
        for (name, value) in call.allMetadata {
            let text =
                name.hasSuffix("-bin")
                ? Self.base64(value) : String(decoding: value, as: UTF8.self)
            if let position = positions[name] {
                headers[position].values.append(text)
            } else {
                positions[name] = headers.count
                headers.append(ConformanceHeader(name: name, values: [text]))
            }
        }
        return SeenRequest(headers: headers, timeoutMillis: timeoutMillis, requests: requests)
    }

    /// What is left of the caller's timeout; nil without one.
    private var timeoutMillis: Int64? {
        guard call.deadlineNanos != .max else { return nil }
        let now = Self.clock.monotonicNanos()
        return call.deadlineNanos > now ? Int64((call.deadlineNanos - now) / 1_000_000) : 0
    }

    /// Puts a definition's headers and trailers on the reply.
    ///
    /// False when one of them cannot be sent: then the call has failed.
    func addMetadata(_ definition: ReplyDefinition) -> Bool {
        // Replies are compressed when requests are, if the client takes that.
        if call.messageWasCompressed { call.compressesReplies(true) }
        return add(definition.headers, call.addInitialMetadata)
            && add(definition.trailers, call.addTrailingMetadata)
    }

    private func add(
        _ fields: [ConformanceHeader], _ send: (String, [UInt8]) -> Void
    ) -> Bool {
        for field in fields {
            for text in field.values {
                let value = field.name.hasSuffix("-bin") ? Self.bytes(text) : Array(text.utf8)
                guard let value, Call.isValidMetadata(field.name, value) else {
                    call.fail(Status(.invalidArgument, "\(field.name) cannot be sent"))
                    return false
                }
                send(field.name, value)
            }
        }
        return true
    }

    /// Answers with one reply, or with the error, when the definition's delay has passed.
    func answer(_ definition: ReplyDefinition?, _ requests: [PackedMessage]) {
        let seen = seen(requests)
        guard let definition else {
            return call.reply(ConformanceMessages.reply(data: [], seen))
        }
        guard addMetadata(definition) else { return }
        let call = call
        guard definition.delayMillis > 0 else { return Self.answer(call, definition, seen) }
        CallTimer.after(micros: definition.delayMillis * 1_000, call) {
            Self.answer(call, definition, seen)
        }
    }

    private static func answer(_ call: Call, _ definition: ReplyDefinition, _ seen: SeenRequest) {
        if let error = definition.error {
            call.fail(ConformanceMessages.status(error, seen))
        } else {
            call.reply(ConformanceMessages.reply(data: definition.replies.first ?? [], seen))
        }
    }

    /// Refuses a message that is not what the method takes.
    func refuse() {
        call.fail(Status(.invalidArgument, "the request is no message of this method"))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
    }

    /// The bytes of base64 with or without padding; nil for other text.
    private static func bytes(_ text: String) -> [UInt8]? {
        let bare = text.prefix { $0 != "=" }
        let padding = String(repeating: "=", count: (4 - bare.utf8.count % 4) % 4)
        return Data(base64Encoded: bare + padding).map { Array($0) }
    }
}

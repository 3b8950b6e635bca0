internal import Ground
internal import HTTP2

/// What leaves with a reply beside its messages: metadata, compression, trailers.
extension CallWorker {
    /// Metadata of one reply, each field counted as name + value + 32. Reason: nghttp2 sends no
    /// block above 64 KiB, and clients take 8 to 16 KiB by default.
    private static let replyMetadataBytesMax = 32 << 10

    /// Adds a field to the reply's headers or trailers, in the form in which it travels.
    func addMetadata(_ call: CallState, _ name: String, _ raw: [UInt8], isTrailing: Bool) {
        guard isOpen(call) else { return }
        precondition(
            isTrailing || !call.output.headersSubmitted,
            "initial metadata was added after the headers had been sent")
        let extras = call.neededExtras
        let value = name.hasSuffix("-bin") ? Base64.encode(raw) : raw
        extras.metadataBytes += name.utf8.count + value.count + 32
        guard extras.metadataBytes <= Self.replyMetadataBytesMax else {
            extras.initial = []
            extras.trailing = []
            return end(
                call,
                Status(
                    .resourceExhausted, "the metadata of the reply is over the limit",
                    reason: "METADATA_TOO_LARGE"))
        }
        if isTrailing {
            extras.trailing.append((name: name, value: value))
        } else {
            extras.initial.append((name: name, value: value))
        }
    }

    /// Sends the headers if they have not been sent.
    func sendHeaders(_ call: CallState) {
        guard isOpen(call), !call.output.headersSubmitted else { return }
        submit(call, headerBlock(call), hasBody: true)
    }

    /// Turns the compression of messages on or off.
    func compressReplies(_ call: CallState, _ on: Bool) {
        guard isOpen(call) else { return }
        let extras = call.neededExtras
        extras.compresses = on
        if on, !call.output.headersSubmitted, call.head.acceptsGzip { extras.announcesGzip = true }
    }

    /// Puts the inflated message in the place of the compressed one.
    func inflate(_ call: CallState) throws(FramingProblem) {
        let limit = configuration.receiveLimitBytes
        do throws(Compression.Problem) {
            let packed = call.reader.message.copied()
            call.reader.replaceMessage(
                with: try compression.inflate(packed.span, limit: limit))
        } catch {
            guard error == .tooLong else { throw .corrupt }
            call.connection?.with { $0.withSession { $0.messageWasBomb() } }
            throw .inflatesTooLong(limit: limit)
        }
    }

    /// The header block of a reply with a body.
    func headerBlock(_ call: CallState) -> FieldBlock {
        if let extras = call.extras {
            return FieldBlock(headerFields(call, extras) + extras.initial)
        }
        return call.head.speaksOfEncodings ? ReplyBlocks.headersListing : ReplyBlocks.headers
    }

    private func headerFields(
        _ call: CallState, _ extras: CallExtras, exposing names: [String] = []
    ) -> [MetadataField] {
        let type = extras.web?.contentType ?? "application/grpc"
        var fields: [MetadataField] = [
            (name: ":status", value: Array("200".utf8)),
            (name: "content-type", value: Array(type.utf8)),
        ]
        if extras.announcesGzip {
            fields.append((name: "grpc-encoding", value: Array("gzip".utf8)))
        }
        if call.head.speaksOfEncodings {
            fields.append(
                (name: "grpc-accept-encoding", value: Array(ReplyBlocks.encodings.utf8)))
        }
        if let web = extras.web {
            fields += web.corsFields(exposing: extras.initial.map(\.name) + names)
        }
        return fields
    }

    /// Ends a call of which nothing was sent: in one block, unless it has headers of its own.
    func endWithoutBody(_ call: CallState, _ status: Status) {
        guard let extras = call.extras else {
            let extra = call.head.speaksOfEncodings ? [ReplyBlocks.encodingsField] : []
            return submit(call, ReplyBlocks.trailersOnly(status, extra: extra), hasBody: false)
        }
        guard extras.initial.isEmpty else {
            // A client tells headers from trailers by the block they come in.
            appendWebTrailers(call, status)
            call.output.ending = status.code == .ok ? .well : .badly(status)
            return submit(call, headerBlock(call), hasBody: true)
        }
        extras.announcesGzip = false
        let fields = headerFields(call, extras, exposing: extras.trailing.map(\.name))
        submit(
            call, FieldBlock(fields + ReplyBlocks.fields(status) + extras.trailing), hasBody: false)
    }

    /// The trailers of a reply with a body; nil when the body has them.
    @inline(__always)
    func trailers(_ call: CallState) -> Unowned<FieldBlock>? {
        if call.extras == nil, case .well = call.output.ending { return Unowned(plainTrailers) }
        if case .withoutTrailers = call.output.ending { return nil }
        let block = specialTrailers(call)
        call.output.trailers = block
        return block.map(Unowned.init)
    }

    private func specialTrailers(_ call: CallState) -> FieldBlock? {
        let status =
            if case .badly(let status) = call.output.ending { status } else { Status.ok }
        guard let extras = call.extras else { return ReplyBlocks.trailers(status) }
        if extras.web != nil { return nil }
        if extras.trailing.isEmpty { return ReplyBlocks.trailers(status) }
        return FieldBlock(ReplyBlocks.fields(status) + extras.trailing)
    }

    /// Adds one message that is packed or becomes base64; false when it is neither.
    func appendSpecial(_ call: CallState, _ message: Span<UInt8>) -> Bool {
        guard let extras = call.extras else { return false }
        let isPacked = extras.compresses && extras.announcesGzip
        let isText = extras.web?.isTextReply == true
        guard isPacked || isText else { return false }
        let content = isPacked ? compression.deflate(message) : message.copied()
        precondition(content.count <= Int(UInt32.max), "a message has at most 4 GiB")
        let count = UInt32(content.count)
        var frame: [UInt8] = [isPacked ? 1 : 0]
        frame.reserveCapacity(content.count + 5)
        for shift in [24, 16, 8, 0] as [UInt32] {
            frame.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        frame += content
        call.output.bytes.append(copying: (isText ? Base64.encodePadded(frame) : frame).span)
        return true
    }
}

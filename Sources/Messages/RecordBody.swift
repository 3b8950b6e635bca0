internal import CMessages
internal import CProtobufC

/// What a decision read besides its request.
public struct DecisionInputs: Sendable, Equatable {
    public var featureIDs: [UInt32]
    public var values: [Double]
    public var policyHash: [UInt8]
    public var modelHashes: [[UInt8]]
    public var readSequence: UInt64
    /// By the policy's slots; NaN where there was nothing.
    public var policyValues: [Double]
    public var nowMicros: Int64
    /// What the policy was asked for, minor units.
    public var askedMinor: Int64

    /// All fields as given; both lists of the same length.
    public init(
        featureIDs: [UInt32], values: [Double], policyHash: [UInt8], modelHashes: [[UInt8]],
        readSequence: UInt64, policyValues: [Double], nowMicros: Int64, askedMinor: Int64
    ) {
        self.featureIDs = featureIDs
        self.values = values
        self.policyHash = policyHash
        self.modelHashes = modelHashes
        self.readSequence = readSequence
        self.policyValues = policyValues
        self.nowMicros = nowMicros
        self.askedMinor = askedMinor
    }
}

/// A record's body, opened.
public struct RecordBody: Sendable, Equatable {
    public var request: [UInt8]
    public var response: [UInt8]
    public var change: [UInt8]
    public var inputs: DecisionInputs?
}

extension Codec {
    /// Encodes a record's body.
    public func recordBody(
        request: [UInt8] = [], response: [UInt8] = [], change: [UInt8] = [],
        inputs: DecisionInputs? = nil, labelNames: [UInt8] = []
    ) -> [UInt8] {
        unsafe encode(Schemas.recordBody) { body in
            unsafe body.request = data(request)
            unsafe body.response = data(response)
            unsafe body.change = data(change)
            unsafe body.label_names = data(labelNames)
            guard let inputs else { return }
            unsafe body.inputs = make(Schemas.decisionInputs) { message in
                unsafe message.features = columns(ids: inputs.featureIDs, values: inputs.values)
                unsafe message.policy_hash = data(inputs.policyHash)
                unsafe message.n_model_hashes = inputs.modelHashes.count
                unsafe message.model_hashes = list(inputs.modelHashes.count) { index in
                    unsafe data(inputs.modelHashes[index])
                }
                unsafe message.read_sequence = inputs.readSequence
                unsafe message.n_policy_values = inputs.policyValues.count
                unsafe message.policy_values = list(inputs.policyValues.count) { index in
                    inputs.policyValues[index]
                }
                unsafe message.now_micros = inputs.nowMicros
                unsafe message.asked_minor = inputs.askedMinor
            }
        }
    }

    /// The body of a record that keeps its request and nothing else, as nearly all of the ledger's
    /// do: the bytes that `recordBody(request:)` gives, in one copy.
    public static func recordBody(request: Span<UInt8>) -> [UInt8] {
        guard request.count > 0 else { return [] }
        var length = UInt64(request.count)
        return [UInt8](capacity: request.count + 11) { body in
            body.append(1 << 3 | 2)
            while length >= 0x80 {
                body.append(UInt8(truncatingIfNeeded: length) | 0x80)
                length >>= 7
            }
            body.append(UInt8(length))
            unsafe request.withUnsafeBufferPointer { source in
                unsafe body.withUnsafeMutableBufferPointer { room, count in
                    let rest = unsafe UnsafeMutableBufferPointer(rebasing: room[count...])
                    _ = unsafe rest.initialize(fromContentsOf: source)
                    count += source.count
                }
            }
        }
    }

    /// Opens a record's body. Errors: `MessageFault` when it is not what `recordBody` writes.
    public func openRecordBody(_ bytes: Span<UInt8>) throws(MessageFault) -> RecordBody {
        try unsafe decode(Schemas.recordBody, bytes) { body throws(MessageFault) in
            var inputs: DecisionInputs?
            if let message = unsafe body.inputs?.pointee {
                let columns = unsafe try message.features.map { pointer throws(MessageFault) in
                    unsafe try Self.columns(pointer.pointee, "features")
                }
                inputs = unsafe DecisionInputs(
                    featureIDs: columns?.ids ?? [], values: columns?.values ?? [],
                    policyHash: Self.bytes(message.policy_hash),
                    modelHashes: (0..<message.n_model_hashes).map {
                        unsafe Self.bytes(message.model_hashes[$0])
                    }, readSequence: message.read_sequence,
                    policyValues: Array(
                        UnsafeBufferPointer(
                            start: message.policy_values, count: message.n_policy_values)),
                    nowMicros: message.now_micros, askedMinor: message.asked_minor)
            }
            return unsafe RecordBody(
                request: Self.bytes(body.request), response: Self.bytes(body.response),
                change: Self.bytes(body.change), inputs: inputs)
        }
    }

    func columns(
        ids: [UInt32], values: [Double]
    ) -> UnsafeMutablePointer<Creditrisk__V1__FeatureColumns>? {
        unsafe make(Schemas.featureColumns) { columns in
            unsafe columns.n_feature_ids = ids.count
            unsafe columns.feature_ids = list(ids.count) { ids[$0] }
            unsafe columns.n_values = values.count
            unsafe columns.values = list(values.count) { values[$0] }
        }
    }

    func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        guard !bytes.isEmpty else { return unsafe ProtobufCBinaryData(len: 0, data: nil) }
        let copy = unsafe list(bytes.count) { bytes[$0] }
        return unsafe ProtobufCBinaryData(len: bytes.count, data: copy)
    }

    private static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
    }
}

extension RecordBody {
    /// The parts of a body that are read alone, by their field numbers.
    public enum Part: UInt8 {
        case request = 1
        case response = 2
        case change = 3
        case labelNames = 5
    }

    /// One part of an encoded body, without unpacking the others: what the publisher needs of
    /// every record. Every field of a body is length-delimited.
    ///
    /// Empty when the body does not have it. Complexity: one step per field, and a copy of the
    /// part. Errors: `MessageFault` when it is not what `recordBody` writes.
    public static func part(_ part: Part, of body: [UInt8]) throws(MessageFault) -> [UInt8] {
        var position = 0
        func byte() throws(MessageFault) -> UInt8 {
            guard position < body.count else {
                throw MessageFault(.messageMalformed, field: "", "a record's body is cut off")
            }
            defer { position += 1 }
            return body[position]
        }
        while position < body.count {
            let tag = try byte()
            var length = 0
            var shift = 0
            var next: UInt8
            repeat {
                next = try byte()
                length |= Int(next & 0x7f) << shift
                shift += 7
            } while next >= 0x80 && shift < 35
            guard tag & 7 == 2, next < 0x80, length <= body.count - position else {
                throw MessageFault(.messageMalformed, field: "", "not a record's body")
            }
            if tag >> 3 == part.rawValue {
                return Array(body[position..<position + length])
            }
            position += length
        }
        return []
    }
}

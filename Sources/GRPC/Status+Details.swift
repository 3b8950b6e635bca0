extension Status {
    /// A status with a google.rpc.Status that carries messages of any type, already serialized.
    ///
    /// `typeURL` names the type of `value`, as google.protobuf.Any has it. The code and the
    /// message are repeated inside the details, as the rich error model asks.
    public init(
        _ code: StatusCode, _ message: String, packed: [(typeURL: String, value: [UInt8])]
    ) {
        var status = WireWriter()
        status.integer(1, UInt64(code.rawValue))
        status.text(2, message)
        for (typeURL, value) in packed {
            var any = WireWriter()
            any.text(1, typeURL)
            if !value.isEmpty { any.data(2, value) }
            status.message(3, any)
        }
        self.init(code, message, details: status.bytes)
    }
}

internal import COpenSSL

/// OpenSSL's questions about a client's hello: only HTTP/2 is spoken here.
enum TLSNegotiation {
    /// The one ALPN entry that is taken: its length and name (RFC 7301).
    private static let entry: [UInt8] = [2, UInt8(ascii: "h"), UInt8(ascii: "2")]

    /// A client without ALPN is refused before anything is computed for it.
    ///
    /// OpenSSL asks about ALPN only when the client speaks of it.
    static let checkHello: SSL_client_hello_cb_fn = { stream, alert, _ in
        var offered: UnsafePointer<UInt8>?
        var count = 0
        let isThere = unsafe SSL_client_hello_get0_ext(
            stream, UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation), &offered, &count)
        if isThere == 1 { return SSL_CLIENT_HELLO_SUCCESS }
        unsafe alert?.pointee = Int32(SSL_AD_NO_APPLICATION_PROTOCOL)
        return SSL_CLIENT_HELLO_ERROR
    }

    /// Chooses h2 where it is offered, else ends the handshake with no_application_protocol.
    static let chooseProtocol: SSL_CTX_alpn_select_cb_func = {
        _, chosen, chosenCount, offered, offeredCount, _ in
        let list = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
        var offset = 0
        while offset < list.count {
            let next = unsafe offset + 1 + Int(list[offset])
            guard next <= list.count else { break }
            if unsafe list[offset..<next].elementsEqual(entry) {
                unsafe chosen?.pointee = unsafe offered.map { unsafe $0 + offset + 1 }
                unsafe chosenCount?.pointee = 2
                return SSL_TLSEXT_ERR_OK
            }
            offset = next
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
}

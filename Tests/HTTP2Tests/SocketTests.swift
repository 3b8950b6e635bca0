import HTTP2
import Testing

@Suite struct SocketTests {
    @Test func aBusyPortIsToldApart() throws {
        let first = try WorkerGroup(host: "127.0.0.1", port: 0)
        #expect(first.port != 0)
        let error = #expect(throws: SocketError.self) {
            try WorkerGroup(host: "127.0.0.1", port: first.port)
        }
        #expect(error?.isAddressInUse == true)
    }

    @Test(arguments: ["", "256.0.0.1", "name.example"])
    func anAddressThatIsNotNumericIsRefused(host: String) {
        let error = #expect(throws: SocketError.self) { try WorkerGroup(host: host, port: 0) }
        #expect(error?.isAddressInUse == false)
    }

    @Test func aPortWithoutAListenerIsRefused() throws {
        let port = try WorkerGroup(host: "127.0.0.1", port: 0).port
        #expect(throws: SocketError.self) {
            _ = try Socket.connect(host: "127.0.0.1", port: port)
        }
    }
}

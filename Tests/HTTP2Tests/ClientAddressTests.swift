import Testing

@testable import HTTP2

@Suite struct ClientAddressTests {
    @Test(arguments: ["127.0.0.1:50051", "localhost:1", "[::1]:65535"])
    func isTaken(text: String) throws {
        #expect(try ClientAddress(text).description == text)
    }

    @Test(arguments: ["", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:0", "a:65536", "a:b"])
    func isMalformed(text: String) throws {
        let error = #expect(throws: ClientAddressError.self) { try ClientAddress(text) }
        #expect(error?.isMalformed == true)
    }
}

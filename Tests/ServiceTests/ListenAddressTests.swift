import Service
import Testing

@Suite struct ListenAddressTests {
    struct Case: CustomTestStringConvertible {
        var text: String
        var host: String?
        var port: UInt16 = 0
        var isLoopback = false
        var testDescription: String { text }
    }

    static let cases = [
        Case(text: "127.0.0.1:50051", host: "127.0.0.1", port: 50_051, isLoopback: true),
        Case(text: "127.9.9.9:1", host: "127.9.9.9", port: 1, isLoopback: true),
        Case(text: "localhost:0", host: "localhost", isLoopback: true),
        Case(text: "[::1]:65535", host: "::1", port: 65_535, isLoopback: true),
        Case(text: "0.0.0.0:80", host: "0.0.0.0", port: 80),
        Case(text: "[::]:80", host: "::", port: 80),
        Case(text: "[2001:db8::1]:443", host: "2001:db8::1", port: 443),
        Case(text: ""), Case(text: ":"), Case(text: ":80"), Case(text: "127.0.0.1"),
        Case(text: "127.0.0.1:"), Case(text: "127.0.0.1:65536"), Case(text: "127.0.0.1:-1"),
        Case(text: "127.0.0.1:+1"), Case(text: "127.0.0.1:5 "), Case(text: "[]:80"),
        Case(text: "::1:80"), Case(text: "[::1:80"), Case(text: "[127.0.0.1]:80"),
        Case(text: "127.0.0.1.example.com:80"), Case(text: "256.0.0.1:80"),
        Case(text: "example.com:80"),
    ]

    @Test(arguments: cases)
    func isReadOrRefused(row: Case) {
        let address = ListenAddress(row.text)
        #expect(address?.host == row.host)
        guard let address else { return }
        #expect(address.port == row.port)
        #expect(address.isLoopback == row.isLoopback)
    }
}

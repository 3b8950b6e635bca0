import Foundation
import Testing

@testable import HTTP2

@Suite struct TLSContextTests {
    /// What is wrong, and the words that the one line must have.
    @Test(arguments: [
        ("missing.pem", "server.key", nil, "missing.pem: No such file"),
        ("server.pem", "missing.key", nil, "missing.key: No such file"),
        ("server.pem", "other.key", nil, "does not belong to the certificate"),
        ("server.pem", "open.key", nil, "chmod 640"),
        ("server.pem", "locked.key", nil, "not encrypted"),
        ("server.key", "server.key", nil, "has no PEM certificate"),
        ("empty", "server.key", nil, "has no PEM certificate"),
        ("damaged.pem", "server.key", nil, "damaged"),
        ("old.pem", "old.key", nil, "expired"),
        (".", "server.key", nil, "is not a file"),
        ("server.pem", "server.key", "missing.pem", "missing.pem: No such file"),
        ("server.pem", "server.key", "server.key", "has no PEM certificate"),
        ("server.pem", "server.key", "damaged.pem", "damaged"),
    ])
    func filesThatCannotBeUsedAreToldInOneLine(
        certificate: String, key: String, authority: String?, words: String
    ) throws {
        let certificates = try TestCertificates()
        defer { certificates.remove() }
        try certificates.issue("server")
        try certificates.issue("other")
        try certificates.issue("old", days: -1)
        try certificates.openssl(
            "pkey", "-in", "server.key", "-aes128", "-passout", "pass:secret", "-out",
            "locked.key")
        for (name, mode) in [("open.key", 0o644), ("locked.key", 0o600)] {
            if name == "open.key" {
                try certificates.write(certificates.text(of: "server.key"), to: name)
            }
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: certificates.path(name))
        }
        try certificates.write("", to: "empty")
        let pem = try certificates.text(of: "server.pem")
        try certificates.write(
            pem.replacingOccurrences(of: "\nMII", with: "\n!!!"), to: "damaged.pem")
        let error = #expect(throws: TLSError.self) {
            try TLSContext(
                TLSConfiguration(
                    certificatePath: certificates.path(certificate),
                    keyPath: certificates.path(key),
                    clientAuthorityPath: authority.map(certificates.path)))
        }
        let line = error?.description ?? ""
        #expect(line.contains(words), "\(line)")
        #expect(!line.contains("\n"))
    }

    @Test func aBrokenNewFileKeepsTheOldCertificate() throws {
        let certificates = try TestCertificates()
        defer { certificates.remove() }
        try certificates.issue("server")
        let credentials = try TLSCredentials(
            TLSConfiguration(
                certificatePath: certificates.path("server.pem"),
                keyPath: certificates.path("server.key")))
        let first = credentials.current
        try certificates.write("no certificate", to: "server.pem")
        #expect(throws: TLSError.self) { try credentials.reload() }
        #expect(credentials.current === first)
        try certificates.issue("server")
        try credentials.reload()
        #expect(credentials.current !== first)
        #expect(TLSPeer(credentials.current).shakeHands())
    }
}

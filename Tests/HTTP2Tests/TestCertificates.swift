import Foundation

/// Certificates of one test, made by openssl's command in a folder of its own.
///
/// Made when the test runs: a stored certificate ends one day and takes the tests with it. Made
/// by the command and not by calls, so that the code under test does not check itself.
struct TestCertificates {
    struct Failed: Error {
        let command: String
    }

    let folder: URL

    /// Makes the folder and the authority `ca`.
    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try authority("ca")
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Runs openssl in the folder.
    func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(command: arguments.joined(separator: " "))
        }
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    func text(of name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    /// An authority that signs itself: NAME.pem and NAME.key.
    func authority(_ name: String) throws {
        try key(name)
        try openssl(
            "req", "-x509", "-key", "\(name).key", "-out", "\(name).pem", "-subj", "/CN=\(name)",
            "-days", "2")
    }

    /// A certificate of an authority: NAME.pem and NAME.key; days below 0 have passed.
    func issue(
        _ name: String, by authority: String = "ca", days: Int = 1,
        alternativeNames: String = "DNS:localhost,IP:127.0.0.1"
    ) throws {
        try key(name)
        try write("subjectAltName=\(alternativeNames)\n", to: "\(name).ext")
        try openssl("req", "-new", "-key", "\(name).key", "-subj", "/CN=\(name)", "-out", "csr")
        try openssl(
            "x509", "-req", "-in", "csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
            "-days", "\(days)", "-extfile", "\(name).ext", "-out", "\(name).pem")
    }

    private func key(_ name: String) throws {
        try openssl(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
            "\(name).key")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: path("\(name).key"))
    }

    /// `ca.pem` with the list of what `ca` has revoked, `revoked` among it: NAME.
    func revoke(_ revoked: String, into name: String) throws {
        try write("", to: "index.txt")
        try write("01\n", to: "number")
        try write(
            """
            [ca]
            default_ca = test
            [test]
            database = index.txt
            crlnumber = number
            default_md = sha256
            default_crl_days = 1

            """, to: "ca.conf")
        let signer = ["-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "ca.key"]
        try openssl(
            "ca", signer[0], signer[1], signer[2], signer[3], signer[4], signer[5],
            "-revoke", "\(revoked).pem")
        try openssl(
            "ca", signer[0], signer[1], signer[2], signer[3], signer[4], signer[5],
            "-gencrl", "-out", "list.pem")
        try write(try text(of: "ca.pem") + text(of: "list.pem"), to: name)
    }
}

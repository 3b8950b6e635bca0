import Dispatch
import Domain
import Foundation
import Ground
import Testing

@testable import Tenancy

@Suite struct RootSecretTests {
    /// A folder of its own that is gone afterwards.
    func withFolder(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "riskd-secret-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test func theSecretIsMadeOnceAndRead() throws {
        try withFolder { folder in
            let first = try RootSecret.load(directory: folder)
            let again = try RootSecret.load(directory: folder)
            let tenant = TenantID(1)
            #expect(first.identifierKey(of: tenant) == again.identifierKey(of: tenant))
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/root.secret")
            #expect(mode[.posixPermissions] as? Int == 0o600)
        }
    }

    /// Whoever starts beside another process gets its secret, never one that is lost with it.
    @Test func theSecretOfTwoAtOnceIsOne() throws {
        try withFolder { folder in
            let keys = Lock<Set<HashKey>>([])
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                let secret = try? RootSecret.load(directory: folder)
                keys.withLock { keys in
                    if let secret { keys.insert(secret.identifierKey(of: TenantID(1))) }
                }
            }
            let kept = try RootSecret.load(directory: folder)
            #expect(keys.withLock { $0 } == [kept.identifierKey(of: TenantID(1))])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["root.secret"])
        }
    }

    @Test func tenantsAndFoldersHashDifferently() throws {
        let secret = RootSecret(bytes: [UInt8](repeating: 1, count: 32))
        let other = RootSecret(bytes: [UInt8](repeating: 2, count: 32))
        let keys: Set<HashKey> = [
            secret.identifierKey(of: TenantID(1)), secret.identifierKey(of: TenantID(2)),
            other.identifierKey(of: TenantID(1)),
        ]
        #expect(keys.count == 3)
    }

    @Test func aDamagedSecretIsRefused() throws {
        try withFolder { folder in
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder + "/root.secret"))
            #expect(throws: RootSecret.Failure.self) {
                try RootSecret.load(directory: folder)
            }
        }
    }

    @Test func noNewSecretIsMadeOverAJournal() throws {
        try withFolder { folder in
            try Data([1]).write(to: URL(fileURLWithPath: folder + "/witness"))
            #expect {
                try RootSecret.load(directory: folder)
            } throws: { error in
                "\(error)".contains("root.secret is missing")
            }
            #expect(!FileManager.default.fileExists(atPath: folder + "/root.secret"))
        }
    }

    @Test func everySecretHasAJournalOfItsOwn() {
        let secrets = (0..<32).map { bit in
            var bytes = [UInt8](repeating: 7, count: 32)
            bytes[bit] ^= 1
            return RootSecret(bytes: bytes)
        }
        #expect(Set(secrets.map(\.journalIdentity)).count == secrets.count)
    }

    @Test func aMissingFolderIsNamed() {
        #expect {
            try RootSecret.load(directory: "/nowhere/at/all")
        } throws: { error in
            "\(error)".contains("/nowhere/at/all/root.secret")
        }
    }

    @Test func sha256IsTheStandards() {
        #expect(
            Digest.hexadecimal(Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest.bytes(hexadecimal: "00ff10") == [0, 255, 16])
        #expect(Digest.bytes(hexadecimal: "0g") == nil)
        #expect(Digest.bytes(hexadecimal: "123") == nil)
    }
}

import COpenSSL
import Ground
import Testing

@testable import HTTP2

@Suite struct TLSStreamTests {
    /// Runs `body` with a server that has a certificate.
    private func withContext(
        clientAuthority: String? = nil, _ prepare: (TestCertificates) throws -> Void = { _ in },
        _ body: (TLSContext, TestCertificates) throws -> Void
    ) throws {
        let certificates = try TestCertificates()
        defer { certificates.remove() }
        try certificates.issue("server")
        try prepare(certificates)
        let context = try TLSContext(
            TLSConfiguration(
                certificatePath: certificates.path("server.pem"),
                keyPath: certificates.path("server.key"),
                clientAuthorityPath: clientAuthority.map(certificates.path)))
        try body(context, certificates)
    }

    @Test(arguments: [
        (TLS1_VERSION, ["h2"], false), (TLS1_1_VERSION, ["h2"], false),
        (TLS1_2_VERSION, ["h2"], true), (TLS1_3_VERSION, ["h2"], true),
        (TLS1_3_VERSION, ["http/1.1", "h2"], true), (TLS1_3_VERSION, ["grpc-exp", "h2"], true),
        (TLS1_3_VERSION, ["http/1.1"], false), (TLS1_2_VERSION, ["http/1.1"], false),
        (TLS1_3_VERSION, ["h2c", "h"], false), (TLS1_3_VERSION, [], false),
        (TLS1_2_VERSION, [], false),
    ])
    func onlyHTTP2OverTodaysTLSIsSpoken(
        version: Int32, protocols: [String], isTaken: Bool
    ) throws {
        try withContext { context, _ in
            let peer = TLSPeer(context, offering: protocols, version: version)
            #expect(peer.shakeHands() == isTaken)
        }
    }

    @Test(arguments: [
        ("AES128-GCM-SHA256", nil), ("ECDHE-ECDSA-AES128-SHA256", nil),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    ])
    func onlyAEADSuitesWithFreshKeysAreTaken(suite: String, taken: String?) throws {
        try withContext { context, _ in
            let peer = TLSPeer(context, version: TLS1_2_VERSION)
            #expect(unsafe SSL_set_cipher_list(peer.client, suite) == 1)
            #expect(peer.shakeHands() == (taken != nil))
            if let taken {
                #expect(peer.server.encryption.protocolName == "TLSv1.2")
                #expect(peer.server.encryption.suite == taken)
            }
        }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION], [1, 977, 70_000, 1 << 20])
    func everyByteArrivesWhateverThePieces(version: Int32, step: Int) throws {
        let seed: UInt64 = 20_261_121
        var random = RandomSource(seed: seed)
        let sent = (0..<(step == 1 ? 3_000 : 600_000)).map { _ in
            UInt8(truncatingIfNeeded: random.next())
        }
        try withContext { context, _ in
            let peer = TLSPeer(context, version: version)
            #expect(peer.shakeHands())
            peer.clientWrites(sent)
            while peer.carryUp(step) { peer.serverReads() }
            #expect(peer.serverGot == sent, "seed \(seed)")
            var back: [UInt8] = []
            for start in stride(from: 0, to: sent.count, by: TLSPeer.turnBytes) {
                let piece = Array(sent[start..<min(start + TLSPeer.turnBytes, sent.count)])
                #expect(peer.serverWrites(piece))
                peer.carryDown()
                back += peer.clientReads()
            }
            #expect(back == sent, "seed \(seed)")
            #expect(!peer.serverIsOver)
        }
    }

    @Test func newKeysAreTakenAndAnswered() throws {
        try withContext { context, _ in
            let peer = TLSPeer(context)
            #expect(peer.shakeHands())
            for round in 0..<20 {
                #expect(unsafe SSL_key_update(peer.client, SSL_KEY_UPDATE_REQUESTED) == 1)
                peer.clientWrites([UInt8(round)])
                peer.carryUp()
                peer.serverReads()
                #expect(peer.serverWrites([UInt8(round) + 100]))
                peer.carryDown()
                #expect(peer.clientReads() == [UInt8(round) + 100])
            }
            #expect(peer.serverGot == (0..<20).map { UInt8($0) })
        }
    }

    @Test func aFloodOfNewKeysEndsTheConnection() throws {
        try withContext { context, _ in
            let peer = TLSPeer(context)
            #expect(peer.shakeHands())
            var rounds = 0
            while !peer.serverIsOver, rounds < 2 * TLSPipe.lateMessagesMax {
                rounds += 1
                unsafe SSL_key_update(peer.client, SSL_KEY_UPDATE_NOT_REQUESTED)
                _ = unsafe SSL_do_handshake(peer.client)
                if rounds % 100 == 0 {
                    peer.carryUp()
                    peer.serverReads()
                }
            }
            #expect(peer.serverIsOver)
            #expect(rounds <= TLSPipe.lateMessagesMax + 100)
        }
    }

    @Test func aRequestToNegotiateAgainIsRefused() throws {
        try withContext { context, _ in
            let peer = TLSPeer(context, version: TLS1_2_VERSION)
            #expect(peer.shakeHands())
            unsafe SSL_renegotiate(peer.client)
            _ = unsafe SSL_do_handshake(peer.client)
            peer.carryUp()
            peer.serverReads()
            peer.carryDown()
            _ = peer.clientReads()
            #expect(unsafe SSL_renegotiate_pending(peer.client) == 1 || peer.serverIsOver)
            #expect(peer.serverGot.isEmpty)
        }
    }

    @Test func goodbyesAreSaidAndHeard() throws {
        try withContext { context, _ in
            let peer = TLSPeer(context)
            #expect(peer.shakeHands())
            peer.clientWrites([1, 2])
            unsafe SSL_shutdown(peer.client)
            peer.carryUp()
            peer.serverReads()
            #expect(peer.serverGot == [1, 2])
            #expect(peer.serverIsOver)
            peer.server.sayGoodbye()
            peer.carryDown()
            _ = peer.clientReads()
            #expect(unsafe SSL_get_shutdown(peer.client) & SSL_RECEIVED_SHUTDOWN != 0)
        }
    }

    @Test func damagedRecordsEndTheConnection() throws {
        try withContext { context, _ in
            let peer = TLSPeer(context)
            #expect(peer.shakeHands())
            peer.clientWrites([1, 2, 3])
            peer.carryUp()
            unsafe peer.pipe.received[12] ^= 1
            peer.serverReads()
            #expect(peer.serverIsOver)
            #expect(peer.serverGot.isEmpty)
            #expect(!peer.serverWrites([1]))
        }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aTicketResumesUntilTheCertificateIsReadAgain(version: Int32) throws {
        try withContext { context, certificates in
            let first = TLSPeer(context, version: version)
            #expect(first.shakeHands())
            #expect(first.serverWrites([1]))
            first.carryDown()
            _ = first.clientReads()
            let session = unsafe SSL_get1_session(first.client)
            defer { unsafe SSL_SESSION_free(session) }
            let again = TLSPeer(context, version: version)
            unsafe SSL_set_session(again.client, session)
            #expect(again.shakeHands())
            #expect(unsafe SSL_session_reused(again.client) == 1)
            let reloaded = try TLSContext(
                TLSConfiguration(
                    certificatePath: certificates.path("server.pem"),
                    keyPath: certificates.path("server.key")))
            let fresh = TLSPeer(reloaded, version: version)
            unsafe SSL_set_session(fresh.client, session)
            #expect(fresh.shakeHands())
            #expect(unsafe SSL_session_reused(fresh.client) == 0)
        }
    }

    @Test func ticketKeysAreRenewedInTime() throws {
        try withContext { context, _ in
            context.renewTicketKeys(nowNanos: 1)
            let first = TLSPeer(context, version: TLS1_2_VERSION)
            #expect(first.shakeHands())
            let session = unsafe SSL_get1_session(first.client)
            defer { unsafe SSL_SESSION_free(session) }
            let hour: UInt64 = 3_600_000_000_000
            for (hours, isResumed) in [(5 as UInt64, true), (7, false)] {
                context.renewTicketKeys(nowNanos: hours * hour)
                let again = TLSPeer(context, version: TLS1_2_VERSION)
                unsafe SSL_set_session(again.client, session)
                #expect(again.shakeHands())
                #expect((unsafe SSL_session_reused(again.client) == 1) == isResumed)
            }
        }
    }

    @Test func aClientIsNamedByItsCertificate() throws {
        let names = "DNS:loans.example,URI:spiffe://example/loans,IP:127.0.0.1"
        try withContext(
            clientAuthority: "ca.pem", { try $0.issue("desk", alternativeNames: names) }
        ) { context, certificates in
            let peer = TLSPeer(context, certificate: "desk", in: certificates)
            #expect(peer.shakeHands())
            #expect(peer.server.peer?.subject == "CN=desk")
            #expect(
                peer.server.peer?.alternativeNames
                    == ["DNS:loans.example", "URI:spiffe://example/loans"])
        }
    }

    @Test(arguments: ["none", "stranger", "old", "revoked"])
    func aClientThatCannotBeVerifiedIsRefused(who: String) throws {
        try withContext(
            clientAuthority: "list-and-ca.pem",
            { certificates in
                try certificates.authority("other")
                try certificates.issue("good")
                try certificates.issue("stranger", by: "other")
                try certificates.issue("old", days: -1)
                try certificates.issue("revoked")
                try certificates.revoke("revoked", into: "list-and-ca.pem")
            }
        ) { context, certificates in
            let good = TLSPeer(context, certificate: "good", in: certificates)
            #expect(good.shakeHands())
            let bad = TLSPeer(
                context, certificate: who == "none" ? nil : who, in: certificates)
            #expect(!bad.shakeHands())
        }
    }

    @Test func aClientInClearIsAskedForNothing() throws {
        try withContext { context, _ in
            let peer = TLSPeer(context)
            #expect(peer.shakeHands())
            #expect(peer.server.peer == nil)
        }
    }
}

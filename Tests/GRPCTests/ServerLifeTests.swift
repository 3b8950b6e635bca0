import Dispatch
import GRPC
import Ground
import HTTP2
import Testing

/// Whether something listens.
private func canConnect(_ port: UInt16) -> Bool {
    do {
        _ = try Socket.connect(host: "127.0.0.1", port: port)
        return true
    } catch {
        return false
    }
}

/// Deadlines, cancellation, late answers, back-pressure and the end of a server.
@Suite(.serialized) struct ServerLifeTests {
    @Test func aPassedDeadlineIsNeverExecuted() throws {
        try withServer { server, client in
            let stream = try client.call("/test.Service/Echo", extra: [("grpc-timeout", "0n")])
            #expect(stream.status == 4)
            #expect(server.seen.events.withLock { $0.executed } == 0)
        }
    }

    @Test func aDeadlineEndsACallThatWaits() throws {
        try withServer { server, client in
            let stream = try client.call("/test.Service/Park", extra: [("grpc-timeout", "20m")])
            #expect(stream.status == 4)
            #expect(server.seen.wait { $0.cancelled == 1 })
            // The late answer finds no call and harms nobody.
            for call in server.seen.events.withLock({ $0.parked }) { call.reply([1]) }
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    @Test(arguments: ["", "1", "S", "123456789S", "-1S", "1s", "1.5S", " 1S"])
    func aMalformedTimeoutIsAnErrorNotForever(text: String) throws {
        try withServer { server, client in
            let stream = try client.call("/test.Service/Echo", extra: [("grpc-timeout", text)])
            #expect(stream.status == 13 || stream.errorCode != 0)
            #expect(server.seen.events.withLock { $0.executed } == 0)
        }
    }

    @Test func theLongestTimeoutDoesNotOverflow() throws {
        try withServer { _, client in
            for text in ["99999999H", "99999999n", "1S"] {
                let stream = try client.call(
                    "/test.Service/Echo", extra: [("grpc-timeout", text)])
                #expect(stream.status == 0)
            }
        }
    }

    @Test func aResetCancelsTheHandler() throws {
        try withServer { server, client in
            let parked = try client.open("/test.Service/Park", body: TestClient.frame([]))
            #expect(server.seen.wait { $0.parked.count == 1 })
            try client.cancel(parked)
            #expect(server.seen.wait { $0.cancelled == 1 })
            let chat = try client.open(
                "/test.Service/Repeat", body: TestClient.frame([1]), ends: false)
            try client.wait { client.streams[chat].messages.count == 1 }
            try client.cancel(chat)
            #expect(server.seen.wait { $0.cancelled == 2 })
        }
    }

    @Test func aLostConnectionCancelsItsHandlers() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        do {
            let client = try TestClient(port: server.port)
            for _ in 0..<3 {
                _ = try client.open("/test.Service/Park", body: TestClient.frame([]))
            }
            #expect(server.seen.wait { $0.parked.count == 3 })
            client.close()
        }
        #expect(server.seen.wait { $0.cancelled == 3 })
    }

    @Test func manyParkedCallsAreCompletedInOneBatch() throws {
        try withServer({ $0.workerCount = 1 }) { server, client in
            // A client learns with the first answer how many streams it may open.
            _ = try client.call("/test.Service/Echo")
            let tokens = try (0..<500).map { _ in
                try client.open("/test.Service/Park", body: TestClient.frame([]))
            }
            #expect(server.seen.wait { $0.parked.count == 500 })
            let parked = server.seen.events.withLock { $0.parked }
            #expect(Set(parked.map(\.id)).count == 500)
            var replies = ReplyBatch(capacity: parked.count)
            for (index, call) in parked.enumerated() {
                if index % 2 == 0 {
                    replies.reply(call.id) { $0.append(UInt8(truncatingIfNeeded: index)) }
                } else {
                    replies.fail(call.id, Status(.aborted, "odd"))
                }
            }
            server.server.complete(workerIndex: 0, replies)
            for token in tokens {
                let stream = try client.finish(token)
                #expect(stream.status == 0 ? stream.messages.count == 1 : stream.status == 10)
            }
            // Ids that were answered are stale: nothing happens twice.
            for call in parked { call.reply([9]) }
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    @Test func aStreamThatWaitsForRoomDeliversEverything() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Fill", [[250]])
            #expect(stream.status == 0)
            #expect(stream.messages.count == 250)
        }
    }

    @Test func aStreamThatDoesNotWaitIsEndedAtTheLimit() throws {
        try withServer({ $0.replyBytesPerCallMax = 100_000 }) { _, client in
            let stream = try client.call("/test.Service/Flood")
            #expect(stream.status == 8)
            #expect(stream.messages.count == 10)
        }
    }

    @Test func aReaderThatDoesNotReadDelaysNoOther() throws {
        var closedWindow = SessionConfiguration()
        closedWindow.streamWindowBytes = 0
        try withServer(limits: closedWindow) { server, slow in
            let waiting = try slow.open("/test.Service/Echo", body: TestClient.frame([1, 2]))
            try slow.wait { slow.streams[waiting].blocks == 1 }
            #expect(slow.streams[waiting].body.isEmpty)
            let other = try TestClient(port: server.port)
            try #expect(other.call("/test.Service/Echo", [[3]]).messages == [[3]])
            other.close()
        }
    }

    @Test func aDrainLetsCallsFinishAndThenRefuses() throws {
        let server = try TestServer()
        let client = try TestClient(port: server.port)
        let token = try client.open("/test.Service/Park", body: TestClient.frame([]))
        #expect(server.seen.wait { $0.parked.count == 1 })
        let drained = DispatchGroup()
        let outcome = Seen()
        DispatchQueue(label: "drain").async(group: drained) {
            if server.server.drain(timeoutMillis: 20_000) { outcome.note { $0.executed = 1 } }
        }
        let parked = server.seen.events.withLock { $0.parked }
        try client.wait { !canConnect(server.port) }
        parked[0].reply([7])
        try #expect(client.finish(token).messages == [[7]])
        drained.wait()
        #expect(outcome.events.withLock { $0.executed } == 1)
        client.close()
    }

    @Test func aDrainCutsOffWhatDoesNotFinish() throws {
        let server = try TestServer()
        let client = try TestClient(port: server.port)
        _ = try client.open("/test.Service/Park", body: TestClient.frame([]))
        #expect(server.seen.wait { $0.parked.count == 1 })
        #expect(!server.server.drain(timeoutMillis: 50))
        #expect(server.seen.wait { $0.cancelled == 1 })
        client.close()
    }

    @Test func aBusyPortAndAnOpenCleartextAddressAreRefusedWithAdvice() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let second = Server(
            configuration: ServerConfiguration(port: server.port), methods: [])
        let busy = #expect(throws: ServerStartError.self) { try second.start() }
        #expect(busy?.description.contains("in use") == true)
        let open = Server(configuration: ServerConfiguration(host: "0.0.0.0"), methods: [])
        let cleartext = #expect(throws: ServerStartError.self) { try open.start() }
        #expect(cleartext?.description.contains("--insecure") == true)
    }

    @Test func connectionsSpreadOverTheWorkers() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let clients = try (0..<4).map { _ in try TestClient(port: server.port) }
        for client in clients {
            _ = try client.open("/test.Service/Park", body: TestClient.frame([]))
        }
        #expect(server.seen.wait { $0.parked.count == 4 })
        let indices = server.seen.events.withLock { $0.parked.map(\.workerIndex).sorted() }
        #expect(indices == [0, 0, 1, 1])
        for client in clients { client.close() }
    }
}

import Dispatch
import Ground
import Testing

@testable import GRPC

/// Health and reflection through a real server.
@Suite(.serialized) struct StandardServiceTests {
    private func request(_ service: String) -> [UInt8] {
        var writer = WireWriter()
        writer.text(1, service)
        return writer.bytes
    }

    @Test(
        arguments: [
            ("", 0, [8, 1]), ("test.Service", 0, [8, 1]), ("grpc.health.v1.Health", 0, [8, 1]),
            ("nobody", 5, nil),
        ] as [(String, Int, [UInt8]?)])
    func checkKnowsTheServices(service: String, status: Int, reply: [UInt8]?) throws {
        try withServer { _, client in
            let stream = try client.call("/grpc.health.v1.Health/Check", [request(service)])
            #expect(stream.status == status)
            #expect(stream.messages.first == reply)
        }
    }

    @Test func checkRefusesWhatIsNoRequest() throws {
        try withServer { _, client in
            for bytes in [[0x0a, 9], [0x0a, 1, 0xff], [0x08, 1]] as [[UInt8]] {
                try #expect(client.call("/grpc.health.v1.Health/Check", [bytes]).status == 13)
            }
        }
    }

    @Test func watchTellsEveryChange() throws {
        try withServer { server, client in
            let path = "/grpc.health.v1.Health/Watch"
            let known = try client.open(path, body: TestClient.frame(request("test.Service")))
            let unknown = try client.open(path, body: TestClient.frame(request("later")))
            try client.wait {
                client.streams[known].messages.count == 1
                    && client.streams[unknown].messages.count == 1
            }
            #expect(client.streams[unknown].messages == [[8, 3]])
            server.server.health.setServing("test.Service", false)
            server.server.health.setServing("test.Service", false)
            server.server.health.setServing("later", true)
            server.server.health.setServing("test.Service", true)
            try client.wait {
                client.streams[known].messages.count == 3
                    && client.streams[unknown].messages.count == 2
            }
            #expect(client.streams[known].messages == [[8, 1], [8, 2], [8, 1]])
            #expect(client.streams[unknown].messages == [[8, 3], [8, 1]])
        }
    }

    @Test func listNamesEveryService() throws {
        try withServer { _, client in
            let stream = try client.call("/grpc.health.v1.Health/List")
            let text = String(decoding: stream.messages.first ?? [], as: UTF8.self)
            #expect(text.contains("test.Service"))
            #expect(text.contains("grpc.reflection.v1alpha.ServerReflection"))
        }
    }

    /// The fields of the one answer to one question.
    private func ask(_ version: String, _ field: Int, _ text: String) throws -> [Int: [UInt8]] {
        var found: [Int: [UInt8]] = [:]
        try withServer { _, client in
            var question = WireWriter()
            question.data(field, text.utf8)
            let stream = try client.call(
                "/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo",
                [question.bytes])
            #expect(stream.status == 0)
            #expect(stream.messages.count == 1)
            var reader = WireReader((stream.messages.first ?? [])[...])
            while let next = try reader.next() {
                if case .data(let data) = next.value { found[next.number] = Array(data) }
            }
        }
        return found
    }

    @Test(arguments: ["v1", "v1alpha"])
    func reflectionListsFindsAndFollowsImports(version: String) throws {
        let list = String(decoding: try ask(version, 7, "")[6] ?? [], as: UTF8.self)
        for name in ["test.Service", "grpc.health.v1.Health", "grpc.reflection.v1."] {
            #expect(list.contains(name))
        }
        let file = String(
            decoding: try ask(version, 3, "google/rpc/status.proto")[4] ?? [], as: UTF8.self)
        #expect(file.contains("google/rpc/status.proto"))
        #expect(file.contains("google.protobuf"), "the import comes along")
        for symbol in [
            "grpc.health.v1.Health", "grpc.health.v1.Health.Check",
            "grpc.health.v1.HealthCheckResponse.ServingStatus",
            "grpc.health.v1.HealthCheckResponse.SERVING",
            "google.rpc.BadRequest.FieldViolation.description",
        ] {
            #expect(try ask(version, 4, symbol)[4] != nil, "\(symbol)")
        }
        for (field, text) in [(3, "no.proto"), (4, "no.Symbol"), (5, ""), (6, "no.Message")] {
            let error = try #require(try ask(version, field, text)[7])
            #expect(error.prefix(2) == [8, 5], "NOT_FOUND")
        }
    }

    /// The standard lists at most a hundred services.
    @Test func listRefusesMoreThanAHundred() throws {
        try withServer { server, client in
            for number in 0..<100 { server.server.health.setServing("more.Service\(number)", true) }
            try #expect(client.call("/grpc.health.v1.Health/List").status == 8)
        }
    }

    /// Watchers hear of a drain and are let go, or it would wait for them.
    @Test func aDrainEndsWatchers() throws {
        try withServer { server, client in
            let token = try client.open(
                "/grpc.health.v1.Health/Watch", body: TestClient.frame(request("")))
            try client.wait { client.streams[token].messages.count == 1 }
            let drained = DispatchSemaphore(value: 0)
            let isComplete = Lock(false)
            DispatchQueue.global().async { [server = server.server] in
                let result = server.drain(timeoutMillis: 10_000)
                isComplete.withLock { $0 = result }
                drained.signal()
            }
            let stream = try client.finish(token)
            #expect(stream.messages == [[8, 1], [8, 2]])
            #expect(stream.status == 14)
            client.close()
            try? client.wait { false }
            #expect(drained.wait(timeout: .now() + 10) == .success)
            #expect(isComplete.withLock { $0 })
        }
    }

    /// A call that watched and went leaves nothing behind.
    @Test func cancelledWatchersAreForgotten() throws {
        try withServer { server, client in
            for _ in 0..<20 {
                let token = try client.open(
                    "/grpc.health.v1.Health/Watch", body: TestClient.frame(request("")))
                try client.wait { client.streams[token].messages.count == 1 }
                try client.cancel(token)
            }
            try #expect(client.call("/grpc.health.v1.Health/Check").status == 0)
            #expect(server.server.health.watcherCount == 0)
        }
    }
}

/// Extensions, which the files of the server itself do not have.
@Suite struct FileIndexTests {
    /// A file with `message Base`, `extend Base` at the top and inside `message Holder`.
    private func descriptorSet() -> [UInt8] {
        func field(_ name: String, _ number: UInt64, extending: String?) -> WireWriter {
            var field = WireWriter()
            field.text(1, name)
            if let extending { field.text(2, extending) }
            field.integer(3, number)
            return field
        }
        func message(_ name: String, fields: [WireWriter], extensions: [WireWriter]) -> WireWriter {
            var message = WireWriter()
            message.text(1, name)
            for field in fields { message.message(2, field) }
            for field in extensions { message.message(6, field) }
            return message
        }
        var base = WireWriter()
        base.text(1, "base.proto")
        base.text(2, "x")
        base.message(
            4, message("Base", fields: [field("id", 1, extending: nil)], extensions: []))
        var more = WireWriter()
        more.text(1, "more.proto")
        more.text(2, "x.y")
        more.text(3, "base.proto")
        more.message(7, field("late", 300, extending: ".x.Base"))
        more.message(
            4,
            message(
                "Holder", fields: [], extensions: [field("inner", 100, extending: ".x.Base")]))
        var set = WireWriter()
        set.message(1, base)
        set.message(1, more)
        return set.bytes
    }

    @Test func extensionsAreFoundByNumberAndByName() throws {
        let index = try FileIndex([descriptorSet()])
        let more = try #require(index.file(named: "more.proto"))
        #expect(index.extensionNumbers(of: "x.Base") == [100, 300])
        #expect(index.extensionNumbers(of: ".x.Base") == [100, 300])
        #expect(index.extensionNumbers(of: "x.y.Holder").isEmpty)
        #expect(index.file(extending: "x.Base", number: 100) == more)
        #expect(index.file(extending: "x.Base", number: 300) == more)
        #expect(index.file(extending: "x.Base", number: 1) == nil)
        #expect(index.file(declaring: "x.y.late") == more)
        #expect(index.file(declaring: "x.y.Holder.inner") == more)
        #expect(index.withImports(more).count == 2)
    }

    /// The questions as a tool asks them, in both versions.
    @Test(arguments: ["v1", "v1alpha"])
    func extensionsAreToldOverTheWire(version: String) throws {
        let server = Server(
            configuration: ServerConfiguration(), methods: [],
            reflection: try Reflection(descriptorSets: [descriptorSet()]))
        defer { server.stop() }
        let client = try TestClient(port: try server.start().port)
        defer { client.close() }
        var named = WireWriter()
        named.text(6, "x.Base")
        var asked = WireWriter()
        asked.text(1, "x.Base")
        asked.integer(2, 300)
        var found = WireWriter()
        found.message(5, asked)
        var unknown = WireWriter()
        unknown.message(5, WireWriter())
        let stream = try client.call(
            "/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo",
            [named.bytes, found.bytes, unknown.bytes, []])
        #expect(stream.status == 0)
        var answers: [(number: Int, bytes: [UInt8])] = []
        for message in stream.messages {
            var reader = WireReader(message[...])
            while let field = try reader.next() {
                if field.number > 2, case .data(let bytes) = field.value {
                    answers.append((field.number, Array(bytes)))
                }
            }
        }
        #expect(answers.map(\.number) == [5, 4, 7, 7])
        #expect(answers[0].bytes == [0x0a, 6] + Array("x.Base".utf8) + [0x12, 3, 100, 0xac, 2])
        let files = String(decoding: answers[1].bytes, as: UTF8.self)
        #expect(files.contains("more.proto") && files.contains("base.proto"))
        #expect(answers[2].bytes.prefix(2) == [8, 5], "NOT_FOUND")
        #expect(answers[3].bytes.prefix(2) == [8, 3], "INVALID_ARGUMENT")
    }
}

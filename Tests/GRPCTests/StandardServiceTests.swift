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
}

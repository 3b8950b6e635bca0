import Dispatch
import Ground
import HTTP2
import Testing

@testable import GRPC

/// Turns, deadlines in the queue, and refusals of a server that has too much to do.
@Suite(.serialized) struct OverloadTests {
    private func metadata(
        _ tenant: UInt64, tag: String = "", timeout: String? = nil
    ) -> [(String, String)] {
        [("x-tenant", "\(tenant)"), ("x-tag", tag)] + (timeout.map { [("grpc-timeout", $0)] } ?? [])
    }

    /// A body that keeps the worker busy for so long.
    private func burning(micros: Int) -> [UInt8] {
        TestClient.frame([UInt8](repeating: 0, count: micros))
    }

    /// A thousand calls of 20 us are waiting when another connection's call comes.
    @Test(arguments: [UInt64(1), 2])
    func aBurstDelaysAnothersNextCallByOneQuantum(tenant: UInt64) throws {
        // The order is looked at, not the time: a sanitizer's slow server must not shed the burst.
        try withBusyServer({ $0.queueNanosMax = 60_000_000_000 }) { server, client, port in
            let other = try TestClient(port: port)
            defer { other.close() }
            let warm = try [client, other].map {
                try $0.call("/busy.Service/Burn", extra: metadata(1))
            }
            #expect(warm.allSatisfy { $0.status == 0 })
            let burst = try (0..<1_000).map { _ in
                try client.open(
                    "/busy.Service/Burn", body: burning(micros: 20), extra: metadata(1))
            }
            let token = try other.open(
                "/busy.Service/Burn", body: burning(micros: 20),
                extra: metadata(tenant, tag: "other"))
            let sent = server.events.withLock { $0.starts.count }
            try #expect(other.finish(token).status == 0)
            for token in burst { try #expect(client.finish(token).status == 0) }
            let starts = server.events.withLock { $0.starts }
            let index = try #require(starts.firstIndex { $0.tag == "other" })
            // From its headers on only what is left of the quantum comes before it: 50 us.
            let before = index - starts[index].startedBefore
            #expect(before <= 3, "\(before) calls ran before it")
            // And some slices while it was on its way, however busy this machine is.
            #expect(index - sent < 500, "\(index - sent) calls ran since it was sent")
        }
    }

    @Test func aDeadlineThatPassesInTheQueueIsNeverExecuted() throws {
        try withBusyServer { server, client, _ in
            // Nothing is known of the method's cost yet, so all calls are let in.
            let tokens = try (0..<60).map { _ in
                try client.open(
                    "/busy.Service/Burn", body: burning(micros: 2_000),
                    extra: metadata(1, timeout: "20m"))
            }
            let codes = try tokens.map { try client.finish($0).status }
            let starts = server.events.withLock { $0.starts }
            // One read, then a handler begins: the worker may lose its processor in between.
            let slackNanos: UInt64 = 5_000_000
            #expect(starts.allSatisfy { $0.atNanos < $0.deadlineNanos + slackNanos })
            #expect(starts.count < 60)
            #expect(codes.allSatisfy { [0, 4, 14].contains($0) }, "\(codes)")
            #expect(codes.filter { $0 == 0 }.count <= starts.count)
            #expect(codes.contains(4))
            #expect(server.waitForCounts { $0.callsExpiredInQueue > 0 })
        }
    }

    @Test func whoWouldWaitPastTheDeadlineIsRefusedWithAPushback() throws {
        try withBusyServer { server, client, port in
            for _ in 0..<20 {
                _ = try client.finish(
                    client.open(
                        "/busy.Service/Burn", body: burning(micros: 2_000), extra: metadata(1)))
            }
            let learned = server.events.withLock { $0.starts.count }
            let tokens = try (0..<100).map { _ in
                try client.open(
                    "/busy.Service/Burn", body: burning(micros: 2_000),
                    extra: metadata(1, timeout: "40m"))
            }
            // Another tenant asks for little and is served, although its deadline is as short.
            let other = try TestClient(port: port)
            defer { other.close() }
            let spared = try other.call(
                "/busy.Service/Burn", [[]], extra: metadata(2, timeout: "40m"))
            #expect(spared.status == 0)
            let streams = try tokens.map { try client.finish($0) }
            let refused = streams.filter { $0.status == 14 }
            #expect(refused.count >= 30, "\(streams.map(\.status))")
            #expect(streams.contains { $0.status == 0 })
            for stream in refused {
                let pushback = try #require(stream.first("grpc-retry-pushback-ms"))
                let millis = try #require(Int(pushback))
                #expect(millis >= 40 && millis <= 12_500)
                let details = try #require(stream.first("grpc-status-details-bin"))
                #expect(RetryDelay.millis(inDetails: details) == millis)
                #expect(stream.blocks == 1)
            }
            #expect(server.waitForCounts { $0.callsShed == refused.count })
            let ran = server.events.withLock { $0.starts.count } - learned - 1
            #expect(ran <= 100 - refused.count)
        }
    }

    @Test func aQueueLongerThanTheBoundRefusesCallsWithoutADeadline() throws {
        try withBusyServer({ $0.queueNanosMax = 20_000_000 }) { _, client, _ in
            for _ in 0..<20 {
                _ = try client.finish(
                    client.open(
                        "/busy.Service/Burn", body: burning(micros: 2_000), extra: metadata(1)))
            }
            let tokens = try (0..<60).map { _ in
                try client.open(
                    "/busy.Service/Burn", body: burning(micros: 2_000), extra: metadata(1))
            }
            let codes = try tokens.map { try client.finish($0).status }
            #expect(codes.filter { $0 == 14 }.count >= 20, "\(codes)")
            #expect(codes.filter { $0 == 0 }.count >= 5, "\(codes)")
            try #expect(client.call("/busy.Service/Burn", extra: metadata(1)).status == 0)
        }
    }

    @Test func tooManyLongCallsAreRefusedWithAPushback() throws {
        try withBusyServer({ $0.offloadedPerWorkerMax = 2 }) { server, client, _ in
            let tokens = try (0..<2).map { _ in
                try client.open(
                    "/busy.Service/Block", body: TestClient.frame([]), extra: metadata(1))
            }
            #expect(server.wait { $0.starts.count == 2 })
            let refused = try client.call("/busy.Service/Block", extra: metadata(1))
            #expect(refused.status == 14)
            #expect(refused.first("grpc-retry-pushback-ms") == "100")
            for token in tokens {
                server.gate.signal()
                try #expect(client.finish(token).status == 0)
            }
        }
    }

    @Test func tooManyRequestBytesAreRefusedWithAPushback() throws {
        try withBusyServer({ $0.requestBytesPerWorkerMax = 10_000 }) { server, client, _ in
            let half = [UInt8](repeating: 0, count: 8_000)
            let waiting = try client.open(
                "/busy.Service/UpTo", body: TestClient.frame(half), ends: false,
                extra: metadata(1))
            let refused = try client.call("/busy.Service/UpTo", [half], extra: metadata(1))
            #expect(refused.status == 14)
            #expect(refused.first("grpc-retry-pushback-ms") == "1000")
            try client.append(waiting, [], ends: true)
            try #expect(client.finish(waiting).status == 0)
            #expect(server.waitForCounts { $0.requestBytesWaiting == 0 })
        }
    }

    /// Handlers that only wait: a stream, an offloaded call, a call with its message half sent.
    @Test(arguments: [("Slow", true), ("Wait", true), ("Burn", false)])
    func aDeadlineEndsTheCallWithin50Millis(method: String, isTold: Bool) throws {
        try withBusyServer { server, client, _ in
            _ = try client.call("/busy.Service/Burn", extra: metadata(1))
            let frame = TestClient.frame([1, 2, 3])
            let token = try client.open(
                "/busy.Service/" + method, body: method == "Wait" ? frame : Array(frame[..<6]),
                ends: method == "Wait", extra: metadata(1, timeout: "30m"))
            let began = SystemClock().monotonicNanos()
            let stream = try client.finish(token)
            let took = SystemClock().monotonicNanos() - began
            #expect(stream.status == 4)
            #expect(took < 30_000_000 + 50_000_000, "it took \(took) ns")
            if isTold {
                #expect(server.wait { $0.cancelledAfterNanos.count == 1 })
                let late = server.events.withLock { $0.cancelledAfterNanos[0] }
                #expect(late < 50_000_000, "told \(late) ns late")
            }
        }
    }

    @Test func aResetTakesAWaitingCallOutOfTheQueue() throws {
        try withBusyServer { server, client, port in
            let other = try TestClient(port: port)
            defer { other.close() }
            _ = try other.call("/busy.Service/Burn", extra: metadata(1))
            _ = try client.call("/busy.Service/Burn", extra: metadata(1))
            // While the first runs the others are sent and reset, also by a slow client.
            let busy = try other.open(
                "/busy.Service/Burn", body: burning(micros: 300_000), extra: metadata(1))
            #expect(server.wait { $0.starts.count == 3 })
            for _ in 0..<50 {
                let token = try client.open(
                    "/busy.Service/Burn", body: burning(micros: 1), extra: metadata(1, tag: "x"))
                try client.cancel(token)
            }
            try #expect(other.finish(busy).status == 0)
            try #expect(client.call("/busy.Service/Burn", extra: metadata(1)).status == 0)
            #expect(server.events.withLock { $0.starts.filter { $0.tag == "x" }.isEmpty })
            #expect(server.waitForCounts { $0.callsWaiting == 0 })
        }
    }
}

/// Reads RetryInfo out of `grpc-status-details-bin`.
private enum RetryDelay {
    static func millis(inDetails text: String) -> Int? {
        let bytes = Base64.decodeList(Array(text.utf8).span).first ?? []
        guard let details = field(3, of: bytes, where: { has($0, "google.rpc.RetryInfo") }),
            let retry = field(2, of: details), let delay = field(1, of: retry)
        else { return nil }
        return number(1, of: delay) * 1_000 + number(2, of: delay) / 1_000_000
    }

    private static func has(_ any: [UInt8], _ name: String) -> Bool {
        String(decoding: field(1, of: any) ?? [], as: UTF8.self).hasSuffix(name)
    }

    /// The fields of a message: number, value, and bytes where it has a length.
    private static func fields(_ bytes: [UInt8]) -> [(number: Int, value: Int, bytes: [UInt8])] {
        var rest = bytes[...]
        func varint() -> Int {
            var (value, shift) = (0, 0)
            while let byte = rest.popFirst() {
                value |= Int(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            return value
        }
        var list: [(number: Int, value: Int, bytes: [UInt8])] = []
        while !rest.isEmpty {
            let key = varint()
            let value = varint()
            let isText = key & 7 == 2
            list.append((key >> 3, value, isText ? Array(rest.prefix(value)) : []))
            if isText { rest = rest.dropFirst(value) }
        }
        return list
    }

    private static func field(
        _ number: Int, of bytes: [UInt8], where isWanted: ([UInt8]) -> Bool = { _ in true }
    ) -> [UInt8]? {
        fields(bytes).first { $0.number == number && isWanted($0.bytes) }?.bytes
    }

    private static func number(_ number: Int, of bytes: [UInt8]) -> Int {
        fields(bytes).first { $0.number == number }?.value ?? 0
    }
}

internal import CGRPCMessages

/// grpc.reflection v1 and v1alpha: lets tools list and describe what a server offers.
///
/// Thread: any; nothing changes after init.
public struct Reflection: Sendable {
    private let files: FileIndex

    /// Serves the files of serialized FileDescriptorSets, made with `--include_imports`.
    ///
    /// The files of health, reflection and google.rpc are added. Throws `ReflectionError` when a
    /// set is no FileDescriptorSet.
    public init(descriptorSets: [[UInt8]]) throws(ReflectionError) {
        let own = unsafe UnsafeBufferPointer(
            start: grpc_descriptors_start(), count: grpc_descriptors_count())
        files = try FileIndex(descriptorSets + [unsafe Array(own)])
    }

    /// The methods of both versions; `listing` are the services that are told beside their own.
    func methods(listing services: Set<String>) -> [Method] {
        let packages = ["grpc.reflection.v1", "grpc.reflection.v1alpha"]
        let own = packages.map { "\($0).ServerReflection" }
        let listed = services.union(own).sorted()
        return own.map { service in
            .bidirectional("/\(service)/ServerReflectionInfo", isPublic: true) { [files] call in
                ReflectionStream(call: call, files: files, services: listed)
            }
        }
    }
}

/// Bytes that are no FileDescriptorSet.
public struct ReflectionError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and at which byte.
    public let description: String
}

/// One reflection call: an answer for each question.
final class ReflectionStream: StreamHandler {
    private let call: Call
    private let files: FileIndex
    private let services: [String]

    init(call: Call, files: FileIndex, services: [String]) {
        self.call = call
        self.files = files
        self.services = services
    }

    func onMessage(_ message: Span<UInt8>) {
        let request = message.copied()
        do {
            call.send(try answer(request))
        } catch {
            call.fail(
                Status(.internal, "the request is no ServerReflectionRequest: \(error.problem)"))
        }
    }

    func onHalfClose() {
        call.finish()
    }

    private func answer(_ request: [UInt8]) throws(WireProblem) -> [UInt8] {
        var reader = WireReader(request[...])
        var host = ""
        var response = WireWriter()
        // The last member of a oneof counts, so the answer is made when all are read.
        var question: (number: Int, value: WireReader.Value)?
        while let field = try reader.next() {
            if field.number == 1 {
                host = try WireReader.text(field.value)
            } else if (3...7).contains(field.number) {
                question = field
            }
        }
        response.text(1, host)
        response.data(2, request)
        try answer(question, into: &response)
        return response.bytes
    }

    private func answer(
        _ question: (number: Int, value: WireReader.Value)?, into response: inout WireWriter
    ) throws(WireProblem) {
        guard let question else {
            return fail(.invalidArgument, "the request asks nothing", into: &response)
        }
        switch question.number {
        case 3:
            let name = try WireReader.text(question.value)
            tell(files.file(named: name), what: "file \(name)", into: &response)
        case 4:
            let symbol = try WireReader.text(question.value)
            tell(files.file(declaring: symbol), what: "symbol \(symbol)", into: &response)
        case 5:
            let (message, number) = try Self.extensionAsked(question.value)
            tell(
                files.file(extending: message, number: number),
                what: "extension \(number) of \(message)", into: &response)
        case 6:
            let name = try WireReader.text(question.value)
            guard files.file(declaring: name) != nil else {
                return fail(.notFound, "message \(name) is not known", into: &response)
            }
            var numbers = WireWriter()
            numbers.text(1, name)
            numbers.packed(2, files.extensionNumbers(of: name))
            response.message(5, numbers)
        case 7:
            var list = WireWriter()
            for service in services {
                var entry = WireWriter()
                entry.text(1, service)
                list.message(1, entry)
            }
            response.message(6, list)
        default:
            preconditionFailure("only the five questions are kept")
        }
    }

    /// Reads an ExtensionRequest: the extended message and the field number.
    private static func extensionAsked(
        _ value: WireReader.Value
    ) throws(WireProblem) -> (message: String, number: Int) {
        guard case .data(let bytes) = value else {
            throw WireProblem(offset: 0, problem: "an extension request is no message")
        }
        var message = ""
        var number = 0
        var reader = WireReader(bytes)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, let value): message = try WireReader.text(value)
            case (2, .integer(let value)): number = Int(Int32(truncatingIfNeeded: value))
            default: break
            }
        }
        return (message, number)
    }

    private func tell(_ file: Int?, what: String, into response: inout WireWriter) {
        guard let file else { return fail(.notFound, "\(what) is not known", into: &response) }
        var list = WireWriter()
        for bytes in files.withImports(file) { list.data(1, bytes) }
        response.message(4, list)
    }

    private func fail(_ code: StatusCode, _ message: String, into response: inout WireWriter) {
        var error = WireWriter()
        error.integer(1, UInt64(code.rawValue))
        error.text(2, message)
        response.message(7, error)
    }
}

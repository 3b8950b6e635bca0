internal import GRPC

/// connectrpc.conformance.v1.ConformanceService: answers as requests say and tells what it saw.
///
/// `Unimplemented` is left out, as the suite asks. Thread: any; calls keep their own state.
enum ConformanceService {
    private static let service = "/connectrpc.conformance.v1.ConformanceService/"

    static var methods: [Method] {
        [
            unary("Unary"), unary("IdempotentUnary"),
            .serverStreaming(service + "ServerStream") { call, request in
                guard let definition = ConformanceMessages.streamDefinition(request) else {
                    ConformanceCall(call).refuse()
                    return nil
                }
                return ConformanceReplies(
                    call, serverStream: definition,
                    ConformanceMessages.packed("ServerStreamRequest", request))
            },
            .clientStreaming(service + "ClientStream") { ConformanceUpload($0) },
            .bidirectional(service + "BidiStream") { ConformanceReplies($0) },
        ]
    }

    private static func unary(_ name: String) -> Method {
        .unary(service + name) { call, request in
            let conformance = ConformanceCall(call)
            guard let definition = ConformanceMessages.unaryDefinition(request) else {
                return conformance.refuse()
            }
            conformance.answer(
                definition, [ConformanceMessages.packed("\(name)Request", request)])
        }
    }
}

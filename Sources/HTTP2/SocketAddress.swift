internal import CSystem
internal import Ground

/// One end of a TCP connection.
public struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
    /// 4 bytes of IPv4 or 16 of IPv6, in network order; empty when the socket has no such end.
    public let bytes: [UInt8]
    /// The port.
    public let port: UInt16

    /// The local or the remote end of a descriptor. Wraps getsockname and getpeername.
    init(of descriptor: Int32, isRemote: Bool) {
        var room = [UInt8](repeating: 0, count: 16)
        var port: UInt16 = 0
        let count = unsafe csystem_address(descriptor, isRemote ? 1 : 0, &room, &port)
        bytes = Array(room.prefix(Int(max(count, 0))))
        self.port = port
    }

    /// "127.0.0.1:50051", or "[0:0:0:0:0:0:0:1]:50051" without shortening; "" for no address.
    public var description: String {
        switch bytes.count {
        case 4: return bytes.map { "\($0)" }.joined(separator: ".") + ":\(port)"
        case 16:
            let groups = stride(from: 0, to: 16, by: 2).map { index in
                String(Int(bytes[index]) << 8 | Int(bytes[index + 1]), radix: 16)
            }
            return "[\(groups.joined(separator: ":"))]:\(port)"
        default: return ""
        }
    }
}

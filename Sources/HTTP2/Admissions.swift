/// Where a connection comes from, as far as limits care: an IPv4 address or an IPv6 network.
struct PeerAddress: Sendable, Hashable {
    /// The address in 64 bits: of IPv6 the upper half, because whoever has one has 2^64.
    let key: UInt64
    let isLoopback: Bool
}

/// The accepted sockets of all workers: how many there are, and of whom.
///
/// Named by descriptor, which is unique while it is open. A number that comes again belongs to a
/// new socket, so its old entry goes even if nobody said that it ended.
/// Complexity: O(1); an entry for each socket and for each address that has one.
struct Admissions: Sendable {
    private var addresses: [Int32: PeerAddress] = [:]
    private var counts: [UInt64: Int] = [:]

    /// Sockets that are open.
    var count: Int { addresses.count }

    /// Takes a socket in, or says which limit it meets; then it is not counted.
    ///
    /// A loopback address is this machine, or a proxy on it that speaks for everyone: it is held
    /// to `perAddress` only if `countsLoopback`.
    mutating func admit(
        _ descriptor: Int32, _ address: PeerAddress, total: Int, perAddress: Int,
        countsLoopback: Bool
    ) -> Abuse? {
        release(descriptor)
        guard addresses.count < total else { return .connectionLimit }
        let held = counts[address.key, default: 0]
        guard held < perAddress || (address.isLoopback && !countsLoopback) else {
            return .addressLimit
        }
        counts[address.key] = held + 1
        addresses[descriptor] = address
        return nil
    }

    /// A socket is about to be closed.
    mutating func release(_ descriptor: Int32) {
        guard let address = addresses.removeValue(forKey: descriptor),
            let held = counts[address.key]
        else { return }
        counts[address.key] = held > 1 ? held - 1 : nil
    }
}

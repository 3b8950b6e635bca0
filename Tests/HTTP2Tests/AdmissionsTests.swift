import Testing

@testable import HTTP2

/// Who is let in.
@Suite struct AdmissionsTests {
    private let far = PeerAddress(key: 1, isLoopback: false)
    private let near = PeerAddress(key: 2, isLoopback: true)

    private func admit(
        _ admissions: inout Admissions, _ descriptor: Int32, _ address: PeerAddress,
        countsLoopback: Bool = false
    ) -> Abuse? {
        admissions.admit(
            descriptor, address, total: 6, perAddress: 2, countsLoopback: countsLoopback)
    }

    @Test func anAddressHasItsShareAndGetsItBack() {
        var admissions = Admissions()
        #expect(admit(&admissions, 10, far) == nil)
        #expect(admit(&admissions, 11, far) == nil)
        #expect(admit(&admissions, 12, far) == .addressLimit)
        #expect(admit(&admissions, 12, PeerAddress(key: 3, isLoopback: false)) == nil)
        admissions.release(10)
        #expect(admit(&admissions, 10, far) == nil)
        #expect(admissions.count == 3)
    }

    @Test func loopbackIsExemptUnlessAskedFor() {
        var admissions = Admissions()
        for descriptor in Int32(0)..<6 { #expect(admit(&admissions, descriptor, near) == nil) }
        #expect(admit(&admissions, 6, near) == .connectionLimit)
        var strict = Admissions()
        #expect(admit(&strict, 0, near, countsLoopback: true) == nil)
        #expect(admit(&strict, 1, near, countsLoopback: true) == nil)
        #expect(admit(&strict, 2, near, countsLoopback: true) == .addressLimit)
    }

    @Test func aDescriptorThatComesAgainIsANewSocket() {
        var admissions = Admissions()
        for _ in 0..<10 { #expect(admit(&admissions, 3, far) == nil) }
        #expect(admissions.count == 1)
        admissions.release(3)
        admissions.release(3)
        #expect(admissions.count == 0)
    }

    /// Descriptors the process may open, connections wanted, connections taken.
    @Test(arguments: [
        (1_048_576, 32_768, 32_768), (1_024, 32_768, 768), (200, 32_768, 100), (0, 10, 10),
        (64, 8, 8),
    ])
    func descriptorsAreKeptForTheRest(descriptors: Int, wanted: Int, taken: Int) {
        #expect(WorkerGroup.connectionsMax(descriptors: descriptors, wanted: wanted) == taken)
    }
}

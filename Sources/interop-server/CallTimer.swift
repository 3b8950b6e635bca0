internal import Dispatch
internal import GRPC

/// Runs steps of a call later, without holding its worker.
///
/// Thread: any.
enum CallTimer {
    private static let queue = DispatchQueue(label: "interop.timers")
    /// The longest wait; a call that is told to wait longer waits this long. Reason: an hour is
    /// more than any test has, and the arithmetic cannot overflow.
    private static let waitMicrosMax = 3_600_000_000

    /// Runs `step` on the call's worker when `micros` have passed, also if the call is over then.
    static func after(micros: Int, _ call: Call, _ step: @escaping @Sendable () -> Void) {
        let wait = DispatchTimeInterval.microseconds(min(max(micros, 0), waitMicrosMax))
        queue.asyncAfter(deadline: .now() + wait) { call.runOnWorker(step) }
    }
}

import ArgumentParser

/// Why a run could not be made or came to nothing.
enum LoadError: Error, CustomStringConvertible {
    /// An option that only shows itself to be wrong when it is used.
    case badUsage(String)
    /// The server cannot be reached.
    case unreachable(String)
    /// The server was reached, but what the run needs failed.
    case failed(String)

    var description: String {
        switch self {
        case .badUsage(let problem), .unreachable(let problem), .failed(let problem): problem
        }
    }

    /// 64 for bad usage, 69 for a server that is not there, 1 for everything else.
    var exitCode: ExitCode {
        switch self {
        case .badUsage: ExitCode.validationFailure
        case .unreachable: ExitCode(69)
        case .failed: ExitCode(1)
        }
    }
}

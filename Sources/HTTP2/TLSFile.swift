internal import COpenSSL
internal import Glibc

/// Reads the PEM files of a TLS end (RFC 7468).
enum TLSFile {
    /// A revocation list of a large authority has some MiB; more is no such file.
    private static let bytesMax = 16 << 20

    /// What messages call a source.
    static func name(_ source: PEMSource) -> String {
        switch source {
        case .file(let path): path
        case .text: "the PEM text given"
        }
    }

    /// A source's bytes. A key file that everyone may read is refused.
    ///
    /// Refused, not warned about: one chmod mends it, and nobody reads a warning. The group may
    /// read, because that is how a machine shares one key between services.
    static func read(_ source: PEMSource, isKey: Bool = false) throws(TLSError) -> [UInt8] {
        switch source {
        case .file(let path): return try read(path, isKey: isKey)
        case .text(let bytes): return bytes
        }
    }

    private static func read(_ path: String, isKey: Bool) throws(TLSError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TLSError("cannot read \(path): \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw TLSError("\(path) is not a file")
        }
        guard !isKey || status.st_mode & 0o007 == 0 else {
            throw TLSError("the key \(path) is open to everyone: chmod 640 it, or 600")
        }
        guard status.st_size <= bytesMax else {
            throw TLSError("\(path) has more than \(bytesMax >> 20) MiB")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var used = 0
        while used < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe Glibc.read(descriptor, room.baseAddress! + used, room.count - used)
            }
            guard count > 0 else { throw TLSError("\(path) cannot be read to its end") }
            used += count
        }
        return bytes
    }

    /// Calls `body` with the name and the content of each block, in order.
    ///
    /// Wraps PEM_read_bio. Text between blocks is skipped.
    static func forEachBlock(
        in bytes: [UInt8], _ path: String,
        _ body: (_ name: String, _ content: UnsafeBufferPointer<UInt8>) throws(TLSError) -> Void
    ) throws(TLSError) {
        guard let source = unsafe BIO_new_mem_buf(bytes, Int32(bytes.count)) else {
            throw TLSError("no memory to read \(path)")
        }
        defer { unsafe BIO_free(source) }
        while true {
            var name: UnsafeMutablePointer<CChar>?
            var header: UnsafeMutablePointer<CChar>?
            var content: UnsafeMutablePointer<UInt8>?
            var count = 0
            let result = unsafe PEM_read_bio(source, &name, &header, &content, &count)
            guard result == 1, let found = unsafe name else { break }
            defer {
                unsafe copenssl_free(name)
                unsafe copenssl_free(header)
                unsafe copenssl_free(content)
            }
            try unsafe body(
                String(cString: found), UnsafeBufferPointer(start: content, count: count))
        }
        let last = ERR_peek_last_error()
        ERR_clear_error()
        // The end of the file is told as an error like any other: no further block begins.
        guard last & 0x7f_ffff == UInt(PEM_R_NO_START_LINE) else {
            throw TLSError("\(path) has a damaged PEM block: \(reason(last))")
        }
    }

    /// OpenSSL's words for an error number. Wraps ERR_reason_error_string.
    static func reason(_ number: UInt) -> String {
        guard let text = unsafe ERR_reason_error_string(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }

    /// OpenSSL's words for what went wrong last on this thread; forgets it.
    static func lastReason() -> String {
        defer { ERR_clear_error() }
        return reason(ERR_peek_last_error())
    }
}

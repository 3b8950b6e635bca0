internal import CNGHTTP2

/// The table of C callbacks that every session shares; each hands its event to the session.
///
/// Force unwraps here are on pointers that nghttp2 promises are never null: frames, frame headers,
/// flags and sources.
@safe
final class SessionCallbacks: @unchecked Sendable {
    // Sendable because the table is filled in init and only read after it.
    let callbacks: OpaquePointer
    static let shared = SessionCallbacks()

    private init() {
        var made: OpaquePointer?
        unsafe nghttp2_session_callbacks_new(&made)
        guard let made = unsafe made else {
            preconditionFailure("nghttp2 has no memory for its callbacks")
        }
        unsafe callbacks = made
        unsafe setReceiving(made)
        unsafe setSending(made)
    }

    private func setReceiving(_ table: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(table) { _, header, owner in
            let (id, type) = unsafe (header!.pointee.stream_id, header!.pointee.type)
            return unsafe SessionCallbacks.with(owner) { $0.frameBegan(id, type: type) }
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table) { _, frame, owner in
            let id = unsafe frame!.pointee.hd.stream_id
            let category = unsafe frame!.pointee.headers.cat
            return unsafe SessionCallbacks.with(owner) {
                $0.blockBegan(id, category: category)
            }
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(table) {
            _, _, name, nameCount, value, valueCount, _, owner in
            let name = unsafe UnsafeBufferPointer(start: name, count: nameCount)
            let value = unsafe UnsafeBufferPointer(start: value, count: valueCount)
            return unsafe SessionCallbacks.with(owner) {
                unsafe $0.field(name.span, value.span)
            }
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table) {
            _, _, id, bytes, count, owner in
            let bytes = unsafe UnsafeBufferPointer(start: bytes, count: count)
            unsafe SessionCallbacks.with(owner) { unsafe $0.body(id, bytes.span) }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table) { _, frame, owner in
            let header = unsafe frame!.pointee.hd
            unsafe SessionCallbacks.with(owner) {
                $0.frameReceived(header.stream_id, type: header.type, flags: header.flags)
            }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table) {
            _, frame, _, owner in
            let id = unsafe frame!.pointee.hd.stream_id
            return unsafe SessionCallbacks.with(owner) { $0.frameWasInvalid(id) }
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table) {
            _, id, errorCode, owner in
            unsafe SessionCallbacks.with(owner) { $0.closed(id, errorCode: errorCode) }
            return 0
        }
    }

    private func setSending(_ table: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table) { _, frame, owner in
            let header = unsafe frame!.pointee.hd
            switch header.type {
            case SessionGuard.FrameType.reset:
                let code = unsafe frame!.pointee.rst_stream.error_code
                unsafe SessionCallbacks.with(owner) {
                    $0.errorSent(
                        header.stream_id, type: header.type, errorCode: code)
                }
            case SessionGuard.FrameType.goAway:
                let code = unsafe frame!.pointee.goaway.error_code
                unsafe SessionCallbacks.with(owner) {
                    $0.errorSent(
                        header.stream_id, type: header.type, errorCode: code)
                }
            default: break
            }
            unsafe SessionCallbacks.with(owner) {
                $0.frameSent(header.stream_id, type: header.type, flags: header.flags)
            }
            return 0
        }
    }

    /// Runs `body` with the session, which outlives the call into nghttp2 that we are in.
    @inline(__always)
    private static func with<Result>(
        _ owner: UnsafeMutableRawPointer?, _ body: (Session) -> Result
    ) -> Result {
        unsafe Unmanaged<Session>.fromOpaque(owner.unsafelyUnwrapped)
            ._withUnsafeGuaranteedRef(body)
    }

    /// What nghttp2 calls for the next bytes of a body; the token travels as its source.
    static func bodyProvider(token: Int) -> nghttp2_data_provider {
        var provider = unsafe nghttp2_data_provider()
        unsafe provider.source.ptr = UnsafeMutableRawPointer(bitPattern: token + 1)
        unsafe provider.read_callback = { _, id, room, count, flags, source, owner in
            let token = unsafe Int(bitPattern: source!.pointee.ptr) - 1
            let room = unsafe UnsafeMutableRawBufferPointer(start: room, count: count)
            return unsafe SessionCallbacks.with(owner) {
                unsafe $0.readBody(id, token, into: room, flags: flags!)
            }
        }
        return unsafe provider
    }
}

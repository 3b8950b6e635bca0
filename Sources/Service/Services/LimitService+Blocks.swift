internal import GRPC
internal import Ground
internal import Messages

/// Blocks on lines and on subjects.
extension LimitService {
    var blocks: [Method] {
        [
            write("Freeze") { codec, request, key in try codec.freeze(request, key: key) },
            write("Unfreeze") { codec, request, key in try codec.unfreeze(request, key: key) },
        ]
    }
}

internal import CMessages

/// The FileDescriptorSet of every served proto, for the reflection service.
public enum DescriptorSet {
    /// The set's bytes, as protoc wrote them.
    public static var bytes: [UInt8] {
        unsafe Array(
            UnsafeBufferPointer(
                start: creditrisk_descriptors_start(), count: creditrisk_descriptors_count()))
    }
}

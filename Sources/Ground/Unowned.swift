/// A reference that is not counted: its maker promises that the object outlives it.
///
/// For the road, where counting one shared object up and down costs more than the work between.
/// Each property of this type says who keeps the object alive. `@safe` because that promise is
/// all it needs: nothing here can be used wrongly while it holds.
@safe
@frozen
public struct Unowned<Object: AnyObject> {
    @usableFromInline let reference: Unmanaged<Object>

    /// Refers to `object` without keeping it alive.
    @inlinable
    @inline(__always)
    public init(_ object: Object) {
        unsafe reference = .passUnretained(object)
    }

    /// Refers to the object whose `address` was taken before.
    @inlinable
    @inline(__always)
    public init(address: Int) {
        unsafe reference = .fromOpaque(
            UnsafeRawPointer(bitPattern: address).unsafelyUnwrapped)
    }

    /// A number that names the object while it lives.
    @inlinable
    public var address: Int { unsafe Int(bitPattern: reference.toOpaque()) }

    /// Runs `body` with the object, which is not counted meanwhile.
    @inlinable
    @inline(__always)
    public func with<Result>(_ body: (Object) throws -> Result) rethrows -> Result {
        try unsafe reference._withUnsafeGuaranteedRef(body)
    }

    /// The object, counted again.
    @inlinable
    public var object: Object { unsafe reference.takeUnretainedValue() }
}

/// What one expression may be and may use. Expressions come from tenants: nothing is unbounded.
public struct ExpressionLimits: Sendable {
    /// Bytes of source: written rules have hundreds; a table of thousands belongs in a list.
    public var sourceBytesMax = 65_536
    /// Brackets and conditionals inside each other: CEL asks for 32, and each takes about 2 KiB
    /// of a worker's stack while parsing.
    public var nestingMax = 128
    /// Height of the tree, chains of operators included: what evaluation recurses over.
    public var heightMax = 640
    /// Nodes of the tree: bounds what checking and compiling hold.
    public var nodesMax = 16_384
    /// The highest bound on steps that is accepted before anything runs.
    public var staticCostMax = 100_000_000
    /// The size assumed, for that bound, of a list or map that is not written in the source.
    public var assumedListSize = 100
    /// Steps of one evaluation: some 20 ms, twenty times a call's budget on an offloaded queue.
    public var stepsMax = 1_000_000
    /// Bytes of a regular expression, as its program's size grows with it.
    public var patternBytesMax = 1_024

    /// The defaults.
    public init() {}
}

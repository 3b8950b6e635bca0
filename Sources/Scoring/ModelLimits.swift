/// The bounds of what a model file may ask for.
///
/// Loading stays within seconds and a few hundred megabytes whatever the bytes say.
public enum ModelLimits {
    /// A manifest or scorecard: a thousand attributes of twenty bins fit ten times over.
    public static let manifestBytesMax = 2 << 20
    /// A tree file: 10,000 trees of 255 leaves take about 250 MB, far past what scores in time.
    public static let treeFileBytesMax = 64 << 20
    /// As many features as a tenant's registry can number.
    public static let inputCountMax = 8_192
    /// Past this a single score would take longer than a call may.
    public static let treeCountMax = 20_000
    /// What LightGBM itself allows in one tree.
    public static let leafCountMax = 131_072
    /// Inner nodes and leaves of all trees: 16 bytes each, so 128 MiB.
    public static let nodeCountMax = 8 << 20
    /// 32-bit words of all category sets: 16 MiB.
    public static let categoryWordCountMax = 4 << 20
    /// Attributes of a scorecard; the largest in use have about a hundred.
    public static let attributeCountMax = 1_024
    /// Bins of one attribute, the missing one aside.
    public static let binCountMax = 1_024
    /// Categories of one input: as many as a registry feature may list.
    public static let categoryCountMax = 4_096
    /// Bytes of one name or text of a manifest.
    public static let textBytesMax = 1_024
    /// Keys of the head or of one tree of a LightGBM text; the library writes about twenty.
    public static let keyCountMax = 256
    /// Points, weights and coefficients of a scorecard: no sum of them can lose a whole point.
    public static let worthMax = 1e9
    /// A leaf's value: no sum of leaves can leave the range of a double.
    public static let leafValueMax = 1e100
    /// Reasons given for one result: what a borrower's notice can carry.
    public static let reasonCountMax = 4
}

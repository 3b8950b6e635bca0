public import FraudGraph
public import Messages

/// One worker's own memory for deciding: nothing on the road allocates buffers of its own.
///
/// Thread: owned by one worker or one queue; never shared.
public final class DecisionScratch {
    /// Encodes what becomes durable.
    public let codec = Codec()
    /// Memory for a graph walk.
    public let graph = GraphScratch()
    /// Gathered feature values, in the order of a plan.
    var values: [Double] = []
    /// Values of one model, in the model's order.
    var modelValues: [Double] = []
    /// Values of a policy, by its slots.
    var policyValues: [Double] = []

    /// Values of the features that label a subject.
    var labelValues: [Double] = []

    /// Makes room for the values of a subject's labels.
    func prepare(labelCount: Int) {
        if labelValues.count < labelCount {
            labelValues = [Double](repeating: .nan, count: labelCount)
        }
    }

    /// Makes room for a plan's values.
    func prepare(featureCount: Int, slotCount: Int) {
        if values.count < featureCount {
            values = [Double](repeating: .nan, count: featureCount)
        }
        if policyValues.count < slotCount {
            policyValues = [Double](repeating: .nan, count: slotCount)
        }
    }

    /// Starts empty; grows to the largest plan that it meets.
    public init() {}
}

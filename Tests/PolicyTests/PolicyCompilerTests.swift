import Domain
import Foundation
import Policy
import Testing

/// What a policy author is told: the line, the path, the sentence.
@Suite struct PolicyCompilerTests {
    struct Mistake: CustomStringConvertible {
        let old: String
        let new: String
        let path: String
        let problem: String
        var description: String { "\(old) -> \(new)" }
    }

    static let mistakes: [Mistake] = [
        Mistake(
            old: "reason: ARREARS,", new: "reason: ARREAR,", path: "knock_outs[0].reason",
            problem: "ARREAR has no text under reasons"),
        Mistake(
            old: "is: above", new: "is: over", path: "knock_outs[0].when[0].is",
            problem: "must be below"),
        Mistake(
            old: "is: above, value: 30", new: "is: above, value: many",
            path: "knock_outs[0].when[0].value", problem: "must be a number"),
        Mistake(
            old: "is: above, value: 30", new: "is: above, value: nan",
            path: "knock_outs[0].when[0].value", problem: "must be a number"),
        Mistake(
            old: "values: [driver, none]", new: "values: [pilot]",
            path: "knock_outs[1].when[0].values[0]", problem: "there is no category \"pilot\""),
        Mistake(
            old: "{input: job, is: missing}", new: "{input: job, is: below, value: clerk}",
            path: "knock_outs[2].when[0].is", problem: "job has no order"),
        Mistake(
            old: "{input: job, is: missing}", new: "{input: job, is: missing, value: clerk}",
            path: "knock_outs[2].when[0]", problem: "missing and present take no value"),
        Mistake(
            old: "inputs: [job,", new: "inputs: [sex,", path: "inputs[0]",
            problem: "sex is prohibited"),
        Mistake(
            old: "inputs: [job,", new: "inputs: [", path: "knock_outs[1].when[0].input",
            problem: "job is not among the policy's inputs"),
        Mistake(
            old: "inputs: [job,", new: "inputs: [job, job,", path: "inputs[1]",
            problem: "job is there twice"),
        Mistake(
            old: "model.card.pd]", new: "model.tree.pd]", path: "inputs[6]",
            problem: "there is no model tree"),
        Mistake(
            old: "graph.hops_to_flagged,", new: "graph.colour,", path: "inputs[5]",
            problem: "graph.colour is not a signal of the graph"),
        Mistake(
            old: "currency: EUR", new: "currency: DEM", path: "currency",
            problem: "must be an active ISO 4217 code"),
        Mistake(
            old: "version: 3", new: "version: three", path: "version",
            problem: "must be a whole number"),
        Mistake(
            old: "below_pd_ppm: 300000", new: "below_pd_ppm: 90000", path: "grades.bands[1]",
            problem: "bands go from the best to the worst"),
        Mistake(
            old: "{grade: D, outcome", new: "{grade: D, below_pd_ppm: 900000, outcome",
            path: "grades.bands", problem: "the last band must have no bound"),
        Mistake(
            old: "grade: B,", new: "grade: A,", path: "grades.bands[1]",
            problem: "grade A is there twice"),
        Mistake(
            old: "nominal_rate_ppm: 120000", new: "nominal_rate_ppm: 130000",
            path: "grades.bands", problem: "grade B's rate is above cap"),
        Mistake(
            old: "below_pd_ppm: 100000", new: "min_points: 600", path: "grades.bands[0]",
            problem: "min_points does not fit"),
        Mistake(
            old: "outcome: DECLINE, reason: ARREARS", new: "outcome: APPROVE, reason: ARREARS",
            path: "knock_outs[0].outcome", problem: "must be one of DECLINE"),
        Mistake(
            old: "text: hopeless}", new: "text: hopeless, colour: red}",
            path: "knock_outs[5].colour", problem: "is not a field here"),
        Mistake(
            old: "name: linked,", new: "name: long,", path: "knock_outs[4]",
            problem: "long is there twice"),
        Mistake(
            old: "max_amount_minor: 800000", new: "max_amount_minor: 9999",
            path: "cap.min_amount_minor", problem: "must not be above max_amount_minor"),
        Mistake(
            old: "LOOK: {INTERNAL: a person looks}", new: "LOOK: {}", path: "reasons.LOOK",
            problem: "lacks INTERNAL"),
        Mistake(
            old: "LOOK: {INTERNAL", new: "look: {INTERNAL", path: "reasons.look",
            problem: "a reason code has"),
        Mistake(
            old: "income: income_minor", new: "income: job", path: "affordability.income",
            problem: "must be a number feature"),
        Mistake(old: "policy: small", new: "", path: "", problem: "lacks policy"),
        Mistake(old: "version: 3", new: "version: [3", path: "", problem: ""),
        Mistake(old: "version: 3", new: "version: 3\nversion: 4", path: "", problem: ""),
    ]

    @Test(arguments: mistakes)
    func everyMistakeIsNamed(mistake: Mistake) {
        let text = PolicyEvaluationTests.yaml.replacing(mistake.old, with: mistake.new)
        #expect(text != PolicyEvaluationTests.yaml, "the mistake is in the text")
        do throws(PolicyError) {
            _ = try CompiledPolicy.compile(
                yaml: text, vocabulary: PolicyEvaluationTests.vocabulary)
            Issue.record("compiled in spite of it")
        } catch {
            #expect(error.path == mistake.path)
            #expect(error.problem.hasPrefix(mistake.problem), "\(error)")
            #expect(error.line > 0)
            #expect(!error.problem.isEmpty)
        }
    }

    @Test func theLineIsTheMistakesLine() {
        let text = PolicyEvaluationTests.yaml.replacing("is: above", with: "is: over")
        let line = text.split(separator: "\n", omittingEmptySubsequences: false)
            .firstIndex { $0.contains("is: over") }
        #expect {
            try CompiledPolicy.compile(yaml: text, vocabulary: PolicyEvaluationTests.vocabulary)
        } throws: { error in
            (error as? PolicyError)?.line == line.map { $0 + 1 }
        }
    }

    @Test(arguments: ["", "  ", "42", "[1, 2]", "\u{0}", "a: b: c"])
    func whatIsNoPolicyIsRefused(text: String) {
        #expect(throws: PolicyError.self) {
            try CompiledPolicy.compile(yaml: text, vocabulary: PolicyEvaluationTests.vocabulary)
        }
    }

    @Test func anOverlongTextIsRefused() {
        let text = String(repeating: "#", count: 1 << 20) + "\n"
        #expect(throws: PolicyError.self) {
            try CompiledPolicy.compile(yaml: text, vocabulary: PolicyEvaluationTests.vocabulary)
        }
    }
}

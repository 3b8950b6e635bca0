import Domain
import Ground
import Testing

@testable import Limits

/// Random operations of two tenants, after every record compared with the oracle.
struct PortfolioRun {
    var portfolio = Portfolio()
    let view = PortfolioView()
    var worlds: [PortfolioWorld]
    var random: RandomSource
    let seed: UInt64
    var sequence: UInt64 = 0
    var nowSeconds: UInt32
    /// Every image that records carried, and those since the checkpoint began.
    var images: [RareEffects] = []
    var checkpoint: Checkpoint?
    var tally: [LedgerOutcome: Int] = [:]
    var undoneCount = 0
    var lastSequenceOfCell: [TenantID: [CellKey: UInt64]] = [:]

    /// Blocks that are copied one after the other while records go on.
    struct Checkpoint {
        var startImage: Int
        var blocks: [(Portfolio) -> RareEffects]
        var copied = RareEffects()
    }

    init(seed: UInt64) {
        self.seed = seed
        random = RandomSource(seed: seed)
        // Some weeks before the zone changes its offset.
        nowSeconds = seed % 2 == 0 ? 1_772_000_000 : 1_323_000_000
        worlds = [
            PortfolioWorld(7, random: &random), PortfolioWorld(70_000, random: &random),
        ]
    }

    func pick(_ count: Int, _ random: inout RandomSource) -> Int {
        Int.random(in: 0..<max(1, count), using: &random)
    }

    func stamp(_ world: Int) -> LedgerStamp {
        LedgerStamp(
            tenant: worlds[world].tenant, tenantSequence: worlds[world].sequence,
            sequence: sequence, timeMicros: Int64(nowSeconds) * 1_000_000,
            expiryMicros: Int64(nowSeconds) * 1_000_000)
    }

    var place: Comment { "seed \(seed) record \(sequence)" }

    /// One record of one to three chains.
    mutating func step() {
        sequence += 1
        nowSeconds += UInt32.random(in: 0...14_400, using: &random)
        let world = pick(5, &random) == 0 ? 1 : 0
        let before = worlds[world].naive
        for _ in 0...(pick(4, &random) == 0 ? 2 : 0) {
            worlds[world].sequence += 1
            let kept = worlds[world]
            portfolio.begin()
            var outcome = LedgerOutcome.done
            for _ in 0...(pick(4, &random) == 0 ? 2 : 0) where outcome == .done {
                outcome = operate(world)
            }
            tally[outcome, default: 0] += 1
            if outcome != .done || pick(6, &random) == 0 {
                portfolio.undo()
                let positions = worlds[world].sequence
                worlds[world] = kept
                worlds[world].sequence = positions
                undoneCount += 1
            }
        }
        var rare = RareEffects()
        let previous = portfolio.finish(stamp(world), into: &rare)
        check(rare, previous, world, before: before)
        images.append(rare)
        var effects = LedgerEffects()
        effects.rare = rare
        view.apply(effects, tenant: worlds[world].tenant, outcome: .done)
    }

    private mutating func operate(_ world: Int) -> LedgerOutcome {
        switch pick(100, &random) {
        case 0..<8: return open(world)
        case 8..<48: return reserve(world)
        case 48..<66: return give(world)
        case 66..<70: return move(world)
        case 70..<74: return set(world)
        case 74..<76: return pause(world)
        case 76..<82: return rate(world)
        default: return count(world)
        }
    }

    private mutating func change(
        _ world: Int, _ exposures: [Exposure], mayRefuse: Bool
    ) -> LedgerOutcome {
        let expected = worlds[world].naive.change(exposures, mayRefuse: mayRefuse)
        let outcome = portfolio.change(exposures, mayRefuse: mayRefuse, stamp: stamp(world))
        #expect(outcome == expected.outcome, place)
        if outcome != .done { #expect(portfolio.refusal == expected.refusal, place) }
        return outcome
    }

    private mutating func open(_ world: Int) -> LedgerOutcome {
        guard let position = worlds[world].positions.popLast() else { return .done }
        let line = PortfolioWorld.Line(
            position: position, subject: UInt64.random(in: 1...30, using: &random),
            product: UInt64.random(in: 1...3, using: &random),
            currency: PortfolioWorld.currencies.randomElement(using: &random)
                ?? PortfolioWorld.eur,
            grantedMinor: Int64.random(in: 1...5_000, using: &random))
        worlds[world].lines.append(line)
        let granted = worlds[world].exposure(
            line, .granted, amountMinor: line.grantedMinor, count: 1,
            flowMinor: line.grantedMinor, flowCount: 1, placedSeconds: nowSeconds)
        return change(world, [granted], mayRefuse: true)
    }

    private mutating func reserve(_ world: Int) -> LedgerOutcome {
        guard !worlds[world].lines.isEmpty else { return .done }
        let line = pick(worlds[world].lines.count, &random)
        let labels = PortfolioWorld.labels(&random)
        guard let id = portfolio.labels.intern(worlds[world].tenant, labels) else {
            Issue.record("too many label sets")
            return .tooMany
        }
        worlds[world].naive.labelSets[id.rawValue] = labels
        let amount = Int64.random(in: 1...900, using: &random)
        worlds[world].items.append(
            .init(
                line: line, labels: id, amountMinor: amount, placedSeconds: nowSeconds,
                isDrawing: false))
        var exposures = [
            worlds[world].exposure(
                worlds[world].lines[line], .used, labels: id, amountMinor: amount, count: 1,
                flowMinor: amount, flowCount: 1, placedSeconds: nowSeconds)
        ]
        if pick(5, &random) == 0 {
            // A raise in the same breath.
            let raise = Int64.random(in: 1...500, using: &random)
            worlds[world].lines[line].grantedMinor += raise
            exposures.append(
                worlds[world].exposure(
                    worlds[world].lines[line], .granted, amountMinor: raise, flowMinor: raise,
                    placedSeconds: nowSeconds))
        }
        return change(world, exposures, mayRefuse: true)
    }

    /// A commit in part, a release, or a repayment.
    private mutating func give(_ world: Int) -> LedgerOutcome {
        guard !worlds[world].items.isEmpty else { return .done }
        let place = pick(worlds[world].items.count, &random)
        var item = worlds[world].items[place]
        let line = worlds[world].lines[item.line]
        let isOld = nowSeconds - item.placedSeconds > 30 * 86_400
        let isWhole = isOld || Bool.random(using: &random)
        let part =
            isWhole ? item.amountMinor : Int64.random(in: 0..<item.amountMinor, using: &random)
        let givesBack = !item.isDrawing && !isOld
        let exposure = worlds[world].exposure(
            line, .used, labels: item.labels, amountMinor: -part, count: isWhole ? -1 : 0,
            flowMinor: givesBack ? -part : 0, flowCount: givesBack && isWhole ? -1 : 0,
            placedSeconds: item.placedSeconds)
        item.amountMinor -= part
        item.isDrawing = true
        if isWhole {
            worlds[world].items.remove(at: place)
        } else {
            worlds[world].items[place] = item
        }
        return change(world, [exposure], mayRefuse: Bool.random(using: &random))
    }

    private mutating func move(_ world: Int) -> LedgerOutcome {
        let subject = UInt64.random(in: 1...30, using: &random)
        let old = worlds[world].groups[subject] ?? 0
        let new = UInt64.random(in: 0...2, using: &random) * 1_000
        var exposures: [Exposure] = []
        for line in worlds[world].lines.indices where worlds[world].lines[line].subject == subject {
            for part in worlds[world].counted(line, nowSeconds: nowSeconds, group: old) {
                exposures.append(worlds[world].negated(part))
            }
            exposures += worlds[world].counted(line, nowSeconds: nowSeconds, group: new)
        }
        worlds[world].groups[subject] = new
        return change(world, exposures, mayRefuse: false)
    }

    private mutating func set(_ world: Int) -> LedgerOutcome {
        let known = worlds[world].naive.limits.keys.sorted()
        let isNew = known.count < 14 && Bool.random(using: &random) || known.isEmpty
        let id = isNew ? PortfolioLimitID(0) : known[pick(known.count, &random)]
        var limit = PortfolioWorld.limit(id, tenant: worlds[world].tenant, random: &random)
        if !isNew, Bool.random(using: &random), let old = worlds[world].naive.limits[id]?.limit {
            let bound = limit.bound
            limit = old
            limit.bound = bound
            limit.status = .counting
        }
        if isNew, worlds[world].naive.limits[PortfolioLimitID(worlds[world].sequence)] != nil {
            return .done
        }
        let outcome = portfolio.setLimit(limit, stamp: stamp(world))
        if isNew { limit.id = PortfolioLimitID(worlds[world].sequence) }
        #expect(outcome == .done, place)
        worlds[world].naive.set(limit)
        return outcome
    }

    private mutating func pause(_ world: Int) -> LedgerOutcome {
        let known = worlds[world].naive.limits.keys.sorted()
        let id = known.isEmpty ? PortfolioLimitID(99_999) : known[pick(known.count, &random)]
        let isPaused = Bool.random(using: &random)
        let outcome = portfolio.pauseLimit(id, isPaused: isPaused, stamp: stamp(world))
        #expect(outcome == (known.isEmpty ? .portfolioLimitUnknown : .done), place)
        worlds[world].naive.pause(id, isPaused: isPaused)
        return outcome
    }

    private mutating func rate(_ world: Int) -> LedgerOutcome {
        let from = PortfolioWorld.currencies.randomElement(using: &random) ?? PortfolioWorld.eur
        let to = PortfolioWorld.currencies.randomElement(using: &random) ?? PortfolioWorld.eur
        guard from != to else { return .done }
        let ratePpb = Int64.random(in: 1_000_000...3_000_000_000, using: &random)
        worlds[world].naive.rates[RatePair(from: from, to: to)] = ratePpb
        return portfolio.setRate(from: from, to: to, ratePpb: ratePpb, stamp: stamp(world))
    }

    /// A step of the scan of whichever limit the portfolio says.
    private mutating func count(_ world: Int) -> LedgerOutcome {
        guard let task = portfolio.countingTask, task.tenant == worlds[world].tenant else {
            return .done
        }
        if task.mustRestart {
            portfolio.restartCounting(task.limit, stamp: stamp(world))
            worlds[world].naive.limits[task.limit]?.parts = []
            worlds[world].naive.limits[task.limit]?.scanned = 0
            return .done
        }
        #expect(worlds[world].naive.limits[task.limit]?.scanned == task.position, place)
        let end = task.position + UInt64.random(in: 1...250, using: &random)
        let inRange = worlds[world].lines.indices.filter {
            (task.position..<end).contains(worlds[world].lines[$0].position)
        }
        for line in inRange {
            let exposures = worlds[world].counted(line, nowSeconds: nowSeconds)
            portfolio.count(exposures, into: task.limit, stamp: stamp(world))
            worlds[world].naive.limits[task.limit]?.parts += exposures
        }
        if end >= PortfolioWorld.positionMax {
            portfolio.finishCounting(task.limit, stamp: stamp(world))
            worlds[world].naive.limits[task.limit]?.scanned = .max
            worlds[world].naive.limits[task.limit]?.limit.status = .enforcing
        } else {
            portfolio.advanceCounting(task.limit, to: end, stamp: stamp(world))
            worlds[world].naive.limits[task.limit]?.scanned = end
        }
        return .done
    }
}

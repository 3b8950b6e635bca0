import Domain
import Ground
import Testing

@testable import Limits

extension PortfolioRun {
    struct Place: Hashable {
        var limit: PortfolioLimitID
        var scope: NaivePortfolio.Scope
        var currency: Currency
    }

    func place(of key: CellKey) -> Place {
        Place(
            limit: key.limit,
            scope: .init(values: (0..<4).map { key.values[$0] }, period: key.period),
            currency: key.currency)
    }

    func places(_ naive: NaivePortfolio) -> [Place: NaivePortfolio.Sum] {
        var places: [Place: NaivePortfolio.Sum] = [:]
        for (id, counted) in naive.limits {
            for (scope, sums) in naive.cells(counted) {
                for (currency, sum) in sums {
                    places[Place(limit: id, scope: scope, currency: currency)] = sum
                }
            }
        }
        return places
    }

    /// A limit that was a share once keeps counters of the whole book, which stand still.
    private func isLeftOver(_ image: CellImage, _ naive: NaivePortfolio) -> Bool {
        image.key.isWholeBook && naive.limits[image.key.limit]?.limit.bound.isShare == false
    }

    /// Images are what the oracle has now, each once, with the level of their scope, and none that
    /// changed is left out.
    mutating func check(
        _ rare: RareEffects, _ previous: [UInt64], _ world: Int, before: NaivePortfolio
    ) {
        let naive = worlds[world].naive
        let (old, new) = (places(before), places(naive))
        #expect(previous.count == rare.cells.count, place)
        var seen: Set<Place> = []
        for (image, previous) in zip(rare.cells, previous) {
            let at = place(of: image.key)
            #expect(seen.insert(at).inserted, place)
            if isLeftOver(image, naive) { continue }
            let sum = new[at] ?? .init()
            #expect(image.amountMinor == sum.amountMinor && image.count == sum.count, place)
            #expect(image.lastSequence == sequence && image.tenant == worlds[world].tenant, place)
            if let counted = naive.limits[image.key.limit], counted.limit.status != .counting,
                !image.key.isWholeBook, let level = naive.level(counted.limit, at.scope)
            {
                #expect(image.level == level, place)
            }
            // The chain of a counter begins where its limit began to count.
            let from = portfolio.limit(image.tenant, image.key.limit)?.lastSequence ?? 0
            let last = lastSequenceOfCell[image.tenant]?[image.key].map { $0 < from ? 0 : $0 } ?? 0
            #expect(previous == last, place)
            lastSequenceOfCell[image.tenant, default: [:]][image.key] = sequence
        }
        for (at, sum) in new where old[at] != sum {
            #expect(seen.contains(at), "\(place.rawValue) lacks a changed counter")
        }
    }

    /// The portfolio and its view have the oracle's limits and counters, and no others.
    func compare() {
        var found: [TenantID: [Place: NaivePortfolio.Sum]] = [:]
        portfolio.forEachCell { image in
            guard let world = worlds.first(where: { $0.tenant == image.tenant }),
                !isLeftOver(image, world.naive)
            else { return }
            found[image.tenant, default: [:]][place(of: image.key)] = .init(
                amountMinor: image.amountMinor, count: image.count)
            #expect(view.cell(image.tenant, image.key) == image, place)
        }
        for world in worlds {
            #expect(found[world.tenant, default: [:]] == places(world.naive), place)
            for (id, counted) in world.naive.limits {
                let limit = portfolio.limit(world.tenant, id)
                #expect(limit?.status == counted.limit.status, place)
                #expect(limit?.bound == counted.limit.bound, place)
                #expect(limit?.scope == counted.limit.scope, place)
                #expect(view.limit(world.tenant, id) == limit, place)
            }
        }
    }

    /// Puts a portfolio in the place of this one that was made of images in random order.
    mutating func restart(from images: [RareEffects]) {
        var parts: [(inout Portfolio) -> Void] = []
        for rare in images {
            parts += rare.limits.map { image in { $0.restore(image) } }
            parts += rare.cells.map { image in { $0.restore(image) } }
            parts += rare.rates.map { image in { $0.restore(image) } }
            parts += rare.labelSets.map { image in { $0.restore(image) } }
        }
        var restored = Portfolio()
        restored.beginRestoring()
        for part in parts.shuffled(using: &random) { part(&restored) }
        restored.finishRestoring()
        #expect(state(restored) == state(portfolio), place)
        portfolio = restored
        for world in worlds.indices {
            for (id, counted) in worlds[world].naive.limits
            where counted.limit.status == .counting {
                // It still has what was counted, but the scan is lost: live changes wait for it.
                worlds[world].naive.limits[id]?.scanned = 0
            }
        }
        view.fill(from: portfolio)
        compare()
    }

    /// Everything that replay must rebuild, independent of order in memory.
    func state(_ portfolio: Portfolio) -> Set<[String]> {
        var state: Set<[String]> = []
        portfolio.forEachLimit { state.insert(["limit", "\($0)"]) }
        portfolio.forEachCell { image in
            let values = (0..<4).map { "\(image.key.values[$0])" }
            state.insert(
                [
                    "cell", "\(image.tenant)", "\(image.key.limit)", "\(image.key.period)",
                    "\(image.key.currency)", "\(image.amountMinor)", "\(image.count)",
                    "\(image.level)", "\(image.lastSequence)",
                ] + values)
        }
        portfolio.forEachRate { state.insert(["rate", "\($0)"]) }
        portfolio.forEachLabelSet { state.insert(["labels", "\($0)"]) }
        return state
    }

    /// Begins a checkpoint or copies its next block; when it is whole, restarts from it.
    mutating func stepCheckpoint() {
        guard var running = checkpoint else {
            var blocks: [(Portfolio) -> RareEffects] = []
            for index in 0..<portfolio.limitBlockCount {
                blocks.append { portfolio in
                    var rare = RareEffects()
                    rare.limits = portfolio.limitBlock(index)
                    return rare
                }
            }
            for index in 0..<portfolio.cellBlockCount {
                blocks.append { portfolio in
                    var rare = RareEffects()
                    rare.cells = portfolio.cellBlock(index)
                    return rare
                }
            }
            blocks.append { portfolio in
                var rare = RareEffects()
                for index in 0..<portfolio.rateBlockCount {
                    rare.rates += portfolio.rateBlock(index)
                }
                for index in 0..<portfolio.labelSetBlockCount {
                    rare.labelSets += portfolio.labelSetBlock(index)
                }
                return rare
            }
            blocks.shuffle(using: &random)
            checkpoint = Checkpoint(startImage: images.count, blocks: blocks)
            return
        }
        let block = running.blocks.removeLast()(portfolio)
        running.copied.limits += block.limits
        running.copied.cells += block.cells
        running.copied.rates += block.rates
        running.copied.labelSets += block.labelSets
        checkpoint = running
        if running.blocks.isEmpty {
            let since = images[running.startImage...]
            checkpoint = nil
            restart(from: [running.copied] + since)
        }
    }
}

@Suite struct PortfolioRandomTests {
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func agreesWithTheOracle(_ seed: UInt64) {
        var run = PortfolioRun(seed: seed)
        for turn in 1...360 {
            run.step()
            if turn % 5 == 0 { run.compare() }
            if turn % 20 == 0 { run.stepCheckpoint() }
            if turn % 179 == 0 {
                run.checkpoint = nil
                run.restart(from: run.images)
            }
        }
        #expect(run.tally[.done, default: 0] > 200, "seed \(seed): \(run.tally)")
        #expect(run.tally[.portfolioLimitExceeded, default: 0] > 5, "seed \(seed): \(run.tally)")
        #expect(run.undoneCount > 50, "seed \(seed)")
    }
}

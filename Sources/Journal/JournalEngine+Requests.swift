internal import Dispatch
internal import Domain
internal import Ground
internal import Synchronization

extension JournalEngine {
    /// Proposals that may be looked for at one time; more are `overloaded`. Reason: some tens of
    /// microseconds each when the store is cold, so past this the callers' deadlines have passed.
    static let lookUpCountMax = 1 << 16
    /// A store that refused a page is asked again after this time.
    private static let archiveRetryMilliseconds = 1_000

    /// Sequencer queue: looks for requests in the store, then brings the new ones back.
    func lookUp(_ proposals: [Proposal]) {
        let isAccepted = inbox.withLock { inbox in
            guard inbox.lookUpCount + proposals.count <= Self.lookUpCountMax else { return false }
            inbox.lookUpCount += proposals.count
            return true
        }
        guard isAccepted else {
            let verdicts = proposals.map { Verdict(ticket: $0.ticket, answer: .overloaded) }
            committerQueue.async { [self] in onVerdicts(verdicts) }
            return
        }
        lookUpQueue.async { [self] in search(proposals) }
    }

    /// Look-up queue. What is found was durable before it left memory, so it is answered at once.
    private func search(_ proposals: [Proposal]) {
        let runs = RequestRuns(store: checkpointer.store)
        var verdicts: [Verdict] = []
        var absent: [Proposal] = []
        for proposal in proposals {
            do throws(StoreError) {
                let found = try runs.find(
                    RequestEntry.tag(proposal.requestKey, tenant: proposal.tenant),
                    statedMicros: RequestKey.statedMicros(proposal.requestKey),
                    nowMicros: appliedTimeMicros.load(ordering: .relaxed))
                if let found {
                    verdicts.append(Verdict(proposal, repeats: found))
                } else {
                    absent.append(proposal)
                }
            } catch {
                verdicts.append(
                    Verdict(ticket: proposal.ticket, answer: .requestRefused(.unreadable)))
            }
        }
        if !verdicts.isEmpty { committerQueue.async { [verdicts, self] in onVerdicts(verdicts) } }
        let wakes = inbox.withLock { inbox in
            inbox.lookUpCount -= proposals.count
            guard !absent.isEmpty else { return false }
            inbox.proposals.append(contentsOf: absent)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if wakes { sequencerQueue.async { [self] in runSequencer() } }
    }

    /// Sequencer queue: sends the next page of requests to the store when memory is nearly full,
    /// one at a time.
    func archiveRequests(_ state: inout SequencerState) {
        guard !state.archives,
            let offer = state.sequencer.requests.table.offer(
                durableSequence: applied.load(ordering: .acquiring))
        else { return }
        state.archives = true
        archiveQueue.async { [weak self] in self?.archive(offer) }
    }

    /// Archive queue. A store that refuses makes memory grow to its bound, then writes wait.
    private func archive(_ offer: RequestTable.Offer) {
        let isKept: Bool
        do throws(StoreError) {
            try RequestRuns(store: checkpointer.store).put(offer)
            isKept = true
        } catch {
            isKept = false
        }
        let pause = DispatchTimeInterval.milliseconds(isKept ? 0 : Self.archiveRetryMilliseconds)
        sequencerQueue.asyncAfter(deadline: .now() + pause) { [weak self] in
            guard let self else { return }
            sequencerState.withValue { state in
                state.archives = false
                if isKept { state.sequencer.requests.table.archived(offer) }
                archiveRequests(&state)
            }
        }
    }
}

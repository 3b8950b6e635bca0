internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages
internal import Tenancy

/// What every service stands on: the stores, the tenants, the journal and the waiting calls.
///
/// Thread: any; each part says its own.
final class Engine: Sendable {
    let stores: Stores
    let tenants: Tenants
    let journal: Journal
    let pending: PendingCalls
    let contexts: WorkerContexts
    /// Statements and watches that are open.
    let streams = LiveStreams()
    let clock = SystemClock()
    /// Bytes of a request that its record keeps as it came. Reason: the fields of a decision or of
    /// a limit call fill some hundred bytes; unknown ones must not fill the journal.
    static let keptRequestBytesMax = 16 << 10
    /// The longest request of a batch method (features, links) that its worker reads and plans
    /// itself. Reason: a batch of 4 MiB was seen to take 0.1 to 0.3 s, so 25 to 70 ns a byte, and
    /// an inline call may take some 50 us.
    static let inlineRequestBytesMax = 1 << 10
    /// Whether a lender's key is taken over gRPC-Web.
    let takesKeysOverWeb: Bool
    /// The longest record body that the journal takes, bytes.
    let bodyBytesMax: Int

    init(
        stores: Stores, tenants: Tenants, journal: Journal, pending: PendingCalls,
        contexts: WorkerContexts, bodyBytesMax: Int, takesKeysOverWeb: Bool
    ) {
        self.stores = stores
        self.tenants = tenants
        self.journal = journal
        self.pending = pending
        self.contexts = contexts
        self.bodyBytesMax = bodyBytesMax
        self.takesKeysOverWeb = takesKeysOverWeb
    }

    /// The tenant of a call that the gate let in.
    func tenant(of call: Call) -> TenantRoom {
        guard let principal = Principal(packed: call.principal),
            let room = tenants[principal.tenant]
        else { preconditionFailure("the gate admits only keys of known tenants") }
        return room
    }

    /// The number of that tenant.
    func tenantID(of call: Call) -> TenantID {
        guard let principal = Principal(packed: call.principal) else {
            preconditionFailure("the gate admits only what a key stands for")
        }
        return principal.tenant
    }

    /// The channel and partner that a call's credential speaks for.
    func credentialLabels(of call: Call) -> [NamedLabel] {
        let place = Principal(packed: call.principal)?.labels ?? 0
        return place == 0 ? [] : tenants.credentialLabels[place]
    }

    /// Reads and writes a call's messages: its worker's, or one of its own off the worker.
    func codec(for call: Call) -> Codec {
        call.isOffloaded ? Codec() : contexts[call.workerIndex].codec
    }

    /// The time of a call, microseconds: the wall clock's, but never before the journal's, so that
    /// a clock that went back neither ends new holds at once nor dates a value before its record.
    var nowMicros: Int64 { max(clock.wallMicros(), journal.appliedTimeMicros) }

    /// Until when a call may be executed: what is left of its deadline, from the wall clock's now
    /// and not from `nowMicros`, for the sequencer judges it by the wall clock.
    static func deadlineMicros(
        _ deadlineNanos: UInt64, wallMicros: Int64, monotonicNanos: UInt64
    ) -> Int64 {
        guard deadlineNanos != .max else { return .max }
        let leftNanos = deadlineNanos > monotonicNanos ? deadlineNanos - monotonicNanos : 0
        let (deadline, overflow) = wallMicros.addingReportingOverflow(Int64(leftNanos / 1_000))
        return overflow ? .max : deadline
    }

    /// Takes a write through its commit that has only one plan, as the ledger's operations have:
    /// park, propose. The turn's end hands all proposals on in one batch, and the verdict answers
    /// the call. The ledger's refusal is recorded as the answer. Thread: the call's worker.
    func write(
        _ call: Call, _ request: Span<UInt8>, key: Hash128, _ alternative: Alternative
    ) {
        let wallMicros = clock.wallMicros()
        guard
            let asked = asked(
                call, request, key: key, type: alternative.type, wallMicros: wallMicros)
        else { return }
        guard alternative.body.count <= bodyBytesMax else {
            return call.fail(Refusal.recordTooLarge)
        }
        let ticket = pending.park(PendingCall(callID: call.id), worker: call.workerIndex)
        contexts[call.workerIndex].gathered.append(
            asked.proposal(
                WritePlan(alternative: alternative), onRefusal: .recordRefusal, ticket: ticket,
                nowMicros: max(wallMicros, journal.appliedTimeMicros)))
    }

    /// Takes a write through its commit: plan, park, propose.
    ///
    /// A plan that fails on what the tenant has now may belong to a request that was answered
    /// before, so the sequencer is asked first: a repeat gets its stored reply, whatever changed.
    /// The plan of an offloaded call is made where its handler runs, with memory of its own, and
    /// only its proposal comes to the worker. Thread: the call's worker, or its offloaded handler.
    func write(
        _ call: Call, _ request: Span<UInt8>, key: Hash128, type: RecordType,
        plansAgain: Bool = false, recordsRefusal: Bool? = nil, planner: @escaping Write.Planner
    ) {
        guard
            let asked = asked(
                call, request, key: key, type: type, wallMicros: clock.wallMicros())
        else { return }
        let write = Write(
            request: asked, plansAgain: plansAgain,
            recordsRefusal: recordsRefusal ?? !plansAgain, planner: planner)
        guard call.isOffloaded else {
            let planned = plan(write, contexts[call.workerIndex].scratch, retry: nil)
            return propose(call, write, planned)
        }
        let planned = plan(write, DecisionScratch(), retry: nil)
        call.runOnWorker { self.propose(call, write, planned) }
    }

    /// Who asks for a write; nil when the call was failed because its record cannot keep it.
    private func asked(
        _ call: Call, _ request: Span<UInt8>, key: Hash128, type: RecordType, wallMicros: Int64
    ) -> WriteRequest? {
        guard
            !type.keepsRequest || type == .batchApplied
                || request.count <= Self.keptRequestBytesMax
        else {
            call.fail(Refusal.requestTooLarge)
            return nil
        }
        let room = tenant(of: call)
        return WriteRequest(
            tenant: room.definition.tenant, requestKey: key,
            fingerprint: fingerprint(request, type, room),
            deadlineMicros: call.deadlineNanos == .max
                ? .max
                : Self.deadlineMicros(
                    call.deadlineNanos, wallMicros: wallMicros,
                    monotonicNanos: clock.monotonicNanos()))
    }

    /// Parks a call and adds its proposal to the turn's batch. Thread: the call's worker.
    private func propose(
        _ call: Call, _ write: Write, _ planned: Result<WritePlan, Status>
    ) {
        let worker = call.workerIndex
        let proposal: Proposal
        switch planned {
        case .success(let plan):
            let ticket = pending.park(
                PendingCall(
                    callID: call.id,
                    planning: Planning(call: call, write: write)),
                worker: worker)
            proposal = write.proposal(plan, ticket: ticket, nowMicros: nowMicros)
        case .failure(let refusal):
            let ticket = pending.park(
                PendingCall(
                    callID: call.id,
                    planning: Planning(call: call, write: write, refusal: refusal)),
                worker: worker)
            proposal = write.probe(ticket: ticket, nowMicros: nowMicros)
        }
        contexts[worker].gathered.append(proposal)
    }

    /// Plans a parked write again after the sequencer's answer. Thread: the call's worker.
    func planAgain(_ parked: Planning, _ retry: Retry) {
        let call = parked.call
        let context = contexts[call.workerIndex]
        switch plan(parked.write, context.scratch, retry: retry) {
        case .success(let plan):
            let again = Planning(
                call: call, write: parked.write, planCount: parked.planCount + 1)
            let ticket = pending.park(
                PendingCall(callID: call.id, planning: again),
                worker: call.workerIndex)
            context.gathered.append(
                parked.write.proposal(plan, ticket: ticket, nowMicros: nowMicros))
        case .failure(let refusal):
            call.fail(refusal)
        }
    }

    private func plan(
        _ write: Write, _ scratch: DecisionScratch, retry: Retry?
    ) -> Result<WritePlan, Status> {
        do {
            let plan = try write.planner(scratch, retry)
            guard plan.alternative.body.count <= bodyBytesMax else {
                return .failure(Refusal.recordTooLarge)
            }
            return .success(plan)
        } catch let refusal as Status {
            return .failure(refusal)
        } catch {
            preconditionFailure("planners throw Status only: \(error)")
        }
    }

    /// What tells two requests with one request_id apart: the kind of record and every byte.
    private func fingerprint(
        _ request: Span<UInt8>, _ type: RecordType, _ room: TenantRoom
    ) -> Hash128 {
        var hash = SipHash(key: room.definition.identifierKey)
        hash.append(type.rawValue)
        hash.append(contentsOf: request)
        return hash.finish()
    }

    /// Hands a worker's gathered proposals to the journal. Thread: that worker.
    func turnEnded(_ workerIndex: Int) {
        let context = contexts[workerIndex]
        guard !context.gathered.isEmpty else { return }
        journal.submit(context.gathered)
        context.gathered.removeAll(keepingCapacity: true)
    }

    /// Who is calling, or why nobody is.
    ///
    /// A page is refused before its key is looked at, so that it learns nothing about keys.
    func admit(_ call: Call) -> Result<UInt64, Status> {
        if !takesKeysOverWeb, call.isWeb { return .failure(Refusal.webKeyRefused) }
        let context = contexts[call.workerIndex]
        // Nearly every call: a key that this worker has seen, and one word to carry out of here.
        let known = call.withMetadata("authorization") { value -> UInt64 in
            guard let value else { return 0 }
            return context.keys.known(authorization: value)
        }
        if known != 0 { return .success(known) }
        return call.withMetadata("authorization") { value in
            do throws(KeyRing.Refusal) {
                return .success(try context.keys.principal(authorization: value))
            } catch {
                return .failure(Refusal.key(error))
            }
        }
    }

    /// Runs `body`, which answers or parks the call; a fault of the message or a refusal fails it.
    func answer(_ call: Call, _ body: () throws -> Void) {
        do {
            try body()
        } catch let fault as MessageFault {
            call.fail(Refusal.message(fault))
        } catch let status as Status {
            call.fail(status)
        } catch is JournalError {
            call.fail(Refusal.recordDamaged)
        } catch {
            // Only reading a stored record throws anything else.
            call.fail(Refusal.recordDamaged)
        }
    }
}

extension RecordType {
    /// Whether the record's body holds the request as it came.
    fileprivate var keepsRequest: Bool {
        switch self {
        case .featuresRegistered, .featuresPut, .linksPut, .entityMarked: false
        default: true
        }
    }
}

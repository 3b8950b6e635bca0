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

    /// Takes a write through its commit: plan, park, propose. The turn's end hands all proposals on
    /// in one batch, and the verdict answers the call.
    ///
    /// A plan that fails on what the tenant has now may belong to a request that was answered
    /// before, so the sequencer is asked first: a repeat gets its stored reply, whatever changed.
    /// The plan of an offloaded call is made where its handler runs, with memory of its own, and
    /// only its proposal comes to the worker. Thread: the call's worker, or its offloaded handler.
    func write(
        _ call: Call, _ request: Span<UInt8>, key: Hash128, type: RecordType,
        plansAgain: Bool = false, planner: @escaping Write.Planner
    ) {
        guard !type.keepsRequest || request.count <= Self.keptRequestBytesMax else {
            return call.fail(Refusal.requestTooLarge)
        }
        let room = tenant(of: call)
        let write = Write(
            tenant: room.definition.tenant, requestKey: key,
            fingerprint: fingerprint(request, type, room),
            deadlineMicros: Self.deadlineMicros(
                call.deadlineNanos, wallMicros: clock.wallMicros(),
                monotonicNanos: clock.monotonicNanos()),
            plansAgain: plansAgain, planner: planner)
        guard call.isOffloaded else {
            let planned = plan(write, contexts[call.workerIndex].scratch, retry: nil)
            return propose(call, write, type, planned)
        }
        let planned = plan(write, DecisionScratch(), retry: nil)
        call.runOnWorker { self.propose(call, write, type, planned) }
    }

    /// Parks a call and adds its proposal to the turn's batch. Thread: the call's worker.
    private func propose(
        _ call: Call, _ write: Write, _ type: RecordType, _ planned: Result<WritePlan, Status>
    ) {
        let context = contexts[call.workerIndex]
        switch planned {
        case .success(let plan):
            let ticket = pending.park(PendingCall(call: call, write: write))
            context.gathered.append(
                write.proposal(plan, ticket: ticket, nowMicros: nowMicros))
        case .failure(let refusal):
            let ticket = pending.park(PendingCall(call: call, write: write, refusal: refusal))
            context.gathered.append(
                write.probe(type, ticket: ticket, nowMicros: nowMicros))
        }
    }

    /// Plans a parked write again after the sequencer's answer. Thread: the call's worker.
    func planAgain(_ parked: PendingCall, _ retry: Retry) {
        var parked = parked
        parked.planCount += 1
        let context = contexts[parked.call.workerIndex]
        switch plan(parked.write, context.scratch, retry: retry) {
        case .success(let plan):
            let ticket = pending.park(parked)
            context.gathered.append(
                parked.write.proposal(plan, ticket: ticket, nowMicros: nowMicros))
        case .failure(let refusal):
            parked.call.fail(refusal)
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
        do throws(KeyRing.Refusal) {
            let authorization = call.metadata("authorization")
            return .success(
                try tenants.keys.principal(authorization: authorization).packed)
        } catch {
            return .failure(Refusal.key(error))
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
        case .decision, .lineOpened, .holdPlaced, .holdCommitted, .holdReleased, .holdExpired,
            .repaid:
            true
        }
    }
}

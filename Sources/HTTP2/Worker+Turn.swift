internal import CSystem
internal import Glibc
internal import Ground

/// The loop.
extension Worker {
    func run() {
        let application = running
        nowNanos = clock.monotonicNanos()
        while true {
            let count = unsafe csystem_epoll_wait(
                epoll.descriptor, events, Int32(Self.eventCapacity), timeoutMillis())
            precondition(count >= 0, "epoll_wait failed on our own set")
            nowNanos = clock.monotonicNanos()
            application.turnBegan(nowNanos: nowNanos)
            var isOver = false
            for index in 0..<Int(count) {
                let event = unsafe events[index]
                switch event.token {
                case Self.wakeToken: isOver = takeMail() || isOver
                case Self.listenerToken: acceptWaiting()
                default: ready(event)
                }
            }
            runTimers()
            application.turnRan()
            flushTouched()
            if isOver || (isDraining && connections.count == 0) { break }
        }
        end()
    }

    private func timeoutMillis() -> Int32 {
        guard touched.isEmpty else { return 0 }
        var next = UInt64.max
        if let wanted = running.nextTurnNanos { next = wanted }
        if let acceptsAgainNanos { next = min(next, acceptsAgainNanos) }
        next = min(next, timers.dueNanos)
        guard next != .max else { return -1 }
        guard next > nowNanos else { return 0 }
        // Rounded up: a turn that comes too early finds nothing to do.
        return Int32(clamping: (next - nowNanos) / 1_000_000 + 1)
    }

    /// Gives whether the loop must end.
    private func takeMail() -> Bool {
        // Cleared before the mail is taken, so that mail that comes later signals again.
        csystem_eventfd_clear(wakeEvent.descriptor)
        let mail = mailbox.withLock { mailbox in
            let taken = mailbox
            mailbox.arrivals = []
            mailbox.drainRequested = false
            mailbox.isSignalled = false
            return taken
        }
        for arrival in mail.arrivals {
            open(Socket(descriptor: arrival.descriptor), tls: arrival.tls)
        }
        if mail.drainRequested, !isDraining { beginDrain() }
        return mail.stopRequested
    }

    private func runTimers() {
        if let again = acceptsAgainNanos, again <= nowNanos {
            acceptsAgainNanos = nil
            peers.resumeAccepting(on: self)
        }
        if timers.dueNanos <= nowNanos { checkDue() }
    }

    private func beginDrain() {
        isDraining = true
        acceptsAgainNanos = nil
        peers.stopAccepting(on: self)
        connections.forEach { beginDrain(of: $0) }
    }

    private func ready(_ event: csystem_event) {
        guard let connection = connections[event.token] else { return }
        if connection.phase == .lingering { return linger(connection, event.events) }
        touch(connection)
        guard event.events & (CSYSTEM_READABLE | CSYSTEM_FAILED) != 0 else { return }
        do {
            let count: Int
            if let stream = connection.tls {
                guard let plain = try receive(connection, stream) else {
                    return close(connection)
                }
                count = plain
            } else {
                count = try unsafe connection.socket.receive(into: input)
                guard count > 0 else { return close(connection) }
                noteReceived(connection, count)
            }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: input[..<count])
            try unsafe connection.session.receive(
                bytes.assumingMemoryBound(to: UInt8.self).span, nowNanos: nowNanos)
            noteRead(connection)
        } catch let error as SocketError {
            if !error.wouldBlock { close(connection) }
        } catch {
            // What was queued to say why is sent, then the connection ends.
            end(connection, (error as? SessionError)?.abuse ?? .brokenProtocol)
        }
    }

    private func end() {
        connections.forEach { close($0) }
        touched = []
        peers.stopAccepting(on: self)
        let late = mailbox.withLock { mailbox in
            mailbox.hasEnded = true
            return mailbox.arrivals
        }
        for arrival in late { Glibc.close(arrival.descriptor) }
    }
}

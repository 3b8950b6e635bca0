internal import CSystem
internal import Glibc
internal import Ground

/// The turn, and the life of the connections.
extension ClientPool {
    /// Sends what was submitted, waits up to `waitNanos` for the server, takes what it sent.
    ///
    /// Returns as soon as something was read; calls that ended were told to the delegate.
    public func turn(waitNanos: UInt64) {
        if lostCount > 0 { reopenDue() }
        flushTouched()
        if waitNanos > 0, touched.isEmpty {
            wait(lostCount > 0 ? min(waitNanos, Self.retryNanos) : waitNanos)
        }
        let count = unsafe csystem_epoll_wait(
            epoll.descriptor, events, Int32(Self.eventCapacity), 0)
        precondition(count >= 0, "epoll_wait failed on our own set")
        for index in 0..<Int(count) {
            let event = unsafe events[index]
            let seat = seats[Int(event.token)]
            if let connection = seat.connection { ready(connection, seat) }
        }
        if count == 0 { nowNanos = clock.monotonicNanos() }
    }

    /// Waits until the set has an event: epoll itself counts in milliseconds only.
    private func wait(_ nanos: UInt64) {
        let begin = clock.monotonicNanos()
        csystem_wait_readable(epoll.descriptor, nanos)
        nowNanos = clock.monotonicNanos()
        waitedNanos += nowNanos - begin
    }

    private func flushTouched() {
        swap(&touched, &flushing)
        for connection in flushing {
            connection.isTouched = false
            let seat = seats[connection.index]
            guard seat.connection === connection else { continue }
            do {
                if try unsafe connection.flush(through: room) { touch(connection) }
                watch(connection)
            } catch {
                lose(seat, "\(error)")
            }
        }
        flushing.removeAll(keepingCapacity: true)
    }

    private func ready(_ connection: ClientConnection, _ seat: ClientSeat) {
        do {
            if connection.phase == .connecting {
                try address.checkConnected(connection.socket)
                connection.phase = .greeting
                touch(connection)
                return watch(connection)
            }
            // Whatever woke us: a connection with something left over gets its next write.
            touch(connection)
            let count = try unsafe connection.socket.receive(into: room)
            guard count > 0 else { return lose(seat, "the server closed the connection") }
            nowNanos = clock.monotonicNanos()
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: room[..<count])
            try unsafe connection.session.receive(bytes.assumingMemoryBound(to: UInt8.self).span)
            if connection.phase == .greeting {
                // nghttp2 answers what it cannot read with GOAWAY, and takes no calls after it.
                guard connection.session.isAccepting else {
                    return lose(seat, "\(address) does not speak HTTP/2 in cleartext")
                }
                connection.phase = .open
            }
            if connection.session.isFinished { lose(seat, "the server ended the connection") }
        } catch let error as SocketError {
            if !error.wouldBlock { lose(seat, "\(error)") }
        } catch {
            lose(seat, "not an HTTP/2 server: \(error)")
        }
    }

    private func watch(_ connection: ClientConnection) {
        let wanted = connection.wantedInterest
        guard wanted != connection.interest else { return }
        connection.interest = wanted
        let result = csystem_epoll_modify(
            epoll.descriptor, connection.socket.descriptor, wanted, UInt64(connection.index))
        precondition(result == 0, "epoll forgot a connection that is open")
    }

    /// Begins a connection; a failure counts as a loss.
    func open(_ seat: ClientSeat) {
        do {
            let socket = try address.beginConnecting()
            let session = ClientSession(
                streamsMax: streamsPerConnection, memory: memory, delegate: seat)
            let connection = ClientConnection(
                index: seat.index, socket: socket, session: session)
            let added = csystem_epoll_add(
                epoll.descriptor, connection.socket.descriptor, connection.interest,
                UInt64(seat.index))
            guard added == 0 else { throw SocketError.last("watching a connection") }
            seat.connection = connection
        } catch {
            noteLoss(seat, "\(error)")
        }
    }

    private func lose(_ seat: ClientSeat, _ problem: String) {
        guard let connection = seat.connection else { return }
        _ = csystem_epoll_remove(epoll.descriptor, connection.socket.descriptor)
        seat.connection = nil
        noteLoss(seat, problem)
        connection.session.fail(problem)
    }

    private func noteLoss(_ seat: ClientSeat, _ problem: String) {
        lastProblem = problem
        lostCount += 1
        seat.retryNanos = clock.monotonicNanos() + Self.retryNanos
    }

    private func reopenDue() {
        nowNanos = clock.monotonicNanos()
        for seat in seats where seat.connection == nil && seat.retryNanos <= nowNanos {
            lostCount -= 1
            open(seat)
        }
    }
}

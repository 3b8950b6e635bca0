internal import CSystem
internal import Ground

/// What a worker does about a connection although, or because, its peer does something wrong.
extension Worker {
    /// Counts what a peer did to one of its calls.
    public func count(_ abuse: Abuse) { statistics.abuses[abuse] += 1 }

    /// Looks at the connections whose time has come.
    func checkDue() {
        timers.takeDue(nowNanos, into: &dueConnections)
        for id in dueConnections {
            if let connection = connections[id] { check(connection) }
        }
        dueConnections.removeAll(keepingCapacity: true)
    }

    private func check(_ connection: Connection) {
        // Time to see why it ended has passed.
        if connection.phase == .lingering { return close(connection) }
        let times = configuration.times
        if connection.session.openStreams > 0 {
            connection.session.checkCalls(nowNanos: nowNanos)
        }
        switch connection.life.step(nowNanos, connection.facts, times) {
        case .wait: break
        case .end(let abuse): return end(connection, abuse)
        case .ping:
            connection.session.ping()
            connection.keepalivesSent &+= 1
            touch(connection)
        case .announceShutdown: beginDrain(of: connection)
        case .refuseStreams: refuseNewStreams(connection)
        case .cutOff: return close(connection)
        }
        watchTime(connection)
    }

    /// Sets when the connection is looked at next.
    func watchTime(_ connection: Connection) {
        connection.dueNanos = connection.life.nextNanos(
            nowNanos, connection.facts, configuration.times)
        timers.set(connection.id, atNanos: connection.dueNanos)
    }

    /// Looks at the connection sooner, because something was begun that must end in time.
    func watchTime(_ connection: Connection, atNanos: UInt64) {
        guard atNanos < connection.dueNanos else { return }
        connection.dueNanos = atNanos
        timers.set(connection.id, atNanos: atNanos)
    }

    /// Counts bytes that the socket gave.
    @inline(__always)
    func noteReceived(_ connection: Connection, _ count: Int) {
        statistics.bytesReceived &+= UInt64(count)
        connection.bytesReceived &+= UInt64(count)
    }

    /// Bytes were read: the peer is there, and what it left unfinished has its time.
    @inline(__always)
    func noteRead(_ connection: Connection) {
        connection.life.receivedNanos = nowNanos
        if let since = connection.session.unfinishedSinceNanos {
            watchTime(connection, atNanos: since &+ configuration.times.frameNanos)
        }
    }

    /// First step of a drain: GOAWAY with the highest id and a PING.
    func beginDrain(of connection: Connection) {
        guard connection.phase == .open else { return }
        connection.phase = .draining
        connection.session.announceShutdown()
        connection.life.announced(nowNanos, configuration.times)
        watchTime(connection)
        touch(connection)
    }

    /// Ends a connection because of its peer: says why, then reads on for a while what is still
    /// coming, because closing at once would destroy the answer before the peer has read it.
    func end(_ connection: Connection, _ abuse: Abuse?) {
        guard !connection.isClosed else { return }
        if let abuse {
            statistics.abuses[abuse] += 1
            connection.session.end(abuse)
        }
        if abuse == .stalledWrite || abuse == .deadPeer || abuse == .unsentLimit {
            return close(connection)
        }
        flush(connection)
        guard !connection.isClosed else { return }
        connection.linger()
        connection.dueNanos = nowNanos &+ configuration.times.lingerNanos
        timers.set(connection.id, atNanos: connection.dueNanos)
        endOutput(connection)
    }

    private func endOutput(_ connection: Connection) {
        if connection.unsent.isEmpty {
            if let stream = connection.tls { sayGoodbye(connection, stream) }
            csystem_end_output(connection.socket.descriptor)
        }
        watch(connection)
    }

    /// An event of a connection that has ended: the rest of the answer leaves, what comes is
    /// thrown away.
    func linger(_ connection: Connection, _ events: UInt32) {
        if events & CSYSTEM_FAILED != 0 { return close(connection) }
        if events & CSYSTEM_WRITABLE != 0, !connection.unsent.isEmpty {
            flush(connection)
            guard connection.phase == .lingering else { return }
            endOutput(connection)
        }
        guard events & CSYSTEM_READABLE != 0 else { return }
        do {
            let count = try unsafe connection.socket.receive(into: input)
            connection.discardedBytes += count
            if count == 0 || connection.discardedBytes > Self.discardedBytesMax {
                close(connection)
            }
        } catch {
            if !error.wouldBlock { close(connection) }
        }
    }

    /// Keeps what the socket did not take. A worker has room for so much of it and no more.
    func keepUnsent(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) {
        unsafe connection.unsent = Array(bytes)
        connection.unsentStart = 0
        unsentBytes += connection.unsent.count
        connection.life.wroteNanos = nowNanos
        if unsentBytes > configuration.unsentBytesMax { end(connection, .unsentLimit) }
    }

    /// Keeps a few bytes more behind what is kept already: TLS's own answers.
    func keepMore(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) {
        guard unsafe !bytes.isEmpty else { return }
        if connection.unsent.isEmpty { connection.life.wroteNanos = nowNanos }
        unsafe connection.unsent.append(contentsOf: bytes)
        unsentBytes += bytes.count
    }

    /// The socket took some of what was kept.
    func noteSent(_ connection: Connection, _ count: Int) {
        guard count > 0 else { return }
        connection.unsentStart += count
        unsentBytes -= count
        connection.life.wroteNanos = nowNanos
    }

    /// Reads on while something is left over, or two ends that both wait for room would wait for
    /// ever. Only answers to control frames that nobody reads make reading pause: what else the
    /// peer can cause has its own bound.
    func watch(_ connection: Connection) {
        let hasUnsent = !connection.unsent.isEmpty
        var wanted = hasUnsent ? CSYSTEM_READABLE | CSYSTEM_WRITABLE : CSYSTEM_READABLE
        if hasUnsent, !connection.isClosed,
            connection.session.outboundFrames > configuration.unreadFramesMax
                || connection.unsent.count > 2 * Self.writeBytesMax
        {
            wanted = CSYSTEM_WRITABLE
        }
        guard wanted != connection.interest else { return }
        connection.interest = wanted
        let result = csystem_epoll_modify(
            epoll.descriptor, connection.socket.descriptor, wanted, connection.id)
        precondition(result == 0, "epoll forgot a connection that is open")
    }
}

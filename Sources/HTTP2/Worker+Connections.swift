internal import CSystem
internal import Ground

/// Opening, writing and closing connections.
extension Worker {
    func acceptWaiting() {
        for _ in 0..<Self.acceptsPerTurn {
            do {
                guard let descriptor = try admitted() else { return }
                if descriptor < 0 { continue }
                if let handshakes = peers.handshakes {
                    handshakes.adopt(descriptor: descriptor)
                    continue
                }
                let chosen = peers.leastLoaded()
                if chosen === self {
                    open(Socket(descriptor: descriptor))
                } else {
                    chosen.adopt(descriptor: descriptor)
                }
            } catch {
                if error.isOutOfDescriptors {
                    // The listener stays readable; without a rest the loop would spin.
                    peers.pauseAccepting(on: self)
                    acceptsAgainNanos = nowNanos + Self.acceptPauseNanos
                }
                return
            }
        }
    }

    /// The next socket that a limit does not refuse: -1 when one was refused, nil when none waits.
    ///
    /// A refused one is closed before SETTINGS: gRPC clients then wait before they try again.
    private func admitted() throws(SocketError) -> Int32? {
        switch try peers.accept(configuration) {
        case .none: return nil
        case .taken(let descriptor): return descriptor
        case .refused(let limit):
            statistics.abuses[limit] += 1
            return -1
        }
    }

    func open(_ socket: consuming Socket, tls: TLSStream? = nil) {
        guard !isDraining, connections.count < configuration.connectionsMax else {
            if !isDraining { statistics.abuses[.connectionLimit] += 1 }
            peers.connectionEnded(on: index, socket.descriptor)
            return
        }
        csystem_set_user_timeout(
            socket.descriptor, UInt32(clamping: configuration.times.writeNanos / 1_000_000))
        if let tls, let pipe { tls.attach(to: pipe) }
        let life = ConnectionLife(
            nowNanos: nowNanos, jitter: jitter.next(), configuration.times)
        let connection = Connection(socket: socket, life: life, tls: tls)
        connection.id = connections.insert(connection)
        let delegate = running.connectionOpened(connection)
        let session = Session(
            role: .server, configuration: configuration.session, delegate: delegate,
            memory: memory)
        connection.begin(session)
        connection.interest = CSYSTEM_READABLE
        let added = csystem_epoll_add(
            epoll.descriptor, connection.socket.descriptor, connection.interest, connection.id)
        statistics.connectionsAccepted += 1
        statistics.connectionsOpen += 1
        guard added == 0 else { return close(connection) }
        watchTime(connection)
        touch(connection)
    }

    func close(_ connection: Connection) {
        guard connections.remove(connection.id) != nil else { return }
        if connection.phase != .lingering, let stream = connection.tls {
            sayGoodbye(connection, stream)
        }
        _ = csystem_epoll_remove(epoll.descriptor, connection.socket.descriptor)
        connection.end()
        timers.clear(connection.id)
        unsentBytes -= connection.unsent.count - connection.unsentStart
        statistics.connectionsOpen -= 1
        peers.connectionEnded(on: index, connection.socket.descriptor)
    }

    func flushTouched() {
        swap(&touched, &flushing)
        for connection in flushing {
            connection.isTouched = false
            if connection.isClosed { continue }
            flush(connection)
            settle(connection)
        }
        flushing.removeAll(keepingCapacity: true)
    }

    /// Ends the connection if its last word was written.
    private func settle(_ connection: Connection) {
        guard !connection.isClosed else { return }
        if let problem = connection.session.ownProblem { return end(connection, problem.abuse) }
        guard connection.unsent.isEmpty,
            connection.session.isFinished || connection.peerHasEnded
        else { return }
        // Where nghttp2 said GOAWAY with an error, the peer must have time to read it.
        if connection.session.hasSaidError {
            statistics.abuses[.brokenProtocol] += 1
            end(connection, nil)
        } else {
            close(connection)
        }
    }

    /// Writes what was left over, or else the next frames, until a turn's share or the socket is
    /// full.
    func flush(_ connection: Connection) {
        do {
            if !connection.unsent.isEmpty {
                try flushUnsent(connection)
            } else if !connection.isClosed {
                try flushFrames(connection)
            }
            if connection.phase != .closed { watch(connection) }
        } catch {
            close(connection)
        }
    }

    private func flushFrames(_ connection: Connection) throws {
        var written = 0
        let most = min(
            connection.wasSlow ? Self.slowWriteBytesMax : Self.writeBytesMax,
            configuration.turnBytes)
        while written < configuration.turnBytes, connection.unsent.isEmpty {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: output[..<most])
            let count = try unsafe connection.session.produce(into: room)
            guard count > 0 else { return }
            var bytes = unsafe UnsafeRawBufferPointer(rebasing: output[..<count])
            if let stream = connection.tls { unsafe bytes = try encrypt(bytes, stream) }
            try unsafe write(connection, bytes)
            guard count == most else { return }
            written += count
        }
        if connection.unsent.isEmpty { touch(connection) }
    }

    private func flushUnsent(_ connection: Connection) throws {
        let sent = unsafe try connection.unsent.withUnsafeBytes { all in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: all[connection.unsentStart...])
            return try unsafe attempt(connection, rest)
        }
        noteSent(connection, sent)
        guard connection.unsentStart == connection.unsent.count else { return }
        connection.unsent = []
        connection.unsentStart = 0
        touch(connection)
    }

    private func write(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) throws {
        let sent = try unsafe attempt(connection, bytes)
        connection.wasSlow = sent < bytes.count
        if sent < bytes.count {
            unsafe keepUnsent(connection, UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        }
    }

    /// One send; a full socket takes nothing.
    private func attempt(
        _ connection: Connection, _ bytes: UnsafeRawBufferPointer
    ) throws(SocketError) -> Int {
        do {
            let span = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
            let sent = try connection.socket.send(span)
            statistics.bytesSent &+= UInt64(sent)
            connection.bytesSent &+= UInt64(sent)
            return sent
        } catch {
            guard error.wouldBlock else { throw error }
            return 0
        }
    }
}

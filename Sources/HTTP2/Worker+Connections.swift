internal import CSystem
internal import Ground

/// Opening, writing and closing connections.
extension Worker {
    func acceptWaiting() {
        for _ in 0..<Self.acceptsPerTurn {
            do {
                guard let descriptor = try peers.accept() else { return }
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

    func open(_ socket: consuming Socket) {
        guard !isDraining, connections.count < configuration.connectionsMax else {
            peers.connectionEnded(on: index)
            return
        }
        let connection = Connection(socket: socket)
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
        touch(connection)
    }

    func close(_ connection: Connection) {
        guard !connection.isClosed, connections.remove(connection.id) != nil else { return }
        _ = csystem_epoll_remove(epoll.descriptor, connection.socket.descriptor)
        connection.end()
        statistics.connectionsOpen -= 1
        peers.connectionEnded(on: index)
    }

    func flushTouched() {
        swap(&touched, &flushing)
        for connection in flushing {
            connection.isTouched = false
            if connection.isClosed { continue }
            flush(connection)
            if !connection.isClosed, connection.unsent.isEmpty, connection.session.isFinished {
                close(connection)
            }
        }
        flushing.removeAll(keepingCapacity: true)
    }

    /// One write at most: what was left over, or else the next frames.
    func flush(_ connection: Connection) {
        do {
            if connection.unsent.isEmpty {
                let count = try unsafe connection.session.produce(into: output)
                guard count > 0 else { return }
                let bytes = unsafe UnsafeRawBufferPointer(rebasing: output[..<count])
                try unsafe write(connection, bytes)
                if count == configuration.turnBytes { touch(connection) }
            } else {
                try unsafe connection.unsent.withUnsafeBytes { all in
                    let rest = unsafe UnsafeRawBufferPointer(
                        rebasing: all[connection.unsentStart...])
                    let sent = try unsafe attempt(connection, rest)
                    connection.unsentStart += sent
                }
                if connection.unsentStart == connection.unsent.count {
                    connection.unsent = []
                    connection.unsentStart = 0
                    touch(connection)
                }
            }
            watch(connection)
        } catch {
            close(connection)
        }
    }

    private func write(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) throws {
        let sent = try unsafe attempt(connection, bytes)
        if sent < bytes.count {
            unsafe connection.unsent = Array(bytes[sent...])
            connection.unsentStart = 0
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
            return sent
        } catch {
            guard error.wouldBlock else { throw error }
            return 0
        }
    }

    /// Reads while nothing is left over, waits for room while something is.
    private func watch(_ connection: Connection) {
        let wanted = connection.unsent.isEmpty ? CSYSTEM_READABLE : CSYSTEM_WRITABLE
        guard wanted != connection.interest else { return }
        connection.interest = wanted
        let result = csystem_epoll_modify(
            epoll.descriptor, connection.socket.descriptor, wanted, connection.id)
        precondition(result == 0, "epoll forgot a connection that is open")
    }
}

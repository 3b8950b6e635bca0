import Testing

@testable import Journal

/// One suite for every store.
@Suite struct StoreTests {
    private func key(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: StoreChoice.allCases) func putGetDelete(_ choice: StoreChoice) throws {
        let folder = TemporaryFolder()
        let store = try choice.make(folder)
        #expect(try store.get(key("a")) == nil)
        try store.put(key("a"), [1, 2])
        try store.put(key("b"), [])
        try store.put(key("a"), [3])
        #expect(try store.get(key("a")) == [3])
        #expect(try store.get(key("b")) == [])
        try store.delete(key("a"))
        try store.delete(key("z"))
        #expect(try store.get(key("a")) == nil)
        try store.flush()
        #expect(try store.get(key("b")) == [])
    }

    @Test(arguments: StoreChoice.allCases) func scanIsInByteOrder(_ choice: StoreChoice) throws {
        let folder = TemporaryFolder()
        let store = try choice.make(folder)
        for text in ["p/2", "q", "p/1", "p", "o", "p/\u{7f}"] {
            try store.put(key(text), key(text))
        }
        try store.put(key("p/") + [0xff], [1])
        var seen: [[UInt8]] = []
        try store.scan(prefix: key("p/")) { key, _ in
            seen.append(key)
            return true
        }
        #expect(seen == [key("p/1"), key("p/2"), key("p/\u{7f}"), key("p/") + [0xff]])
        seen = []
        try store.scan(prefix: key("p/")) { key, _ in
            seen.append(key)
            return seen.count < 2
        }
        #expect(seen.count == 2)
    }

    @Test(arguments: StoreChoice.allCases)
    func aWriteTakesItsChangesInOrder(_ choice: StoreChoice) throws {
        let folder = TemporaryFolder()
        let store = try choice.make(folder)
        try store.write([
            .put(key: key("a"), value: [1]), .delete(key: key("a")),
            .put(key: key("b"), value: [2]), .put(key: key("b"), value: [3]),
        ])
        #expect(try store.get(key("a")) == nil)
        #expect(try store.get(key("b")) == [3])
    }

    @Test func whatWasFlushedIsThereAfterReopening() throws {
        let folder = TemporaryFolder()
        do {
            let store = try RocksStore(path: folder.path)
            try store.put(key("a"), [1])
            try store.flush()
            #expect(throws: StoreError.self) { _ = try RocksStore(path: folder.path) }
        }
        #expect(try RocksStore(path: folder.path).get(key("a")) == [1])
    }
}

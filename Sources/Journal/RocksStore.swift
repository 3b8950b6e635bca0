internal import CRocksDB
internal import Glibc

/// RocksDB with its own log switched off: what it holds can be rebuilt, and the journal is the log.
///
/// Thread: any; RocksDB locks for itself. The handle is closed when the last reference goes.
@safe
public final class RocksStore: Store, @unchecked Sendable {
    // Sendable because every pointer is set once and RocksDB's own calls are thread-safe.
    private let database: OpaquePointer
    private let options: OpaquePointer
    private let readOptions: OpaquePointer
    /// For scans: each reads its keys once, so none of their blocks is kept.
    private let scanOptions: OpaquePointer
    private let writeOptions: OpaquePointer
    private let flushOptions: OpaquePointer
    /// Blocks, filters and indexes that reads left in memory; nil if RocksDB made none.
    private let cache: OpaquePointer?

    /// Opens or makes the database in folder `path`; read-only, it changes no file there.
    public init(path: String, isReadOnly: Bool = false) throws(StoreError) {
        guard let options = unsafe rocksdb_options_create(),
            let readOptions = unsafe rocksdb_readoptions_create(),
            let scanOptions = unsafe rocksdb_readoptions_create(),
            let writeOptions = unsafe rocksdb_writeoptions_create(),
            let flushOptions = unsafe rocksdb_flushoptions_create()
        else { throw StoreError(problem: "no memory for RocksDB's options") }
        unsafe rocksdb_options_set_create_if_missing(options, 1)
        unsafe rocksdb_options_set_keep_log_file_num(options, 2)
        // Reason: blocks are rewritten whole by the next checkpoint; packing them costs more.
        unsafe rocksdb_options_set_compression(options, Int32(rocksdb_no_compression))
        // Reason: two threads of two cores would compete with the road.
        unsafe rocksdb_options_set_max_background_jobs(options, 1)
        let cache = unsafe Self.setFilters(options)
        unsafe rocksdb_readoptions_set_fill_cache(scanOptions, 0)
        unsafe rocksdb_writeoptions_disable_WAL(writeOptions, 1)
        unsafe rocksdb_flushoptions_set_wait(flushOptions, 1)
        var failure: UnsafeMutablePointer<CChar>?
        let opened =
            isReadOnly
            ? unsafe rocksdb_open_for_read_only(options, path, 0, &failure)
            : unsafe rocksdb_open(options, path, &failure)
        guard let database = unsafe opened else {
            unsafe rocksdb_options_destroy(options)
            unsafe rocksdb_readoptions_destroy(readOptions)
            unsafe rocksdb_readoptions_destroy(scanOptions)
            unsafe Self.destroy(cache)
            unsafe rocksdb_writeoptions_destroy(writeOptions)
            unsafe rocksdb_flushoptions_destroy(flushOptions)
            throw unsafe Self.error(failure)
        }
        unsafe self.database = database
        unsafe self.options = options
        unsafe self.readOptions = readOptions
        unsafe self.scanOptions = scanOptions
        unsafe self.cache = cache
        unsafe self.writeOptions = writeOptions
        unsafe self.flushOptions = flushOptions
    }

    deinit {
        unsafe rocksdb_close(database)
        unsafe rocksdb_options_destroy(options)
        unsafe rocksdb_readoptions_destroy(readOptions)
        unsafe rocksdb_readoptions_destroy(scanOptions)
        unsafe Self.destroy(cache)
        unsafe rocksdb_writeoptions_destroy(writeOptions)
        unsafe rocksdb_flushoptions_destroy(flushOptions)
    }

    /// Bytes of blocks, filters and indexes kept in memory. Reason: the filters of two or three
    /// days of requests, 1.25 bytes each; those of 400 days must not stay.
    private static let cacheBytes = 64 << 20

    /// A filter of ten bits a key (one look-up in a hundred reads a block in vain), and all that is
    /// read under one bound. The options take the filter and the table's options over. Says the
    /// cache, which the caller destroys.
    private static func setFilters(_ options: OpaquePointer) -> OpaquePointer? {
        guard let table = unsafe rocksdb_block_based_options_create(),
            let filter = unsafe rocksdb_filterpolicy_create_bloom_full(10),
            let cache = unsafe rocksdb_cache_create_lru(cacheBytes)
        else { return nil }
        unsafe rocksdb_block_based_options_set_filter_policy(table, filter)
        unsafe rocksdb_block_based_options_set_block_cache(table, cache)
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        unsafe rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
        unsafe rocksdb_options_set_block_based_table_factory(options, table)
        unsafe rocksdb_block_based_options_destroy(table)
        return unsafe cache
    }

    private static func destroy(_ cache: OpaquePointer?) {
        if let cache = unsafe cache { unsafe rocksdb_cache_destroy(cache) }
    }

    /// rocksdb_cache_set_capacity to nothing and back: what is not in use leaves the cache.
    public func forgetReads() {
        guard let cache = unsafe cache else { return }
        unsafe rocksdb_cache_set_capacity(cache, 0)
        unsafe rocksdb_cache_set_capacity(cache, Self.cacheBytes)
    }

    /// Takes RocksDB's message over and frees it.
    private static func error(_ message: UnsafeMutablePointer<CChar>?) -> StoreError {
        guard let message = unsafe message else { return StoreError(problem: "unknown") }
        defer { unsafe rocksdb_free(message) }
        return StoreError(problem: unsafe String(cString: message))
    }

    private static func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// rocksdb_get.
    public func get(_ key: [UInt8]) throws(StoreError) -> [UInt8]? {
        var failure: UnsafeMutablePointer<CChar>?
        var count = 0
        let found = unsafe key.withUnsafeBytes { raw in
            unsafe rocksdb_get(
                database, readOptions, raw.baseAddress?.assumingMemoryBound(to: CChar.self),
                raw.count, &count, &failure)
        }
        if unsafe failure != nil { throw unsafe Self.error(failure) }
        guard let found = unsafe found else { return nil }
        defer { unsafe rocksdb_free(found) }
        return unsafe Self.bytes(found, count)
    }

    /// rocksdb_write of one write batch.
    public func write(_ changes: [StoreChange]) throws(StoreError) {
        guard let batch = unsafe rocksdb_writebatch_create() else {
            throw StoreError(problem: "no memory for a write batch")
        }
        defer { unsafe rocksdb_writebatch_destroy(batch) }
        for change in changes {
            switch change {
            case .put(let key, let value):
                unsafe key.withUnsafeBytes { key in
                    unsafe value.withUnsafeBytes { value in
                        unsafe rocksdb_writebatch_put(
                            batch, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count,
                            value.baseAddress?.assumingMemoryBound(to: CChar.self), value.count)
                    }
                }
            case .delete(let key):
                unsafe key.withUnsafeBytes { key in
                    unsafe rocksdb_writebatch_delete(
                        batch, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count)
                }
            }
        }
        var failure: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_write(database, writeOptions, batch, &failure)
        if unsafe failure != nil { throw unsafe Self.error(failure) }
    }

    /// An iterator from `prefix` on.
    public func scan(
        prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StoreError) {
        guard let iterator = unsafe rocksdb_create_iterator(database, scanOptions) else {
            throw StoreError(problem: "no memory for an iterator")
        }
        defer { unsafe rocksdb_iter_destroy(iterator) }
        unsafe prefix.withUnsafeBytes { raw in
            unsafe rocksdb_iter_seek(
                iterator, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
        }
        while unsafe rocksdb_iter_valid(iterator) != 0 {
            var keyCount = 0
            let keyStart = unsafe rocksdb_iter_key(iterator, &keyCount)
            let key = unsafe Self.bytes(keyStart, keyCount)
            guard key.starts(with: prefix) else { break }
            var valueCount = 0
            let valueStart = unsafe rocksdb_iter_value(iterator, &valueCount)
            guard body(key, unsafe Self.bytes(valueStart, valueCount)) else { break }
            unsafe rocksdb_iter_next(iterator)
        }
        var failure: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_iter_get_error(iterator, &failure)
        if unsafe failure != nil { throw unsafe Self.error(failure) }
    }

    /// rocksdb_writebatch_delete_range: one write, whatever the number of keys.
    public func deleteAll(prefix: [UInt8]) throws(StoreError) {
        var end = prefix
        while let last = end.last, last == 0xff { end.removeLast() }
        precondition(!end.isEmpty, "a prefix that has an end")
        end[end.count - 1] += 1
        guard let batch = unsafe rocksdb_writebatch_create() else {
            throw StoreError(problem: "no memory for a write batch")
        }
        defer { unsafe rocksdb_writebatch_destroy(batch) }
        unsafe prefix.withUnsafeBytes { from in
            unsafe end.withUnsafeBytes { to in
                unsafe rocksdb_writebatch_delete_range(
                    batch, from.baseAddress?.assumingMemoryBound(to: CChar.self), from.count,
                    to.baseAddress?.assumingMemoryBound(to: CChar.self), to.count)
            }
        }
        var failure: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_write(database, writeOptions, batch, &failure)
        if unsafe failure != nil { throw unsafe Self.error(failure) }
    }

    /// rocksdb_flush, waited for: sorted tables on disk, synced.
    public func flush() throws(StoreError) {
        var failure: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_flush(database, flushOptions, &failure)
        if unsafe failure != nil { throw unsafe Self.error(failure) }
    }
}

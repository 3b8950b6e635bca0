internal import Glibc

extension RocksStore {
    /// Damaged databases that are kept beside each other. Reason: somebody looks at the first few.
    private static let damagedCountMax = 100

    /// Opens the database in folder `path`; one that is corrupted is set aside and made anew.
    ///
    /// What is in it can be rebuilt from the journal, and a power cut may tear what RocksDB had not
    /// synced in its own files: refusing to start would help nobody. The folder gets the name
    /// `path.damaged-1` or the next one. `damage` is RocksDB's word for it, nil when all was well.
    /// The caller holds the directory's lock, so nobody else has it open.
    /// Errors: whatever is no corruption: no space, no rights.
    static func openOrReplace(
        path: String
    ) throws(StoreError) -> (store: RocksStore, damage: String?) {
        do throws(StoreError) {
            return (try RocksStore(path: path), nil)
        } catch {
            // RocksDB's status codes reach C as text; this is how `Status::Corruption` begins.
            guard error.problem.hasPrefix("Corruption:") else { throw error }
            try setAside(path)
            return (try RocksStore(path: path), error.problem)
        }
    }

    private static func setAside(_ path: String) throws(StoreError) {
        for number in 1...damagedCountMax {
            let aside = "\(path).damaged-\(number)"
            if unsafe access(aside, F_OK) == 0 { continue }
            guard unsafe rename(path, aside) == 0 else { break }
            return
        }
        throw StoreError(problem: "it is corrupted and cannot be set aside")
    }
}

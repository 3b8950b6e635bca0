internal import Domain
internal import Ground

/// The names of products that one worker told last, so that a read of a line asks no shared book.
///
/// A name that the book has once is never another (`ProductBook`), so nothing here grows old.
/// Layout: 16 slots, a product in the one that its hash names; two of one slot take turns.
/// Thread: the worker that owns it.
struct ProductMemo {
    /// Reason: lenders have few products; more only cost the book's own look-up.
    private static let slotCount = 16

    private struct Slot {
        var tenant = TenantID(0)
        var product = Hash128.zero
        var name = ""
    }

    private var slots = [Slot](repeating: Slot(), count: slotCount)

    /// The name of a tenant's product; empty when the book, which is asked for others than those
    /// told last, has none.
    mutating func name(
        _ product: Hash128, of tenant: TenantID, orAsk book: () -> String?
    ) -> String {
        let index = Int(truncatingIfNeeded: product.low) & (Self.slotCount - 1)
        if slots[index].product == product, slots[index].tenant == tenant {
            return slots[index].name
        }
        guard let name = book() else { return "" }
        slots[index] = Slot(tenant: tenant, product: product, name: name)
        return name
    }
}

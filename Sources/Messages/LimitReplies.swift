internal import CMessages
public import Domain
public import Ground

/// The tenant's product names by their hash: records keep only the hash.
public typealias ProductNames = [Hash128: String]

extension Codec {
    /// GetLineResponse.
    public func lineReply(_ image: LineImage, products: ProductNames) -> [UInt8] {
        unsafe encode(Schemas.getLineResponse) { reply in
            unsafe reply.line = line(image, products: products)
        }
    }

    /// GetHoldResponse.
    public func holdReply(_ image: HoldImage) -> [UInt8] {
        unsafe encode(Schemas.getHoldResponse) { reply in
            unsafe reply.hold = hold(image)
        }
    }

    func line(
        _ image: LineImage?, products: ProductNames
    ) -> UnsafeMutablePointer<Creditrisk__V1__Line>? {
        guard let image else { return nil }
        return unsafe make(Schemas.line) { line in
            unsafe line.line_id = Int64(image.id.rawValue)
            unsafe line.product = text(products[image.product] ?? "")
            unsafe line.currency = text(image.currency.code)
            unsafe line.limit_minor = image.limitMinor
            unsafe line.held_minor = image.heldMinor
            unsafe line.drawn_minor = image.drawnMinor
            unsafe line.available_minor = image.availableMinor
            unsafe line.version = Int64(image.version)
            unsafe line.opened_at_micros = image.openedAtMicros
            unsafe line.status =
                image.status == .open
                ? CREDITRISK__V1__LINE_STATUS__LINE_STATUS_OPEN
                : CREDITRISK__V1__LINE_STATUS__LINE_STATUS_CLOSED
        }
    }

    func hold(_ image: HoldImage?) -> UnsafeMutablePointer<Creditrisk__V1__Hold>? {
        guard let image else { return nil }
        return unsafe make(Schemas.hold) { hold in
            unsafe hold.hold_id = Int64(image.id.rawValue)
            unsafe hold.line_id = Int64(image.line.rawValue)
            unsafe hold.amount_minor = image.amountMinor
            unsafe hold.committed_minor = image.committedMinor
            unsafe hold.held_minor = image.heldMinor
            unsafe hold.expires_at_micros = image.expiresAtMicros
            unsafe hold.state = Creditrisk__V1__HoldState(rawValue: UInt32(image.state.rawValue))
        }
    }
}

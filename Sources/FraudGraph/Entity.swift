public import Ground

/// What an entity is. Raw values are stored and on the wire; they never change.
///
/// A number and not a closed list: tenants add kinds of their own, from `firstOwn` up.
public struct EntityKind: RawRepresentable, Hashable, Sendable {
    /// The stored number.
    public let rawValue: UInt8

    /// Reason: a set of kinds is one 32-bit word in a walk.
    public static let kindCountMax = 32
    /// The first number a tenant's own kind may have.
    public static let firstOwn: UInt8 = 20

    /// 1 to 31; anything else is no kind.
    public init?(rawValue: UInt8) {
        guard (1..<UInt8(Self.kindCountMax)).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(known rawValue: UInt8) { self.rawValue = rawValue }

    /// A natural person: the only kind that hops are counted between.
    public static let person = EntityKind(known: 1)
    /// A phone number.
    public static let phone = EntityKind(known: 2)
    /// A device fingerprint.
    public static let device = EntityKind(known: 3)
    /// A payment card.
    public static let card = EntityKind(known: 4)
    /// A postal address.
    public static let address = EntityKind(known: 5)
    /// Who pays the wages.
    public static let employer = EntityKind(known: 6)
    /// An e-mail address.
    public static let email = EntityKind(known: 7)
    /// An IP address.
    public static let ip = EntityKind(known: 8)
    /// A passport, identity card or tax number.
    public static let identityDocument = EntityKind(known: 9)
    /// An emergency or address-book contact.
    public static let contact = EntityKind(known: 10)
    /// A bank account.
    public static let account = EntityKind(known: 11)
    /// Who sells.
    public static let merchant = EntityKind(known: 12)

    /// The kinds that every tenant has, in the order of their numbers.
    public static let known: [EntityKind] = [
        person, phone, device, card, address, employer, email, ip, identityDocument, contact,
        account, merchant,
    ]

    private static let names = [
        "person", "phone", "device", "card", "address", "employer", "email", "ip",
        "identity_document", "contact", "account", "merchant",
    ]

    /// The word for it: `identity_document`; `kind_N` for a tenant's own.
    public var name: String {
        let index = Int(rawValue) - 1
        return index < Self.names.count ? Self.names[index] : "kind_\(rawValue)"
    }

    /// The kind with this word; nil when there is none.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self = Self.known[index]
    }
}

/// How two entities are linked. Raw values are stored and on the wire; they never change.
public struct RelationKind: RawRepresentable, Hashable, Sendable {
    /// The stored number.
    public let rawValue: UInt8

    /// 1 to 127; anything else is no relation.
    public init?(rawValue: UInt8) {
        guard (1..<128).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(known rawValue: UInt8) { self.rawValue = rawValue }

    /// Holds it as property.
    public static let owns = RelationKind(known: 1)
    /// Has been seen with it.
    public static let uses = RelationKind(known: 2)
    /// Shares it with somebody.
    public static let shares = RelationKind(known: 3)
    /// Signed in with or from it.
    public static let signsIn = RelationKind(known: 4)
    /// Sent money to.
    public static let transfers = RelationKind(known: 5)
    /// Took money out to.
    public static let withdraws = RelationKind(known: 6)
    /// Paid money in to.
    public static let deposits = RelationKind(known: 7)
    /// Paid a debt back to.
    public static let repays = RelationKind(known: 8)
    /// Answers for the debt of.
    public static let guarantees = RelationKind(known: 9)
    /// Brought in as a customer.
    public static let refers = RelationKind(known: 10)
    /// Named as a contact.
    public static let contacts = RelationKind(known: 11)
    /// Applied with it.
    public static let applies = RelationKind(known: 12)
    /// Is employed by.
    public static let worksAt = RelationKind(known: 13)
    /// Lives at.
    public static let livesAt = RelationKind(known: 14)

    private static let names = [
        "owns", "uses", "shares", "signs_in", "transfers", "withdraws", "deposits", "repays",
        "guarantees", "refers", "contacts", "applies", "works_at", "lives_at",
    ]

    /// The word for it: `works_at`; `relation_N` for a tenant's own.
    public var name: String {
        let index = Int(rawValue) - 1
        return index < Self.names.count ? Self.names[index] : "relation_\(rawValue)"
    }

    /// The relation with this word; nil when there is none.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self = RelationKind(known: UInt8(index + 1))
    }
}

/// Which entity: its kind and the keyed hash of its normalised identifier.
public struct Entity: Hashable, Sendable {
    /// What it is.
    public var kind: EntityKind
    /// Keyed hash of the identifier.
    public var id: Hash128

    /// Both as given.
    public init(kind: EntityKind, id: Hash128) {
        self.kind = kind
        self.id = id
    }
}

/// One dated link. The same four facts twice are one link.
public struct Link: Hashable, Sendable {
    /// Reason: 56 bits of microseconds sit beside the relation in 8 bytes: 1970 plus or minus
    /// 1,141 years.
    public static let eventMicrosMax: Int64 = 1 << 55 - 1

    /// Where it starts.
    public var from: Entity
    /// How the two are linked.
    public var relation: RelationKind
    /// Where it ends.
    public var to: Entity
    /// When it happened, microseconds, within `eventMicrosMax` of 1970.
    public var eventMicros: Int64

    /// All fields as given.
    public init(from: Entity, relation: RelationKind, to: Entity, eventMicros: Int64) {
        precondition(eventMicros.magnitude <= Self.eventMicrosMax.magnitude, "event time fits")
        self.from = from
        self.relation = relation
        self.to = to
        self.eventMicros = eventMicros
    }
}

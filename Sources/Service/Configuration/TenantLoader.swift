internal import Decisions
internal import Domain
internal import Foundation
internal import Scoring
internal import Tenancy
internal import Yams

/// Loads the files that a configuration names: models, policies.
///
/// A model that is wrong is found here, at the start. A policy is only outlined: it is compiled
/// against the registry, which the tenant fills later, and answers POLICY_NOT_BOUND until it fits.
struct TenantLoader {
    /// Reason: a boosted-tree model of some thousand trees.
    static let fileBytesMax = 64 << 20

    let secret: RootSecret

    func load(_ configuration: Configuration) throws(ConfigurationError) -> Tenants {
        var principals: [[UInt8]: Principal] = [:]
        var rooms: [TenantRoom] = []
        var labels = CredentialLabels()
        for tenant in configuration.tenants {
            let room = TenantRoom(try definition(tenant))
            for key in tenant.keys {
                guard let place = labels.place(of: key, room.definition.identifierKey) else {
                    throw ConfigurationError("more than 65,535 keys have a channel or a partner")
                }
                principals[key.sha256] = Principal(
                    tenant: tenant.number, role: .channel, labels: place)
            }
            rooms.append(room)
        }
        return Tenants(keys: KeyRing(principals), credentialLabels: labels, rooms: rooms)
    }

    private func definition(
        _ tenant: Configuration.Tenant
    ) throws(ConfigurationError) -> TenantDefinition {
        var models: [LoadedModel] = []
        for path in tenant.modelPaths { models.append(try model(path)) }
        let names = models.map(\.model.description.name)
        guard Set(names).count == names.count else {
            throw ConfigurationError("tenant \(tenant.name): two models have one name")
        }
        var policies: [LoadedPolicy] = []
        for path in tenant.policyPaths { policies.append(try policy(path)) }
        let products = policies.flatMap(\.products)
        guard Set(products).count == products.count else {
            throw ConfigurationError("tenant \(tenant.name): two policies decide on one product")
        }
        for name in tenant.products.keys.sorted() where !products.contains(name) {
            throw ConfigurationError(
                "tenant \(tenant.name): no policy decides on the product '\(name)'")
        }
        return TenantDefinition(
            tenant: tenant.number, name: tenant.name,
            identifierKey: secret.identifierKey(of: tenant.number), models: models,
            policies: policies, products: tenant.products, labels: tenant.labels)
    }

    private func model(_ path: String) throws(ConfigurationError) -> LoadedModel {
        let bytes = try read(path)
        let folder = (path as NSString).deletingLastPathComponent
        var hashed = bytes
        do {
            let model = try ModelFile.load(name: path, bytes: bytes) { name in
                let attached = try? read(folder.isEmpty ? name : folder + "/" + name)
                hashed += attached ?? []
                return attached
            }
            return LoadedModel(model: model, hash: Digest.sha256(hashed))
        } catch {
            throw ConfigurationError("\(error)")
        }
    }

    private func policy(_ path: String) throws(ConfigurationError) -> LoadedPolicy {
        let bytes = try read(path)
        guard let yaml = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(path) is not UTF-8")
        }
        let list: [Node]?
        do {
            list = try Yams.compose(yaml: yaml)?.mapping?["products"]?.sequence.map(Array.init)
        } catch {
            throw ConfigurationError("\(path) is not YAML: \(firstLine(of: error))")
        }
        let products = list?.compactMap(\.string) ?? []
        guard !products.isEmpty, products.allSatisfy({ !$0.isEmpty }) else {
            throw ConfigurationError("\(path): products must list the products it decides on")
        }
        return LoadedPolicy(
            path: path, yaml: yaml, products: products, hash: Digest.sha256(bytes))
    }

    private func read(_ path: String) throws(ConfigurationError) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ConfigurationError("cannot read \(path)")
        }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: TenantLoader.fileBytesMax + 1) ?? Data()
        else {
            throw ConfigurationError("cannot read \(path)")
        }
        guard data.count <= TenantLoader.fileBytesMax else {
            throw ConfigurationError("\(path) is larger than \(TenantLoader.fileBytesMax) bytes")
        }
        return [UInt8](data)
    }
}

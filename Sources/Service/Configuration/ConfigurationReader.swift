internal import Domain
internal import Foundation
internal import Tenancy
internal import Yams

/// Reads a configuration file strictly: an unknown or missing key is an error with its line.
struct ConfigurationReader {
    /// Reason: a configuration names at most some thousand tenants.
    static let fileBytesMax = 4 << 20
    static let tenantsMax = 4_096
    /// Reason: every gRPC-Web call of a page is compared with the whole list.
    static let originsMax = 64

    let path: String

    func read() throws(ConfigurationError) -> Configuration {
        let text = try readText()
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationError("\(path) is not YAML: \(firstLine(of: error))")
        }
        guard let root else { throw ConfigurationError("\(path) is empty") }
        let map = try mapping(
            root, "the file", keys: ["format", "tenants", "grpc_web", "transport", "requests"])
        guard map["format"]?.string == "riskd-config/1" else {
            throw fault(root, "format must be riskd-config/1")
        }
        let list = map["tenants"]?.sequence.map(Array.init) ?? []
        guard !list.isEmpty, list.count <= ConfigurationReader.tenantsMax else {
            throw fault(root, "tenants must list 1 to \(ConfigurationReader.tenantsMax) lenders")
        }
        var tenants: [Configuration.Tenant] = []
        var numbers: Set<TenantID> = []
        var digests: Set<[UInt8]> = []
        for node in list {
            let tenant = try tenant(node, &digests)
            guard numbers.insert(tenant.number).inserted else {
                throw fault(node, "two tenants have the number \(tenant.number.rawValue)")
            }
            tenants.append(tenant)
        }
        return Configuration(
            tenants: tenants, requests: try requests(map["requests"]),
            web: try web(map["grpc_web"]), times: try transport(map["transport"]))
    }

    private func web(_ node: Node?) throws(ConfigurationError) -> Configuration.Web {
        guard let node else { return Configuration.Web() }
        let map = try mapping(node, "grpc_web", keys: ["origins", "tenant_keys"])
        var web = Configuration.Web()
        for item in try items(map["origins"], "origins") {
            guard let text = item.string, Self.isOrigin(text) else {
                throw fault(item, "an origin reads https://host or https://host:port")
            }
            web.origins.append(text)
        }
        guard web.origins.count <= Self.originsMax else {
            throw fault(node, "origins may list at most \(Self.originsMax) pages")
        }
        if let choice = map["tenant_keys"] {
            guard let isTaken = choice.bool else {
                throw fault(choice, "tenant_keys must be true or false")
            }
            web.takesTenantKeys = isTaken
        }
        return web
    }

    /// Whether a text is an origin as browsers send it: scheme, host and port, in lower case and
    /// nothing else. "*" and "null" are none.
    private static func isOrigin(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme,
            let host = parts.host, ["http", "https"].contains(scheme), !host.isEmpty
        else { return false }
        let port = parts.port.map { ":\($0)" } ?? ""
        return text == "\(scheme)://\(host)\(port)" && text == text.lowercased()
            && host != "*" && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    private func readText() throws(ConfigurationError) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ConfigurationError("cannot read \(path): name an existing file with --config")
        }
        defer { try? file.close() }
        // No data at the end of the file: an empty file reads as nil.
        let data = try? file.read(upToCount: ConfigurationReader.fileBytesMax + 1) ?? Data()
        guard let data, data.count <= ConfigurationReader.fileBytesMax else {
            throw ConfigurationError("cannot read \(path), or it is larger than 4 MiB")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationError("\(path) is not UTF-8")
        }
        return text
    }

    private func tenant(
        _ node: Node, _ digests: inout Set<[UInt8]>
    ) throws(ConfigurationError) -> Configuration.Tenant {
        let map = try mapping(
            node, "a tenant",
            keys: ["number", "name", "keys", "models", "policies", "products", "labels"])
        guard let number = map["number"]?.int.flatMap(UInt32.init(exactly:)), number > 0 else {
            throw fault(node, "number must be from 1 to \(UInt32.max)")
        }
        guard let name = map["name"]?.string, !name.isEmpty else {
            throw fault(node, "a tenant needs a name")
        }
        var keys: [Configuration.Key] = []
        for item in try items(map["keys"], "keys") {
            let key = try key(item)
            guard digests.insert(key.sha256).inserted else {
                throw fault(item, "the key '\(key.name)' stands twice")
            }
            keys.append(key)
        }
        return Configuration.Tenant(
            number: TenantID(number), name: name, keys: keys,
            modelPaths: try paths(map["models"], "models"),
            policyPaths: try paths(map["policies"], "policies"),
            products: try products(map["products"]), labels: try labelFeatures(map["labels"]))
    }

    private func key(_ node: Node) throws(ConfigurationError) -> Configuration.Key {
        let map = try mapping(node, "a key", keys: ["name", "sha256", "channel", "partner"])
        guard let name = map["name"]?.string, !name.isEmpty else {
            throw fault(node, "a key needs a name")
        }
        let digest = map["sha256"]?.scalar.flatMap { Digest.bytes(hexadecimal: $0.string) }
        guard let digest, digest.count == Digest.byteCount else {
            throw fault(node, "sha256 must be 64 hexadecimal digits: the SHA-256 of the key")
        }
        return Configuration.Key(
            name: name, sha256: digest, channel: try label(map["channel"], "channel"),
            partner: try label(map["partner"], "partner"))
    }

    private func paths(_ node: Node?, _ what: String) throws(ConfigurationError) -> [String] {
        let folder = (path as NSString).deletingLastPathComponent
        var paths: [String] = []
        for item in try items(node, what) {
            guard let name = item.string, !name.isEmpty else {
                throw fault(item, "\(what) must name files")
            }
            let isAbsolute = name.hasPrefix("/") || folder.isEmpty
            paths.append(isAbsolute ? name : folder + "/" + name)
        }
        return paths
    }

    /// The items of a list; none when it is left out.
    func items(_ node: Node?, _ what: String) throws(ConfigurationError) -> [Node] {
        guard let node else { return [] }
        guard let list = node.sequence else { throw fault(node, "\(what) must be a list") }
        return Array(list)
    }

    func mapping(
        _ node: Node, _ what: String, keys: Set<String>
    ) throws(ConfigurationError) -> [String: Node] {
        guard let mapping = node.mapping else { throw fault(node, "\(what) must be a mapping") }
        var map: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.string, keys.contains(name) else {
                throw fault(key, "'\(key.string ?? "?")' is not known in \(what)")
            }
            map[name] = value
        }
        return map
    }

    func fault(_ node: Node, _ problem: String) -> ConfigurationError {
        let line = node.mark.map { ":\($0.line)" } ?? ""
        return ConfigurationError("\(path)\(line): \(problem)")
    }
}

/// What went wrong, without the excerpt that a parser draws below it: one line is what is shown.
func firstLine(of error: any Error) -> String {
    String("\(error)".prefix { $0 != "\n" })
}

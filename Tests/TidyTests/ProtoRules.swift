/// The house rules of our own .proto files.
enum ProtoRules {
    /// Everything that breaks a rule, over all files together.
    static func offences(in files: [ProtoFile]) -> [Offence] {
        files.flatMap(offences) + sharedMessages(files) + recursion(files)
    }

    private static func offences(in file: ProtoFile) -> [Offence] {
        var found: [Offence] = []
        let folder = file.path.split(separator: "/").dropFirst().dropLast().joined(separator: ".")
        if file.package != folder {
            found.append(
                Offence(path: file.path, line: 1, rule: "package is not the folder's, \(folder)"))
        }
        for declaration in file.declarations {
            var rules = [declaration.comment == nil ? "has no comment" : nil].compactMap(\.self)
            switch declaration.kind {
            case .field(_, let label): rules += fieldRules(declaration, label: label)
            case .enumeration: rules += enumerationRules(declaration, in: file)
            case .value: rules += valueRules(declaration)
            case .method(let request, let response):
                if request != "\(declaration.name)Request" { rules.append("takes \(request)") }
                if response != "\(declaration.name)Response" { rules.append("gives \(response)") }
            case .service where !declaration.name.hasSuffix("Service"):
                rules.append("does not end with 'Service'")
            case .message, .oneof, .service: break
            }
            found += rules.map { rule in
                Offence(
                    path: file.path, line: declaration.line, rule: "\(declaration.name) \(rule)")
            }
        }
        return found
    }

    private static func fieldRules(_ field: ProtoDeclaration, label: String?) -> [String] {
        var rules: [String] = []
        let behaviours = ["Required.", "Optional.", "Output only."]
        if let comment = field.comment, !behaviours.contains(where: comment.hasPrefix) {
            rules.append("has a comment that does not open with \(behaviours)")
        }
        if field.name != field.name.lowercased() { rules.append("is not lower_snake_case") }
        if label == "optional" { rules.append("is 'optional', which protoc-c refuses") }
        return rules
    }

    private static func enumerationRules(
        _ enumeration: ProtoDeclaration, in file: ProtoFile
    ) -> [String] {
        let first = file.declarations.first {
            guard case .value = $0.kind else { return false }
            return $0.parent == enumeration.name
        }
        let name = "\(upperSnake(enumeration.name))_UNSPECIFIED"
        guard let first, first.name == name, first.kind == .value(number: "0") else {
            return ["does not open with \(name) = 0"]
        }
        return []
    }

    private static func valueRules(_ value: ProtoDeclaration) -> [String] {
        let prefix = "\(upperSnake(value.parent))_"
        return value.name.hasPrefix(prefix) ? [] : ["does not begin with \(prefix)"]
    }

    /// A request or response that two methods use: each must have its own.
    private static func sharedMessages(_ files: [ProtoFile]) -> [Offence] {
        var users: [String: String] = [:]
        var found: [Offence] = []
        for file in files {
            for method in file.declarations {
                guard case .method(let request, let response) = method.kind else { continue }
                for message in [request, response] {
                    let key = "\(file.package).\(message)"
                    if let other = users.updateValue(method.name, forKey: key) {
                        found.append(
                            Offence(
                                path: file.path, line: method.line,
                                rule: "\(method.name) shares \(message) with \(other)"))
                    }
                }
            }
        }
        return found
    }

    /// Messages that contain themselves: protobuf-c has no recursion limit when it unpacks.
    private static func recursion(_ files: [ProtoFile]) -> [Offence] {
        var contained: [String: Set<String>] = [:]
        for declaration in files.flatMap(\.declarations) {
            guard case .field(let type, _) = declaration.kind else { continue }
            contained[declaration.parent, default: []].insert(
                type.split(separator: ".").last.map(String.init) ?? type)
        }
        return files.flatMap { file in
            file.declarations.filter { $0.kind == .message }.compactMap { message in
                guard reaches(message.name, from: message.name, contained) else { return nil }
                return Offence(
                    path: file.path, line: message.line, rule: "\(message.name) contains itself")
            }
        }
    }

    private static func reaches(
        _ goal: String, from start: String, _ contained: [String: Set<String>]
    ) -> Bool {
        var seen: Set<String> = []
        var open = Array(contained[start, default: []])
        while let next = open.popLast() {
            if next == goal { return true }
            if seen.insert(next).inserted { open += contained[next, default: []] }
        }
        return false
    }

    /// `LimitOutcome` as `LIMIT_OUTCOME`.
    static func upperSnake(_ name: String) -> String {
        var result = ""
        var previousIsLower = false
        for character in name {
            if character.isUppercase, previousIsLower { result += "_" }
            result += character.uppercased()
            previousIsLower = character.isLowercase || character.isNumber
        }
        return result
    }
}

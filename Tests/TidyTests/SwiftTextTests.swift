import Testing

@Suite("Reading Swift without a parser")
struct SwiftTextTests {
    @Test(
        "Comments and strings are blanked, code in interpolations stays",
        arguments: [
            ("a // b {", "a       "),
            ("a /* b /* c */ d */ e", "a                   e"),
            ("x = \"{\" + y", "x =     + y"),
            ("\"\\\"{\" z", "      z"),
            ("\"a\\(b(c) + \"}\")d\" e", "    b(c) +        e"),
            ("#\"\\(no) \"{ \"# f", "              f"),
            ("#\"\\#(yes)\"# f", "     yes    f"),
            ("\"\"\"|{ \"q\" \\(g)|\"\"\" h", "   |        g |    h"),
            ("\"open|func", "     |func"),
            ("#expect(x)", "#expect(x)"),
        ])
    func blanking(source: String, code: String) {
        // A bar stands for a new line, which would tear the test's name in the output.
        let text = source.replacing("|", with: "\n")
        let expected = code.replacing("|", with: "\n")
        #expect(String(decoding: SwiftText.code(of: text), as: UTF8.self) == expected)
    }

    @Test("Functions are measured from keyword to closing brace")
    func measuring() {
        let source = """
            struct A {
                var stored = 1
                struct B {
                    let c = "}"
                }
                func one() { two() }
                func two(
                    closure: () -> Void = { },
                    count: Int = 3
                ) -> Int {
                    if var copy = self.init() { copy.go() }  // }
                    func inner() {
                        return
                    }
                    return 1
                }
                init?(x: Int) {
                }
                var computed: Int {
                    1
                }
                static func < (a: A, b: A) -> Bool {
                    a.x < b.x
                }
            }
            protocol P {
                func required()
                var x: Int { get }
            }
            extension A {
            }
            """
        let expected: [FunctionSize] = [
            FunctionSize(name: "one", line: 6, lineCount: 1),
            FunctionSize(name: "copy", line: 11, lineCount: 1),
            FunctionSize(name: "inner", line: 12, lineCount: 3),
            FunctionSize(name: "two", line: 7, lineCount: 10),
            FunctionSize(name: "init", line: 17, lineCount: 2),
            FunctionSize(name: "computed", line: 19, lineCount: 3),
            FunctionSize(name: "func", line: 22, lineCount: 3),
            FunctionSize(name: "x", line: 28, lineCount: 1),
        ]
        #expect(FunctionMeter.measure(source) == expected)
    }
}

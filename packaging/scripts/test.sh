#!/usr/bin/env bash
# Builds, runs the Swift tests and the Python ones, ends with one line 'N passed, N failed'.
#   test.sh             everything
#   test.sh --clients   only what Python clients test: riskd, the interop and conformance cases,
#                       with longer attacks and more broken bytes
#   test.sh --attacks   only the attacks on the transport, a second each; prints their table
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

with_swift=true
python_tests=tests
case ${1:-} in
    "") ;;
    --clients) with_swift=false ;;
    --attacks) with_swift=false python_tests=tests/transport/test_attacks.py ;;
    *) die "usage: test.sh [--clients|--attacks]" ;;
esac
if ! $with_swift; then
    export ATTACK_SECONDS=${ATTACK_SECONDS:-1} HOSTILE_STREAMS=${HOSTILE_STREAMS:-20000}
    export RISKD_HISTORIES=${RISKD_HISTORIES:-400}
fi

reports="$root/.build/test-reports"
rm -rf "$reports"
mkdir -p "$reports"
# Parts that ended badly, for the count: a crash leaves no report behind.
broken=()

# One line a suite and every failure; the whole output stays in the log.
only_suites_and_failures() {
    local noise='^(◇|✔ Test [^r]|↳ T(esting Library|arget Platform)|\[[0-9]+/[0-9]+\])'
    grep --line-buffered -vE "$noise" || true
}

run_swift_tests() {
    local status=0
    say "building the Swift package and its tests (debug)"
    swift build --build-tests || die "the build failed; no test was run"
    say "Swift tests"
    swift test --skip-build --disable-xctest --xunit-output "$reports/swift.xml" 2>&1 |
        tee "$reports/swift.log" | only_suites_and_failures || status=$?
    [ "$status" -eq 0 ] || broken+=("swift")
}

run_python_tests() {
    local status=0
    $with_swift || build_products debug riskd riskctl interop-server
    RISKD_BIN="$(binary_folder debug)/riskd"
    INTEROP_BIN="$(binary_folder debug)/interop-server"
    export RISKD_BIN INTEROP_BIN
    say "Python clients' tests, the interop and conformance cases among them"
    (cd clients/python &&
        ../../.venv/bin/python -m pytest -q -p no:cacheprovider \
            --junitxml "$reports/python.xml" "$python_tests") || status=$?
    [ "$status" -eq 0 ] || broken+=("python")
}

"$scripts/setup.sh" build python tests
started=$SECONDS
if $with_swift; then run_swift_tests; fi
run_python_tests
say "tests took $((SECONDS - started)) s; reports lie in .build/test-reports"
exec .venv/bin/python "$scripts/count_tests.py" "$reports" \
    "$($with_swift && printf 'swift,')python" "${broken[@]}"

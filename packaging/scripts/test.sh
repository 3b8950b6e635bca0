#!/usr/bin/env bash
# Builds, runs the Swift tests and the Python client's, ends with one line 'N passed, N failed'.
#   test.sh             everything
#   test.sh --clients   only the Python client's tests
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

with_swift=true
case ${1:-} in
    "") ;;
    --clients) with_swift=false ;;
    *) die "usage: test.sh [--clients]" ;;
esac

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
    $with_swift || build_products debug riskd
    RISKD_BIN="$(binary_folder debug)/riskd"
    export RISKD_BIN
    say "Python client's tests"
    (cd clients/python &&
        ../../.venv/bin/python -m pytest -q -p no:cacheprovider \
            --junitxml "$reports/python.xml") || status=$?
    [ "$status" -eq 0 ] || broken+=("python")
}

"$scripts/setup.sh" build python
started=$SECONDS
if $with_swift; then run_swift_tests; fi
run_python_tests
say "tests took $((SECONDS - started)) s; reports lie in .build/test-reports"
exec .venv/bin/python "$scripts/count_tests.py" "$reports" \
    "$($with_swift && printf 'swift,')python" "${broken[@]}"

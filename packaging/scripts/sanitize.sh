#!/usr/bin/env bash
# The Swift tests under a sanitizer: sanitize.sh [address|thread]..., both when none is named.
# TidyTests read the source tree and would prove nothing twice.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build
[ $# -gt 0 ] || set -- address thread
# Leaks are not looked for: clients and peers of the tests hold their sessions and the sessions
# them, until the process ends. Memory of a running server is measured by its size instead.
export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
# The thread sanitizer goes on after a race, so that one run shows them all, and the tests pass
# all the same: the exit code says it (the last setting counts), and so does what was printed.
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}halt_on_error=0:exitcode=66"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
for sanitizer in "$@"; do
    case $sanitizer in
        address | thread) ;;
        *) die "usage: sanitize.sh [address|thread]..." ;;
    esac
    say "tests under the $sanitizer sanitizer"
    # A red run goes on to the count: which of the two it was, is said below.
    status=0
    swift test --disable-xctest --sanitize="$sanitizer" --build-path ".build-$sanitizer" \
        --skip TidyTests 2>&1 | tee "$output" || status=$?
    warnings=$(grep -cE '(WARNING|ERROR): (Thread|Address)Sanitizer' "$output" || true)
    [ "$warnings" -eq 0 ] || die "the $sanitizer sanitizer printed $warnings warnings"
    [ "$status" -eq 0 ] || die "the tests failed under the $sanitizer sanitizer"
done

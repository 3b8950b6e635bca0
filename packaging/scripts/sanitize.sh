#!/usr/bin/env bash
# The Swift tests under a sanitizer: sanitize.sh [address|thread]..., both when none is named.
# TidyTests read the source tree and would prove nothing twice.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build
[ $# -gt 0 ] || set -- address thread
# Leaks are not looked for: clients and peers of the tests hold their sessions and the sessions
# them, until the process ends. Memory of a running server is measured by its size instead.
export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
for sanitizer in "$@"; do
    case $sanitizer in
        address | thread) ;;
        *) die "usage: sanitize.sh [address|thread]..." ;;
    esac
    say "tests under the $sanitizer sanitizer"
    swift test --disable-xctest --sanitize="$sanitizer" --build-path ".build-$sanitizer" \
        --skip TidyTests
done

#!/usr/bin/env bash
# Feeds inputs of libFuzzer's making to the transport's state machines:
#   fuzz.sh [--runs N] [--target session|parsers]... [INPUT]
# RUNS or --runs inputs a target (100,000), both targets when none is named. An INPUT is run alone:
# a crash is kept in .build-fuzz/findings and its path is printed.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

runs=${RUNS:-100000}
targets=()
input=
while [ $# -gt 0 ]; do
    case $1 in
        --runs) runs=$2 && shift 2 ;;
        --target) targets+=("$2") && shift 2 ;;
        -*) die "usage: fuzz.sh [--runs N] [--target session|parsers]... [INPUT]" ;;
        *) input=$(realpath "$1") && shift ;;
    esac
done
[ ${#targets[@]} -gt 0 ] || targets=(session parsers)

"$scripts/setup.sh" build
# A package of its own: links to the sources, the manifest beside them.
package="$root/.build-fuzz/package"
findings="$root/.build-fuzz/findings"
mkdir -p "$package" "$findings"
ln -sfn "$root/Sources" "$package/Sources"
ln -sfn "$root/Tests/Fuzz" "$package/Fuzz"
cp Tests/Fuzz/Package.swift "$package/Package.swift"
# Symbolizing and Swift's own backtraces hang under libFuzzer; a finding names its input, which
# can be run alone.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS="symbolize=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"

for target in "${targets[@]}"; do
    case $target in
        session) product=FuzzSession ;;
        parsers) product=FuzzParsers ;;
        *) die "no fuzz target $target: session or parsers" ;;
    esac
    say "building $product with the fuzzer's coverage and the address sanitizer"
    # SwiftPM's --sanitize keeps main free for libFuzzer. The compiler heeds the last -sanitize it
    # is given, and SwiftPM orders two of its own by chance: so both stand in one.
    (cd "$package" && swift build -c release --product "$product" \
        --sanitize=fuzzer -Xswiftc -sanitize=address,fuzzer)
    binary="$package/.build/release/$product"
    if [ -n "$input" ]; then
        "$binary" "$input"
        continue
    fi
    # What libFuzzer learns stays out of the repository; the seeds are read only.
    learned="$root/.build-fuzz/corpus/$target"
    mkdir -p "$learned"
    say "$product: $runs inputs"
    started=$SECONDS
    log="$root/.build-fuzz/$target.log"
    "$binary" -runs="$runs" -max_len=4096 -timeout=5 -rss_limit_mb=1024 \
        -artifact_prefix="$findings/" "$learned" "Tests/Fuzz/Corpus/$target" >"$log" 2>&1 || {
        tail -n 30 "$log"
        die "$product found something; the input lies in .build-fuzz/findings"
    }
    grep -q 'no interesting inputs' "$log" && die "$product was built without coverage"
    grep -E 'DONE|^Done' "$log"
    say "$product: $runs inputs in $((SECONDS - started)) s, nothing found"
done

#!/usr/bin/env bash
# Simulates whole worlds of callers, crashes and broken disks, and holds every step against the
# naive ledger:  simulate.sh [--ops N] [--seed S]
# OPS or --ops ledger operations (10,000,000), worlds from SEED or --seed (1) on. A world that went
# wrong is named by its seed, which alone replays it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ops=${OPS:-10000000}
seed=${SEED:-1}
while [ $# -gt 0 ]; do
    case $1 in
        --ops) ops=$2 && shift 2 ;;
        --seed) seed=$2 && shift 2 ;;
        *) die "usage: simulate.sh [--ops N] [--seed S]" ;;
    esac
done

"$scripts/setup.sh" build
# A package of its own: links to the sources, the manifest beside them.
package="$root/.build-simulate/package"
mkdir -p "$package"
ln -sfn "$root/Sources" "$package/Sources"
ln -sfn "$root/Tests" "$package/Tests"
cp Tests/Simulate/Package.swift "$package/Package.swift"
say "building the simulator (release)"
(cd "$package" && swift build -c release --product simulate)
started=$SECONDS
"$package/.build/release/simulate" "$ops" "$seed"
say "$ops operations in $((SECONDS - started)) s"

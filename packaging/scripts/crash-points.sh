#!/usr/bin/env bash
# Ends riskd at every file operation of three scripts, with and without a power cut; then flips
# bits of a stopped data directory. Some half an hour; --points N and --flips N shorten it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

points=() flips=1000
while [ $# -gt 0 ]; do
    case $1 in
        --points) points=(--points "$2") ;;
        --flips) flips=$2 ;;
        *) die "usage: crash-points.sh [--points N] [--flips N]" ;;
    esac
    shift 2
done

"$scripts/setup.sh" build python tests
build_products release riskd
RISKD_BIN="$(binary_folder release)/riskd"
export RISKD_BIN
cd clients/python
../../.venv/bin/python -m tests.crash_points --quiet "${points[@]}"
exec ../../.venv/bin/python -m tests.corruption --flips "$flips" --quiet

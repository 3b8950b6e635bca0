#!/usr/bin/env bash
# Kills a loaded server of our own many times and looks for everything acknowledged afterwards;
# then restarts one under load twenty times, and no call may fail.
#   crash-test.sh [--kills N] [--seed S] [--quiet]
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build python
build_products release riskd
RISKD_BIN="$(binary_folder release)/riskd"
export RISKD_BIN
cd clients/python
../../.venv/bin/python -m tests.crash "$@"
exec ../../.venv/bin/python -m tests.rolling --restarts 20

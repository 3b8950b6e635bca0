#!/usr/bin/env bash
# Kills a loaded server of our own many times and looks for every acknowledged hold afterwards.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build python
build_products release riskd
RISKD_BIN="$(binary_folder release)/riskd"
export RISKD_BIN
cd clients/python
exec ../../.venv/bin/python -m tests.crash "$@"

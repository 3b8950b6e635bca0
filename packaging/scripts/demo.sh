#!/usr/bin/env bash
# From a fresh clone to 1,000 real loan applications decided over gRPC, with a printed summary.
# The server is the demo's own: a free loopback port, an empty store that is removed at the end.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build python
build_products release riskd
RISKD_BIN="$(binary_folder release)/riskd"
export RISKD_BIN
cd clients/python
exec ../../.venv/bin/python -m demo "$@"

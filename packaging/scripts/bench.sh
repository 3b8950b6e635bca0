#!/usr/bin/env bash
# First figures: server CPU per call beside nghttpd, durable holds a second. Under 3 minutes
# after the build. Needs two cores: the servers share core 0, the load runs on core 1.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build python bench
[ "$(nproc)" -ge 2 ] || die "two cores are needed: one for the servers, one for the load"
# Debian has nghttpd among the administrator's commands.
PATH="$PATH:/usr/sbin"
build_products release riskd riskload
RISKD_BIN="$(binary_folder release)/riskd"
export RISKD_BIN PATH
PYTHONPATH="$root/clients/python" exec .venv/bin/python "$scripts/bench.py" \
    --riskload "$(binary_folder release)/riskload" "$@"

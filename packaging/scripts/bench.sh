#!/usr/bin/env bash
# Server CPU per call beside nghttpd, durable holds a second; then the transport's memory,
# allocations, TLS, tail and scaling. Some 6 minutes after the build. Needs two cores: the servers
# share core 0, the load runs on core 1.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build python bench
[ "$(nproc)" -ge 2 ] || die "two cores are needed: one for the servers, one for the load"
# Debian has nghttpd among the administrator's commands.
PATH="$PATH:/usr/sbin"
build_products release riskd riskload interop-server
RISKD_BIN="$(binary_folder release)/riskd"
export RISKD_BIN PATH
export PYTHONPATH="$root/clients/python"
.venv/bin/python "$scripts/bench.py" --riskload "$(binary_folder release)/riskload" "$@"
.venv/bin/python "$scripts/bench_transport.py" --riskload "$(binary_folder release)/riskload"

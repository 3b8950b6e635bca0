#!/usr/bin/env bash
# Server CPU per call beside nghttpd, durable holds a second; the transport's memory, allocations,
# TLS, tail and scaling; then the ledger beside Redis and PostgreSQL. Some 12 minutes after the
# build; `--limits` measures the ledger alone, `--limits --memory` its memory and restart. Needs two
# cores: the servers share core 0, the load runs on core 1.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

limits_only=no
if [ "${1:-}" = --limits ]; then
    limits_only=yes
    shift
fi
"$scripts/setup.sh" build python bench
[ "$(nproc)" -ge 2 ] || die "two cores are needed: one for the servers, one for the load"
# Debian has nghttpd among the administrator's commands.
PATH="$PATH:/usr/sbin"
build_products release riskd riskload interop-server
riskload="$(binary_folder release)/riskload"
RISKD_BIN="$(binary_folder release)/riskd"
export RISKD_BIN PATH
export PYTHONPATH="$root/clients/python"
if [ $limits_only = no ]; then
    .venv/bin/python "$scripts/bench.py" --riskload "$riskload" "$@"
    .venv/bin/python "$scripts/bench_transport.py" --riskload "$riskload"
fi
.venv/bin/python "$scripts/bench_limits.py" --riskload "$riskload" "$@"

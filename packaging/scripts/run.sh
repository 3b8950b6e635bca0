#!/usr/bin/env bash
# Release build, then riskd with the demo tenant in the foreground; its data stays in demo-data/.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$scripts/setup.sh" build
build_products release riskd
exec "$(binary_folder release)/riskd" serve --demo --data "$root/demo-data" "$@"

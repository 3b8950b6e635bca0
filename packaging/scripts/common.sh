# Sourced by every script here: strict mode, the repository's root as working folder, words.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scripts="$root/packaging/scripts"
cd "$root"

say() { printf '== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Builds products of the package: build_products debug|release PRODUCT...
build_products() {
    local configuration=$1 product
    shift
    for product in "$@"; do
        say "building $product ($configuration)"
        swift build -c "$configuration" --product "$product"
    done
}

# Prints where the binaries of a configuration lie.
binary_folder() { swift build -c "$1" --show-bin-path; }

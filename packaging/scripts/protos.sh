#!/usr/bin/env bash
# Writes what is generated from Protos/ and checked in: C (protoc-c), descriptor sets for server
# reflection, the Python stubs, and the list of hashes that ties them together.
#   protos.sh            write into the source tree
#   protos.sh --check    compare with the source tree; 1 on any difference
#   ... --c              only the C half (needs no Python environment)
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export LC_ALL=C

is_check=false only_c=false
for argument in "$@"; do
    case $argument in
        --check) is_check=true ;;
        --c) only_c=true ;;
        *) die "usage: protos.sh [--check] [--c]" ;;
    esac
done

c_messages=Sources/CMessages
c_grpc=Sources/CGRPCMessages
c_interop=Sources/CInteropMessages
c_targets=("$c_messages" "$c_grpc" "$c_interop")
python_stubs=clients/python/riskd_client/generated
python_test_stubs=clients/python/tests/interop_messages
manifest=Protos/generated.sha256

# Lists .proto files below folders of Protos/, as protoc names them.
list_protos() { (cd Protos && find "$@" -name '*.proto' | sort); }

# The google/protobuf files that some of our files import: protoc-c ships no C for them.
imported_well_known() {
    (cd Protos && sed -n 's/^import "\(google\/protobuf\/.*\.proto\)";.*/\1/p' "$@" | sort -u)
}

# A descriptor set as C that Swift can import:
# write_array FOLDER WHAT NAME SET-FILE
write_array() {
    local folder=$1 what=$2 name=$3 guard
    guard=$(basename "$folder")_DESCRIPTORS_H
    cat >"$folder/descriptors.h" <<END
// The FileDescriptorSet of $what, for the reflection service.
#ifndef ${guard^^}
#define ${guard^^}

#include <stddef.h>

/// The first byte of the set.
const unsigned char *${name}_start(void);

/// The number of bytes of the set.
size_t ${name}_count(void);

#endif
END
    {
        printf '// The FileDescriptorSet of %s. Written by `make protos`; never edited.\n' "$what"
        printf '#include "descriptors.h"\n\nstatic const unsigned char descriptors[] = {\n'
        od -An -v -tx1 -w12 "$4" | sed 's/ \(..\)/ 0x\1,/g; s/^/ /; $s/,$//'
        printf '};\n\nconst unsigned char *%s_start(void) { return descriptors; }\n' "$name"
        printf '\nsize_t %s_count(void) { return sizeof descriptors; }\n' "$name"
    } >"$folder/descriptors.c"
}

# One target: write_c FOLDER WHAT NAME "PROTOS" "DESCRIBED PROTOS" [BORROWED]
# With BORROWED the C of google/protobuf comes from the target it depends on.
write_c() {
    local folder="$out/$1"
    local -a protos described well_known
    read -r -a protos <<<"$4"
    read -r -a described <<<"$5"
    well_known=()
    [ -n "${6:-}" ] || mapfile -t well_known < <(imported_well_known "${protos[@]}")
    mkdir -p "$folder"
    protoc-c -I Protos --c_out="$folder" "${protos[@]}" "${well_known[@]}"
    protoc -I Protos --include_imports --descriptor_set_out="$out/set" "${described[@]}"
    write_array "$folder" "$2" "$3" "$out/set"
    rm "$out/set"
    printf '%s\n' "${well_known[@]}" >>"$out/well_known"
}

write_all_c() {
    local risk wire interop
    risk=$(list_protos creditrisk | tr '\n' ' ')
    wire=$(list_protos google grpc/health grpc/reflection | tr '\n' ' ')
    interop=$(list_protos connectrpc grpc/testing xds | tr '\n' ' ')
    write_c "$c_messages" Protos/creditrisk/v1 creditrisk_descriptors \
        "$risk" "$(list_protos creditrisk/v1 | tr '\n' ' ')"
    write_c "$c_grpc" "Protos/grpc and Protos/google" grpc_descriptors \
        "$wire" "$wire"
    write_c "$c_interop" "the interop and conformance services" interop_descriptors \
        "$interop" "$interop" borrowed
    # The targets are linked into one binary: the same C symbol may come from one only.
    local twice
    twice=$(sort "$out/well_known" | uniq -d | sed "/^$/d")
    rm "$out/well_known"
    [ -z "$twice" ] || die "imported by two C targets, would be linked twice: $twice"
}

# The hash of every .proto and of every generated file: the tidy tests compare them on machines
# without protoc-c.
print_manifest() {
    {
        find Protos -name '*.proto'
        find "${c_targets[@]}" "$python_stubs" "$python_test_stubs" -type f \
            ! -name module.modulemap ! -name '*.pyc'
    } | sort | xargs sha256sum
}

compare_c() {
    local folder
    for folder in "${c_targets[@]}"; do
        diff -rq -x module.modulemap "$folder" "$out/$folder" || return 1
    done
}

install_c() {
    local folder
    for folder in "${c_targets[@]}"; do
        find "$folder" -type f ! -name module.modulemap -delete
        find "$folder" -mindepth 1 -type d -empty -delete
        cp -r "$out/$folder/." "$folder/"
    done
}

$only_c || "$scripts/setup.sh" protos
command -v protoc-c >/dev/null || die "no protoc-c; install protobuf-c-compiler"
out=$(mktemp -d "${TMPDIR:-/tmp}/protos.XXXXXX")
trap 'rm -rf "$out"' EXIT
write_all_c

if $is_check; then
    drift="generated files differ from Protos/; run 'make protos' and commit what it writes"
    compare_c || die "$drift"
    if ! $only_c; then
        .venv/bin/python clients/python/generate.py --check || die "$drift"
        print_manifest | diff "$manifest" - || die "$drift"
    fi
    say "generated files match Protos/"
else
    install_c
    if ! $only_c; then
        .venv/bin/python clients/python/generate.py
        print_manifest >"$manifest"
    fi
    say "written: ${c_targets[*]}"
    $only_c || say "written: $python_stubs, $python_test_stubs, $manifest"
fi

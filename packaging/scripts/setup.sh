#!/usr/bin/env bash
# Installs what a command needs and this machine lacks. Says nothing when nothing is missing.
#   setup.sh build    system libraries that the Swift package links
#   setup.sh python   .venv with the Python client, its test tools and its generator
#   setup.sh tests    what tests run beside both
#   setup.sh protos   protoc-c and protoc, and .venv
#   setup.sh bench    nghttpd and h2load, and what riskd is measured beside: Redis, PostgreSQL
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages() {
    local missing=() package as_root=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        die "this machine has no apt-get; install these Debian packages' equivalents: ${missing[*]}"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            die "not root and no sudo; as root run: apt-get install -y ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing with apt: ${missing[*]}"
    "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null
    "${as_root[@]}" env RUNLEVEL="${RUNLEVEL:-}" DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 --no-install-recommends install "${missing[@]}" >/dev/null ||
        die "apt-get could not install: ${missing[*]}"
}

need_swift() {
    command -v swift >/dev/null || die "no swift in PATH; install a Swift 6.2 or newer toolchain"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
    [ "$(printf '6.2\n%s\n' "$version" | sort -V | head -n 1)" = 6.2 ] ||
        die "Swift $version is too old; 6.2 or newer is needed"
}

# The python3 found first is not always Debian's, and Debian's makes no venv without python3-venv.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 /usr/bin/python3; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

make_environment() {
    [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return 0
    local python
    if ! python=$(find_python); then
        install_packages python3-venv
        python=$(find_python) || die "no Python 3.11 or newer that can make a virtual environment"
    fi
    say "making the Python environment .venv"
    rm -rf .venv
    "$python" -m venv .venv
}

# Installs into .venv once per content of the requirement: pip_once STAMP-NAME KEY ARGUMENTS...
pip_once() {
    local stamp=".venv/.installed-$1" key=$2
    shift 2
    [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && return 0
    say "installing Python packages: $*"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 5 "$@"
    printf '%s\n' "$key" >"$stamp"
}

for part in "${@:-build}"; do
    case $part in
        build)
            need_swift
            install_packages libnghttp2-dev libprotobuf-c-dev librocksdb-dev libssl-dev \
                zlib1g-dev pkg-config
            ;;
        python)
            make_environment
            # Both extras at once: only then do the resolver's versions suit them both.
            pip_once client "$root $(sha256sum <clients/python/pyproject.toml)" \
                -e 'clients/python[test,dev]'
            ;;
        protos)
            install_packages protobuf-c-compiler protobuf-compiler libprotobuf-dev
            "$scripts/setup.sh" python
            ;;
        # Certificates of tests and benches are made with openssl's command; a library that ends
        # riskd at file operations is compiled.
        tests) install_packages openssl gcc libc6-dev ;;
        bench)
            # The benches start servers of their own: with this none is started as a service by
            # a system without systemd.
            RUNLEVEL=1 install_packages nghttp2-server nghttp2-client openssl gcc libc6-dev \
                redis-server redis-tools postgresql-15
            ;;
        *) die "unknown part '$part' (build, python, tests, protos, bench)" ;;
    esac
done

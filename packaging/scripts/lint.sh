#!/usr/bin/env bash
# Checks every Swift file with the formatter, strictly; with --fix lets it rewrite them.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${1:-} in
    "")
        swift format lint --strict --parallel --recursive Package.swift Sources Tests
        say "lint: clean"
        ;;
    --fix) swift format format --in-place --parallel --recursive Package.swift Sources Tests ;;
    *) die "usage: lint.sh [--fix]" ;;
esac

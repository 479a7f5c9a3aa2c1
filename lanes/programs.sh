#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the programs of guests/programs at every optimisation level, with the MMU off and on, runs each on QEMU and
# here, and compares what they print byte by byte.
#
# Needs aarch64-linux-gnu-gcc and qemu-system-aarch64.

set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
compared=0

# compare NAME CPUS FLAG...
compare() {
    local name=$1 cpus=$2 status=0
    shift 2
    "$root/guests/programs/build.sh" "$name" "$work/guest.elf" "$@"
    timeout 120 qemu-system-aarch64 -M virt,gic-version=3 -cpu max -smp "$cpus" -display none -monitor none \
        -serial stdio -kernel "$work/guest.elf" </dev/null >"$work/qemu.out" || status=$?
    timeout 120 "$root/faultline" run "$work/guest.elf" --cpus "$cpus" </dev/null >"$work/here.out" 2>"$work/here.err" ||
        status=$?
    compared=$((compared + 1))
    if [ "$status" -ne 0 ] || ! cmp -s "$work/qemu.out" "$work/here.out" || [ ! -s "$work/here.out" ]; then
        echo "programs.sh: $name $* on $cpus processors differs (exit status $status); QEMU, then Faultline:" >&2
        cat "$work/qemu.out" "$work/here.out" "$work/here.err" >&2
        failed=$((failed + 1))
    fi
}

programs='sort hash text bignum recursion interpreter matrix'
for level in -O0 -O1 -O2 -O3; do
    for name in $programs; do
        compare "$name" 1 "$level" -DMMU
    done
done
for name in $programs; do
    compare "$name" 1 -O2 -mstrict-align
done
compare parallel 4 -O2 -DMMU
compare parallel 4 -O2 -DMMU -march=armv8.1-a
printf '%d programs compared, %d differ\n' "$compared" "$failed"
[ "$failed" -eq 0 ]

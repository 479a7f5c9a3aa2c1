#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs the programs of guests/programs with the MMU on as whole processes, here and on QEMU, and prints a table. A
# measurement, not a test: it passes whatever the numbers are.
#
#   bench.sh [--scale N] [NAME...]

set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scale=1
if [ "${1:-}" = --scale ]; then
    scale=$2
    shift 2
fi
# Chosen so that each executes some 500 million instructions at scale 1.
declare -A repeats=([sort]=120 [hash]=550 [text]=350 [bignum]=1000 [recursion]=1000 [interpreter]=600 [matrix]=1150)
[ $# -gt 0 ] || set -- sort hash text bignum recursion interpreter matrix

seconds() {
    local from=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'
}

here() {
    "$root/faultline" run "$work/guest.elf" --stats </dev/null 2>"$work/stats"
}

qemu() {
    qemu-system-aarch64 -M virt,gic-version=3 -cpu max -display none -monitor none -serial stdio \
        -kernel "$work/guest.elf" </dev/null
}

printf '%-12s %12s %9s %9s %9s %9s\n' program instructions seconds MIPS 'QEMU s' 'QEMU MIPS'
for name in "$@"; do
    "$root/guests/programs/build.sh" "$name" "$work/guest.elf" -O2 -DMMU "-DSCALE=$((repeats[$name] * scale))"
    own=$(seconds here)
    instructions=$(awk '$1 == "vmm.instructions" { print $2 }' "$work/stats")
    other=$(seconds qemu)
    awk -v n="$name" -v i="$instructions" -v a="$own" -v b="$other" \
        'BEGIN { printf "%-12s %12.0f %9.2f %9.1f %9.2f %9.1f\n", n, i, a, i / a / 1e6, b, i / b / 1e6 }'
    echo "$instructions $own" >>"$work/all"
done
awk '{ product += log($1 / $2 / 1e6) } END { printf "geometric mean: %.1f MIPS\n", exp(product / NR) }' "$work/all"

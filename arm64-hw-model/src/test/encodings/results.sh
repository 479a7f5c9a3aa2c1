#!/bin/sh
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Executes every line of cases.txt with qemu-aarch64 (Debian: qemu-user, binutils-aarch64-linux-gnu) and writes what
# ResultsTest compares with: word; X0 to X3 and NZCV before; X0 and NZCV after; instruction.
# With --check nothing is written: the exit status says whether the results are what QEMU says now.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../resources/encodings/results.txt
prefix=${CROSS_PREFIX:-aarch64-linux-gnu-}
for tool in "${prefix}as" "${prefix}ld" "${prefix}objdump" qemu-aarch64; do
    command -v "$tool" >/dev/null || { echo "$0: $tool is missing; apt-get install binutils-aarch64-linux-gnu qemu-user" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -v '^#' "$here/cases.txt" > "$work/cases"
awk -F'; *' '
    BEGIN { print ".arch armv8-a+crc\n.globl _start\n_start:\n adrp x29, results\n add x29, x29, :lo12:results" }
    {
        split($2, x, " ")
        for (i = 0; i < 4; i++) print " ldr x" i ", =0x" x[i + 1]
        print " ldr x9, =" $3 " << 28\n msr nzcv, x9\nunder_test_" NR ":\n " $1 "\n mrs x9, nzcv\n stp x0, x9, [x29], #16"
        print " b 1f\n .ltorg\n1:"
    }
    END {
        print " mov x0, #1\n adrp x1, results\n add x1, x1, :lo12:results\n sub x2, x29, x1\n mov x8, #64\n svc #0"
        print " mov x0, #0\n mov x8, #93\n svc #0\n .bss\n .balign 16\nresults: .space " 16 * NR
    }' "$work/cases" > "$work/cases.s"
"${prefix}as" -o "$work/cases.o" "$work/cases.s"
"${prefix}ld" -o "$work/cases.elf" "$work/cases.o"
qemu-aarch64 "$work/cases.elf" > "$work/results.bin"
od -An -v -tx8 -w16 "$work/results.bin" > "$work/after"
"${prefix}objdump" -d "$work/cases.o" | awk '/^[0-9a-f]+ <under_test_/ { getline; print $2 }' > "$work/words"
paste -d';' "$work/words" "$work/cases" "$work/after" | awk -F'; *' '
    { split($5, y, " "); print $1 "; " $3 " " $4 "; " y[1] " " substr(y[2], 9, 1) "; " $2 }' > "$work/results.txt"

if [ "${1:-}" = --check ]; then
    diff -u "$target" "$work/results.txt"
else
    cp "$work/results.txt" "$target"
fi

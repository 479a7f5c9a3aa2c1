#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# The C programs of guests/programs, at every level of optimisation, on QEMU and here: what they print must be the same.
#
#   programs.sh [--el 1|2] [--on qemu|faultline] [NAME...]    with --on, one side runs and prints

set -euo pipefail
# shellcheck source=lanes/build.sh
. "$(dirname "$0")/build.sh"

sides=(qemu faultline)
exception_level=1
if [ "${1:-}" = --el ]; then
    [ "${2:-}" = 1 ] || [ "${2:-}" = 2 ] || fail '--el needs 1 or 2'
    exception_level=$2
    shift 2
fi
if [ "${1:-}" = --on ]; then
    [ $# -ge 2 ] || fail '--on needs qemu or faultline'
    sides=("$2")
    shift 2
fi
need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu qemu-system-aarch64 qemu-system-arm
work=$out/programs
programs=$root/guests/programs
if [ $# -eq 0 ]; then
    for source in "$programs"/*.c; do set -- "$@" "$(basename "$source" .c)"; done
fi

library "$work/lib"
differences=0
for name in "$@"; do
    [ -f "$programs/$name.c" ] || fail "no such program: guests/programs/$name.c"
    cpus=1
    case $name in
        processors | routing) cpus=4 ;;
        power) cpus=2 ;;
    esac
    for level in -O0 -O1 -O2 -O3; do
        image=$work/$name$level
        compile "$image.o" "$programs/$name.c" "$level"
        objects=("$work"/lib/*.o "$image.o")
        # Programs that map memory of their own begin by themselves.
        if ! grep -q '^void guest_main' "$programs/$name.c"; then
            compile "$work/main$level.o" "$programs/runtime/main.c" "$level"
            objects+=("$work/main$level.o")
        fi
        link "$image.elf" "${objects[@]}"
        for side in "${sides[@]}"; do
            run_on "$side" "$image.elf" "$cpus" "$image.$side" 60 "$exception_level" || differences=$((differences + 1))
            if grep '^FAILED' "$image.$side"; then differences=$((differences + 1)); fi
        done
        if [ ${#sides[@]} -eq 1 ]; then
            cat "$image.${sides[0]}"
        elif cmp "$image.qemu" "$image.faultline"; then
            printf '%s %s at EL%s: %s lines, the same on QEMU and here, %s instructions\n' "$name" "$level" "$exception_level" \
                "$(wc -l <"$image.qemu")" "$(awk '$1 == "vmm.instructions" { print $2 }' "$image.faultline.err")"
        else
            printf '%s %s: these lines differ (< QEMU, > Faultline):\n' "$name" "$level" >&2
            diff "$image.qemu" "$image.faultline" | head -n 10 >&2 || true
            differences=$((differences + 1))
        fi
    done
done
[ "$differences" -eq 0 ] || fail "$differences runs failed or differ"

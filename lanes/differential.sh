#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs random instruction sequences on QEMU and here and compares registers, flags, memory and exceptions after each.
#
#   differential.sh [--long] [--seed N] [--details SEQUENCE]
#
# QEMU plays a Neoverse N1: it has what the model has, and neither pointer authentication nor BTI.
#
# The short form runs 60,000 instructions, the long one 1,200,000. Needs aarch64-linux-gnu-gcc and qemu-system-aarch64.

set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/lanes/differential
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seed=1
images=1
details=()
while [ $# -gt 0 ]; do
    case $1 in
        --long)
            images=20
            shift
            ;;
        --seed)
            seed=$2
            shift 2
            ;;
        --details)
            details=("-DDETAILS=$2")
            shift 2
            ;;
        *)
            echo "differential.sh: what is $1?" >&2
            exit 2
            ;;
    esac
done
sequences=240
length=250

compile() {
    aarch64-linux-gnu-gcc -ffreestanding -nostdlib -static -fno-pic -no-pie -march=armv8-a -mgeneral-regs-only \
        -mno-outline-atomics -mbranch-protection=none -ffixed-x18 -O2 -fno-tree-loop-distribute-patterns \
        -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common -Wall -Wextra -Werror -DMMU "${details[@]}" \
        -c "$1" -o "$2"
}

objects=()
for source in "$root"/guests/lib/*.S "$root"/guests/lib/*.c "$root"/guests/programs/{main,mmu}.c "$here"/run.S \
    "$here"/harness.c; do
    compile "$source" "$work/$(basename "$source").o"
    objects+=("$work/$(basename "$source").o")
done

failed=0
for ((image = seed; image < seed + images; image++)); do
    java "$here/Generate.java" "$image" "$sequences" "$length" "$work/sequences.S"
    aarch64-linux-gnu-as -o "$work/sequences.o" "$work/sequences.S"
    aarch64-linux-gnu-ld -static --build-id=none -z noexecstack -z max-page-size=4096 --no-warn-rwx-segments \
        --fatal-warnings -T "$root/guests/lib/guest.ld" -o "$work/guest.elf" "${objects[@]}" "$work/sequences.o"
    status=0
    timeout 120 qemu-system-aarch64 -M virt,gic-version=3 -cpu neoverse-n1 -display none -monitor none -serial stdio \
        -kernel "$work/guest.elf" </dev/null >"$work/qemu.out" || status=$?
    timeout 120 "$root/faultline" run "$work/guest.elf" </dev/null >"$work/here.out" 2>"$work/here.err" || status=$?
    if [ "$status" -ne 0 ] || ! diff "$work/qemu.out" "$work/here.out" >"$work/diff" ||
        ! grep -q '^differential: ' "$work/here.out"; then
        echo "differential.sh: seed $image differs (exit status $status); QEMU is <, Faultline is >:" >&2
        head -n 40 "$work/diff" >&2
        head -n 5 "$work/here.err" >&2
        failed=$((failed + 1))
    fi
done
printf '%d instructions in %d images compared, %d images differ\n' $((images * sequences * length)) "$images" "$failed"
[ "$failed" -eq 0 ]

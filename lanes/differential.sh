#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Random instruction sequences on QEMU and here: registers, flags, system registers, memory and exceptions must be the
# same afterwards.
#
#   differential.sh [--seed N] [--count N] [--length N]     one image (default: seed 1, 400 sequences of 300 instructions)
#   differential.sh --long [--seed N]                       images from consecutive seeds, 1,000,000 instructions at least
#   differential.sh --show SEQUENCE [--seed N] [--length N] where the two part company, unit by unit
#
# The processor of QEMU is neoverse-n1: Armv8.2 with LSE, PAN and UAO, but without pointer authentication, like ours.

set -euo pipefail
# shellcheck source=lanes/build.sh
. "$(dirname "$0")/build.sh"

seed=1
count=400
length=300
long=no
show=
while [ $# -gt 0 ]; do
    case $1 in
        --long) long=yes ;;
        --seed | --count | --length | --show)
            [ $# -ge 2 ] || fail "$1 needs a number"
            declare "${1#--}=$2"
            shift
            ;;
        *) fail "unknown option '$1'; usage: differential.sh [--seed N] [--count N] [--length N] [--long | --show N]" ;;
    esac
    shift
done

need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu qemu-system-aarch64 qemu-system-arm
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
need "$java" openjdk-17-jdk-headless
work=$out/differential
here=$root/lanes/differential

# image SEED [ONLY]: builds $work/SEED.elf and sets instructions to what was generated.
image() {
    instructions=$("$java" "$here/Sequences.java" "$work/$1.S" "$1" "$count" "$length" "${@:2}")
    compile "$work/$1.o" "$work/$1.S" -Wa,--no-warn
    link "$work/$1.elf" "$work"/lib/*.o "$work/harness.o" "$work/enter.o" "$work/$1.o"
}

# compare SEED: the image on both.
compare() {
    run_on qemu "$work/$1.elf" 1 "$work/$1.qemu" 600
    run_on faultline "$work/$1.elf" 1 "$work/$1.faultline" 600
    cmp -s "$work/$1.qemu" "$work/$1.faultline"
}

# first_difference SEED: the number of the first entry that differs.
first_difference() {
    diff "$work/$1.qemu" "$work/$1.faultline" | awk '/^[<>] [0-9]+: / { print $2 + 0; exit }' || true
}

library "$work/lib"
compile "$work/harness.o" "$here/harness.c" -O2
compile "$work/enter.o" "$here/enter.S" -march=armv8.2-a

if [ -n "$show" ]; then
    image "$seed" "$show"
    compare "$seed" && {
        echo "sequence $show of seed $seed: every prefix leaves the same"
        exit 0
    }
    prefix=$(first_difference "$seed")
    echo "sequence $show of seed $seed at EL$((show % 2)): unit $((prefix - 1)) is the first that leaves something else"
    sed -n "/^s$prefix:/,/svc #0xffff/p" "$work/$seed.S" | sed -n "/^\/\/ unit $((prefix - 1))\$/,\$p"
    echo "before:"
    sed -n "/^$((prefix - 1)): /,/^$prefix: /p" "$work/$seed.qemu" | grep -E '^  (x|sp)' | paste -sd ' ' | fold -s -w 120
    echo "after (< QEMU, > Faultline):"
    diff <(sed -n "/^$((prefix - 1)): /,/^$((prefix + 1)): /p" "$work/$seed.qemu") \
        <(sed -n "/^$((prefix - 1)): /,/^$((prefix + 1)): /p" "$work/$seed.faultline") || true
    exit 1
fi

total=0
if [ "$long" = yes ]; then
    goal=1000000
    count=1000
else
    goal=1
fi
while [ "$total" -lt "$goal" ]; do
    image "$seed"
    compare "$seed" || {
        echo "seed $seed: these sequences left something else (< QEMU, > Faultline):" >&2
        diff "$work/$seed.qemu" "$work/$seed.faultline" | grep '^[<>]' | head -n 20 >&2 || true
        fail "see lanes/differential.sh --seed $seed --length $length --show $(first_difference "$seed")"
    }
    grep -q "^end: $count sequences" "$work/$seed.qemu" || fail "seed $seed: the image did not come to its end"
    printf 'seed %s: %s sequences, %s instructions and more by loops, the same on QEMU and here\n' "$seed" "$count" \
        "$instructions"
    total=$((total + instructions))
    seed=$((seed + 1))
done
printf '%s instructions in random sequences, no difference\n' "$total"

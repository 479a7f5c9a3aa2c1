#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Debian's U-Boot for QEMU's board as firmware at address 0, at EL1 and at EL2, on QEMU and here: the same commands
# typed at its prompt must be answered with the same lines.
#
# Needs qemu-system-aarch64 and apt.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"

# The empty lines stop the countdown. What U-Boot says before the first marker tells of devices that differ.
typed() {
    # shellcheck disable=SC2016 # U-Boot's variable
    printf '\n\n\n\nfdt addr ${fdtcontroladdr}\necho begin\n'
    cat "$here/commands.txt"
    printf 'echo end\npoweroff\n'
}

# answers CONSOLE: what lies between the markers, without the echo's carriage returns.
answers() {
    tr -d '\r' <"$1" | sed -n '/^begin$/,/^end$/p'
}

on_qemu() {
    typed | timeout 120 qemu-system-aarch64 -M "virt,gic-version=3,virtualization=$1" -cpu cortex-a57 -m 128 -nic none \
        -display none -monitor none -serial stdio -bios "$firmware" >"$2" || return 1
}

here() {
    typed | timeout 120 "$root/faultline" run "$firmware" --load-address 0 --el "$1" >"$2" || return 1
}

need qemu-system-aarch64 qemu-system-arm
work=$out/u-boot
mkdir -p "$work"
debian_file all u-boot-qemu 'usr/lib/u-boot/qemu_arm64/u-boot.bin'
firmware=$debian_file
for level in 1 2; do
    virtualization=off
    [ "$level" -eq 1 ] || virtualization=on
    on_qemu "$virtualization" "$work/qemu.$level" || fail "U-Boot on QEMU did not turn the machine off; see $work/qemu.$level"
    here "$level" "$work/here.$level" || fail "U-Boot did not turn the machine off; see $work/here.$level"
    answers "$work/qemu.$level" >"$work/qemu.$level.answers"
    answers "$work/here.$level" >"$work/here.$level.answers"
    lines=$(wc -l <"$work/here.$level.answers")
    [ "$lines" -gt "$(wc -l <"$here/commands.txt")" ] || fail "fewer answers than commands; see $work/here.$level"
    diff -u "$work/qemu.$level.answers" "$work/here.$level.answers" || fail "the answers at EL$level differ, see above"
    printf 'U-Boot at EL%s: %s lines of answers, the same\n' "$level" "$lines"
done

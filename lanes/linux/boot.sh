#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's arm64 kernel to a static init that says how many processors it has and turns the machine off.
#
#   boot.sh [--on faultline|qemu] [--backend ID] [--el 1|2] [--expect TEXT] CPUS...
#
# With --expect, the console must have a line with that text, too.
#
# Needs aarch64-linux-gnu-gcc and apt. When apt has no arm64 packages yet, the lane adds the architecture, for which it
# must be root. The kernel is kept in target/debian; DEBIAN_CACHE names another folder.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"
# shellcheck source=lanes/linux/payload.sh
. "$here/payload.sh"

on=faultline
expected='reboot: Power down'
options=()
while [ $# -gt 0 ]; do
    case $1 in
        --on | --backend | --el | --expect) [ $# -ge 2 ] || fail "$1 needs a value" ;;
        -*) fail "unknown option '$1'; usage: boot.sh [--on faultline|qemu] [--backend ID] [--el 1|2] [--expect TEXT] CPUS..." ;;
    esac
    case $1 in
        --on)
            on=$2
            shift 2
            ;;
        --expect)
            expected=$2
            shift 2
            ;;
        --backend | --el)
            options+=("$1" "$2")
            shift 2
            ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || set -- 1

boot() {
    local cpus=$1 console=$out/linux/console.$on.$1 status=0
    local command_line="console=ttyAMA0 earlycon $kernel_options"
    case $on in
        faultline)
            timeout 600 "$root/faultline" run "$kernel" --initrd "$ramdisk" --append "$command_line" \
                --cpus "$cpus" --memory 256M --stats "${options[@]}" </dev/null >"$console" 2>"$console.err" || status=$?
            ;;
        qemu)
            timeout 600 qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a57 -smp "$cpus" -m 256 -display none \
                -monitor none -serial stdio -kernel "$kernel" -initrd "$ramdisk" -append "$command_line" \
                </dev/null >"$console" || status=$?
            ;;
        *)
            fail "$on is neither faultline nor qemu"
            ;;
    esac
    if [ "$status" -ne 0 ] || ! grep -q "^faultline-init: $cpus processors on line" "$console" ||
        ! grep -qF -- "$expected" "$console"; then
        echo "boot.sh: the kernel did not boot on $cpus vCPUs of $on (exit status $status); its last lines:" >&2
        tail -n 30 "$console" >&2
        [ ! -f "$console.err" ] || tail -n 5 "$console.err" >&2
        return 1
    fi
    printf 'Linux on %s vCPUs of %s: %s console lines' "$cpus" "$on" "$(wc -l <"$console")"
    [ "$on" != faultline ] || printf ', %s instructions' "$(awk '$1 == "vmm.instructions" { print $2 }' "$console.err")"
    printf '\n'
}

[ "$on" != qemu ] || need qemu-system-aarch64 qemu-system-arm
mkdir -p "$out/linux"
linux_payload "$out/linux"
for cpus in "$@"; do boot "$cpus"; done

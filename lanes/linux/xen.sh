#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's arm64 kernel as a guest of the xen backend: it finds the hypervisor, takes the FIFO ABI, registers what
# each of its processors needs, writes to the paravirtual console, and turns the machine off.
#
#   xen.sh CPUS...
#
# Needs aarch64-linux-gnu-gcc and apt.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"
# shellcheck source=lanes/linux/payload.sh
. "$here/payload.sh"
[ $# -gt 0 ] || set -- 1 4
case $1 in
    -*) fail "unknown option '$1'; usage: xen.sh CPUS..." ;;
esac

# What the kernel says when it is well, on real Xen, too.
expected=('Xen 4\.[0-9]* support found' 'Grant tables using version 1 layout' 'Grant table initialized'
    'xen:events: Using FIFO-based ABI' 'Xen: initializing cpu0' 'xen:balloon: Initialising balloon driver'
    'reboot: Power down')

boot() {
    local cpus=$1 console=$work/console.$1 line status=0
    timeout 600 "$root/faultline" run "$kernel" --initrd "$ramdisk" --append "console=hvc0 $kernel_options" \
        --backend xen --cpus "$cpus" --memory 256M --stats </dev/null >"$console" 2>"$console.err" || status=$?
    sed -i 's/\r$//' "$console"
    for line in "${expected[@]}" "Xen: initializing cpu$((cpus - 1))" "^faultline-init: $cpus processors on line"; do
        if [ "$status" -ne 0 ] || ! grep -q -- "$line" "$console"; then
            echo "xen.sh: on $cpus vCPUs the kernel did not say '$line' (exit status $status); its last lines:" >&2
            tail -n 30 "$console" >&2
            tail -n 5 "$console.err" >&2
            return 1
        fi
    done
    printf 'Linux as a guest of the xen backend on %s vCPUs: %s console lines, %s instructions\n' "$cpus" \
        "$(wc -l <"$console")" "$(awk '$1 == "vmm.instructions" { print $2 }' "$console.err")"
}

work=$out/linux-xen
mkdir -p "$work"
linux_payload "$work"
for cpus in "$@"; do boot "$cpus"; done

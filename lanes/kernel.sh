#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# The guest kernel on QEMU and here, as a guest of KVM, of Xen and of Hyper-V: which tasks run where is each machine's own matter, but
# what they verify must be the same, and one processor must have gone and come back. Here it has to be told of pages.
#
#   kernel.sh [CPUS...]      1 2 4 8 if none are named

set -euo pipefail
# shellcheck source=lanes/build.sh
. "$(dirname "$0")/build.sh"

need qemu-system-aarch64 qemu-system-arm
[ $# -gt 0 ] || set -- 1 2 4 8
work=$out/kernel
mkdir -p "$work"

# What does not depend on time.
essence() {
    grep -E '^(FAILED|kernel: (pages verified|own pages verified|bytes wrong|went offline|came back|powering off))' "$1"
}

for cpus in "$@"; do
    for side in qemu faultline xen hyperv; do
        run_on "$side" "$root/guests/kernel.elf" "$cpus" "$work/$side.$cpus" 120 || fail "$cpus processors on $side"
        essence "$work/$side.$cpus" >"$work/$side.$cpus.essence" || fail "$cpus processors on $side: nothing was verified"
        grep -q '^kernel: bytes wrong 0$' "$work/$side.$cpus" || fail "$cpus processors on $side: wrong bytes"
    done
    for side in faultline xen hyperv; do
        cmp "$work/qemu.$cpus.essence" "$work/$side.$cpus.essence" || {
            diff "$work/qemu.$cpus.essence" "$work/$side.$cpus.essence" >&2 || true
            fail "$cpus processors: these lines differ (< QEMU, > $side)"
        }
        announced=$(sed -n 's/^kernel: announced //p' "$work/$side.$cpus")
        [ "$announced" -gt 256 ] || fail "$cpus processors on $side: told of $announced pages only"
        printf 'kernel on %s vCPUs: %s lines, the same on QEMU and here (%s: %s, told of %s pages)\n' "$cpus" \
            "$(wc -l <"$work/qemu.$cpus.essence")" "$side" \
            "$(sed -n 's/^kernel: \(route [a-z]*\),.*/\1/p' "$work/$side.$cpus")" "$announced"
    done
done

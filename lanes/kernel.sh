#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# The guest kernel on QEMU and here: which tasks run where is each machine's own matter, but what they verify must be the
# same, and one processor must have gone and come back.
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
    for side in qemu faultline; do
        run_on "$side" "$root/guests/kernel.elf" "$cpus" "$work/$side.$cpus" 120 || fail "$cpus processors on $side"
        essence "$work/$side.$cpus" >"$work/$side.$cpus.essence" || fail "$cpus processors on $side: nothing was verified"
        grep -q '^kernel: bytes wrong 0$' "$work/$side.$cpus" || fail "$cpus processors on $side: wrong bytes"
    done
    cmp "$work/qemu.$cpus.essence" "$work/faultline.$cpus.essence" || {
        diff "$work/qemu.$cpus.essence" "$work/faultline.$cpus.essence" >&2 || true
        fail "$cpus processors: these lines differ (< QEMU, > Faultline)"
    }
    printf 'kernel on %s vCPUs: %s lines, the same on QEMU and here\n' "$cpus" "$(wc -l <"$work/qemu.$cpus.essence")"
done

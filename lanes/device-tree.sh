#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Holds the device trees that describe machines against dtc: it must read them and find nothing to complain about.
#
# Needs dtc (device-tree-compiler).

set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v dtc >/dev/null || {
    echo "device-tree.sh: dtc is missing; apt-get install device-tree-compiler" >&2
    exit 2
}

for options in '--cpus 1' '--cpus 4 --el 2' '--cpus 64 --memory 1G' '--cpus 512' '--backend hyperv --cpus 4'; do
    # shellcheck disable=SC2086 # they are words
    "$root/faultline" run "$root/guests/hello.elf" $options --append 'console=ttyAMA0' --dump-dtb "$work/tree.dtb"
    # Names of nodes are those of QEMU's board, where the unit name is not a generic one.
    dtc -I dtb -O dts -o "$work/tree.dts" "$work/tree.dtb" 2>"$work/complaints"
    if [ -s "$work/complaints" ]; then
        echo "device-tree.sh: dtc complains about the tree of $options:" >&2
        cat "$work/complaints" >&2
        exit 1
    fi
    printf 'tree of %s: %d bytes, %d lines of source\n' "$options" "$(stat -c %s "$work/tree.dtb")" "$(wc -l <"$work/tree.dts")"
done

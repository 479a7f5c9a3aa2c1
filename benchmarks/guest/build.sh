#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Assembles the guest of the page fault benchmark.
#   build.sh           writes faults.bin where the benchmark looks for it
#   build.sh --check   assembles elsewhere and compares with the file that is there, byte by byte

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../src/main/resources/io/faultline/benchmarks/faults.bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

aarch64-linux-gnu-as -o "$work/faults.o" "$here/faults.S"
aarch64-linux-gnu-objcopy -O binary -j .text "$work/faults.o" "$work/faults.bin"
if [[ "${1:-}" == --check ]]; then
    cmp "$work/faults.bin" "$target"
else
    cp "$work/faults.bin" "$target"
fi

#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds a program of this folder.
#
#   build.sh NAME OUTPUT [FLAG...]     for example: build.sh sort /tmp/sort.elf -O2 -DMMU -DSCALE=100

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
name=$1
output=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

objects=()
for source in "$here"/../lib/*.S "$here"/../lib/*.c "$here"/main.c "$here"/mmu.c "$here/$name.c"; do
    object=$work/$(basename "$source").o
    aarch64-linux-gnu-gcc -ffreestanding -nostdlib -static -fno-pic -no-pie -march=armv8-a -mgeneral-regs-only \
        -mno-outline-atomics -mbranch-protection=none -ffixed-x18 -O2 -fno-tree-loop-distribute-patterns \
        -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common -Wall -Wextra -Werror "$@" -c "$source" \
        -o "$object"
    objects+=("$object")
done
aarch64-linux-gnu-ld -static --build-id=none -z noexecstack -z max-page-size=4096 --no-warn-rwx-segments \
    --fatal-warnings -T "$here/../lib/guest.ld" -o "$output" "${objects[@]}"

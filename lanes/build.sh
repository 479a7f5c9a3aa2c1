# shellcheck shell=bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# To be sourced by the lanes: builds bare-metal programs and runs them on QEMU or here. Sets root and out.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/target/lanes
mkdir -p "$out"

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# need COMMAND PACKAGE...: pairs of a command and the Debian package it comes in.
need() {
    while [ $# -gt 0 ]; do
        command -v "$1" >/dev/null 2>&1 || fail "$1 is not installed; apt-get install $2"
        shift 2
    done
}

# compile OBJECT SOURCE OPTION...: one file for a machine without floating point and without a C library.
compile() {
    local object=$1 source=$2
    shift 2
    aarch64-linux-gnu-gcc -std=gnu17 -ffreestanding -nostdlib -static -fno-pic -no-pie -march=armv8-a -mgeneral-regs-only \
        -mno-outline-atomics -mbranch-protection=none -ffixed-x18 -fno-tree-loop-distribute-patterns \
        -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common -Wall -Wextra -Werror \
        "$@" -c "$source" -o "$object"
}

# link OUTPUT OBJECT...
link() {
    local output=$1
    shift
    aarch64-linux-gnu-ld -static --build-id=none -z noexecstack -z max-page-size=4096 --no-warn-rwx-segments \
        --fatal-warnings -T "$root/guests/lib/guest.ld" -o "$output" "$@"
}

# library DIRECTORY: compiles guests/lib and the runtime of the programs; the objects are then DIRECTORY/*.o. They run
# before the MMU is on, so their accesses are aligned.
library() {
    local source
    rm -rf "$1"
    mkdir -p "$1"
    for source in "$root"/guests/lib/*.[cS] "$root"/guests/programs/runtime/translation.c; do
        compile "$1/$(basename "$source").o" "$source" -O2 -mstrict-align
    done
}

# run_on qemu|faultline|xen|hyperv ELF CPUS OUTPUT [SECONDS [LEVEL]]: runs a guest until it turns the machine off, on QEMU or
# here, with the best backend or with that in the style of Xen or of Hyper-V.
run_on() {
    local status=0 virtualization=off
    [ "${6:-1}" -eq 1 ] || virtualization=on
    case $1 in
        qemu)
            timeout "${5:-60}" qemu-system-aarch64 -M "virt,gic-version=3,virtualization=$virtualization" -cpu neoverse-n1 -smp "$3" -m 128 -display none \
                -monitor none -serial stdio -kernel "$2" </dev/null >"$4" 2>"$4.err" || status=$?
            ;;
        faultline | xen | hyperv)
            local choose=()
            [ "$1" = faultline ] || choose=(--backend "$1")
            timeout "${5:-60}" "$root/faultline" run "$2" "${choose[@]}" --cpus "$3" --el "${6:-1}" --memory 128M --max-instructions 100000000000 \
                --stats </dev/null >"$4" 2>"$4.err" || status=$?
            ;;
        *) fail "$1 is neither qemu, faultline, xen nor hyperv" ;;
    esac
    [ "$status" -eq 0 ] || {
        printf '%s: %s ended with status %s on %s; what it said last:\n' "${0##*/}" "$2" "$status" "$1" >&2
        tail -n 5 "$4" "$4.err" >&2
        return 1
    }
}

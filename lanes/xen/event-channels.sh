#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs guests/xen as a domain of Debian's Xen on QEMU and on the xen backend: every call on event channels in every state
# that a guest can bring about gives the same result and changes the same memory. differences.txt says where this version
# of Xen is known to answer otherwise.
#
#   event-channels.sh [--record FILE] [CPUS...]     with --record, what Xen says is written to FILE as well
#
# Needs aarch64-linux-gnu-gcc, qemu-system-aarch64, fdtput (device-tree-compiler) and apt.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"

record=
if [ "${1:-}" = --record ]; then
    [ $# -ge 2 ] || fail '--record needs a file'
    record=$2
    : >"$record"
    shift 2
fi
case ${1:-} in
    -*) fail "unknown option '$1'; usage: event-channels.sh [--record FILE] [CPUS...]" ;;
esac
[ $# -gt 0 ] || set -- 1 4

need qemu-system-aarch64 qemu-system-arm fdtput device-tree-compiler aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
readonly machine=virt,virtualization=on,gic-version=3
readonly guest_address=60000000 idle_address=62000000
# What Debian's Xen is: older than what the backend does when nothing is said.
readonly backend=xen:xen.version=4.17.7,xen.upcall=edge,xen.global-virq=silent,xen.vcpu-info-checks=older,xen.console=off,xen.store=none
work=$out/xen-events
mkdir -p "$work"

# image OUTPUT OFFSET OPTION...
image() {
    local output=$1 offset=$2
    shift 2
    aarch64-linux-gnu-gcc -c "-DOFFSET=$offset" "$@" "$here/image.S" -o "$output.o"
    aarch64-linux-gnu-objcopy -O binary "$output.o" "$output"
}

# module TREE PARENT ADDRESS FILE BOOTARGS
module() {
    local node=$2/module@$3
    fdtput -c "$1" "$node"
    fdtput -t s "$1" "$node" compatible multiboot,kernel multiboot,module
    fdtput -t x "$1" "$node" reg 0 "$3" 0 "$(printf %x "$(stat -c %s "$4")")"
    fdtput -t s "$1" "$node" bootargs "$5"
}

# describe TREE CPUS BOOTARGS: QEMU's tree, with two domains for Xen.
describe() {
    qemu-system-aarch64 -M "$machine,dumpdtb=$1" -cpu cortex-a57 -smp "$2" -m 1024 -display none -serial null -kernel "$xen" \
        2>/dev/null
    local domain=/chosen/domU1
    fdtput "$1" /chosen '#address-cells' 2
    fdtput "$1" /chosen '#size-cells' 2
    fdtput -t s "$1" /chosen xen,xen-bootargs \
        'console=dtuart dtuart=/pl011@9000000 noreboot dom0_mem=32M dom0_max_vcpus=1'
    module "$1" /chosen "$idle_address" "$work/idle" ''
    fdtput -c "$1" "$domain"
    fdtput -t s "$1" "$domain" compatible xen,domain
    fdtput "$1" "$domain" '#address-cells' 2
    fdtput "$1" "$domain" '#size-cells' 2
    fdtput "$1" "$domain" cpus "$2"
    fdtput "$1" "$domain" memory 0 65536
    fdtput "$1" "$domain" vpl011
    fdtput -t s "$1" "$domain" xen,enhanced no-xenstore
    module "$1" "$domain" "$guest_address" "$work/guest" "$3"
}

# The domain turns itself off, but neither Xen nor QEMU ends.
run_on_xen() {
    local cpus=$1 abi=$2 console=$work/console.$1.$2 qemu waited=0
    describe "$work/tree.dtb" "$cpus" "abi=$abi"
    rm -f "$console"
    qemu-system-aarch64 -M "$machine" -cpu cortex-a57 -smp "$cpus" -m 1024 -display none -monitor none \
        -serial "file:$console" -kernel "$xen" -dtb "$work/tree.dtb" \
        -device "loader,file=$work/guest,addr=0x$guest_address,force-raw=on" \
        -device "loader,file=$work/idle,addr=0x$idle_address,force-raw=on" </dev/null 2>"$console.err" &
    qemu=$!
    until grep -aq 'xen: powering off\|FAILED: \|Panic on CPU' "$console" 2>/dev/null || [ "$waited" -eq 1200 ] ||
        ! kill -0 "$qemu" 2>/dev/null; do
        sleep 0.5
        waited=$((waited + 1))
    done
    kill "$qemu" 2>/dev/null || true
    wait "$qemu" 2>/dev/null || true
    tr -d '\r' <"$console" | sed -n 's/^(XEN) DOM1: //p' >"$work/xen.$cpus.$abi"
    grep -q '^xen: powering off' "$work/xen.$cpus.$abi" || {
        tail -n 10 "$console" "$console.err" >&2
        fail "the guest did not come to its end on Xen with $cpus vCPUs"
    }
}

run_here() {
    timeout 600 "$root/faultline" run "$guest" --backend "$backend" --cpus "$1" --memory 128M --append "abi=$2 quick" \
        </dev/null >"$work/here.$1.$2" 2>"$work/here.$1.$2.err" || {
        tail -n 3 "$work/here.$1.$2" "$work/here.$1.$2.err" >&2
        fail "the guest did not come to its end on the xen backend with $1 vCPUs"
    }
}

# observations FILE: one a line, without those that may differ.
observations() {
    awk '/^ \+/ { line = line substr($0, 3); next } NR > 1 { print line } { line = $0 } END { print line }' "$1" |
        grep -v '^about: '
}

# as_known FILE: replaces what Xen is known to say otherwise, and lists in $work/used which lines did so.
as_known() {
    awk -v "used=$work/used" '
        NR == FNR && /^< / { from = substr($0, 3); next }
        NR == FNR && /^> / { to[from] = substr($0, 3); next }
        NR == FNR { next }
        $0 in to { print >>used; print to[$0]; next }
        { print }
    ' "$here/differences.txt" -
}

guest=$root/guests/xen.elf
debian_file arm64 'xen-hypervisor-[0-9.]+-arm64' 'boot/xen-*-arm64'
xen=$debian_file
check_image "$xen"
aarch64-linux-gnu-objcopy --set-section-flags .bss=alloc,load,contents -O binary "$guest" "$work/guest.bin"
image "$work/guest" 0xFF000 "-DGUEST=\"$work/guest.bin\""
image "$work/idle" 0x80000
: >"$work/used"
differences=0
for cpus in "$@"; do
    for abi in 2l fifo; do
        run_on_xen "$cpus" "$abi"
        run_here "$cpus" "$abi"
        observations "$work/xen.$cpus.$abi" >"$work/xen.lines"
        [ -z "$record" ] || { echo "=== $cpus vCPUs, abi=$abi" && cat "$work/xen.lines"; } >>"$record"
        as_known <"$work/xen.lines" >"$work/expected"
        observations "$work/here.$cpus.$abi" >"$work/found"
        if cmp -s "$work/expected" "$work/found"; then
            printf 'abi=%s on %s vCPUs: %s observations, the same from Xen on QEMU and here\n' "$abi" "$cpus" "$(wc -l <"$work/found")"
        else
            printf 'abi=%s on %s vCPUs, these lines differ (< Xen, > Faultline):\n' "$abi" "$cpus" >&2
            diff "$work/expected" "$work/found" | grep '^[<>]' | head -n 40 >&2 || true
            differences=$((differences + 1))
        fi
    done
done
unused=$(sed -n 's/^< //p' "$here/differences.txt" | grep -vxFf "$work/used" || true)
[ -z "$unused" ] || [ "$*" != '1 4' ] || fail "lines of differences.txt that Xen does not say: $unused"
[ "$differences" -eq 0 ] || fail "$differences runs differ"

#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Two domains of Debian's Xen on QEMU play ping-pong by event channels, guests/xen both of them. They say what two machines
# of one xen backend say, which the build's tests hold against the same lines (XenPairTest).
#
#   pair.sh [OFFERS BINDS]...      pairs of ABIs, fifo or 2l; all four if none are named
#
# Needs aarch64-linux-gnu-gcc, qemu-system-aarch64, fdtput (device-tree-compiler) and apt.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"
work=$out/xen-pair
# shellcheck source=lanes/xen/domains.sh
. "$here/domains.sh"

[ $# -gt 0 ] || set -- fifo fifo fifo 2l 2l fifo 2l 2l
[ $(($# % 2)) -eq 0 ] || fail 'usage: pair.sh [OFFERS BINDS]...'
readonly events=300 guest_address=60000000 other_address=61000000
mkdir -p "$work"

# name ABI
name() {
    case $1 in
        fifo) echo FIFO ;;
        2l) echo 2-level ;;
        *) fail "$1 is neither fifo nor 2l" ;;
    esac
}

expect() {
    cat <<END
xen: 1 processors, $(name "$1")
pair: port 1 is offered to domain 2
pair: status 2, domain 2
pair: $events events sent, $events received
pair: the other end is closed: status 1, domain 2, event 0
pair: send = 0
pair: close = 0
xen: powering off
xen: 1 processors, $(name "$2")
pair: port 1 is bound: status 2, domain 1, port 1
pair: there was an event at once
pair: $events events sent, $events received
pair: event 0, close = 0
pair: status 0
xen: powering off
END
}

# run CONSOLE POLICY OFFERS BINDS
run() {
    describe_host "$work/tree.dtb" 2 "xsm=$2"
    describe_domain "$work/tree.dtb" 2 "$other_address" 1 "pair=bind peer=1 events=$events abi=$4"
    describe_domain "$work/tree.dtb" 1 "$guest_address" 1 "pair=offer peer=2 events=$events abi=$3"
    run_xen "$work/tree.dtb" 2 "$1" 2 "${load[@]}"
}

images
mapfile -t load < <(loader "$guest_address" && loader "$other_address")
while [ $# -gt 0 ]; do
    console=$work/console.$1.$2
    expect "$1" "$2" >"$work/expected"
    run "$console" dummy "$1" "$2"
    { said "$console" 1 && said "$console" 2; } | grep -v '^about: \|^ +' >"$work/found" || true
    cmp -s "$work/expected" "$work/found" || {
        diff "$work/expected" "$work/found" >&2 || true
        tail -n 5 "$console" "$console.err" >&2
        fail "$1 with $2: these lines differ (< expected, > Xen)"
    }
    printf '%s offers, %s binds: %s events each way on Xen\n' "$1" "$2" "$events"
    shift 2
done
run "$work/console.silo" silo fifo fifo
said "$work/console.silo" 1 | grep -qx 'FAILED: a port for domain 2 is refused: -1' || {
    tail -n 5 "$work/console.silo" >&2
    fail "xsm=silo does not refuse to offer a port to another guest"
}
printf 'xsm=silo: refused on Xen, too\n'

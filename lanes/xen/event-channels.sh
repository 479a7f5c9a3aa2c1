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

work=$out/xen-events
# shellcheck source=lanes/xen/domains.sh
. "$here/domains.sh"
# What Debian's Xen is: older than what the backend does when nothing is said.
readonly backend=xen:xen.version=4.17.7,xen.upcall=edge,xen.global-virq=silent,xen.vcpu-info-checks=older,xen.console=off,xen.store=none
readonly guest_address=60000000
mkdir -p "$work"

run_on_xen() {
    local cpus=$1 abi=$2 console=$work/console.$1.$2 load
    describe_host "$work/tree.dtb" "$cpus"
    describe_domain "$work/tree.dtb" 1 "$guest_address" "$cpus" "abi=$abi"
    mapfile -t load < <(loader "$guest_address")
    run_xen "$work/tree.dtb" "$cpus" "$console" 1 "${load[@]}"
    said "$console" 1 >"$work/xen.$cpus.$abi"
    grep -q '^xen: powering off' "$work/xen.$cpus.$abi" || {
        tail -n 10 "$console" "$console.err" >&2
        printf 'the guest did not come to its end on Xen with %s vCPUs\n' "$cpus" >&2
        return 1
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

# The clock of QEMU is that of this machine, which may be taken away for longer than the guest waits for its processors. So Xen
# is asked again when it says something else. A difference that there is, it says each time.
readonly attempts=3

# compare CPUS ABI: whether one of so many runs on Xen says what the guest says here.
compare() {
    local cpus=$1 abi=$2 attempt
    observations "$work/here.$cpus.$abi" >"$work/found"
    : >"$work/xen.lines"
    for ((attempt = 1; attempt <= attempts; attempt++)); do
        run_on_xen "$cpus" "$abi" || continue
        observations "$work/xen.$cpus.$abi" >"$work/xen.lines"
        as_known <"$work/xen.lines" >"$work/expected"
        if cmp -s "$work/expected" "$work/found"; then
            printf 'abi=%s on %s vCPUs: %s observations, the same from Xen on QEMU and here\n' \
                "$abi" "$cpus" "$(wc -l <"$work/found")"
            return
        fi
        printf 'abi=%s on %s vCPUs, these lines differ in run %s of Xen (< Xen, > Faultline):\n' "$abi" "$cpus" "$attempt" >&2
        diff "$work/expected" "$work/found" | grep '^[<>]' | head -n 40 >&2 || true
    done
    return 1
}

images
: >"$work/used"
differences=0
for cpus in "$@"; do
    for abi in 2l fifo; do
        run_here "$cpus" "$abi"
        compare "$cpus" "$abi" || differences=$((differences + 1))
        [ -z "$record" ] || { echo "=== $cpus vCPUs, abi=$abi" && cat "$work/xen.lines"; } >>"$record"
    done
done
unused=$(sed -n 's/^< //p' "$here/differences.txt" | grep -vxFf "$work/used" || true)
[ -z "$unused" ] || [ "$*" != '1 4' ] || fail "lines of differences.txt that Xen does not say: $unused"
[ "$differences" -eq 0 ] || fail "$differences runs differ"

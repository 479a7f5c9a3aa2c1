#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's build of the Xen hypervisor at EL2, and on it Debian's arm64 kernel as domain 0, which says how many
# processors it has and turns the machine off: two levels of translation, virtual interrupts by list registers, traps
# to EL2 and back, none of it written for this machine.
#
#   boot.sh CPUS...
#
# Needs aarch64-linux-gnu-gcc, fdtput (device-tree-compiler) and apt.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"
# shellcheck source=lanes/linux/payload.sh
. "$here/../linux/payload.sh"
[ $# -gt 0 ] || set -- 1
case $1 in
    -*) fail "unknown option '$1'; usage: boot.sh CPUS..." ;;
esac

readonly alignment=$((2 * 1024 * 1024))
readonly xen_options="console=dtuart dtuart=/pl011@9000000 noreboot dom0_mem=256M"

# little_endian VALUE: eight octal escapes for printf.
little_endian() {
    local i
    for i in 0 8 16 24 32 40 48 56; do printf '\\%03o' $((($1 >> i) & 255)); done
}

# join XEN KERNEL OUTPUT: one Image with the kernel behind Xen's BSS. Sets offset.
join() {
    local size
    size=$(image_field "$1" 16)
    offset=$(((size + alignment - 1) / alignment * alignment))
    cp "$1" "$3"
    truncate -s "$offset" "$3"
    cat "$2" >>"$3"
    # shellcheck disable=SC2059 # the format is what is meant
    printf "$(little_endian "$(stat -c %s "$3")")" | dd of="$3" bs=1 seek=16 conv=notrunc 2>/dev/null
}

# describe TREE ADDRESS SIZE: tells Xen where the kernel of domain 0 is.
describe() {
    local node
    node=/chosen/module@$(printf %x "$2")
    fdtput "$1" /chosen '#address-cells' 2
    fdtput "$1" /chosen '#size-cells' 2
    fdtput -c "$1" "$node"
    fdtput -t s "$1" "$node" compatible multiboot,kernel multiboot,module
    fdtput -t x "$1" "$node" reg 0 "$(printf %x "$2")" 0 "$(printf %x "$3")"
    fdtput -t s "$1" "$node" bootargs "console=hvc0 earlycon=xen $kernel_options"
}

boot() {
    local cpus=$1 console=$work/console.$1 tree=$work/tree.$1.dtb status=0
    local arguments=(run "$work/image" --el 2 --cpus "$cpus" --memory 512M --initrd "$ramdisk" --append "$xen_options")
    "$root/faultline" "${arguments[@]}" --dump-dtb "$tree"
    describe "$tree" $((0x40200000 + $(image_field "$work/image" 8) + offset)) "$(stat -c %s "$kernel")"
    timeout 600 "$root/faultline" "${arguments[@]}" --dtb "$tree" --stats </dev/null >"$console" 2>"$console.err" ||
        status=$?
    if [ "$status" -ne 0 ] || ! grep -q "^faultline-init: $cpus processors on line" "$console"; then
        echo "boot.sh: Xen did not boot domain 0 on $cpus vCPUs (exit status $status); its last lines:" >&2
        tail -n 30 "$console" >&2
        tail -n 5 "$console.err" >&2
        return 1
    fi
    printf 'Xen and Linux on %s vCPUs: %s console lines, %s instructions\n' "$cpus" "$(wc -l <"$console")" \
        "$(awk '$1 == "vmm.instructions" { print $2 }' "$console.err")"
}

need fdtput device-tree-compiler
work=$out/xen
mkdir -p "$work"
linux_payload "$work"
debian_file arm64 'xen-hypervisor-[0-9.]+-arm64' 'boot/xen-*-arm64'
check_image "$debian_file"
join "$debian_file" "$kernel" "$work/image"
for cpus in "$@"; do boot "$cpus"; done

# shellcheck shell=bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# To be sourced by lanes that run guests/xen as domains of Debian's Xen on QEMU, after build.sh and debian.sh, and with
# work set, the folder for files. Sets guest and what follows.

readonly machine=virt,virtualization=on,gic-version=3
readonly idle_address=62000000
guest=${root:?}/guests/xen.elf
: "${work:?}"

need qemu-system-aarch64 qemu-system-arm fdtput device-tree-compiler aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu

# image OUTPUT OFFSET OPTION...
image() {
    local output=$1 offset=$2
    shift 2
    aarch64-linux-gnu-gcc -c "-DOFFSET=$offset" "$@" "$root/lanes/xen/image.S" -o "$output.o"
    aarch64-linux-gnu-objcopy -O binary "$output.o" "$output"
}

# images: fetches Xen, and makes images of the guest and of a domain 0 that does nothing, in $work.
images() {
    debian_file arm64 'xen-hypervisor-[0-9.]+-arm64' 'boot/xen-*-arm64'
    xen=${debian_file:?}
    check_image "$xen"
    aarch64-linux-gnu-objcopy --set-section-flags .bss=alloc,load,contents -O binary "$guest" "$work/guest.bin"
    image "$work/guest" 0xFF000 "-DGUEST=\"$work/guest.bin\""
    image "$work/idle" 0x80000
}

# module TREE PARENT ADDRESS FILE BOOTARGS
module() {
    local node=$2/module@$3
    fdtput -c "$1" "$node"
    fdtput -t s "$1" "$node" compatible multiboot,kernel multiboot,module
    fdtput -t x "$1" "$node" reg 0 "$3" 0 "$(printf %x "$(stat -c %s "$4")")"
    fdtput -t s "$1" "$node" bootargs "$5"
}

# describe_host TREE CPUS [XEN_ARGUMENT]: QEMU's tree, with a domain 0 for Xen.
describe_host() {
    qemu-system-aarch64 -M "$machine,dumpdtb=$1" -cpu cortex-a57 -smp "$2" -m 1024 -display none -serial null -kernel "$xen" \
        2>/dev/null
    fdtput "$1" /chosen '#address-cells' 2
    fdtput "$1" /chosen '#size-cells' 2
    fdtput -t s "$1" /chosen xen,xen-bootargs \
        "console=dtuart dtuart=/pl011@9000000 noreboot dom0_mem=32M dom0_max_vcpus=1${3:+ $3}"
    module "$1" /chosen "$idle_address" "$work/idle" ''
}

# describe_domain TREE NUMBER ADDRESS CPUS BOOTARGS: a domain before the others, with the guest from this address. Xen numbers
# them in their order.
describe_domain() {
    local domain=/chosen/domU$2
    fdtput -c "$1" "$domain"
    fdtput -t s "$1" "$domain" compatible xen,domain
    fdtput "$1" "$domain" '#address-cells' 2
    fdtput "$1" "$domain" '#size-cells' 2
    fdtput "$1" "$domain" cpus "$4"
    fdtput "$1" "$domain" memory 0 65536
    fdtput "$1" "$domain" vpl011
    fdtput -t s "$1" "$domain" xen,enhanced no-xenstore
    module "$1" "$domain" "$3" "$work/guest" "$5"
}

# run_xen TREE CPUS CONSOLE COUNT LOADER...: until so many domains have come to their ends: they turn themselves off, but
# neither Xen nor QEMU ends.
run_xen() {
    local tree=$1 cpus=$2 console=$3 count=$4 qemu waited=0
    shift 4
    rm -f "$console"
    qemu-system-aarch64 -M "$machine" -cpu cortex-a57 -smp "$cpus" -m 1024 -display none -monitor none \
        -serial "file:$console" -kernel "$xen" -dtb "$tree" "$@" \
        -device "loader,file=$work/idle,addr=0x$idle_address,force-raw=on" </dev/null 2>"$console.err" &
    qemu=$!
    until [ "$(grep -ac 'xen: powering off' "$console" 2>/dev/null)" = "$count" ] ||
        grep -aq 'FAILED: \|Panic on CPU' "$console" 2>/dev/null || [ "$waited" -eq 1200 ] || ! kill -0 "$qemu" 2>/dev/null; do
        sleep 0.5
        waited=$((waited + 1))
    done
    kill "$qemu" 2>/dev/null || true
    wait "$qemu" 2>/dev/null || true
}

# loader ADDRESS: QEMU's option that puts the guest there.
loader() {
    printf -- '-device\nloader,file=%s,addr=0x%s,force-raw=on\n' "$work/guest" "$1"
}

# said CONSOLE DOMAIN: what a domain has said.
said() {
    tr -d '\r' <"$1" | sed -n "s/^(XEN) DOM$2: //p"
}

#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's arm64 kernel to a static init that says how many processors it has and turns the machine off.
#
#   boot.sh [--on faultline|qemu] [--backend ID] [--el 1|2] CPUS...
#
# Needs aarch64-linux-gnu-gcc and apt. When apt has no arm64 packages yet, the lane adds the architecture, for which it
# must be root. The kernel is kept in target/linux; LINUX_CACHE names another folder.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${LINUX_CACHE:-$root/target/linux}

# The version is looked up, so that the lane keeps working when Debian's security archive moves on.
series=6.12
flavour=cloud-arm64

on=faultline
options=()
complain() {
    printf 'boot.sh: %s\n' "$*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --on | --backend | --el) [ $# -ge 2 ] || complain "$1 needs a value" ;;
        -*) complain "unknown option '$1'; usage: boot.sh [--on faultline|qemu] [--backend ID] [--el 1|2] CPUS..." ;;
    esac
    case $1 in
        --on)
            on=$2
            shift 2
            ;;
        --backend)
            options+=(--backend "$2")
            shift 2
            ;;
        --el)
            options+=(--el "$2")
            shift 2
            ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || set -- 1

# What the boot spends most of its instructions on and no guest needs: self-tests, certificates, BPF type information.
blacklist=blake2s_mod_init,jent_mod_init,trace_eval_init,load_system_certificate_list,bpf_dummy_struct_ops_init
blacklist+=,bpf_fs_kfuncs_init,bpf_key_sig_kfuncs_init,bpf_kfunc_init,bpf_kprobe_multi_kfuncs_init
blacklist+=,bpf_mptcp_kfunc_init,bpf_prog_test_run_init,bpf_rstat_kfunc_init,bpf_tcp_ca_kfunc_init
blacklist+=,cpumask_kfunc_init,crypto_kfunc_init,kfunc_init,init_subsystem,xdp_metadata_init,btf_vmlinux_init
blacklist+=,cubictcp_register,tcp_cubic_kfunc_init,init_encrypted
command_line="console=ttyAMA0 earlycon nokaslr mitigations=off cryptomgr.notests=1 initcall_blacklist=$blacklist"

# The newest package that apt knows, nothing if there is none.
package() {
    apt-cache --names-only search "^linux-image-$series\.[0-9]+\+deb12-$flavour\$" | awk '{ print $1 }' | sort -V | tail -n 1
}

# quietly COMMAND...: what it says is shown only if it fails.
quietly() {
    "$@" >"$cache/apt.log" 2>&1 || {
        cat "$cache/apt.log" >&2
        complain "'$*' failed, see above"
    }
}

fetch() {
    local package work
    package=$(package)
    if [ -z "$package" ]; then
        quietly dpkg --add-architecture arm64
        quietly apt-get update
        package=$(package)
        [ -n "$package" ] || complain "apt knows no linux-image-$series...-$flavour, even after apt-get update"
    fi
    kernel=$cache/$package/vmlinuz
    if [ ! -f "$kernel" ]; then
        work=$(mktemp -d "$cache/fetch.XXXXXX")
        chmod 755 "$work"
        (
            cd "$work"
            # A list that is too old names files that are gone.
            apt-get download "$package:arm64" >download.log 2>&1 || {
                quietly apt-get update
                quietly apt-get download "$package:arm64"
            }
        )
        dpkg-deb -x "$work"/*.deb "$work/files"
        mkdir -p "$cache/$package"
        mv "$work"/files/boot/vmlinuz-* "$kernel"
        rm -rf "$work"
    fi
    # Bytes 56 to 59 of an arm64 Image.
    [ "$(dd if="$kernel" bs=4 skip=14 count=1 2>/dev/null | tr -d '\0')" = 'ARMd' ] ||
        complain "$kernel is not an uncompressed arm64 Image; remove it and try again"
}

# pad SIZE: zeros up to the next multiple of four.
pad() {
    head -c "$(((4 - $1 % 4) % 4))" /dev/zero
}

# entry NAME MODE MAJOR MINOR [FILE]: one member of a cpio archive of the kind "newc".
entry() {
    local size=0
    [ -z "${5:-}" ] || size=$(stat -c %s "$5")
    inode=$((inode + 1))
    printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\0' \
        "$inode" "$2" 0 0 1 0 "$size" 0 0 "$3" "$4" $((${#1} + 1)) 0 "$1"
    pad $((110 + ${#1} + 1))
    [ -z "${5:-}" ] || cat "$5"
    pad "$size"
}

# Written by hand, because a device file takes a superuser to make.
ramdisk() {
    aarch64-linux-gnu-gcc -Os -ffreestanding -nostdlib -static -mgeneral-regs-only -fno-stack-protector -s \
        -Wall -Wextra -Werror -o "$cache/init" "$here/init.c"
    inode=0
    {
        entry dev $((0040755)) 0 0
        entry dev/console $((0020600)) 5 1
        entry init $((0100755)) 0 0 "$cache/init"
        entry 'TRAILER!!!' 0 0 0
    } >"$cache/initrd"
}

boot() {
    local cpus=$1 console=$cache/console.$on.$1 status=0
    case $on in
        faultline)
            timeout 600 "$root/faultline" run "$kernel" --initrd "$cache/initrd" --append "$command_line" \
                --cpus "$cpus" --memory 256M --stats "${options[@]}" </dev/null >"$console" 2>"$console.err" || status=$?
            ;;
        qemu)
            timeout 600 qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a57 -smp "$cpus" -m 256 -display none \
                -monitor none -serial stdio -kernel "$kernel" -initrd "$cache/initrd" -append "$command_line" \
                </dev/null >"$console" || status=$?
            ;;
        *)
            complain "$on is neither faultline nor qemu"
            ;;
    esac
    if [ "$status" -ne 0 ] || ! grep -q "^faultline-init: $cpus processors on line" "$console"; then
        echo "boot.sh: the kernel did not boot on $cpus vCPUs of $on (exit status $status); its last lines:" >&2
        tail -n 30 "$console" >&2
        [ ! -f "$console.err" ] || tail -n 5 "$console.err" >&2
        return 1
    fi
    printf 'Linux on %s vCPUs of %s: %s console lines' "$cpus" "$on" "$(wc -l <"$console")"
    [ "$on" != faultline ] || printf ', %s instructions' "$(awk '$1 == "vmm.instructions" { print $2 }' "$console.err")"
    printf '\n'
}

for tool in aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu apt-get:apt dpkg-deb:dpkg qemu-system-aarch64:qemu-system-arm; do
    command -v "${tool%:*}" >/dev/null || complain "${tool%:*} is not installed; apt-get install ${tool#*:}"
done
mkdir -p "$cache"
fetch
ramdisk
for cpus in "$@"; do boot "$cpus"; done

#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's arm64 kernel to a static init that says how many processors it has and turns the machine off.
#
#   boot.sh [--on faultline|qemu] [--keep DIR] CPUS...
#
# Needs apt with an arm64 package index (dpkg --add-architecture arm64; apt-get update), aarch64-linux-gnu-gcc and cpio.
# The kernel is kept in target/linux.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/target/linux

# The version is looked up, so that the lane keeps working when Debian's security archive moves on.
series=6.12
flavour=cloud-arm64

on=faultline
options=()
while [ $# -gt 0 ]; do
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

fetch() {
    local package
    package=$(apt-cache --names-only search "^linux-image-$series\.[0-9]+\+deb12-$flavour\$" | awk '{ print $1 }' |
        sort -V | tail -n 1)
    [ -n "$package" ] || {
        echo "boot.sh: apt knows no linux-image-$series...-$flavour; run dpkg --add-architecture arm64; apt-get update" >&2
        exit 1
    }
    [ -f "$cache/$package/vmlinuz" ] || {
        mkdir -p "$cache/$package"
        (cd "$cache/$package" && apt-get download "$package:arm64" >download.log 2>&1) || {
            cat "$cache/$package/download.log" >&2
            exit 1
        }
        dpkg-deb -x "$cache/$package"/*.deb "$cache/$package/files"
        cp "$cache/$package"/files/boot/vmlinuz-* "$cache/$package/vmlinuz"
        rm -rf "$cache/$package/files" "$cache/$package"/*.deb
    }
    kernel=$cache/$package/vmlinuz
}

ramdisk() {
    local tree=$cache/root
    rm -rf "$tree"
    mkdir -p "$tree/dev"
    aarch64-linux-gnu-gcc -Os -ffreestanding -nostdlib -static -mgeneral-regs-only -fno-stack-protector \
        -Wall -Wextra -Werror -o "$tree/init" "$here/init.c"
    aarch64-linux-gnu-strip "$tree/init"
    mknod "$tree/dev/console" c 5 1
    (cd "$tree" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc) >"$cache/initrd"
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
            echo "boot.sh: $on is neither faultline nor qemu" >&2
            exit 2
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

mkdir -p "$cache"
fetch
ramdisk
for cpus in "$@"; do boot "$cpus"; done

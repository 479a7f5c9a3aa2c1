# shellcheck shell=bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# To be sourced after debian.sh: Debian's arm64 kernel and an initial ramdisk whose init says how many processors there
# are and turns the machine off. Sets kernel, ramdisk and kernel_options.
# shellcheck disable=SC2154 # root and debian_file come from the other two

# What the boot spends most of its instructions on and no guest needs: self-tests, certificates, BPF type information.
kernel_options=nokaslr
kernel_options+=' mitigations=off cryptomgr.notests=1 initcall_blacklist=blake2s_mod_init,jent_mod_init,trace_eval_init'
kernel_options+=,load_system_certificate_list,bpf_dummy_struct_ops_init
kernel_options+=,bpf_fs_kfuncs_init,bpf_key_sig_kfuncs_init,bpf_kfunc_init,bpf_kprobe_multi_kfuncs_init
kernel_options+=,bpf_mptcp_kfunc_init,bpf_prog_test_run_init,bpf_rstat_kfunc_init,bpf_tcp_ca_kfunc_init
kernel_options+=,cpumask_kfunc_init,crypto_kfunc_init,kfunc_init,init_subsystem,xdp_metadata_init,btf_vmlinux_init
kernel_options+=,cubictcp_register,tcp_cubic_kfunc_init,init_encrypted

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

# user_program OUTPUT SOURCE...: a static program for user space, without a C library.
user_program() {
    aarch64-linux-gnu-gcc -std=gnu17 -Os -ffreestanding -nostdlib -static -mgeneral-regs-only -fno-stack-protector \
        -fno-tree-loop-distribute-patterns -s -Wall -Wextra -Werror -o "$1" "${@:2}"
}

# linux_ramdisk DIRECTORY [NAME=FILE]...: DIRECTORY/initrd with DIRECTORY/init, a console, and more files, whose folders
# have to be named before them, as NAME=. The archive is written by hand, because a device file takes a superuser to make.
linux_ramdisk() {
    local directory=$1 more
    shift
    ramdisk=$directory/initrd
    inode=0
    {
        entry dev $((0040755)) 0 0
        entry dev/console $((0020600)) 5 1
        entry init $((0100755)) 0 0 "$directory/init"
        for more in "$@"; do
            if [ -n "${more#*=}" ]; then
                entry "${more%%=*}" $((0100755)) 0 0 "${more#*=}"
            else
                entry "${more%%=*}" $((0040755)) 0 0
            fi
        done
        entry 'TRAILER!!!' 0 0 0
    } >"$ramdisk"
}

# linux_kernel: sets kernel.
linux_kernel() {
    need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
    debian_file arm64 'linux-image-6\.12\.[0-9]+\+deb12-cloud-arm64' 'boot/vmlinuz-*'
    kernel=$debian_file
    check_image "$kernel"
}

# linux_payload DIRECTORY
linux_payload() {
    linux_kernel
    user_program "$1/init" "$root/lanes/linux/init.c"
    linux_ramdisk "$1"
}

#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Every SDEI call in every state of an event, at EL1 and at EL2: Trusted Firmware-A on QEMU and the kvm backend with
# profile=tfa give the same answers. TF-A is built from Debian's source package and kept in target/debian.
#
#   sdei.sh [--record]     with --record, what TF-A says becomes the expectation of the JUnit test as well

set -euo pipefail
# shellcheck source=lanes/build.sh
. "$(dirname "$0")/../build.sh"
# shellcheck source=lanes/debian.sh
. "$(dirname "$0")/../debian.sh"

here=$root/lanes/tf-a
package=arm-trusted-firmware
expectation=$root/cli/src/test/resources/io/faultline/cli/sdei-of-tf-a.txt
need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu qemu-system-aarch64 qemu-system-arm make make gcc gcc openssl libssl-dev

record=no
case "$#:${1:-}" in
    0:) ;;
    1:--record) record=yes ;;
    *) fail 'usage: sdei.sh [--record]' ;;
esac

# source_package: downloads and unpacks TF-A, without touching the apt sources of this machine.
source_package() {
    local lists=$debian_cache/source-lists work
    work=$(mktemp -d "$debian_cache/fetch.XXXXXX")
    mkdir -p "$lists/partial"
    echo 'deb-src http://deb.debian.org/debian bookworm main' >"$work/sources.list"
    local options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$lists")
    quietly apt-get "${options[@]}" update
    (cd "$work" && quietly apt-get "${options[@]}" source --download-only "$package")
    mkdir "$work/files"
    tar -C "$work/files" --strip-components=1 -xf "$work/$package"_*.orig.tar.xz
    mv "$work/files" "$1"
    rm -rf "$work"
}

# port DIRECTORY: gives QEMU's platform the events of qemu_sdei.c and the priorities that they need.
port() {
    local platform=$1/plat/qemu/qemu
    cp "$here/qemu_sdei.c" "$1/plat/qemu/common/qemu_sdei.c"
    sed -i '/^#define PLATFORM_G1S_PROPS(grp)/,/^$/{/QEMU_IRQ_SEC_SGI_0,/{N;d}}
        s/^#define PLATFORM_G0_PROPS(grp)$/#define PLATFORM_G0_PROPS(grp) \\\n\tINTR_PROP_DESC(QEMU_IRQ_SEC_SGI_0, PLAT_SDEI_NORMAL_PRI, (grp), GIC_INTR_CFG_EDGE)\n#define PLAT_PRI_BITS 3\n#define PLAT_SDEI_CRITICAL_PRI 0x60\n#define PLAT_SDEI_NORMAL_PRI 0x70/' \
        "$platform/include/platform_def.h"
    grep -q PLAT_SDEI_CRITICAL_PRI "$platform/include/platform_def.h" || fail "the platform of TF-A has changed; see port() in $0"
    printf 'BL31_SOURCES += plat/qemu/common/qemu_sdei.c\nTF_LDFLAGS += --no-warn-rwx-segments\n' >>"$platform/platform.mk"
}

firmware=$debian_cache/tf-a-sdei.bin
if [ ! -f "$firmware" ]; then
    sources=$debian_cache/$package-source
    rm -rf "$sources"
    source_package "$sources"
    port "$sources"
    aarch64-linux-gnu-gcc -c "$here/enter.S" -o "$out/enter.o"
    aarch64-linux-gnu-objcopy -O binary "$out/enter.o" "$out/enter.bin"
    quietly make -C "$sources" -j2 CROSS_COMPILE=aarch64-linux-gnu- PLAT=qemu SDEI_SUPPORT=1 EL3_EXCEPTION_HANDLING=1 \
        QEMU_USE_GIC_DRIVER=QEMU_GICV3 "BL33=$out/enter.bin" all fip
    built=$sources/build/qemu/release
    cp "$built/bl1.bin" "$firmware.part"
    truncate -s 262144 "$firmware.part"
    cat "$built/fip.bin" >>"$firmware.part"
    truncate -s 64M "$firmware.part"
    mv "$firmware.part" "$firmware"
fi

guest=$root/guests/sdei.elf
differences=0
for level in 1 2; do
    virtualization=off
    [ "$level" -eq 1 ] || virtualization=on
    timeout 120 qemu-system-aarch64 -M "virt,secure=on,virtualization=$virtualization,gic-version=3" -cpu max,pauth=off -smp 2 -m 1024 \
        -display none -monitor none -serial stdio -bios "$firmware" -device "loader,file=$guest" </dev/null 2>"$out/tf-a.err" |
        tr -d '\r' | grep -av '^NOTICE:\|^ERROR:' >"$out/sdei.tf-a.$level" || fail "TF-A did not turn off; see $out/tf-a.err"
    # Version 2.8 is older than the change after which EVENT_SIGNAL refuses a PE that is not ready.
    timeout 120 "$root/faultline" run "$guest" --el "$level" --cpus 2 --backend kvm:profile=tfa,sdei.signal-not-ready=accept \
        --memory 128M </dev/null >"$out/sdei.faultline.$level"
    if cmp -s "$out/sdei.tf-a.$level" "$out/sdei.faultline.$level"; then
        printf 'at EL%s: %s lines, the same from TF-A on QEMU and here\n' "$level" "$(wc -l <"$out/sdei.tf-a.$level")"
    else
        printf 'at EL%s these lines differ (< TF-A, > Faultline):\n' "$level" >&2
        diff "$out/sdei.tf-a.$level" "$out/sdei.faultline.$level" | head -n 20 >&2 || true
        differences=$((differences + 1))
    fi
done
if [ $record = yes ]; then
    mkdir -p "$(dirname "$expectation")"
    cp "$out/sdei.tf-a.1" "$expectation"
    echo "recorded ${expectation#"$root"/}"
elif ! cmp "$out/sdei.tf-a.1" "$expectation"; then
    fail 'the JUnit test expects something else than what TF-A says; run this with --record'
fi
[ "$differences" -eq 0 ] || fail "$differences levels differ"

#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Tests the SDEI client driver of Debian's arm64 kernel: the kernel takes the machine from ACPI tables and enables the SDEI
# event of their error source, the VMM injects a memory error, and the kernel must print what it was told, take the page
# out of use, and turn the machine off.
#
#   hardware-error.sh [--backend ID] [--el 1|2] CPUS...
#
# Needs aarch64-linux-gnu-gcc and apt, as boot.sh does. The kernel is kept in target/debian; DEBIAN_CACHE names another
# folder. When iasl (acpica-tools) is installed, it reads the tables, too.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"
# shellcheck source=lanes/linux/payload.sh
. "$here/payload.sh"

# Two errors: one as soon as the kernel listens, in a page that nobody uses, one later in the kernel's own code, which it
# cannot do without.
free_page=0x4e000000
kernel_page=0x40200000
options=()
while [ $# -gt 0 ]; do
    case $1 in
        --backend | --el)
            [ $# -ge 2 ] || fail "$1 needs a value"
            options+=("$1" "$2")
            shift 2
            ;;
        -*) fail "unknown option '$1'; usage: hardware-error.sh [--backend ID] [--el 1|2] CPUS..." ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || set -- 1

# What the console must say, one basic regular expression a line. Which record the kernel prints first is a matter of
# which processor took it.
expected() {
    cat <<EOF
ACPI: HEST 0x
psci: probing for conduit method from ACPI
sdei: SDEIv1\.[01] (0x[0-9a-f]*) detected in firmware
GHES: APEI firmware first mode is enabled by APEI bit
{1}\[Hardware Error\]: Hardware error from APEI Generic Hardware Error Source: 0
{1}\[Hardware Error\]: event severity: recoverable
{1}\[Hardware Error\]:   section_type: memory error
{1}\[Hardware Error\]:   physical_address: 0x00000000${free_page#0x}
{1}\[Hardware Error\]:   error_type: 3, multi-bit ECC
{2}\[Hardware Error\]:   physical_address: 0x00000000${kernel_page#0x}
Memory failure: 0x4e000: recovery action for free buddy page: Recovered
Memory failure: 0x40200: .* page
^faultline-init: $1 processors on line
reboot: Power down
EOF
}

unwanted='Kernel panic|Failed to enable APEI|BUG:|WARNING:|Unhandled'

inject() {
    local cpus=$1 console=$out/linux/error.$1 status=0 line missing=0
    timeout 600 "$root/faultline" run "$kernel" --initrd "$ramdisk" --append "console=ttyAMA0 $kernel_options" \
        --cpus "$cpus" --memory 256M --acpi --inject-memory-error "$free_page" \
        --inject-memory-error "$kernel_page@260M" --stats "${options[@]}" \
        </dev/null >"$console" 2>"$console.err" || status=$?
    while IFS= read -r line; do
        grep -q -- "$line" "$console" || {
            echo "hardware-error.sh: the console on $cpus vCPUs has no line with '$line'" >&2
            missing=1
        }
    done < <(expected "$cpus")
    if grep -qE "$unwanted" "$console"; then
        grep -E "$unwanted" "$console" >&2
        missing=1
    fi
    if [ "$status" -ne 0 ] || [ "$missing" -ne 0 ] ||
        [ "$(grep -c 'and the guest acknowledged it' "$console.err")" -ne 2 ]; then
        echo "hardware-error.sh: failed on $cpus vCPUs (exit status $status); the last lines of console and errors:" >&2
        tail -n 30 "$console" >&2
        head -n 5 "$console.err" >&2
        return 1
    fi
    printf 'Linux on %s vCPUs was told of 2 memory errors:\n' "$cpus"
    grep -F '{1}[Hardware Error]' "$console"
}

# iasl reads what the kernel reads, and compiles what it has read again.
disassemble() {
    local tables=$out/linux/acpi log=$out/linux/iasl.log
    rm -rf "$tables"
    "$root/faultline" run "$kernel" --cpus "$1" --memory 512M --dump-acpi "$tables"
    (cd "$tables" && iasl -d ./*.aml && iasl -tc DSDT.dsl) >"$log" 2>&1 || {
        cat "$log" >&2
        fail "iasl does not take the ACPI tables"
    }
    if grep -E 'Incorrect checksum|Invalid|Unknown|\*\*\*\*' "$tables"/*.dsl; then
        fail "iasl finds something wrong with the ACPI tables, see above"
    fi
    printf 'ACPI tables of %s vCPUs: %s, read by iasl\n' "$1" "$(cd "$tables" && echo *.aml)"
}

mkdir -p "$out/linux"
linux_payload "$out/linux"
if command -v iasl >/dev/null; then
    disassemble 1
    disassemble 300
else
    echo "hardware-error.sh: iasl is missing (apt-get install acpica-tools), so it does not read the tables"
fi
for cpus in "$@"; do inject "$cpus"; done

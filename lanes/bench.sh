#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Speed: every guest of guests/mix and guests/micro as a whole process on QEMU and here, start-up included, in the same
# run on the same machine. Instructions are those that Faultline counts. No verdict, except that both print the same.
#
#   bench.sh [NAME...]      NAME is mix/hash, micro/svc, ...

set -euo pipefail
# shellcheck source=lanes/build.sh
. "$(dirname "$0")/build.sh"

need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu qemu-system-aarch64 qemu-system-arm
work=$out/bench
if [ $# -eq 0 ]; then
    for source in "$root"/guests/mix/*.c "$root"/guests/micro/*.c; do
        name=${source#"$root/guests/"}
        set -- "$@" "${name%.c}"
    done
fi

# timed SIDE ELF OUTPUT: runs it and sets seconds.
timed() {
    local begin=$EPOCHREALTIME
    run_on "$1" "$2" 1 "$3" 600
    seconds=$(awk -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.3f", end - begin }')
}

library "$work/lib"
compile "$work/lib/main.o" "$root/guests/programs/runtime/main.c" -O2
run_on faultline "$root/guests/hello.elf" 1 "$work/hello.out" # builds what is missing
: >"$work/table"
printf '%-14s %14s %8s %10s %8s %10s %7s\n' guest instructions 'QEMU s' 'QEMU MIPS' 'here s' 'here MIPS' ratio
for name in "$@"; do
    [ -f "$root/guests/$name.c" ] || fail "no such guest: guests/$name.c"
    image=$work/${name/\//-}
    compile "$image.o" "$root/guests/$name.c" -O2
    link "$image.elf" "$work"/lib/*.o "$image.o"
    timed qemu "$image.elf" "$image.qemu"
    peer=$seconds
    timed faultline "$image.elf" "$image.faultline"
    cmp "$image.qemu" "$image.faultline" || fail "$name prints something else on QEMU"
    awk -v name="$name" -v peer="$peer" -v here="$seconds" '$1 == "vmm.instructions" {
        printf "%-14s %14d %8.2f %10.0f %8.2f %10.0f %7.2f\n", name, $2, peer, $2 / peer / 1e6, here, $2 / here / 1e6, peer / here
    }' "$image.faultline.err" | tee -a "$work/table"
done
awk '/^mix/ { n++; peer += log($4); here += log($6) }
    END { if (n) printf "geometric mean of the mix: QEMU %.0f MIPS, here %.0f MIPS\n", exp(peer / n), exp(here / n) }' "$work/table"

#!/bin/sh
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the listings that the tests read, with GNU binutils for AArch64 (Debian: binutils-aarch64-linux-gnu).
#   a64.txt      word, mnemonic and operands of every line of a64.s
#   programs.txt the programs of programs.s: a line "name:", then word and source of each instruction
#   random.txt   those of many random words that are instructions of the base set
#   mutated.txt  word and mnemonic, or "undefined", of words that differ in one bit from the first word of each mnemonic
#                and opcode of a64.txt
# With --check nothing is written: the exit status says whether the listings are what binutils says now.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../resources/encodings
prefix=${CROSS_PREFIX:-aarch64-linux-gnu-}
for tool in as objdump; do
    command -v "$prefix$tool" >/dev/null || { echo "$0: $prefix$tool is missing; apt-get install binutils-aarch64-linux-gnu" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints "word mnemonic operands", operands without comments and symbols, one instruction a line.
list() {
    "$prefix"objdump -d -M no-aliases "$1" | awk -F'\t' '
        /^ +[0-9a-f]+:\t/ {
            word = $2; gsub(/ /, "", word)
            operands = $4; sub(/ *\/\/.*/, "", operands); sub(/ *<.*>/, "", operands); sub(/^0x.*undefined.*/, "", operands)
            mnemonic = $3 ~ /^\.inst/ ? "undefined" : $3
            line = word " " mnemonic " " operands; sub(/ +$/, "", line)
            print line
        }'
}

"$prefix"as -o "$work/a64.o" "$here/a64.s"
list "$work/a64.o" > "$work/a64.txt"

awk '{ key = $2 " " substr($1, 1, 2) " " substr($1, 4, 1); if (!(key in seen)) { seen[key] = 1
         for (bit = 0; bit < 32; bit++) print ".inst 0x" $1 " ^ (1 << " bit ")" } }' "$work/a64.txt" > "$work/mutated.s"
"$prefix"as -o "$work/mutated.o" "$work/mutated.s"
list "$work/mutated.o" | awk '{ print $1, $2 }' | LC_ALL=C sort -u > "$work/mutated.txt"

# Random words: those that are instructions of the base set, which are the mnemonics of a64.s, on general-purpose
# registers. Unallocated words of the system instructions, which objdump calls MSR of a register s0_, do not count. The generator is one that fits into the numbers of awk; the words are the same in RandomWordsTest.
awk 'BEGIN {
    state = 1
    for (i = 0; i < 200000; i++) {
        state = (state * 69069 + 1) % 4294967296; high = int(state / 65536)
        state = (state * 69069 + 1) % 4294967296; low = int(state / 65536)
        printf ".inst 0x%04x%04x\n", high, low
    }
}' > "$work/random.s"
"$prefix"as -o "$work/random.o" "$work/random.s"
list "$work/random.o" | awk '
    NR == FNR { base[$2] = 1; next }
    {
        operands = $0; sub(/^[^ ]+ [^ ]+ ?/, "", operands)
        gsub(/#[^ ,]+/, "", operands)
        sub(/(^|, )[0-9a-f]+$/, "", operands)
        known = ($2 in base) && operands !~ /(^|[^a-z0-9_])[vbhsdqzp][0-9]+([^_0-9]|$)/ && operands !~ /(^|, )s0_/
        print $1, (known ? "defined" : "undefined"), $2
    }' "$work/a64.txt" - > "$work/random.full"
awk '$2 == "defined" { print $1 }' "$work/random.full" > "$work/random.txt"

# The listing of the assembler has, after a line number, the offset and the bytes of each line in memory order.
"$prefix"as --no-warn -almn -march=armv8.5-a -o "$work/programs.o" "$here/programs.s" | awk '
    function words(bytes, source,   i, w) {
        for (i = 1; i < length(bytes); i += 8) {
            w = substr(bytes, i + 6, 2) substr(bytes, i + 4, 2) substr(bytes, i + 2, 2) substr(bytes, i, 2)
            print tolower(w) "\t" source
            source = ""
        }
    }
    {
        tab = index($0, "\t")
        left = tab ? substr($0, 1, tab - 1) : $0
        source = tab ? substr($0, tab + 1) : ""
        sub(/ *\/\/.*/, "", source)
        fields = split(left, f, " ")
        if (source ~ /^[a-z_]+:/) print source
        gsub(/^ *([0-9]+:)? *| *$/, "", source); gsub(/ +/, " ", source)
        if (fields >= 3) words(f[3], source)
        else if (fields == 2 && f[2] ~ /^[0-9A-F]+$/) words(f[2], "")
    }' > "$work/programs.txt"

listings="a64.txt mutated.txt programs.txt random.txt"
if [ "${1:-}" = --check ]; then
    for listing in $listings; do diff -u "$target/$listing" "$work/$listing"; done
else
    mkdir -p "$target"
    for listing in $listings; do cp "$work/$listing" "$target/"; done
fi

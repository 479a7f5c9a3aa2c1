#!/bin/sh
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the guests of this folder.
#   rebuild.sh           writes NAME.elf next to this script
#   rebuild.sh --check   builds elsewhere and compares with the files that are here, byte by byte
#
# The comparison makes sense with one compiler only: the one of Debian 12.
set -eu

GUESTS='hello apf smp parallel kernel sdei xen hyperv'
PREFIX=aarch64-linux-gnu-
GCC_VERSION=12.2
BINUTILS_VERSION=2.40
INSTALL='apt-get install gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu (Debian 12)'

complain() {
    echo "rebuild.sh: $*" >&2
    exit 2
}

check=no
case $# in
    0) ;;
    1) [ "$1" = --check ] || complain "unknown option '$1'; usage: rebuild.sh [--check]"
       check=yes ;;
    *) complain 'usage: rebuild.sh [--check]' ;;
esac

# File names get into the ELF files' symbol tables, so they must not depend on where this folder lies.
cd "$(dirname "$0")"

# Nothing of the caller's surroundings may change what the compiler does.
unset CPATH C_INCLUDE_PATH COMPILER_PATH LIBRARY_PATH GCC_EXEC_PREFIX GCC_COMPARE_DEBUG SOURCE_DATE_EPOCH
export LC_ALL=C

for tool in gcc ld; do
    command -v "$PREFIX$tool" >/dev/null 2>&1 \
        || complain "$PREFIX$tool is not installed. The guests are built with it: $INSTALL"
done
gcc_version=$("${PREFIX}gcc" -dumpfullversion)
case $gcc_version in
    "$GCC_VERSION" | "$GCC_VERSION".*) ;;
    *) complain "${PREFIX}gcc is version $gcc_version, but the guests are built with $GCC_VERSION: $INSTALL" ;;
esac
binutils_version=$("${PREFIX}ld" --version | sed -n '1s/.* //p')
case $binutils_version in
    "$BINUTILS_VERSION" | "$BINUTILS_VERSION".*) ;;
    *) complain "${PREFIX}ld is version $binutils_version, but the guests are built with $BINUTILS_VERSION: $INSTALL" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

headers=$("${PREFIX}gcc" -print-file-name=include)

# compile SOURCE OBJECT
compile() {
    "${PREFIX}gcc" -ffreestanding -nostdlib -nostdinc -isystem "$headers" -static -fno-pic -no-pie \
        -march=armv8-a -mgeneral-regs-only -mstrict-align -mno-outline-atomics -mbranch-protection=none -ffixed-x18 \
        -O2 -g0 -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-asynchronous-unwind-tables -fno-common \
        "-ffile-prefix-map=$PWD=." -Wall -Wextra -Werror -c "$1" -o "$2"
}

# build NAME OUTPUT
build() {
    name=$1
    output=$2
    set --
    for source in lib/*.S lib/*.c "$name"/*.S "$name"/*.c; do
        [ -e "$source" ] || continue
        # A file of the guest takes the place of the library's file of that name.
        [ "${source#lib/}" = "$source" ] || [ ! -e "$name/${source#lib/}" ] || continue
        object=$work/$(echo "$source" | tr / -).o
        compile "$source" "$object"
        set -- "$@" "$object"
    done
    layout=lib/guest.ld
    [ ! -e "$name/$name.ld" ] || layout=$name/$name.ld
    "${PREFIX}ld" -static --build-id=none -z noexecstack -z max-page-size=4096 --no-warn-rwx-segments \
        --fatal-warnings -T "$layout" -o "$output" "$@"
}

status=0
for guest in $GUESTS; do
    build "$guest" "$work/$guest.elf"
    if [ $check = no ]; then
        chmod 644 "$work/$guest.elf"
        mv "$work/$guest.elf" "$guest.elf"
        echo "built guests/$guest.elf"
    elif [ ! -f "$guest.elf" ]; then
        echo "rebuild.sh: guests/$guest.elf is missing; run guests/rebuild.sh and commit it" >&2
        status=1
    elif cmp -s "$work/$guest.elf" "$guest.elf"; then
        echo "guests/$guest.elf is what its sources say"
    else
        echo "rebuild.sh: guests/$guest.elf is not what its sources say; run guests/rebuild.sh and commit it" >&2
        status=1
    fi
done
exit $status

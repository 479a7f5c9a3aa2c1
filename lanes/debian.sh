# shellcheck shell=bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# To be sourced after build.sh: takes files out of Debian's packages and keeps them in $debian_cache.

debian_cache=${DEBIAN_CACHE:-$root/target/debian}
mkdir -p "$debian_cache"
need apt-get apt dpkg-deb dpkg

# quietly COMMAND...: what it says is shown only if it fails.
quietly() {
    "$@" >"$debian_cache/apt.log" 2>&1 || {
        cat "$debian_cache/apt.log" >&2
        fail "'$*' failed, see above"
    }
}

# newest_package PATTERN: the newest package that apt knows, nothing if there is none.
newest_package() {
    apt-cache --names-only search "^$1\$" | awk '{ print $1 }' | sort -V | tail -n 1
}

# debian_file ARCHITECTURE PATTERN FILE: sets debian_file to the file whose path in the newest package that matches the
# extended regular expression is FILE (a shell pattern). The version is looked up, so that a lane keeps working when
# the archive moves on. Adding an architecture takes root.
debian_file() {
    local package work found
    package=$(newest_package "$2")
    if [ -z "$package" ]; then
        [ "$1" = all ] || quietly dpkg --add-architecture "$1"
        quietly apt-get update
        package=$(newest_package "$2")
        [ -n "$package" ] || fail "apt knows no package $2, even after apt-get update"
    fi
    if [ ! -d "$debian_cache/$package" ]; then
        work=$(mktemp -d "$debian_cache/fetch.XXXXXX")
        chmod 755 "$work"
        (
            cd "$work" || exit
            # A list that is too old names files that are gone.
            apt-get download "$package:$1" >download.log 2>&1 || {
                quietly apt-get update
                quietly apt-get download "$package:$1"
            }
        )
        dpkg-deb -x "$work"/*.deb "$work/files"
        mv "$work/files" "$debian_cache/$package"
        rm -rf "$work"
    fi
    found=$(find "$debian_cache/$package" -path "$debian_cache/$package/$3" | sort | head -n 1)
    [ -n "$found" ] || fail "the package $package holds no $3; remove $debian_cache/$package and try again"
    # shellcheck disable=SC2034 # what the caller reads
    debian_file=$found
}

# image_field FILE OFFSET: a 64-bit field of the header of an arm64 Image.
image_field() {
    od -An -t u8 -j "$2" -N 8 "$1" | tr -d ' '
}

# check_image FILE: bytes 56 to 59 of an arm64 Image.
check_image() {
    [ "$(dd if="$1" bs=4 skip=14 count=1 2>/dev/null | tr -d '\0')" = 'ARMd' ] ||
        fail "$1 is not an uncompressed arm64 Image; remove it and try again"
}

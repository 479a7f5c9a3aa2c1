#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Random and hostile hypercalls against the hyperv backend, in this process: one or two guests with 1 to 3 vCPUs and
# their VMM, beside a model of what must be there after each step. Needs nothing but the JDK and Maven.
#
#   fuzz.sh [--seed N] [--count N] [--processes N]
#                       sequences from a seed on, until so many hypercalls (default: 1, 750,000, one for each
#                       processor, but two at most); the last line says from which seed a later run goes on
#   fuzz.sh --show N    the sequence of a seed, as text
#
# A failing sequence is made short and printed as a text block for FuzzTest. The same seed makes the same sequence.

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
seed=1
count=750000
processes=$(nproc)
[ "$processes" -le 2 ] || processes=2
show=
while [ $# -gt 0 ]; do
    case $1 in
        --seed | --count | --processes | --show)
            [[ ${2-} =~ ^[0-9]{1,18}$ ]] || { echo "fuzz.sh: $1 needs a number" >&2 && exit 2; }
            declare "${1#--}=$2"
            shift
            ;;
        *) echo "fuzz.sh: unknown option '$1'; usage: fuzz.sh [--seed N] [--count N] [--processes N] [--show N]" >&2 && exit 2 ;;
    esac
    shift
done
[ "$processes" -gt 0 ] || { echo "fuzz.sh: --processes needs a number above 0" >&2 && exit 2; }

cd "$root"
mvn -q -B -ntp -pl backend-hyperv -am test-compile dependency:build-classpath -Dmdep.outputFile=target/class-path \
    -Dspotless.check.skip -Dfaultline.coverage.skip -Dfaultline.javadoc.skip

fuzz() {
    exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx512m -XX:+UseSerialGC -Dguice_bytecode_gen_option=DISABLED \
        -cp "backend-hyperv/target/test-classes:backend-hyperv/target/classes:$(cat backend-hyperv/target/class-path)" \
        io.faultline.backend.hyperv.fuzz.Fuzz "$@"
}

if [ -n "$show" ]; then
    fuzz "$show"
fi

# Each process takes every n-th seed.
work=$(mktemp -d "${TMPDIR:-/tmp}/faultline-fuzz.XXXXXX")
running=()
trap 'for process in "${running[@]}"; do kill "$process" 2>/dev/null || true; done; rm -rf "$work"' EXIT
for ((i = 0; i < processes; i++)); do
    fuzz $((seed + i)) $((count / processes)) "$processes" >"$work/$i.out" &
    running+=($!)
done
status=0
for process in "${running[@]}"; do
    wait "$process" || status=1
done
cat "$work"/*.out
[ "$status" -eq 0 ] || {
    echo "fuzz.sh: a sequence failed, see above" >&2
    exit 1
}
calls=0
next=0
for ((i = 0; i < processes; i++)); do
    read -r made from <<<"$(sed -n 's/.* sequences, \([0-9]*\) calls.* seed \([0-9]*\)$/\1 \2/p' "$work/$i.out")"
    calls=$((calls + made))
    [ "$from" -le "$next" ] || next=$from
done
echo "$calls calls, none fails; go on with --seed $next"

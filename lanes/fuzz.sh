# shellcheck shell=bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# To be sourced: random and hostile hypercalls against one backend, in processes of this machine. Takes the options of the
# script that sources it; backend is the end of the module's name, count how many hypercalls unless the options say so.
# shellcheck disable=SC2154 # root and backend come from the script

seed=1
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

cd "$root" || exit
module=backend-$backend
mvn -q -B -ntp -pl "$module" -am test-compile dependency:build-classpath -Dmdep.outputFile=target/class-path \
    -Dspotless.check.skip -Dfaultline.coverage.skip -Dfaultline.javadoc.skip

fuzz() {
    exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx512m -XX:+UseSerialGC -Dguice_bytecode_gen_option=DISABLED \
        -cp "$module/target/test-classes:$module/target/classes:$(cat "$module/target/class-path")" \
        "io.faultline.backend.$backend.fuzz.Fuzz" "$@"
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

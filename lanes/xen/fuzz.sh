#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Random and hostile hypercalls against the xen backend, in this process: one or two hostile guests with 1 to 8 vCPUs
# beside one that behaves. Needs nothing but the JDK and Maven.
#
#   fuzz.sh [--seed N] [--count N]      sequences from a seed on, until so many hypercalls (default: 1, 10,000,000)
#   fuzz.sh --show N                    the sequence of a seed, as text
#
# A failing sequence is made short and printed as a text block for FuzzTest. The same seed makes the same sequence.

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
seed=1
count=10000000
mode=
while [ $# -gt 0 ]; do
    case $1 in
        --seed | --count | --show)
            [[ ${2-} =~ ^[0-9]+$ ]] || { echo "fuzz.sh: $1 needs a number" >&2 && exit 2; }
            if [ "$1" = --show ]; then mode=show seed=$2; else declare "${1#--}=$2"; fi
            shift
            ;;
        *) echo "fuzz.sh: unknown option '$1'; usage: fuzz.sh [--seed N] [--count N] [--show N]" >&2 && exit 2 ;;
    esac
    shift
done

cd "$root"
mvn -q -B -ntp -pl backend-xen -am test-compile dependency:build-classpath -Dmdep.outputFile=target/class-path \
    -Dspotless.check.skip -Dfaultline.coverage.skip -Dfaultline.javadoc.skip
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dguice_bytecode_gen_option=DISABLED \
    -cp "backend-xen/target/test-classes:backend-xen/target/classes:$(cat backend-xen/target/class-path)" \
    io.faultline.backend.xen.fuzz.Fuzz "$seed" "$count" $mode

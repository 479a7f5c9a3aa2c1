#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the benchmarks and runs them. Everything given is handed to JMH:
#   benchmarks/run.sh -prof gc Executor

set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
mvn -q -B -ntp -Pbenchmarks -pl benchmarks -am package -DskipTests -Dfaultline.coverage.skip -Dfaultline.javadoc.skip
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "benchmarks/target/classes:benchmarks/target/lib/*" org.openjdk.jmh.Main "$@"

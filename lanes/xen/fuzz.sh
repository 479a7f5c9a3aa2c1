#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Random and hostile hypercalls against the xen backend, in this process: one or two hostile guests with 1 to 8 vCPUs
# beside one that behaves. Needs nothing but the JDK and Maven.
#
#   fuzz.sh [--seed N] [--count N] [--processes N]
#                       sequences from a seed on, until so many hypercalls (default: 1, 10,000,000, one for each
#                       processor, but two at most); the last line says from which seed a later run goes on
#   fuzz.sh --show N    the sequence of a seed, as text
#
# A failing sequence is made short and printed as a text block for FuzzTest. The same seed makes the same sequence.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
backend=xen
count=10000000
# shellcheck source=lanes/fuzz.sh
. "$here/../fuzz.sh"

#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Random and hostile hypercalls against the hyperv backend, in this process: one or two guests with 1 to 3 vCPUs and
# their VMM, beside a model of what must be there after each step. Pages are away and come; what comes in time must make no
# difference. The VMM intercepts accesses, and guests are told of page faults. Needs nothing but the JDK and Maven.
#
#   fuzz.sh [--seed N] [--count N] [--processes N]
#                       sequences from a seed on, until so many hypercalls (default: 1, 750,000, one for each
#                       processor, but two at most); the last line says from which seed a later run goes on
#   fuzz.sh --show N    the sequence of a seed, as text
#
# A failing sequence is made short and printed as a text block for FuzzTest. The same seed makes the same sequence.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
backend=hyperv
count=750000
# shellcheck source=lanes/fuzz.sh
. "$here/../fuzz.sh"

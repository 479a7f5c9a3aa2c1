#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Guests move between two processes over TCP. Then one of the two is killed at many moments: the other has to end by
# itself, with one line, and no byte of the guest's console may appear twice.
#
#   migrate.sh [ROUNDS]      rounds of killing, 20 if not said; each kills the target once and the origin once

set -euo pipefail
# shellcheck source=lanes/build.sh
. "$(dirname "$0")/build.sh"

rounds=${1:-20}
work=$out/migrate
rm -rf "$work"
mkdir -p "$work"
faultline=$root/faultline
"$faultline" backends >/dev/null

pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
}
trap cleanup EXIT

# wait_for PATTERN FILE: until a line is there
wait_for() {
    local i
    for i in $(seq 600); do
        if grep -q "$1" "$2"; then return; fi
        sleep 0.1
    done
    fail "no line '$1' in $2 after 60 s, $i looks"
}

# start_target NAME OPTION...: sets target and port
start_target() {
    local name=$1
    shift
    "$faultline" migrate --from 0 "$@" </dev/null >"$work/$name.target" 2>"$work/$name.target.err" &
    target=$!
    pids+=("$target")
    wait_for 'waiting for a guest at' "$work/$name.target.err"
    port=$(sed -n 's/.*waiting for a guest at .*:\([0-9]*\)$/\1/p' "$work/$name.target.err")
}

# start_origin NAME OPTION...: sets origin
start_origin() {
    local name=$1
    shift
    "$faultline" migrate "$root/guests/apf.elf" --backend kvm --to "127.0.0.1:$port" "$@" \
        </dev/null >"$work/$name.origin" 2>"$work/$name.origin.err" &
    origin=$!
    pids+=("$origin")
}

# ended PID: its status, within 90 s. What bash has to say about those that were killed is known.
ended() {
    local i
    {
        for i in $(seq 900); do
            kill -0 "$1" || break
            sleep 0.1
        done
    } 2>/dev/null
    [ "$i" -lt 900 ] || fail "process $1 hangs"
    status=0
    wait "$1" 2>/dev/null || status=$?
}

one_line() {
    local lines
    lines=$(grep -c '^faultline: ' "$1" || true)
    waiting=$(grep -c 'waiting for a guest at' "$1" || true)
    [ $((lines - waiting)) -eq 1 ] || {
        cat "$1" >&2
        fail "$1 has $((lines - waiting)) lines instead of one"
    }
}

# The console of both together is a beginning of what the guest prints when nobody moves it.
once() {
    local name=$1
    sed 's/[0-9][0-9]*$//' <(cat "$work/$name.origin" "$work/$name.target") >"$work/$name.console"
    head -n "$(wc -l <"$work/$name.console")" "$work/whole" | cmp - "$work/$name.console" ||
        fail "$name: the console is not what the guest prints, once"
}

"$faultline" run "$root/guests/apf.elf" --backend kvm </dev/null | sed 's/[0-9][0-9]*$//' >"$work/whole"

for options in "--background on" "--background off" "--background off --latency 100000" "--async off" "--after 0"; do
    name=$(printf '%s' "$options" | tr -c 'a-z0-9' -)
    start_target "$name"
    # shellcheck disable=SC2086 # several options are meant
    start_origin "$name" $options
    ended "$origin"
    [ "$status" -eq 0 ] || fail "origin with $options: status $status: $(cat "$work/$name.origin.err")"
    ended "$target"
    [ "$status" -eq 0 ] || fail "target with $options: status $status: $(cat "$work/$name.target.err")"
    once "$name"
    [ "$(wc -l <"$work/$name.console")" -eq "$(wc -l <"$work/whole")" ] || fail "$name: the console is not whole"
    printf 'moved with %s: downtime %s ns\n' "$options" \
        "$(sed -n 's/^target.downtime-host-nanos //p' "$work/$name.target.err")"
done

# How long a move takes here, so that the moments of death spread over it.
SECONDS=0
start_target measure
start_origin measure --background off
ended "$origin"
ended "$target"
span=$((SECONDS < 1 ? 1 : SECONDS))

stayed=0
left=0
for round in $(seq "$rounds"); do
    for victim in target origin; do
        name=$victim-$round
        start_target "$name" --recover 2
        start_origin "$name" --background off --recover 2
        # from before the connection to after the end
        sleep "$(awk -v round="$round" -v rounds="$rounds" -v span="$span" 'BEGIN { print round / rounds * span }')"
        if [ "$victim" = target ]; then
            kill -9 "$target" 2>/dev/null || true
            ended "$target"
            killed=$status
            ended "$origin"
        else
            kill -9 "$origin" 2>/dev/null || true
            ended "$origin"
            killed=$status
            # A target that nobody has spoken to yet goes on waiting; that is what it is for.
            sleep 0.2
            if [ ! -s "$work/$name.origin" ] && kill -0 "$target" 2>/dev/null &&
                [ "$(wc -l <"$work/$name.target.err")" -eq 1 ]; then
                sleep 3
                if kill -0 "$target" 2>/dev/null; then
                    kill -9 "$target"
                    ended "$target"
                    continue
                fi
            fi
            ended "$target"
        fi
        once "$name"
        if [ "$killed" -eq 137 ] && [ "$status" -ne 0 ]; then
            [ "$status" -eq 1 ] || fail "$name: status $status"
            if [ "$victim" = target ]; then one_line "$work/$name.origin.err"; else one_line "$work/$name.target.err"; fi
        fi
        if grep -q 'goes on here: ' "$work/$name.origin.err"; then
            stayed=$((stayed + 1))
            cmp <(sed 's/[0-9][0-9]*$//' "$work/$name.origin") "$work/whole" || fail "$name: the guest did not go on"
        elif [ -s "$work/$name.target" ]; then
            left=$((left + 1))
        fi
    done
done
printf 'killed %d times: the guest stayed %d times and ran at the target %d times\n' $((2 * rounds)) "$stayed" "$left"

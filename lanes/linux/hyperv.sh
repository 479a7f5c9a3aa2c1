#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's arm64 kernel as a guest of the hyperv backend, again and again, loads Linux's own driver of the VMBus, and
# holds what the kernel said and what the program in it saw against the rules HV-153 to HV-168.
#
#   hyperv.sh [CPUS...]           the runs that every change must pass; 1 and 4 unless said otherwise
#   hyperv.sh --all [CPUS...]     every version of the protocol, too, refused in both ways
#   hyperv.sh --run NAME [CPUS]   one run; the names are below
#
# Needs a JDK, aarch64-linux-gnu-gcc, xz and apt; uses iasl if it is there. Consoles are left in target/lanes/linux-hyperv.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"
# shellcheck source=lanes/linux/payload.sh
. "$here/payload.sh"

usage='usage: hyperv.sh [--all | --run NAME] [CPUS...]'
all=no
only=
while [ $# -gt 0 ]; do
    case $1 in
        --all) all=yes ;;
        --run)
            [ $# -ge 2 ] || fail "--run needs a name; $usage"
            only=$2
            shift
            ;;
        -*) fail "unknown option '$1'; $usage" ;;
        *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || set -- 1 4
for cpus in "$@"; do
    [[ $cpus =~ ^[1-8]$ ]] || fail "'$cpus' is not a number of vCPUs from 1 to 8; $usage"
done

work=$out/linux-hyperv
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}
limit=600
echo_type=0b5e6c2f-8d14-4b7a-9c63-f1a7e5d20e01
# Linux takes channels of these types for its memory balloon, which begins to talk, and for the heartbeat, which listens.
balloon_type=525074dc-8985-46e2-8057-a307dc18a502
heartbeat_type=57164f39-9115-4e78-ab55-382f3bd5422d
instance=5f1d3a90-27c8-4e6b-a5f4-000000000001

build() {
    local folder name
    need "${java_bin}javac" openjdk-17-jdk-headless xz xz-utils aarch64-linux-gnu-objcopy binutils-aarch64-linux-gnu
    rm -rf "$work"
    mkdir -p "$work/modules" "$work/classes"
    linux_kernel
    user_program "$work/init" "$here/vmbus/init.c" "$here/client/user.c"
    # The modules are in the package that the kernel is from.
    folder=$(find "${kernel%/boot/*}/lib/modules" -path '*/kernel/drivers/hv' -type d)
    for name in hv_vmbus hv_balloon hv_utils; do
        [ -f "$folder/$name.ko.xz" ] || fail "the kernel's package has no module $name"
        xz -dc "$folder/$name.ko.xz" >"$work/modules/$name.ko"
        # Type information for BPF, which kernel_options leave out of the kernel, too.
        aarch64-linux-gnu-objcopy --remove-section=.BTF "$work/modules/$name.ko"
    done
    linux_ramdisk "$work" modules= "modules/hv_vmbus.ko=$work/modules/hv_vmbus.ko" \
        "modules/hv_balloon.ko=$work/modules/hv_balloon.ko" "modules/hv_utils.ko=$work/modules/hv_utils.ko"
    "$root/faultline" --version >/dev/null
    # Somebody may build again while the kernel boots.
    cp -r "$root/cli/target/lib" "$work/lib"
    "${java_bin}javac" -d "$work/classes" -cp "$work/lib/*" "$here/vmbus/Host.java"
}

# boot NAME CPUS "SCENES" OPTION...: runs the program with options of 'faultline run', or with 'host TYPE WISH...' by
# vmbus/Host.java; sets console and counters to what was written down. What the kernel and the program themselves call a failure is one, but for the lines that match 'allowed'.
boot() {
    local name=$1 cpus=$2 scenes=$3 status=0
    shift 3
    console=$work/$name.$cpus.console
    counters=$work/$name.$cpus.counters
    run="$name on $cpus vCPUs"
    problems=0
    local line="console=ttyAMA0 panic=1 $kernel_options -- $scenes"
    if [ "${1:-}" = host ]; then
        timeout "$limit" "${java_bin}java" -XX:+UseSerialGC -XX:-UsePerfData -Dguice_bytecode_gen_option=DISABLED \
            -cp "$work/classes:$work/lib/*" Host "$kernel" "$ramdisk" "$line" "$cpus" "${@:2}" </dev/null \
            >"$console" 2>"$counters" || status=$?
    else
        timeout "$limit" "$root/faultline" run "$kernel" --initrd "$ramdisk" --backend hyperv --cpus "$cpus" --memory 256M \
            --append "$line" --stats "$@" </dev/null >"$console" 2>"$counters" || status=$?
    fi
    sed -i 's/\r$//' "$console"
    [ "$status" -eq "${expected:-0}" ] ||
        problem "exit status $status instead of ${expected:-0} (124: not ready after $limit s)"
    ! grep -vE -- "${allowed:-^\$}" "$console" |
        grep -E 'Kernel panic|BUG:|WARNING:|Oops|Unhandled|Call trace|blocked for more|FAILED' -A 3 >&2 ||
        problem 'the lines above'
    says "^faultline-init: $cpus processors on line"
}

problem() {
    problems=$((problems + 1))
    echo "hyperv.sh: $run: $*" >&2
}

# says TEXT...: the console has a line with each basic regular expression, in this order, others in between.
says() {
    local text from=1 at
    for text in "$@"; do
        at=$(tail -n "+$from" "$console" | grep -n -m 1 -- "$text" | cut -d : -f 1) || true
        if [ -z "$at" ]; then
            problem "the console has no line with '$text'$([ "$from" -eq 1 ] || echo " behind line $((from - 1))")"
            return
        fi
        from=$((from + at))
    done
}

# silent TEXT...: it has none.
silent() {
    local text
    for text in "$@"; do
        ! grep -q -- "$text" "$console" || problem "the console has a line with '$text'"
    done
}

# counter NAME: what --stats says; nothing if it says nothing.
counter() {
    awk -v name="$1" '$1 == name { print $2 }' "$counters"
}

# counted NAME=NUMBER...: the counters have these values.
counted() {
    local pair value
    for pair in "$@"; do
        value=$(counter "${pair%=*}")
        [ "$value" = "${pair#*=}" ] || problem "the counter ${pair%=*} is ${value:-not there} instead of ${pair#*=}"
    done
}

# report: what was looked at; fails if anything was not so.
report() {
    printf '%s: %s console lines, %s instructions, %s requests on the bus\n' "$run" "$(wc -l <"$console")" \
        "$(counter vmm.instructions)" "$(counter vmm.vmbus.requests)"
    grep -E '^faultline-client: |Vmbus version' "$console" | sed 's/^/    /' || true
    if [ "$problems" -ne 0 ]; then
        echo "hyperv.sh: $run: $problems problems; the last lines of $console and $counters:" >&2
        tail -n 20 "$console" >&2
        tail -n 5 "$counters" >&2
        return 1
    fi
}

# What the kernel says when it has found Hyper-V by the FADT (hyperv.md 7.2).
found() {
    says 'Hyper-V: privilege flags low 0x' 'Hyper-V: Host Build'
}

# iasl reads what the kernel reads, and compiles it again: HV-033, hyperv.md 2.4. It does not know identifiers of five
# characters, as that of the bus is one (6033).
tables() {
    local folder=$work/tables log=$work/iasl.log
    command -v iasl >/dev/null || {
        echo "hyperv.sh: iasl is missing (apt-get install acpica-tools), so it does not read the tables"
        return
    }
    "$root/faultline" run "$kernel" --backend hyperv --cpus 4 --memory 256M --dump-acpi "$folder"
    (cd "$folder" && iasl -d ./*.aml && iasl -vw 6033 -tc DSDT.dsl) >"$log" 2>&1 || {
        cat "$log" >&2
        fail "iasl does not take the ACPI tables"
    }
    # The name is a number to iasl.
    grep -q 'Hypervisor ID : 567265707948734D$' "$folder/FACP.dsl" || fail "the FADT does not name MsHyperV"
    tr -d ' \n' <"$folder/DSDT.dsl" | grep -q 'Interrupt(ResourceConsumer,Edge,ActiveHigh,Exclusive,,,){0x00000012,}' ||
        fail "the DSDT does not have the interrupt of the bus"
    printf 'ACPI tables: %s, read by iasl\n' "$(cd "$folder" && echo *.aml)"
}

# The runs. Each is called with the number of vCPUs.

# HV-153 to HV-155, HV-158 to HV-160, HV-163, HV-165: a channel that Linux opens and closes, with a packet there and back, and
# again on another processor; processors that go and come. Linux keeps the one to which it has moved the channel.
run_channel() {
    local cpus=$1 cpu times=1 scenes='load devices balloon interrupts' taken='[1-9][0-9]*'
    [ "$cpus" -eq 1 ] || scenes+=' hotplug'
    allowed='hv_balloon: Unhandled message: type: 1$'
    boot channel "$cpus" "$scenes off" --acpi --vmbus "echo:type=$balloon_type"
    allowed=
    found
    says 'hv_vmbus: Vmbus version:5.3' '^faultline-client: load: 0' \
        "^faultline-device: $instance: id 1, type {$balloon_type}, instance {$instance}" \
        '^faultline-client: devices: 1$' 'hv_balloon: Unhandled message: type: 1' '^faultline-client: load hv_balloon: 0' \
        '^faultline-client: balloon: 0'
    if [ "$cpus" -gt 1 ]; then
        times=2
        says '^faultline-client: balloon: 0' 'hv_balloon: Unhandled message: type: 1' '^faultline-client: move: 1'
        for ((cpu = 1; cpu < cpus - 1; cpu++)); do
            taken+=' *0'
            says "^faultline-client: hotplug $cpu: 1, $((cpus - 1)) left, 1, $cpus on line"
        done
        taken+=' *1'
        says "^faultline-client: hotplug $cpu: -16, $cpus left"
    fi
    says "^faultline-client: interrupts: .*: *$taken .*VMbus" 'reboot: Power down'
    # Contact and offers; pages, opening, closing and pages back, each time; and moving.
    counted vmm.vmbus.requests=$((cpus == 1 ? 6 : 11)) vmm.vmbus.refused=0 vmm.vmbus.packets=$times \
        vmm.vmbus.interrupts=$times
    report
}

# The guest moves to another machine with its bus, while the channel is open and when it is closed, and its pages follow.
run_move() {
    allowed='hv_balloon: Unhandled message: type: 1$'
    boot move "$1" 'load machine devices off' host "$balloon_type"
    allowed=
    found
    says 'hv_balloon: Unhandled message: type: 1' '^host: move' '^faultline-client: balloon: 0' '^host: move' \
        'hv_balloon: Unhandled message: type: 1' '^faultline-client: machine: again: -110' \
        '^faultline-client: devices: 1$' 'reboot: Power down'
    [ "$(grep -c '^moved a guest' "$counters")" -eq 2 ] || problem 'the guest has not moved twice'
    counted vmm.vmbus.requests=10 vmm.vmbus.refused=0 vmm.vmbus.packets=2 vmm.vmbus.interrupts=2
    report
}

# HV-166: messages that are too short, and others behind them. Linux warns of them once, and goes on.
run_short() {
    allowed='hv_balloon: Unhandled message: type: 1$|WARNING: CPU: .* vmbus_on_msg_dpc|Call trace:'
    boot short "$1" 'load devices balloon off' host "$balloon_type" short
    allowed=
    found
    says 'hv_vmbus: Vmbus version:5.3' '^faultline-client: load: 0' '^faultline-client: devices: 1$' \
        'hv_balloon: Unhandled message: type: 1' '^faultline-client: balloon: 0' 'reboot: Power down'
    # Before the answers to contact, pages, opening and pages back, and the offer.
    counted vmm.vmbus.requests=6 vmm.vmbus.refused=0 vmm.vmbus.packets=1 nonsense=15
    report
}

# HV-035: ACPI tables that do not name the hypervisor.
run_nameless() {
    boot nameless "$1" 'load off' host "$balloon_type" nameless
    says '^faultline-client: load: -19' 'reboot: Power down'
    silent 'Hyper-V:'
    counted vmm.vmbus.requests=0
    report
}

# Linux on arm64 takes the interrupt of the bus away while processors still have it on, and says so itself. It keeps the
# interrupt then, so that the module cannot be loaded a second time.
leaves() {
    allowed='WARNING: CPU: . PID: 1 at kernel/irq/manage.c:[0-9]* __free_percpu_irq|Call trace:'
    boot "$@"
    allowed=
    says 'percpu IRQ [0-9]* still enabled on CPU0!' '^faultline-client: unload hv_vmbus: 0' 'reboot: Power down'
    [ "$(grep -c 'WARNING:' "$console")" -eq 1 ] || problem 'there is more than one warning'
}

# HV-161: a driver that keeps its channel open and is taken away, and then the bus is.
run_driver() {
    leaves driver "$1" 'load heartbeat devices unload off' --acpi --vmbus "echo:type=$heartbeat_type"
    found
    says 'hv_vmbus: Vmbus version:5.3' 'hv_utils: Registering HyperV Utility Driver' \
        '^faultline-client: load hv_utils: 0' '^faultline-client: unload hv_utils: 0' '^faultline-client: devices: 1$' \
        '^faultline-client: unload hv_vmbus: 0'
    # Contact, offers, pages, opening, closing, pages back, unload, and the device back.
    counted vmm.vmbus.requests=8 vmm.vmbus.refused=0
    report
}

# HV-164: there was another kernel before, as with kexec, and it has not left the bus. (Linux on arm64 cannot do that itself: it
# leaves the pages of its controllers on, which the next kernel does not know of.)
run_former() {
    leaves former "$1" 'load devices unload off' host "$echo_type" former
    found
    says 'hv_vmbus: Vmbus version:5.3' '^faultline-client: load: 0' '^faultline-client: devices: 1$'
    counted former=3 vmm.vmbus.requests=7 vmm.vmbus.refused=0
    report
}

# HV-162: more offers than a port has buffers.
run_offers() {
    leaves offers "$1" 'load devices unload off' --acpi --vmbus echo:channels=40
    found
    says 'Vmbus version:5.3' '^faultline-client: devices: 40$'
    [ "$(grep -c "^faultline-device: .* type {$echo_type}" "$console")" -eq 40 ] ||
        problem 'there are not 40 devices with the GUIDs of the bus'
    counted vmm.vmbus.refused=0
    report
}

# version VERSION answer|status CPUS: HV-156, HV-157. Linux finds the only version that is accepted, from 5.3 down.
version() {
    leaves "version-$1-$2" "$3" 'load devices unload off' --acpi --vmbus "echo:versions=$1,refuse=$2"
    found
    says "hv_vmbus: Vmbus version:$1" '^faultline-client: load: 0' '^faultline-client: devices: 1$'
    counted vmm.vmbus.refused=0
    report
}

run_version_answer() {
    version 4.1 answer "$1"
}

run_version_status() {
    version 2.4 status "$1"
}

# HV-157: no version at all is -EDOM, and the kernel goes on.
run_no_version() {
    local refuse
    for refuse in ${refusals:-answer}; do
        boot "no-version-$refuse" "$1" 'load off' --acpi --vmbus "empty:versions=,refuse=$refuse"
        found
        says '^faultline-client: load: -33' 'reboot: Power down'
        silent 'Vmbus version'
        report || return 1
    done
}

# HV-167: no VMBus device is -ENODEV, and the kernel goes on.
run_no_device() {
    boot no-device "$1" 'load off' --acpi --vmbus none
    found
    says '^faultline-client: load: -19' 'reboot: Power down'
    report
}

# HV-168: with a device tree Linux 6.12 does not look for Hyper-V.
run_device_tree() {
    boot device-tree "$1" 'load off'
    says '^faultline-client: load: -19' 'reboot: Power down'
    silent 'Hyper-V:'
    counted vmm.vmbus.requests=0
    report
}

# HV-159: the bus that a machine has unless told otherwise offers nothing. A kernel that panics leaves it, looking for the answer in memory, and writes the crash registers, which end the run:
# the last of them are where its last words are, and how long.
run_crash() {
    allowed='Kernel panic - not syncing: sysrq triggered crash|Call trace:'
    expected=1
    boot crash "$1" 'load devices crash' --acpi
    allowed=
    expected=0
    found
    says 'hv_vmbus: Vmbus version:5.3' '^faultline-client: load: 0' '^faultline-client: devices: 0$' 'Kernel panic - not syncing: sysrq triggered crash' 'Memory Limit'
    silent 'UNLOAD'
    grep -qE 'reported a crash with the parameters 0x0, 0x0, 0x0, 0x[0-9a-f]+, 0x[0-9a-f]+; its message ends with ".*Memory Limit' \
        "$counters" || problem 'the crash registers were not written'
    counted vmm.vmbus.requests=3 vmm.vmbus.refused=0
    report
}

# Every version, refused in both ways.
run_versions() {
    local one refuse
    for one in 5.3 5.2 5.1 5.0 4.1 4.0 3.0 2.4; do
        for refuse in answer status; do version "$one" "$refuse" "$1" || return 1; done
    done
    refusals='answer status' run_no_version "$1"
}

runs_of() {
    local cpus
    for cpus in "$@"; do echo "channel $cpus"; done
    echo "move ${*: -1}"
    printf "%s ${*: -1}\n" driver former
    echo "offers ${*: -1}"
    printf '%s 1\n' short nameless version_answer version_status no_version no_device device_tree crash
    [ "$all" = no ] || for cpus in "$@"; do
        printf "%s $cpus\n" versions move driver former offers crash
    done
}

build
failures=0
if [ -n "$only" ]; then
    declare -F "run_$only" >/dev/null || fail "no run is called '$only'; there are$(declare -F | sed -n 's/.* run_/ /p' | tr -d '\n')"
    list=$(printf "$only %s\n" "$@")
else
    list=$(runs_of "$@")
    tables
fi
while read -r name cpus; do
    "run_$name" "$cpus" || failures=$((failures + 1))
done <<<"$list"
[ "$failures" -eq 0 ] || fail "$failures of $(wc -l <<<"$list") runs failed"
echo "hyperv.sh: $(wc -l <<<"$list") runs in $SECONDS s, and nothing was missing"

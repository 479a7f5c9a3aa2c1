#!/usr/bin/env bash
# Copyright 2026 The Faultline Authors
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's arm64 kernel as a guest of the xen backend, again and again, with a program in it that tries what Linux
# does with Xen, and holds what the kernel said, what the program saw and every hypercall against the rules XEN-175 to
# XEN-184.
#
#   xen.sh [CPUS...]             the runs that every change must pass; 1 and 4 unless said otherwise
#   xen.sh --all [CPUS...]       rarer ones, too
#   xen.sh --run NAME CPUS       one run; the names are below
#
# Needs a JDK, aarch64-linux-gnu-gcc, xz and apt. Consoles and hypercalls are left in target/lanes/linux-xen.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lanes/build.sh
. "$here/../build.sh"
# shellcheck source=lanes/debian.sh
. "$here/../debian.sh"
# shellcheck source=lanes/linux/payload.sh
. "$here/payload.sh"

usage='usage: xen.sh [--all | --run NAME] [CPUS...]'
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

work=$out/linux-xen
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}
limit=900

build() {
    local modules name sources=("$here"/client/*.c)
    need "${java_bin}javac" openjdk-17-jdk-headless xz xz-utils aarch64-linux-gnu-objcopy binutils-aarch64-linux-gnu
    rm -rf "$work"
    mkdir -p "$work/classes" "$work/modules"
    linux_kernel
    user_program "$work/init" "${sources[@]}"
    # The modules are in the package that the kernel is from.
    modules=$(find "${kernel%/boot/*}/lib/modules" -path '*/kernel/drivers/xen/*' -name '*.ko.xz')
    for name in xen-evtchn xen-privcmd xen-gntalloc; do
        grep -q "/$name.ko.xz$" <<<"$modules" || fail "the kernel's package has no module $name"
        xz -dc "$(grep "/$name.ko.xz$" <<<"$modules")" >"$work/modules/$name.ko"
        # Type information for BPF, which kernel_options leave out of the kernel, too.
        aarch64-linux-gnu-objcopy --remove-section=.BTF "$work/modules/$name.ko"
    done
    linux_ramdisk "$work" sbin= "sbin/poweroff=$work/init" "sbin/reboot=$work/init" modules= \
        "modules/xen-evtchn.ko=$work/modules/xen-evtchn.ko" "modules/xen-privcmd.ko=$work/modules/xen-privcmd.ko" \
        "modules/xen-gntalloc.ko=$work/modules/xen-gntalloc.ko"
    "$root/faultline" --version >/dev/null
    # Somebody may build again while the kernel boots.
    cp -r "$root/cli/target/lib" "$work/lib"
    "${java_bin}javac" -d "$work/classes" -cp "$work/lib/*" "$here"/client/*.java
}

# boot NAME CPUS "SCENES" "OPTIONS" [SETTING...]: runs the client; sets console, calls and host to what was written down.
# What the kernel and the client themselves call a failure is one.
boot() {
    local name=$1 cpus=$2 scenes=$3 options=$4 status=0 expected=0
    shift 4
    console=$work/$name.$cpus.console
    calls=$work/$name.$cpus.calls
    host=$work/$name.$cpus.host
    run="$name on $cpus vCPUs"
    problems=0
    [[ $scenes != *restart ]] || expected=2
    timeout "$limit" "${java_bin}java" -XX:+UseSerialGC -XX:-UsePerfData -Dguice_bytecode_gen_option=DISABLED \
        -cp "$work/classes:$work/lib/*" Toolstack "$kernel" "$ramdisk" \
        "$options $kernel_options -- $scenes" "$cpus" "$calls" "$@" </dev/null >"$console" 2>"$host" || status=$?
    sed -i 's/\r$//' "$console"
    if [ ! -s "$calls" ]; then
        tail -n 5 "$console" "$host" >&2
        fail "$run: the guest has not made a single hypercall (exit status $status)"
    fi
    [ "$status" -eq "$expected" ] || problem "exit status $status instead of $expected (124: not ready after $limit s)"
    ! grep -E 'Kernel panic|BUG:|WARNING:|Oops|Unhandled|Call trace|blocked for more|FAILED' -A 3 "$console" >&2 ||
        problem 'the lines above'
    ! grep 'NOT FOUND' "$host" >&2 || problem 'what the toolstack did not find'
}

problem() {
    problems=$((problems + 1))
    echo "xen.sh: $run: $*" >&2
}

# says TEXT...: the console has a line with each basic regular expression.
says() {
    local text
    for text in "$@"; do
        grep -q -- "$text" "$console" || problem "the console has no line with '$text'"
    done
}

# silent TEXT...: it has none.
silent() {
    local text
    for text in "$@"; do
        ! grep -q -- "$text" "$console" || problem "the console has a line with '$text'"
    done
}

# called TEXT...: the hypercalls have a line that is each extended regular expression, in this order, others in between.
called() {
    local text from=1 at
    for text in "$@"; do
        at=$(tail -n "+$from" "$calls" | grep -nE -m 1 -- "^($text)( x[0-9]+)?\$" | cut -d : -f 1) || true
        if [ -z "$at" ]; then
            problem "no hypercall '$text'$([ "$from" -eq 1 ] || echo " behind line $((from - 1))") in $calls"
            return
        fi
        from=$((from + at))
    done
}

# never TEXT...: they have none.
never() {
    local text
    for text in "$@"; do
        ! grep -qE -- "^($text)" "$calls" || problem "there is a hypercall '$text' in $calls"
    done
}

# counted TEXT: how many of the hypercalls match an extended regular expression.
counted() {
    awk -v text="^($1)" '$0 ~ text { n = 1; if ($NF ~ /^x[0-9]+$/) n = substr($NF, 2); sum += n } END { print sum + 0 }' "$calls"
}

# burst NAME: the 1171 lines of a burst are on the console, each whole and in its place.
burst() {
    awk -v name="$1" 'BEGIN {
        letters = "abcdefghijklmnopqrstuvwxyz"
        while (length(letters) < 1000) letters = letters letters
        for (i = 0; i < 1171; i++)
            printf "%s %04d %s\n", name, i, substr(letters, i % 26 + 1, 896 - 1 - length(name) - 6)
    }' >"$work/burst.expected"
    grep -o "$1 [0-9][0-9][0-9][0-9] .*" "$console" >"$work/burst" || true
    cmp -s "$work/burst" "$work/burst.expected" ||
        problem "of 1171 lines of $1 $(comm -12 <(sort "$work/burst") <(sort "$work/burst.expected") | wc -l) came out whole"
}

# report: what was looked at; fails if anything was not so.
report() {
    printf '%s: %s console lines, %s hypercalls (%s sends, %s unmasks, %s bind_vcpu), %s instructions\n' "$run" \
        "$(wc -l <"$console")" "$(counted '[0-9]')" "$(counted '[0-9] send')" "$(counted '[0-9] unmask')" \
        "$(counted '[0-9] bind_vcpu')" "$(awk '$2 == "instructions" { print $3 }' "$host")"
    grep '^faultline-client: ' "$console" | sed 's/^faultline-client: /    /' || true
    if [ "$problems" -ne 0 ]; then
        echo "xen.sh: $run: $problems problems; the last lines of $console and $host:" >&2
        tail -n 20 "$console" >&2
        tail -n 5 "$host" >&2
        return 1
    fi
}

# What every run must show: when Linux has found its hypervisor (xen.md 6.10), and that it has not waited for anything.
booted() {
    local cpus=$1 cpu
    says 'Xen 4\.23 support found' "^faultline-init: $cpus processors on line" 'xen:balloon: Initialising balloon driver'
    for ((cpu = 0; cpu < cpus; cpu++)); do says "Xen: initializing cpu$cpu\$"; done
    awk '/Run \/init as init process/ { seconds = substr($0, 2, 12); found = seconds < 1 } END { exit !found }' "$console" ||
        problem 'the kernel has needed more than a second of its time to reach its init'
}

# The hypercalls of a boot in order (xen.md 6.3), up to the first that is different in the two ABIs.
early_calls() {
    called '0 get_features idx=0 = 0 -> submap=[0-9]+' '0 get_param index=18 = 0 -> value=0x[1-9a-f][0-9a-f]*' \
        '0 get_param index=17 = 0 -> value=0x39000' '0 send port=2 = 0' \
        '0 add_to_physmap space=0 idx=0x0 gfn=0x[0-9a-f]+ = 0' \
        '0 gnttab_query_size 1 = 0 -> frames=1 most=64 status=0' '0 gnttab_set_version 1 version=1 = 0 -> now=1' \
        '0 gnttab_query_size 1 = 0 -> frames=1 most=64 status=0' '0 add_to_physmap space=1 idx=0x0 gfn=0x38000 = 0' "$@"
}

# What no domain of Linux calls: console_io, platform_op, multicall, set_timer_op, physdev_op, dm_op, bind_virq, bind_ipi.
# Nothing is refused but what the runs name.
ordinary_calls() {
    never '[0-9] (console_io|7\.|13\.|15\.|33\.|41\.|32\.1 |32\.7 )'
    ! grep -E ' = -[0-9]+' "$calls" | grep -vE "$1" >&2 || problem "the hypercalls above were refused"
}

# A program asks for version 2 of the grant table, and for the status of ports that there are not.
no_others='^[0-9] gnttab_set_version 1 version=2 = -38 -> now=1$|^[0-9] status = -22( x[0-9]+)?$'

# The live client: XEN-177, XEN-180 to XEN-184.
live_scenes() {
    local scenes='system timers store device balloon sysrq grant ports events affinity'
    [ "$1" -eq 1 ] || scenes+=' hotplug availability'
    echo "$scenes move store ports"
}

# saw CPUS: what the client says when its scenes have succeeded, and what the hypercalls show of them.
saw() {
    local cpus=$1 cpu
    says 'Grant tables using version 1 layout' 'Grant table initialized' 'printk: legacy console \[hvc0\] enabled' \
        '^faultline-client: system: xen 4.23-unstable' "^faultline-client: timers: .* each of $cpus processors" \
        '^faultline-client: interrupts: xenbus has .* hvc_console has [1-9]' \
        '^faultline-client: store: read, write' '^faultline-client: device: came and went' \
        '^faultline-client: balloon: 262144 KiB, 8192' 'sysrq: HELP' \
        '^faultline-client: grant: reference [0-9]*; version 2 gives -38 and version 1' \
        '^faultline-client: events: 1000 sent, 1000 received' '^faultline-client: affinity: 200 of 200 .*none lost' \
        '^faultline-client: move: .*none lost' '^faultline-client: ports: 2 in use, as before'
    [ "$cpus" -eq 1 ] || says '^faultline-client: availability: processor' '^faultline-client: hotplug: .*none lost'
    called '[0-9] decrease_reservation .*' '[0-9] populate_physmap .*' \
        '[0-9] gnttab_set_version 1 version=2 = -38 -> now=1' '[0-9] alloc_unbound remote=32752 = 0 -> port=[0-9]+' \
        '[0-9] bind_interdomain .* = 0 -> port=[0-9]+'
    for ((cpu = 0; cpu < cpus; cpu++)); do called "[0-9] bind_vcpu port=([3-9]|[1-9][0-9]) vcpu=$cpu = 0"; done
    [ "$(counted '[0-9] bind_vcpu')" -ge $((200 + cpus)) ] || [ "$cpus" -eq 1 ] || problem 'too few calls of bind_vcpu'
    found 'data/client = hello' "entry [0-9]* permits access" "'granted to domain 0' in the granted page"
}

# found TEXT...: what the toolstack has found.
found() {
    local text
    for text in "$@"; do
        grep -q "^toolstack: found $text" "$host" || problem "the toolstack has not found $text"
    done
}

# ended REASON: the last hypercall, and nothing behind it.
ended() {
    [ "$(tail -n 1 "$calls" | cut -d ' ' -f 2-)" = "shutdown reason=$1 = 0" ] ||
        problem "the last hypercall is not shutdown with $1 but $(tail -n 1 "$calls")"
}

# secondaries CPUS: each gets its control block while it is off, if there are any, and then registers by itself (XEN-180).
secondaries() {
    local cpus=$1 abi=$2 cpu
    for ((cpu = 1; cpu < cpus; cpu++)); do
        if [ "$abi" = fifo ]; then
            called "0 init_control gfn=0x[0-9a-f]+ offset=0 vcpu=$cpu off = 0 -> link_bits=17" \
                "$cpu register_vcpu_info $cpu .* = 0" "$cpu register_runstate $cpu = 0"
        else
            called "$cpu register_vcpu_info $cpu .* = 0" "$cpu register_runstate $cpu = 0"
        fi
    done
}

# The runs. Each is called with the number of vCPUs.

# XEN-176, XEN-177, XEN-180 to XEN-184 in the FIFO ABI; ends as control/shutdown says.
run_fifo() {
    boot "${variant:-fifo}" "$1" "$(live_scenes "$1") told-off" 'console=hvc0' "${@:2}"
    booted "$1"
    says 'xen:events: Using FIFO-based ABI' 'reboot: Power down'
    early_calls '0 init_control gfn=0x[0-9a-f]+ offset=0 vcpu=0 on = 0 -> link_bits=17' '0 register_vcpu_info 0 .* = 0' \
        '[0-9] get_param index=2 = 0 -> value=0x1' '[0-9] get_param index=1 = 0 -> value=0x39001' \
        '[0-9] expand_array gfn=0x[0-9a-f]+ = 0' '[0-9] bind_vcpu port=1 vcpu=[0-9] = 0' '[0-9] send port=1 = 0' \
        '[0-9] vm_assist.enable 5 = 0' '0 register_runstate 0 = 0' '[0-9] bind_vcpu port=2 vcpu=[0-9] = 0' \
        '[0-9] shutdown reason=0 = 0'
    ordinary_calls "$no_others"
    secondaries "$1" fifo
    saw "$1"
    ended 0
    report
}

# The same in the two-level ABI, which the kernel takes when there is no other; restarts as control/shutdown says.
run_two_level() {
    boot two-level "$1" "$(live_scenes "$1") told-restart" 'console=hvc0' xen.fifo=absent
    booted "$1"
    says 'xen:events: Using 2-level ABI' 'reboot: Restarting system'
    early_calls '0 init_control gfn=0x[0-9a-f]+ offset=0 vcpu=0 on = -38 -> link_bits=0' '0 register_vcpu_info 0 .* = 0' \
        '[0-9] get_param index=2 = 0 -> value=0x1' '[0-9] bind_vcpu port=1 vcpu=[0-9] = 0' '0 register_runstate 0 = 0' \
        '[0-9] shutdown reason=1 = 0'
    never '[0-9] expand_array'
    ordinary_calls "$no_others|^0 init_control gfn=0x[0-9a-f]+ offset=0 vcpu=0 on = -38 -> link_bits=0\$"
    secondaries "$1" two-level
    saw "$1"
    ended 1
    report
}

# XEN-177, XEN-178: what is typed arrives, and 1 MiB comes out twice: from the kernel and from a program.
run_console() {
    boot console "$1" 'input printk tty off' 'console=hvc0 printk.devkmsg=on earlycon=xenboot'
    booted "$1"
    says 'bootconsole \[xenboot0\] enabled' '^faultline-client: input: 50000 characters, each in its place' \
        'printk: legacy console \[hvc0\] enabled' 'reboot: Power down'
    silent 'messages dropped' 'suppressed'
    burst printk-burst
    burst tty-burst
    # The ring has 2048 bytes: a send for each half of it at the least.
    [ "$(counted '[0-9] send port=2')" -ge 2048 ] || problem 'too few sends for 2 MiB'
    called '0 console_io.write [0-9]+ = 0' '0 send port=2 = 0' '0 add_to_physmap space=0 .* = 0'
    ended 0
    report
}

# XEN-175: five calls are all that there is.
run_least() {
    boot least "$1" 'timers-alone off' 'console=ttyAMA0' least
    booted "$1"
    says 'Cannot get hvm parameter CONSOLE_EVTCHN' 'xen:events: Using 2-level ABI' 'reboot: Power down' \
        "^faultline-client: timers: .* each of $1 processors"
    called '0 get_features .*' '0 18\.0 refused|0 34\.1 refused' '0 add_to_physmap space=0 .* = 0' '0 20\.6 refused' \
        '0 32\.11 refused' '0 register_vcpu_info 0 .* = 0' '0 21\.0 refused' '0 register_runstate 0 = 0'
    never '[0-9] [a-z_.]+( .*)? = -'
    ended 0
    report
}

# XEN-179: the xenstore comes when the kernel has long been up.
run_late() {
    boot late "$1" 'late store off' 'console=hvc0' xen.store=late
    booted "$1"
    says '^faultline-client: late: one event' '^faultline-client: store: read, write' 'reboot: Power down'
    found 'a guest to whom its xenstore can be introduced'
    called '[0-9] get_param index=1 = 0 -> value=0xf{16}' '[0-9] bind_vcpu port=1 .* = 0' \
        '[0-9] get_param index=1 = 0 -> value=0x39001' '[0-9] send port=1 = 0'
    ended 0
    report
}

# XEN-179: there is none.
run_nostore() {
    boot nostore "$1" 'nostore input off' 'console=hvc0' xen.store=none
    booted "$1"
    # Linux numbers interrupts of ports from 0, and to its console 0 is none: without xenstore it looks every now and then.
    says '^faultline-client: nostore: no xenstore' '^faultline-client: input: 50000 characters' 'reboot: Power down'
    called '[0-9] get_param index=2 = 0 -> value=0x0' '[0-9] get_param index=1 = 0 -> value=0x0'
    ordinary_calls "$no_others"
    ended 0
    report
}

# Rarer ones.

# The kernel is told to do without the FIFO ABI, and does not ask for it.
run_no_fifo_events() {
    boot no-fifo-events "$1" "$(live_scenes "$1") restart" 'console=hvc0 xen.fifo_events=0'
    booted "$1"
    says 'xen:events: Using 2-level ABI' 'reboot: Restarting system'
    never '[0-9] init_control' '[0-9] expand_array'
    saw "$1"
    ended 1
    report
}

# User space has tables of its own, and the kernel registers no runstate area.
run_kpti() {
    boot kpti "$1" "$(live_scenes "$1") off" 'console=hvc0 kpti=1'
    booted "$1"
    says 'Kernel/User page tables isolation: enabled\|kernel page table isolation forced ON' 'reboot: Power down'
    never '[0-9] register_runstate' '[0-9] vm_assist'
    ordinary_calls "$no_others"
    saw "$1"
    ended 0
    report
}

# Xen's two interrupt controllers, and a debug build that destroys arguments.
run_edge() {
    variant=edge run_fifo "$1" xen.upcall=edge
}

run_resampled() {
    variant=resampled run_fifo "$1" xen.upcall=resampled xen.arguments=destroyed xen.rebind-pending=raised
}

runs_of() {
    local cpus
    for cpus in "$@"; do echo "fifo $cpus"; done
    echo "two_level ${*: -1}"
    printf '%s 1\n' console least late nostore
    [ "$all" = no ] || for cpus in "$@"; do
        printf "%s $cpus\n" no_fifo_events kpti edge resampled two_level least
    done
}

build
failures=0
if [ -n "$only" ]; then
    declare -F "run_$only" >/dev/null || fail "no run is called '$only'; there are$(declare -F | sed -n 's/.* run_/ /p' | tr -d '\n')"
    list=$(printf "$only %s\n" "$@")
else
    list=$(runs_of "$@")
fi
while read -r name cpus; do
    "run_$name" "$cpus" || failures=$((failures + 1))
done <<<"$list"
[ "$failures" -eq 0 ] || fail "$failures of $(wc -l <<<"$list") runs failed"
echo "xen.sh: $(wc -l <<<"$list") runs in $SECONDS s, and nothing was missing"

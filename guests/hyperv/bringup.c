/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * From not knowing the hypervisor to what Linux has read of it when it has booted, and every register that there is then.
 */
#include "hyperv.h"

#define UID_32 0x8600FF01UL
#define UID_64 0xC600FF01UL

static void check_uid(uint64_t function, const char *name)
{
    struct call_result uid = firmware_call(function, 0, 0, 0, 0, 0);
    check(uid.x0 == 0x4d32ba58 && uid.x1 == 0xcd244764 && uid.x2 == 0x8eef6c75 && uid.x3 == 0x16597024,
          "UID of the hypervisor's service, %s", name);
}

static uint64_t post_nothing(void)
{
    static _Alignas(256) uint64_t message[32] = {0x1234, 1};
    return call_in_memory(POST_MESSAGE, (uint64_t)message, 0);
}

static uint64_t signal_nothing(void)
{
    struct registers r = {{HYPERCALL, SIGNAL_EVENT | FAST, 0x1234}};
    call_by_smccc(&r);
    return r.x[0];
}

/* Registers that are there before the guest has named itself. */
static const struct {
    uint32_t name;
    const char *text;
} early[] = {
    {GUEST_OS_ID, "guest OS id"},
    {VERSION, "version"},
    {PRIVILEGES, "privileges and features"},
    {HINTS, "hints"},
    {LIMITS, "limits"},
    {HARDWARE, "hardware features"},
    {SYNTHETIC_VECTORS, "synthetic VBAR"},
    {SYNTHETIC_SYNDROME, "synthetic ESR"},
};

static const struct {
    uint32_t name;
    const char *text;
} late[] = {
    {VP_INDEX, "VP index"},
    {ASSIST_PAGE, "VP assist page"},
    {SINT0, "SINT0"},
    {SINT0 + 15, "SINT15"},
    {SCONTROL, "SCONTROL"},
    {SVERSION, "SVERSION"},
    {SIEFP, "SIEFP"},
    {SIMP, "SIMP"},
    {EOM, "EOM"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void check_gate(void)
{
    area("before the OS id");
    check_uid(UID_32, "32 bits");
    check_uid(UID_64, "64 bits");
    for (unsigned i = 0; i < COUNT(early); i++) {
        for (enum convention by = SMCCC; by <= TAG; by++) {
            check_equal(get_by(by, early[i].name).status, SUCCESS, "get of %s by HVC #%u", early[i].text, (unsigned)by);
        }
    }
    check_equal(get(GUEST_OS_ID).low, 0, "guest OS id is 0");
    privileges = get(PRIVILEGES).low;
    features = get(PRIVILEGES).high;
    if (MAY(MAY_READ_COUNTER)) {
        check_equal(get(REFERENCE_COUNT).status, SUCCESS, "get of the reference counter");
    } else {
        check_equal(get(REFERENCE_COUNT).status, ACCESS_DENIED, "get of the reference counter is denied");
    }
    if (HAS_CRASH) {
        for (unsigned i = 0; i <= 5; i++) {
            check_equal(get(CRASH_P0 + i).status, SUCCESS, "get of crash register %u", i);
        }
        check_equal(set(CRASH_P0, 0xC0FFEE), SUCCESS, "set of crash register 0");
        check_equal(get(CRASH_P0).low, 0xC0FFEE, "crash register 0 has it");
    } else {
        check_equal(get(CRASH_P0).status, UNKNOWN_REGISTER, "there are no crash registers");
    }
    for (unsigned i = 0; i < COUNT(late); i++) {
        check_equal(get(late[i].name).status, ACCESS_DENIED, "get of %s is denied", late[i].text);
        check_equal(set(late[i].name, 1), ACCESS_DENIED, "set of %s is denied", late[i].text);
    }
    check(set(VERSION, 1) != SUCCESS, "set of the version is refused");
    check_equal(STATUS(post_nothing()), INVALID_CODE, "PostMessage is no call yet");
    check_equal(STATUS(signal_nothing()), INVALID_CODE, "SignalEvent is no call yet");
    check_equal(STATUS(call_in_memory(NOTIFY_LONG_SPIN_WAIT, 0, 0)), INVALID_CODE, "NotifyLongSpinWait is no call yet");
    check_equal(STATUS(call_in_memory(0x7FFF, 0, 0)), INVALID_CODE, "call 0x7fff is none");
}

static uint64_t do_read(uint64_t name, uint64_t by)
{
    struct value value = get_by((enum convention)by, (uint32_t)name);
    return value.status == SUCCESS && value.high == 0 ? value.low : ~0UL;
}

/* hyperv.md 7.2, in Linux's order. */
static void boot_by(enum convention by)
{
    unsigned hvc = (unsigned)by;
    check_equal(set_by(by, GUEST_OS_ID, OS_ID), SUCCESS, "HVC #%u: set of the guest OS id", hvc);
    struct value value = get_by(by, PRIVILEGES);
    check_equal(value.status, SUCCESS, "HVC #%u: get of the privileges", hvc);
    check(value.low == privileges && value.high == features, "HVC #%u: privileges and features are as before", hvc);
    value = get_by(by, HINTS);
    check(value.status == SUCCESS && value.high == 0, "HVC #%u: get of the hints", hvc);
    check_equal(value.low & 0x1FFFFF, 0, "HVC #%u: no hint that needs what is not there", hvc);
    value = get_by(by, VERSION);
    check(value.status == SUCCESS && (uint32_t)value.low != 0 && value.low >> 48 == 10, "HVC #%u: version 10, with a build", hvc);
    if (HAS_CRASH) {
        value = get_by(by, CRASH_CONTROL);
        check(value.status == SUCCESS && value.low >> 62 == 3, "HVC #%u: a crash can be reported, with a message", hvc);
    }
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_read, VP_INDEX, by), i, "HVC #%u: VP index of processor %u", hvc, i);
    }
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_read, GUEST_OS_ID, by), OS_ID, "HVC #%u: processor %u sees the guest OS id", hvc, i);
    }
}

void check_bringup(void)
{
    area("boot");
    boot_by(TAG);
    check_equal(set_by(TAG, GUEST_OS_ID, 0), SUCCESS, "the guest OS id is taken back");
    check_equal(get(VP_INDEX).status, ACCESS_DENIED, "get of the VP index is denied again");
    check_equal(STATUS(signal_nothing()), INVALID_CODE, "SignalEvent is no call again");
    boot_by(SMCCC);
    check_equal(STATUS(signal_nothing()), INVALID_CONNECTION, "SignalEvent on a connection that is not there");
    check_equal(STATUS(post_nothing()), INVALID_CONNECTION, "PostMessage on a connection that is not there");
}

/* By HVC #0 in registers, with a header of its own. */
static uint64_t get_of(uint64_t partition, uint64_t vp_and_level)
{
    struct registers r = {{HYPERCALL, GET_VP_REGISTERS | FAST | REPS(1), partition, vp_and_level, GUEST_OS_ID}};
    call_by_smccc(&r);
    return STATUS(r.x[0]);
}

static void check_header(void)
{
    check_equal(get_of(SELF_PARTITION, 0), SUCCESS, "VP 0 is this one");
    check_equal(get_of(SELF_PARTITION, SELF_VP | 0x10UL << 32), SUCCESS, "level 0, named");
    check_equal(get_of(SELF_PARTITION, SELF_VP | 0x01UL << 32), SUCCESS, "level 1, not used");
    check(get_of(SELF_PARTITION, SELF_VP | 0x11UL << 32) != SUCCESS, "level 1, named, is refused");
    for (unsigned bit = 5; bit <= 7; bit++) {
        check_equal(get_of(SELF_PARTITION, SELF_VP | 1UL << (32 + bit)), INVALID_PARAMETER, "reserved bit %u of the level", bit);
    }
    check_equal(get_of(0, SELF_VP), ACCESS_DENIED, "partition 0 is denied");
    check_equal(get_of(1, SELF_VP), ACCESS_DENIED, "partition 1 is denied");
    check_equal(get_of(SELF_PARTITION, machine.cpus), INVALID_VP, "the VP that is one too many");
    check_equal(get_of(SELF_PARTITION, ANY_VP), INVALID_VP, "any VP is none");
    check_equal(get_of(SELF_PARTITION, 0x80000000), INVALID_VP, "VP 0x80000000");
    if (machine.cpus > 1) {
        check_equal(get_of(SELF_PARTITION, 1), ACCESS_DENIED, "VP 1 is denied");
    }
}

static void check_read_only(uint32_t name, const char *text)
{
    struct value before = get(name);
    uint64_t status = set(name, before.low ^ 0x5);
    struct value after = get(name);
    check(status != SUCCESS && before.status == SUCCESS && after.low == before.low && after.high == before.high,
          "%s is read-only", text);
}

void check_registers(void)
{
    static const uint32_t unknown[] = {0, 0x101, 0x1FF, 0x20A, 0x216, 0x40402, 0x90001, 0xA0015, 0xA0016, 0xB0008, 0xD0002,
                                       0xFA002, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    area("registers");
    for (unsigned i = 0; i < COUNT(unknown); i++) {
        check_equal(get(unknown[i]).status, UNKNOWN_REGISTER, "get of 0x%x, which is not known", unknown[i]);
        check_equal(set(unknown[i], 0), UNKNOWN_REGISTER, "set of 0x%x, which is not known", unknown[i]);
    }
    check_read_only(VERSION, "version");
    check_read_only(PRIVILEGES, "privileges");
    check_read_only(HINTS, "hints");
    check_read_only(LIMITS, "limits");
    check_read_only(HARDWARE, "hardware features");
    check_read_only(VP_INDEX, "VP index");
    check_read_only(SVERSION, "SVERSION");
    for (uint32_t name = HARDWARE; name <= ISOLATION; name++) {
        struct value value = get(name);
        check(value.status == SUCCESS && value.low == 0 && value.high == 0, "register 0x%x is 0", name);
    }
    struct value limits = get(LIMITS);
    check((uint32_t)limits.low >= machine.cpus && limits.low >> 32 >= 1, "limits have room for the processors");
    if (MAY(MAY_READ_FREQUENCY)) {
        check(value_of(PROCESSOR_FREQUENCY) != 0, "a frequency");
    } else {
        check_equal(get(PROCESSOR_FREQUENCY).status, ACCESS_DENIED, "frequencies are denied");
    }
    if (MAY(MAY_READ_COUNTER)) {
        check_equal(set(REFERENCE_COUNT, 0), INVALID_PARAMETER, "set of the reference counter");
    }
    if (HAS_CRASH) {
        for (unsigned i = 0; i < 5; i++) {
            check(set(CRASH_P0 + i, 0xC0DE0000 + i) == SUCCESS, "set of crash register %u", i);
        }
        int kept = 1;
        for (unsigned i = 0; i < 5; i++) {
            kept &= value_of(CRASH_P0 + i) == 0xC0DE0000 + i;
        }
        check(kept, "crash registers keep what they got");
        check_equal(set(CRASH_CONTROL, 0), SUCCESS, "a crash control that reports nothing");
        check_equal(value_of(CRASH_CONTROL) >> 62, 3, "crash control says what can be reported");
    }
    check_header();
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls that have nothing to do with events: numbers, versions, parameters, and what is refused.
 */
#include "xen.h"

#define NOWHERE (PLAYGROUND + 511 * PAGE) /* nothing is mapped there */

static _Alignas(16) uint8_t buffer[1024];

static void fill(void)
{
    memset(buffer, 0xEE, sizeof buffer);
}

static void numbers(void)
{
    static const uint64_t absent[] = {0,  1,  2,  3,  4,  5,  6,  8,  9,  10, 11, 14, 15, 16, 19, 22, 23, 25, 26, 28,
                                      30, 31, 37, 38, 40, 43, 47, 48, 55, 56, 63, 64, 1UL << 32 | 32, ~0UL};
    area("numbers");
    for (unsigned i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        observe(hypercall(absent[i], 0, 0, 0), "call 0x%lx", absent[i]);
    }
}

/* Every register that a call must leave alone. */
static void registers(void)
{
    uint64_t wrong = 0;
    __asm__ volatile("mov x5, #0x105\n\tmov x6, #0x106\n\tmov x7, #0x107\n\tmov x8, #0x108\n\tmov x9, #0x109\n\t"
                     "mov x10, #0x10A\n\tmov x11, #0x10B\n\tmov x12, #0x10C\n\tmov x13, #0x10D\n\tmov x14, #0x10E\n\t"
                     "mov x15, #0x10F\n\tmov x17, #0x111\n\tmov x0, #0\n\tmov x1, #0\n\tmov x16, #17\n\t"
                     "subs x2, x15, x15\n\tmrs x20, nzcv\n\tmov x21, sp\n\t"
                     "hvc #0xEA1\n\t"
                     "mrs x22, nzcv\n\tmov %0, #0\n\tcmp x22, x20\n\tcinc %0, %0, ne\n\tmov x22, sp\n\tcmp x22, x21\n\t"
                     "cinc %0, %0, ne\n\t"
                     "cmp x5, #0x105\n\tcinc %0, %0, ne\n\tcmp x6, #0x106\n\tcinc %0, %0, ne\n\t"
                     "cmp x7, #0x107\n\tcinc %0, %0, ne\n\tcmp x8, #0x108\n\tcinc %0, %0, ne\n\t"
                     "cmp x9, #0x109\n\tcinc %0, %0, ne\n\tcmp x10, #0x10A\n\tcinc %0, %0, ne\n\t"
                     "cmp x11, #0x10B\n\tcinc %0, %0, ne\n\tcmp x12, #0x10C\n\tcinc %0, %0, ne\n\t"
                     "cmp x13, #0x10D\n\tcinc %0, %0, ne\n\tcmp x14, #0x10E\n\tcinc %0, %0, ne\n\t"
                     "cmp x15, #0x10F\n\tcinc %0, %0, ne\n\tcmp x17, #0x111\n\tcinc %0, %0, ne\n"
                     : "=&r"(wrong)
                     :
                     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                       "x16", "x17", "x20", "x21", "x22", "cc", "memory");
    observe((int64_t)wrong, "registers that a call changed");
}

/* Arguments that a call may destroy: the release builds of Xen do not. */
static void arguments(void)
{
    uint64_t found[5];
    __asm__ volatile("mov x0, #7\n\tmov x1, #0\n\tmov x2, #0x222\n\tmov x3, #0x333\n\tmov x4, #0x444\n\tmov x16, #17\n\t"
                     "hvc #0xEA1\n\t"
                     "mov %0, x1\n\tmov %1, x2\n\tmov %2, x3\n\tmov %3, x4\n\tmov %4, x16"
                     : "=&r"(found[0]), "=&r"(found[1]), "=&r"(found[2]), "=&r"(found[3]), "=&r"(found[4])
                     :
                     : "x0", "x1", "x2", "x3", "x4", "x16", "memory");
    notice("arguments after a call: 0x%lx 0x%lx 0x%lx 0x%lx, number 0x%lx", found[0], found[1], found[2], found[3], found[4]);
}

#define IMMEDIATE(number)                                                                                              \
    do {                                                                                                               \
        uint64_t at;                                                                                                   \
        caught = 0;                                                                                                    \
        __asm__ volatile("adr x9, 2f\n\tstr x9, [%1]\n\tadr %0, 1f\n\tmov x0, #0\n\tmov x1, #0\n\tmov x16, #17\n"       \
                         "1: hvc #" #number "\n2:"                                                                     \
                         : "=&r"(at)                                                                                   \
                         : "r"(&resume_at)                                                                             \
                         : "x0", "x1", "x2", "x3", "x4", "x9", "x16", "memory");                                       \
        resume_at = 0;                                                                                                 \
        notice("HVC #" #number ": exception %lu, syndrome 0x%lx, state 0x%lx", caught, caught ? caught_syndrome : 0,   \
               caught ? caught_state & 0xFFFFFDFF : 0);                                                                     \
        if (caught) {                                                                                                  \
            notice("HVC #" #number ": returns to +%lu", caught_address - at);                                          \
        }                                                                                                              \
    } while (0)

static void immediates(void)
{
    area("immediates");
    IMMEDIATE(1);
    IMMEDIATE(0xEA0);
    IMMEDIATE(0xEA2);
    IMMEDIATE(0xFFFF);
    registers();
    arguments();
    observe((int32_t)firmware_call(0x8400FFFF, 0, 0, 0, 0, 0).x0, "HVC #0, unknown function");
    observe((int64_t)firmware_call(0x84000000, 0, 0, 0, 0, 0).x0, "PSCI_VERSION");
    observe((int64_t)firmware_call(0x80000000, 0, 0, 0, 0, 0).x0, "SMCCC_VERSION");
    observe((int64_t)firmware_call(0x8600FF00, 0, 0, 0, 0, 0).x0, "call count of the hypervisor's service");
    struct call_result id = firmware_call(0x8600FF01, 0, 0, 0, 0, 0);
    notice("its UID: 0x%lx 0x%lx 0x%lx 0x%lx", id.x0, id.x1, id.x2, id.x3);
    id = firmware_call(0x8600FF03, 0, 0, 0, 0, 0);
    notice("its revision: %lu.%lu", id.x0, id.x1);
}

static int64_t version(uint64_t command, const volatile void *structure)
{
    return (int32_t)hypercall(XEN_VERSION, command, (uint64_t)structure, 0);
}

static void versions(void)
{
    area("version");
    int64_t number = version(0, 0);
    print("about: version %ld.%ld\n", number >> 16, number & 0xFFFF);
    observe(version(0, (void *)NOWHERE) == number, "the same for a pointer to nowhere");
    fill();
    observe(version(1, buffer), "extraversion");
    print("about: extraversion %s\n", (char *)buffer);
    fill();
    observe(version(2, buffer), "compile info");
    notice("bytes behind it: 0x%lx", (uint64_t)buffer[144]);
    fill();
    observe(version(3, buffer), "capabilities");
    notice("they are '%s', and end with 0x%lx", (char *)buffer, (uint64_t)buffer[1023]);
    fill();
    observe(version(4, buffer), "changeset");
    notice("bytes behind it: 0x%lx", (uint64_t)buffer[64]);
    fill();
    observe(version(5, buffer), "platform parameters");
    notice("platform parameters are 0x%lx, 0x%lx", *(uint64_t *)buffer, *(uint64_t *)(buffer + 8));
    uint32_t *features = (uint32_t *)buffer;
    features[0] = 0;
    features[1] = 0xEEEEEEEE;
    observe(version(6, features), "features");
    notice("bits that every version has: 0x%lx", (uint64_t)features[1] & 0x26C05);
    print("about: features 0x%lx\n", (uint64_t)features[1]);
    features[0] = 1;
    observe(version(6, features), "features of submap 1");
    observe(version(7, 0), "page size");
    observe(version(7, buffer), "page size with a pointer");
    observe(version(7, (void *)NOWHERE), "page size with a pointer to nowhere");
    fill();
    observe(version(8, buffer), "handle");
    notice("bytes behind it: 0x%lx", (uint64_t)buffer[16]);
    fill();
    observe(version(9, buffer), "command line");
    notice("it is '%s'", (char *)buffer);
    observe(version(10, 0), "build id");
    observe(version(10, buffer), "build id with a pointer");
    for (unsigned command = 11; command <= 14; command++) {
        print("about: version command %u = %ld\n", command, version(command, 0));
    }
    observe(version(15, 0), "command 15");
    observe(version(0xFFFFFFFF, 0), "command 0xffffffff");
    observe(version(1UL << 32, 0) == number, "command 0 with the upper half set");
    for (unsigned command = 1; command <= 9; command++) {
        observe(version(command, (void *)NOWHERE), "command %u to nowhere", command);
    }
}

void observe_parameters(void)
{
    static const uint32_t indexes[] = {0, 1, 2, 3, 4, 5, 6, 16, 17, 18, 19, 26, 27, 28, 29, 36, 37, 38, 39, 40, 0xFFFFFFFF};
    area("parameters");
    for (unsigned i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
        uint64_t value = 0xEEEE;
        int64_t result = get_parameter(SELF, indexes[i], &value);
        observe(result, "get %u", indexes[i]);
        print("about: parameter %u is 0x%lx\n", indexes[i], value);
        observe(set_parameter(SELF, indexes[i], 0x1234), "set %u", indexes[i]);
        uint64_t again = 0xEEEE;
        get_parameter(SELF, indexes[i], &again);
        observe(again == value, "%u is as before", indexes[i]);
    }
    uint64_t value = 0;
    observe(get_parameter(1, 0, &value), "get 0 of domain 1");
    observe(get_parameter(5, 0, &value), "get 0 of domain 5");
    observe(get_parameter(0x7FF1, 0, &value), "get 0 of DOMID_IO");
    observe(get_parameter(0x7FF4, 0, &value), "get 0 of DOMID_INVALID");
    observe(get_parameter(5, 4, &value), "get 4 of domain 5");
    observe(set_parameter(5, 4, 0), "set 4 of domain 5");
    observe(hypercall(HVM_OP, 1, NOWHERE, 0), "get from nowhere");
    observe(hypercall(HVM_OP, 0, NOWHERE, 0), "set from nowhere");
    for (unsigned op = 2; op < 28; op++) {
        observe(hypercall(HVM_OP, op, op == 24 ? 0 : (uint64_t)buffer, 0), "operation %u", op);
    }
    observe(hypercall(HVM_OP, 24, (uint64_t)buffer, 0), "operation 24 with a pointer");
    observe(hypercall(HVM_OP, 1UL << 32 | 1, (uint64_t)buffer, 0), "operation 1 with the upper half set");
}

static int64_t schedule(unsigned command, const volatile void *structure)
{
    return (int32_t)hypercall(SCHED_OP, command, (uint64_t)structure, 0);
}

static void scheduling(void)
{
    uint32_t words[2] = {0};
    area("scheduling");
    observe(schedule(0, 0), "yield");
    observe(schedule(2, (void *)NOWHERE), "shutdown from nowhere");
    observe(schedule(4, (void *)NOWHERE), "remote shutdown from nowhere");
    observe(schedule(4, words), "remote shutdown of domain 0");
    words[0] = 1;
    observe(schedule(4, words), "remote shutdown of domain 1");
    words[0] = 5;
    print("about: remote shutdown of domain 5 = %ld\n", schedule(4, words));
    observe(schedule(5, (void *)NOWHERE), "shutdown code from nowhere");
    observe(schedule(6, (void *)NOWHERE), "watchdog from nowhere");
    words[0] = 3;
    words[1] = 100;
    observe(schedule(6, words), "watchdog 3");
    words[0] = 1;
    observe(schedule(6, words), "watchdog 1 that does not run");
    words[0] = 0;
    observe(schedule(6, words), "watchdog, a new one");
    observe(schedule(6, words), "watchdog, another one");
    observe(schedule(6, words), "watchdog, a third one");
    words[0] = 1;
    words[1] = 0;
    observe(schedule(6, words), "watchdog 1 off");
    words[0] = 2;
    observe(schedule(6, words), "watchdog 2 off");
    words[0] = 0;
    observe(schedule(7, (void *)NOWHERE), "pinning from nowhere");
    observe(schedule(7, words), "pinning");
    observe(schedule(8, 0), "command 8");
    observe(schedule(0xFFFFFFFF, 0), "command 0xffffffff");
    observe((int32_t)hypercall(SCHED_OP, 1UL << 32, 0, 0), "yield with the upper half set");
}

static void others(void)
{
    area("others");
    observe((int32_t)hypercall(VM_ASSIST, 0, 5, 0), "vm_assist enable 5");
    observe((int32_t)hypercall(VM_ASSIST, 1, 5, 0), "vm_assist disable 5");
    observe((int32_t)hypercall(VM_ASSIST, 0, 0, 0), "vm_assist enable 0");
    observe((int32_t)hypercall(VM_ASSIST, 0, 4, 0), "vm_assist enable 4");
    observe((int32_t)hypercall(VM_ASSIST, 0, 64, 0), "vm_assist enable 64");
    observe((int32_t)hypercall(VM_ASSIST, 1, 64, 0), "vm_assist disable 64");
    observe((int32_t)hypercall(VM_ASSIST, 2, 5, 0), "vm_assist command 2");
    observe((int32_t)hypercall(VM_ASSIST, 2, 64, 0), "vm_assist command 2 of 64");
    print("about: console_io write = %ld\n", (int64_t)(int32_t)hypercall(CONSOLE_IO, 0, 0, (uint64_t)buffer));
    print("about: console_io read = %ld\n", (int64_t)(int32_t)hypercall(CONSOLE_IO, 1, 1, (uint64_t)buffer));
    print("about: console_io command 2 = %ld\n", (int64_t)(int32_t)hypercall(CONSOLE_IO, 2, 1, (uint64_t)buffer));
    observe((int32_t)hypercall(PHYSDEV_OP, 0, (uint64_t)buffer, 0), "physdev_op 0");
    observe((int32_t)hypercall(PHYSDEV_OP, 25, (uint64_t)buffer, 0), "physdev_op 25");
    print("about: from nowhere: platform_op = %ld, sysctl = %ld, domctl = %ld\n", hypercall(7, NOWHERE, 0, 0),
          hypercall(35, NOWHERE, 0, 0), hypercall(36, NOWHERE, 0, 0));
    print("about: xsm_op = %ld, argo_op = %ld, dm_op = %ld, hypfs_op = %ld\n", hypercall(27, NOWHERE, 0, 0),
          hypercall(39, 0, 0, 0), hypercall(41, SELF, 0, 0), hypercall(42, 0, 0, 0));
}

struct query {
    uint16_t domain, unused;
    uint32_t frames, most;
    int16_t status;
    uint16_t unused_too;
};

static int64_t grant(unsigned command, volatile void *structure, unsigned count)
{
    return (int32_t)hypercall(GRANT_TABLE_OP, command, (uint64_t)structure, count);
}

static void grants(void)
{
    area("grants");
    struct query query = {SELF, 0, 0xEEEEEEEE, 0xEEEEEEEE, 0x7777, 0};
    observe(grant(6, &query, 1), "size");
    notice("status %ld, frames %lu", (int64_t)query.status, (uint64_t)query.frames);
    print("about: most frames %lu\n", (uint64_t)query.most);
    observe(grant(6, &query, 0), "size, no element");
    observe(grant(6, &query, 2), "size, two elements");
    observe(grant(6, (void *)NOWHERE, 1), "size from nowhere");
    query = (struct query){5, 0, 0xEEEEEEEE, 0xEEEEEEEE, 0x7777, 0};
    observe(grant(6, &query, 1), "size of domain 5");
    notice("status %ld", (int64_t)query.status);
    query = (struct query){1, 0, 0xEEEEEEEE, 0xEEEEEEEE, 0x7777, 0};
    observe(grant(6, &query, 1), "size of domain 1");
    notice("status %ld", (int64_t)query.status);
    static const uint32_t wanted[] = {1, 2, 0, 3};
    for (unsigned i = 0; i < 4; i++) {
        uint32_t number = wanted[i];
        observe(grant(8, &number, 1), "version %u", wanted[i]);
        notice("version %u, written back: %lu", wanted[i], (uint64_t)number);
    }
    uint32_t number = 1;
    observe(grant(8, &number, 2), "version, two elements");
    observe(grant(8, (void *)NOWHERE, 1), "version from nowhere");
    uint32_t version_of[2] = {SELF, 0xEEEEEEEE};
    observe(grant(10, version_of, 1), "version of this domain");
    notice("it is %lu", (uint64_t)version_of[1]);
    observe(grant(13, version_of, 1), "command 13");
    observe(grant(99, version_of, 1), "command 99");
}

struct entry {
    uint64_t operation;
    int64_t result;
    uint64_t arguments[6];
};

static void multicalls(void)
{
    static _Alignas(8) struct entry entries[4];
    uint32_t bad = 0xFFFFFFFF;
    struct status answer = {SELF, 0, 0, 0, 0, {0}};
    area("multicall");
    entries[0] = (struct entry){EVENT_CHANNEL_OP, 0x55, {CLOSE, (uint64_t)&bad}};
    entries[1] = (struct entry){EVENT_CHANNEL_OP, 0x55, {STATUS, (uint64_t)&answer}};
    entries[2] = (struct entry){MULTICALL, 0x55, {(uint64_t)entries, 1}};
    entries[3] = (struct entry){15, 0x55, {0}};
    observe(hypercall(MULTICALL, (uint64_t)entries, 4, 0), "four");
    for (unsigned i = 0; i < 4; i++) {
        notice("four, entry %u: %ld", i, entries[i].result);
    }
    observe(hypercall(MULTICALL, (uint64_t)entries, 0, 0), "none");
    observe(hypercall(MULTICALL, NOWHERE, 1, 0), "from nowhere");
    observe(hypercall(MULTICALL, NOWHERE, 0, 0), "none from nowhere");
    map_page(0, (uint64_t)entries / PAGE, READ_ONLY);
    entries[0].result = 0x55;
    observe(hypercall(MULTICALL, PLAYGROUND + (uint64_t)entries % PAGE, 1, 0), "read only");
    notice("entry 0: %ld", entries[0].result);
    map_page(0, 0, NO_ACCESS);
    entries[0] = (struct entry){XEN_VERSION, 0x55, {7, 0}};
    entries[1] = (struct entry){1UL << 32 | XEN_VERSION, 0x55, {7, 0}};
    entries[2] = (struct entry){XEN_VERSION, 0x55, {7, 1}};
    observe(hypercall(MULTICALL, (uint64_t)entries, 3, 0), "three");
    for (unsigned i = 0; i < 3; i++) {
        notice("entry %u: %ld", i, entries[i].result);
    }
}

void observe_calls(void)
{
    area("tree");
    notice("hypervisor %u, xen,xen %u, starts with xen,xen- %u, window %u, interrupt %u", (unsigned)machine.hypervisor,
           (unsigned)machine.listed, (unsigned)(memcmp(machine.compatible, "xen,xen-", 8) == 0), (unsigned)(machine.window != 0),
           machine.upcall);
    numbers();
    immediates();
    versions();
    scheduling();
    others();
    grants();
    multicalls();
}

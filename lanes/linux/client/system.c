/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the kernel knows of its hypervisor, grants, hypercalls of programs, and what each processor must have.
 */
#include "scenes.h"

void module(const char *name, const char *options)
{
    static char text[8192];
    static char path[64] = "/modules/";
    char *at = path + sizeof("/modules/") - 1;
    const char *device = find(name, "-") + 1;
    char node[32] = "/dev/xen/";
    long file, error;
    memcpy(node + 9, device, length(device) + 1);
    file = open_file(node, O_RDWR);
    if (file >= 0) {
        call3(SYS_CLOSE, file, 0, 0);
        return;
    }
    memcpy(at, name, length(name));
    memcpy(at + length(name), ".ko", 4);
    file = open_file(path, O_RDONLY);
    error = call3(SYS_FINIT_MODULE, file, options, 0);
    call3(SYS_CLOSE, file, 0, 0);
    if (error < 0)
        die("loading ", path, " gave ", decimal(error), (char *)0);
    slurp("/proc/modules", text, sizeof(text));
    file = open_file(node, O_RDWR);
    if (file < 0)
        die(node, " is not there: ", decimal(file), ", modules are ", text, (char *)0);
    call3(SYS_CLOSE, file, 0, 0);
}

long hypercall(u64 number, u64 a, u64 b, u64 c)
{
    enum { HYPERCALL = 0x305000 };
    static long file = -1;
    u64 arguments[6] = {number, a, b, c, 0, 0};
    if (file < 0) {
        module("xen-privcmd", "unrestricted=1");
        file = open_file("/dev/xen/privcmd", O_RDWR);
        if (file < 0)
            die("/dev/xen/privcmd cannot be opened: ", decimal(file), (char *)0);
    }
    return call3(SYS_IOCTL, file, HYPERCALL, arguments);
}

static void line_of(const char *path, char *text, u64 room)
{
    long count = slurp(path, text, room);
    if (count <= 0)
        die(path, " cannot be read: ", decimal(count), (char *)0);
    if (text[count - 1] == '\n')
        text[count - 1] = 0;
}

void scene_system(void)
{
    char type[16], major[16], minor[16], extra[32], uuid[64], features[32], vm[64];
    line_of("/sys/hypervisor/type", type, sizeof(type));
    line_of("/sys/hypervisor/version/major", major, sizeof(major));
    line_of("/sys/hypervisor/version/minor", minor, sizeof(minor));
    line_of("/sys/hypervisor/version/extra", extra, sizeof(extra));
    line_of("/sys/hypervisor/uuid", uuid, sizeof(uuid));
    line_of("/sys/hypervisor/properties/features", features, sizeof(features));
    if (!same(type, "xen") || !store_read("vm", vm, sizeof(vm)) || !find(vm, uuid))
        die("this is ", type, " with ", uuid, " and xenstore says ", vm, (char *)0);
    say("faultline-client: system: ", type, " ", major, ".", minor, extra, ", features ", features, ", ", vm, (char *)0);
}

void scene_grant(void)
{
    enum { ALLOCATE = 0x184705, WRITABLE = 1, GRANT_TABLE_OP = 20, SET_VERSION = 8, ENOSYS = 38 };
    const char *text = "granted to domain 0";
    struct {
        u16 domain, flags;
        u32 count;
        u64 index;
        u32 reference;
    } grant = {0, WRITABLE, 1, 0, 0};
    struct {
        u32 version, guard;
    } wanted = {2, 0xABCD};
    enum { READ_WRITE = 3, SHARED = 1 };
    char *page;
    long file, error;
    module("xen-gntalloc", "");
    file = open_file("/dev/xen/gntalloc", O_RDWR);
    error = call3(SYS_IOCTL, file, ALLOCATE, &grant);
    if (error < 0)
        die("granting a page gave ", decimal(error), (char *)0);
    page = (char *)call(SYS_MMAP, 0, 4096, READ_WRITE, SHARED, file, (long)grant.index);
    if ((long)page < 0 && (long)page > -4096)
        die("mapping the granted page gave ", decimal((long)page), (char *)0);
    memcpy(page, text, length(text));
    say("toolstack: grant ", decimal(grant.reference), " ", text, (char *)0);
    error = hypercall(GRANT_TABLE_OP, SET_VERSION, (u64)&wanted, 1);
    if (error != -ENOSYS || wanted.version != 1 || wanted.guard != 0xABCD)
        die("version 2 of the grant table: ", decimal(error), ", version ", decimal(wanted.version), (char *)0);
    say("faultline-client: grant: reference ", decimal(grant.reference), "; version 2 gives ", decimal(error),
        " and version ", decimal(wanted.version), (char *)0);
}

const char *online_file(u32 cpu)
{
    static char path[] = "/sys/devices/system/cpu/cpu0/online";
    path[sizeof("/sys/devices/system/cpu/cpu") - 1] = (char)('0' + cpu);
    return path;
}

static u64 from_others(u32 cpu)
{
    struct row row;
    u64 sum = 0;
    for (u32 i = 0; interrupt_row("IPI", i, &row); i++)
        sum += row.counts[cpu];
    return sum;
}

static u64 timer(u32 cpu)
{
    struct row row;
    if (!interrupt_row("arch_timer", 0, &row))
        die("no interrupt is called arch_timer", (char *)0);
    return row.counts[cpu];
}

void check_processor(u32 cpu)
{
    u64 timers, others;
    if (processors() > 1) {
        others = from_others(cpu);
        for (u32 i = 0; i < 10; i++) {
            pin_to(cpu == 0 ? 1 : 0);
            sleep_ms(1);
            pin_to(cpu);
        }
        if (from_others(cpu) == others)
            die("no interrupt of another processor arrives on processor ", decimal(cpu), (char *)0);
    }
    pin_to(cpu);
    timers = timer(cpu);
    for (u32 i = 0; i < 5; i++)
        sleep_ms(3);
    if (timer(cpu) < timers + 5)
        die("processor ", decimal(cpu), " has taken ", decimal((long)(timer(cpu) - timers)), " timers in 5 sleeps", (char *)0);
}

/* What there is without any port. */
void scene_timers_alone(void)
{
    struct row row;
    u32 count = processors();
    for (u32 cpu = 0; cpu < count; cpu++)
        check_processor(cpu);
    unpin();
    if (!interrupt_row(" 31 Level     events", 0, &row))
        die("no interrupt is called events and is level-triggered PPI 31", (char *)0);
    say("faultline-client: timers: 5 sleeps", count > 1 ? " and interrupts of others" : "", " on each of ", decimal(count),
        " processors; the interrupt of events has come ", decimal((long)row.sum), " times", (char *)0);
}

void scene_timers(void)
{
    struct row store, console;
    scene_timers_alone();
    if (!interrupt_row("xen-dyn", 1, &store) || !interrupt_row("xenbus", 0, &store) ||
        !interrupt_row("hvc_console", 0, &console))
        die("console and xenstore have no interrupts of xen-dyn", (char *)0);
    say("faultline-client: interrupts: xenbus has ", decimal(store.irq), ", hvc_console has ", decimal(console.irq),
        (char *)0);
}

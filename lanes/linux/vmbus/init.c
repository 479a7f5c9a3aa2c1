/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first process of a Linux that is a guest of Hyper-V: plays the scenes that the kernel's command line names behind
 * "--", in order, and says what it saw. Whether that is right is for the lane to say.
 */
#include "../client/user.h"

enum {
    SYS_GETDENTS64 = 61,
    SYS_DELETE_MODULE = 106,
};

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

#define DEVICES "/sys/bus/vmbus/devices"

enum { SIGCHLD = 17 };

/* Appends texts up to a null pointer. */
static char *join(char *to, const char *text, const char *more, const char *last)
{
    const char *all[] = {text, more, last};
    for (u32 i = 0; i < 3 && all[i]; i++) {
        u64 count = length(all[i]);
        memcpy(to, all[i], count);
        to += count;
    }
    *to = 0;
    return to;
}

static long load(const char *name)
{
    char path[64];
    long file, error;
    join(path, "/modules/", name, ".ko");
    file = open_file(path, O_RDONLY);
    if (file < 0)
        die(path, " cannot be opened: ", decimal(file), (char *)0);
    error = call3(SYS_FINIT_MODULE, file, "", 0);
    call3(SYS_CLOSE, file, 0, 0);
    return error;
}

static void scene_load(void)
{
    say("faultline-client: load: ", decimal(load("hv_vmbus")), (char *)0);
}

static void unload(const char *name)
{
    say("faultline-client: unload ", name, ": ", decimal(call3(SYS_DELETE_MODULE, name, 0, 0)), (char *)0);
}

static void scene_unload(void)
{
    unload("hv_vmbus");
}

/* The entries of a directory, one after the other; 0 when there are no more. */
static const char *entry(long directory, u32 restart)
{
    struct {
        u64 inode, offset;
        u16 bytes;
        u8 type;
        char name[];
    } *found;
    static u64 buffer[256];
    static long at, end;
    if (restart)
        at = end = 0;
    do {
        if (at >= end) {
            at = 0;
            end = call3(SYS_GETDENTS64, directory, buffer, sizeof(buffer));
            if (end <= 0)
                return 0;
        }
        found = (void *)((u8 *)buffer + at);
        at += found->bytes;
    } while (found->name[0] == '.');
    return found->name;
}

static void line_of(const char *name, const char *attribute, char *text, u64 room)
{
    char path[256];
    long count;
    join(join(path, DEVICES "/", name, "/"), attribute, 0, 0);
    count = slurp(path, text, room);
    if (count <= 0)
        die(path, " cannot be read: ", decimal(count), (char *)0);
    if (text[count - 1] == '\n')
        text[count - 1] = 0;
}

/* Offers come after the module has been loaded: waits until so many are devices. */
static void scene_devices(void)
{
    long directory = open_file(DEVICES, O_RDONLY);
    char type[64], instance[64], id[32];
    const char *name;
    u32 count = 0;
    if (directory < 0)
        die(DEVICES " cannot be opened: ", decimal(directory), (char *)0);
    /* Nothing tells when the last one is there; the kernel needs microseconds. */
    sleep_ms(200);
    for (name = entry(directory, 1); name; name = entry(directory, 0)) {
        line_of(name, "class_id", type, sizeof(type));
        line_of(name, "device_id", instance, sizeof(instance));
        line_of(name, "id", id, sizeof(id));
        say("faultline-device: ", name, ": id ", id, ", type ", type, ", instance ", instance, (char *)0);
        count++;
    }
    call3(SYS_CLOSE, directory, 0, 0);
    say("faultline-client: devices: ", decimal(count), (char *)0);
}

/* How often each processor has taken the interrupt of the bus. */
static void scene_interrupts(void)
{
    static char text[8192];
    char *line = text, *end;
    slurp("/proc/interrupts", text, sizeof(text));
    for (; *line; line = end + 1) {
        for (end = line; *end && *end != '\n'; end++)
            ;
        if (!*end)
            break;
        *end = 0;
        if (find(line, "VMbus"))
            say("faultline-client: interrupts:", line, (char *)0);
    }
}

static const char *first_device(void)
{
    static char name[64];
    long directory = open_file(DEVICES, O_RDONLY);
    const char *found = entry(directory, 1);
    if (!found)
        die("there is no device", (char *)0);
    join(name, found, 0, 0);
    call3(SYS_CLOSE, directory, 0, 0);
    return name;
}

/* Linux's balloon driver opens the channel, sends its first request, and gets it back, which it says that it does not
 * understand. It waits for something better for five seconds, and then closes the channel. */
static long open_balloon(void)
{
    long child = call(SYS_CLONE, SIGCHLD, 0, 0, 0, 0, 0);
    if (child == 0) {
        long error = load("hv_balloon");
        say("faultline-client: load hv_balloon: ", decimal(error), (char *)0);
        call3(SYS_EXIT, 0, 0, 0);
    }
    return child;
}

static void wait_for_balloon(long child)
{
    long status = 0;
    call(SYS_WAIT4, child, (long)&status, 0, 0, 0, 0);
    say("faultline-client: balloon: ", decimal(status), (char *)0);
}

/* The driver tries again; the kernel knows that nobody answered. */
static long open_balloon_again(void)
{
    return put("/sys/bus/vmbus/drivers/hv_balloon/bind", first_device());
}

/* While the driver waits, the channel moves to the last processor, which is interrupted when the driver tries again. */
static void scene_balloon(void)
{
    u32 count = processors();
    char path[192];
    long child, moved = 0;
    join(join(path, DEVICES "/", first_device(), "/channels/1/cpu"), 0, 0, 0);
    child = open_balloon();
    for (u32 i = 0; count > 1 && i < 100 && moved <= 0; i++) {
        sleep_ms(20);
        moved = put(path, decimal(count - 1));
    }
    wait_for_balloon(child);
    if (count > 1)
        say("faultline-client: move: ", decimal(moved), ", and again: ", decimal(open_balloon_again()), (char *)0);
}

/* The machine moves while the channel is open, and once more after it was closed. */
static void scene_machine(void)
{
    long child = open_balloon();
    sleep_ms(300);
    say("host: move", (char *)0);
    wait_for_balloon(child);
    say("host: move", (char *)0);
    sleep_ms(1);
    say("faultline-client: machine: again: ", decimal(open_balloon_again()), (char *)0);
}

/* The driver of the heartbeat opens its channel and waits for its host to speak. */
static void scene_heartbeat(void)
{
    say("faultline-client: load hv_utils: ", decimal(load("hv_utils")), (char *)0);
    unload("hv_utils");
}

/* Linux keeps a processor on line to which a channel has moved. */
static void scene_hotplug(void)
{
    u32 count = processors(), left;
    for (u32 cpu = 1; cpu < count; cpu++) {
        char path[64];
        long off, on;
        join(path, "/sys/devices/system/cpu/cpu", decimal(cpu), "/online");
        off = put(path, "0");
        left = processors();
        on = put(path, "1");
        say("faultline-client: hotplug ", decimal(cpu), ": ", decimal(off), ", ", decimal(left), " left, ", decimal(on),
            ", ", decimal(processors()), " on line", (char *)0);
    }
}

static void scene_crash(void)
{
    say("faultline-client: crash", (char *)0);
    sleep_ms(10);
    put("/proc/sysrq-trigger", "c");
    die("the kernel goes on", (char *)0);
}

static void scene_off(void)
{
    call3(SYS_SYNC, 0, 0, 0);
    call3(SYS_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF);
    die("the machine goes on", (char *)0);
}

static const struct {
    const char *name;
    void (*play)(void);
} scenes[] = {
    {"load", scene_load},
    {"unload", scene_unload},
    {"devices", scene_devices},
    {"interrupts", scene_interrupts},
    {"balloon", scene_balloon},
    {"machine", scene_machine},
    {"heartbeat", scene_heartbeat},
    {"hotplug", scene_hotplug},
    {"crash", scene_crash},
    {"off", scene_off},
};

static void play(const char *name)
{
    for (u32 i = 0; i < sizeof(scenes) / sizeof(*scenes); i++)
        if (same(scenes[i].name, name)) {
            scenes[i].play();
            return;
        }
    die("no scene is called ", name, (char *)0);
}

static void mount(const char *kind, const char *where)
{
    long error;
    call(SYS_MKDIRAT, -100, (long)where, 0755, 0, 0, 0);
    error = call(SYS_MOUNT, (long)kind, (long)where, (long)kind, 0, 0, 0);
    if (error < 0)
        die("mounting ", where, " gave ", decimal(error), (char *)0);
}

/* What the kernel leaves on the stack: the number of arguments, and the arguments. */
void begin(long *stack)
{
    long count = stack[0];
    const char **arguments = (const char **)(stack + 1);
    mount("proc", "/proc");
    mount("sysfs", "/sys");
    say("faultline-init: ", decimal(processors()), " processors on line", (char *)0);
    for (long i = 1; i < count; i++)
        play(arguments[i]);
    die("no scene has ended the machine", (char *)0);
}

__asm__(".globl _start\n"
        "_start: mov x0, sp\n"
        "        bl begin\n"
        "        brk #0\n");

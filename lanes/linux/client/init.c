/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first process of a Linux that is a guest of Xen: plays the scenes that the kernel's command line names behind "--",
 * in order. As /sbin/poweroff or /sbin/reboot it is what the kernel starts when xenstore says so.
 */
#include "scenes.h"

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 0x28121969
#define REBOOT_RESTART 0x01234567
#define REBOOT_POWER_OFF 0x4321fedc

static void end(long how)
{
    call3(SYS_SYNC, 0, 0, 0);
    call3(SYS_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, how);
    die("the machine goes on", (char *)0);
}

static void power_off(void)
{
    end(REBOOT_POWER_OFF);
}

static void restart(void)
{
    end(REBOOT_RESTART);
}

static void wait_for_the_end(void)
{
    sleep_ms(60000);
    die("the kernel does not do what control/shutdown says", (char *)0);
}

static void told_to_power_off(void)
{
    say("toolstack: write control/shutdown poweroff", (char *)0);
    wait_for_the_end();
}

static void told_to_restart(void)
{
    say("toolstack: write control/shutdown reboot", (char *)0);
    wait_for_the_end();
}

static const struct {
    const char *name;
    void (*play)(void);
} scenes[] = {
    {"system", scene_system},
    {"timers", scene_timers},
    {"timers-alone", scene_timers_alone},
    {"store", scene_store},
    {"late", scene_late},
    {"nostore", scene_nostore},
    {"device", scene_device},
    {"balloon", scene_balloon},
    {"sysrq", scene_sysrq},
    {"availability", scene_availability},
    {"grant", scene_grant},
    {"ports", scene_ports},
    {"events", scene_events},
    {"affinity", scene_affinity},
    {"hotplug", scene_hotplug},
    {"move", scene_move},
    {"input", scene_input},
    {"tty", scene_tty},
    {"printk", scene_printk},
    {"off", power_off},
    {"restart", restart},
    {"told-off", told_to_power_off},
    {"told-restart", told_to_restart},
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
    if (same(arguments[0], "/sbin/poweroff"))
        power_off();
    if (same(arguments[0], "/sbin/reboot"))
        restart();
    mount("devtmpfs", "/dev");
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

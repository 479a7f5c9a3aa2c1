/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One line, one number. The other processors are off.
 */
#include "kernel.h"
#include "user.h"

#define SUM(field)                                                                                 \
    ({                                                                                             \
        uint64_t sum_ = 0;                                                                         \
        for (unsigned i_ = 0; i_ < cpu_count; i_++) {                                              \
            sum_ += cpus[i_].field;                                                                \
        }                                                                                          \
        sum_;                                                                                      \
    })

static void say(const char *name, uint64_t number)
{
    print("kernel: %s %lu\n", name, number);
}

static void say_of_processor(const struct cpu *cpu, const char *name, uint64_t number)
{
    print("kernel: processor %lu %s %lu\n", cpu->number, name, number);
}

void report(void)
{
    uint64_t verified = 0;
    uint64_t own_verified = 0;
    uint64_t wrong = 0;
    for (unsigned i = 0; i < MAX_TASKS; i++) {
        verified += progress[i].verified;
        own_verified += progress[i].own_verified;
        wrong += progress[i].wrong;
    }
    say("pages verified", verified);
    say("own pages verified", own_verified);
    say("bytes wrong", wrong);
    say("announced", SUM(announced));
    say("ready", SUM(ready));
    say("ready early", SUM(ready_early));
    say("wake-all", SUM(wake_alls));
    say("declined", SUM(declined));
    say("unheeded", SUM(unheeded));
    say("cancelled", SUM(cancelled));
    say("left in the area", SUM(left));
    say("spurious", SUM(spurious));
    say("task switches", SUM(switches));
    say("preemptions", SUM(preemptions));
    say("idle waits", SUM(idle_waits));
    say("ticks waited", waited);
    say("longest wait", longest_wait);
    say("went offline", hotplug_left);
    say("came back", hotplug_returned);
    for (unsigned i = 0; i < cpu_count; i++) {
        say_of_processor(&cpus[i], "announced", cpus[i].announced);
        say_of_processor(&cpus[i], "ready", cpus[i].ready);
        say_of_processor(&cpus[i], "wake-all", cpus[i].wake_alls);
        say_of_processor(&cpus[i], "task switches", cpus[i].switches);
        say_of_processor(&cpus[i], "idle waits", cpus[i].idle_waits);
    }

    for (unsigned i = 0; i < MAX_TASKS; i++) {
        if (progress[i].wrong != 0) {
            fail("task %lu: %lu bytes are wrong, first in the word at 0x%lx: 0x%lx instead of 0x%lx", (uint64_t)i,
                 progress[i].wrong, progress[i].first_page, progress[i].first_found, progress[i].first_expected);
        }
    }
    if (verified != arguments.pages || own_verified != arguments.tasks * OWN_PAGES * arguments.rounds) {
        fail("not every page was verified");
    }
    print("kernel: powering off\n");
    power_off();
}

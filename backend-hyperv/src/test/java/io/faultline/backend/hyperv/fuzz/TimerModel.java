/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.Arrays;

/** Synthetic timers of the model (hyperv.md 5.1). Time is in units of 100 ns. */
final class TimerModel {
    static final int COUNT = 4;
    static final int FIRST = 0xB_0000;
    static final int LAST = 0xB_0007;
    static final int TYPE = 0x8000_0010;

    private static final int ENABLE = 1;
    private static final int PERIODIC = 2;
    private static final int AUTO = 8;
    private static final int DIRECT = 1 << 12;
    private static final long RESERVED = ~(0x1FFFL | 0xFL << 16) | 0xE00;
    /** A period below this is as good as this: the guest has to get on (hyperv.md 9). */
    private static final long LEAST = 100;

    private static final long NEVER = -1;

    private final SynicModel synic;
    private final Model.Choices choices;
    private final Timer[] timers;
    private long now;

    /** A timer. Its message waits, or it has a point in time, or it does not run. */
    private static final class Timer {
        long config;
        long count;
        long due;
        boolean runs;
        boolean waits;
    }

    TimerModel(int vcpus, SynicModel synic, Model.Choices choices) {
        this.synic = synic;
        this.choices = choices;
        timers = new Timer[COUNT * vcpus];
        Arrays.setAll(timers, i -> new Timer());
    }

    boolean isPresent() {
        return !choices.is("synthetic-timers", "absent");
    }

    /** What time it is, in nanoseconds of virtual time: a counter of 62.5 MHz stands behind it. */
    void now(long nanos) {
        now = nanos / 16 * 4 / 25;
    }

    void resetVcpu(int vcpu) {
        for (int i = COUNT * vcpu; i < COUNT * (vcpu + 1); i++) {
            timers[i] = new Timer();
        }
    }

    long get(int vcpu, int name) {
        Timer timer = timers[COUNT * vcpu + (name - FIRST) / 2];
        return name % 2 == 0 ? timer.config : timer.count;
    }

    void set(Model.Answer answer, int vcpu, int name, long value) {
        int index = COUNT * vcpu + (name - FIRST) / 2;
        Timer timer = timers[index];
        if (name % 2 == 0) {
            boolean direct = (value & DIRECT) != 0;
            boolean vector = (value >>> 4 & 0xFF) >= 16;
            if ((value & RESERVED) != 0 || direct && (!vector || choices.is("synthetic-timers", "message"))) {
                answer.refuse(5);
                return;
            }
            timer.config = isHeard(value) ? value : value & ~ENABLE;
        } else {
            timer.count = value;
            if (value == 0) {
                timer.config &= ~ENABLE;
            } else if ((timer.config & AUTO) != 0 && isHeard(timer.config)) {
                timer.config |= ENABLE;
            } else if ((timer.config & ENABLE) == 0) {
                return;
            }
        }
        timer.runs = (timer.config & ENABLE) != 0 && timer.count != 0;
        if (!timer.runs) {
            synic.withdraw(index);
            timer.waits = false;
        } else {
            timer.due = (timer.config & PERIODIC) != 0 ? after(now, timer.count) : timer.count;
        }
        passed();
    }

    private static boolean isHeard(long config) {
        return (config & DIRECT) != 0 || (config >>> 16 & 0xF) != 0;
    }

    /** The first multiple of a period after something that is in the future, and not too near. */
    private long after(long last, long period) {
        if (period < 0) {
            return NEVER;
        }
        long least = period < LEAST ? now + LEAST : now + 1;
        long due = last + (least - last + period - 1) / period * period;
        return due < 0 ? NEVER : due;
    }

    /** Whatever is due expires, one after the other. */
    void passed() {
        for (int next = next(); next >= 0; next = next()) {
            expire(next);
        }
    }

    private int next() {
        int next = -1;
        for (int i = 0; i < timers.length; i++) {
            Timer timer = timers[i];
            boolean isDue = timer.runs && Long.compareUnsigned(timer.due, now) <= 0;
            if (isDue && (next < 0 || Long.compareUnsigned(timer.due, timers[next].due) < 0)) {
                next = i;
            }
        }
        return next;
    }

    private void expire(int index) {
        Timer timer = timers[index];
        long due = timer.due;
        boolean direct = (timer.config & DIRECT) != 0;
        timer.runs = false;
        if ((timer.config & PERIODIC) == 0) {
            timer.config &= ~ENABLE;
        }
        if (direct) {
            synic.raise(index / COUNT, (int) timer.config >>> 4 & 0x1F, true);
        } else if (!timer.waits) {
            byte[] payload = new byte[24];
            Model.store32(payload, 0, index % COUNT);
            Model.store64(payload, 8, due);
            timer.waits = true;
            synic.enqueue(
                    index / COUNT,
                    (int) (timer.config >>> 16) & 0xF,
                    new SynicModel.Message(TYPE, 0, payload, null, index));
        }
        if (!timer.waits || direct) {
            goOn(timer);
        }
    }

    private void goOn(Timer timer) {
        boolean isOn = (timer.config & ENABLE) != 0 && timer.count != 0;
        if (isOn && !timer.runs) {
            timer.due = after(timer.due, timer.count);
            timer.runs = true;
        }
    }

    /** The message of a timer is written into its slot. */
    void delivered(int index, byte... payload) {
        Model.store64(payload, 16, now);
        timers[index].waits = false;
        goOn(timers[index]);
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Synthetic timers whose interrupts and messages are looked at. */
final class TimerRig {
    static final long ENABLE = TimerConfig.ENABLE;
    static final long PERIODIC = TimerConfig.PERIODIC;
    static final long LAZY = TimerConfig.LAZY;
    static final long AUTO = TimerConfig.AUTO_ENABLE;

    final TestHost host;
    final TestQueues queues = new TestQueues();
    final List<String> interrupts = new ArrayList<>();
    final SyntheticTimers timers;
    int deadlinesPassed;

    TimerRig(int vcpus) {
        this(vcpus, TimerSettings.DIRECT);
    }

    TimerRig(int vcpus, TimerSettings settings) {
        host = new TestHost(vcpus);
        ReferenceTime time = new StandardReferenceTime(host);
        timers = new SyntheticTimers(
                host,
                settings,
                time,
                new StandardPeriodRule(),
                new StandardTimerSignals(queues, (vcpu, intid) -> interrupts.add(vcpu + ":" + intid), time),
                queues);
        timers.reset();
    }

    static long source(int source) {
        return (long) source << TimerConfig.SOURCE_SHIFT;
    }

    static long direct(int intid) {
        return TimerConfig.DIRECT | (long) intid << TimerConfig.VECTOR_SHIFT;
    }

    int config(int vcpu, int timer, long value) {
        return write(vcpu, 0xB_0000 + 2 * timer, value);
    }

    int count(int vcpu, int timer, long value) {
        return write(vcpu, 0xB_0001 + 2 * timer, value);
    }

    private int write(int vcpu, int name, long value) {
        RegisterValue register = new RegisterValue();
        register.set(value);
        return timers.write(vcpu, name, register);
    }

    long config(int vcpu, int timer) {
        return read(vcpu, 0xB_0000 + 2 * timer);
    }

    long count(int vcpu, int timer) {
        return read(vcpu, 0xB_0001 + 2 * timer);
    }

    private long read(int vcpu, int name) {
        RegisterValue value = new RegisterValue();
        assertEquals(0, timers.read(vcpu, name, value));
        return value.low();
    }

    /** Time passes; whatever becomes due does so when it is. */
    void until(long ticks) {
        long end = Math.max(host.now, new StandardReferenceTime(host).nanosAt(ticks));
        while (timers.nextDeadline() <= end) {
            host.now = Math.max(host.now, timers.nextDeadline());
            timers.deadlinePassed();
            deadlinesPassed++;
            assertTrue(timers.nextDeadline() > host.now, "the next deadline is later");
        }
        host.now = end;
    }

    /** The interrupts since the last look. */
    List<String> interrupts() {
        List<String> seen = List.copyOf(interrupts);
        interrupts.clear();
        return seen;
    }

    /** The message that a timer sends. */
    static String message(int timer, long due, long delivered) {
        return "80000010 24 0 " + timer + " " + due + " " + delivered;
    }

    boolean isIdle() {
        return timers.nextDeadline() == VirtualClock.NEVER;
    }

    Map<String, StateValue> save() {
        StateWriter writer = new StateWriter();
        timers.save(writer);
        return writer.values();
    }

    void restore(Map<String, StateValue> state) {
        timers.restore(new StateReader(state));
    }
}

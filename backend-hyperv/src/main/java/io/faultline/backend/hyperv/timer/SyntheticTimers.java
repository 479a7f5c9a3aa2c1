/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.BufferOwner;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import io.faultline.hwmodel.timer.VirtualClock;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Four synthetic timers of each vCPU (hyperv.md 5.1).
 *
 * <p>A timer runs while it is enabled and its count is not 0. Writing its count, or a configuration that leaves it enabled,
 * programs it anew. What stops it, a count of 0 or a configuration that is not enabled, also takes back a message that no slot
 * had room for: a timer that was stopped is not heard of any more. A message that waits while its timer is programmed anew, or
 * given a count before it is enabled again, stays, and the next expiration is one with it if it still waits then (HV-142).
 *
 * <p>A periodic timer whose message waits has no deadline: it goes on with the first whole period after the message was
 * written, so that a guest that reads no messages costs nothing.
 *
 * @since 0.1
 */
@Singleton
public final class SyntheticTimers implements PartitionPart, RegisterGroup, BufferOwner {
    /** Number of timers of a vCPU. */
    public static final int COUNT = 4;
    /** Number of the register with the configuration of the first timer; those of the others are 2, 4 and 6 further. */
    public static final int CONFIG_REGISTER = 0xB_0000;
    /** Number of the register with the count of the first timer; those of the others are 2, 4 and 6 further. */
    public static final int COUNT_REGISTER = 0xB_0001;

    private static final int LAST_REGISTER = COUNT_REGISTER + 2 * (COUNT - 1);

    private final TimerSettings settings;
    private final ReferenceTime time;
    private final PeriodRule periods;
    private final TimerSignals signals;
    private final MessageQueues queues;
    private final long[] configs;
    private final long[] counts;
    /** When each expires, or has expired last if its message waits; 0 while it does not run. */
    private final long[] due;
    /** Those that run and whose message does not wait. */
    private final DeadlineHeap deadlines;

    private final MessageBuffer[] buffers;

    /** What {@link #nextDeadline} says; derived. */
    private long next = VirtualClock.NEVER;
    /** After a restore, the queues know only later which messages wait. */
    private boolean isRestored;

    @Inject
    SyntheticTimers(
            Host host,
            TimerSettings settings,
            ReferenceTime time,
            PeriodRule periods,
            TimerSignals signals,
            MessageQueues queues) {
        this.settings = settings;
        this.time = time;
        this.periods = periods;
        this.signals = signals;
        this.queues = queues;
        int timers = settings.isPresent() ? COUNT * host.vcpuCount() : 0;
        configs = new long[timers];
        counts = new long[timers];
        due = new long[timers];
        deadlines = new DeadlineHeap(timers);
        buffers = new MessageBuffer[timers];
        for (int timer = 0; timer < timers; timer++) {
            buffers[timer] = new MessageBuffer(this, BufferKind.TIMER, timer);
        }
        queues.pool(BufferKind.TIMER, this::take);
    }

    /** The key of a buffer is the number of its timer in the machine. */
    private @Nullable MessageBuffer take(int vcpu, int key) {
        boolean isOfVcpu = key >= 0 && key < buffers.length && key / COUNT == vcpu;
        return isOfVcpu && !buffers[key].isQueued() ? buffers[key] : null;
    }

    @Override
    public List<RegisterGroup> registers() {
        return settings.isPresent() ? List.of(this) : List.of();
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(RegisterRange.readWrite(CONFIG_REGISTER, LAST_REGISTER, Privilege.SYNTHETIC_TIMERS.bit()));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        settle();
        value.set(isConfig(name) ? configs[timer(vcpu, name)] : counts[timer(vcpu, name)]);
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        settle();
        int timer = timer(vcpu, name);
        if (!isConfig(name)) {
            writeCount(timer, value.low());
        } else if (TimerConfig.isLegal(value.low(), settings.isDirect())) {
            writeConfig(timer, value.low());
        } else {
            return Status.INVALID_PARAMETER;
        }
        return Status.SUCCESS;
    }

    private static boolean isConfig(int name) {
        return (name - CONFIG_REGISTER) % 2 == 0;
    }

    private static int timer(int vcpu, int name) {
        return COUNT * vcpu + (name - CONFIG_REGISTER) / 2;
    }

    private void writeConfig(int timer, long value) {
        configs[timer] = TimerConfig.isNoticed(value) ? value : value & ~TimerConfig.ENABLE;
        program(timer);
    }

    private void writeCount(int timer, long value) {
        counts[timer] = value;
        if (value == 0) {
            configs[timer] &= ~TimerConfig.ENABLE;
        } else if (TimerConfig.isAutoEnabled(configs[timer]) && TimerConfig.isNoticed(configs[timer])) {
            configs[timer] |= TimerConfig.ENABLE;
        }
        // A count for a timer that is not enabled stops nothing: the message of a one-shot that has expired goes on
        // waiting.
        if (value == 0 || TimerConfig.isEnabled(configs[timer])) {
            program(timer);
        }
    }

    private boolean isRunning(int timer) {
        return TimerConfig.isEnabled(configs[timer]) && counts[timer] != 0;
    }

    private void program(int timer) {
        deadlines.remove(timer);
        due[timer] = 0;
        if (!isRunning(timer)) {
            queues.withdraw(buffers[timer]);
        } else if (TimerConfig.isPeriodic(configs[timer])) {
            long now = time.now();
            due[timer] = periods.next(now, counts[timer], now);
            deadlines.put(timer, due[timer]);
        } else {
            due[timer] = counts[timer];
            deadlines.put(timer, due[timer]);
        }
        passed();
    }

    /** Lets expire whatever is due. */
    private void passed() {
        long now = time.now();
        while (!deadlines.isEmpty() && Long.compareUnsigned(deadlines.earliest(), now) <= 0) {
            expire(deadlines.first(), now);
        }
        refresh();
    }

    private void refresh() {
        next = deadlines.isEmpty() ? VirtualClock.NEVER : time.nanosAt(deadlines.earliest());
    }

    private void expire(int timer, long now) {
        long config = configs[timer];
        long expired = due[timer];
        deadlines.remove(timer);
        if (!TimerConfig.isPeriodic(config)) {
            configs[timer] &= ~TimerConfig.ENABLE;
            due[timer] = 0;
        }
        if (TimerConfig.isDirect(config)) {
            signals.interrupt(timer / COUNT, TimerConfig.vector(config));
        } else if (!buffers[timer].isQueued()) {
            signals.message(timer / COUNT, TimerConfig.source(config), buffers[timer], timer % COUNT, expired);
        }
        if (!isMessageWaiting(timer)) {
            goOn(timer, now);
        }
    }

    /** Gives a periodic timer its next deadline. */
    private void goOn(int timer, long now) {
        if (isRunning(timer) && !deadlines.contains(timer)) {
            due[timer] = periods.next(due[timer], counts[timer], now);
            deadlines.put(timer, due[timer]);
        }
    }

    private boolean isMessageWaiting(int timer) {
        return buffers[timer].isQueued() && !TimerConfig.isDirect(configs[timer]);
    }

    @Override
    public void placing(MessageBuffer buffer) {
        signals.placing(buffer);
    }

    @Override
    public void released(MessageBuffer buffer) {
        settle();
        goOn(buffer.key(), time.now());
        refresh();
    }

    @Override
    public long nextDeadline() {
        settle();
        return next;
    }

    @Override
    public long nextDeadline(int vcpu) {
        settle();
        long earliest = VirtualClock.NEVER;
        for (int timer = COUNT * vcpu; timer < Math.min(COUNT * (vcpu + 1), configs.length); timer++) {
            if (deadlines.contains(timer)) {
                earliest = Math.min(earliest, time.nanosAt(due[timer]));
            }
        }
        return earliest;
    }

    @Override
    public void deadlinePassed() {
        settle();
        passed();
    }

    /** Finds the deadlines after a restore. */
    private void settle() {
        if (isRestored) {
            isRestored = false;
            long now = time.now();
            for (int timer = 0; timer < configs.length; timer++) {
                // One that expired before and was not given another deadline.
                boolean isHeld = TimerConfig.isPeriodic(configs[timer])
                        && isMessageWaiting(timer)
                        && Long.compareUnsigned(due[timer], now) <= 0;
                if (isRunning(timer) && !isHeld) {
                    deadlines.put(timer, due[timer]);
                }
            }
            refresh();
        }
    }

    @Override
    public String stateName() {
        return "synthetic-timers";
    }

    @Override
    public void reset() {
        Arrays.fill(configs, 0);
        Arrays.fill(counts, 0);
        Arrays.fill(due, 0);
        for (MessageBuffer buffer : buffers) {
            queues.withdraw(buffer);
        }
        deadlines.clear();
        next = VirtualClock.NEVER;
        isRestored = false;
    }

    @Override
    public void resetVcpu(int vcpu) {
        settle();
        for (int timer = COUNT * vcpu; timer < Math.min(COUNT * (vcpu + 1), configs.length); timer++) {
            configs[timer] = 0;
            counts[timer] = 0;
            program(timer);
        }
    }

    /** Which messages wait is saved with the queues. */
    @Override
    public void save(StateWriter writer) {
        writer.words("config", configs);
        writer.words("count", counts);
        writer.words("due", due);
    }

    @Override
    public void restore(StateReader reader) {
        long[] savedConfigs = reader.words("config", configs.length);
        long[] savedCounts = reader.words("count", counts.length);
        long[] savedDue = reader.words("due", due.length);
        for (int timer = 0; timer < configs.length; timer++) {
            long config = savedConfigs[timer];
            if (!TimerConfig.isLegal(config, settings.isDirect())
                    || TimerConfig.isEnabled(config) && !TimerConfig.isNoticed(config)) {
                throw reader.invalid("config", "has 0x" + Long.toHexString(config) + ", which no timer has");
            }
            boolean isRunning = TimerConfig.isEnabled(config) && savedCounts[timer] != 0;
            long due = savedDue[timer];
            boolean isDuePossible = !isRunning ? due == 0 : TimerConfig.isPeriodic(config) || due == savedCounts[timer];
            if (!isDuePossible) {
                throw reader.invalid("due", "has " + Long.toUnsignedString(due) + ", at which the timer cannot expire");
            }
        }
        System.arraycopy(savedConfigs, 0, configs, 0, configs.length);
        System.arraycopy(savedCounts, 0, counts, 0, counts.length);
        System.arraycopy(savedDue, 0, due, 0, due.length);
        deadlines.clear();
        isRestored = true;
    }
}

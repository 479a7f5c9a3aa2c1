/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.timer;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.Arrays;
import java.util.Objects;

/**
 * The generic timers of one PE, all level: EL1 physical on PPI 30, EL1 virtual on 27, EL2 physical on 26, EL2 virtual on
 * 28.
 *
 * <p>A timer condition is met while count &gt;= compare value, both unsigned 64-bit. The interrupt line is high while the
 * timer is enabled, its condition is met and it is not masked (CNTx_CTL ENABLE, ISTATUS, IMASK). The virtual count is the
 * physical count minus CNTVOFF_EL2. Lines follow time when {@link #update()} is called: whoever moves the clock calls it.
 *
 * @since 0.1
 */
public final class GenericTimers implements StateElement {
    /** INTID of the EL1 physical timer. */
    public static final int PHYSICAL_PPI = TimerUnit.PHYSICAL.interrupt;
    /** INTID of the EL1 virtual timer. */
    public static final int VIRTUAL_PPI = TimerUnit.VIRTUAL.interrupt;
    /** INTID of the EL2 physical timer. */
    public static final int EL2_PHYSICAL_PPI = TimerUnit.EL2_PHYSICAL.interrupt;
    /** INTID of the EL2 virtual timer. */
    public static final int EL2_VIRTUAL_PPI = TimerUnit.EL2_VIRTUAL.interrupt;

    private static final TimerUnit[] UNITS = TimerUnit.values();
    private static final long ENABLE = 1;
    private static final long IMASK = 2;
    private static final long ISTATUS = 4;

    private final VirtualClock clock;
    private final Redistributor redistributor;
    private final long[] control = new long[UNITS.length];
    private final long[] compare = new long[UNITS.length];
    private long virtualOffset;
    private long frequency = VirtualClock.COUNTER_FREQUENCY;
    /** When the next line rises by itself; derived. */
    private long deadline = VirtualClock.NEVER;
    /** When to look at the lines again; derived. */
    private long refresh;

    /**
     * Makes the timers of one PE.
     *
     * @param clock the clock of the machine
     * @param redistributor where the lines of this PE go
     */
    public GenericTimers(VirtualClock clock, Redistributor redistributor) {
        this.clock = Objects.requireNonNull(clock, "clock");
        this.redistributor = Objects.requireNonNull(redistributor, "redistributor");
    }

    /**
     * Reads a timer or counter register.
     *
     * @param register CNTFRQ_EL0, CNTPCT_EL0, CNTVCT_EL0, CNTVOFF_EL2, or CTL, CVAL, TVAL of CNTP, CNTV, CNTHP or CNTHV
     * @return its value now
     * @throws IllegalArgumentException if it is another register
     */
    public long read(SystemRegister register) {
        return switch (register) {
            case CNTFRQ_EL0 -> frequency;
            case CNTPCT_EL0 -> count(TimerUnit.PHYSICAL);
            case CNTVCT_EL0 -> count(TimerUnit.VIRTUAL);
            case CNTVOFF_EL2 -> virtualOffset;
            default -> read(unit(register), register);
        };
    }

    private long read(TimerUnit unit, SystemRegister register) {
        int i = unit.ordinal();
        if (register == unit.control) {
            boolean met = (control[i] & ENABLE) != 0 && isConditionMet(unit);
            return control[i] | (met ? ISTATUS : 0);
        }
        // TVAL reads as the low half of compare value minus count.
        return register == unit.compare ? compare[i] : compare[i] - count(unit) & 0xFFFF_FFFFL;
    }

    /**
     * Writes a timer register and updates the lines. What CNTFRQ_EL0 holds changes nothing but what software reads there.
     *
     * @param register CNTFRQ_EL0, CNTVOFF_EL2, or CTL, CVAL, TVAL of CNTP, CNTV, CNTHP or CNTHV
     * @param value the value; bits that do not exist are ignored
     * @throws IllegalArgumentException if it is another register
     */
    public void write(SystemRegister register, long value) {
        switch (register) {
            case CNTFRQ_EL0 -> frequency = value & 0xFFFF_FFFFL;
            case CNTVOFF_EL2 -> virtualOffset = value;
            default -> write(unit(register), register, value);
        }
        refresh();
    }

    private void write(TimerUnit unit, SystemRegister register, long value) {
        int i = unit.ordinal();
        if (register == unit.control) {
            control[i] = value & (ENABLE | IMASK);
        } else {
            compare[i] = register == unit.compare ? value : count(unit) + (int) value;
        }
    }

    private static TimerUnit unit(SystemRegister register) {
        for (TimerUnit unit : UNITS) {
            if (register == unit.control || register == unit.compare || register == unit.value) {
                return unit;
            }
        }
        throw new IllegalArgumentException(register + " is not a register of the generic timers");
    }

    /** Brings the interrupt lines up to date with the clock. Costs next to nothing while no line is due. */
    public void update() {
        if (clock.now() >= refresh) {
            refresh();
        }
    }

    private void refresh() {
        deadline = VirtualClock.NEVER;
        refresh = VirtualClock.NEVER;
        for (TimerUnit unit : UNITS) {
            boolean high = isLineHigh(unit);
            redistributor.setLevel(unit.interrupt, high);
            if (high) {
                // The line falls again where the count passes its largest value.
                refresh = Math.min(refresh, time(-count(unit)));
            } else if (control[unit.ordinal()] == ENABLE) {
                deadline = Math.min(deadline, time(compare[unit.ordinal()] - count(unit)));
            }
        }
        refresh = Math.min(refresh, deadline);
    }

    /**
     * Returns when the next line will rise by itself.
     *
     * @return a time of the clock in nanoseconds, later than now, or {@link VirtualClock#NEVER}
     */
    public long nextDeadline() {
        update();
        return deadline;
    }

    /** Returns when a number of counts, unsigned, will have passed. */
    private long time(long counts) {
        long from = clock.count();
        if (counts < 0 || counts >= VirtualClock.NEVER / VirtualClock.NANOS_PER_COUNT - from) {
            return VirtualClock.NEVER;
        }
        return (from + counts) * VirtualClock.NANOS_PER_COUNT;
    }

    private long count(TimerUnit unit) {
        return unit == TimerUnit.VIRTUAL ? clock.count() - virtualOffset : clock.count();
    }

    private boolean isConditionMet(TimerUnit unit) {
        return Long.compareUnsigned(count(unit), compare[unit.ordinal()]) >= 0;
    }

    private boolean isLineHigh(TimerUnit unit) {
        return control[unit.ordinal()] == ENABLE && isConditionMet(unit);
    }

    @Override
    public String stateName() {
        return "timers";
    }

    @Override
    public void reset() {
        Arrays.fill(control, 0);
        Arrays.fill(compare, 0);
        virtualOffset = 0;
        frequency = VirtualClock.COUNTER_FREQUENCY;
        refresh();
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("control", control);
        writer.words("compare", compare);
        writer.word("virtual-offset", virtualOffset);
        writer.word("frequency", frequency);
    }

    /** Interrupt lines are restored with the redistributor; those that are due are raised at the next update. */
    @Override
    public void restore(StateReader reader) {
        long[] savedControl = reader.words("control", UNITS.length);
        long[] savedCompare = reader.words("compare", UNITS.length);
        for (int i = 0; i < UNITS.length; i++) {
            if ((savedControl[i] & ~(ENABLE | IMASK)) != 0) {
                throw reader.invalid("control", "has bits that do not exist");
            }
            control[i] = savedControl[i];
            compare[i] = savedCompare[i];
        }
        virtualOffset = reader.word("virtual-offset");
        frequency = reader.word("frequency", 0, 0xFFFF_FFFFL);
        refresh = 0;
    }
}

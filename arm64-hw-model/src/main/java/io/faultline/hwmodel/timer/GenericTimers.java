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
import java.util.Objects;

/**
 * The generic timers of one PE: the EL1 physical timer on PPI 30 and the EL1 virtual timer on PPI 27, both level.
 *
 * <p>A timer condition is met while count &gt;= compare value, both unsigned 64-bit. The interrupt line is high while the
 * timer is enabled, its condition is met and it is not masked (CNTx_CTL ENABLE, ISTATUS, IMASK). The virtual count is the
 * physical count minus CNTVOFF_EL2. Lines follow time when {@link #update()} is called: whoever moves the clock calls it.
 *
 * @since 0.1
 */
public final class GenericTimers implements StateElement {
    /** INTID of the EL1 physical timer. */
    public static final int PHYSICAL_PPI = 30;
    /** INTID of the EL1 virtual timer. */
    public static final int VIRTUAL_PPI = 27;

    private static final long ENABLE = 1;
    private static final long IMASK = 2;
    private static final long ISTATUS = 4;
    private static final int PHYSICAL = 0;
    private static final int VIRTUAL = 1;

    private final VirtualClock clock;
    private final Redistributor redistributor;
    private final long[] control = new long[2];
    private final long[] compare = new long[2];
    private long virtualOffset;

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
     * @param register CNTFRQ_EL0, CNTPCT_EL0, CNTVCT_EL0, CNTVOFF_EL2, or one of CNTP_ and CNTV_ CTL, CVAL, TVAL
     * @return its value now
     * @throws IllegalArgumentException if it is another register
     */
    public long read(SystemRegister register) {
        return switch (register) {
            case CNTFRQ_EL0 -> VirtualClock.COUNTER_FREQUENCY;
            case CNTPCT_EL0 -> count(PHYSICAL);
            case CNTVCT_EL0 -> count(VIRTUAL);
            case CNTVOFF_EL2 -> virtualOffset;
            case CNTP_CTL_EL0 -> readControl(PHYSICAL);
            case CNTP_CVAL_EL0 -> compare[PHYSICAL];
            case CNTP_TVAL_EL0 -> readTimerValue(PHYSICAL);
            case CNTV_CTL_EL0 -> readControl(VIRTUAL);
            case CNTV_CVAL_EL0 -> compare[VIRTUAL];
            case CNTV_TVAL_EL0 -> readTimerValue(VIRTUAL);
            default -> throw notATimer(register);
        };
    }

    /**
     * Writes a timer register and updates the lines.
     *
     * @param register CNTVOFF_EL2, or one of CNTP_ and CNTV_ CTL, CVAL, TVAL
     * @param value the value; bits that do not exist are ignored
     * @throws IllegalArgumentException if it is another register
     */
    public void write(SystemRegister register, long value) {
        switch (register) {
            case CNTVOFF_EL2 -> virtualOffset = value;
            case CNTP_CTL_EL0 -> control[PHYSICAL] = value & (ENABLE | IMASK);
            case CNTP_CVAL_EL0 -> compare[PHYSICAL] = value;
            case CNTP_TVAL_EL0 -> compare[PHYSICAL] = count(PHYSICAL) + (int) value;
            case CNTV_CTL_EL0 -> control[VIRTUAL] = value & (ENABLE | IMASK);
            case CNTV_CVAL_EL0 -> compare[VIRTUAL] = value;
            case CNTV_TVAL_EL0 -> compare[VIRTUAL] = count(VIRTUAL) + (int) value;
            default -> throw notATimer(register);
        }
        update();
    }

    /** Brings the interrupt lines up to date with the clock. */
    public void update() {
        redistributor.setLevel(PHYSICAL_PPI, isLineHigh(PHYSICAL));
        redistributor.setLevel(VIRTUAL_PPI, isLineHigh(VIRTUAL));
    }

    /**
     * Returns when the next line will rise by itself.
     *
     * @return a time of the clock in nanoseconds, later than now, or {@link VirtualClock#NEVER}
     */
    public long nextDeadline() {
        return Math.min(deadline(PHYSICAL), deadline(VIRTUAL));
    }

    private long deadline(int timer) {
        if (control[timer] != ENABLE || isConditionMet(timer)) {
            return VirtualClock.NEVER;
        }
        long counts = compare[timer] - count(timer);
        long from = clock.count();
        if (counts < 0 || counts >= VirtualClock.NEVER / VirtualClock.NANOS_PER_COUNT - from) {
            return VirtualClock.NEVER;
        }
        return (from + counts) * VirtualClock.NANOS_PER_COUNT;
    }

    private long count(int timer) {
        return timer == PHYSICAL ? clock.count() : clock.count() - virtualOffset;
    }

    private boolean isConditionMet(int timer) {
        return Long.compareUnsigned(count(timer), compare[timer]) >= 0;
    }

    private boolean isLineHigh(int timer) {
        return control[timer] == ENABLE && isConditionMet(timer);
    }

    private long readControl(int timer) {
        boolean met = (control[timer] & ENABLE) != 0 && isConditionMet(timer);
        return control[timer] | (met ? ISTATUS : 0);
    }

    /** TVAL reads as the low half of compare value minus count. */
    private long readTimerValue(int timer) {
        return compare[timer] - count(timer) & 0xFFFF_FFFFL;
    }

    private static IllegalArgumentException notATimer(SystemRegister register) {
        return new IllegalArgumentException(register + " is not a register of the generic timers");
    }

    @Override
    public String stateName() {
        return "timers";
    }

    @Override
    public void reset() {
        control[PHYSICAL] = 0;
        control[VIRTUAL] = 0;
        compare[PHYSICAL] = 0;
        compare[VIRTUAL] = 0;
        virtualOffset = 0;
        update();
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("control", control);
        writer.words("compare", compare);
        writer.word("virtual-offset", virtualOffset);
    }

    /** Interrupt lines are restored with the redistributor, not from here. */
    @Override
    public void restore(StateReader reader) {
        long[] savedControl = reader.words("control", 2);
        long[] savedCompare = reader.words("compare", 2);
        for (int i = 0; i < 2; i++) {
            if ((savedControl[i] & ~(ENABLE | IMASK)) != 0) {
                throw reader.invalid("control", "has bits that do not exist");
            }
            control[i] = savedControl[i];
            compare[i] = savedCompare[i];
        }
        virtualOffset = reader.word("virtual-offset");
    }
}

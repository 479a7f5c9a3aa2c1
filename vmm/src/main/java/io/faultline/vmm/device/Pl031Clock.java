/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.machine.VirtualClock;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The Arm PL031 real-time clock (DDI 0224): seconds since 1970 in 32 bits, driven by the virtual time of the machine.
 *
 * <p>It always runs, as on QEMU's board: CR reads as 1 and writes to it change nothing. The interrupt line follows MIS.
 *
 * @since 0.1
 */
public final class Pl031Clock implements MmioDevice, StateElement {
    /** Length of the frame in bytes. */
    public static final int FRAME = PrimeCell.FRAME;

    /** Where QEMU's {@code virt} board has its PL031. */
    public static final MemoryRegion VIRT_FRAME = MemoryRegion.ram(0x0901_0000L, FRAME);

    /** The time at which a machine begins if nobody says otherwise: 2026-01-01T00:00:00Z in seconds since 1970. */
    public static final long DEFAULT_EPOCH = 1_767_225_600L;

    private static final int DR = 0x00;
    private static final int MR = 0x04;
    private static final int LR = 0x08;
    private static final int CR = 0x0C;
    private static final int IMSC = 0x10;
    private static final int RIS = 0x14;
    private static final int MIS = 0x18;
    private static final int ICR = 0x1C;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long COUNTER = 0xFFFF_FFFFL;
    private static final PrimeCell ID = new PrimeCell(0x031, 0);

    private final VirtualClock clock;
    private final InterruptLine line;
    private final long epoch;
    /** What to add to the seconds of the machine to get the counter, modulo 2^32. */
    private long offset;

    private long match;
    private long load;
    private int mask;
    private int raw;
    /** Machine time in seconds up to which a match has been looked for. */
    private long examined;

    /**
     * Makes a clock.
     *
     * @param clock the time of the machine
     * @param epoch seconds since 1970 when the machine's time is zero; the low 32 bits count
     * @param line takes the interrupt
     */
    public Pl031Clock(VirtualClock clock, long epoch, InterruptLine line) {
        this.line = Objects.requireNonNull(line, "line");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.epoch = epoch & COUNTER;
        this.offset = this.epoch;
        this.load = offset;
        this.examined = seconds();
    }

    @Override
    public String name() {
        return "PL031";
    }

    @Override
    public OptionalLong read(long offset, AccessWidth width) {
        if (!PrimeCell.isRegisterAccess(offset, width)) {
            return OptionalLong.empty();
        }
        if (PrimeCell.isIdentification(offset)) {
            return OptionalLong.of(ID.identification(offset));
        }
        examine();
        OptionalLong value = switch ((int) offset) {
            case DR -> OptionalLong.of(counter());
            case MR -> OptionalLong.of(match);
            case LR -> OptionalLong.of(load);
            case CR -> OptionalLong.of(1);
            case IMSC -> OptionalLong.of(mask);
            case RIS -> OptionalLong.of(raw);
            case MIS -> OptionalLong.of(raw & mask);
            case ICR -> OptionalLong.of(0);
            default -> OptionalLong.empty();
        };
        return value.isPresent() ? OptionalLong.of(PrimeCell.low(value.getAsLong(), width)) : value;
    }

    @Override
    public boolean write(long offset, AccessWidth width, long written) {
        if (!PrimeCell.isRegisterAccess(offset, width)) {
            return false;
        }
        examine();
        long value = written & COUNTER;
        switch ((int) offset) {
            case MR -> {
                match = value;
                matchNow();
            }
            case LR -> {
                load = value;
                this.offset = value - seconds() & COUNTER;
                matchNow();
            }
            case IMSC -> mask = (int) value & 1;
            case ICR -> raw &= (int) ~value;
            case DR, CR, RIS, MIS -> {}
            default -> {
                return PrimeCell.isIdentification(offset);
            }
        }
        drive();
        return true;
    }

    private void drive() {
        line.set((raw & mask) != 0);
    }

    /** Brings the interrupt up to date with the time of the machine. */
    public void update() {
        examine();
        drive();
    }

    /**
     * Returns when the interrupt will rise by itself.
     *
     * @return a time of the machine in nanoseconds, later than now; empty if the guest does not wait for it
     */
    public OptionalLong nextDeadline() {
        if (mask == 0 || raw != 0) {
            return OptionalLong.empty();
        }
        long left = match - counter() & COUNTER;
        return OptionalLong.of((seconds() + (left == 0 ? COUNTER + 1 : left)) * NANOS_PER_SECOND);
    }

    private long seconds() {
        return clock.nanos() / NANOS_PER_SECOND;
    }

    private long counter() {
        return seconds() + offset & COUNTER;
    }

    private void matchNow() {
        if (counter() == match) {
            raw = 1;
        }
    }

    /** The counter raises the interrupt in the second in which it equals MR; guests look later. */
    private void examine() {
        long now = seconds();
        long passed = now - examined;
        long sinceMatch = counter() - match & COUNTER;
        if (passed > sinceMatch) {
            raw = 1;
        }
        examined = now;
    }

    @Override
    public String stateName() {
        return "rtc";
    }

    @Override
    public void reset() {
        offset = epoch;
        load = epoch;
        match = 0;
        mask = 0;
        raw = 0;
        examined = seconds();
        drive();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The level of the line belongs to the state of the interrupt controller, and the time to that of the machine.
     */
    @Override
    public void save(StateWriter writer) {
        writer.word("offset", offset);
        writer.word("mr", match);
        writer.word("lr", load);
        writer.word("imsc", mask);
        writer.word("ris", raw);
        writer.word("examined", examined);
    }

    @Override
    public void restore(StateReader reader) {
        offset = reader.word("offset", 0, COUNTER);
        match = reader.word("mr", 0, COUNTER);
        load = reader.word("lr", 0, COUNTER);
        mask = reader.integer("imsc", 0, 1);
        raw = reader.integer("ris", 0, 1);
        examined = reader.word("examined", 0, Long.MAX_VALUE / NANOS_PER_SECOND);
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.SystemRegister;

/**
 * The GICv3 as a guest programs it, with frames where QEMU's {@code virt} machine has them. Each method leaves what else
 * the guest has set up alone.
 *
 * @since 0.1
 */
public final class GuestInterrupts {
    private static final long DISTRIBUTOR = 0x0800_0000L;
    private static final long REDISTRIBUTORS = 0x080A_0000L;
    private static final long REDISTRIBUTOR_BYTES = 0x2_0000L;
    private static final long PRIVATE = 0x1_0000L;

    private static final long GICD_CTLR = 0;
    private static final long ARE_AND_GROUP_1 = 0x12;
    private static final long GICR_WAKER = 0x14;
    private static final long GICR_IGROUPR0 = PRIVATE + 0x80;
    private static final long GICR_ISENABLER0 = PRIVATE + 0x100;
    private static final long GICR_ICENABLER0 = PRIVATE + 0x180;
    private static final long GICR_ISPENDR0 = PRIVATE + 0x200;
    private static final long GICR_ICPENDR0 = PRIVATE + 0x280;
    private static final long GICR_IPRIORITYR = PRIVATE + 0x400;
    private static final long GICR_ICFGR1 = PRIVATE + 0xC04;

    private static final long ANY_PRIORITY = 0xF0;
    private static final long MIDDLE_PRIORITY = 0xA0;
    private static final long LEVEL = 0;
    private static final long EDGE = 2;
    private static final long TRIGGER = 3;
    private static final long EOI_MODE = 1 << 1;

    private final GuestProgram program;
    private final long redistributor;

    /**
     * Makes the view of one vCPU.
     *
     * @param program what it executes
     * @param vcpu index of the vCPU
     */
    public GuestInterrupts(GuestProgram program, int vcpu) {
        this.program = program;
        this.redistributor = REDISTRIBUTORS + REDISTRIBUTOR_BYTES * vcpu;
    }

    /**
     * Makes a PPI of group 1 come through, level-sensitive.
     *
     * @param ppi INTID
     */
    public void enable(int ppi) {
        enable(ppi, LEVEL);
    }

    /**
     * Makes a PPI of group 1 come through, edge-triggered.
     *
     * @param ppi INTID
     */
    public void enableEdge(int ppi) {
        enable(ppi, EDGE);
    }

    private void enable(int ppi, long trigger) {
        set(DISTRIBUTOR + GICD_CTLR, ARE_AND_GROUP_1);
        program.store(redistributor + GICR_WAKER, AccessWidth.WORD, 0);
        set(redistributor + GICR_IGROUPR0, 1L << ppi);
        long configuration = program.load(redistributor + GICR_ICFGR1, AccessWidth.WORD);
        int shift = 2 * (ppi - 16);
        program.store(
                redistributor + GICR_ICFGR1, AccessWidth.WORD, configuration & ~(TRIGGER << shift) | trigger << shift);
        program.store(redistributor + GICR_IPRIORITYR + ppi, AccessWidth.BYTE, MIDDLE_PRIORITY);
        if (program.read(SystemRegister.ICC_PMR_EL1) <= MIDDLE_PRIORITY) {
            program.write(SystemRegister.ICC_PMR_EL1, ANY_PRIORITY);
        }
        program.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        program.store(redistributor + GICR_ISENABLER0, AccessWidth.WORD, 1L << ppi);
    }

    /**
     * Disables a PPI.
     *
     * @param ppi INTID
     */
    public void disable(int ppi) {
        program.store(redistributor + GICR_ICENABLER0, AccessWidth.WORD, 1L << ppi);
    }

    /**
     * Makes a private interrupt of this vCPU pending.
     *
     * @param intid INTID, 0 to 31
     */
    public void pend(int intid) {
        program.store(redistributor + GICR_ISPENDR0, AccessWidth.WORD, 1L << intid);
    }

    /**
     * Forgets that a private interrupt of this vCPU is pending.
     *
     * @param intid INTID, 0 to 31
     */
    public void forget(int intid) {
        program.store(redistributor + GICR_ICPENDR0, AccessWidth.WORD, 1L << intid);
    }

    private void set(long address, long bits) {
        program.store(address, AccessWidth.WORD, program.load(address, AccessWidth.WORD) | bits);
    }

    /**
     * Returns the interrupt that an acknowledge would give; nothing changes.
     *
     * @return INTID
     */
    public int highestPending() {
        return (int) program.read(SystemRegister.ICC_HPPIR1_EL1);
    }

    /**
     * Acknowledges an interrupt of group 1.
     *
     * @return INTID
     */
    public int acknowledge() {
        return (int) program.read(SystemRegister.ICC_IAR1_EL1);
    }

    /**
     * Ends an interrupt, whatever the mode of the end of interrupts.
     *
     * @param intid what {@link #acknowledge} returned
     */
    public void end(int intid) {
        program.write(SystemRegister.ICC_EOIR1_EL1, intid);
        if ((program.read(SystemRegister.ICC_CTLR_EL1) & EOI_MODE) != 0) {
            program.write(SystemRegister.ICC_DIR_EL1, intid);
        }
    }
}

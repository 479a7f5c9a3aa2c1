/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.notification.Trigger;

/**
 * Programs the GICv3 of a machine by stores and system register accesses of one vCPU. Frames are where QEMU's
 * {@code virt} machine has them.
 *
 * @since 0.1
 */
public final class GicGuest {
    /** Address of the distributor. */
    public static final long DISTRIBUTOR = 0x0800_0000L;

    /** Address of the first redistributor. */
    public static final long REDISTRIBUTORS = 0x080A_0000L;

    /** Bytes from one redistributor to the next. */
    public static final long REDISTRIBUTOR_STRIDE = 0x2_0000L;

    private static final long GICR_WAKER = 0x14;
    private static final long SGI_BASE = 0x1_0000L;
    private static final long IGROUPR0 = SGI_BASE + 0x80;
    private static final long ISENABLER0 = SGI_BASE + 0x100;
    private static final long ICENABLER0 = SGI_BASE + 0x180;
    private static final long IPRIORITYR = SGI_BASE + 0x400;
    private static final long ICFGR1 = SGI_BASE + 0xC04;
    private static final long CTLR_ARE_GROUP1 = 0x12;
    private static final int ANY_PRIORITY = 0xF0;
    private static final int MIDDLE_PRIORITY = 0xA0;

    private final SteppingGuestCpu cpu;

    GicGuest(SteppingGuestCpu cpu) {
        this.cpu = cpu;
    }

    /** Turns on the distributor, the redistributor and the CPU interface of this vCPU for group 1. */
    public void initialise() {
        cpu.put(DISTRIBUTOR, AccessWidth.WORD, CTLR_ARE_GROUP1);
        cpu.put(redistributor() + GICR_WAKER, AccessWidth.WORD, 0);
        cpu.msr(SystemRegister.ICC_SRE_EL1, 7);
        cpu.msr(SystemRegister.ICC_PMR_EL1, ANY_PRIORITY);
        cpu.msr(SystemRegister.ICC_IGRPEN1_EL1, 1);
    }

    /**
     * Enables a private interrupt in group 1 with a middle priority. {@link #initialise} comes first.
     *
     * @param interrupt an SGI or PPI
     */
    public void enable(InterruptId interrupt) {
        int bit = 1 << interrupt.number();
        long group = cpu.get(redistributor() + IGROUPR0, AccessWidth.WORD);
        cpu.put(redistributor() + IGROUPR0, AccessWidth.WORD, group | bit & 0xFFFF_FFFFL);
        cpu.put(redistributor() + IPRIORITYR + interrupt.number(), AccessWidth.BYTE, MIDDLE_PRIORITY);
        cpu.put(redistributor() + ISENABLER0, AccessWidth.WORD, bit & 0xFFFF_FFFFL);
    }

    /**
     * Configures how a PPI signals. It has to be disabled.
     *
     * @param interrupt a PPI
     * @param trigger level or edge
     */
    public void configure(InterruptId interrupt, Trigger trigger) {
        long edge = 2L << 2 * (interrupt.number() - 16);
        long others = cpu.get(redistributor() + ICFGR1, AccessWidth.WORD) & ~edge;
        cpu.put(redistributor() + ICFGR1, AccessWidth.WORD, trigger == Trigger.EDGE ? others | edge : others);
    }

    /**
     * Gives a private interrupt a priority.
     *
     * @param interrupt an SGI or PPI
     * @param priority 0 (highest) to 0xF8
     */
    public void prioritise(InterruptId interrupt, int priority) {
        cpu.put(redistributor() + IPRIORITYR + interrupt.number(), AccessWidth.BYTE, priority);
    }

    /**
     * Disables a private interrupt.
     *
     * @param interrupt an SGI or PPI
     */
    public void disable(InterruptId interrupt) {
        cpu.put(redistributor() + ICENABLER0, AccessWidth.WORD, (1L << interrupt.number()) & 0xFFFF_FFFFL);
    }

    /**
     * Acknowledges the interrupt with the highest priority.
     *
     * @return its INTID, or 1023 if there is none
     */
    public int acknowledge() {
        return (int) cpu.mrs(SystemRegister.ICC_IAR1_EL1);
    }

    /**
     * Ends an interrupt.
     *
     * @param intid what {@link #acknowledge} returned
     */
    public void end(int intid) {
        cpu.msr(SystemRegister.ICC_EOIR1_EL1, intid);
    }

    /**
     * Sends a software-generated interrupt to this vCPU itself.
     *
     * @param interrupt an SGI
     */
    public void sendToSelf(InterruptId interrupt) {
        long affinity = cpu.vcpu().affinity().mpidr();
        long target = 1L << (affinity & 0xF);
        long higher = (affinity >>> 8 & 0xFF) << 16 | (affinity >>> 16 & 0xFF) << 32 | (affinity >>> 32 & 0xFF) << 48;
        cpu.msr(SystemRegister.ICC_SGI1R_EL1, higher | (long) interrupt.number() << 24 | target);
    }

    private long redistributor() {
        return REDISTRIBUTORS + REDISTRIBUTOR_STRIDE * cpu.index();
    }
}

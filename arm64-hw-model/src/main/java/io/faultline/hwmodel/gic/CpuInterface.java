/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/**
 * The system-register CPU interface of one PE. Group 1 interrupts are signalled as IRQ, group 0 as FIQ.
 *
 * <p>Behaviour follows GICv3 (IHI 0069) chapters 4 and 12 for one security state. Not thread-safe.
 *
 * @since 0.1
 */
public final class CpuInterface implements StateElement {
    private static final int IDLE_PRIORITY = 0xFF;
    private static final int SPECIAL_INTIDS = 1020;
    private static final int NO_GROUP = -1;
    private static final int CBPR = 1;
    private static final int EOI_MODE = 2;
    /** Affinity level 3 in SGIs, 16 interrupt ID bits, 5 priority bits. */
    private static final int CTLR_READ_ONLY = 1 << 15 | 4 << 8;
    /** System registers only, no bypass of IRQ and FIQ. */
    private static final int SRE_VALUE = 0b111;

    private static final int LOWEST_BPR0 = 2;
    private static final int LOWEST_BPR1 = 3;
    private static final int HIGHEST_BPR = 7;

    private final Redistributor redistributor;
    private final Distributor distributor;
    private final SharedInterrupts shared;

    private int priorityMask;
    private int control;
    private int binaryPoint0;
    private int binaryPoint1;
    private final boolean[] groupEnabled = new boolean[2];
    private final int[] activePriorities = new int[2];

    /** Highest priority pending interrupt of sufficient priority, derived from everything else. */
    private int signalled = InterruptId.SPURIOUS;

    /** Its group, or {@link #NO_GROUP}. */
    private int signalledGroup = NO_GROUP;

    /** Follows from the state of whoever holds interrupts back, so it is not saved here. */
    private boolean held;

    CpuInterface(Redistributor redistributor, Distributor distributor, SharedInterrupts shared) {
        this.shared = shared;
        this.redistributor = redistributor;
        this.distributor = distributor;
    }

    /**
     * Holds every interrupt back, as if one of higher priority than all of them were running, or lets them go.
     *
     * @param back true to hold them back
     */
    public void hold(boolean back) {
        held = back;
        update();
    }

    /**
     * Tells whether the interface signals an IRQ: an enabled group 1 interrupt is pending with sufficient priority.
     * PSTATE.I does not count; this is what wakes a PE from WFI.
     *
     * @return true if it does
     */
    public boolean irqPending() {
        return signalledGroup == 1;
    }

    /**
     * Tells whether the interface signals an FIQ: the same for group 0.
     *
     * @return true if it does
     */
    public boolean fiqPending() {
        return signalledGroup == 0;
    }

    /**
     * Returns the interrupt that the interface signals.
     *
     * @return its INTID, or 1023 if it signals none
     */
    public int signalled() {
        return signalled;
    }

    /**
     * Returns the priority that an interrupt must beat.
     *
     * @return 0 to 0xF8, or 0xFF if no interrupt is active
     */
    public int runningPriority() {
        int bits = activePriorities[0] | activePriorities[1];
        return bits == 0 ? IDLE_PRIORITY : Integer.numberOfTrailingZeros(bits) << GicIdentity.PRIORITY_SHIFT;
    }

    /**
     * Reads a register as the guest does, side effects of an acknowledge included.
     *
     * @param register one of ICC_*_EL1 that can be read
     * @return its value
     * @throws IllegalArgumentException if it cannot be read or is not of the CPU interface
     */
    public long read(SystemRegister register) {
        return switch (register) {
            case ICC_PMR_EL1 -> priorityMask;
            case ICC_IAR0_EL1 -> acknowledge(0);
            case ICC_IAR1_EL1 -> acknowledge(1);
            case ICC_HPPIR0_EL1 -> highestPending(0);
            case ICC_HPPIR1_EL1 -> highestPending(1);
            case ICC_BPR0_EL1 -> binaryPoint0;
            case ICC_BPR1_EL1 -> (control & CBPR) != 0 ? Math.min(binaryPoint0 + 1, HIGHEST_BPR) : binaryPoint1;
            case ICC_AP0R0_EL1 -> activePriorities[0] & 0xFFFF_FFFFL;
            case ICC_AP1R0_EL1 -> activePriorities[1] & 0xFFFF_FFFFL;
            case ICC_RPR_EL1 -> runningPriority();
            case ICC_CTLR_EL1 -> control | CTLR_READ_ONLY;
            case ICC_SRE_EL1 -> SRE_VALUE;
            case ICC_IGRPEN0_EL1 -> groupEnabled[0] ? 1 : 0;
            case ICC_IGRPEN1_EL1 -> groupEnabled[1] ? 1 : 0;
            default -> throw notReadable(register);
        };
    }

    /**
     * Writes a register as the guest does.
     *
     * @param register one of ICC_*_EL1 that can be written
     * @param value the value; bits that do not exist are ignored
     * @throws IllegalArgumentException if it cannot be written or is not of the CPU interface
     */
    public void write(SystemRegister register, long value) {
        switch (register) {
            case ICC_PMR_EL1 -> priorityMask = (int) value & GicIdentity.PRIORITY_MASK;
            case ICC_EOIR0_EL1 -> endOfInterrupt(0, value);
            case ICC_EOIR1_EL1 -> endOfInterrupt(1, value);
            case ICC_DIR_EL1 -> deactivate(value);
            case ICC_BPR0_EL1 -> binaryPoint0 = Math.max((int) value & 7, LOWEST_BPR0);
            case ICC_BPR1_EL1 -> {
                if ((control & CBPR) == 0) {
                    binaryPoint1 = Math.max((int) value & 7, LOWEST_BPR1);
                }
            }
            case ICC_AP0R0_EL1 -> activePriorities[0] = (int) value;
            case ICC_AP1R0_EL1 -> activePriorities[1] = (int) value;
            case ICC_CTLR_EL1 -> control = (int) value & (CBPR | EOI_MODE);
            case ICC_SRE_EL1 -> {
                // every bit reads as one and ignores writes
            }
            case ICC_IGRPEN0_EL1 -> groupEnabled[0] = (value & 1) != 0;
            case ICC_IGRPEN1_EL1 -> groupEnabled[1] = (value & 1) != 0;
            case ICC_SGI0R_EL1 -> redistributor.controller().sendSgi(redistributor.index(), value, 0);
            case ICC_SGI1R_EL1, ICC_ASGI1R_EL1 -> redistributor.controller().sendSgi(redistributor.index(), value, 1);
            default ->
                throw new IllegalArgumentException(register + " is not a writable register of the CPU interface");
        }
        update();
    }

    /** Works out again which interrupt is signalled. */
    void update() {
        int candidate = highestCandidate();
        boolean sufficient = !held && candidate != InterruptId.SPURIOUS && isSufficient(candidate);
        signalled = sufficient ? candidate : InterruptId.SPURIOUS;
        signalledGroup = sufficient ? groupOf(candidate) : NO_GROUP;
    }

    private int groupOf(int intid) {
        return intid < SharedInterrupts.FIRST ? redistributor.group(intid) : shared.group(intid);
    }

    private int priorityOf(int intid) {
        return intid < SharedInterrupts.FIRST ? redistributor.priority(intid) : shared.priority(intid);
    }

    /** Whether the priority passes the mask and preempts what is running, and the group is enabled here. */
    boolean isSufficient(int intid) {
        int group = groupOf(intid);
        int priority = priorityOf(intid);
        return isGroupEnabled(group)
                && priority < priorityMask
                && (priority & groupPriorityMask(group)) < runningPriority();
    }

    private boolean isGroupEnabled(int group) {
        return groupEnabled[group] && distributor.isGroupEnabled(group);
    }

    /** Highest priority, lowest INTID among equals, of the enabled groups. */
    private int highestCandidate() {
        int best = InterruptId.SPURIOUS;
        int bestPriority = IDLE_PRIORITY + 1;
        for (int left = redistributor.candidates(); left != 0; left &= left - 1) {
            int intid = Integer.numberOfTrailingZeros(left);
            int priority = redistributor.priority(intid);
            if (priority < bestPriority && isGroupEnabled(redistributor.group(intid))) {
                best = intid;
                bestPriority = priority;
            }
        }
        int groups = (isGroupEnabled(0) ? 1 : 0) | (isGroupEnabled(1) ? 2 : 0);
        int ofShared = groups == 0 ? -1 : shared.highest(redistributor.index(), groups, bestPriority);
        return ofShared < 0 ? best : ofShared;
    }

    /** Bits of a priority that decide about preemption: 7:BPR1 for group 1, 7:BPR0+1 for group 0 or with CBPR. */
    private int groupPriorityMask(int group) {
        int lowest = group == 1 && (control & CBPR) == 0 ? binaryPoint1 : binaryPoint0 + 1;
        return 0xFF << lowest & 0xFF;
    }

    private int acknowledge(int group) {
        int intid = signalled;
        if (signalledGroup != group) {
            return InterruptId.SPURIOUS;
        }
        int priority = priorityOf(intid) & groupPriorityMask(group);
        activePriorities[group] |= 1 << (priority >>> GicIdentity.PRIORITY_SHIFT);
        if (intid < SharedInterrupts.FIRST) {
            redistributor.activate(intid);
        } else {
            shared.activate(intid);
        }
        update();
        return intid;
    }

    private int highestPending(int group) {
        int candidate = highestCandidate();
        return candidate != InterruptId.SPURIOUS && groupOf(candidate) == group ? candidate : InterruptId.SPURIOUS;
    }

    private void endOfInterrupt(int group, long value) {
        int intid = (int) value & 0xFF_FFFF;
        if (intid >= SPECIAL_INTIDS) {
            return;
        }
        int other = activePriorities[1 - group];
        int own = activePriorities[group];
        // The highest active priority is dropped; if it belongs to the other group the write is not for it.
        if (own != 0 && (other == 0 || Integer.numberOfTrailingZeros(own) <= Integer.numberOfTrailingZeros(other))) {
            activePriorities[group] = own & own - 1;
            if ((control & EOI_MODE) == 0) {
                deactivateNow(intid);
            }
        }
    }

    private void deactivate(long value) {
        if ((control & EOI_MODE) != 0) {
            deactivateNow((int) value & 0xFF_FFFF);
        }
    }

    /**
     * Ends the active state of an interrupt, whichever PE it is active on if it is shared. What is diverted is not the
     * guest's to end.
     */
    void deactivateNow(int intid) {
        if (!SharedInterrupts.contains(intid)) {
            redistributor.deactivateOwn(intid);
        } else if (!shared.isDiverted(intid)) {
            shared.deactivate(intid);
        }
    }

    private static IllegalArgumentException notReadable(SystemRegister register) {
        return new IllegalArgumentException(register + " is not a readable register of the CPU interface");
    }

    @Override
    public String stateName() {
        return "cpu-interface";
    }

    @Override
    public void reset() {
        priorityMask = 0;
        control = 0;
        binaryPoint0 = LOWEST_BPR0;
        binaryPoint1 = LOWEST_BPR1;
        groupEnabled[0] = false;
        groupEnabled[1] = false;
        activePriorities[0] = 0;
        activePriorities[1] = 0;
        held = false;
        update();
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("pmr", priorityMask);
        writer.word("ctlr", control);
        writer.word("bpr0", binaryPoint0);
        writer.word("bpr1", binaryPoint1);
        writer.flag("igrpen0", groupEnabled[0]);
        writer.flag("igrpen1", groupEnabled[1]);
        writer.word("ap0r0", activePriorities[0] & 0xFFFF_FFFFL);
        writer.word("ap1r0", activePriorities[1] & 0xFFFF_FFFFL);
    }

    @Override
    public void restore(StateReader reader) {
        priorityMask = reader.integer("pmr", 0, 0xFF) & GicIdentity.PRIORITY_MASK;
        control = reader.integer("ctlr", 0, CBPR | EOI_MODE);
        binaryPoint0 = reader.integer("bpr0", LOWEST_BPR0, HIGHEST_BPR);
        binaryPoint1 = reader.integer("bpr1", LOWEST_BPR1, HIGHEST_BPR);
        groupEnabled[0] = reader.flag("igrpen0");
        groupEnabled[1] = reader.flag("igrpen1");
        activePriorities[0] = (int) reader.word("ap0r0", 0, 0xFFFF_FFFFL);
        activePriorities[1] = (int) reader.word("ap1r0", 0, 0xFFFF_FFFFL);
    }
}

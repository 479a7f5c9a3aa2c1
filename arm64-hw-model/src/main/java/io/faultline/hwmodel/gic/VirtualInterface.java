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
import java.util.Arrays;

/**
 * The virtual CPU interface of one PE: what EL1 sees instead of the CPU interface while EL2 takes interrupts, and the
 * registers by which EL2 runs it (IHI 0069, chapter 6 and 12.4). Four list registers, five bits of priority.
 *
 * <p>Not thread-safe.
 *
 * @since 0.1
 */
public final class VirtualInterface implements StateElement {
    /** INTID of the maintenance interrupt. */
    public static final int MAINTENANCE_PPI = 25;

    private static final int LIST_REGISTERS = 4;
    private static final int NONE = -1;
    private static final int IDLE_PRIORITY = 0xFF;
    private static final int SPECIAL_INTIDS = 1020;

    private static final int HCR_EN = 1;
    private static final int HCR_UIE = 1 << 1;
    private static final int HCR_LRENPIE = 1 << 2;
    private static final int HCR_NPIE = 1 << 3;
    /** Group enable and disable interrupts, in the bits of ICH_MISR_EL2 that they raise. */
    private static final int HCR_GROUP0_ENABLED = 1 << 4;

    private static final int HCR_GROUP0_DISABLED = 1 << 5;
    private static final int HCR_GROUP1_ENABLED = 1 << 6;
    private static final int HCR_GROUP1_DISABLED = 1 << 7;
    private static final int HCR_EOI_COUNT_SHIFT = 27;
    private static final int HCR_EOI_COUNT = 0x1F << HCR_EOI_COUNT_SHIFT;
    /** En to VGrp1DIE, TC, TALL0, TALL1, TDIR and EOIcount. */
    private static final int HCR_WRITABLE = 0xFF | 0b10111 << 10 | HCR_EOI_COUNT;

    private static final int MISR_EOI = 1;
    private static final int MISR_UNDERFLOW = 1 << 1;
    private static final int MISR_ENTRY_NOT_PRESENT = 1 << 2;
    private static final int MISR_NO_PENDING = 1 << 3;

    /** Four list registers, TDIR, no direct injection, affinity level 3, 16 bits of INTID, 5 bits of priority. */
    private static final long VTR_VALUE = LIST_REGISTERS - 1 | 1 << 19 | 1 << 20 | 1 << 21 | 4 << 26 | 4L << 29;

    private static final int CBPR = 1;
    private static final int EOI_MODE = 2;
    private static final int CTLR_READ_ONLY = 1 << 15 | 4 << 8;
    private static final int SRE_VALUE = 0b111;
    private static final int LOWEST_BPR0 = 2;
    private static final int LOWEST_BPR1 = 3;
    private static final int HIGHEST_BPR = 7;
    private static final int VMCR_FIQ_ENABLE = 1 << 3;

    private final Redistributor redistributor;
    private final long[] list = new long[LIST_REGISTERS];
    private int hypervisorControl;
    private int control;
    private int priorityMask;
    private int binaryPoint0;
    private int binaryPoint1;
    private final boolean[] groupEnabled = new boolean[2];
    private final int[] activePriorities = new int[2];

    /** Number of the list register that is signalled, or {@link #NONE}; derived. */
    private int signalled = NONE;

    VirtualInterface(Redistributor redistributor) {
        this.redistributor = redistributor;
    }

    /**
     * Tells whether a virtual IRQ is signalled.
     *
     * @return true if a list register has a pending interrupt of group 1 with sufficient priority
     */
    public boolean virtualIrqPending() {
        return signalled != NONE && ListRegister.group(list[signalled]) == 1;
    }

    /**
     * Tells whether a virtual FIQ is signalled.
     *
     * @return true if a list register has a pending interrupt of group 0 with sufficient priority
     */
    public boolean virtualFiqPending() {
        return signalled != NONE && ListRegister.group(list[signalled]) == 0;
    }

    /**
     * Reads a register of EL2.
     *
     * @param register one of ICH_*_EL2
     * @return its value
     * @throws IllegalArgumentException if it is another register
     */
    public long read(SystemRegister register) {
        return switch (register) {
            case ICH_HCR_EL2 -> hypervisorControl & 0xFFFF_FFFFL;
            case ICH_VTR_EL2 -> VTR_VALUE & 0xFFFF_FFFFL;
            case ICH_VMCR_EL2 -> machineControl();
            case ICH_MISR_EL2 -> maintenance();
            case ICH_EISR_EL2 -> ended();
            case ICH_ELRSR_EL2 -> free();
            case ICH_AP0R0_EL2 -> activePriorities[0] & 0xFFFF_FFFFL;
            case ICH_AP1R0_EL2 -> activePriorities[1] & 0xFFFF_FFFFL;
            case ICH_LR0_EL2, ICH_LR1_EL2, ICH_LR2_EL2, ICH_LR3_EL2 -> list[listIndex(register)];
            default -> throw notHere(register);
        };
    }

    /**
     * Writes a register of EL2.
     *
     * @param register one of ICH_*_EL2 that can be written
     * @param value the value; bits that do not exist are ignored
     * @throws IllegalArgumentException if it is another register
     */
    public void write(SystemRegister register, long value) {
        switch (register) {
            case ICH_HCR_EL2 -> hypervisorControl = (int) value & HCR_WRITABLE;
            case ICH_VMCR_EL2 -> machineControl(value);
            case ICH_AP0R0_EL2 -> activePriorities[0] = (int) value;
            case ICH_AP1R0_EL2 -> activePriorities[1] = (int) value;
            case ICH_LR0_EL2, ICH_LR1_EL2, ICH_LR2_EL2, ICH_LR3_EL2 ->
                list[listIndex(register)] = value & ListRegister.WRITABLE;
            default -> throw notHere(register);
        }
        update();
    }

    private static int listIndex(SystemRegister register) {
        return register.ordinal() - SystemRegister.ICH_LR0_EL2.ordinal();
    }

    private static IllegalArgumentException notHere(SystemRegister register) {
        return new IllegalArgumentException(register + " is not such a register of the virtual interface");
    }

    /**
     * Reads a register as EL1 does, side effects of an acknowledge included.
     *
     * @param register one of ICC_*_EL1 that can be read
     * @return the value of its virtual counterpart
     * @throws IllegalArgumentException if it is another register
     */
    public long readIcv(SystemRegister register) {
        return switch (register) {
            case ICC_PMR_EL1 -> priorityMask;
            case ICC_IAR0_EL1 -> acknowledge(0);
            case ICC_IAR1_EL1 -> acknowledge(1);
            case ICC_HPPIR0_EL1 -> highestPending(0);
            case ICC_HPPIR1_EL1 -> highestPending(1);
            case ICC_BPR0_EL1 -> binaryPoint0;
            case ICC_BPR1_EL1 -> isCommon() ? Math.min(binaryPoint0 + 1, HIGHEST_BPR) : binaryPoint1;
            case ICC_AP0R0_EL1 -> activePriorities[0] & 0xFFFF_FFFFL;
            case ICC_AP1R0_EL1 -> activePriorities[1] & 0xFFFF_FFFFL;
            case ICC_RPR_EL1 -> runningPriority();
            case ICC_CTLR_EL1 -> control | CTLR_READ_ONLY;
            case ICC_SRE_EL1 -> SRE_VALUE;
            case ICC_IGRPEN0_EL1 -> groupEnabled[0] ? 1 : 0;
            case ICC_IGRPEN1_EL1 -> groupEnabled[1] ? 1 : 0;
            default -> throw notHere(register);
        };
    }

    /**
     * Writes a register as EL1 does.
     *
     * @param register one of ICC_*_EL1 that can be written and has a virtual counterpart
     * @param value the value; bits that do not exist are ignored
     * @throws IllegalArgumentException if it is another register
     */
    public void writeIcv(SystemRegister register, long value) {
        switch (register) {
            case ICC_PMR_EL1 -> priorityMask = (int) value & GicIdentity.PRIORITY_MASK;
            case ICC_EOIR0_EL1 -> endOfInterrupt(0, (int) value & 0xFF_FFFF);
            case ICC_EOIR1_EL1 -> endOfInterrupt(1, (int) value & 0xFF_FFFF);
            case ICC_DIR_EL1 -> deactivate((int) value & 0xFF_FFFF);
            case ICC_BPR0_EL1 -> binaryPoint0 = Math.max((int) value & 7, LOWEST_BPR0);
            case ICC_BPR1_EL1 -> {
                if (!isCommon()) {
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
            default -> throw notHere(register);
        }
        update();
    }

    private boolean isCommon() {
        return (control & CBPR) != 0;
    }

    private int runningPriority() {
        int bits = activePriorities[0] | activePriorities[1];
        return bits == 0 ? IDLE_PRIORITY : Integer.numberOfTrailingZeros(bits) << GicIdentity.PRIORITY_SHIFT;
    }

    private int groupPriorityMask(int group) {
        int lowest = group == 1 && !isCommon() ? binaryPoint1 : binaryPoint0 + 1;
        return 0xFF << lowest & 0xFF;
    }

    /** The pending interrupt of highest priority among the enabled groups, the lowest list register among equals. */
    private int candidate() {
        int best = NONE;
        int bestPriority = IDLE_PRIORITY + 1;
        for (int i = 0; i < LIST_REGISTERS; i++) {
            long register = list[i];
            if (ListRegister.isPendingOnly(register)
                    && groupEnabled[ListRegister.group(register)]
                    && ListRegister.priority(register) < bestPriority) {
                best = i;
                bestPriority = ListRegister.priority(register);
            }
        }
        return best;
    }

    private boolean isSufficient(long register) {
        int priority = ListRegister.priority(register);
        return priority < priorityMask
                && (priority & groupPriorityMask(ListRegister.group(register))) < runningPriority();
    }

    /** Works out again what is signalled to EL1 and, by the maintenance interrupt, to EL2. */
    private void update() {
        int best = (hypervisorControl & HCR_EN) != 0 ? candidate() : NONE;
        signalled = best != NONE && isSufficient(list[best]) ? best : NONE;
        redistributor.setLevel(MAINTENANCE_PPI, (hypervisorControl & HCR_EN) != 0 && maintenance() != 0);
    }

    private int acknowledge(int group) {
        int number = signalled;
        if (number == NONE || ListRegister.group(list[number]) != group) {
            return InterruptId.SPURIOUS;
        }
        long register = list[number];
        int priority = ListRegister.priority(register) & groupPriorityMask(group);
        activePriorities[group] |= 1 << (priority >>> GicIdentity.PRIORITY_SHIFT);
        list[number] = register & ~ListRegister.PENDING | ListRegister.ACTIVE;
        update();
        return ListRegister.intid(register);
    }

    private int highestPending(int group) {
        int best = (hypervisorControl & HCR_EN) != 0 ? candidate() : NONE;
        return best != NONE && ListRegister.group(list[best]) == group
                ? ListRegister.intid(list[best])
                : InterruptId.SPURIOUS;
    }

    private void endOfInterrupt(int group, int intid) {
        if (intid >= SPECIAL_INTIDS) {
            return;
        }
        int other = activePriorities[1 - group];
        int own = activePriorities[group];
        if (own != 0 && (other == 0 || Integer.numberOfTrailingZeros(own) <= Integer.numberOfTrailingZeros(other))) {
            activePriorities[group] = own & own - 1;
            if ((control & EOI_MODE) == 0) {
                deactivateListed(intid);
            }
        }
    }

    private void deactivate(int intid) {
        if (intid < SPECIAL_INTIDS && (control & EOI_MODE) != 0) {
            deactivateListed(intid);
        }
    }

    /** The software at EL2 is told of ends of interrupts that it keeps elsewhere, by a count. */
    private void deactivateListed(int intid) {
        for (int i = 0; i < LIST_REGISTERS; i++) {
            if (ListRegister.isActive(list[i]) && ListRegister.intid(list[i]) == intid) {
                list[i] &= ~ListRegister.ACTIVE;
                if (ListRegister.isHardware(list[i])) {
                    redistributor.cpuInterface().deactivateNow(ListRegister.hardwareIntid(list[i]));
                    redistributor.cpuInterface().update();
                }
                return;
            }
        }
        int count = (hypervisorControl >>> HCR_EOI_COUNT_SHIFT) + 1;
        hypervisorControl = hypervisorControl & ~HCR_EOI_COUNT | count << HCR_EOI_COUNT_SHIFT;
    }

    private int ended() {
        int bits = 0;
        for (int i = 0; i < LIST_REGISTERS; i++) {
            bits |= ListRegister.isEnded(list[i]) ? 1 << i : 0;
        }
        return bits;
    }

    private int free() {
        int bits = 0;
        for (int i = 0; i < LIST_REGISTERS; i++) {
            bits |= ListRegister.isInvalid(list[i]) && !ListRegister.isEnded(list[i]) ? 1 << i : 0;
        }
        return bits;
    }

    private int maintenance() {
        int valid = 0;
        boolean anyPending = false;
        for (long register : list) {
            valid += ListRegister.isInvalid(register) ? 0 : 1;
            anyPending |= ListRegister.isPendingOnly(register);
        }
        int raised = ended() != 0 ? MISR_EOI : 0;
        raised |= isAsked(HCR_UIE) && valid <= 1 ? MISR_UNDERFLOW : 0;
        raised |= isAsked(HCR_LRENPIE) && (hypervisorControl & HCR_EOI_COUNT) != 0 ? MISR_ENTRY_NOT_PRESENT : 0;
        raised |= isAsked(HCR_NPIE) && !anyPending ? MISR_NO_PENDING : 0;
        int groups = (groupEnabled[0] ? HCR_GROUP0_ENABLED : HCR_GROUP0_DISABLED)
                | (groupEnabled[1] ? HCR_GROUP1_ENABLED : HCR_GROUP1_DISABLED);
        return raised | hypervisorControl & groups;
    }

    private boolean isAsked(int bit) {
        return (hypervisorControl & bit) != 0;
    }

    /** VENG0, VENG1, VFIQEn, VCBPR, VEOIM, VBPR1, VBPR0 and VPMR. */
    private long machineControl() {
        return (groupEnabled[0] ? 1 : 0)
                | (groupEnabled[1] ? 2 : 0)
                | VMCR_FIQ_ENABLE
                | (control & CBPR) << 4
                | (control & EOI_MODE) << 8
                | binaryPoint1 << 18
                | binaryPoint0 << 21
                | (long) priorityMask << 24;
    }

    private void machineControl(long value) {
        groupEnabled[0] = (value & 1) != 0;
        groupEnabled[1] = (value & 2) != 0;
        control = (int) (value >>> 4) & CBPR | (int) (value >>> 8) & EOI_MODE;
        binaryPoint1 = Math.max((int) (value >>> 18) & 7, LOWEST_BPR1);
        binaryPoint0 = Math.max((int) (value >>> 21) & 7, LOWEST_BPR0);
        priorityMask = (int) (value >>> 24) & GicIdentity.PRIORITY_MASK;
    }

    @Override
    public String stateName() {
        return "virtual-interface";
    }

    @Override
    public void reset() {
        Arrays.fill(list, 0);
        hypervisorControl = 0;
        machineControl(0);
        activePriorities[0] = 0;
        activePriorities[1] = 0;
        update();
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("lr", list);
        writer.word("hcr", hypervisorControl & 0xFFFF_FFFFL);
        writer.word("vmcr", machineControl());
        writer.word("ap0r0", activePriorities[0] & 0xFFFF_FFFFL);
        writer.word("ap1r0", activePriorities[1] & 0xFFFF_FFFFL);
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words("lr", LIST_REGISTERS);
        for (int i = 0; i < LIST_REGISTERS; i++) {
            if ((saved[i] & ~ListRegister.WRITABLE) != 0) {
                throw reader.invalid("lr", "has bits that do not exist");
            }
            list[i] = saved[i];
        }
        hypervisorControl = (int) reader.word("hcr", 0, 0xFFFF_FFFFL) & HCR_WRITABLE;
        machineControl(reader.word("vmcr", 0, 0xFFFF_FFFFL));
        activePriorities[0] = (int) reader.word("ap0r0", 0, 0xFFFF_FFFFL);
        activePriorities[1] = (int) reader.word("ap1r0", 0, 0xFFFF_FFFFL);
        update();
    }
}

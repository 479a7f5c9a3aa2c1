/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.MmioDevice;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A machine, and where its guest keeps what. Structures that calls name by frame lie between pages that nothing names; what
 * calls name by address lies above all of them, so that whatever runs over its end runs away from them.
 */
final class FuzzMachine {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x18_0000;
    static final long CODE = RAM + 0x1000;
    static final long SPIN = CODE + 0x40;
    static final long POWER = CODE + 0x80;
    /** A call that is made after all translations are forgotten, as a guest does that has changed its tables. */
    static final long FORGETTING_CALL = CODE + 0xC0;

    static final long VECTORS = RAM + 0x4000;
    /** Where a guest stays after an abort. */
    static final long ABORTED = VECTORS + 0x200;

    static final long STACKS = RAM + 0x6000;
    static final long BLOCKS = RAM + 0x7000;
    static final long TABLES = RAM + 0x8000;
    /** Page 2n + 1 from here is for structures, page 2n is not. */
    static final long FRAMES = RAM + 0x2_0000;

    static final int FRAME_PAGES = 12;
    static final long HANDLES = RAM + 0x10_0000;
    /** Descriptors of the pages from address 0 on. */
    static final long DESCRIPTORS = TABLES + 0x2000;

    static final int DESCRIPTOR_PAGES = 16;
    /** Where the descriptors are mapped at first, above everything that they map. */
    static final long DESCRIPTORS_MAPPED = 0xF000;

    private static final int PAGE = 4096;
    private static final int EACH = 0x200;
    private static final int PPI = 31;
    private static final long SGI_BASE = 0x1_0000;
    private static final long PSTATE_I = 0x80;
    private static final long EL1H_MASKED = ProcessorState.EL1H_MASKED.spsr();
    private static final byte[] UNTOUCHED = new byte[PAGE];

    static {
        Arrays.fill(UNTOUCHED, (byte) 0xA5);
    }

    private final HypervisorBackend backend;
    private final int vcpus;
    private final boolean translated;
    private final Insides.Source source;
    /** Where calls begin. */
    private final long call;

    private final Pager pager = new Pager();
    /** Which vCPUs take interrupts. */
    private final boolean[] open;
    /** How many ports were valid when somebody looked last. */
    int validPorts;

    private Machine machine;
    private Insides insides;

    FuzzMachine(HypervisorBackend backend, int vcpus, boolean translated, boolean forgets, Insides.Source source) {
        this.backend = backend;
        this.vcpus = vcpus;
        this.translated = translated;
        this.source = source;
        call = forgets ? FORGETTING_CALL : CODE;
        open = new boolean[vcpus];
        machine = build();
        insides = source.of(machine);
        for (int i = 0; i <= FRAME_PAGES; i++) {
            machine.memory().write(FRAMES + 2L * i * PAGE, UNTOUCHED);
        }
        writeCode();
        begin();
    }

    private Machine build() {
        MemoryRegion memory = MemoryRegion.ram(RAM, RAM_BYTES);
        Machine built = backend.plan(MachineRequest.builder()
                        .vcpus(vcpus)
                        .memory(memory)
                        .asyncPageFaults()
                        .build())
                .build();
        built.asyncPageFaults().orElseThrow().attach(memory, pager);
        return built;
    }

    private void writeCode() {
        word(CODE, 0xD400_0002 | 0xEA1 << 5);
        word(CODE + 4, 0xD503_201F);
        // TLBI VMALLE1, DSB SY, ISB, and on to the call
        word(FORGETTING_CALL, 0xD508_871F);
        word(FORGETTING_CALL + 4, 0xD503_3F9F);
        word(FORGETTING_CALL + 8, 0xD503_3FDF);
        word(FORGETTING_CALL + 12, 0x17FF_FFCD);
        // LDR X1, [X0] and again
        word(SPIN, 0xF940_0001);
        word(SPIN + 4, 0x17FF_FFFF);
        word(POWER, 0xD400_0002);
        word(ABORTED, 0x1400_0000);
        word(VECTORS + 0x280, 0x1400_0000 | (Handler.OFFSET - 0x280) / 4);
        int[] handler = Handler.code();
        for (int i = 0; i < handler.length; i++) {
            word(VECTORS + Handler.OFFSET + 4L * i, handler[i]);
        }
        longs(TABLES, TABLES + 0x1000 | 3, RAM | 0x701);
        longs(TABLES + 0x1000, DESCRIPTORS | 3);
        for (int page = 0; page < DESCRIPTOR_PAGES; page++) {
            // Unmapped, read-only, devices, holes and pages that are no neighbours.
            long to = switch (page) {
                case 0, 5 -> 0;
                case 6 -> 0x0900_0000L | 0x703;
                case 7 -> 0x2000_0000L | 0x703;
                case 8 -> HANDLES | 0x783;
                case 9 -> 0x3900_0000L | 0x703;
                case (int) (DESCRIPTORS_MAPPED / PAGE) -> DESCRIPTORS | 0x703;
                default -> HANDLES + (long) PAGE * (page * 7 % 16) | 0x703;
            };
            longs(DESCRIPTORS + 8L * page, to);
        }
    }

    /** What firmware does after power-on. */
    void begin() {
        for (int i = 0; i < vcpus; i++) {
            prepare(i);
        }
    }

    void prepare(int index) {
        Vcpu vcpu = vcpu(index);
        vcpu.write(SystemRegister.VBAR_EL1, VECTORS);
        vcpu.write(SystemRegister.TPIDR_EL0, block(index));
        vcpu.write(SystemRegister.TPIDR_EL1, 0);
        open[index] = false;
        if (translated) {
            vcpu.write(SystemRegister.MAIR_EL1, 0xFF);
            vcpu.write(SystemRegister.TCR_EL1, 25 | 3 << 12 | 1 << 8 | 1 << 10 | 1 << 23);
            vcpu.write(SystemRegister.TTBR0_EL1, TABLES);
            vcpu.write(SystemRegister.SCTLR_EL1, vcpu.read(SystemRegister.SCTLR_EL1) | 1);
        }
    }

    /** From now on a vCPU takes its event interrupt, or does not. */
    void takeInterrupts(int index, boolean on) {
        open[index] = on;
        insides.host.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        MmioDevice redistributor = insides.host.gic().redistributorFrame(index);
        redistributor.write(SGI_BASE + 0x80, AccessWidth.WORD, 0xFFFF_FFFFL);
        redistributor.write(SGI_BASE + (on ? 0x100 : 0x180), AccessWidth.WORD, 1L << PPI);
        vcpu(index).write(SystemRegister.ICC_PMR_EL1, 0xF8);
        vcpu(index).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        learnInfo(index);
    }

    /** The handler knows where vcpu_info is once the guest has said so. */
    void learnInfo(int index) {
        boolean known = insides.upcalls.isRegistered(index);
        long info = known ? insides.upcalls.infoFrame(index).physical() + insides.upcalls.infoOffset(index) : 0;
        vcpu(index).write(SystemRegister.TPIDR_EL1, info);
    }

    /** What the handler of a vCPU is told. */
    static long block(int index) {
        return BLOCKS + (long) EACH * index;
    }

    // Absent pages.

    /** Takes a page away, unless the hypervisor needs it. */
    void evict(long page, int failures) {
        AsyncPageFaults faults = machine.asyncPageFaults().orElseThrow();
        if (ram().contains(page, PAGE)
                && machine.memory().residency(page) == PageResidency.RESIDENT
                && !faults.isPinned(page)) {
            pager.take(page, faults.evict(page), failures);
        }
    }

    /** Pages come that were asked for, or all. */
    void deliver(boolean all) {
        pager.deliver(all);
        machine.asyncPageFaults().orElseThrow().poll();
    }

    private boolean isAbsent(long address) {
        return !ram().isResident(address) && pager.has(PageSize.pageOf(address));
    }

    private boolean isThere(long address) {
        return ram().isResident(address) || pager.has(PageSize.pageOf(address));
    }

    private byte[] page(long address) {
        byte[] absent = isAbsent(address) ? pager.content(PageSize.pageOf(address)) : null;
        return absent == null ? ram().page(address).bytes() : absent;
    }

    Machine machine() {
        return machine;
    }

    Insides insides() {
        return insides;
    }

    int vcpus() {
        return vcpus;
    }

    Vcpu vcpu(int index) {
        return machine.vcpus().get(index);
    }

    GuestRam ram() {
        return insides.host.ram();
    }

    /** The state goes on in a new machine; the old one is closed. Returns what is wrong, or null. */
    @Nullable
    String move() {
        SavedState saved = machine.save();
        byte[] before = saved.toBytes();
        Machine next = build();
        next.restore(SavedState.fromBytes(before));
        String difference = difference(saved, next.save());
        if (before.length > 2 * RAM_BYTES) {
            difference = "a saved state of " + before.length + " bytes";
        }
        machine.close();
        machine = next;
        insides = source.of(next);
        return difference;
    }

    private static @Nullable String difference(SavedState before, SavedState after) {
        for (Map.Entry<String, StateValue> entry : before.values().entrySet()) {
            StateValue now = after.values().get(entry.getKey());
            if (!entry.getValue().equals(now)) {
                String where = "";
                if (now instanceof StateValue.Bytes found && entry.getValue() instanceof StateValue.Bytes bytes) {
                    where = " from byte " + Arrays.mismatch(bytes.value(), found.value());
                }
                return "saved again, " + entry.getKey() + " is " + now + " and was " + entry.getValue() + where;
            }
        }
        return after.values().size() == before.values().size() ? null : "saved again, there is more";
    }

    /** Which page that nothing names has been written; -1 if none. */
    long touched() {
        for (int i = 0; i <= FRAME_PAGES; i++) {
            long page = FRAMES + 2L * i * PAGE;
            if (!Arrays.equals(UNTOUCHED, page(page))) {
                return page;
            }
        }
        return -1;
    }

    // Memory as a guest would see it: what is stored in a page that is absent is there when the page comes.

    void word(long address, int value) {
        if (isAbsent(address)) {
            Pager.view(page(address)).putInt((int) (address & PageSize.OFFSET_MASK), value);
        } else {
            ram().store(address, AccessWidth.WORD, Integer.toUnsignedLong(value));
        }
    }

    void longs(long address, long... values) {
        for (int i = 0; i < values.length; i++) {
            word(address + 8L * i, (int) values[i]);
            word(address + 8L * i + 4, (int) (values[i] >>> Integer.SIZE));
        }
    }

    int word(long address) {
        return isAbsent(address)
                ? Pager.view(page(address)).getInt((int) (address & PageSize.OFFSET_MASK))
                : (int) ram().load(address, AccessWidth.WORD);
    }

    long doubleWord(long address) {
        return Integer.toUnsignedLong(word(address)) | (long) word(address + 4) << Integer.SIZE;
    }

    /** Whether the guest has RAM here: a hole has none. */
    boolean isRam(long address) {
        return ram().contains(address, 8) && isThere(address) && isThere(address + 7);
    }

    /** Sets the registers for a call. */
    void registers(int index, long number, long... arguments) {
        Vcpu vcpu = vcpu(index);
        at(index, call);
        vcpu.write(CoreRegister.x(16), number);
        for (int i = 0; i < arguments.length; i++) {
            vcpu.write(CoreRegister.x(i), arguments[i]);
        }
    }

    /** Lets a vCPU go on somewhere at EL1, whatever it was doing. */
    void at(int index, long address) {
        Vcpu vcpu = vcpu(index);
        vcpu.write(CoreRegister.PC, address);
        vcpu.write(CoreRegister.PSTATE, open[index] ? EL1H_MASKED & ~PSTATE_I : EL1H_MASKED);
        vcpu.write(CoreRegister.SP_EL1, STACKS + (long) EACH * (index + 1));
    }
}

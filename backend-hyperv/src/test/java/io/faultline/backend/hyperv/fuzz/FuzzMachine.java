/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.hyperv.overlay.OverlayFrames.OfVcpu;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.MmioDevice;
import io.faultline.hwmodel.memory.RamPage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A machine whose guest does as a sequence says, beside the model of what it must look like. */
final class FuzzMachine {
    static final long RAM = 0x4000_0000L;
    static final int RAM_PAGES = 33;
    static final long ROM = 0x5000_0000L;
    static final int ROM_PAGES = 2;
    /** There are two pages with the same code: one of them may be hidden by something. */
    static final long CODE = RAM + 0x1000;

    static final int CODE_PAGES = 2;
    static final long VECTORS = RAM + 0x3000;
    /** Where parameters are most of the time. */
    static final long PARAMETERS = RAM + 0x4000;
    /** Where the guest has most of its overlay pages. */
    static final long OVERLAYS = RAM + 0xC000;

    /** Offsets of instructions in a page of code. What is before them forgets all translations. */
    static final int HVC = 4;

    static final int LEGACY = 0x14;
    static final int TAGGED = 0x24;
    static final int SMC = 0x34;
    static final int SPIN = 0x40;
    /** LDR X3, [X2], and STR. */
    static final int LOAD = 0x50;

    static final int STORE = 0x58;
    /** Tables of a guest that translates addresses: the first names the second. */
    static final long FIRST_TABLE = RAM;

    static final long SECOND_TABLE = RAM + 0x2_0000;
    /** Where the handler of interrupts reads which one it is. */
    static final long ACKNOWLEDGING = VECTORS + 0x280;
    /** Where a guest is after an access to a page that is lost. */
    static final long ABORTED = VECTORS + 0x200;

    static final long ABORTED_AT_EL0 = VECTORS + 0x400;
    /** What the handler of interrupts ends with. */
    static final long HANDLED = VECTORS + 0x288;

    static final int FUNCTION = 0x4600_0001;
    static final int REGISTERS = 31;

    private static final int PAGE = 4096;
    private static final int ALIGNMENT = 1600;
    private static final long SGI_BASE = 0x1_0000;
    private static final int SET_PENDING = 0x200;
    private static final int PRIVATE = 0xFFFF_0000;
    /** A page fails a few times before it comes. */
    private static final int MOST_TRIES = 8;

    private static final Pattern WAITING = Pattern.compile(
            "hardware/pe\\.[0-9]+/(retired|system/[a-z]+_el2)|hyperv/partition/runtime/nanos|page-faults/.*");
    private static final byte[] ZERO = new byte[PAGE];
    private static final int NOP = 0xD503_201F;
    private static final int CODE_BYTES = 0x60;
    private static final byte[] CODES = new byte[CODE_BYTES];
    private static final int FORGET = 0xD508_871F;
    /** Each table has all that counts at its beginning. */
    private static final byte[][] TABLES = new byte[2][16];

    static {
        for (int at = 0; at < CODE_BYTES; at += 4) {
            Model.store32(CODES, at, NOP);
        }
        for (int at = 0; at < SPIN; at += 0x10) {
            Model.store32(CODES, at, FORGET);
        }
        Model.store32(CODES, HVC, 0xD400_0002);
        Model.store32(CODES, LEGACY, 0xD400_0022);
        Model.store32(CODES, TAGGED, 0xD400_0042);
        Model.store32(CODES, SMC, 0xD400_0003);
        Model.store32(CODES, SPIN, 0x1400_0000);
        Model.store32(CODES, LOAD, 0xF940_0043);
        Model.store32(CODES, STORE, 0xF900_0043);
        Model.store64(TABLES[0], 8, SECOND_TABLE | 3);
        Model.store64(TABLES[1], 0, RAM | 0x701);
    }

    private final HypervisorBackend backend;
    private final int vcpus;
    private final Set<Trait> traits;
    private final Insides.Source source;
    private Pager pager = pager();
    /** What the registers of each vCPU are. */
    final long[][] x;
    /** Where each vCPU began a call; 0 if it is done. */
    final long[] begun;

    private Machine machine;
    private Insides insides;
    Model model;

    FuzzMachine(HypervisorBackend backend, int vcpus, Set<Trait> traits, Insides.Source source, Model model) {
        this.backend = backend;
        this.vcpus = vcpus;
        this.traits = traits;
        this.source = source;
        this.model = model;
        x = new long[vcpus][REGISTERS];
        begun = new long[vcpus];
        machine = build();
        insides = source.of(machine);
        fill();
        begin();
    }

    private Pager pager() {
        return new Pager(page -> model.faults.settled(page));
    }

    private Machine build() {
        MemoryRegion ram = MemoryRegion.ram(RAM, (long) RAM_PAGES * PAGE);
        MachineRequest.Builder request = MachineRequest.builder()
                .vcpus(vcpus)
                .memory(ram)
                .memory(new MemoryRegion(ROM, (long) ROM_PAGES * PAGE, false));
        Channels.PLANNED.forEach(request::channel);
        if (model.faults.isOffered) {
            request.asyncPageFaults(FaultModel.INTERRUPT);
        }
        Machine built = backend.plan(request.build()).build();
        built.asyncPageFaults().orElseThrow().attach(ram, pager);
        return built;
    }

    /** Nothing is zero at first: a guest would see it if it found memory instead of a page of the hypervisor. */
    private void fill() {
        for (int i = 0; i < RAM_PAGES + ROM_PAGES; i++) {
            boolean isRam = i < RAM_PAGES;
            byte[] page = isRam ? model.ram[i] : model.rom[i - RAM_PAGES];
            for (int at = 0; at < PAGE; at += Long.BYTES) {
                Model.store64(page, at, (i + 1L) * 0x9E37_79B9_7F4A_7C15L + at * 0x0101_0101_0101_0101L);
            }
            if (i == 0 || i > 3 && i < 8) {
                Arrays.fill(page, (byte) 0);
            }
            machine.memory().write(isRam ? RAM + (long) i * PAGE : ROM + (long) (i - RAM_PAGES) * PAGE, page);
        }
        for (long code = CODE; code < CODE + (long) CODE_PAGES * PAGE; code += PAGE) {
            bytes(code, CODES);
        }
        writeVectors();
    }

    boolean isTranslated() {
        return traits.contains(Trait.TRANSLATED);
    }

    /** A guest that has written over its tables writes them again; false if it has hidden one. */
    private boolean hasTables() {
        long[] places = {FIRST_TABLE, SECOND_TABLE};
        for (int i = 0; i < places.length; i++) {
            byte[] content = model.page(places[i]);
            if (content == null || model.overlay(places[i]) >= 0) {
                return false;
            }
            if (!Arrays.equals(content, 0, TABLES[i].length, TABLES[i], 0, TABLES[i].length)) {
                bytes(places[i], TABLES[i]);
            }
        }
        return true;
    }

    /** A guest executes an instruction of its code for which it has looked into its tables. */
    void requireExecutable(long address) {
        model.intercepts.require(address, InterceptModel.EXECUTE);
        if (isTranslated() && (address & 0xFF) < SPIN) {
            model.intercepts.require(FIRST_TABLE, InterceptModel.READ);
            model.intercepts.require(SECOND_TABLE, InterceptModel.READ);
        }
    }

    /** Where the guest can execute now; 0 if it has hidden all its code, or what leads there. */
    long code() {
        if (isTranslated() && !hasTables()) {
            return 0;
        }
        for (long page = CODE; page < CODE + (long) CODE_PAGES * PAGE; page += PAGE) {
            if (model.overlay(page) < 0) {
                byte[] content = model.page(page);
                if (content != null && !Arrays.equals(content, 0, CODE_BYTES, CODES, 0, CODE_BYTES)) {
                    bytes(page, CODES);
                }
                return page;
            }
        }
        return 0;
    }

    /** What firmware does after power-on. */
    void begin() {
        for (int i = 0; i < vcpus; i++) {
            prepare(i);
        }
    }

    void prepare(int index) {
        Vcpu vcpu = vcpu(index);
        begun[index] = 0;
        vcpu.write(SystemRegister.VBAR_EL1, VECTORS);
        for (int i = 0; i < REGISTERS; i++) {
            x[index][i] = (index + 1L) * 0x0101_0101_0000_0000L | i;
            vcpu.write(CoreRegister.x(i), x[index][i]);
        }
        insides.host.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        MmioDevice redistributor = insides.host.gic().redistributorFrame(index);
        redistributor.write(SGI_BASE + 0x80, AccessWidth.WORD, 0xFFFF_FFFFL);
        redistributor.write(SGI_BASE + 0x100, AccessWidth.WORD, PRIVATE & 0xFFFF_FFFFL);
        if (isTranslated()) {
            vcpu.write(SystemRegister.MAIR_EL1, 0xFF);
            vcpu.write(SystemRegister.TCR_EL1, 25 | 3 << 12 | 1 << 8 | 1 << 10 | 1 << 23);
            vcpu.write(SystemRegister.TTBR0_EL1, FIRST_TABLE);
            vcpu.write(SystemRegister.SCTLR_EL1, vcpu.read(SystemRegister.SCTLR_EL1) | 1);
        }
        vcpu.write(SystemRegister.ICC_PMR_EL1, 0xF8);
        vcpu.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
    }

    /** Lets a vCPU go on at EL0. */
    void user(int index, long address, boolean takesInterrupts) {
        long open = ProcessorState.EL0T.spsr();
        vcpu(index).write(CoreRegister.PC, address);
        vcpu(index).write(CoreRegister.PSTATE, takesInterrupts ? open : open | ProcessorState.I);
    }

    /** Lets a vCPU go on somewhere at EL1, whatever it was doing. */
    void at(int index, long address, boolean takesInterrupts) {
        long masked = ProcessorState.EL1H_MASKED.spsr();
        vcpu(index).write(CoreRegister.PC, address);
        vcpu(index).write(CoreRegister.PSTATE, takesInterrupts ? masked & ~ProcessorState.I : masked);
    }

    /** Writes a register. */
    void set(int index, int register, long value) {
        if (x[index][register] != value) {
            x[index][register] = value;
            vcpu(index).write(CoreRegister.x(register), value);
        }
    }

    /**
     * Time goes on to where a unit of 100 ns and a tick of the counter begin: a few instructions more before or after that are
     * nothing that a guest can see.
     */
    void align() {
        machine.clock().skipTo((machine.clock().nanos() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }

    /** The model learns what time it is. */
    void passTime() {
        model.synic.timers.now(machine.clock().nanos());
        model.synic.timers.passed();
        model.faults.poll();
    }

    // Absent pages.

    /** Takes a page away, unless the hypervisor needs it. */
    void evict(long page, long failures) {
        AsyncPageFaults faults = machine.asyncPageFaults().orElseThrow();
        if (model.beneath(page) != null
                && !Model.isRom(page)
                && ram().isResident(page)
                && machine.memory().residency(page) == PageResidency.RESIDENT
                && !faults.isPinned(page)) {
            pager.take(page, faults.evict(page), page <= VECTORS || page == SECOND_TABLE ? 0 : failures);
        }
    }

    /** Pages come that were asked for, or all. */
    void deliver(boolean all) {
        pager.deliver(all);
        machine.asyncPageFaults().orElseThrow().poll();
    }

    /** Every page that can come has come. */
    void fetch() {
        for (int tries = 0; tries < MOST_TRIES && !pager.isEmpty(); tries++) {
            deliver(true);
        }
    }

    /** What would be saved, but for how often pages were waited for. */
    Map<String, String> essence() {
        align();
        Map<String, String> all = new TreeMap<>();
        for (Map.Entry<String, StateValue> entry : machine.save().values().entrySet()) {
            if (!WAITING.matcher(entry.getKey()).matches()) {
                all.put(entry.getKey(), entry.getValue().toString());
            }
        }
        return all;
    }

    /** The machine looks at what guests have written, as it does whenever a vCPU is about to execute. */
    void poll() {
        if (model.faults.isOffered) {
            machine.asyncPageFaults().orElseThrow().poll();
            model.faults.poll();
        }
    }

    /** Whether a vCPU waits for a page already. */
    boolean isAwaiting(int vcpu, long page) {
        return machine.asyncPageFaults().orElseThrow().outstanding().stream()
                .anyMatch(fault -> fault.vcpu() == vcpu
                        && fault.page() == page
                        && (fault.phase() == FaultPhase.HIDDEN || fault.phase() == FaultPhase.ANNOUNCED));
    }

    /** Whether a page of RAM is absent; it may be lost. */
    boolean isAbsent(long page) {
        return ram().contains(page) && !ram().isResident(page);
    }

    boolean isLost(long page) {
        return !ram().isResident(page) && pager.content(page) == null;
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

    private GuestRam ram() {
        return insides.host.ram();
    }

    /** A new machine in the place of this one, which is closed. */
    void replace(Model next) {
        machine.close();
        pager = pager();
        model = next;
        machine = build();
        insides = source.of(machine);
        fill();
        begin();
    }

    /** The state goes on in a new machine; the old one is closed. Returns what is wrong, or null. */
    @Nullable
    String move() {
        SavedState saved = machine.save();
        byte[] bytes = saved.toBytes();
        Machine next = build();
        next.restore(SavedState.fromBytes(bytes));
        String difference = difference(saved, next.save());
        if (bytes.length > 3 * RAM_PAGES * PAGE) {
            difference = "a saved state of " + bytes.length + " bytes";
        }
        machine.close();
        Insides before = insides;
        machine = next;
        insides = source.of(next);
        for (int i = 0; i < insides.races.size(); i++) {
            insides.races.get(i).addAll(before.races.get(i));
        }
        return difference;
    }

    private static @Nullable String difference(SavedState before, SavedState after) {
        for (Map.Entry<String, StateValue> entry : before.values().entrySet()) {
            StateValue now = after.values().get(entry.getKey());
            if (!entry.getValue().equals(now)) {
                return "saved again, " + entry.getKey() + " is " + now + " and was " + entry.getValue();
            }
        }
        return after.values().size() == before.values().size() ? null : "saved again, there is more";
    }

    // Memory as a guest sees it.

    void words(long address, int... values) {
        for (int i = 0; i < values.length; i++) {
            bytes(address + 4L * i, (byte) values[i], (byte) (values[i] >>> 8), (byte) (values[i] >>> 16), (byte)
                    (values[i] >>> 24));
        }
    }

    /** Stores where the guest has RAM. What is stored in a page that is absent is there when the page comes. */
    void bytes(long address, byte... values) {
        for (int i = 0; i < values.length; i++) {
            if (isStorable(address + i)) {
                storeReally(address + i, values[i]);
                byte[] page = model.page(address + i);
                page[(int) (address + i) & PAGE - 1] = values[i];
            }
        }
    }

    private boolean isStorable(long address) {
        long page = address & -PAGE;
        return model.page(page) != null && (model.overlay(page) >= 0 || !Model.isRom(page) && !isLost(page));
    }

    private void storeReally(long at, byte value) {
        long page = at & -PAGE;
        byte[] absent =
                insides.host.stage2().physical(page) != page || ram().isResident(page) ? null : pager.content(page);
        if (absent == null) {
            machine.memory().store(at, AccessWidth.BYTE, value & 0xFF);
        } else {
            absent[(int) at & PAGE - 1] = value;
        }
    }

    /** A word is stored within a call: the model comes to it later. */
    void store(long address, int value) {
        for (int i = 0; i < 4; i++) {
            if (isStorable(address + i)) {
                storeReally(address + i, (byte) (value >>> 8 * i));
            }
        }
    }

    void storeInModel(long address, int value) {
        for (int i = 0; i < 4; i++) {
            if (isStorable(address + i)) {
                byte[] page = model.page(address + i);
                page[(int) (address + i) & PAGE - 1] = (byte) (value >>> 8 * i);
            }
        }
    }

    /** Acknowledges an interrupt, ends it, and stays there: mrs x0, icc_iar1_el1; msr icc_eoir1_el1, x0; b . */
    void writeVectors() {
        words(VECTORS + 0x280, 0xD538_CC00, 0xD518_CC20, 0x1400_0000);
    }

    // Properties.

    private byte @Nullable [] actual(long page) {
        if (!ram().isResident(page)) {
            return pager.content(page);
        }
        RamPage found = ram().allocatedPage(page);
        return found == null ? ZERO : found.bytes();
    }

    /** The content of a page of the hypervisor. */
    byte[] actual(int vcpu, int kind) {
        OfVcpu which = switch (kind) {
            case Model.MESSAGES -> OfVcpu.MESSAGES;
            case Model.FLAGS -> OfVcpu.EVENT_FLAGS;
            default -> OfVcpu.ASSIST;
        };
        Frame frame = insides.frames.of(vcpu, which);
        byte[] found = actual(frame.physical());
        return found == null ? ZERO : found;
    }

    /** The page of the machine for one of the model. */
    byte[] actualOf(byte[] modelled) {
        for (int i = 0; i < model.ram.length; i++) {
            byte[] found = model.ram[i] == modelled ? actual(RAM + (long) i * PAGE) : null;
            if (found != null) {
                return found;
            }
        }
        for (int i = 0; i < model.frames.length; i++) {
            if (model.frames[i] == modelled) {
                return actual(i / 3, i % 3);
            }
        }
        byte[] found =
                modelled == model.tsc ? actual(insides.frames.referenceTsc().physical()) : null;
        return found == null ? modelled : found;
    }

    /** Says where memory, or only the hypervisor's own pages, are not what they must be; null if they are. */
    @Nullable
    String wrongMemory(boolean everywhere) {
        for (int i = 0; everywhere && i < RAM_PAGES; i++) {
            byte[] found = actual(RAM + (long) i * PAGE);
            if (found != null && !Arrays.equals(found, model.ram[i])) {
                return differs("RAM at 0x", RAM + (long) i * PAGE, found, model.ram[i]);
            }
        }
        for (int i = 0; everywhere && i < ROM_PAGES; i++) {
            byte[] found = actual(ROM + (long) i * PAGE);
            if (found != null && !Arrays.equals(found, model.rom[i])) {
                return differs("ROM at 0x", ROM + (long) i * PAGE, found, model.rom[i]);
            }
        }
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            adoptTails(vcpu);
            for (int kind = 0; kind < 3; kind++) {
                byte[] found = actual(vcpu, kind);
                if (!Arrays.equals(found, model.frame(vcpu, kind))) {
                    return differs("page " + kind + " of vCPU " + vcpu + " at 0x", 0, found, model.frame(vcpu, kind));
                }
            }
        }
        return wrongTime();
    }

    /** The page of the reference time has parameters that give the time (hyperv.md 5.3). */
    private @Nullable String wrongTime() {
        byte[] found = actual(insides.frames.referenceTsc().physical());
        byte[] modelled = model.tsc;
        if (found == null) {
            return "the page of the reference time is absent";
        }
        if (model.isTscWritten) {
            model.isTscWritten = false;
            int sequence = Model.load32(found, 0);
            long scale = Model.load64(found, 8);
            if (sequence == 0 || sequence == -1 || sequence == model.lastSequence) {
                return "the sequence of the reference time is " + sequence + " after " + model.lastSequence;
            }
            model.lastSequence = sequence;
            for (long count : new long[] {0, 24, 25, 1L << 30, (1L << 46) + 1}) {
                if (Math.abs(Math.multiplyHigh(count, scale) - count * 4 / 25) > 1) {
                    return "the scale of the reference time is " + Long.toHexString(scale);
                }
            }
            System.arraycopy(found, 0, modelled, 0, 4);
            System.arraycopy(found, 8, modelled, 8, 16);
        }
        return Arrays.equals(found, modelled) ? null : differs("page of the reference time at 0x", 0, found, modelled);
    }

    /** What is behind a payload means nothing, but nothing new may be there that is not zero. */
    private void adoptTails(int vcpu) {
        byte[] modelled = model.frame(vcpu, Model.MESSAGES);
        byte @Nullable [] found = null;
        for (int source = 0; source < SynicModel.SOURCES; source++) {
            int from = model.synic.stale[vcpu][source];
            if (from != 0) {
                found = found == null ? actual(vcpu, Model.MESSAGES) : found;
                for (int at = from; at < SynicModel.SLOT * (source + 1); at++) {
                    if (found[at] == 0) {
                        modelled[at] = 0;
                    }
                }
                model.synic.stale[vcpu][source] = 0;
            }
        }
    }

    private static String differs(String what, long base, byte[] found, byte[] expected) {
        int at = Arrays.mismatch(found, expected);
        return what + Long.toHexString(base + at) + " has " + Integer.toHexString(found[at] & 0xFF) + " instead of "
                + Integer.toHexString(expected[at] & 0xFF);
    }

    /** Says which interrupts are not as they must be; null if all are. */
    @Nullable
    String wrongInterrupts() {
        if (!insides.raised.isEmpty() || !model.synic.raised.isEmpty()) {
            String found = insides.raised.toString();
            String expected = model.synic.raised.toString();
            insides.raised.clear();
            model.synic.raised.clear();
            if (!found.equals(expected)) {
                return "interrupts (vCPU * 256 + INTID) " + found + " are raised instead of " + expected;
            }
        }
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            int pending =
                    (int) insides.host.gic().redistributorFrame(vcpu).read(SGI_BASE + SET_PENDING, AccessWidth.WORD)
                            & PRIVATE;
            if (pending != model.synic.pending[vcpu]) {
                return "vCPU " + vcpu + " has pending interrupts " + Integer.toHexString(pending) + " instead of "
                        + Integer.toHexString(model.synic.pending[vcpu]);
            }
        }
        return null;
    }

    /** Every fault that was announced has come to its end or is outstanding. */
    @Nullable
    String wrongCounters() {
        AsyncPageFaults faults = machine.asyncPageFaults().orElseThrow();
        FaultCounters counters = faults.counters();
        if (!counters.isBalanced()
                || counters.outstanding() != model.faults.tokens().size()) {
            return "faults are missing: " + counters;
        }
        List<Long> tokens = faults.outstanding().stream()
                .filter(fault -> fault.token() != 0 && fault.phase() != FaultPhase.HIDDEN)
                .map(FaultTicket::token)
                .toList();
        return tokens.equals(model.faults.tokens())
                ? null
                : "faults " + tokens + " are outstanding instead of " + model.faults.tokens();
    }

    /** Says which register of a vCPU is not as it must be; null if all are. */
    @Nullable
    String wrongRegister(int index) {
        Vcpu vcpu = vcpu(index);
        for (int i = 0; i < REGISTERS; i++) {
            long found = vcpu.read(CoreRegister.x(i));
            if (found != x[index][i]) {
                return "X" + i + " of vCPU " + index + " is 0x" + Long.toHexString(found) + " instead of 0x"
                        + Long.toHexString(x[index][i]);
            }
        }
        return null;
    }
}

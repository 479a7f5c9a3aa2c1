/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.cpu.HardwareModel;
import io.faultline.hwmodel.cpu.HardwarePlan;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.cpu.StopReason;
import io.faultline.hwmodel.cpu.TrapHandler;
import io.faultline.hwmodel.memory.RamRegion;
import io.faultline.hwmodel.mmu.TlbMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A machine with a program in it and software at EL2 that writes down every trap and stops there.
 *
 * <p>RAM is 1 MiB at {@link #RAM}: program at {@link #CODE}, vectors at {@link #VECTORS}, data at {@link #DATA}. VBAR_EL1
 * and SP_EL1 are set.
 */
public final class Guest implements TrapHandler {
    public static final long RAM = 0x4000_0000L;
    public static final long RAM_SIZE = 0x10_0000L;
    public static final long CODE = RAM;
    public static final long VECTORS = RAM + 0x1000;
    public static final long DATA = RAM + 0x8000;
    public static final long STACK = RAM + 0x7000;
    public static final long NOWHERE = 0x1000_0000L;

    /** One trap: what it was, ESR, FAR, HPFAR_EL2, ELR and SPSR of the level above the guest. */
    public record Trap(
            String kind, Syndrome esr, long far, long hpfar, long elr, long spsr, AccessKind access, long ipa) {}

    /** What to do at a trap instead of stopping. */
    @FunctionalInterface
    public interface Action {
        void at(ProcessingElement pe, Trap trap);
    }

    public final HardwareModel hardware;
    public final List<Trap> traps = new ArrayList<>();
    public final List<TraceEvent> trace = new ArrayList<>();
    public final List<String> unrecoverable = new ArrayList<>();
    public Action action = (pe, trap) -> pe.requestStop();
    public java.util.function.Predicate<ProcessingElement> onAttention = pe -> false;

    public Guest(int processors, boolean traced) {
        this(plan(processors, ExceptionLevel.EL1), traced);
    }

    private static HardwarePlan plan(int processors, ExceptionLevel level) {
        return new HardwarePlan(
                List.of(new RamRegion(RAM, RAM_SIZE)),
                IntStream.range(0, processors).mapToObj(Affinity::ofIndex).toList(),
                level,
                TlbMode.NORMAL,
                1);
    }

    /** A machine with EL2, at its first instruction at EL2; SMC #0 ends the program. */
    public static Guest atEl2(String... instructions) {
        Guest guest = new Guest(plan(1, ExceptionLevel.EL2), true);
        guest.load(VECTORS, Programs.program("smc_vectors"));
        for (int i = 0; i < instructions.length; i++) {
            guest.load(CODE + 4L * i, Programs.word(instructions[i]));
        }
        guest.load(CODE + 4L * instructions.length, Programs.word("smc #0"));
        return guest.write(SystemRegister.VBAR_EL2, VECTORS).write(CoreRegister.SP_EL2, STACK);
    }

    public Guest(HardwarePlan plan, boolean traced) {
        TraceSink sink = traced ? (nanos, event) -> trace.add(event) : TraceSink.NONE;
        hardware = new HardwareModel(plan, this, sink);
        for (int i = 0; i < hardware.processors(); i++) {
            prepare(hardware.processor(i));
        }
    }

    /** A machine with one PE at the first instruction of a program, and reporting vectors. */
    public static Guest running(String program) {
        Guest guest = new Guest(1, true);
        guest.load(VECTORS, Programs.program("vectors"));
        guest.load(CODE, Programs.program(program));
        return guest;
    }

    /** The same with one instruction, followed by HVC #0. */
    public static Guest executing(String instruction) {
        return executing(Programs.word(instruction));
    }

    public static Guest executing(int word) {
        Guest guest = new Guest(1, true);
        guest.load(VECTORS, Programs.program("vectors"));
        guest.load(CODE, word, Programs.word("hvc #0"));
        return guest;
    }

    public static void prepare(ProcessingElement pe) {
        pe.reset(CODE, 0);
        pe.write(SystemRegister.VBAR_EL1, VECTORS);
        pe.write(SystemRegister.SP_EL1, STACK);
    }

    public void load(long address, int... words) {
        for (int i = 0; i < words.length; i++) {
            hardware.ram().store(address + 4L * i, AccessWidth.WORD, words[i]);
        }
    }

    public ProcessingElement pe() {
        return hardware.processor(0);
    }

    public long x(int n) {
        return pe().x(n);
    }

    public Guest x(int n, long value) {
        pe().x(n, value);
        return this;
    }

    public long read(Register register) {
        return pe().read(register);
    }

    public Guest write(Register register, long value) {
        pe().write(register, value);
        return this;
    }

    public long load64(long address) {
        return hardware.ram().load(address, AccessWidth.DOUBLEWORD);
    }

    public Guest store64(long address, long value) {
        hardware.ram().store(address, AccessWidth.DOUBLEWORD, value);
        return this;
    }

    /** Runs to the next trap and returns it. */
    public Trap run() {
        int before = traps.size();
        StopReason reason = pe().run(1_000_000);
        if (reason != StopReason.STOP_REQUESTED || traps.size() == before) {
            throw new AssertionError("no trap within a million instructions: " + pe() + " " + traps);
        }
        return traps.get(traps.size() - 1);
    }

    /** The call that reaches the software above the guest. */
    private String call() {
        return pe().topLevel() == ExceptionLevel.EL2 ? "smc" : "hvc";
    }

    /** Runs to an HVC from the reporting vectors and returns the number of the vector, 0 to 15. */
    public int vector() {
        Trap trap = run();
        if (!trap.kind().equals(call()) || trap.esr().immediate() < 0x100) {
            throw new AssertionError("not at a vector: " + trap);
        }
        return trap.esr().immediate() - 0x100;
    }

    /** Runs to HVC #0. */
    public Guest finish() {
        Trap trap = run();
        if (!trap.kind().equals(call()) || trap.esr().immediate() != 0) {
            throw new AssertionError("not at HVC #0: " + trap + " esr_el1 "
                    + new Syndrome(read(SystemRegister.ESR_EL1)) + " elr_el1 "
                    + Long.toHexString(read(SystemRegister.ELR_EL1)));
        }
        return this;
    }

    public Map<String, StateValue> state() {
        StateWriter writer = new StateWriter();
        writer.element(hardware);
        return writer.values();
    }

    public void restore(Map<String, StateValue> state) {
        StateReader reader = new StateReader(state);
        reader.element(hardware);
        reader.finish();
    }

    private void trapped(String kind, ProcessingElement pe, AccessKind access, long ipa) {
        Trap trap = new Trap(
                kind,
                pe.trapSyndrome(),
                pe.trapFaultAddress(),
                pe.read(SystemRegister.HPFAR_EL2),
                pe.returnAddress(),
                pe.returnState(),
                access,
                ipa);
        traps.add(trap);
        action.at(pe, trap);
    }

    @Override
    public void hypervisorCall(ProcessingElement pe) {
        trapped("hvc", pe, AccessKind.READ, 0);
    }

    @Override
    public void secureMonitorCall(ProcessingElement pe) {
        trapped("smc", pe, AccessKind.READ, 0);
    }

    @Override
    public void stage2Abort(ProcessingElement pe, AccessKind access, long ipa, boolean stage1Walk) {
        trapped("stage2", pe, access, ipa);
    }

    @Override
    public void waitForInterrupt(ProcessingElement pe) {
        trapped("wfx", pe, AccessKind.READ, 0);
    }

    @Override
    public void systemRegister(ProcessingElement pe) {
        trapped("sys", pe, AccessKind.READ, 0);
    }

    @Override
    public boolean attention(ProcessingElement pe) {
        return onAttention.test(pe);
    }

    @Override
    public void unrecoverable(ProcessingElement pe, String reason) {
        unrecoverable.add(reason);
    }
}

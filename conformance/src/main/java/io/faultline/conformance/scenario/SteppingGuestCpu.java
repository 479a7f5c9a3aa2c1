/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;

/**
 * A guest program on one vCPU: each call writes one A64 instruction to the address the vCPU is about to fetch from, and
 * steps the vCPU.
 *
 * <p>Stays valid when the machine is replaced by a restored one. Not thread-safe.
 *
 * @since 0.1
 */
public final class SteppingGuestCpu implements GuestCpu {
    /** All four bits of a DAIF mask for {@link A64#daifSet}. */
    public static final int ALL_MASKS = 0xF;

    /** Steps that may leave PC where it is: an abort that is retried, then an event, then the instruction. */
    private static final int LARGEST_STEPS = 8;

    private final Rig rig;
    private final int index;
    private final GuestLayout layout;

    SteppingGuestCpu(Rig rig, int index) {
        this.rig = rig;
        this.index = index;
        this.layout = new GuestLayout(index);
    }

    /**
     * Returns the vCPU as its VMM sees it. Not to be kept over an operation: a cut replaces the machine.
     *
     * @return the vCPU
     */
    public Vcpu vcpu() {
        return rig.machine().vcpus().get(index);
    }

    /**
     * Returns where things of this vCPU are in memory.
     *
     * @return the layout
     */
    public GuestLayout layout() {
        return layout;
    }

    /**
     * Returns the machine that this vCPU belongs to.
     *
     * @return the rig
     */
    public Rig rig() {
        return rig;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public long read(Register register) {
        return vcpu().read(register);
    }

    @Override
    public void write(Register register, long value) {
        vcpu().write(register, value);
    }

    /**
     * Reads a general-purpose register without executing anything.
     *
     * @param n 0 to 30
     * @return its value
     */
    public long x(int n) {
        return read(CoreRegister.x(n));
    }

    /**
     * Sets a general-purpose register without executing anything.
     *
     * @param n 0 to 30
     * @param value the value
     */
    public void x(int n, long value) {
        write(CoreRegister.x(n), value);
    }

    @Override
    public long pc() {
        return read(CoreRegister.PC);
    }

    @Override
    public ProcessorState pstate() {
        return new ProcessorState(read(CoreRegister.PSTATE));
    }

    // One instruction each

    @Override
    public GuestStep hypervisorCall(int immediate) {
        return execute(A64.hvc(immediate), "HVC #" + immediate);
    }

    @Override
    public GuestStep secureMonitorCall(int immediate) {
        return execute(A64.smc(immediate), "SMC #" + immediate);
    }

    @Override
    public GuestStep supervisorCall(int immediate) {
        return execute(A64.svc(immediate), "SVC #" + immediate);
    }

    @Override
    public GuestStep load(AccessWidth width, int target, int base) {
        return execute(A64.ldr(width, target, base, 0), memoryOperation("LDR", width, target, base));
    }

    @Override
    public GuestStep store(AccessWidth width, int source, int base) {
        return execute(A64.str(width, source, base, 0), memoryOperation("STR", width, source, base));
    }

    @Override
    public GuestStep readSystemRegister(int target, SystemRegister register) {
        return execute(A64.mrs(target, register), "MRS X" + target + ", " + register);
    }

    @Override
    public GuestStep writeSystemRegister(SystemRegister register, int source) {
        return execute(A64.msr(register, source), "MSR " + register + ", X" + source);
    }

    @Override
    public GuestStep waitForInterrupt() {
        return execute(A64.WFI, "WFI");
    }

    @Override
    public GuestStep branch(int target) {
        return execute(A64.br(target), "BR X" + target);
    }

    @Override
    public GuestStep exceptionReturn() {
        return execute(A64.ERET, "ERET");
    }

    @Override
    public GuestStep noOperation() {
        return execute(A64.NOP, "NOP");
    }

    @Override
    public GuestStep resume() {
        rig.beforeOperation(this);
        return advance(pc(), "(instruction in memory)");
    }

    /**
     * Executes any instruction.
     *
     * @param instruction its encoding
     * @return what happened
     */
    public GuestStep execute(int instruction) {
        return execute(instruction, ".inst 0x" + Integer.toHexString(instruction));
    }

    // Several instructions, or one with an expectation

    /**
     * Gives an event or interrupt that is due the chance to be taken, by executing a NOP.
     *
     * @return {@link GuestStep.Diverted} if one was, {@link GuestStep.Retired} if none was
     */
    public GuestStep settle() {
        return noOperation();
    }

    /**
     * Makes a call by {@code HVC #0} that has to return, and returns its result.
     *
     * @param function SMCCC function identifier, for X0
     * @param arguments values for X1 and so on; the other registers stay as they are
     * @return X0 after the call
     */
    public long call(int function, long... arguments) {
        rig.scenario().expectRetired(callText("HVC", function), callStep(function, arguments));
        return x(0);
    }

    /**
     * Makes a call by {@code HVC #0}.
     *
     * @param function SMCCC function identifier, for X0
     * @param arguments values for X1 and so on; the other registers stay as they are
     * @return what happened
     */
    public GuestStep callStep(int function, long... arguments) {
        place(function, arguments);
        return execute(A64.hvc(0), callText("HVC", function));
    }

    /**
     * Makes a call by {@code SMC #0} that has to return, and returns its result.
     *
     * @param function SMCCC function identifier, for X0
     * @param arguments values for X1 and so on; the other registers stay as they are
     * @return X0 after the call
     */
    public long callBySmc(int function, long... arguments) {
        place(function, arguments);
        String text = callText("SMC", function);
        rig.scenario().expectRetired(text, execute(A64.smc(0), text));
        return x(0);
    }

    /**
     * Reads a system register by MRS, which has to succeed. No general-purpose register changes.
     *
     * @param register the register
     * @return its value
     */
    public long mrs(SystemRegister register) {
        long kept = x(16);
        rig.scenario().expectRetired("MRS " + register, readSystemRegister(16, register));
        long value = x(16);
        x(16, kept);
        return value;
    }

    /**
     * Writes a system register by MSR, which has to succeed. No general-purpose register changes.
     *
     * @param register the register
     * @param value the value
     */
    public void msr(SystemRegister register, long value) {
        long kept = x(16);
        x(16, value);
        rig.scenario().expectRetired("MSR " + register, writeSystemRegister(register, 16));
        x(16, kept);
    }

    /**
     * Branches by BR to another address. No general-purpose register changes.
     *
     * @param target where to, a multiple of 4
     */
    public void jump(long target) {
        long kept = x(16);
        x(16, target);
        rig.scenario().expectDiverted("BR", branch(16), target);
        x(16, kept);
    }

    /** Masks D, A, I and F by {@code MSR DAIFSet}. */
    public void interruptsOff() {
        rig.scenario().expectRetired("MSR DAIFSet", execute(A64.daifSet(ALL_MASKS), "MSR DAIFSet, #15"));
    }

    /**
     * Unmasks D, A, I and F by {@code MSR DAIFClr}. An interrupt that is due is taken by the next instruction, not by
     * this one.
     */
    public void interruptsOn() {
        rig.scenario().expectRetired("MSR DAIFClr", execute(A64.daifClear(ALL_MASKS), "MSR DAIFClr, #15"));
    }

    /** Goes from EL1 to the EL0 lane with nothing masked. Overwrites {@code ELR_EL1} and {@code SPSR_EL1}. */
    public void enterEl0() {
        returnTo(layout.el0(), ProcessorState.EL0T);
    }

    /**
     * Goes from EL1 to another context by ERET. Overwrites {@code ELR_EL1} and {@code SPSR_EL1}.
     *
     * @param pc where to
     * @param state PSTATE there
     */
    public void returnTo(long pc, ProcessorState state) {
        msr(SystemRegister.ELR_EL1, pc);
        msr(SystemRegister.SPSR_EL1, state.spsr());
        eret(pc);
    }

    /**
     * Executes ERET, which has to lead to an address.
     *
     * @param pc the address
     */
    public void eret(long pc) {
        rig.scenario().expectDiverted("ERET", exceptionReturn(), pc);
    }

    /** Goes from EL0 by SVC to the vector, and on to the EL1 lane with interrupts masked. */
    public void leaveEl0() {
        rig.scenario().expectDiverted("SVC from EL0", supervisorCall(0), layout.vectorFromEl0(0));
        jump(layout.el1());
    }

    /**
     * Stores a word, which has to succeed. No general-purpose register changes.
     *
     * @param address where to
     * @param width size
     * @param value the value
     */
    public void put(long address, AccessWidth width, long value) {
        long kept16 = x(16);
        long kept17 = x(17);
        x(16, value);
        x(17, address);
        rig.scenario().expectRetired("store to " + Scenario.hex(address), store(width, 16, 17));
        x(16, kept16);
        x(17, kept17);
    }

    /**
     * Loads a word, which has to succeed. No general-purpose register changes.
     *
     * @param address where from
     * @param width size
     * @return the value, zero-extended
     */
    public long get(long address, AccessWidth width) {
        long kept16 = x(16);
        long kept17 = x(17);
        x(17, address);
        rig.scenario().expectRetired("load from " + Scenario.hex(address), load(width, 16, 17));
        long value = x(16);
        x(16, kept16);
        x(17, kept17);
        return value;
    }

    /**
     * Fills X0 to X30, the stack pointers of EL0 and EL1 and the thread registers with values that name the register, so
     * that a change shows.
     *
     * @param salt makes two fillings differ
     */
    public void fillRegisters(int salt) {
        for (int n = 0; n <= 30; n++) {
            x(n, pattern(salt, n));
        }
        write(CoreRegister.SP_EL0, pattern(salt, 31) & ~0xFL);
        write(CoreRegister.SP_EL1, pattern(salt, 32) & ~0xFL);
        write(SystemRegister.TPIDR_EL0, pattern(salt, 33));
        write(SystemRegister.TPIDR_EL1, pattern(salt, 34));
    }

    /**
     * Returns the registers now.
     *
     * @return a snapshot
     */
    public RegisterFile registers() {
        return RegisterFile.of(this);
    }

    /**
     * Returns the guest's view of its interrupt controller.
     *
     * @return helper that programs it by instructions of this vCPU
     */
    public GicGuest gic() {
        return new GicGuest(this);
    }

    private static long pattern(int salt, int n) {
        return 0xF000_0000_0000_0000L | (long) (salt & 0xFF) << 40 | 0x00A5_0000L | n;
    }

    private void place(int function, long[] arguments) {
        x(0, function & 0xFFFF_FFFFL);
        for (int i = 0; i < arguments.length; i++) {
            x(i + 1, arguments[i]);
        }
    }

    private static String callText(String conduit, int function) {
        return conduit + " #0 with function 0x" + Integer.toHexString(function);
    }

    private static String memoryOperation(String name, AccessWidth width, int register, int base) {
        return name + " " + width.bytes() + " bytes X" + register + ", [X" + base + "]";
    }

    private GuestStep execute(int instruction, String text) {
        rig.beforeOperation(this);
        long at = stayOnLane(pc());
        GuestStep diversion = null;
        if (at != pc()) {
            long from = pc();
            rig.machine().memory().store(from, AccessWidth.WORD, A64.b(at - from));
            GuestStep branch = advance(from, "B (to the start of the lane)");
            if (!(branch instanceof GuestStep.Diverted diverted) || diverted.pc() != at) {
                diversion = branch;
            }
        }
        if (diversion != null) {
            return diversion;
        }
        rig.machine().memory().store(at, AccessWidth.WORD, instruction);
        return advance(at, text);
    }

    /** Keeps long scenarios on their lane: the last word of a lane leads back to its first. */
    private long stayOnLane(long pc) {
        for (long lane : new long[] {layout.el1(), layout.el0()}) {
            if (pc == lane + GuestLayout.LONG_LANE - 4) {
                return lane;
            }
        }
        return pc;
    }

    private GuestStep advance(long at, String text) {
        GuestStep step = stepFrom(at);
        rig.scenario().trace().line("vcpu " + index + " " + Scenario.hex(at) + " " + text + " -> " + outcome(step));
        return step;
    }

    private GuestStep stepFrom(long at) {
        long retired = vcpu().retired();
        for (int i = 0; i < LARGEST_STEPS; i++) {
            VcpuExit exit = vcpu().step();
            if (!(exit instanceof VcpuExit.Stepped)) {
                rig.stopped(exit);
                return new GuestStep.Stopped(exit);
            }
            long now = pc();
            if (now == at + 4) {
                return new GuestStep.Retired();
            }
            if (now != at || vcpu().retired() != retired) {
                return new GuestStep.Diverted(now);
            }
        }
        throw new CheckFailure(
                "progress of vCPU " + index,
                "the instruction, an exception or an event within " + LARGEST_STEPS + " steps",
                "PC still " + Scenario.hex(at),
                rig.scenario().where());
    }

    private String outcome(GuestStep step) {
        if (step instanceof GuestStep.Diverted diverted) {
            return Scenario.hex(diverted.pc()) + " " + pstate();
        }
        return step instanceof GuestStep.Stopped stopped ? stopped.exit().toString() : "X0=" + Scenario.hex(x(0));
    }

    /**
     * Describes where the vCPU is.
     *
     * @return for example {@code vCPU 0 at 0x40010000, EL1h nzcv DAIF}
     */
    String position() {
        return "vCPU " + index + " at " + Scenario.hex(pc()) + ", " + pstate();
    }

    /**
     * Tells whether the vCPU is at an exception level.
     *
     * @param level the level
     * @return true if it is
     */
    public boolean isAt(ExceptionLevel level) {
        return pstate().level() == level;
    }
}

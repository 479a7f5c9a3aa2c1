/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.sdei.Sdei;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SdeiGuest;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * A guest on one vCPU that uses the KVM-style interface by itself: SMCCC calls, the shared area, the SDEI event and the
 * PPI (async-page-fault.md 3.5). For rules on what a driver would hide.
 */
final class KvmGuest {
    /** Bits of the control value. */
    static final long ENABLED = 1;

    static final long SEND_ALWAYS = 2;

    /** Reason words. */
    static final long NOT_PRESENT = 1;

    static final long READY = 2;

    /** Answers in REPLY. */
    static final long GOT_IT = 0;

    static final long NOT_NOW = 1;

    /** Token of the wake-all. */
    static final long WAKE_ALL = 0xFFFF_FFFFL;

    /** Handler lane of the not-present event. */
    static final int LANE = 3;

    private static final long TOKEN_OFFSET = 4;
    private static final int SCRATCH = 18;

    private final Scenario scenario;
    private final SteppingGuestCpu cpu;
    private final int event;
    private final int interrupt;
    private final boolean byPpi;
    private long shown;
    private long area;

    KvmGuest(SteppingGuestCpu cpu) {
        this(cpu, PageFaultGuest.EVENT, PageFaultGuest.INTERRUPT);
    }

    /** A guest of a machine for which the VMM has chosen other numbers. */
    KvmGuest(SteppingGuestCpu cpu, int event, int interrupt) {
        this.scenario = cpu.rig().scenario();
        this.cpu = cpu;
        this.event = event;
        this.interrupt = interrupt;
        this.area = cpu.layout().area();
        this.byPpi = scenario.capabilities().has(Capabilities.APF_KVM_PPI);
    }

    /** A guest of vCPU 0 with everything set up and the wake-all behind it. */
    static KvmGuest started(PagingScene scene) {
        KvmGuest guest = new KvmGuest(scene.cpu());
        guest.start(0);
        return guest;
    }

    SteppingGuestCpu cpu() {
        return cpu;
    }

    SdeiGuest sdei() {
        return new SdeiGuest(cpu);
    }

    // Calls

    /** Tells whether not-present comes by PPI, and not by SDEI event. */
    boolean isByPpi() {
        return byPpi;
    }

    /** Makes a call that the route has; X0 is the result, X1 the value. */
    long call(KvmCall subFunction, long... arguments) {
        return callNumber(subFunction.number(byPpi), arguments);
    }

    /** Makes a call by any number. */
    long callNumber(int subFunction, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = subFunction;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return cpu.call(scenario.capability(Capabilities.APF_KVM).value(), all);
    }

    /** Asks for a value; the call has to succeed. */
    long query(KvmCall subFunction) {
        scenario.expectEqual("result of " + subFunction, Smccc.SUCCESS, call(subFunction));
        return cpu.x(1);
    }

    /** ENABLE with any control value. */
    long control(long value) {
        return call(KvmCall.ENABLE, value & 0xFFFF_FFFFL, value >>> 32);
    }

    /** ENABLE with the area of this vCPU, which has to succeed. */
    void enable(long flags) {
        scenario.expectEqual("result of ENABLE", Smccc.SUCCESS, control(area() | ENABLED | flags));
    }

    /** ENABLE with control 0, which has to succeed. */
    void disable() {
        scenario.expectEqual("result of ENABLE with control 0", Smccc.SUCCESS, control(0));
    }

    /** Demands that the vCPU is not enabled: disabling changes nothing (APF-021). */
    void expectDisabled(String when) {
        scenario.expectEqual("result of ENABLE with control 0 " + when, Smccc.NOT_REQUIRED, control(0));
    }

    /** Demands that the vCPU is enabled with the area of this vCPU: enabling it so changes nothing (APF-017). */
    void expectEnabled(String when) {
        scenario.expectEqual("result of the same ENABLE " + when, Smccc.NOT_REQUIRED, control(area() | ENABLED));
    }

    void acknowledge() {
        scenario.expectEqual("result of IRQ_ACK", Smccc.SUCCESS, call(KvmCall.IRQ_ACK));
    }

    // Set-up

    /** Sets up interrupt controller, interrupt and, if there is one, event. The guest is at EL1 with interrupts masked. */
    void setUp() {
        cpu.interruptsOff();
        cpu.gic().initialise();
        cpu.gic().enable(InterruptId.ppi(interrupt));
        if (!byPpi) {
            sdei().arm(event, LANE, 0);
        }
    }

    /** Sets everything up, clears the area, enables, and takes the wake-all. Interrupts are unmasked after it. */
    void start(long flags) {
        setUp();
        clear();
        enable(flags);
        scenario.expectEqual("token of the ready that enabling causes (APF-141)", WAKE_ALL, takeReady());
    }

    // The shared area

    long area() {
        return area;
    }

    /** ENABLE with another area, which has to succeed. */
    void moveArea(long address) {
        area = address;
        enable(0);
    }

    /** The reason word as it is in memory now. */
    long reason() {
        return cpu.rig().machine().memory().load(area(), AccessWidth.WORD);
    }

    /** The token word as it is in memory now. */
    long token() {
        return cpu.rig().machine().memory().load(area() + TOKEN_OFFSET, AccessWidth.WORD);
    }

    /** Clears both words by instructions of the guest. */
    void clear() {
        cpu.put(area() + TOKEN_OFFSET, AccessWidth.WORD, 0);
        cpu.put(area(), AccessWidth.WORD, 0);
    }

    void putReason(long value) {
        cpu.put(area(), AccessWidth.WORD, value);
    }

    void putToken(long value) {
        cpu.put(area() + TOKEN_OFFSET, AccessWidth.WORD, value);
    }

    void expectWords(String when, long reason, long token) {
        scenario.expectEqual("reason word " + when, reason, reason());
        scenario.expectEqual("token word " + when, token, token());
    }

    // Not-present

    /** Loads from a page at the present exception level. */
    GuestStep touchHere(long page) {
        cpu.x(1, page);
        return cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    /** Loads from a page at EL0. */
    GuestStep touch(long page) {
        return touch(page, ProcessorState.EL0T);
    }

    /** Loads from a page in a state that the guest goes to first if it is at EL1. */
    GuestStep touch(long page, ProcessorState state) {
        if (cpu.isAt(ExceptionLevel.EL1)) {
            cpu.returnTo(cpu.layout().el0(), state);
        }
        return touchHere(page);
    }

    /** Where not-present of EL0 is taken. */
    private long handler() {
        return byPpi ? cpu.layout().vectorFromEl0(1) : cpu.layout().handler(LANE);
    }

    /** Demands that an access led to the handler of not-present, and begins it; returns the token. */
    long expectAnnounced(String what, GuestStep step) {
        scenario.expectDiverted(what + ", which is announced", step, handler());
        scenario.expectEqual("reason word at the first instruction of the handler", NOT_PRESENT, reason());
        if (byPpi) {
            expectAcknowledged();
        }
        shown = token();
        return shown;
    }

    private void expectAcknowledged() {
        scenario.expectEqual(
                "INTID that the guest acknowledges", interrupt, cpu.gic().acknowledge());
    }

    /** Touches an absent page from EL0, which has to be announced. The guest is in the handler then. */
    long expectNotPresent(long page) {
        return expectAnnounced("the access to absent page " + PagingScene.hex(page), touch(page));
    }

    /**
     * Makes an access of EL0 to an absent page with a budget of one instruction, after which not-present may have been
     * written and not been taken.
     *
     * @return whether it has not been taken; if it has, the guest is in the handler
     */
    boolean beginFault(long page) {
        cpu.enterEl0();
        cpu.x(1, page);
        long access = cpu.pc();
        long handler = handler();
        cpu.rig().program(access, A64.ldr(AccessWidth.DOUBLEWORD, 0, 1, 0));
        cpu.rig().program(handler, A64.NOP);
        VcpuExit exit = cpu.rig().run(cpu.index(), 1);
        scenario.expectThat("the access uses up its budget: " + exit, exit instanceof VcpuExit.BudgetExhausted);
        boolean pending = cpu.pc() == access;
        if (!pending) {
            scenario.expectOneOf("PC after the access", cpu.pc(), handler, handler + 4);
            cpu.write(CoreRegister.PC, handler);
        }
        scenario.note(pending ? "not-present is written and not taken yet" : "not-present was taken at once");
        return pending;
    }

    /** Clears the words and goes on in the scheduler; returns the task that waits. */
    WaitingTask answerAsynchronously(long page, long token) {
        clear();
        return resumeScheduler(page, token);
    }

    /** Goes on in the scheduler and leaves the words alone; returns the task that waits. */
    WaitingTask resumeScheduler(long page, long token) {
        long resume = cpu.layout().resume();
        if (byPpi) {
            long[] kept = scratch();
            acknowledge();
            endInterrupt();
            putBack(kept);
            cpu.jump(resume);
        } else {
            scenario.expectDiverted("EVENT_COMPLETE_AND_RESUME", sdei().completeAndResume(resume), resume);
        }
        return new WaitingTask(
                token, page, cpu.mrs(SystemRegister.ELR_EL1), new ProcessorState(cpu.mrs(SystemRegister.SPSR_EL1)));
    }

    /** Touches an absent page from EL0 and lets the task wait. */
    WaitingTask startWaiting(long page) {
        return answerAsynchronously(page, expectNotPresent(page));
    }

    /** Clears the words and asks the host to resolve the fault by itself; the guest is at the access again. */
    void answerSynchronously(long access) {
        clear();
        if (byPpi) {
            long[] kept = scratch();
            scenario.expectEqual("result of REPLY with not now", Smccc.SUCCESS, reply(shown, NOT_NOW));
            acknowledge();
            endInterrupt();
            putBack(kept);
            cpu.eret(access);
        } else {
            scenario.expectDiverted("EVENT_COMPLETE", sdei().complete(Sdei.HANDLED), access);
        }
    }

    /** The registers that calls use: an interrupt handler puts them back, as the end of an event does. */
    private long[] scratch() {
        long[] kept = new long[SCRATCH];
        for (int n = 0; n < SCRATCH; n++) {
            kept[n] = cpu.x(n);
        }
        return kept;
    }

    private void putBack(long[] kept) {
        for (int n = 0; n < SCRATCH; n++) {
            cpu.x(n, kept[n]);
        }
    }

    /** REPLY, whatever comes of it. */
    long reply(long token, long answer) {
        return call(KvmCall.REPLY, token, answer);
    }

    /** Goes on with a task at its access. */
    GuestStep retry(WaitingTask task) {
        cpu.returnTo(task.pc(), task.state());
        return touchHere(task.page());
    }

    // Ready

    /** Takes the ready interrupt, which has to be due; the guest is in its handler then, with the interrupt active. */
    void expectInterrupt(String what) {
        long vector = cpu.isAt(ExceptionLevel.EL0)
                ? cpu.layout().vectorFromEl0(1)
                : cpu.layout().vectorFromEl1(1);
        scenario.expectDiverted(what, cpu.settle(), vector);
        expectAcknowledged();
    }

    /** Unmasks interrupts at EL1 and takes the ready interrupt, which has to be due. */
    void expectReady(String what) {
        unmask();
        expectInterrupt(what);
    }

    /** Ends the interrupt and returns to what was interrupted. */
    void leaveHandler() {
        endInterrupt();
        returnFromHandler();
    }

    void endInterrupt() {
        cpu.gic().end(interrupt);
    }

    void returnFromHandler() {
        cpu.eret(cpu.mrs(SystemRegister.ELR_EL1));
    }

    /** Reads the token and consumes what the area shows, as a driver does: clear, IRQ_ACK. */
    long consume() {
        scenario.expectEqual("reason word in the interrupt handler", READY, reason());
        long token = token();
        clear();
        acknowledge();
        return token;
    }

    /** Unmasks interrupts at EL1, takes the ready that has to be due and consumes it; the guest is back where it was. */
    long takeReady() {
        expectReady("ready interrupt");
        long token = consume();
        leaveHandler();
        return token;
    }

    /** Unmasks interrupts, unless they are: an instruction more would be one at which the next one is taken. */
    private void unmask() {
        if (cpu.pstate().has(ProcessorState.I)) {
            cpu.interruptsOn();
        }
    }

    /** Demands that no interrupt or event is due with interrupts unmasked at EL1. */
    void expectNothingDue(String when) {
        unmask();
        scenario.expectRetired("NOP with nothing due " + when, cpu.settle());
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.br;
import static io.faultline.backend.core.machine.A64.hvc;
import static io.faultline.backend.core.machine.A64.ldp;
import static io.faultline.backend.core.machine.A64.ldr;
import static io.faultline.backend.core.machine.A64.movz;
import static io.faultline.backend.core.machine.A64.mrs;
import static io.faultline.backend.core.machine.A64.str;
import static io.faultline.backend.core.machine.A64.strW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.machine.VcpuExit.WaitForPage;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.trace.TraceEvent;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PageWaitTest {
    private static final VcpuExit STEPPED = new VcpuExit.Stepped();

    /** A guest that is about to load from a page that was evicted while it held 42. */
    private static Rig atAbsentPage(AbsentPageDecision decision) {
        Rig rig = new Rig(1);
        rig.machine.memory().store(Rig.DATA + 16, AccessWidth.DOUBLEWORD, 42);
        rig.pages().evict(Rig.DATA);
        rig.pages().decision = decision;
        rig.start(ldr(0, 1), movz(6, 1, 0), b(0)).set(1, Rig.DATA + 16);
        return rig;
    }

    private static void assertWaits(Rig rig, VcpuExit exit, boolean interruptible) {
        WaitForPage wait = assertInstanceOf(WaitForPage.class, exit);
        assertEquals(interruptible, wait.interruptible());
        assertEquals(Rig.DATA, wait.ticket().page());
        assertEquals(Rig.CODE, rig.pc());
    }

    private static Rig withHandler(Rig rig) {
        rig.code(Rig.VECTORS, movz(5, 1, 0), b(0));
        rig.code(Rig.CODE + 0x800, hvc(0));
        long pc = rig.pc();
        long[] saved = {rig.x(0), rig.x(1)};
        rig.vcpu().write(CoreRegister.PC, Rig.CODE + 0x800);
        rig.set(0, EventPersonality.REGISTER & 0xFFFF_FFFFL).set(1, Rig.VECTORS);
        assertEquals(STEPPED, rig.step());
        rig.set(0, saved[0]).set(1, saved[1]);
        rig.vcpu().write(CoreRegister.PC, pc);
        return rig;
    }

    @Test
    void aVcpuThatIsStoppedForAPageGoesOnOnceItHasCome() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        assertWaits(rig, rig.run(), false);
        assertWaits(rig, rig.run(), false);
        assertWaits(rig, rig.step(), false);
        assertEquals(1, rig.vcpu().retired());
        assertEquals(List.of("0 READ " + Long.toHexString(Rig.DATA)), rig.pages().seen);
        assertEquals(PageResidency.FETCHING, rig.machine.memory().residency(Rig.DATA));
        rig.machine.clock().skipTo(rig.machine.clock().nextDeadline().orElseThrow());
        assertEquals(STEPPED, rig.step());
        assertEquals(42, rig.x(0));
        assertEquals(PageResidency.RESIDENT, rig.machine.memory().residency(Rig.DATA));
        assertEquals(1, rig.machine.counters().get("waits.page"));
        assertEquals(3, rig.machine.counters().get("exits.wait-for-page"));
    }

    @Test
    void aVcpuThatIsStoppedForAPageTakesNothingElse() {
        Rig rig = withHandler(atAbsentPage(AbsentPageDecision.STOP));
        rig.run();
        rig.personality.raise(0);
        assertWaits(rig, rig.run(), false);
        rig.machine.clock().skipTo(10_000_000);
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS, rig.pc());
        assertEquals(Rig.CODE, rig.x(2));
    }

    @Test
    void aParkedVcpuTakesAnEventAtTheInstructionThatFaultedAndParksAgainAfterwards() {
        Rig rig = withHandler(atAbsentPage(AbsentPageDecision.PARK));
        assertWaits(rig, rig.run(), true);
        assertWaits(rig, rig.run(), true);
        rig.personality.raise(0);
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS, rig.pc());
        assertEquals(Rig.CODE, rig.x(2));
        rig.vcpu().write(CoreRegister.PC, Rig.CODE);
        assertWaits(rig, rig.run(), true);
        assertEquals(2, rig.pages().seen.size());
        rig.machine.clock().skipTo(10_000_000);
        assertEquals(STEPPED, rig.step());
        assertEquals(42, rig.x(0));
    }

    @Test
    void anEventThatIsAlreadyDueIsTakenInTheStepThatParks() {
        Rig rig = withHandler(atAbsentPage(AbsentPageDecision.PARK));
        rig.code(Rig.VECTORS, hvc(0));
        rig.personality.raise(0);
        assertEquals(STEPPED, rig.step());
        rig.personality.raise(0);
        rig.set(0, EventPersonality.COMPLETE & 0xFFFF_FFFFL);
        assertEquals(STEPPED, rig.step());
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS, rig.pc());
    }

    @Test
    void aParkedVcpuTakesAnInterruptOnlyIfItIsNotMasked() {
        Rig rig = atAbsentPage(AbsentPageDecision.PARK);
        enableVirtualTimer(rig);
        rig.code(Rig.VECTORS + 0x280, mrs(9, SystemRegister.ICC_IAR1_EL1), b(0));
        rig.vcpu().write(CoreRegister.PC, Rig.CODE);
        rig.set(1, Rig.DATA + 16);
        assertWaits(rig, rig.run(), true);
        rig.vcpu().write(SystemRegister.CNTV_CTL_EL0, 1);
        assertWaits(rig, rig.run(), true);
        rig.vcpu()
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.EL1H_MASKED.without(ProcessorState.I).spsr());
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS + 0x280, rig.pc());
        assertEquals(Rig.CODE, rig.vcpu().read(SystemRegister.ELR_EL1));
    }

    private static void enableVirtualTimer(Rig rig) {
        long frame = MachineLayout.REDISTRIBUTORS;
        long[][] writes = {
            {MachineLayout.DISTRIBUTOR, 2}, {frame + 0x14, 0}, {frame + 0x1_0080, -1}, {frame + 0x1_0100, 1 << 27}
        };
        rig.code(Rig.CODE + 0x900, strW(2, 1));
        for (long[] write : writes) {
            rig.set(1, write[0]).set(2, write[1]);
            rig.vcpu().write(CoreRegister.PC, Rig.CODE + 0x900);
            assertEquals(STEPPED, rig.step());
        }
        rig.vcpu().write(SystemRegister.ICC_PMR_EL1, 0xFF);
        rig.vcpu().write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
    }

    @Test
    void aFastInterruptReachesAParkedVcpuToo() {
        Rig rig = atAbsentPage(AbsentPageDecision.PARK);
        enableVirtualTimer(rig);
        rig.code(Rig.CODE + 0x900, strW(2, 1), strW(4, 3));
        rig.set(1, MachineLayout.DISTRIBUTOR)
                .set(2, 1)
                .set(3, MachineLayout.REDISTRIBUTORS + 0x1_0080)
                .set(4, 0);
        rig.vcpu().write(CoreRegister.PC, Rig.CODE + 0x900);
        rig.step();
        rig.step();
        rig.vcpu().write(SystemRegister.ICC_IGRPEN0_EL1, 1);
        rig.vcpu().write(CoreRegister.PC, Rig.CODE);
        rig.set(1, Rig.DATA + 16);
        assertWaits(rig, rig.run(), true);
        rig.vcpu().write(SystemRegister.CNTV_CTL_EL0, 1);
        assertWaits(rig, rig.run(), true);
        rig.vcpu()
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.EL1H_MASKED.without(ProcessorState.F).spsr());
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS + 0x300, rig.pc());
    }

    @Test
    void aPageThatComesAtOnceIsNoWait() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        rig.pages().atOnce = true;
        assertEquals(STEPPED, rig.step());
        assertEquals(42, rig.x(0));
        assertEquals(0, rig.machine.counters().get("waits.page"));
    }

    @Test
    void aStepOverTwoAbsentPagesIsStillOneStep() {
        Rig rig = new Rig(1);
        rig.pages().atOnce = true;
        long boundary = Rig.DATA + 0x1000;
        rig.machine.memory().store(boundary - 8, AccessWidth.DOUBLEWORD, 1);
        rig.machine.memory().store(boundary, AccessWidth.DOUBLEWORD, 2);
        rig.start(ldp(2, 3, 1)).set(1, boundary - 8);
        rig.pages().evict(Rig.DATA);
        rig.pages().evict(boundary);
        rig.pages().evict(Rig.CODE);
        assertEquals(STEPPED, rig.step());
        assertEquals(1, rig.x(2));
        assertEquals(2, rig.x(3));
        assertEquals(
                List.of(
                        "0 EXECUTE " + Long.toHexString(Rig.CODE),
                        "0 READ " + Long.toHexString(Rig.DATA),
                        "0 READ " + Long.toHexString(boundary)),
                rig.pages().seen);
    }

    @Test
    void aHandlerThatOnlyPromisesPagesCannotHangAStepOrARun() {
        Rig rig = atAbsentPage(AbsentPageDecision.RETRY);
        rig.pages().lies = true;
        assertEquals(STEPPED, rig.step());
        assertEquals(new VcpuExit.BudgetExhausted(1000), rig.run(0, 1000));
        assertEquals(Rig.CODE, rig.pc());
    }

    @Test
    void aPageThatCouldNotBeBroughtInIsAskedForAgain() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        rig.run();
        rig.pages().fail(Rig.DATA);
        assertWaits(rig, rig.run(), false);
        assertEquals(2, rig.pages().seen.size());
    }

    @Test
    void aLostPageIsAnExternalAbort() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        rig.run();
        rig.pages().poison(Rig.DATA);
        assertEquals(PageResidency.POISONED, rig.machine.memory().residency(Rig.DATA));
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS + 0x200, rig.pc());
        Syndrome syndrome = new Syndrome(rig.vcpu().read(SystemRegister.ESR_EL1));
        assertEquals(ExceptionClass.DATA_ABORT_SAME, syndrome.exceptionClass().orElseThrow());
        assertEquals(FaultStatus.EXTERNAL, syndrome.faultStatus());
        assertEquals(Rig.DATA + 16, rig.vcpu().read(SystemRegister.FAR_EL1));
    }

    @Test
    void codeThatIsAbsentIsWaitedForToo() {
        Rig rig = new Rig(1).start(br(1)).set(1, Rig.DATA).code(Rig.DATA, movz(7, 7, 0), b(0));
        rig.pages().evict(Rig.DATA);
        assertInstanceOf(WaitForPage.class, rig.run());
        assertEquals(Rig.DATA, rig.pc());
        assertEquals("0 EXECUTE " + Long.toHexString(Rig.DATA), rig.pages().seen.get(0));
        rig.machine.clock().skipTo(10_000_000);
        rig.run();
        assertEquals(7, rig.x(7));
    }

    @Test
    void aStoreToAnAbsentPageIsMadeWhenThePageHasCome() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        rig.start(str(2, 1), b(0)).set(2, 99);
        assertWaits(rig, rig.run(), false);
        assertEquals("0 WRITE " + Long.toHexString(Rig.DATA), rig.pages().seen.get(0));
        rig.machine.clock().skipTo(10_000_000);
        rig.run();
        assertEquals(99, rig.machine.memory().load(Rig.DATA + 16, AccessWidth.DOUBLEWORD));
    }

    @Test
    void writingThePcLetsTheVcpuDoSomethingElse() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        rig.run();
        rig.vcpu().write(CoreRegister.PC, Rig.CODE + 4);
        assertEquals(STEPPED, rig.step());
        assertEquals(1, rig.x(6));
    }

    @Test
    void whileOneVcpuWaitsTheOthersRun() {
        Rig rig = new Rig(2);
        rig.code(Rig.CODE + 0x100, movz(7, 1, 0), b(0));
        rig.start(hvc(0), ldr(0, 1))
                .set(0, io.faultline.api.arm64.Psci.CPU_ON)
                .set(1, 1)
                .set(2, Rig.CODE + 0x100);
        rig.step();
        rig.pages().evict(Rig.DATA);
        rig.pages().delay = 1000;
        rig.set(1, Rig.DATA);
        assertInstanceOf(WaitForPage.class, rig.run());
        assertEquals(OptionalLong.of(1002), rig.machine.clock().nextDeadline());
        rig.run(1, 2000);
        assertEquals(STEPPED, rig.step());
    }

    @Test
    void aVcpuThatIsTurnedOffOrResetDoesNotStayParked() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        rig.run();
        rig.vcpu().reset();
        rig.start(movz(3, 3, 0));
        assertEquals(STEPPED, rig.step());
        assertEquals(3, rig.x(3));
    }

    @Test
    void pageSourcesAreAskedBeforeAVcpuRunsWhenItStopsAndAfterASkip() {
        Rig rig = new Rig(1).start(NOP, NOP);
        int before = rig.pages().polls;
        rig.step();
        assertEquals(before + 2, rig.pages().polls);
        rig.machine.clock().skipTo(5);
        assertEquals(before + 3, rig.pages().polls);
    }

    @Test
    void aSavedWaitIsAWaitInTheOtherMachine() {
        Rig rig = atAbsentPage(AbsentPageDecision.STOP);
        rig.run();
        Rig copy = new Rig(1);
        copy.machine.restore(rig.machine.save());
        assertEquals(rig.machine.save(), copy.machine.save());
        assertWaits(copy, copy.run(), false);
        copy.machine
                .asyncPageFaults()
                .orElseThrow()
                .complete(Rig.DATA, rig.pages().evictedContent(Rig.DATA));
        assertEquals(STEPPED, copy.step());
        assertEquals(42, copy.x(0));
    }

    @Test
    void stage2AbortsAreTraced() {
        Rig rig = Rig.traced(1);
        rig.start(ldr(0, 1)).set(1, Rig.DATA + 8);
        rig.pages().evict(Rig.DATA);
        rig.run();
        assertEquals(
                List.of(new TraceEvent.Stage2Abort(0, Rig.DATA + 8, io.faultline.api.arm64.AccessKind.READ, false)),
                rig.trace);
    }
}

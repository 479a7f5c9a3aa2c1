/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.Trigger;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.fake.FakeBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScenarioTest {
    private final FakeBackend backend = new FakeBackend();
    private final List<String> lines = new ArrayList<>();
    private final TraceRecorder trace = new TraceRecorder(lines::add);
    private final Scenario s = scenario(Budget.DEFAULT, CutPlan.NONE);

    private Scenario scenario(Budget budget, CutPlan cuts) {
        return new Scenario(Subject.of(() -> backend), 7, budget, cuts, trace);
    }

    private static String message(Runnable failing) {
        return assertThrows(CheckFailure.class, failing::run).getMessage();
    }

    @Test
    void aMachineIsBootedToItsEl1Lane() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        assertEquals(cpu.layout().el1() + 4, cpu.pc());
        assertEquals(cpu.layout().vectors(), cpu.read(SystemRegister.VBAR_EL1));
        assertEquals(cpu.layout().stackTop(), cpu.read(CoreRegister.SP_EL1));
        assertTrue(cpu.isAt(ExceptionLevel.EL1));
        assertEquals(0, cpu.index());
        assertSame(cpu, cpu.rig().cpu(0));
    }

    @Test
    void callsCarryTheirArgumentsAndReturnX0() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        assertEquals(77, cpu.call(0xC400_0020, 77, 78));
        assertEquals(78, cpu.x(2));
        assertEquals(77, cpu.callBySmc(0xC400_0020, 77));
        assertEquals(
                1,
                lines.stream()
                        .filter(line -> line.contains("SMC #0 with function 0xc4000020"))
                        .count());
        assertEquals(2, trace.events(TraceEvent.GuestCall.class).size());
    }

    @Test
    void helpersLeaveTheRegistersAlone() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        cpu.fillRegisters(3);
        RegisterFile before = cpu.registers();
        cpu.msr(SystemRegister.TPIDR_EL1, 5);
        assertEquals(5, cpu.mrs(SystemRegister.TPIDR_EL1));
        cpu.put(GuestLayout.dataPage(0), AccessWidth.HALFWORD, 0x12345);
        assertEquals(0x2345, cpu.get(GuestLayout.dataPage(0), AccessWidth.DOUBLEWORD));
        cpu.jump(cpu.layout().el1());
        assertEquals(
                before.with(CoreRegister.PC, cpu.layout().el1()).with(SystemRegister.TPIDR_EL1, 5), cpu.registers());
    }

    @Test
    void exceptionLevelsAndMasksAreChangedByInstructions() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        cpu.interruptsOn();
        assertFalse(cpu.pstate().has(0x80));
        cpu.interruptsOff();
        assertTrue(cpu.pstate().has(0x3C0));
        cpu.enterEl0();
        assertEquals(cpu.layout().el0(), cpu.pc());
        assertTrue(cpu.isAt(ExceptionLevel.EL0));
        cpu.leaveEl0();
        assertEquals(cpu.layout().el1(), cpu.pc());
    }

    @Test
    void otherInstructionsAreExecutedWhereTheVcpuIs() {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        assertEquals(new GuestStep.Retired(), cpu.waitForInterrupt());
        rig.program(cpu.pc(), A64.NOP);
        assertEquals(new GuestStep.Retired(), cpu.resume());
        cpu.gic().initialise();
        cpu.gic().configure(new InterruptId(27), Trigger.EDGE);
        cpu.gic().configure(new InterruptId(27), Trigger.LEVEL);
        cpu.gic().enable(new InterruptId(27));
        cpu.gic().disable(new InterruptId(27));
        cpu.write(SystemRegister.ICC_IAR1_EL1, 27);
        assertEquals(27, cpu.gic().acknowledge());
        cpu.gic().end(27);
        assertEquals(27, cpu.read(SystemRegister.ICC_EOIR1_EL1));
        cpu.gic().sendToSelf(new InterruptId(3));
        assertEquals(0x0300_0001L, cpu.read(SystemRegister.ICC_SGI1R_EL1));
    }

    @Test
    void aDueEventIsTakenInsteadOfTheInstruction() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        SdeiGuest guest = new SdeiGuest(cpu);
        s.expectRetired("NOP with no event due", cpu.settle());
        backend.due = 1;
        guest.expectHandler(0);
        assertTrue(
                message(() -> guest.expectHandler(0)).startsWith("dispatch to handler lane 0: expected control to go"));
    }

    @Test
    void aVcpuThatNeverGetsOnIsAFailure() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        backend.due = 100;
        backend.dueTarget = cpu.pc();
        assertTrue(message(cpu::settle).startsWith("progress of vCPU 0: expected the instruction"));
    }

    @Test
    void longScenariosStayOnTheirLane() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        cpu.write(CoreRegister.PC, cpu.layout().el1() + GuestLayout.LONG_LANE - 4);
        cpu.settle();
        assertEquals(cpu.layout().el1() + 4, cpu.pc());
        cpu.write(CoreRegister.PC, cpu.layout().el0() + GuestLayout.LONG_LANE - 4);
        backend.due = 1;
        assertEquals(new GuestStep.Diverted(backend.dueTarget), cpu.settle());
    }

    @Test
    void aMachineThatWaitsForMmioIsNotCut() {
        Scenario cutting = scenario(Budget.DEFAULT, CutPlan.EVERYWHERE);
        SteppingGuestCpu cpu = cutting.machine().cpu(0);
        cpu.x(1, 0x1000);
        GuestStep step = cpu.load(AccessWidth.WORD, 0, 1);
        assertEquals(2, backend.saves);
        assertEquals(
                0x1000,
                cutting.expectStopped("load", step, VcpuExit.MmioRead.class).address());
        cpu.settle();
        assertEquals(2, backend.saves);
        assertTrue(message(() -> cutting.expectStopped("load", step, VcpuExit.PoweredOff.class))
                .contains("expected the vCPU to stop with PoweredOff, was the vCPU stopped with MmioRead"));
    }

    @Test
    void aSecondVcpuIsTurnedOnByTheFirst() {
        Rig rig = s.machine(request -> request.vcpus(2));
        SteppingGuestCpu second = rig.turnOn(1);
        assertEquals(second.layout().el1() + 4, second.pc());
        assertEquals(new VcpuExit.BudgetExhausted(3), rig.run(1, 3));
    }

    @Test
    void aCutReplacesTheMachineBeneathTheGuest() {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        cpu.fillRegisters(1);
        RegisterFile before = cpu.registers();
        Machine machine = rig.machine();
        rig.cut();
        assertNotSame(machine, rig.machine());
        assertEquals(before, cpu.registers());
        assertEquals(1, backend.closed);
        backend.refusesState = true;
        assertThrows(HypervisorException.class, rig::cut);
        assertEquals(2, backend.closed);
    }

    @Test
    void cutsHappenWhereThePlanSays() {
        Scenario once = scenario(Budget.DEFAULT, CutPlan.before(3));
        SteppingGuestCpu cpu = once.machine().cpu(0);
        cpu.settle();
        assertEquals(0, backend.saves);
        cpu.settle();
        assertEquals(1, backend.saves);
        cpu.settle();
        assertEquals(1, backend.saves);
        assertEquals(4, once.operations());
        assertThrows(IllegalArgumentException.class, () -> CutPlan.before(-1));
    }

    @Test
    void budgetsAreCountedInVirtualUnits() {
        Scenario small = scenario(new Budget(2, 10), CutPlan.NONE);
        Rig rig = small.machine();
        rig.cpu(0).settle();
        assertThrows(BudgetExceeded.class, () -> rig.cpu(0).settle());
        rig.run(0, 10);
        assertThrows(BudgetExceeded.class, () -> rig.run(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Budget(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Budget(1, 0));
    }

    @Test
    void demandsSayWhatWasExpectedAndWhatHappened() {
        assertEquals("n: expected 1, was -3 (0xfffffffffffffffd)", message(() -> s.expectEqual("n", 1, -3)));
        assertEquals("n: expected 0x1000, was 10 (0xa)", message(() -> s.expectEqual("n", 4096, 10)));
        assertEquals("n: expected a, was b", message(() -> s.expectEqual("n", "a", "b")));
        assertEquals("n: expected 1 or 2, was 3", message(() -> s.expectOneOf("n", 3, 1, 2)));
        assertEquals("it works: expected true, was false", message(() -> s.expectThat("it works", false)));
        assertEquals(
                "call: expected a HypervisorException with CLOSED, was no exception",
                message(() -> s.expectRefused("call", ErrorId.CLOSED, () -> {})));
        assertEquals("capability sdei: expected present, was absent", message(() -> s.capability(Capabilities.SDEI)));
        s.expectOneOf("n", 2, 1, 2);
        s.expectThat("it works", true);
        s.expectEqual("n", "a", "a");
        HypervisorException closed = new HypervisorException(ErrorId.CLOSED, "x", "", "");
        assertSame(closed, s.expectRefused("call", ErrorId.CLOSED, () -> {
            throw closed;
        }));
        assertEquals(2, s.capability(Capabilities.VCPUS));
    }

    @Test
    void failuresSayWhere() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        CheckFailure failure =
                assertThrows(CheckFailure.class, () -> s.expectDiverted("NOP", cpu.settle(), 0x4000_0000L));
        assertEquals("NOP", failure.what());
        assertEquals("control to go to 0x40000000", failure.expected());
        assertEquals("the next instruction follows", failure.actual());
        assertEquals("vCPU 0 at 0x40010008, EL1h nzcv DAIF, operation 2", failure.where());
        assertTrue(
                message(() -> s.expectRetired("x", new GuestStep.Diverted(8))).contains("was control went to 0x8"));
    }

    @Test
    void registersThatDifferAreNamed() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        RegisterFile before = cpu.registers();
        cpu.x(3, 9);
        cpu.interruptsOn();
        assertEquals(
                "registers: expected no register to differ, was X3 0x0 -> 0x9; PC 0x40010004 -> 0x40010008; "
                        + "PSTATE 0x3c5 (EL1h nzcv DAIF) -> 0x5 (EL1h nzcv daif) "
                        + "(vCPU 0 at 0x40010008, EL1h nzcv daif, operation 2)",
                message(() -> s.expectEqual("registers", before, cpu.registers())));
        RegisterFile allowed = before.withFrom(cpu.registers(), CoreRegister.PC, CoreRegister.PSTATE);
        assertEquals(List.of("X3 0x0 -> 0x9"), allowed.differences(cpu.registers()));
        s.expectEqual("registers", before, before);
        assertNotEquals(before, cpu.registers());
        assertNotEquals(before.hashCode(), cpu.registers().hashCode());
        assertTrue(before.toString().startsWith("X0=0x0, X1=0x0"));
        assertThrows(IllegalArgumentException.class, () -> before.get(SystemRegister.MIDR_EL1));
    }

    @Test
    void whatTheMachineLacksIsAFailure() {
        Rig rig = s.machine();
        assertTrue(message(rig::faults).startsWith("Machine.asyncPageFaults(): expected present"));
        assertTrue(message(rig::notifications).startsWith("Machine.notifications(): expected present"));
    }

    @Test
    void timeMovesWhenTheVmmSaysSo() {
        Rig rig = s.machine();
        assertTrue(rig.advanceToDeadline());
        assertEquals(1000, rig.machine().clock().nanos());
        rig.advance(5);
        assertEquals(1005, rig.machine().clock().nanos());
        assertFalse(rig.advanceToDeadline());
    }

    @Test
    void theSeedDecidesTheFreeChoices() {
        Scenario other = scenario(Budget.DEFAULT, CutPlan.NONE);
        assertEquals(s.random().nextLong(), other.random().nextLong());
        assertEquals(7, s.seed());
        assertEquals("fake", s.subject().id());
    }

    @Test
    void theSameScenarioHasTheSameTrace() {
        long[] hashes = new long[2];
        for (int i = 0; i < 2; i++) {
            TraceRecorder recorder = new TraceRecorder(line -> {});
            Scenario scenario = new Scenario(Subject.of(FakeBackend::new), 1, Budget.DEFAULT, CutPlan.NONE, recorder);
            scenario.machine().cpu(0).call(1, 2);
            scenario.note("end");
            hashes[i] = recorder.hash();
        }
        assertEquals(hashes[0], hashes[1]);
        assertNotEquals(hashes[0], trace.hash());
    }

    @Test
    void numbersInATraceAreReadable() {
        s.trace().line("GuestCall[vcpu=0, function=-1006632927, argument=-2, result=1073742080]");
        assertEquals(
                List.of("GuestCall[vcpu=0, function=0xc4000021, argument=-2, result=0x40000100]"), trace.lastLines());
        assertEquals(trace.lastLines(), lines);
    }

    @Test
    void aBranchToItselfIsADiversion() {
        SteppingGuestCpu cpu = s.machine().cpu(0);
        long here = cpu.pc();
        s.expectDiverted("B .", cpu.execute(A64.b(0)), here);
    }

    @Test
    void onlyTheEndOfATraceIsKept() {
        for (int i = 0; i < 100; i++) {
            s.note("line " + i);
        }
        assertEquals(TraceRecorder.LAST_LINES, trace.lastLines().size());
        assertEquals("-- line 99", trace.lastLines().get(TraceRecorder.LAST_LINES - 1));
        TraceRecorder endless = new TraceRecorder(line -> {});
        assertThrows(BudgetExceeded.class, () -> {
            while (true) {
                endless.line("");
            }
        });
    }

    @Test
    void witnessesAreRememberedOnce() {
        s.witness("b");
        s.witness("a");
        s.witness("b");
        assertEquals(Set.of("a", "b"), s.witnessed());
        assertEquals(List.of("witness: b", "witness: a"), lines);
    }

    @Test
    void everyMachineIsClosedEvenIfOneCannotBe() {
        s.machine();
        s.unbootedMachine(request -> {});
        backend.brokenClose = true;
        assertThrows(IllegalStateException.class, s::close);
        assertEquals(2, backend.closed);
        s.close();
        assertEquals(2, backend.closed);
    }

    @Test
    void layoutsDoNotOverlap() {
        GuestLayout first = new GuestLayout(0);
        assertEquals(first.vectors() + 0x280, first.vectorFromEl1(1));
        assertEquals(first.vectors() + 0x480, first.vectorFromEl0(1));
        assertTrue(first.handler(3) + 0x2000 <= first.resume());
        assertTrue(first.resume() + 0x2000 <= first.stackTop() - 0x2000);
        assertTrue(first.el0() + GuestLayout.LONG_LANE <= new GuestLayout(1).vectors());
        assertTrue(new GuestLayout(7).el0() + GuestLayout.LONG_LANE <= GuestLayout.DATA);
        assertThrows(IllegalArgumentException.class, () -> new GuestLayout(8));
        assertThrows(IllegalArgumentException.class, () -> first.handler(4));
        assertThrows(IllegalArgumentException.class, () -> GuestLayout.dataPage(512));
    }

    @Test
    void aSubjectOpensFurtherBackendsOnRequest() {
        Subject subject = Subject.of(FakeBackend::new);
        assertNotSame(subject.backend(), subject.provider().open(subject.configuration()));
        assertEquals(FakeBackend.DESCRIPTOR, subject.provider().descriptor());
        assertTrue(subject.provider().probe().toString().contains("Available"));
        subject.close();
    }
}

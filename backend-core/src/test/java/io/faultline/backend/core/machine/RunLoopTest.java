/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.WFI;
import static io.faultline.backend.core.machine.A64.addImmediate;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.hvc;
import static io.faultline.backend.core.machine.A64.movz;
import static io.faultline.backend.core.machine.A64.svc;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RunLoopTest {
    private static final VcpuExit STEPPED = new VcpuExit.Stepped();
    private static final VcpuExit KICKED = new VcpuExit.Kicked();
    private static final VcpuExit OFF = new VcpuExit.PoweredOff();

    @Test
    void aNewMachineHasVcpu0OnInItsResetState() {
        Rig rig = new Rig(3);
        assertTrue(rig.vcpu(0).isOn());
        assertFalse(rig.vcpu(1).isOn());
        assertFalse(rig.vcpu(2).isOn());
        assertEquals(0, rig.pc());
        assertEquals(ProcessorState.EL1H_MASKED.spsr(), rig.vcpu().read(CoreRegister.PSTATE));
        assertEquals(2, rig.vcpu(2).index());
        assertEquals(Affinity.ofIndex(2), rig.vcpu(2).affinity());
        assertEquals(0x8000_0002L, rig.vcpu(2).read(SystemRegister.MPIDR_EL1));
    }

    @Test
    void aBudgetIsUsedUpExactly() {
        Rig rig = new Rig(1).start(addImmediate(0, 0, 1), b(-1));
        assertEquals(new VcpuExit.BudgetExhausted(7), rig.run(0, 7));
        assertEquals(4, rig.x(0));
        assertEquals(7, rig.vcpu().retired());
        assertEquals(7, rig.machine.clock().nanos());
        assertEquals(new VcpuExit.BudgetExhausted(200_000), rig.run(0, 200_000));
        assertEquals(200_007, rig.vcpu().retired());
    }

    @Test
    void runningInPiecesDoesWhatRunningAtOnceDoes() {
        Rig whole = new Rig(1).start(addImmediate(0, 0, 3), addImmediate(1, 1, 1), b(-2));
        Rig pieces = new Rig(1).start(addImmediate(0, 0, 3), addImmediate(1, 1, 1), b(-2));
        whole.run(0, 100);
        for (int i = 0; i < 33; i++) {
            pieces.run(0, 3);
        }
        pieces.step();
        assertEquals(whole.machine.save(), pieces.machine.save());
    }

    @Test
    void aStepExecutesOneInstruction() {
        Rig rig = new Rig(1).start(movz(3, 9, 0), NOP);
        assertEquals(STEPPED, rig.step());
        assertEquals(9, rig.x(3));
        assertEquals(Rig.CODE + 4, rig.pc());
        assertEquals(1, rig.vcpu().retired());
    }

    @Test
    void anInstructionIsOneStepTogetherWithItsException() {
        Rig rig = new Rig(1).start(svc(7));
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        rig.code(Rig.VECTORS + 0x200, movz(5, 1, 0));
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS + 0x200, rig.pc());
        assertEquals(Rig.CODE + 4, rig.vcpu().read(SystemRegister.ELR_EL1));
        assertEquals(0, rig.x(5));
    }

    @Test
    void anEventIsAStepOfItsOwnAndNothingOfItsHandlerIsExecutedInIt() {
        Rig rig = new Rig(1).start(NOP, NOP).code(Rig.VECTORS, movz(5, 1, 0));
        rig.set(0, EventPersonality.REGISTER).set(1, Rig.VECTORS);
        rig.start(hvc(0), NOP, NOP);
        assertEquals(STEPPED, rig.step());
        assertEquals(0, rig.x(0));
        rig.personality.raise(0);
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS, rig.pc());
        assertEquals(Rig.CODE + 4, rig.x(2));
        assertEquals(0, rig.x(5));
        assertEquals(1, rig.machine.counters().get("diversions"));
        assertEquals(STEPPED, rig.step());
        assertEquals(1, rig.x(5));
    }

    @Test
    void anEventRaisedInACallIsTakenBeforeTheNextInstruction() {
        Rig rig = new Rig(1).start(hvc(0), movz(0, 1, 0), hvc(0), movz(6, 1, 0)).code(Rig.VECTORS, movz(5, 1, 0), b(0));
        rig.set(0, EventPersonality.REGISTER).set(1, Rig.VECTORS);
        rig.step();
        rig.set(0, EventPersonality.RAISE).set(1, 0);
        rig.vcpu().write(CoreRegister.PC, Rig.CODE + 8);
        assertEquals(new VcpuExit.BudgetExhausted(2), rig.run(0, 2));
        assertEquals(1, rig.x(5));
        assertEquals(0, rig.x(6));
        assertEquals(Rig.CODE + 12, rig.x(2));
    }

    @Test
    void aKickBeforeARunEndsItBeforeAnyInstruction() {
        Rig rig = new Rig(1).start(NOP, NOP);
        rig.vcpu().kick();
        rig.vcpu().kick();
        assertEquals(KICKED, rig.run());
        assertEquals(0, rig.vcpu().retired());
        assertEquals(new VcpuExit.BudgetExhausted(1), rig.run(0, 1));
    }

    @Test
    void aKickDoesNotKeepAStepFromBeingMade() {
        Rig rig = new Rig(1).start(NOP, NOP);
        rig.vcpu().kick();
        assertEquals(STEPPED, rig.step());
        assertEquals(KICKED, rig.run());
    }

    @Test
    void aKickFromAnotherThreadEndsARunInProgress() throws InterruptedException {
        Rig rig = new Rig(1).start(b(0));
        Vcpu vcpu = rig.vcpu();
        CountDownLatch running = new CountDownLatch(1);
        Thread kicker = new Thread(() -> {
            try {
                running.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            vcpu.kick();
        });
        kicker.start();
        running.countDown();
        assertEquals(KICKED, vcpu.run(RunBudget.instructions(Long.MAX_VALUE)));
        kicker.join();
    }

    @Test
    void aKickWorksOnAVcpuThatIsOffOrWaits() {
        Rig rig = new Rig(2).start(WFI);
        rig.vcpu(1).kick();
        assertEquals(KICKED, rig.run(1, 10));
        assertEquals(OFF, rig.run(1, 10));
        rig.run();
        rig.vcpu().kick();
        assertEquals(KICKED, rig.run());
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.empty()), rig.run());
    }

    @Test
    void aVcpuThatIsOffDoesNotRunOrStep() {
        Rig rig = new Rig(2);
        assertEquals(OFF, rig.run(1, 10));
        assertEquals(OFF, rig.vcpu(1).step());
        assertEquals(0, rig.vcpu(1).retired());
    }

    @Test
    void wfiWithNothingPendingIsCompleteAndStopsTheVcpu() {
        Rig rig = new Rig(1).start(WFI, movz(3, 1, 0));
        VcpuExit idle = new VcpuExit.WaitForInterrupt(OptionalLong.empty());
        assertEquals(idle, rig.run());
        assertEquals(Rig.CODE + 4, rig.pc());
        assertEquals(1, rig.vcpu().retired());
        assertEquals(idle, rig.run());
        assertEquals(idle, rig.step());
        assertEquals(1, rig.vcpu().retired());
        assertEquals(1, rig.machine.counters().get("waits.interrupt"));
    }

    @Test
    void aStepOfWfiReportsTheWait() {
        Rig rig = new Rig(1).start(WFI, NOP);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.empty()), rig.step());
    }

    @Test
    void anEventOfThePersonalityEndsTheWaitAndIsTakenWithTheAddressAfterWfi() {
        Rig rig = new Rig(1).start(hvc(0), WFI, movz(3, 1, 0)).code(Rig.VECTORS, movz(5, 1, 0), b(0));
        rig.set(0, EventPersonality.REGISTER).set(1, Rig.VECTORS);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.empty()), rig.run());
        rig.personality.raise(0);
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.VECTORS, rig.pc());
        assertEquals(Rig.CODE + 8, rig.x(2));
    }

    @Test
    void wfiWithAnEventThatCanBeTakenDoesNotStopTheVcpu() {
        Rig rig = new Rig(1).start(hvc(0), NOP, WFI, b(0)).code(Rig.VECTORS, movz(5, 1, 0), b(0));
        rig.set(0, EventPersonality.REGISTER).set(1, Rig.VECTORS);
        rig.run(0, 2);
        rig.personality.raise(0);
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(0, 5));
        assertEquals(1, rig.x(5));
    }

    @Test
    void writingThePcEndsAWait() {
        Rig rig = new Rig(1).start(WFI, NOP);
        rig.run();
        rig.vcpu().write(CoreRegister.PC, Rig.CODE + 4);
        assertEquals(new VcpuExit.BudgetExhausted(1), rig.run(0, 1));
    }

    @Test
    void registersCanBeReadAndWritten() {
        Rig rig = new Rig(1);
        rig.vcpu().write(CoreRegister.X7, -5);
        rig.vcpu().write(SystemRegister.TPIDR_EL1, 77);
        rig.vcpu().write(CoreRegister.SP_EL1, 0x1000);
        assertEquals(-5, rig.vcpu().read(CoreRegister.X7));
        assertEquals(77, rig.vcpu().read(SystemRegister.TPIDR_EL1));
        assertEquals(0x1000, rig.vcpu().read(CoreRegister.SP_EL1));
    }

    @Test
    void aReadOnlyRegisterAndAnImpossibleStateAreRefused() {
        Rig rig = new Rig(1);
        HypervisorException readOnly =
                assertThrows(HypervisorException.class, () -> rig.vcpu().write(SystemRegister.MIDR_EL1, 1));
        assertEquals(ErrorId.INVALID_ARGUMENT, readOnly.id());
        HypervisorException state =
                assertThrows(HypervisorException.class, () -> rig.vcpu().write(CoreRegister.PSTATE, 0x1F));
        assertEquals(ErrorId.INVALID_ARGUMENT, state.id());
    }

    @Test
    void aRegisterThatTheVcpuDoesNotHaveCanNeitherBeReadNorWritten() {
        Rig rig = new Rig(1);
        int absent = 0;
        for (SystemRegister register : SystemRegister.values()) {
            if (!rig.personality.host().vcpu(0).pe().has(register)) {
                absent++;
                for (Executable attempt : List.<Executable>of(
                        () -> rig.vcpu().read(register), () -> rig.vcpu().write(register, 0))) {
                    HypervisorException refused = assertThrows(HypervisorException.class, attempt);
                    assertEquals(ErrorId.INVALID_ARGUMENT, refused.id());
                    assertTrue(refused.getMessage().contains(register.name()), refused.getMessage());
                }
            } else {
                rig.vcpu().read(register);
            }
        }
        assertTrue(absent > 0);
    }

    @Test
    void resettingAVcpuGivesItsColdStateAndKeepsItsInstructionCount() {
        Rig rig = new Rig(2).start(movz(3, 1, 0), WFI);
        rig.run();
        rig.vcpu().reset();
        assertEquals(0, rig.pc());
        assertEquals(0, rig.x(3));
        assertEquals(2, rig.vcpu().retired());
        assertTrue(rig.vcpu().isOn());
        assertTrue(rig.personality.seen.contains("reset 0"));
        assertTrue(rig.pages().seen.contains("reset 0"));
        rig.vcpu(1).reset();
        assertFalse(rig.vcpu(1).isOn());
    }

    @Test
    void aResetOfThePcCannotBeUndoneByAnOldWait() {
        Rig rig = new Rig(1).start(WFI);
        rig.run();
        rig.vcpu().reset();
        rig.start(movz(4, 1, 0), b(0));
        assertEquals(new VcpuExit.BudgetExhausted(2), rig.run(0, 2));
    }

    @Test
    void theHostKnowsItsVcpus() {
        Rig rig = new Rig(2);
        Host host = rig.personality.host();
        assertEquals(2, host.vcpuCount());
        assertEquals(1, host.byAffinity(1).orElseThrow().index());
        assertTrue(host.byAffinity(2).isEmpty());
        assertTrue(host.byAffinity(1L << 31).isEmpty());
        assertEquals(host, host.vcpu(1).host());
        assertEquals(rig.plan.request(), host.request());
        assertEquals(rig.plan.request().trace(), host.trace());
        assertThrows(IndexOutOfBoundsException.class, () -> host.vcpu(2));
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.WFI;
import static io.faultline.backend.core.machine.A64.addImmediate;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.hvc;
import static io.faultline.backend.core.machine.A64.ldr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.SavedState;
import io.faultline.hwmodel.mmu.Stage2;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a personality can do with vCPUs: block them, stop them, hear of them, have a deadline of its own. */
class BlockTest {
    private static final VcpuExit STEPPED = new VcpuExit.Stepped();
    private static final VcpuExit IDLE = new VcpuExit.WaitForInterrupt(OptionalLong.empty());
    private static final int PPI = 31;
    private static final int OTHER = 20;

    private final List<BlockingPersonality> made = new ArrayList<>();
    private final Machine machine = new CorePlan(
                    Rig.IDENTITY,
                    MachineRequest.builder()
                            .vcpus(2)
                            .memory(MemoryRegion.ram(Rig.RAM, Rig.RAM_BYTES))
                            .build(),
                    Rig.CAPABILITIES,
                    Set.of(),
                    List.of(),
                    HardwareSettings.DEFAULT,
                    () -> {
                        made.add(new BlockingPersonality());
                        return made.get(made.size() - 1);
                    })
            .build();
    private final BlockingPersonality personality = made.get(0);

    private Vcpu vcpu() {
        return machine.vcpus().get(0);
    }

    private long pc() {
        return vcpu().read(CoreRegister.PC);
    }

    private VcpuExit run(long instructions) {
        return vcpu().run(RunBudget.instructions(instructions));
    }

    private void start(int function, long argument, int... words) {
        for (int i = 0; i < words.length; i++) {
            machine.memory().store(Rig.CODE + 4L * i, AccessWidth.WORD, words[i]);
        }
        vcpu().write(CoreRegister.X0, Integer.toUnsignedLong(function));
        vcpu().write(CoreRegister.X1, argument);
        vcpu().write(CoreRegister.PC, Rig.CODE);
    }

    private void startBlocking(long deadline) {
        start(BlockingPersonality.BLOCK, deadline, hvc(0), addImmediate(2, 2, 1), b(-1));
    }

    private void enable(int ppi) {
        personality.host().gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        long frame = 0x1_0000;
        personality.host().gic().redistributorFrame(0).write(frame + 0x80, AccessWidth.WORD, 0xFFFF_FFFFL);
        personality.host().gic().redistributorFrame(0).write(frame + 0x100, AccessWidth.WORD, 1L << ppi);
        vcpu().write(SystemRegister.ICC_PMR_EL1, 0xFF);
        vcpu().write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
    }

    private void line(int ppi, boolean high) {
        personality.host().gic().redistributor(0).setLevel(ppi, high);
    }

    @Test
    void aBlockedVcpuGoesOnWhenItsTimeComes() {
        startBlocking(500);
        VcpuExit waiting = new VcpuExit.WaitForInterrupt(OptionalLong.of(500));
        assertEquals(waiting, run(100));
        assertEquals(Rig.CODE + 4, pc());
        assertEquals(OptionalLong.of(500), machine.clock().nextDeadline());
        machine.clock().skipTo(499);
        assertEquals(waiting, run(100));
        machine.clock().skipTo(500);
        int before = personality.attentions;
        assertEquals(new VcpuExit.BudgetExhausted(1), run(1));
        assertEquals(Rig.CODE + 8, pc());
        assertEquals(before + 1, personality.attentions);
        assertEquals(OptionalLong.empty(), machine.clock().nextDeadline());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aTimeThatHasPassedEndsTheWaitAtOnce(long deadline) {
        startBlocking(deadline);
        assertEquals(new VcpuExit.BudgetExhausted(3), run(3));
    }

    @Test
    void withoutATimeItWaitsForThePersonality() {
        startBlocking(VirtualClock.NEVER);
        assertEquals(IDLE, run(100));
        machine.clock().skipTo(1_000_000);
        assertEquals(IDLE, vcpu().step());
        personality.wakes = true;
        assertEquals(STEPPED, vcpu().step());
    }

    @Test
    void aBlockedVcpuCanBeUnblockedAndAnotherIsLeftAlone() {
        startBlocking(VirtualClock.NEVER);
        personality.host().vcpu(0).unblock();
        assertEquals(IDLE, run(100));
        assertTrue(personality.host().vcpu(0).isBlocked());
        personality.host().vcpu(0).unblock();
        assertFalse(personality.host().vcpu(0).isBlocked());
        assertEquals(STEPPED, vcpu().step());
        start(0, 0, WFI, b(0));
        assertEquals(IDLE, run(100));
        personality.host().vcpu(0).unblock();
        assertEquals(IDLE, run(100), "WFI is not ended that way");
    }

    @Test
    void anInterruptThatBecomesPendingEndsTheWaitThoughItIsMasked() {
        enable(PPI);
        startBlocking(VirtualClock.NEVER);
        assertEquals(IDLE, run(100));
        line(PPI, true);
        assertEquals(STEPPED, vcpu().step());
        assertEquals(Rig.CODE + 8, pc());
    }

    @Test
    void anInterruptThatWasPendingAndMaskedDoesNotEndTheWaitButAnotherOneDoes() {
        enable(PPI);
        enable(OTHER);
        startBlocking(700);
        line(PPI, true);
        VcpuExit waiting = new VcpuExit.WaitForInterrupt(OptionalLong.of(700));
        assertEquals(waiting, run(100));
        line(OTHER, true);
        assertEquals(STEPPED, vcpu().step());
    }

    @Test
    void anInterruptThatWasPendingEndsTheWaitOnceItCanBeTaken() {
        enable(PPI);
        startBlocking(VirtualClock.NEVER);
        line(PPI, true);
        assertEquals(IDLE, run(100));
        vcpu().write(CoreRegister.PSTATE, vcpu().read(CoreRegister.PSTATE) & ~ProcessorState.I);
        assertEquals(STEPPED, vcpu().step());
        assertEquals(Rig.VECTORS + 0x280, pc());
    }

    @Test
    void aTimerOfTheVcpuCountsAsADeadlineToo() {
        enable(MachineLayout.VIRTUAL_TIMER);
        vcpu().write(SystemRegister.CNTV_CVAL_EL0, 10);
        vcpu().write(SystemRegister.CNTV_CTL_EL0, 1);
        startBlocking(1_000);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(160)), run(100));
        machine.clock().skipTo(160);
        assertEquals(STEPPED, vcpu().step());
    }

    @Test
    void whatAVcpuIsBlockedForIsSavedAndRestored() {
        enable(PPI);
        line(PPI, true);
        startBlocking(900);
        VcpuExit waiting = new VcpuExit.WaitForInterrupt(OptionalLong.of(900));
        assertEquals(waiting, run(100));
        SavedState saved = machine.save();
        machine.clock().skipTo(900);
        run(10);
        machine.restore(saved);
        assertEquals(waiting, run(100));
        assertEquals(saved, machine.save());
    }

    @Test
    void aResetOfTheVcpuEndsTheWait() {
        startBlocking(VirtualClock.NEVER);
        run(100);
        vcpu().reset();
        assertFalse(personality.host().vcpu(0).isBlocked());
    }

    @Test
    void aCallCanEndTheRun() {
        start(BlockingPersonality.EXIT, 0, hvc(0), b(0));
        assertEquals(BlockingPersonality.BYE, run(100));
        assertEquals(Rig.CODE + 4, pc());
        assertEquals(new VcpuExit.BudgetExhausted(5), run(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aCallCanEndTheMachineAsPsciDoes(int reset) {
        start(BlockingPersonality.SHUT_DOWN, reset, hvc(0), b(0));
        VcpuExit.SystemEvent.Kind kind = reset == 0 ? VcpuExit.SystemEvent.Kind.OFF : VcpuExit.SystemEvent.Kind.RESET;
        assertEquals(new VcpuExit.SystemEvent(kind), run(100));
        assertFalse(vcpu().isOn());
        assertTrue(personality.seen.contains("off 0"));
        assertEquals(new VcpuExit.PoweredOff(), run(100));
    }

    @Test
    void anObstacleOfThePersonalityIsTheExitOfTheNextRunOrStep() {
        start(0, 0, addImmediate(2, 2, 1), b(-1));
        personality.obstacle = Optional.of(BlockingPersonality.BYE);
        assertEquals(BlockingPersonality.BYE, run(100));
        assertEquals(Rig.CODE, pc());
        assertEquals(STEPPED, vcpu().step());
    }

    @Test
    void aVcpuThatIsOffHasNoOtherObstacle() {
        personality.obstacle = Optional.of(BlockingPersonality.BYE);
        assertEquals(new VcpuExit.PoweredOff(), machine.vcpus().get(1).run(RunBudget.instructions(1)));
        assertTrue(personality.obstacle.isPresent());
    }

    @Test
    void theDeadlineOfThePersonalityComesExactlyInARunAndStepByStep() {
        start(0, 0, addImmediate(2, 2, 1), b(-1));
        personality.deadline(70_001);
        assertEquals(OptionalLong.of(70_001), machine.clock().nextDeadline());
        run(200_000);
        assertTrue(personality.seen.contains("deadline 70001"), personality.seen.toString());
        personality.deadline(200_003);
        for (int i = 0; i < 5; i++) {
            vcpu().step();
        }
        assertTrue(personality.seen.contains("deadline 200003"), personality.seen.toString());
        personality.deadline(300_000);
        machine.clock().skipTo(400_000);
        assertTrue(personality.seen.contains("deadline 400000"), personality.seen.toString());
    }

    @Test
    void thePersonalityHearsWhoExecutesAndWhyItStops() {
        start(0, 0, addImmediate(2, 2, 1), WFI, b(0));
        vcpu().step();
        run(100);
        run(100);
        personality.wakes = true;
        run(7);
        assertEquals(
                List.of(
                        "entered 0 0",
                        "left 0 1",
                        "entered 0 1",
                        "trapped WFX",
                        "left 0 2 blocked",
                        "entered 0 2",
                        "left 0 9"),
                personality.seen);
    }

    @Test
    void thePersonalityHearsOfTrapsAndOfWaitsForPages() {
        start(0, Rig.DATA, ldr(2, 1), b(0));
        personality.host().ram().makeAbsent(Rig.DATA);
        run(100);
        assertEquals(List.of("entered 0 0", "trapped DATA_ABORT_LOWER", "left 0 1 page"), personality.seen);
        personality.seen.clear();
        start(Psci.CPU_OFF, 0, A64.smc(0));
        run(100);
        assertEquals(List.of("entered 0 1", "trapped SMC64", "off 0", "left 0 2 off"), personality.seen);
    }

    @Test
    void timeThatTheHypervisorTakesIsThereForTheGuestAndWhatBecomesDueComesNext() {
        start(BlockingPersonality.ELAPSE, 500, hvc(0), addImmediate(2, 2, 1), addImmediate(2, 2, 1), b(0));
        personality.deadline(300);
        vcpu().write(SystemRegister.CNTV_CVAL_EL0, 20);
        vcpu().write(SystemRegister.CNTV_CTL_EL0, 1);
        assertEquals(new VcpuExit.BudgetExhausted(3), run(3));
        assertTrue(personality.seen.contains("deadline 501"), personality.seen.toString());
        assertEquals(2, vcpu().read(CoreRegister.x(2)));
        assertEquals(503, machine.clock().nanos());
        assertEquals(5, vcpu().read(SystemRegister.CNTV_CTL_EL0), "the timer is due");
    }

    @Test
    void aStepIsCompleteAlthoughTheHypervisorTakesTime() {
        start(BlockingPersonality.ELAPSE, 500, hvc(0), b(0));
        assertEquals(STEPPED, vcpu().step());
        assertEquals(Rig.CODE + 4, pc());
        assertEquals(501, machine.clock().nanos());
        assertEquals(STEPPED, vcpu().step());
        assertEquals(502, machine.clock().nanos());
    }

    @Test
    void aWaitEndsByItselfWhenThePersonalitySaysSoForThisVcpu() {
        start(0, 0, A64.WFI, b(0));
        machine.vcpus().get(1).write(CoreRegister.PC, Rig.CODE);
        personality.deadline(900);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(900)), run(10));
        startBlocking(2000);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(900)), run(10));
    }

    @Test
    void thePersonalityIsAskedAboutWhatStageTwoForbids() {
        personality.host().stage2().permit(Rig.DATA, Stage2.READ);
        start(0, Rig.DATA + 8, A64.ldr(0, 1), A64.str(0, 1), b(0));
        personality.allows = true;
        assertEquals(STEPPED, vcpu().step());
        assertEquals(List.of(), forbidden());
        assertEquals(STEPPED, vcpu().step());
        assertEquals(List.of("forbidden WRITE 0x" + Long.toHexString(Rig.DATA)), forbidden());
        assertEquals(Rig.CODE + 8, pc());
    }

    @Test
    void whatNobodyAllowsGoesWhereThereIsNoMemory() {
        personality.host().stage2().permit(Rig.DATA, Stage2.READ);
        start(7, Rig.DATA + 8, A64.str(0, 1), b(0));
        assertEquals(new VcpuExit.MmioWrite(Rig.DATA + 8, AccessWidth.DOUBLEWORD, 7), vcpu().step());
        assertEquals(1, forbidden().size());
    }

    private List<String> forbidden() {
        return personality.seen.stream()
                .filter(each -> each.startsWith("forbidden"))
                .toList();
    }

    @Test
    void aPersonalityHasNoInterceptsUnlessItSaysSo() {
        assertEquals(Optional.empty(), machine.memoryIntercepts());
    }
}

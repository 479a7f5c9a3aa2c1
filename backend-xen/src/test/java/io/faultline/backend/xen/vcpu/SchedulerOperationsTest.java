/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** sched_op on a guest (XEN-155 to XEN-165, xen.md 4.9). */
class SchedulerOperationsTest {
    private static final int SCHED_OP = TestPersonality.SCHED_OP;
    private static final int YIELD = 0;
    private static final int BLOCK = 1;
    private static final int SHUTDOWN = 2;
    private static final int POLL = 3;
    private static final int REMOTE_SHUTDOWN = 4;
    private static final int SHUTDOWN_CODE = 5;
    private static final int WATCHDOG = 6;
    private static final int PIN_OVERRIDE = 7;

    private static final long EPERM = -1;
    private static final long EFAULT = -14;
    private static final long EINVAL = -22;
    private static final long ENOSPC = -28;
    private static final long ENOSYS = -38;
    private static final long NOWHERE = 0x1000_0000L;
    private static final long ARRAY = VcpuRig.DATA;
    private static final long SECOND = 1_000_000_000L;

    private static final VcpuExit IDLE = new VcpuExit.WaitForInterrupt(OptionalLong.empty());
    private static final VcpuExit STEPPED = new VcpuExit.Stepped();

    private final VcpuRig rig = new VcpuRig(2);

    private long call(int command, long argument) {
        return rig.call(0, SCHED_OP, command, argument);
    }

    private void struct(int... words) {
        for (int i = 0; i < words.length; i++) {
            rig.machine.memory().store(VcpuRig.STRUCT + 4L * i, AccessWidth.WORD, words[i]);
        }
    }

    private void pollStruct(long array, long count, long timeout, int... ports) {
        rig.wordAt(VcpuRig.STRUCT, array);
        rig.wordAt(VcpuRig.STRUCT + 8, count);
        rig.wordAt(VcpuRig.STRUCT + 16, timeout);
        for (int i = 0; i < ports.length; i++) {
            rig.machine.memory().store(ARRAY + 4L * i, AccessWidth.WORD, ports[i]);
        }
    }

    private void beginPoll(long timeout, int... ports) {
        pollStruct(ARRAY, ports.length, timeout, ports);
        rig.begin(0, SCHED_OP, POLL, VcpuRig.STRUCT);
    }

    private void assertReturned(long result) {
        assertEquals(STEPPED, rig.step(0));
        assertEquals(VcpuRig.CALL_CODE + 8, rig.pc(0), "one instruction after the call");
        assertEquals(result, rig.x(0, 0));
    }

    private static VcpuExit stopped(long reason) {
        return new VcpuExit.BackendSpecific("xen:shutdown", new TreeMap<>(Map.of("reason", reason)));
    }

    @Test
    void commandsThatDoNotExistAreSaidNotTo() {
        for (int command : new int[] {8, 9, 255, -1}) {
            assertEquals(ENOSYS, call(command, NOWHERE));
        }
        assertEquals(0, rig.call(0, SCHED_OP, 0x5_0000_0000L), "only the low half counts");
    }

    @Test
    void yieldingGoesOn() {
        assertEquals(0, call(YIELD, NOWHERE));
        assertEquals(STEPPED, rig.step(0));
    }

    @Test
    void whatIsPrivilegedIsNotPermitted() {
        assertEquals(EPERM, call(PIN_OVERRIDE, NOWHERE));
        assertEquals(EFAULT, call(REMOTE_SHUTDOWN, NOWHERE));
        assertEquals(EPERM, call(REMOTE_SHUTDOWN, VcpuRig.STRUCT));
    }

    @Test
    void blockingUnmasksInterruptsAndWaits() {
        rig.begin(0, SCHED_OP, BLOCK, 0);
        assertEquals(IDLE, rig.run(0, 10));
        long state = rig.vcpu(0).read(CoreRegister.PSTATE);
        assertEquals(0, state & ProcessorState.I);
        assertTrue((state & ProcessorState.F) != 0, "and nothing else");
        assertEquals(0, rig.x(0, 0));
        rig.open(0);
        rig.upcalls().markPending(0);
        rig.step(0);
        assertEquals(VcpuRig.IRQ_VECTOR, rig.pc(0));
    }

    @Test
    void blockingWithAnInterruptPendingTakesIt() {
        rig.open(0);
        rig.upcalls().markPending(0);
        rig.begin(0, SCHED_OP, BLOCK, 0);
        rig.code(VcpuRig.IRQ_VECTOR, VcpuRig.STOP);
        assertEquals(new VcpuExit.BudgetExhausted(10), rig.run(0, 10));
        assertEquals(VcpuRig.IRQ_VECTOR, rig.pc(0));
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "3, 3", "4, 4", "5, 5", "0x1FF, 255", "0x106, 6"})
    void aShutdownStopsEveryVcpuUntilItIsRunAgain(String reason, long seen) {
        rig.turnOn(1, VcpuRig.CODE);
        rig.code(VcpuRig.CODE, VcpuRig.STOP);
        struct(Integer.decode(reason));
        rig.begin(0, SCHED_OP, SHUTDOWN, VcpuRig.STRUCT);
        assertEquals(stopped(seen), rig.run(0, 100));
        assertEquals(VcpuRig.CALL_CODE + 4, rig.pc(0));
        assertEquals(0, rig.x(0, 0));
        long retired = rig.vcpu(1).retired();
        assertEquals(stopped(seen), rig.run(1, 100));
        assertEquals(retired, rig.vcpu(1).retired());
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(0, 5));
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(1, 5));
    }

    @ParameterizedTest
    @CsvSource({"0, OFF", "1, RESET", "0x100, OFF"})
    void poweroffAndRebootAreThoseOfTheMachine(String reason, VcpuExit.SystemEvent.Kind kind) {
        rig.turnOn(1, VcpuRig.CODE);
        struct(Integer.decode(reason));
        rig.begin(0, SCHED_OP, SHUTDOWN, VcpuRig.STRUCT);
        assertEquals(new VcpuExit.SystemEvent(kind), rig.run(0, 100));
        assertEquals(new VcpuExit.PoweredOff(), rig.run(1, 100));
        rig.machine.reset();
        assertTrue(rig.vcpu(0).isOn());
    }

    @Test
    void aVcpuThatIsOffIsNotToldOfAShutdown() {
        struct(2);
        rig.begin(0, SCHED_OP, SHUTDOWN, VcpuRig.STRUCT);
        rig.run(0, 100);
        rig.turnOn(1, VcpuRig.CODE);
        rig.code(VcpuRig.CODE, VcpuRig.STOP);
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(1, 5));
    }

    @Test
    void whoeverIsResetMeanwhileIsNotToldEither() {
        rig.turnOn(1, VcpuRig.CODE);
        struct(2);
        rig.begin(0, SCHED_OP, SHUTDOWN, VcpuRig.STRUCT);
        rig.run(0, 100);
        rig.vcpu(1).reset();
        rig.turnOn(1, VcpuRig.CODE);
        rig.code(VcpuRig.CODE, VcpuRig.STOP);
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(1, 5));
    }

    @Test
    void theFirstCodeThatIsLatchedCounts() {
        struct(3);
        assertEquals(0, call(SHUTDOWN_CODE, VcpuRig.STRUCT));
        struct(1);
        assertEquals(0, call(SHUTDOWN_CODE, VcpuRig.STRUCT));
        struct(2);
        rig.begin(0, SCHED_OP, SHUTDOWN, VcpuRig.STRUCT);
        assertEquals(stopped(3), rig.run(0, 100));
        rig.begin(0, SCHED_OP, SHUTDOWN, VcpuRig.STRUCT);
        assertEquals(stopped(2), rig.run(0, 100), "after that it is forgotten");
    }

    @Test
    void structuresThatCannotBeReadAreFaults() {
        for (int command : new int[] {SHUTDOWN, POLL, SHUTDOWN_CODE, WATCHDOG}) {
            assertEquals(EFAULT, call(command, NOWHERE));
            assertEquals(EFAULT, call(command, VcpuRig.RAM + VcpuRig.RAM_BYTES - 3));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, SECOND})
    void aPortThatIsPendingEndsAPollAtOnce(long timeout) {
        rig.xen.ports[5] = PollPorts.PENDING;
        beginPoll(timeout, 4, 5, 6);
        assertEquals(STEPPED, rig.step(0));
        assertReturned(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 4096, -1})
    void aPortThatCannotBePolledIsInvalid(int port) {
        pollStruct(ARRAY, 2, 0, 4, port);
        assertEquals(EINVAL, call(POLL, VcpuRig.STRUCT));
        rig.xen.ports[4] = PollPorts.PENDING;
        assertEquals(0, call(POLL, VcpuRig.STRUCT), "the one before it is pending");
    }

    @Test
    void anArrayIsReadAsFarAsItIsNeeded() {
        long last = VcpuRig.RAM + VcpuRig.RAM_BYTES - 4;
        rig.machine.memory().store(last, AccessWidth.WORD, 7);
        pollStruct(last, 2, 0);
        assertEquals(EFAULT, call(POLL, VcpuRig.STRUCT));
        rig.xen.ports[7] = PollPorts.PENDING;
        assertEquals(0, call(POLL, VcpuRig.STRUCT));
        pollStruct(NOWHERE, 1, 0);
        assertEquals(EFAULT, call(POLL, VcpuRig.STRUCT));
    }

    @ParameterizedTest
    @ValueSource(longs = {129, 0x8000_0000L, 0xFFFF_FFFFL})
    void tooManyPortsAreInvalid(long count) {
        pollStruct(NOWHERE, count, 0);
        assertEquals(EINVAL, call(POLL, VcpuRig.STRUCT));
    }

    @Test
    void aHundredAndTwentyEightPortsAreNotTooMany() {
        int[] ports = new int[128];
        Arrays.fill(ports, 3);
        beginPoll(0, ports);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().wakePollers(9);
        assertReturned(0);
    }

    @Test
    void aPollSleepsUntilItsTimeComes() {
        beginPoll(1_000, 4);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(1_000)), rig.run(0, 10));
        assertEquals(OptionalLong.of(1_000), rig.machine.clock().nextDeadline());
        rig.machine.clock().skipTo(999);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(1_000)), rig.run(0, 10));
        rig.machine.clock().skipTo(1_000);
        assertReturned(0);
    }

    @Test
    void withoutPortsItIsASleep() {
        pollStruct(NOWHERE, 0, 500);
        rig.begin(0, SCHED_OP, POLL, VcpuRig.STRUCT);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(500)), rig.run(0, 10));
        rig.machine.clock().skipTo(500);
        assertReturned(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1, Long.MIN_VALUE})
    void aTimeInThePastEndsItPromptly(long timeout) {
        rig.machine.clock().skipTo(100);
        beginPoll(timeout, 4);
        assertEquals(new VcpuExit.BudgetExhausted(2), rig.run(0, 2));
        assertEquals(0, rig.x(0, 0));
    }

    @Test
    void aPollOfOnePortIsWokenByThatOneOnly() {
        beginPoll(0, 4);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().wakePollers(5);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().wakePollers(4);
        assertReturned(0);
        beginPoll(0, 4);
        assertEquals(IDLE, rig.run(0, 10), "and again");
    }

    @Test
    void aPollOfSeveralPortsIsWokenByAny() {
        beginPoll(0, 4, 6);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().wakePollers(9);
        assertReturned(0);
    }

    @Test
    void everyPollerOfAPortIsWokenAndNobodyElse() {
        VcpuRig four = new VcpuRig(4);
        for (int vcpu = 1; vcpu < 4; vcpu++) {
            four.turnOn(vcpu, VcpuRig.CODE);
        }
        four.wordAt(VcpuRig.STRUCT, ARRAY);
        four.wordAt(VcpuRig.STRUCT + 8, 1);
        for (int vcpu = 0; vcpu < 4; vcpu++) {
            four.machine.memory().store(ARRAY, AccessWidth.WORD, vcpu == 2 ? 8 : 9);
            four.begin(vcpu, SCHED_OP, POLL, VcpuRig.STRUCT);
            assertEquals(IDLE, four.run(vcpu, 10));
        }
        four.upcalls().wakePollers(9);
        for (int vcpu = 0; vcpu < 4; vcpu++) {
            assertEquals(vcpu == 2 ? IDLE : STEPPED, four.step(vcpu), "vCPU " + vcpu);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptThatCanBeTakenEndsAPollBeforeItsPortsAreLookedAt(boolean masked) {
        rig.open(0);
        // A timer that is due once the call has been executed: before it, the interrupt would have been taken.
        rig.host().gic().redistributorFrame(0).write(0x1_0100, AccessWidth.WORD, 1L << 27);
        rig.vcpu(0).write(SystemRegister.CNTV_CVAL_EL0, 1);
        rig.vcpu(0).write(SystemRegister.CNTV_CTL_EL0, 1);
        rig.machine.clock().skipTo(15);
        rig.masked(0, masked);
        pollStruct(NOWHERE, 128, 0);
        assertEquals(masked ? EFAULT : 0, call(POLL, VcpuRig.STRUCT));
        rig.step(0);
        assertEquals(masked ? VcpuRig.CALL_CODE + 8 : VcpuRig.IRQ_VECTOR, rig.pc(0));
    }

    @Test
    void aByteThatIsSetIsEnoughWithAnEdge() {
        VcpuRig edge = new VcpuRig(1, UpcallStyle.EDGE);
        edge.masked(0, false);
        edge.byteAt(VcpuRig.SHARED_INFO, 1);
        edge.wordAt(VcpuRig.STRUCT, NOWHERE);
        edge.wordAt(VcpuRig.STRUCT + 8, 128);
        assertEquals(0, edge.call(0, SCHED_OP, POLL, VcpuRig.STRUCT));
        edge.masked(0, true);
        assertEquals(EFAULT, edge.call(0, SCHED_OP, POLL, VcpuRig.STRUCT));
    }

    @Test
    void anInterruptThatBecomesPendingWakesAPollerThatHasItMasked() {
        rig.open(0);
        beginPoll(0, 4);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().markPending(0);
        assertReturned(0);
    }

    @Test
    void anInterruptThatWasPendingAndMaskedDoesNotWakeAPoller() {
        rig.open(0);
        rig.upcalls().markPending(0);
        beginPoll(0, 4);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().wakePollers(4);
        assertReturned(0);
    }

    @Test
    void anEventBeforeOrAfterAnyInstructionAroundAPollIsNotMissed() {
        for (int when = 0; when < 5; when++) {
            rig.xen.ports[4] = PollPorts.QUIET;
            beginPoll(0, 4);
            for (int i = 0; i < 6; i++) {
                if (i == when) {
                    rig.xen.ports[4] = PollPorts.PENDING;
                    rig.upcalls().wakePollers(4);
                }
                rig.step(0);
            }
            assertEquals(VcpuRig.CALL_CODE + 12, rig.pc(0), "event before step " + when);
        }
    }

    @Test
    void aPollerThatTheVmmMovesOrResetsDoesNotSleepAnyMore() {
        beginPoll(0, 4);
        rig.run(0, 10);
        rig.vcpu(0).reset();
        rig.code(VcpuRig.CODE, VcpuRig.WFI, VcpuRig.STOP);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        assertEquals(IDLE, rig.run(0, 10));
        rig.upcalls().wakePollers(4);
        assertEquals(IDLE, rig.run(0, 10), "WFI is not a poll");
    }

    @Test
    void aPollIsSavedAndRestored() {
        beginPoll(700, 4);
        rig.run(0, 10);
        SavedState saved = rig.machine.save();
        VcpuRig other = new VcpuRig(2);
        other.machine.restore(saved);
        assertEquals(saved, other.machine.save());
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(700)), other.run(0, 10));
        other.upcalls().wakePollers(5);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.of(700)), other.run(0, 10));
        other.upcalls().wakePollers(4);
        assertEquals(STEPPED, other.step(0));
    }

    @Test
    void aWatchdogEndsTheDomainAtItsTimeWhoeverRuns() {
        struct(0, 2);
        assertEquals(1, call(WATCHDOG, VcpuRig.STRUCT));
        long deadline = rig.machine.clock().nextDeadline().orElseThrow();
        assertEquals(2 * SECOND + 1, deadline, "the call takes one instruction, which is over when it is made");
        rig.run(0, 100);
        rig.machine.clock().skipTo(deadline - 4);
        assertEquals(stopped(4), rig.run(0, 100));
        assertEquals(deadline, rig.machine.clock().nanos());
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(0, 5), "once");
        assertEquals(OptionalLong.empty(), rig.machine.clock().nextDeadline());
    }

    @Test
    void aWatchdogEndsADomainThatSleeps() {
        struct(0, 1);
        call(WATCHDOG, VcpuRig.STRUCT);
        rig.code(VcpuRig.CODE, VcpuRig.WFI);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        assertEquals(IDLE, rig.run(0, 10));
        rig.machine.clock().skipTo(rig.machine.clock().nextDeadline().orElseThrow());
        assertEquals(stopped(4), rig.run(0, 10));
        assertEquals(IDLE, rig.run(0, 10));
    }

    @Test
    void theLatchedCodeCountsForAWatchdogToo() {
        struct(5);
        call(SHUTDOWN_CODE, VcpuRig.STRUCT);
        struct(0, 1);
        call(WATCHDOG, VcpuRig.STRUCT);
        rig.machine.clock().skipTo(3 * SECOND);
        assertEquals(stopped(5), rig.run(0, 10));
    }

    @Test
    void thereAreTwoWatchdogs() {
        struct(0, 0);
        assertEquals(EINVAL, call(WATCHDOG, VcpuRig.STRUCT));
        struct(1, 5);
        assertEquals(EINVAL, call(WATCHDOG, VcpuRig.STRUCT), "not taken yet");
        struct(3, 5);
        assertEquals(EINVAL, call(WATCHDOG, VcpuRig.STRUCT));
        struct(-1, 5);
        assertEquals(EINVAL, call(WATCHDOG, VcpuRig.STRUCT));
        struct(0, 10);
        assertEquals(1, call(WATCHDOG, VcpuRig.STRUCT));
        struct(0, -1);
        assertEquals(2, call(WATCHDOG, VcpuRig.STRUCT));
        assertEquals(ENOSPC, call(WATCHDOG, VcpuRig.STRUCT));
        assertTrue(rig.machine.clock().nextDeadline().orElseThrow() < 11 * SECOND);
        struct(1, 0);
        assertEquals(0, call(WATCHDOG, VcpuRig.STRUCT));
        assertEquals(EINVAL, call(WATCHDOG, VcpuRig.STRUCT), "freed");
        assertTrue(rig.machine.clock().nextDeadline().orElseThrow() > 4_000_000_000L * SECOND);
        struct(2, 3);
        assertEquals(0, call(WATCHDOG, VcpuRig.STRUCT), "set anew");
        assertTrue(rig.machine.clock().nextDeadline().orElseThrow() < 4 * SECOND);
        rig.machine.reset();
        assertEquals(OptionalLong.empty(), rig.machine.clock().nextDeadline());
    }

    @Test
    void aWatchdogAtTheEndOfTimeNeverRunsOut() {
        rig.machine.clock().skipTo(Long.MAX_VALUE - 10);
        struct(0, 1);
        assertEquals(1, call(WATCHDOG, VcpuRig.STRUCT));
        assertEquals(OptionalLong.empty(), rig.machine.clock().nextDeadline());
    }

    @Test
    void watchdogsAndShutdownsAreSavedAndRestored() {
        rig.turnOn(1, VcpuRig.CODE);
        rig.code(VcpuRig.CODE, VcpuRig.STOP);
        struct(0, 1);
        call(WATCHDOG, VcpuRig.STRUCT);
        struct(2);
        rig.begin(0, SCHED_OP, SHUTDOWN, VcpuRig.STRUCT);
        rig.run(0, 10);
        struct(3);
        call(SHUTDOWN_CODE, VcpuRig.STRUCT);
        SavedState saved = rig.machine.save();
        VcpuRig other = new VcpuRig(2);
        other.machine.restore(saved);
        assertEquals(saved, other.machine.save());
        assertEquals(stopped(2), other.run(1, 10));
        other.machine.clock().skipTo(2 * SECOND);
        assertEquals(stopped(3), other.run(0, 10));
    }

    @Test
    void savedNumbersThatCannotBeAreRefused() {
        SavedState saved = rig.machine.save();
        long never = Long.MAX_VALUE;
        String xen = "xen/vcpus/";
        StateRefusals.assertRefused(rig.machine, saved, xen + "pollers/polled", -2, 0);
        StateRefusals.assertRefused(rig.machine, saved, xen + "pollers/polled", 0, 1 << 17);
        StateRefusals.assertRefused(rig.machine, saved, xen + "shutdown/stopping", 256, 0);
        StateRefusals.assertRefused(rig.machine, saved, xen + "shutdown/stopping", -1, -2);
        StateRefusals.assertRefused(rig.machine, saved, xen + "shutdown/latched", new StateValue.Word(256));
        StateRefusals.assertRefused(rig.machine, saved, xen + "watchdogs/deadlines", 5, never);
        StateRefusals.assertRefused(rig.machine, saved, xen + "watchdogs/deadlines", never, -1);
    }
}

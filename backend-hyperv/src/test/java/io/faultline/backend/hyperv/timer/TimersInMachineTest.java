/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static io.faultline.backend.hyperv.timer.TimerRig.AUTO;
import static io.faultline.backend.hyperv.timer.TimerRig.ENABLE;
import static io.faultline.backend.hyperv.timer.TimerRig.PERIODIC;
import static io.faultline.backend.hyperv.timer.TimerRig.direct;
import static io.faultline.backend.hyperv.timer.TimerRig.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.backend.hyperv.HypervRig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Synthetic timers that a guest sets by hypercalls, with the real controllers (HV-134 to HV-144, HV-171, HV-172). */
class TimersInMachineTest {
    private static final int SINT = 4;
    private static final int SINT_INTID = 18;
    private static final int INTID = 22;
    private static final int CONFIG = 0xB_0000;
    private static final int COUNT = 0xB_0001;
    private static final int COUNTER = 0x9_0004;
    private static final int EOM = 0xA_0014;
    private static final long LOOP = HypervRig.RAM + 0x9000;
    private static final int TYPE = 0x8000_0010;

    private final HypervRig rig = rig(2, Map.of());

    private static HypervRig rig(int vcpus, Map<String, String> settings) {
        return new HypervRig(vcpus, settings, ppi(SINT_INTID), ppi(INTID)).identified();
    }

    private static NotificationChannel ppi(int intid) {
        return new NotificationChannel.Ppi(InterruptId.ppi(intid), Trigger.EDGE);
    }

    private void timer(int vcpu, int timer, long config, long count) {
        assertEquals(0, rig.set(vcpu, CONFIG + 2 * timer, config));
        assertEquals(0, rig.set(vcpu, COUNT + 2 * timer, count));
    }

    private static void skipTo(HypervRig machine, long ticks) {
        machine.machine.clock().skipTo((ticks * 25 + 3) / 4 * 16);
    }

    /** Type, size, origination, index and times of the message in a slot. */
    private static List<Long> slot(HypervRig machine, int vcpu) {
        long at = HypervRig.slot(vcpu, SINT);
        return List.of(
                (long) machine.word(at),
                (long) machine.word(at + 4),
                machine.doubleword(at + 8),
                machine.doubleword(at + 16),
                machine.doubleword(at + 24),
                machine.doubleword(at + 32));
    }

    private static List<Long> message(int timer, long due, long delivered) {
        return List.of((long) TYPE, 24L, 0L, (long) timer, due, delivered);
    }

    private static void acknowledge(HypervRig machine, int vcpu) {
        machine.words(HypervRig.slot(vcpu, SINT), 0);
        assertEquals(0, machine.set(vcpu, EOM, 0));
    }

    @Test
    void aMessageOfATimerIsInItsSlotWhenItIsDueAndRaisesTheInterruptOfItsSource() {
        rig.synic(1, SINT, SINT_INTID);
        timer(1, 2, AUTO | source(SINT), 7000);
        skipTo(rig, 6999);
        assertEquals(0, rig.word(HypervRig.slot(1, SINT)));
        skipTo(rig, 7000);
        assertEquals(message(2, 7000, 7000), slot(rig, 1));
        assertTrue(rig.takePending(1, SINT_INTID));
        assertFalse(rig.takePending(0, SINT_INTID));
        assertEquals(AUTO | source(SINT), rig.get(1, CONFIG + 4));
    }

    @Test
    void aTimeInThePastIsDueWithinTheCall() {
        rig.synic(0, SINT, SINT_INTID);
        skipTo(rig, 1000);
        timer(0, 0, AUTO | source(SINT), 999);
        assertEquals(999, slot(rig, 0).get(4));
        assertTrue(rig.takePending(0, SINT_INTID));
    }

    @Test
    void directModeRaisesItsInterruptAndWritesNoMessage() {
        rig.synic(0, SINT, SINT_INTID);
        timer(0, 3, ENABLE | PERIODIC | direct(INTID), 500);
        skipTo(rig, 600);
        assertTrue(rig.takePending(0, INTID));
        assertEquals(0, rig.word(HypervRig.slot(0, SINT)));
        assertFalse(rig.takePending(0, SINT_INTID));
        assertFalse(rig.takePending(0, INTID));
        skipTo(rig, 1200);
        assertTrue(rig.takePending(0, INTID));
    }

    @Test
    void aTimerOfABusySlotMarksItPendingAndComesAfterClearAndEndOfMessage() {
        rig.synic(0, SINT, SINT_INTID);
        rig.words(HypervRig.slot(0, SINT), 99);
        timer(0, 0, ENABLE | PERIODIC | source(SINT), 1000);
        skipTo(rig, 9500);
        assertEquals(99, rig.word(HypervRig.slot(0, SINT)));
        assertEquals(1, rig.word(HypervRig.slot(0, SINT) + 4) >>> 8 & 0xFF);
        assertFalse(rig.takePending(0, SINT_INTID));
        acknowledge(rig, 0);
        assertEquals(TYPE, rig.word(HypervRig.slot(0, SINT)));
        assertEquals(24, rig.word(HypervRig.slot(0, SINT) + 4), "no other message waits");
        assertTrue(rig.takePending(0, SINT_INTID));
        acknowledge(rig, 0);
        assertEquals(0, rig.word(HypervRig.slot(0, SINT)), "missed periods do not accumulate");
    }

    @ParameterizedTest
    @CsvSource({"0xA0013", "0xA0010"})
    void aTimerThatExpiresWhileNothingIsReceivedComesWhenItIs(String register) {
        rig.synic(0, SINT, SINT_INTID);
        int name = Integer.decode(register);
        long on = rig.get(0, name);
        assertEquals(0, rig.set(0, name, on & ~1));
        timer(0, 1, AUTO | source(SINT), 2000);
        skipTo(rig, 3000);
        assertFalse(rig.takePending(0, SINT_INTID));
        assertEquals(0, rig.set(0, name, on));
        assertEquals(List.of((long) TYPE, 24L, 0L, 1L, 2000L), slot(rig, 0).subList(0, 5));
        assertTrue(rig.takePending(0, SINT_INTID));
    }

    @Test
    void timersComeBetweenTheInstructionsOfARun() {
        rig.synic(0, SINT, SINT_INTID);
        rig.words(LOOP, 0x1400_0000);
        timer(0, 0, AUTO | source(SINT), 3000);
        rig.vcpu(0).write(CoreRegister.PC, LOOP);
        rig.vcpu(0).run(RunBudget.instructions(500_000));
        assertEquals(message(0, 3000, 3000), slot(rig, 0));
    }

    @Test
    void timersComeOnTimeAlthoughReadingTheCounterTakesTime() {
        rig.synic(0, SINT, SINT_INTID);
        // MOV X0, X19; MOV X1, X20; HVC #0; B LOOP
        rig.words(LOOP, 0xAA13_03E0, 0xAA14_03E1, 0xD400_0002, 0x17FF_FFFD);
        timer(0, 0, AUTO | source(SINT), 3000);
        Vcpu cpu = rig.vcpu(0);
        cpu.write(CoreRegister.x(19), 0x4600_0001);
        cpu.write(CoreRegister.x(20), 0x50 | 1L << 16 | 1L << 32);
        cpu.write(CoreRegister.x(2), -1);
        cpu.write(CoreRegister.x(3), 0xFFFF_FFFEL);
        cpu.write(CoreRegister.x(4), COUNTER);
        cpu.write(CoreRegister.PC, LOOP);
        cpu.run(RunBudget.instructions(20_000));
        assertTrue(cpu.read(CoreRegister.x(6)) > 4000, "time passes by reading");
        assertEquals(message(0, 3000, 3000), slot(rig, 0));
    }

    @Test
    void aVcpuThatWaitsTellsWhenItsTimerComesAndWakesThen() {
        timer(0, 0, AUTO | direct(INTID), 8000);
        enableInGic(0, INTID);
        rig.words(LOOP, 0xD503_207F, 0xD503_201F);
        Vcpu cpu = rig.vcpu(0);
        cpu.write(CoreRegister.PC, LOOP);
        VcpuExit wait = new VcpuExit.WaitForInterrupt(OptionalLong.of(8000 * 100));
        assertEquals(wait, cpu.run(RunBudget.instructions(10)));
        assertEquals(OptionalLong.of(8000 * 100), rig.machine.clock().nextDeadline());
        rig.machine.clock().skipTo(8000 * 100);
        assertEquals(new VcpuExit.BudgetExhausted(1), cpu.run(RunBudget.instructions(1)));
        assertTrue(rig.takePending(0, INTID));
    }

    private void enableInGic(int vcpu, int intid) {
        long frame = 0x080A_0000L + 0x2_0000L * vcpu;
        guestStores(vcpu, 0x0800_0000L, 2);
        guestStores(vcpu, frame + 0x14, 0);
        guestStores(vcpu, frame + 0x1_0080, -1);
        guestStores(vcpu, frame + 0x1_0100, 1 << intid);
        rig.vcpu(vcpu).write(SystemRegister.ICC_PMR_EL1, 0xFF);
        rig.vcpu(vcpu).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
    }

    private void guestStores(int vcpu, long address, int value) {
        rig.words(LOOP + 0x100, 0xB900_0020);
        Vcpu cpu = rig.vcpu(vcpu);
        cpu.write(CoreRegister.PC, LOOP + 0x100);
        cpu.write(CoreRegister.x(0), Integer.toUnsignedLong(value));
        cpu.write(CoreRegister.x(1), address);
        assertEquals(new VcpuExit.Stepped(), cpu.step());
    }

    @Test
    void theGuestFindsOutWhichTimersThereAre() {
        HypervRig messages = rig(1, Map.of("hyperv.synthetic-timers", "message"));
        HypervRig none = rig(1, Map.of("hyperv.synthetic-timers", "absent"));
        assertEquals(8, rig.get(0, 0x200) & 8);
        assertEquals(1 << 13, rig.vcpu(0).read(CoreRegister.x(7)) & 1 << 13);
        assertEquals(8, messages.get(0, 0x200) & 8);
        assertEquals(0, messages.vcpu(0).read(CoreRegister.x(7)) & 1 << 13);
        assertEquals(5, messages.set(0, CONFIG, ENABLE | direct(INTID)));
        assertEquals(0, none.get(0, 0x200) & 8);
        assertEquals(0, none.vcpu(0).read(CoreRegister.x(7)) & 1 << 13);
        assertEquals(
                true, rig.machine.capabilities().get(Capabilities.SYNIC_TIMERS).orElseThrow());
        assertEquals(Optional.empty(), none.machine.capabilities().get(Capabilities.SYNIC_TIMERS));
        for (int name = CONFIG; name < CONFIG + 8; name++) {
            assertEquals(0x87, none.tryGet(0, name));
            assertEquals(0x87, none.set(0, name, 0));
            assertEquals(0, rig.tryGet(0, name));
        }
        assertEquals(0x87, rig.tryGet(0, CONFIG + 8));
    }

    @Test
    void timersNeedTheirPrivilege() {
        HypervRig less = rig(1, Map.of("hyperv.privileges", "0x000a003000000277"));
        assertEquals(6, less.tryGet(0, CONFIG));
        assertEquals(6, less.set(0, COUNT, 5));
    }

    @Test
    void theResetOfAVcpuStopsItsTimers() {
        rig.synic(0, SINT, SINT_INTID);
        rig.synic(1, SINT, SINT_INTID);
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            rig.words(HypervRig.slot(vcpu, SINT), 99);
            timer(vcpu, 0, ENABLE | source(SINT), 10);
            timer(vcpu, 1, ENABLE | PERIODIC | direct(INTID), 1000);
        }
        rig.vcpu(1).reset();
        skipTo(rig, 5000);
        assertTrue(rig.takePending(0, INTID));
        assertFalse(rig.takePending(1, INTID));
        acknowledge(rig, 0);
        assertEquals(TYPE, rig.word(HypervRig.slot(0, SINT)));
        rig.machine.reset();
        assertEquals(OptionalLong.empty(), rig.machine.clock().nextDeadline());
    }

    @Test
    void restoredTimersAndMessagesGoOnAsIfNothingHadHappened() {
        rig.synic(0, SINT, SINT_INTID);
        rig.words(HypervRig.slot(0, SINT), 99);
        timer(0, 0, ENABLE | source(SINT), 50);
        timer(0, 1, ENABLE | PERIODIC | source(SINT), 700);
        timer(0, 2, ENABLE | source(SINT), 9000);
        timer(0, 3, ENABLE | PERIODIC | direct(INTID), 800);
        skipTo(rig, 2000);
        assertTrue(rig.takePending(0, INTID));
        SavedState saved = rig.machine.save();
        List<Object> before = whatComes();
        rig.machine.restore(saved);
        assertEquals(saved, rig.machine.save());
        assertFalse(rig.takePending(0, INTID), "a restore raises nothing");
        assertFalse(rig.takePending(0, SINT_INTID), "a restore raises nothing");
        assertEquals(before, whatComes());
        assertTrue(before.toString().contains("9000"), before::toString);
    }

    private List<Object> whatComes() {
        List<Object> seen = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            seen.add(rig.machine.clock().nextDeadline());
            acknowledge(rig, 0);
            seen.add(slot(rig, 0));
            seen.add(rig.takePending(0, INTID));
            seen.add(rig.takePending(0, SINT_INTID));
            skipTo(rig, 2000 + i * 777);
        }
        return seen;
    }

    @Test
    void aSavedMessageOfATimerThatThereIsNotIsRefused() {
        rig.synic(0, SINT, SINT_INTID);
        rig.words(HypervRig.slot(0, SINT), 99);
        timer(0, 0, ENABLE | source(SINT), 1);
        timer(0, 1, ENABLE | source(SINT), 1);
        SavedState saved = rig.machine.save();
        Map<String, StateValue> values = new TreeMap<>(saved.values());
        String name = values.keySet().stream()
                .filter(each -> each.endsWith("queues/keys"))
                .findFirst()
                .orElseThrow();
        for (long key : new long[] {0, 4, -1, 100}) {
            values.put(name, new StateValue.Words(new long[] {0, key}));
            SavedState forged = new SavedState(saved.backend(), saved.version(), values);
            assertThrows(HypervisorException.class, () -> rig.machine.restore(forged));
        }
    }

    @Test
    void theShortestPeriodsOfEveryTimerOfManyVcpusLeaveTheMachineUsable() {
        HypervRig many = rig(64, Map.of("hyperv.other-vcpus", "allowed"));
        for (int vcpu = 0; vcpu < 64; vcpu++) {
            for (int timer = 0; timer < 4; timer++) {
                for (int register = 0; register < 2; register++) {
                    long value = register == 0 ? ENABLE | PERIODIC | direct(INTID) : 1;
                    int name = CONFIG + 2 * timer + register;
                    long status = many.call(0, 0x51 | 1L << 16 | 1L << 32, -1, vcpu, name, 0, value, 0);
                    assertEquals(0, status & 0xFFFF);
                }
            }
        }
        many.words(LOOP, 0x1400_0000);
        many.vcpu(0).write(CoreRegister.PC, LOOP);
        assertEquals(new VcpuExit.BudgetExhausted(1_000_000), many.vcpu(0).run(RunBudget.instructions(1_000_000)));
        assertTrue(many.takePending(63, INTID));
    }
}

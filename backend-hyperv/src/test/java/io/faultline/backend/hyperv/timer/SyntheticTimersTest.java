/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static io.faultline.backend.hyperv.timer.TimerRig.AUTO;
import static io.faultline.backend.hyperv.timer.TimerRig.ENABLE;
import static io.faultline.backend.hyperv.timer.TimerRig.LAZY;
import static io.faultline.backend.hyperv.timer.TimerRig.PERIODIC;
import static io.faultline.backend.hyperv.timer.TimerRig.direct;
import static io.faultline.backend.hyperv.timer.TimerRig.message;
import static io.faultline.backend.hyperv.timer.TimerRig.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateValue;
import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Synthetic timers (hyperv.md 5.1, HV-134 to HV-144, HV-171, HV-172). */
class SyntheticTimersTest {
    private static final int SINT = 3;
    private static final int INTID = 22;

    private final TimerRig rig = new TimerRig(2);

    @Test
    void aOneShotTimerExpiresAtItsTimeOnceAndIsOffThen() {
        rig.config(0, 1, ENABLE | direct(INTID));
        rig.count(0, 1, 5000);
        rig.until(4999);
        assertEquals(List.of(), rig.interrupts());
        assertEquals(ENABLE | direct(INTID), rig.config(0, 1));
        rig.until(5000);
        assertEquals(List.of("0:22"), rig.interrupts());
        assertEquals(direct(INTID), rig.config(0, 1));
        assertEquals(5000, rig.count(0, 1));
        rig.until(100_000);
        assertEquals(List.of(), rig.interrupts());
        assertTrue(rig.isIdle());
    }

    @Test
    void aTimeInThePastExpiresAtOnce() {
        rig.until(700);
        rig.config(1, 2, ENABLE | source(SINT));
        rig.count(1, 2, 700);
        assertEquals(source(SINT), rig.config(1, 2));
        assertEquals(message(2, 700, 700), rig.queues.take(1, SINT));
        rig.count(1, 2, 1);
        rig.config(1, 2, ENABLE | source(SINT));
        assertEquals(message(2, 1, 700), rig.queues.take(1, SINT));
    }

    @Test
    void aPeriodicTimerExpiresEachPeriodAfterProgramming() {
        rig.until(50);
        rig.config(0, 0, ENABLE | PERIODIC | LAZY | source(SINT));
        rig.count(0, 0, 1000);
        for (int i = 1; i <= 20; i++) {
            rig.until(50 + 1000 * i - 1);
            assertEquals("", rig.queues.take(0, SINT));
            rig.until(50 + 1000 * i);
            assertEquals(message(0, 50 + 1000 * i, 50 + 1000 * i), rig.queues.take(0, SINT));
        }
        assertEquals(ENABLE | PERIODIC | LAZY | source(SINT), rig.config(0, 0));
    }

    @Test
    void inDirectModeThereIsNoMessageAndWithMessagesNoInterruptOfTheTimer() {
        rig.config(0, 0, ENABLE | direct(INTID) | source(SINT));
        rig.count(0, 0, 10);
        rig.config(0, 3, ENABLE | source(SINT));
        rig.count(0, 3, 20);
        rig.until(15);
        assertEquals("", rig.queues.take(0, SINT));
        assertEquals(List.of("0:22"), rig.interrupts());
        rig.until(25);
        assertEquals(message(3, 20, 20), rig.queues.take(0, SINT));
        assertEquals(List.of(), rig.interrupts());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, PERIODIC, AUTO, AUTO | PERIODIC})
    void aCountOfZeroStopsAndDisables(long mode) {
        rig.config(0, 0, ENABLE | mode | source(SINT));
        rig.count(0, 0, 1000);
        assertEquals(0, rig.count(0, 0, 0));
        assertEquals(mode | source(SINT), rig.config(0, 0));
        assertEquals(0, rig.count(0, 0));
        assertTrue(rig.isIdle());
    }

    @Test
    void enablingWithoutACountWaitsForOne() {
        rig.config(0, 0, ENABLE | source(SINT));
        assertTrue(rig.isIdle());
        assertEquals(ENABLE | source(SINT), rig.config(0, 0));
        rig.count(0, 0, 9);
        rig.until(9);
        assertEquals(message(0, 9, 9), rig.queues.take(0, SINT));
    }

    @Test
    void aCountWithoutEnableWaitsForIt() {
        rig.config(0, 0, source(SINT));
        rig.count(0, 0, 9);
        assertTrue(rig.isIdle());
        assertEquals(source(SINT), rig.config(0, 0));
        rig.config(0, 0, ENABLE | source(SINT));
        assertEquals(rig.timers.nextDeadline(), new StandardReferenceTime(rig.host).nanosAt(9));
    }

    @Test
    void anAutoEnabledTimerStartsWithItsCountAgainAndAgain() {
        rig.config(0, 0, AUTO | source(SINT));
        for (int at = 500; at < 3000; at += 500) {
            rig.count(0, 0, at);
            assertEquals(ENABLE | AUTO | source(SINT), rig.config(0, 0));
            rig.until(at);
            assertEquals(message(0, at, at), rig.queues.take(0, SINT));
            assertEquals(AUTO | source(SINT), rig.config(0, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {ENABLE, ENABLE | PERIODIC, ENABLE | AUTO, ENABLE | 31 << 4})
    void withoutASourceOnlyDirectModeCanBeEnabled(long config) {
        assertEquals(0, rig.config(0, 0, config));
        assertEquals(config & ~ENABLE, rig.config(0, 0));
        rig.count(0, 0, 1);
        assertEquals(config & ~ENABLE, rig.config(0, 0));
        assertTrue(rig.isIdle());
        assertEquals(0, rig.config(0, 0, config | direct(INTID)));
        assertEquals(ENABLE, rig.config(0, 0) & ENABLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10, 11, 13, 14, 15, 20, 31, 32, 63})
    void reservedBitsAreRefusedAndNothingChanges(int bit) {
        rig.config(0, 0, ENABLE | source(SINT));
        rig.count(0, 0, 100);
        assertEquals(5, rig.config(0, 0, 1L << bit | source(1)));
        assertEquals(ENABLE | source(SINT), rig.config(0, 0));
        rig.until(100);
        assertEquals(message(0, 100, 100), rig.queues.take(0, SINT));
    }

    @ParameterizedTest
    @CsvSource({"0, 5", "15, 5", "16, 0", "31, 0"})
    void directModeNeedsAPrivateInterrupt(int intid, int status) {
        assertEquals(status, rig.config(0, 0, ENABLE | direct(intid)));
    }

    @Test
    void withoutDirectModeItCannotBeAskedFor() {
        TimerRig messages = new TimerRig(1, TimerSettings.MESSAGE);
        assertEquals(5, messages.config(0, 0, ENABLE | direct(INTID)));
        assertEquals(0, messages.config(0, 0, ENABLE | source(SINT)));
    }

    @Test
    void absentTimersHaveNoRegistersAndNoDeadlines() {
        TimerRig none = new TimerRig(2, TimerSettings.ABSENT);
        assertEquals(List.of(), none.timers.registers());
        none.timers.resetVcpu(1);
        none.timers.deadlinePassed();
        assertTrue(none.isIdle());
        assertEquals(VirtualClock.NEVER, none.timers.nextDeadline(1));
        none.restore(none.save());
    }

    @Test
    void aMessageThatFindsTheSlotBusyWaitsAndSaysWhenItWasDueAndWhenItCame() {
        rig.queues.fill(0, SINT);
        rig.config(0, 0, ENABLE | source(SINT));
        rig.count(0, 0, 100);
        rig.until(900);
        assertEquals(1, rig.queues.waiting());
        assertEquals("busy", rig.queues.take(0, SINT));
        assertEquals(message(0, 100, 900), rig.queues.take(0, SINT));
        assertEquals("", rig.queues.take(0, SINT));
    }

    @Test
    void periodsThatAreMissedWhileAMessageWaitsDoNotAccumulate() {
        rig.queues.fill(0, SINT);
        rig.config(0, 0, ENABLE | PERIODIC | source(SINT));
        rig.count(0, 0, 1000);
        rig.until(10_500);
        assertEquals(1, rig.deadlinesPassed, "a timer whose message waits costs nothing");
        assertEquals(1, rig.queues.waiting());
        rig.queues.take(0, SINT);
        assertEquals(message(0, 1000, 10_500), rig.queues.take(0, SINT));
        rig.until(10_999);
        assertEquals("", rig.queues.take(0, SINT));
        rig.until(11_000);
        assertEquals(message(0, 11_000, 11_000), rig.queues.take(0, SINT));
    }

    @Test
    void stoppingTakesBackAMessageThatWaits() {
        rig.queues.fill(0, SINT);
        rig.queues.fill(0, SINT + 1);
        rig.config(0, 0, ENABLE | source(SINT));
        rig.count(0, 0, 1);
        rig.config(0, 1, ENABLE | PERIODIC | source(SINT + 1));
        rig.count(0, 1, 100);
        rig.until(5000);
        assertEquals(2, rig.queues.waiting());
        rig.count(0, 0, 0);
        rig.config(0, 1, 0);
        rig.until(10_000);
        assertEquals(0, rig.queues.waiting());
        rig.queues.take(0, SINT);
        assertEquals("", rig.queues.take(0, SINT));
    }

    @Test
    void aMessageThatWaitsStaysWhenItsTimerIsProgrammedAnew() {
        rig.queues.fill(0, SINT);
        rig.config(0, 0, AUTO | source(SINT));
        rig.count(0, 0, 100);
        rig.until(200);
        rig.count(0, 0, 300);
        rig.until(250);
        rig.queues.take(0, SINT);
        assertEquals(message(0, 100, 250), rig.queues.take(0, SINT));
        rig.queues.fill(0, SINT);
        rig.until(300);
        rig.count(0, 0, 400);
        rig.until(500);
        assertEquals(1, rig.queues.waiting(), "one message of a timer at a time");
        rig.queues.take(0, SINT);
        assertEquals(message(0, 300, 500), rig.queues.take(0, SINT));
        assertEquals("", rig.queues.take(0, SINT));
    }

    @Test
    void aCountBeforeTheNextEnableDoesNotLoseTheMessageOfAnExpiredOneShot() {
        rig.queues.fill(0, SINT);
        rig.config(0, 0, ENABLE | source(SINT));
        rig.count(0, 0, 100);
        rig.until(200);
        assertEquals(source(SINT), rig.config(0, 0));
        rig.count(0, 0, 300);
        assertEquals(300, rig.count(0, 0));
        assertEquals(1, rig.queues.waiting());
        assertTrue(rig.isIdle());
        rig.config(0, 0, ENABLE | source(SINT));
        rig.until(250);
        rig.queues.take(0, SINT);
        assertEquals(message(0, 100, 250), rig.queues.take(0, SINT));
        rig.until(300);
        assertEquals(message(0, 300, 300), rig.queues.take(0, SINT));
    }

    @Test
    void aPeriodicTimerProgrammedAnewWhileItsMessageWaitsGoesOnWithItsNewPeriod() {
        rig.queues.fill(0, SINT);
        rig.config(0, 0, ENABLE | PERIODIC | source(SINT));
        rig.count(0, 0, 1000);
        rig.until(1500);
        rig.count(0, 0, 2000);
        rig.until(2000);
        rig.queues.take(0, SINT);
        assertEquals(message(0, 1000, 2000), rig.queues.take(0, SINT));
        rig.until(3500);
        assertEquals(message(0, 3500, 3500), rig.queues.take(0, SINT));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 7, 99})
    void aPeriodThatIsShorterThanTenMicrosecondsLeavesExpirationsOut(long period) {
        rig.config(0, 0, ENABLE | PERIODIC | direct(INTID));
        rig.count(0, 0, period);
        rig.until(100_000);
        assertTrue(rig.deadlinesPassed <= 1000, () -> rig.deadlinesPassed + " deadlines");
        assertTrue(rig.deadlinesPassed >= 500, () -> rig.deadlinesPassed + " deadlines");
        assertEquals(rig.deadlinesPassed, rig.interrupts().size());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 5000, 1L << 62})
    void whatIsBeyondTheEndOfTimeNeverExpires(long count) {
        rig.until(10_000);
        for (long mode : new long[] {0, PERIODIC}) {
            rig.config(0, 0, ENABLE | mode | direct(INTID));
            rig.count(0, 0, count);
            assertTrue(rig.isIdle());
            assertEquals(count, rig.count(0, 0));
            assertEquals(ENABLE, rig.config(0, 0) & ENABLE);
        }
        assertEquals(List.of(), rig.interrupts());
    }

    @Test
    void theNextDeadlineIsThatOfTheMachineAndOfEachVcpu() {
        ReferenceTime time = new StandardReferenceTime(rig.host);
        rig.config(0, 1, ENABLE | source(SINT));
        rig.count(0, 1, 4000);
        rig.config(1, 3, ENABLE | source(SINT));
        rig.count(1, 3, 300);
        assertEquals(time.nanosAt(300), rig.timers.nextDeadline());
        assertEquals(time.nanosAt(4000), rig.timers.nextDeadline(0));
        assertEquals(time.nanosAt(300), rig.timers.nextDeadline(1));
        rig.until(300);
        assertEquals(time.nanosAt(4000), rig.timers.nextDeadline());
        assertEquals(VirtualClock.NEVER, rig.timers.nextDeadline(1));
    }

    @Test
    void theResetOfAVcpuStopsItsTimersAndNoOthers() {
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            rig.queues.fill(vcpu, SINT);
            rig.config(vcpu, 0, ENABLE | source(SINT));
            rig.count(vcpu, 0, 10);
            rig.config(vcpu, 1, ENABLE | PERIODIC | direct(INTID));
            rig.count(vcpu, 1, 1000);
        }
        rig.until(20);
        rig.timers.resetVcpu(0);
        assertEquals(1, rig.queues.waiting());
        assertEquals(0, rig.config(0, 1));
        assertEquals(0, rig.count(0, 0));
        rig.until(1500);
        assertEquals(List.of("1:22"), rig.interrupts());
        rig.timers.reset();
        assertEquals(0, rig.queues.waiting());
        assertTrue(rig.isIdle());
        assertEquals(0, rig.config(1, 1));
    }

    @Test
    void restoredTimersExpireWhenTheyWouldHave() {
        rig.until(50);
        rig.config(0, 0, ENABLE | source(SINT));
        rig.count(0, 0, 3000);
        rig.config(0, 1, ENABLE | PERIODIC | direct(INTID));
        rig.count(0, 1, 1000);
        rig.queues.fill(1, SINT);
        rig.config(1, 0, ENABLE | PERIODIC | source(SINT));
        rig.count(1, 0, 400);
        rig.until(1500);
        assertEquals(1, rig.interrupts().size());

        TimerRig other = new TimerRig(2);
        other.host.now = rig.host.now;
        other.queues.fill(1, SINT);
        other.restore(rig.save());
        MessageBuffer waiting = Objects.requireNonNull(other.queues.pool.take(1, 4));
        waiting.message(0x8000_0010, 24, 0);
        waiting.payload64(8, 450);
        other.queues.post(1, SINT, waiting);
        assertEquals(rig.timers.nextDeadline(), other.timers.nextDeadline());
        assertEquals(rig.save(), other.save());
        other.until(2100);
        assertEquals(List.of("0:22"), other.interrupts());
        other.queues.take(1, SINT);
        assertEquals(message(0, 450, 2100), other.queues.take(1, SINT));
        other.until(3000);
        assertEquals(message(0, 3000, 3000), other.queues.take(0, SINT));
        assertEquals(message(0, 2450, 2450), other.queues.take(1, SINT));
    }

    @ParameterizedTest
    @CsvSource({"0, -1", "0, 4", "1, 3", "1, 8", "1, 2147483647", "0, -2147483648"})
    void aSavedQueueGetsOnlyTheBufferThatItHad(int vcpu, int key) {
        assertEquals(null, rig.queues.pool.take(vcpu, key));
    }

    @Test
    void aBufferIsGivenToOneQueueOnly() {
        MessageBuffer buffer = Objects.requireNonNull(rig.queues.pool.take(1, 5));
        assertEquals(BufferKind.TIMER, buffer.kind());
        rig.queues.fill(1, SINT);
        buffer.message(1, 0, 0);
        rig.queues.post(1, SINT, buffer);
        assertEquals(null, rig.queues.pool.take(1, 5));
    }

    @ParameterizedTest
    @CsvSource({
        "config, 0x200, 0, 0",
        "config, 0x1, 0, 0",
        "config, 0x1001, 0, 0",
        "due, 0x30001, 7, 8",
        "due, 0x30000, 7, 7",
        "due, 0x30001, 0, 1"
    })
    void statesThatCannotBeAreRefused(String name, String config, long count, long due) {
        Map<String, StateValue> state = new TreeMap<>(rig.save());
        state.put("config", new StateValue.Words(new long[] {0, 0, 0, 0, 0, Long.decode(config), 0, 0}));
        state.put("count", new StateValue.Words(new long[] {0, 0, 0, 0, 0, count, 0, 0}));
        state.put("due", new StateValue.Words(new long[] {0, 0, 0, 0, 0, due, 0, 0}));
        HypervisorException refused = assertThrows(HypervisorException.class, () -> rig.restore(state));
        assertTrue(refused.getMessage().contains(name), refused.getMessage());
    }
}

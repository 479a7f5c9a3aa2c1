/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import io.faultline.backend.hyperv.Forged;
import io.faultline.backend.hyperv.HypervRig;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference counter and the page by which a guest computes it itself (HV-130 to HV-133). */
class ReferenceClockTest {
    private static final int COUNTER = ReferenceCounter.REGISTER;
    private static final int PAGE = ReferenceTscPage.REGISTER;
    private static final int SEQUENCE = ReferenceTscPage.SEQUENCE;
    private static final long AT = HypervRig.DATA;

    private final HypervRig rig = new HypervRig(2);

    private long byPage() {
        long count = rig.vcpu(0).read(SystemRegister.CNTVCT_EL0);
        long scale = rig.doubleword(AT + ReferenceTscPage.SCALE_AT);
        return Math.multiplyHigh(scale, count) + rig.doubleword(AT + ReferenceTscPage.OFFSET_AT);
    }

    @Test
    void timeStartsWithTheMachineAndCanBeReadByWhoeverHasNotNamedItself() {
        assertTrue(rig.get(0, COUNTER) <= rig.machine.clock().nanos() / 100);
        rig.machine.clock().skipTo(123_456_789);
        assertEquals(1_234_567, rig.get(1, COUNTER));
        rig.machine.reset();
        rig.vcpu(0).write(CoreRegister.X0, 0);
        assertEquals(0, rig.get(0, COUNTER));
    }

    @Test
    void noTwoReadsGiveTheSameWhoeverReads() {
        long before = -1;
        for (int i = 0; i < 1000; i++) {
            long now = rig.get(i % 2, COUNTER);
            assertTrue(now > before, now + " after " + before);
            before = now;
        }
    }

    @Test
    void everyReadIsBetweenTwoReadingsOfThePage() {
        rig.identified();
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            long before = byPage();
            long now = rig.get(random.nextInt(2), COUNTER);
            long after = byPage();
            assertTrue(before <= now && now <= after, before + " " + now + " " + after);
            if (random.nextInt(3) == 0) {
                rig.machine.clock().skipTo(rig.machine.clock().nanos() + random.nextInt(1000));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {COUNTER, SEQUENCE})
    void whatOnlyTheHypervisorSaysCannotBeWritten(int name) {
        rig.identified();
        long before = rig.get(0, COUNTER);
        assertEquals(5, rig.set(0, name, 0));
        assertTrue(rig.get(0, COUNTER) > before);
    }

    @Test
    void readingTheCounterOfAMachineThatHasReachedTheEndOfTimeStillIncreases() {
        rig.machine.clock().skipTo(Long.MAX_VALUE);
        long first = rig.get(0, COUNTER);
        assertEquals(first + 1, rig.get(0, COUNTER));
    }

    @Test
    void waitingForATickLetsTimersOfTheGuestBecomeDue() {
        rig.identified();
        rig.get(0, COUNTER);
        long due = rig.vcpu(0).read(SystemRegister.CNTVCT_EL0) + 4;
        rig.vcpu(0).write(SystemRegister.CNTV_CVAL_EL0, due);
        rig.vcpu(0).write(SystemRegister.CNTV_CTL_EL0, 1);
        rig.get(0, COUNTER);
        assertEquals(5, rig.vcpu(0).read(SystemRegister.CNTV_CTL_EL0));
    }

    @Test
    void thePageNeedsANameAndShowsItsSequence() {
        assertEquals(6, rig.set(0, PAGE, AT | 1));
        assertEquals(6, rig.tryGet(0, SEQUENCE));
        rig.identified();
        assertEquals(0, rig.get(0, SEQUENCE));
        rig.longs(AT, 77);
        assertEquals(0, rig.set(0, PAGE, AT | 0xFFF));
        assertEquals(AT | 0xFFF, rig.get(0, PAGE));
        assertEquals(rig.get(0, SEQUENCE), rig.word(AT));
        assertEquals(1, rig.word(AT));
        assertEquals(0, rig.word(AT + 4));
    }

    @Test
    void disablingShowsWhatWasThereAndEnablingAgainChangesTheSequence() {
        rig.identified();
        rig.longs(AT, 77);
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        int sequence = rig.word(AT);
        assertEquals(0, rig.set(0, PAGE, AT));
        assertEquals(AT, rig.get(0, PAGE));
        assertEquals(0, rig.get(0, SEQUENCE));
        assertEquals(77, rig.word(AT));
        assertEquals(0, rig.set(1, PAGE, AT + 0x1000 | 1));
        assertNotEquals(sequence, rig.word(AT + 0x1000));
    }

    @Test
    void aPageOutsideMemoryIsRefusedAndTheOldOneStays() {
        rig.identified();
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        long sequence = rig.get(0, SEQUENCE);
        assertEquals(5, rig.set(0, PAGE, 0xF_0000_0001L));
        assertEquals(AT | 1, rig.get(0, PAGE));
        assertEquals(sequence, rig.get(0, SEQUENCE));
    }

    @Test
    void whatAGuestWritesIntoThePageChangesNothingOutsideIt() {
        rig.identified();
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        rig.longs(AT, -1, -1, -1);
        assertEquals(1, rig.get(0, SEQUENCE));
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        assertEquals(2, rig.word(AT));
        assertEquals(new StandardTscParameters().scale(), rig.doubleword(AT + 8));
        assertEquals(0, rig.doubleword(AT + 16));
    }

    @Test
    void aRestoredMachineGoesOnWhereItWas() {
        rig.identified();
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        long before = rig.get(0, COUNTER);
        SavedState saved = rig.machine.save();
        rig.machine.clock().skipTo(1_000_000);
        rig.get(0, COUNTER);
        rig.machine.restore(saved);
        long after = rig.get(0, COUNTER);
        assertTrue(after > before && after < before + 10, before + " " + after);
        assertEquals(2, rig.word(AT));
        assertEquals(2, rig.get(0, SEQUENCE));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1_000_000})
    void aStateInWhichTimeToComeWasReadIsRefused(long next) {
        refuses(Forged.value(rig.machine.save(), "reference-counter/next", new StateValue.Word(next)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0xFFFF_FFFFL, -1})
    void aStateWhosePageIsInvalidIsRefused(long sequence) {
        rig.identified();
        assertEquals(0, rig.set(0, PAGE, AT | 1));
        refuses(Forged.value(rig.machine.save(), "reference-tsc/sequence", new StateValue.Word(sequence)));
    }

    private void refuses(SavedState forged) {
        Machine machine = rig.machine;
        assertThrows(HypervisorException.class, () -> machine.restore(forged));
        assertEquals(new VcpuExit.Stepped(), rig.vcpu(0).step());
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.faultline.api.guest.GuestNotification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ready by message and by event flag (hyperv.md 6.8, HV-186, HV-187). */
class ReadyDeliveryTest {
    private static final long TYPE = 0x8000_0F00L;

    private static PageFaultRig enabled(boolean byFlag, String... settings) {
        PageFaultRig rig = new PageFaultRig(1, byFlag, settings);
        rig.enable(0);
        return rig;
    }

    private static long[] waiting(PageFaultRig rig, int count) {
        long[] tokens = new long[count];
        for (int n = 0; n < count; n++) {
            tokens[n] = rig.waitFor(0, rig.absent(n));
        }
        return tokens;
    }

    @Test
    void aMessageHasTheTokensThatAreReadyWhenItIsWritten() {
        PageFaultRig rig = enabled(false, "hyperv.apf-slots=200");
        long[] tokens = waiting(rig, 130);
        for (int n = 0; n < tokens.length; n++) {
            rig.complete(PageFaultRig.page(n));
        }
        int told = 0;
        for (int count : new int[] {1, 58, 58, 13}) {
            long slot = PageFaultRig.slot(0);
            assertEquals(TYPE, rig.word(slot));
            assertEquals(8 + 4 * count, rig.word(slot + 4) & 0xFF);
            assertEquals(count != 13, (rig.word(slot + 4) >> 8 & 1) != 0, "MessagePending");
            assertEquals(0, rig.quad(slot + 8), "origination");
            assertEquals(count, rig.quad(slot + 16));
            for (int i = 0; i < count; i++) {
                assertEquals(tokens[told++], rig.word(slot + 24 + 4L * i));
            }
            rig.word(slot, 0);
            rig.sets(0, PageFaultRig.END_OF_MESSAGE, 0);
        }
        assertEquals(0, rig.word(PageFaultRig.slot(0)));
        assertEquals(130, rig.counters().ready());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readiesComeInTheOrderOfPages(boolean byFlag) {
        PageFaultRig rig = enabled(byFlag, "hyperv.apf-slots=7");
        for (int round = 0; round < 5; round++) {
            long[] tokens = waiting(rig, 5);
            int[] order = {3, 0, 4, 1, 2};
            for (int n : order) {
                rig.complete(PageFaultRig.page(n));
            }
            for (int n : order) {
                rig.takesReady(0, tokens[n]);
            }
            assertFalse(rig.isDue(0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsLostWhileTheControllerIsOff(boolean byFlag) {
        PageFaultRig rig = enabled(byFlag);
        long[] tokens = waiting(rig, 3);
        rig.synic(0, false);
        rig.complete(PageFaultRig.page(0));
        rig.complete(PageFaultRig.page(1));
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.counters().ready());
        rig.synicPage(0, false);
        rig.synic(0, true);
        rig.complete(PageFaultRig.page(2));
        assertFalse(rig.isDue(0));
        rig.synicPage(0, true);
        rig.pages().poll();
        for (long token : tokens) {
            rig.takesReady(0, token);
        }
        assertFalse(rig.isDue(0));
        assertEquals(3, rig.counters().ready());
    }

    @Test
    void aMaskedSourceTakesMessagesWithoutInterrupt() {
        PageFaultRig rig = enabled(false);
        long[] tokens = waiting(rig, 2);
        rig.unmask(0, false);
        rig.complete(PageFaultRig.page(0));
        assertFalse(rig.isDue(0));
        assertEquals(tokens[0], rig.word(PageFaultRig.slot(0) + 24));
        rig.unmask(0, true);
        assertFalse(rig.isDue(0));
        rig.word(PageFaultRig.slot(0), 0);
        rig.complete(PageFaultRig.page(1));
        rig.takesReady(0, tokens[1]);
    }

    @Test
    void aMaskedSourceHoldsFlagsBack() {
        PageFaultRig rig = enabled(true);
        long[] tokens = waiting(rig, 2);
        rig.unmask(0, false);
        rig.complete(PageFaultRig.page(1));
        rig.complete(PageFaultRig.page(0));
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.word(PageFaultRig.slot(0)));
        assertEquals(0, rig.word(PageFaultRig.area(0) + FaultInformation.TABLE + 4), "nothing is told yet");
        rig.unmask(0, true);
        rig.takesReady(0, tokens[1]);
        rig.takesReady(0, tokens[0]);
        assertFalse(rig.isDue(0));
    }

    @Test
    void messagesOfTwoVcpusHaveNothingToDoWithEachOther() {
        PageFaultRig rig = new PageFaultRig(2, false);
        rig.enable(0);
        rig.enable(1);
        long first = rig.waitFor(0, rig.absent(0));
        long second = rig.waitFor(1, rig.absent(1));
        rig.complete(PageFaultRig.page(1));
        rig.complete(PageFaultRig.page(0));
        rig.takesReady(0, first);
        assertFalse(rig.isDue(0));
        rig.takesReady(1, second);
    }

    @Test
    void disablingTakesBackTheMessageThatWaits() {
        PageFaultRig rig = enabled(false);
        waiting(rig, 3);
        rig.complete(PageFaultRig.page(0));
        rig.complete(PageFaultRig.page(1));
        rig.sets(0, PageFaultRig.CONTROL, 0);
        assertEquals(1, rig.word(PageFaultRig.slot(0) + 16), "what is in the slot is the guest's");
        rig.word(PageFaultRig.slot(0), 0);
        rig.sets(0, PageFaultRig.END_OF_MESSAGE, 0);
        rig.complete(PageFaultRig.page(2));
        assertEquals(0, rig.word(PageFaultRig.slot(0)));
        assertEquals(1, rig.counters().ready());
        assertEquals(2, rig.counters().cancelled());
        rig.sets(0, PageFaultRig.CONTROL, rig.control());
        assertEquals(0xFFFF_FFFFL, rig.word(PageFaultRig.slot(0) + 24), "the wake-all");
    }

    @Test
    void theWakeAllWaitsLikeEveryReady() {
        PageFaultRig rig = enabled(false);
        rig.sets(0, PageFaultRig.CONTROL, 0);
        rig.synic(0, false);
        rig.sets(0, PageFaultRig.CONTROL, rig.control());
        assertEquals(1, rig.counters().wakeAlls());
        long token = rig.waitFor(0, rig.absent(0));
        rig.complete(PageFaultRig.page(0));
        rig.synic(0, true);
        assertEquals(new GuestNotification.WakeAll(), rig.take(0));
        rig.takesReady(0, token);
        assertEquals(2, rig.counters().wakeAlls());
    }

    @Test
    void aGuestThatNeverClearsAFlagHasItsFaultsSynchronous() {
        PageFaultRig rig = enabled(true, "hyperv.apf-slots=3");
        rig.silence(0);
        int announced = 0;
        for (int n = 0; n < 8; n++) {
            long page = rig.absent(n);
            if (rig.touch(0, page) instanceof io.faultline.api.guest.GuestStep.Diverted) {
                announced++;
                rig.state(0, 0);
            }
            rig.complete(page);
            rig.start(0);
        }
        assertEquals(3, announced);
        assertEquals(5, rig.counters().count(ExceptionNotPresentRoute.FLAGS_IN_USE));
        assertEquals(0b1110, rig.word(PageFaultRig.slot(0)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDriverThatIsTakenDownLeavesNothingBehind(boolean byFlag) {
        PageFaultRig rig = enabled(byFlag);
        long[] tokens = waiting(rig, 2);
        rig.complete(PageFaultRig.page(0));
        rig.disable(0);
        assertEquals(1, rig.counters().cancelled());
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.get(0, PageFaultRig.ASSIST), "the guest's own memory is there again");
        rig.complete(PageFaultRig.page(1));
        rig.enable(0);
        assertFalse(rig.isDue(0), "what was in the page has been dropped");
        long next = rig.waitFor(0, rig.absent(2));
        rig.complete(PageFaultRig.page(2));
        rig.takesReady(0, next);
        assertNotEquals(tokens[1], next);
        rig.disable(0);
        rig.disable(0);
    }
}

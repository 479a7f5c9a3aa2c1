/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateValue;
import io.faultline.api.state.StateWriter;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The ring by itself (xen.md 7.2, 7.4). */
class EventRingTest {
    private static EventRing ring() {
        EventRing ring = new EventRing(new StandardEntryPlaces(), Room.STANDARD);
        ring.open();
        return ring;
    }

    private static void put(EventRing ring, long gfn) {
        assertTrue(ring.claim(true));
        ring.put(true, VmEvent.FLAG_VCPU_PAUSED, 0, gfn, PageType.PAGED, 0);
    }

    /** A ring that has been in use for as many requests as an index says. */
    private static EventRing usedFor(int index) {
        StateWriter writer = new StateWriter();
        ring().save(writer);
        Map<String, StateValue> values = new TreeMap<>(writer.values());
        values.put("requests", new StateValue.Word(index));
        values.put("answers", new StateValue.Word(index));
        EventRing ring = ring();
        ring.restore(new StateReader(values));
        ring.memory().putInt(VmEvent.RESPONSE_PRODUCER, index);
        return ring;
    }

    @Test
    void indicesWrapAtTheEndOfThirtyTwoBits() {
        EventRing ring = usedFor(-2);
        ByteBuffer memory = ring.memory();
        int[] places = {6, 7, 0, 1, 2};
        for (int i = 0; i < places.length; i++) {
            put(ring, 100 + i);
            assertEquals(100 + i, memory.getLong(0x40 + 400 * places[i] + 24));
            assertEquals(i - 1, memory.getInt(0), "req_prod");
        }
        assertEquals(3, ring.available());
        assertEquals(0, ring.waitingAnswers());
        memory.putInt(8, 3);
        assertEquals(5, ring.waitingAnswers());
        for (int i = 0; i < places.length; i++) {
            assertEquals(100 + i, ring.takeAnswer().gfn());
            assertEquals(i, memory.getInt(12), "rsp_event is that of the next but one");
        }
        assertEquals(0, ring.waitingAnswers());
        assertEquals(8, ring.available());
    }

    @Test
    void whatIsClaimedIsNotAvailableAndBothEndingsSucceed() {
        EventRing ring = ring();
        for (int i = 0; i < 8; i++) {
            assertTrue(ring.claim(i % 2 == 0));
        }
        assertFalse(ring.claim(true));
        assertFalse(ring.claim(false));
        ring.cancel(true);
        assertEquals(1, ring.available());
        assertTrue(ring.claim(false));
        for (int i = 0; i < 3; i++) {
            ring.put(true, 0, 0, i, PageType.PAGED, 0);
        }
        for (int i = 3; i < 8; i++) {
            ring.put(false, 0, 0, i, PageType.PAGED, 0);
        }
        assertEquals(0, ring.available());
        assertEquals(8, ring.memory().getInt(0));
        for (int i = 0; i < 8; i++) {
            assertEquals(i < 3 ? 0 : VmEvent.FLAG_FOREIGN, ring.memory().getInt(0x40 + 400 * i + 4));
        }
    }

    @Test
    void aClosedRingTakesNothing() {
        EventRing ring = ring();
        ring.close();
        assertFalse(ring.claim(true));
        assertEquals(8, ring.available());
    }

    @Test
    void moreAnswersThanRequestsFreeNoMoreThanThereIs() {
        EventRing ring = ring();
        for (int round = 0; round < 3; round++) {
            ring.memory().putInt(8, 8 * (round + 1));
            for (int i = ring.waitingAnswers(); i > 0; i--) {
                ring.takeAnswer();
            }
            assertEquals(8, ring.available());
        }
        for (int i = 0; i < 8; i++) {
            put(ring, i);
        }
        assertFalse(ring.claim(true));
        ring.memory().putInt(8, 33);
        assertEquals(-1, ring.waitingAnswers());
    }

    /** The pager may write to an answer while it is looked at: what counts is what it was when it was taken. */
    @Test
    void anAnswerIsACopy() {
        EventRing ring = ring();
        put(ring, 5);
        ring.memory().putInt(8, 1);
        EventRing.Answer answer = ring.takeAnswer();
        ring.memory().putLong(0x40 + 24, 99).putInt(0x40, 0);
        assertEquals(5, answer.gfn());
        assertEquals(7, answer.version());
    }
}

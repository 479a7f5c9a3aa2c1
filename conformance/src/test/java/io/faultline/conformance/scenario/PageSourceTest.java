/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PageSourceTest {
    private final ScriptedPageSource source = new ScriptedPageSource();
    private final List<String> answers = new ArrayList<>();
    private final PageSink sink = new PageSink() {
        @Override
        public void arrived(long page, byte[] content) {
            answers.add("arrived " + (page >> 12) + " " + content[8]);
        }

        @Override
        public void failed(long page, String reason) {
            answers.add("failed " + (page >> 12));
        }

        @Override
        public void poisoned(long page) {
            answers.add("poisoned " + (page >> 12));
        }
    };

    private static PageRequest request(long page, long now) {
        return new PageRequest(page << 12, 0, AccessKind.READ, now);
    }

    @Test
    void heldPagesArriveInTheOrderOfTheirRelease() {
        source.request(request(1, 0));
        source.request(request(2, 0));
        source.poll(100, sink);
        source.release(0x2000);
        source.releaseAll();
        source.poll(100, sink);
        assertEquals(List.of("arrived 2 8", "arrived 1 8"), answers);
        assertEquals(2, source.requests().size());
        assertEquals(1, source.requests(0x1000));
        assertThrows(IllegalStateException.class, () -> source.release(0x2000));
    }

    @Test
    void pagesArriveAfterTheirLatency() {
        source.answerAfter(50).request(request(1, 10));
        source.answerAfter(5).request(request(2, 10));
        assertEquals(OptionalLong.of(15), source.nextArrival());
        source.poll(14, sink);
        assertEquals(List.of(), answers);
        source.poll(60, sink);
        assertEquals(List.of("arrived 2 8", "arrived 1 8"), answers);
        assertEquals(OptionalLong.empty(), source.nextArrival());
    }

    @Test
    void pagesFailAreLostOrComeTwiceAsScripted() {
        source.answerTwice().fail(0x1000, 1).poison(0x2000).request(request(1, 0));
        source.hold().release(0x1000);
        source.send(0x2000);
        source.send(0x1000);
        source.poll(0, sink);
        assertEquals(
                List.of("failed 1", "failed 1", "poisoned 2", "poisoned 2", "arrived 1 8", "arrived 1 8"), answers);
    }

    @Test
    void pagesCanBeThereAtOnce() {
        assertFalse(source.fetchNow(0x3000, sink));
        assertTrue(source.answerAtOnce().fetchNow(0x3000, sink));
        byte[] content = new byte[4096];
        source.put(0x3000, content);
        content[8] = 1;
        source.fetchNow(0x3000, sink);
        assertEquals(List.of("arrived 3 8", "arrived 3 0"), answers);
    }

    @Test
    void patternsNameTheirAddress() {
        assertEquals(0x5A5A_0000_4020_0008L, ScriptedPageSource.patternWord(0x4020_0008L));
        assertArrayEquals(
                new byte[] {8, 0, 0x20, 0x40, 0, 0, 0x5A, 0x5A},
                Arrays.copyOfRange(ScriptedPageSource.pattern(0x4020_0000L), 8, 16));
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SnapshotPageSourceTest {
    private final List<String> answers = new ArrayList<>();
    private final PageSink sink = new PageSink() {
        @Override
        public void arrived(long page, byte[] content) {
            answers.add("arrived " + Long.toHexString(page) + " " + content[0]);
        }

        @Override
        public void failed(long page, String reason) {
            answers.add("failed " + Long.toHexString(page) + " " + reason);
        }

        @Override
        public void poisoned(long page) {
            answers.add("poisoned " + Long.toHexString(page));
        }
    };
    private final MemoryPageStore store = new MemoryPageStore(List.of(MemoryRegion.ram(0, 0x1_0000)));
    private final SnapshotPageSource source = new SnapshotPageSource(store, 100);

    private static PageRequest request(long page, long now) {
        return new PageRequest(page, 0, AccessKind.READ, now);
    }

    private static byte[] page(int first) {
        byte[] page = new byte[4096];
        page[0] = (byte) first;
        return page;
    }

    @Test
    void answersAfterTheLatencyInTheOrderOfTheRequests() {
        store.put(0x1000, page(1));
        store.put(0x2000, page(2));
        source.request(request(0x2000, 50));
        source.request(request(0x1000, 50));
        assertEquals(OptionalLong.of(150), source.nextArrival());
        source.poll(149, sink);
        assertEquals(List.of(), answers);
        source.poll(150, sink);
        assertEquals(List.of("arrived 2000 2", "arrived 1000 1"), answers);
        assertEquals(OptionalLong.empty(), source.nextArrival());
    }

    @Test
    void keepsWhatIsNotDue() {
        store.put(0x1000, page(1));
        source.request(request(0x1000, 0));
        source.request(request(0x1000, 1));
        source.poll(100, sink);
        assertEquals(1, answers.size());
        assertEquals(OptionalLong.of(101), source.nextArrival());
    }

    @Test
    void failsPagesItDoesNotHave() {
        source.request(request(0x5000, 0));
        source.poll(100, sink);
        assertEquals(List.of("failed 5000 the snapshot does not have it"), answers);
    }

    @Test
    void keepsOneCopyOfAllZeroPages() {
        byte[][] taken = new byte[2][];
        PageSink keeping = new PageSink() {
            @Override
            public void arrived(long page, byte[] content) {
                taken[(int) (page >> 13)] = content;
            }

            @Override
            public void failed(long page, String reason) {}

            @Override
            public void poisoned(long page) {}
        };
        for (long page : new long[] {0x1000, 0x2000}) {
            store.put(page, page(0));
            source.request(request(page, 0));
        }
        source.poll(100, keeping);
        assertSame(taken[0], taken[1]);
        assertEquals(4096, taken[0].length);
    }

    @Test
    void neverGivesAPageAtOnce() {
        store.put(0x1000, page(1));
        assertFalse(source.fetchNow(0x1000, sink));
    }

    @Test
    void aLatencyBeyondTimeNeverEnds() {
        SnapshotPageSource never = new SnapshotPageSource(store, Long.MAX_VALUE);
        never.request(request(0x1000, 5));
        assertEquals(OptionalLong.of(Long.MAX_VALUE), never.nextArrival());
    }

    @Test
    void latenciesAreNotNegative() {
        assertThrows(IllegalArgumentException.class, () -> new SnapshotPageSource(store, -1));
        MemoryRegion pages = MemoryRegion.ram(0x1000, 0x1000);
        assertThrows(IllegalArgumentException.class, () -> new AbsentRange(pages, -1));
        assertEquals(20_000, AbsentRange.of(pages).latencyNanos());
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The heap against a map that is searched. */
class DeadlineHeapTest {
    @Test
    void theFirstIsTheEarliestWhateverComesAndGoes() {
        Random random = new Random(11);
        for (int round = 0; round < 50; round++) {
            int timers = 1 + random.nextInt(40);
            DeadlineHeap heap = new DeadlineHeap(timers);
            Map<Integer, Long> model = new TreeMap<>();
            for (int step = 0; step < 500; step++) {
                int timer = random.nextInt(timers);
                if (random.nextInt(3) == 0) {
                    heap.remove(timer);
                    model.remove(timer);
                } else {
                    long deadline = random.nextBoolean() ? random.nextInt(10) : random.nextLong();
                    heap.put(timer, deadline);
                    model.put(timer, deadline);
                }
                assertEquals(model.containsKey(timer), heap.contains(timer));
                assertEquals(model.isEmpty(), heap.isEmpty());
                if (!model.isEmpty()) {
                    Map.Entry<Integer, Long> first = model.entrySet().stream()
                            .min(Comparator.comparing(Map.Entry::getValue, Long::compareUnsigned))
                            .orElseThrow();
                    assertEquals(first.getKey(), heap.first());
                    assertEquals(first.getValue(), heap.earliest());
                }
            }
            heap.clear();
            assertTrue(heap.isEmpty());
        }
    }
}

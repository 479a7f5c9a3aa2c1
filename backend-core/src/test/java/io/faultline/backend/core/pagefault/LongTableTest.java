/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LongTableTest {
    @Test
    void anythingThatIsPutAndRemovedIsWhereASortedMapHasIt() {
        Random random = new Random(1);
        LongTable<String> table = new LongTable<>();
        TreeMap<Long, String> expected = new TreeMap<>();
        for (int step = 0; step < 100_000; step++) {
            // Few keys, near each other, so that they collide and their runs wrap around.
            long key = (long) random.nextInt(200) << (step & 1) * 12;
            if (random.nextInt(3) == 0) {
                table.remove(key);
                expected.remove(key);
            } else {
                table.put(key, "v" + step);
                expected.put(key, "v" + step);
            }
            long asked = (long) random.nextInt(200) << 12;
            assertEquals(expected.get(asked), table.get(asked));
            assertEquals(expected.containsKey(asked), table.contains(asked));
            assertEquals(expected.size(), table.size());
        }
        assertArrayEquals(expected.keySet().stream().mapToLong(Long::longValue).toArray(), table.sortedKeys());
    }

    @Test
    void extremeKeysAreKeysLikeOthers() {
        LongTable<String> table = new LongTable<>();
        long[] keys = {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE};
        for (long key : keys) {
            table.put(key, Long.toString(key));
        }
        assertArrayEquals(keys, table.sortedKeys());
        table.clear();
        table.clear();
        for (long key : keys) {
            assertNull(table.get(key));
            assertFalse(table.contains(key));
        }
    }
}

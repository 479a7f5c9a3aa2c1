/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A map from longs to objects without boxes: open addressing, linear probing, at most half full. It grows to what it held at
 * most and allocates nothing after that. Its own order is nobody's business: whoever wants all keys gets them sorted.
 */
final class LongTable<V> {
    private static final int LEAST = 16;

    private long[] keys = new long[LEAST];
    private @Nullable Object[] values = new Object[LEAST];
    private int size;

    /** Spreads neighbouring pages and tokens; a bijection, so that different keys meet only in the bits that are cut off. */
    private int home(long key) {
        long mixed = (key ^ key >>> 32) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed ^ mixed >>> 29 ^ mixed >>> 47) & keys.length - 1;
    }

    private int find(long key) {
        int i = home(key);
        while (values[i] != null && keys[i] != key) {
            i = i + 1 & keys.length - 1;
        }
        return i;
    }

    @SuppressWarnings("unchecked") // only put stores values
    @Nullable
    V get(long key) {
        return (V) values[find(key)];
    }

    boolean contains(long key) {
        return size != 0 && values[find(key)] != null;
    }

    int size() {
        return size;
    }

    /** Sets the value of a key. */
    void put(long key, V value) {
        int i = find(key);
        if (values[i] == null) {
            if (2 * (size + 1) > keys.length) {
                grow();
                i = find(key);
            }
            size++;
        }
        keys[i] = key;
        values[i] = value;
    }

    private void grow() {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new Object[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                int to = find(oldKeys[i]);
                keys[to] = oldKeys[i];
                values[to] = oldValues[i];
            }
        }
    }

    /** Removes a key if it is there; what was put behind it moves up. */
    void remove(long key) {
        int hole = find(key);
        if (values[hole] == null) {
            return;
        }
        size--;
        int mask = keys.length - 1;
        for (int i = hole + 1 & mask; values[i] != null; i = i + 1 & mask) {
            if ((i - home(keys[i]) & mask) >= (i - hole & mask)) {
                keys[hole] = keys[i];
                values[hole] = values[i];
                hole = i;
            }
        }
        values[hole] = null;
    }

    void clear() {
        if (size != 0) {
            Arrays.fill(values, null);
            size = 0;
        }
    }

    /** All keys, ascending; a copy. */
    long[] sortedKeys() {
        long[] sorted = new long[size];
        int at = 0;
        for (int i = 0; i < keys.length; i++) {
            if (values[i] != null) {
                sorted[at++] = keys[i];
            }
        }
        Arrays.sort(sorted);
        return sorted;
    }
}

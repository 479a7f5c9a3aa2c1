/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Ports or connections by their identifiers, in order. Finding one allocates nothing.
 *
 * @param <V> what there is for an identifier
 */
final class IdTable<V> {
    private static final int LEAST = 8;

    private int[] ids = new int[LEAST];
    private @Nullable Object[] values = new Object[LEAST];
    private int size;

    int size() {
        return size;
    }

    private int find(int id) {
        return Arrays.binarySearch(ids, 0, size, id);
    }

    @Nullable
    V get(int id) {
        int at = find(id);
        return at < 0 ? null : at(at);
    }

    /** Identifier of an entry; entries are in the order of identifiers. */
    int id(int index) {
        return ids[index];
    }

    @SuppressWarnings("unchecked") // only put stores values
    V at(int index) {
        return (V) values[index];
    }

    /** Enters a value under an identifier that is free. */
    void put(int id, V value) {
        int at = -1 - find(id);
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        System.arraycopy(ids, at, ids, at + 1, size - at);
        System.arraycopy(values, at, values, at + 1, size - at);
        ids[at] = id;
        values[at] = value;
        size++;
    }

    /** Takes the value of an identifier out, if there is one. */
    @Nullable
    V remove(int id) {
        int at = find(id);
        if (at < 0) {
            return null;
        }
        V value = at(at);
        size--;
        System.arraycopy(ids, at + 1, ids, at, size - at);
        System.arraycopy(values, at + 1, values, at, size - at);
        values[size] = null;
        return value;
    }

    void clear() {
        Arrays.fill(values, 0, size, null);
        size = 0;
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

import java.util.ArrayList;
import java.util.List;

/** Finds the row of the encoding table for a word. */
public final class Decoder {
    /** Rows are sorted into buckets by bits 28:21, in which most of them differ. */
    private static final int BUCKET_SHIFT = 21;

    private static final int BUCKETS = 256;
    private static final Encoding[][] ROWS_BY_BUCKET = sort();

    private Decoder() {}

    /**
     * Finds the row.
     *
     * @param word an instruction
     * @return its row, or {@link Encoding#UNDEFINED}
     */
    public static Encoding find(int word) {
        for (Encoding row : ROWS_BY_BUCKET[word >>> BUCKET_SHIFT & BUCKETS - 1]) {
            if (row.matches(word)) {
                return row.constraint().holds(word) ? row : Encoding.UNDEFINED;
            }
        }
        return Encoding.UNDEFINED;
    }

    private static Encoding[][] sort() {
        Encoding[][] buckets = new Encoding[BUCKETS][];
        int bucketMask = BUCKETS - 1 << BUCKET_SHIFT;
        List<Encoding> matching = new ArrayList<>();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            matching.clear();
            for (Encoding row : EncodingTable.rows()) {
                if (((bucket << BUCKET_SHIFT ^ row.value()) & row.mask() & bucketMask) == 0) {
                    matching.add(row);
                }
            }
            buckets[bucket] = matching.toArray(new Encoding[0]);
        }
        return buckets;
    }

    /**
     * Tells whether a word is a load-exclusive, of one register or a pair.
     *
     * @param word an instruction
     * @return true for LDXR, LDAXR, LDXP, LDAXP and those of bytes and halfwords
     */
    public static boolean isLoadExclusive(int word) {
        Operation operation = find(word).operation();
        return operation == Operation.LOAD_EXCLUSIVE || operation == Operation.LOAD_EXCLUSIVE_PAIR;
    }
}

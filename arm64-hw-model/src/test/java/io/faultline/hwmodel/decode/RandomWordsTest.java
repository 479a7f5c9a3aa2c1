/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.hwmodel.Listing;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which of many random words are instructions: what objdump said of them, as far as this PE has what it knows. */
class RandomWordsTest {
    private static final int WORDS = 200_000;

    private int state = 1;

    private int nextHalf() {
        state = state * 69069 + 1;
        return state >>> 16;
    }

    @Test
    void theDecoderAndObjdumpAgreeOnUndefinedOrNot() {
        Set<Integer> defined = new HashSet<>();
        Listing.lines("random.txt").forEach(line -> defined.add(Integer.parseUnsignedInt(line, 16)));
        TreeMap<String, String> wrong = new TreeMap<>();
        int instructions = 0;
        for (int i = 0; i < WORDS; i++) {
            int word = nextHalf() << 16 | nextHalf();
            boolean here = Decoder.find(word) != Encoding.UNDEFINED;
            instructions += here ? 1 : 0;
            if (here != defined.contains(word)) {
                wrong.put(
                        String.format(Locale.ROOT, "%08x", word),
                        here ? "is " + Decoder.find(word).mnemonic() + " here" : "is undefined here");
            }
        }
        assertEquals(new TreeMap<>(), wrong);
        assertTrue(instructions > 30_000, instructions + " instructions");
    }
}

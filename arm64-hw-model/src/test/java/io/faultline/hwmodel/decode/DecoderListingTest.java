/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.hwmodel.Listing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The decode table against GNU binutils. */
class DecoderListingTest {
    private static int word(String line) {
        return Integer.parseUnsignedInt(line.substring(0, 8), 16);
    }

    /** What objdump calls b.eq is row b.cond. */
    private static String mnemonic(String line) {
        String name = line.substring(9).split(" ", 2)[0];
        return name.startsWith("b.") ? "b.cond" : name;
    }

    @Test
    void everyInstructionOfTheListingHasTheMnemonicOfItsRow() {
        List<String> wrong = new ArrayList<>();
        for (String line : Listing.lines("a64.txt")) {
            Encoding row = Decoder.find(word(line));
            if (!row.mnemonic().equals(mnemonic(line)) && !isMsrOfPstateField(row, line)) {
                wrong.add(line + " -> " + row.mnemonic());
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean isMsrOfPstateField(Encoding row, String line) {
        return mnemonic(line).equals("msr") && row.operation().name().startsWith("MSR_");
    }

    @Test
    void theListingHasAnInstructionForEveryRow() {
        Set<Encoding> covered = new HashSet<>();
        Listing.lines("a64.txt").forEach(line -> covered.add(Decoder.find(word(line))));
        List<String> missing = EncodingTable.ROWS.stream()
                .filter(row -> !covered.contains(row))
                .map(Encoding::toString)
                .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void noWordThatObjdumpCallsUndefinedIsDefined() {
        List<String> wrong = new ArrayList<>();
        int undefined = 0;
        for (String line : Listing.lines("mutated.txt")) {
            if (mnemonic(line).equals("undefined")) {
                undefined++;
                if (Decoder.find(word(line)) != Encoding.UNDEFINED) {
                    wrong.add(line + " -> " + Decoder.find(word(line)).mnemonic());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(undefined > 1000, "the listing has only " + undefined + " undefined words");
    }

    @Test
    void aNeighbourOfAnInstructionIsWhatObjdumpSaysOrUndefined() {
        List<String> wrong = new ArrayList<>();
        for (String line : Listing.lines("mutated.txt")) {
            Encoding row = Decoder.find(word(line));
            if (row != Encoding.UNDEFINED && !row.mnemonic().equals(mnemonic(line))) {
                wrong.add(line + " -> " + row.mnemonic());
            }
        }
        assertEquals(List.of(), wrong);
    }

    /**
     * Names that vector instructions or system registers of absent features share are left out, and so are the words in
     * which bit 20 of LDAR is zero: it should be one, and binutils does not look at it.
     */
    @Test
    void everyBaseInstructionAmongTheNeighboursIsDefined() {
        Set<String> shared =
                Set.of("add", "msr", "mrs", "dsb", "adr", "ldr", "str", "ldp", "stp", "ldur", "stur", "ldnp", "stnp");
        Set<String> base = new HashSet<>();
        EncodingTable.ROWS.forEach(row -> base.add(row.mnemonic()));
        base.removeAll(shared);
        List<String> wrong = new ArrayList<>();
        for (String line : Listing.lines("mutated.txt")) {
            boolean ignoredBit = mnemonic(line).startsWith("ldar") && (word(line) & 1 << 20) == 0;
            if (base.contains(mnemonic(line)) && !ignoredBit && Decoder.find(word(line)) == Encoding.UNDEFINED) {
                wrong.add(line);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void aWordOfNoRowIsUndefined() {
        assertSame(Encoding.UNDEFINED, Decoder.find(0));
        assertSame(Encoding.UNDEFINED, Decoder.find(-1));
    }

    @Test
    void aPatternHasThirtyTwoBits() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> Encoding.of("short", Operation.HINT, "0101 dddd", Constraint.NONE));
        assertEquals("short has a pattern of 8 bits: 0101 dddd", e.getMessage());
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class SavedStateTest {
    private static SavedState sample() {
        StateWriter writer = new StateWriter();
        writer.text("name", "apf");
        StateWriter cpu = writer.section("cpu").section("0");
        cpu.word("pc", 0x4000_0000L);
        cpu.flag("masked", true);
        cpu.words("x", new long[] {1, -2, Long.MIN_VALUE});
        cpu.bytes("page", new byte[] {1, 2, 3});
        return new SavedState("kvm", 3, writer.values());
    }

    @Test
    void bytesCarryEverythingAndAreTheSameForEqualStates() {
        SavedState state = sample();

        SavedState read = SavedState.fromBytes(state.toBytes());

        assertEquals(state, read);
        assertArrayEquals(state.toBytes(), read.toBytes());
        StateReader cpu = read.reader().section("cpu").section("0");
        assertEquals(0x4000_0000L, cpu.word("pc"));
        assertTrue(cpu.flag("masked"));
        assertArrayEquals(new long[] {1, -2, Long.MIN_VALUE}, cpu.words("x", 3));
        assertArrayEquals(new byte[] {1, 2, 3}, cpu.bytes("page"));
        assertEquals("apf", read.reader().text("name"));
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] bytes = sample().toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertEquals(ErrorId.INVALID_STATE, refusal(cut), "cut to " + length);
        }
    }

    @Test
    void everyFlippedBitIsRefused() {
        byte[] bytes = sample().toBytes();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(ErrorId.INVALID_STATE, refusal(flipped), "bit " + bit);
        }
    }

    @Test
    void damageWithACorrectChecksumIsRefusedToo() {
        byte[] bytes = sample().toBytes();
        for (int at = 0; at < bytes.length - 4; at++) {
            for (int value : new int[] {0, 1, 0x7F, 0x80, 0xFF}) {
                byte[] changed = bytes.clone();
                changed[at] = (byte) value;
                CRC32 crc = new CRC32();
                crc.update(changed, 0, changed.length - 4);
                ByteBuffer.wrap(changed).putInt(changed.length - 4, (int) crc.getValue());
                try {
                    SavedState.fromBytes(changed);
                } catch (HypervisorException refused) {
                    assertEquals(ErrorId.INVALID_STATE, refused.id());
                }
            }
        }
    }

    @Test
    void theMessageNamesTheFormat() {
        byte[] bytes = sample().toBytes();
        bytes[7] = 9;
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());

        HypervisorException refused = assertThrows(HypervisorException.class, () -> SavedState.fromBytes(bytes));

        assertTrue(refused.getMessage().contains("format 9"), refused.getMessage());
    }

    @Test
    void unknownContentIsRefused() {
        StateReader reader = sample().reader();
        reader.text("name");
        HypervisorException refused = assertThrows(HypervisorException.class, reader::finish);
        assertTrue(refused.getMessage().contains("cpu/0/masked"), refused.getMessage());
        StateReader cpu = reader.section("cpu").section("0");
        cpu.flag("masked");
        cpu.word("pc");
        cpu.words("x");
        cpu.bytes("page");
        reader.finish();
    }

    @Test
    void missingMistypedAndOutOfRangeValuesAreRefusedByPath() {
        StateReader cpu = sample().reader().section("cpu").section("0");
        assertRefused("cpu/0/lr is missing", () -> cpu.word("lr"));
        assertRefused("cpu/0/pc is of type Word instead of Text", () -> cpu.text("pc"));
        assertRefused("cpu/0/pc is 1073741824, outside 0 to 5", () -> cpu.integer("pc", 0, 5));
        assertRefused("outside 1073741825", () -> cpu.word("pc", 0x4000_0001L, Long.MAX_VALUE));
        assertRefused("cpu/0/x has 3 words instead of 31", () -> cpu.words("x", 31));
    }

    @Test
    void presenceCoversValuesAndSections() {
        StateReader root = sample().reader();
        assertTrue(root.has("name"));
        assertTrue(root.has("cpu"));
        assertTrue(root.section("cpu").has("0"));
        assertFalse(root.has("cp"));
        assertFalse(root.has("zzz"));
    }

    @Test
    void aValueIsWrittenOnceUnderAPlainName() {
        StateWriter writer = new StateWriter();
        writer.word("a", 1);
        assertThrows(HypervisorException.class, () -> writer.word("a", 2));
        assertThrows(IllegalArgumentException.class, () -> writer.word("a/b", 2));
        assertThrows(IllegalArgumentException.class, () -> writer.word("", 2));
        assertThrows(IllegalArgumentException.class, () -> new SavedState("kvm", 0, writer.values()));
    }

    @Test
    void absentElementsAreNeitherSavedNorExpected() {
        Counter present = new Counter(true);
        Counter absent = new Counter(false);
        present.value = 7;
        StateWriter writer = new StateWriter();
        writer.element(present);
        writer.element(absent);
        assertEquals(1, writer.values().size());

        present.value = 0;
        StateReader reader = new StateReader(writer.values());
        reader.element(present);
        reader.element(absent);
        reader.finish();
        assertEquals(7, present.value);
        assertTrue(present.isComparable());
    }

    @Test
    void arraysInValuesAreCopiesAndComparedByContent() {
        byte[] bytes = {1, 2};
        StateValue.Bytes value = new StateValue.Bytes(bytes);
        bytes[0] = 9;
        value.value()[1] = 9;
        assertEquals(new StateValue.Bytes(new byte[] {1, 2}), value);
        assertEquals(new StateValue.Bytes(new byte[] {1, 2}).hashCode(), value.hashCode());
        assertNotEquals(value, new StateValue.Word(1));
        assertEquals("Bytes[2]0102", value.toString());
        assertEquals("Bytes[17]00000000000000000000000000000000…", new StateValue.Bytes(new byte[17]).toString());

        StateValue.Words words = new StateValue.Words(new long[] {3});
        assertEquals(new StateValue.Words(new long[] {3}), words);
        assertEquals(new StateValue.Words(new long[] {3}).hashCode(), words.hashCode());
        assertNotEquals(words, value);
        assertEquals("Words[1][3]", words.toString());
    }

    private static ErrorId refusal(byte[] bytes) {
        return assertThrows(HypervisorException.class, () -> SavedState.fromBytes(bytes))
                .id();
    }

    private static void assertRefused(String words, org.junit.jupiter.api.function.Executable read) {
        HypervisorException refused = assertThrows(HypervisorException.class, read);
        assertEquals(ErrorId.INVALID_STATE, refused.id());
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    private static final class Counter implements StateElement {
        private final boolean present;
        private long value;

        Counter(boolean present) {
            this.present = present;
        }

        @Override
        public String stateName() {
            return "counter";
        }

        @Override
        public boolean isPresent() {
            return present;
        }

        @Override
        public void reset() {
            value = 0;
        }

        @Override
        public void save(StateWriter writer) {
            writer.word("value", value);
        }

        @Override
        public void restore(StateReader reader) {
            value = reader.word("value");
        }
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MemoryErrorRecordTest {
    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void theBlockSaysOneUncorrectableRecoverableErrorOfMemoryAtTheAddress() {
        ByteBuffer block = little(new MemoryErrorRecord(0x4999_D123L).statusBlock());
        assertEquals(172, block.capacity());
        assertEquals(0x11, block.getInt(0), "uncorrectable, one entry");
        assertEquals(0, block.getInt(8), "no raw data");
        assertEquals(152, block.getInt(12));
        assertEquals(0, block.getInt(16), "recoverable");
        byte[] section = new byte[16];
        block.get(20, section);
        assertEquals("1411bca5646fde4eb8633e83ed7c83b1", HexFormat.of().formatHex(section));
        assertEquals(0, block.getInt(36));
        assertEquals(0x300, block.getShort(40));
        assertEquals(80, block.getInt(44));
        assertEquals(0x4006, block.getLong(92), "address, mask and type are valid");
        assertEquals(0x4999_D123L, block.getLong(108));
        assertEquals(-4096, block.getLong(116));
        assertEquals(3, block.get(164), "multi-bit");
    }

    @Test
    void anErrorSourceBeginsWithNothingToRead() {
        GenericErrorSource source = new GenericErrorSource(1, 0x5000_0000L);
        ByteBuffer initial = little(source.initial());
        assertEquals(source.statusBlock(), initial.getLong((int) (source.statusAddress() - source.base())));
        assertEquals(1, initial.getLong((int) (source.readAck() - source.base())));
        assertEquals(0x5000_1000L, source.statusBlock());
    }

    @Test
    void anErrorSourceNeedsAnEventAndAPage() {
        assertThrows(IllegalArgumentException.class, () -> new GenericErrorSource(0, 0x5000_0000L));
        assertThrows(IllegalArgumentException.class, () -> new GenericErrorSource(1, 0x5000_0010L));
        assertThrows(IllegalArgumentException.class, () -> new GenericErrorSource(1, -4096));
    }

    @Test
    void aFieldIsInsideItsStructureAndHoldsItsValue() {
        assertThrows(IllegalArgumentException.class, () -> new Field(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Field(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Field(0, 9));
        Structure structure = new Structure(4);
        assertEquals(
                "0x100 does not fit into 1 bytes",
                assertThrows(IllegalArgumentException.class, () -> structure.set(new Field(0, 1), 0x100))
                        .getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> structure.set(new Field(1, 4), 1));
        assertArrayEquals(
                new byte[] {0, 2, 1, 0},
                new Structure(4).set(new Field(1, 2), 0x102).bytes());
    }
}

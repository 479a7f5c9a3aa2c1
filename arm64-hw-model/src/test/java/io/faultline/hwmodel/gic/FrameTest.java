/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Affinity;
import io.faultline.hwmodel.memory.MmioDevice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The memory-mapped registers. */
class FrameTest {
    private static final int SGI = 0x10000;

    private final InterruptController gic =
            new InterruptController(List.of(Affinity.ofIndex(0), new Affinity(0x05_0003_0201L)));
    private final MmioDevice distributor = gic.distributorFrame();
    private final MmioDevice frame = gic.redistributorFrame(0);

    private long word(MmioDevice device, long offset) {
        return device.read(offset, AccessWidth.WORD);
    }

    @Test
    void theDistributorSaysWhatThereIs() {
        assertEquals(0x10000, distributor.size());
        assertEquals(0x50, word(distributor, 0));
        assertEquals(7, word(distributor, 4) & 0x1F, "INTIDs up to 255");
        assertEquals(0x43B, word(distributor, 8));
        assertEquals(0, word(distributor, 0xC));
        assertEquals(0x3B, word(distributor, 0xFFE8));
        assertEquals(0, distributor.read(0, AccessWidth.BYTE));
    }

    @Test
    void groupsAreEnabledInTheDistributor() {
        distributor.write(0, AccessWidth.WORD, 0xFFFF_FFFFL);
        assertEquals(0x53, word(distributor, 0));
        distributor.write(0, AccessWidth.BYTE, 0);
        distributor.write(4, AccessWidth.WORD, 0);
        assertEquals(0x53, word(distributor, 0));
        gic.reset();
        assertEquals(0x50, word(distributor, 0));
    }

    @Test
    void aRedistributorSaysWhoseItIs() {
        assertEquals(0x20000, frame.size());
        assertEquals(0x0000_0000_0000_0000L, frame.read(8, AccessWidth.DOUBLEWORD));
        MmioDevice last = gic.redistributorFrame(1);
        assertEquals(0x0503_0201_0000_0110L, last.read(8, AccessWidth.DOUBLEWORD));
        assertEquals(0x110, word(last, 8));
        assertEquals(0x0503_0201L, word(last, 12));
        assertEquals(0x43B, word(frame, 4));
        assertEquals(0x3B, word(frame, 0xFFE8));
        assertEquals(0x3B, word(frame, SGI + 0xFFE8));
        assertEquals(0, frame.read(16, AccessWidth.DOUBLEWORD));
        assertEquals(0, frame.read(8, AccessWidth.HALFWORD));
    }

    @Test
    void aRedistributorIsWoken() {
        assertEquals(6, word(frame, 0x14));
        frame.write(0x14, AccessWidth.WORD, 4);
        assertEquals(0, word(frame, 0x14));
        frame.write(0x14, AccessWidth.WORD, 2);
        assertEquals(6, word(frame, 0x14));
    }

    @Test
    void setAndClearRegistersShareTheirBits() {
        for (int set : new int[] {0x100, 0x200, 0x300}) {
            frame.write(SGI + set, AccessWidth.WORD, 0x00F0_0000L);
            frame.write(SGI + set + 0x80, AccessWidth.WORD, 0x0010_0000L);
            assertEquals(0x00E0_0000L, word(frame, SGI + set));
            assertEquals(0x00E0_0000L, word(frame, SGI + set + 0x80));
        }
    }

    @Test
    void groupsAreReadBack() {
        assertEquals(0, word(frame, SGI + 0x80), "everything is group 0 at reset");
        frame.write(SGI + 0x80, AccessWidth.WORD, 0x1234_5678L);
        assertEquals(0x1234_5678L, word(frame, SGI + 0x80));
    }

    @Test
    void prioritiesHaveFiveBitsAndByteAccess() {
        frame.write(SGI + 0x404, AccessWidth.WORD, 0xFFC0_A00FL);
        assertEquals(0xF8C0_A008L, word(frame, SGI + 0x404));
        assertEquals(0xC0, frame.read(SGI + 0x406, AccessWidth.BYTE));
        frame.write(SGI + 0x41F, AccessWidth.BYTE, 0x47);
        assertEquals(0x40, gic.redistributor(0).priority(31));
        assertEquals(0, word(frame, SGI + 0x402), "unaligned");
        assertEquals(0, frame.read(SGI + 0x404, AccessWidth.HALFWORD));
        assertEquals(0, frame.read(SGI + 0x420, AccessWidth.BYTE));
    }

    @Test
    void onlyPpisCanBeConfigured() {
        assertEquals(0xAAAA_AAAAL, word(frame, SGI + 0xC00));
        assertEquals(0, word(frame, SGI + 0xC04));
        frame.write(SGI + 0xC00, AccessWidth.WORD, 0);
        frame.write(SGI + 0xC04, AccessWidth.WORD, 0x8000_000BL);
        assertEquals(0xAAAA_AAAAL, word(frame, SGI + 0xC00));
        assertEquals(0x8000_000AL, word(frame, SGI + 0xC04));
        assertTrue(gic.redistributor(0).isEdgeTriggered(17));
        assertTrue(gic.redistributor(0).isEdgeTriggered(31));
    }

    @Test
    void whatDoesNotExistReadsAsZeroAndIgnoresWrites() {
        for (long offset = 0; offset < frame.size(); offset += 0x1C4) {
            frame.write(offset | 1, AccessWidth.HALFWORD, -1);
            frame.read(offset | 1, AccessWidth.DOUBLEWORD);
        }
        frame.write(SGI + 0xD00, AccessWidth.WORD, -1);
        assertEquals(0, word(frame, SGI + 0xD00));
        assertEquals(0, word(frame, SGI + 0xE00));
        assertEquals(0, word(frame, 0));
    }
}

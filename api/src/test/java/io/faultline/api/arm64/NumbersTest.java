/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void interruptNumbersFallIntoThreeKinds() {
        assertTrue(new InterruptId(15).isSgi());
        assertTrue(new InterruptId(16).isPpi());
        assertTrue(new InterruptId(31).isPpi());
        assertTrue(new InterruptId(32).isSpi());
        assertFalse(new InterruptId(32).isPpi());
        assertFalse(new InterruptId(16).isSgi());
        assertEquals("SGI 0", new InterruptId(0).toString());
        assertEquals("PPI 23", InterruptId.ppi(23).toString());
        assertEquals("SPI 1019", new InterruptId(1019).toString());
    }

    @Test
    void interruptNumbersOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new InterruptId(-1));
        assertThrows(IllegalArgumentException.class, () -> new InterruptId(1020));
        assertThrows(IllegalArgumentException.class, () -> InterruptId.ppi(15));
        assertThrows(IllegalArgumentException.class, () -> InterruptId.ppi(32));
    }

    @Test
    void affinitiesFollowTheIndex() {
        assertEquals(0, Affinity.ofIndex(0).mpidr());
        assertEquals(15, Affinity.ofIndex(15).mpidr());
        assertEquals(0x100, Affinity.ofIndex(16).mpidr());
        assertEquals(0x1_0000, Affinity.ofIndex(4096).mpidr());
        assertEquals("0.1.0.0", Affinity.ofIndex(4096).toString());
        assertThrows(IllegalArgumentException.class, () -> Affinity.ofIndex(-1));
        assertThrows(IllegalArgumentException.class, () -> Affinity.ofIndex(1 << 20));
    }

    @Test
    void onlyAffinityFieldsMakeAnAffinity() {
        assertTrue(Affinity.isWellFormed(0xFF_00FF_FFFFL));
        assertFalse(Affinity.isWellFormed(1L << 31));
        assertThrows(IllegalArgumentException.class, () -> new Affinity(1L << 24));
    }

    @Test
    void widthsArePowersOfTwo() {
        assertEquals(AccessWidth.BYTE, AccessWidth.ofLog2(0));
        assertEquals(8, AccessWidth.ofLog2(3).bytes());
        assertEquals(2, AccessWidth.WORD.log2());
        assertThrows(IllegalArgumentException.class, () -> AccessWidth.ofLog2(4));
        assertThrows(IllegalArgumentException.class, () -> AccessWidth.ofLog2(-1));
    }

    @Test
    void pagesAreFourKibibytes() {
        assertEquals(0x4000_1000L, PageSize.pageOf(0x4000_1FFFL));
        assertTrue(PageSize.isAligned(0x1000));
        assertFalse(PageSize.isAligned(0x1001));
    }

    @Test
    void callIdentifiersAreComposedAsTheConventionSays() {
        assertEquals(0x8600_0002, Smccc.fast32(6, 2));
        assertEquals(0xC400_0020, Smccc.fast64(4, 0x20));
        assertEquals("0xC4000020", new SmcccFunctionId(0xC400_0020).toString());
        assertEquals(4, Smccc.owner(0xC400_0020));
        assertTrue(Smccc.isSmc64(0xC400_0020));
        assertFalse(Smccc.isSmc64(0x8400_0000));
    }
}

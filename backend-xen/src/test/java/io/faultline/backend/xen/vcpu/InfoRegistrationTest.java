/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.core.frame.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the vcpu_info of a vCPU is, and how it gets somewhere else (XEN-031 to XEN-041). */
class InfoRegistrationTest {
    private static final long EFAULT = -14;
    private static final long EINVAL = -22;
    private static final long EBUSY = -16;
    private static final long ENXIO = -6;
    private static final long ENOENT = -2;
    private static final long NOWHERE = 0x1000_0000L;

    private final VcpuRig rig = new VcpuRig(3);

    @Test
    void theFirstVcpuTakesItsOldContentAlong() {
        for (int i = 0; i < 48; i++) {
            rig.byteAt(VcpuRig.SHARED_INFO + i, i == 0 ? 0 : 0x80 + i);
        }
        rig.byteAt(VcpuRig.INFO + 0x40 + 47, 1);
        rig.byteAt(VcpuRig.INFO + 0x40 + 48, 0x77);
        assertEquals(0, rig.register(0, VcpuRig.INFO, 0x40));
        assertEquals(1, rig.byteAt(VcpuRig.INFO + 0x40));
        for (int i = 1; i < 48; i++) {
            int expected = i >= 8 && i < 16 ? 0xFF : 0x80 + i;
            assertEquals(expected, rig.byteAt(VcpuRig.INFO + 0x40 + i), "byte " + i);
        }
        assertEquals(0x77, rig.byteAt(VcpuRig.INFO + 0x40 + 48));
        assertTrue(rig.isPending(0));
        assertEquals(0, rig.byteAt(VcpuRig.SHARED_INFO), "the old place is as it was");
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void theInterruptBecomesPendingInEveryStyle(UpcallStyle style) {
        VcpuRig other = new VcpuRig(1, style);
        assertFalse(other.isPending(0));
        assertEquals(0, other.register(0, VcpuRig.INFO, 0));
        assertTrue(other.isPending(0));
    }

    @Test
    void anotherVcpuStartsWithZeros() {
        for (int i = 0; i < 48; i++) {
            rig.byteAt(VcpuRig.INFO + 4048 + i, 0xA5);
        }
        assertEquals(0, rig.register(2, VcpuRig.INFO, 4048));
        assertEquals(1, rig.wordAt(VcpuRig.INFO + 4048));
        assertEquals(-1, rig.wordAt(VcpuRig.INFO + 4048 + 8));
        for (int i = 16; i < 48; i += 8) {
            assertEquals(0, rig.wordAt(VcpuRig.INFO + 4048 + i));
        }
        assertTrue(rig.isPending(2), "though it is off");
        assertFalse(rig.isPending(0) || rig.isPending(1));
    }

    @Test
    void xen417ChecksTheOffsetFirstAndHasAnotherAnswerToASecondRegistration() {
        VcpuRig old = new VcpuRig(
                3, new VcpuPolicy(UpcallStyle.LEVEL, MisplacedInfo.ENXIO, RegistrationChecks.OLDER, VcpuRig.PPI, 8));
        for (int offset : new int[] {4, 4056, 4096, 8192, -8, Integer.MIN_VALUE}) {
            assertEquals(ENXIO, old.register(0, VcpuRig.INFO, offset), "offset " + offset);
        }
        assertEquals(EINVAL, old.register(0, NOWHERE, 0));
        assertEquals(0, old.register(0, VcpuRig.INFO, 0x40));
        assertEquals(EINVAL, old.register(0, VcpuRig.DATA, 0));
        assertEquals(ENXIO, old.register(0, VcpuRig.DATA, 4096));
        assertEquals(0, old.register(2, VcpuRig.INFO, 0x80), "a vCPU that is off");
        assertEquals(0, old.wordAt(VcpuRig.DATA));
        assertEquals(VcpuRig.INFO, old.upcalls().infoFrame(0).physical());
    }

    @Test
    void aSecondRegistrationChangesNothing() {
        rig.register(0, VcpuRig.INFO, 0);
        assertEquals(EBUSY, rig.register(0, VcpuRig.DATA, 0));
        assertEquals(0, rig.wordAt(VcpuRig.DATA));
        assertEquals(VcpuRig.INFO, rig.upcalls().infoFrame(0).physical());
    }

    @ParameterizedTest
    @CsvSource({
        "4056, -6",
        "4049, -6",
        "4095, -6",
        "1, -6",
        "7, -6",
        "4, -6",
        "4044, -6",
        "4096, -22",
        "4097, -22",
        "0xFFFFFFFF, -22",
        "4048, 0",
        "0, 0",
    })
    void theOffsetIsChecked(String offset, long expected) {
        assertEquals(expected, rig.register(1, VcpuRig.INFO, Long.decode(offset)));
        assertEquals(
                expected == 0 ? VcpuRig.INFO : VcpuRig.UNREAD,
                rig.upcalls().infoFrame(1).physical());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4052})
    void aMisplacedOneCanBeAnsweredAsItWasLongAgo(long offset) {
        VcpuRig old = new VcpuRig(
                1, new VcpuPolicy(UpcallStyle.LEVEL, MisplacedInfo.EINVAL, RegistrationChecks.PRESENT, VcpuRig.PPI, 8));
        assertEquals(EINVAL, old.register(0, VcpuRig.INFO, offset));
    }

    @ParameterizedTest
    @ValueSource(longs = {NOWHERE, VcpuRig.READ_ONLY, 0x0800_0000L, 1L << 63})
    void aFrameThatIsNotWritableRamLeavesThingsAsTheyAre(long page) {
        assertEquals(EINVAL, rig.register(0, page, 0));
        rig.upcalls().markPending(0);
        assertEquals(1, rig.byteAt(VcpuRig.SHARED_INFO));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1L << 52, 1L << 63, 0xFFF0_0000_0004_0020L})
    void aFrameNumberThatIsNotOneIsRefused(long gfn) {
        rig.wordAt(VcpuRig.STRUCT, gfn);
        rig.wordAt(VcpuRig.STRUCT + 8, 0);
        assertEquals(EINVAL, rig.call(0, TestPersonality.VCPU_OP, VcpuRig.REGISTER_INFO, 1, VcpuRig.STRUCT));
    }

    @Test
    void checksComeInTheOrderOfXen() {
        // No such vCPU, whatever else is wrong.
        for (int command : new int[] {VcpuRig.REGISTER_INFO, VcpuRig.REGISTER_RUNSTATE, 14, -1}) {
            assertEquals(ENOENT, rig.call(0, TestPersonality.VCPU_OP, command, 3, NOWHERE));
            assertEquals(ENOENT, rig.call(0, TestPersonality.VCPU_OP, command, 0xFFFF_FFFFL, NOWHERE));
        }
        for (int command : new int[] {0, 1, 4, 6, 9, 11, 14, -1}) {
            assertEquals(EINVAL, rig.call(0, TestPersonality.VCPU_OP, command, 0, NOWHERE));
        }
        assertEquals(EFAULT, rig.call(0, TestPersonality.VCPU_OP, VcpuRig.REGISTER_INFO, 0, NOWHERE));
        // Registered already comes after a wild offset and before a misplaced one and a bad frame.
        rig.register(0, VcpuRig.INFO, 0);
        assertEquals(EINVAL, rig.register(0, NOWHERE, 4096));
        assertEquals(EBUSY, rig.register(0, NOWHERE, 4));
        // A misplaced one comes before a bad frame.
        assertEquals(ENXIO, rig.register(1, NOWHERE, 4));
    }

    @Test
    void onlyTheLowHalfOfCommandAndVcpuCounts() {
        rig.wordAt(VcpuRig.STRUCT, VcpuRig.INFO >>> 12);
        rig.wordAt(VcpuRig.STRUCT + 8, 0x1234_5678_0000_0010L);
        assertEquals(0, rig.call(0, TestPersonality.VCPU_OP, 0x1_0000_000AL, 0x7_0000_0001L, VcpuRig.STRUCT));
        assertEquals(0x10, rig.upcalls().infoOffset(1));
    }

    @Test
    void eventsGoToTheNewPlaceOnly() {
        rig.upcalls().markPending(0);
        assertEquals(1, rig.byteAt(VcpuRig.SHARED_INFO));
        assertSame(0, rig.upcalls().infoOffset(0));
        rig.register(0, VcpuRig.INFO, 8);
        rig.byteAt(VcpuRig.SHARED_INFO, 0);
        rig.byteAt(VcpuRig.INFO + 8, 0);
        assertFalse(rig.isPending(0));
        rig.upcalls().markPending(0);
        assertEquals(0, rig.byteAt(VcpuRig.SHARED_INFO));
        assertEquals(1, rig.byteAt(VcpuRig.INFO + 8));
        rig.byteAt(VcpuRig.INFO + 8, 0);
        rig.byteAt(VcpuRig.SHARED_INFO, 1);
        assertFalse(rig.isPending(0), "the old byte drives nothing any more");
    }

    @Test
    void anUpcallThatWasPendingBeforeRemainsSo() {
        rig.upcalls().markPending(0);
        rig.register(0, VcpuRig.INFO, 8);
        assertEquals(1, rig.byteAt(VcpuRig.INFO + 8));
        assertTrue(rig.isPending(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0xFF})
    void theByteThatIsAMaskElsewhereIsNeitherReadNorWritten(int value) {
        rig.register(0, VcpuRig.INFO, 0);
        rig.wordAt(VcpuRig.INFO, 0x1122_3344_5566_0000L | (long) value << 8);
        rig.upcalls().markPending(0);
        assertEquals(0x1122_3344_5566_0001L | (long) value << 8, rig.wordAt(VcpuRig.INFO));
        assertTrue(rig.isPending(0));
    }

    @Test
    void theSharedPageItselfCanBeRegisteredAnywhere() {
        rig.wordAt(VcpuRig.SHARED_INFO + 16, 0x1111);
        rig.wordAt(VcpuRig.SHARED_INFO + 24, 0x2222);
        assertEquals(0, rig.register(0, VcpuRig.SHARED_INFO, 8));
        assertEquals(0x1111, rig.wordAt(VcpuRig.SHARED_INFO + 8 + 16));
        assertEquals(0x2222, rig.wordAt(VcpuRig.SHARED_INFO + 8 + 24));
        assertEquals(1, rig.wordAt(VcpuRig.SHARED_INFO + 8) & 0xFF);
    }

    @Test
    void twoVcpusWithTheSamePlaceBothHearOfIt() {
        rig.register(0, VcpuRig.INFO, 0);
        rig.register(1, VcpuRig.INFO, 0);
        rig.byteAt(VcpuRig.INFO, 0);
        assertFalse(rig.isPending(0) || rig.isPending(1));
        rig.upcalls().markPending(1);
        assertTrue(rig.isPending(0) && rig.isPending(1));
    }

    @Test
    void aVcpuWithoutARegisteredOneIsToldWhereNobodyReads() {
        Frame frame = rig.upcalls().infoFrame(1);
        assertEquals(VcpuRig.UNREAD, frame.physical());
        rig.upcalls().markPending(1);
        rig.upcalls().markPending(2);
        assertFalse(rig.isPending(1) || rig.isPending(2));
        VcpuRig edge = new VcpuRig(2, UpcallStyle.EDGE);
        edge.turnOn(1, VcpuRig.CODE);
        edge.upcalls().markPending(1);
        assertTrue(edge.isPending(1), "the default vGIC does not care");
        VcpuRig resampled = new VcpuRig(2, UpcallStyle.RESAMPLED);
        resampled.upcalls().markPending(1);
        assertFalse(resampled.isPending(1));
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void aResetOfTheVcpuForgetsTheRegistration(UpcallStyle style) {
        VcpuRig other = new VcpuRig(2, style);
        other.register(1, VcpuRig.INFO, 0);
        other.register(0, VcpuRig.DATA, 0);
        other.vcpu(1).reset();
        other.vcpu(0).reset();
        assertFalse(other.isPending(1));
        assertEquals(VcpuRig.UNREAD, other.upcalls().infoFrame(1).physical());
        assertEquals(VcpuRig.SHARED_INFO, other.upcalls().infoFrame(0).physical());
        assertEquals(0, other.register(1, VcpuRig.INFO, 8));
    }

    @Test
    void aResetOfTheMachineForgetsAllOfThem() {
        rig.register(1, VcpuRig.INFO, 0);
        rig.register(0, VcpuRig.DATA, 0);
        rig.machine.reset();
        assertEquals(0, rig.register(0, VcpuRig.INFO, 0));
        assertEquals(0, rig.register(1, VcpuRig.INFO, 64));
    }
}

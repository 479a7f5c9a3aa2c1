/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.memory.GuestRam;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Accesses to Normal memory: sizes, pages, exclusives and reservations. */
class MemoryAccessTest {
    private static final long RAM = 0x4000_0000L;
    private static final long VIRTUAL = 0x10_0000L;
    private static final long UNMAPPED = VIRTUAL + 0x3000;

    private final Tables tables = Tables.atEl1().at(Tables.EL1);
    private final GuestRam ram = tables.ram;
    private final MemoryAccess memory = tables.memory;

    /** Three pages, the first two in reverse order. */
    @BeforeEach
    void map() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VIRTUAL, RAM + 0x1000, 3, Tables.AF);
        tables.map(Granule.KIB4, root, VIRTUAL + 0x1000, RAM, 3, Tables.AF);
        tables.map(Granule.KIB4, root, VIRTUAL + 0x2000, RAM + 0x2000, 3, Tables.AF);
        tables.enable(Granule.KIB4, root, root);
    }

    private MemoryFault fault(Executable access) {
        return assertThrows(MemoryFault.class, access);
    }

    @Test
    void accessesGoToTheTranslatedPage() {
        memory.store64(VIRTUAL + 8, 5);
        assertEquals(5, ram.load(RAM + 0x1008, AccessWidth.DOUBLEWORD));
        assertEquals(5, memory.load64(VIRTUAL + 8));
    }

    @Test
    void unalignedAccessesWorkWithinAPage() {
        memory.store64(VIRTUAL + 1, 0x1122_3344_5566_7788L);
        memory.store32(VIRTUAL + 0x21, 0xAABB_CCDDL);
        memory.store16(VIRTUAL + 0x31, 0xEEFF);
        assertEquals(0x1122_3344_5566_7788L, memory.load64(VIRTUAL + 1));
        assertEquals(0x3344_5566, memory.load32(VIRTUAL + 3));
        assertEquals(0xAABB_CCDD, memory.load32(VIRTUAL + 0x21));
        assertEquals((short) 0xEEFF, memory.load16(VIRTUAL + 0x31));
        assertEquals((byte) 0xEE, memory.load8(VIRTUAL + 0x32));
    }

    @Test
    void unalignedAccessesCrossPages() {
        memory.store64(VIRTUAL + 0xFFD, 0x1122_3344_5566_7788L);
        assertEquals(0x1122_3344_5566_7788L, memory.load64(VIRTUAL + 0xFFD));
        assertEquals(0x0066_7788L << 8, ram.load(RAM + 0x1FFC, AccessWidth.WORD) & 0xFFFF_FF00L);
        assertEquals(0x11_2233_4455L, ram.load(RAM, AccessWidth.DOUBLEWORD));
        memory.store32(VIRTUAL + 0xFFE, 0xA1A2_A3A4L);
        assertEquals(0xA1A2_A3A4, memory.load32(VIRTUAL + 0xFFE));
        memory.store16(VIRTUAL + 0xFFF, 0xB1B2);
        assertEquals((short) 0xB1B2, memory.load16(VIRTUAL + 0xFFF));
        memory.storePair64(VIRTUAL + 0xFFC, 1, 2);
        assertEquals(1, memory.load64(VIRTUAL + 0xFFC));
        assertEquals(2, memory.load64(VIRTUAL + 0x1004));
    }

    @Test
    void anAccessThatCrossesIntoAFaultHasNoEffect() {
        assertEquals(UNMAPPED, fault(() -> memory.store64(UNMAPPED - 4, -1)).address());
        assertEquals(
                UNMAPPED, fault(() -> memory.storePair32(UNMAPPED - 6, -1, -1)).address());
        assertEquals(UNMAPPED, fault(() -> memory.load64(UNMAPPED - 1)).address());
        assertEquals(0, memory.load32(UNMAPPED - 4));
        MemoryFault fault = fault(() -> memory.load8(UNMAPPED));
        assertEquals(MemoryFault.Origin.STAGE1, fault.origin());
        assertEquals(FaultStatus.TRANSLATION + 3, fault.status());
        assertEquals(AccessKind.READ, fault.access());
    }

    @Test
    void faultsOfTheHostSayBothAddresses() {
        ram.makeAbsent(RAM + 0x1000);
        MemoryFault fault = fault(() -> memory.store8(VIRTUAL + 0x123, 0));
        assertEquals(MemoryFault.Origin.HOST, fault.origin());
        assertEquals(VIRTUAL + 0x123, fault.address());
        assertEquals(RAM + 0x1123, fault.ipa());
    }

    @Test
    void aPageThatGoesIsForgottenWhateverItWasUsedFor() {
        memory.load8(VIRTUAL);
        memory.store8(VIRTUAL, 1);
        ram.makeAbsent(RAM + 0x1000);
        assertEquals(RAM + 0x1000, fault(() -> memory.load8(VIRTUAL)).ipa());
        assertEquals(RAM + 0x1000, fault(() -> memory.store8(VIRTUAL, 1)).ipa());

        ram.makeResident(RAM + 0x1000, new byte[4096]);
        memory.store8(VIRTUAL, 3);
        assertEquals(3, ram.load(RAM + 0x1000, AccessWidth.BYTE));
    }

    @Test
    void aTableThatGoesIsMissedAtTheNextAccess() {
        memory.load8(VIRTUAL);
        ram.makeAbsent(tables.registers[SystemRegister.TTBR0_EL1.ordinal()] & -4096L);
        assertEquals(MemoryFault.Origin.HOST, fault(() -> memory.load8(VIRTUAL)).origin());
    }

    @Test
    void fetchesAreTranslated() {
        assertEquals(RAM + 0x1000, memory.fetch(VIRTUAL + 4).address());
        assertEquals(AccessKind.EXECUTE, fault(() -> memory.fetch(UNMAPPED)).access());
    }

    @Test
    void aBlockOfNormalMemoryIsZeroed() {
        for (int i = 0; i < 256; i += 8) {
            memory.store64(VIRTUAL + i, -1);
        }
        memory.zeroBlock(VIRTUAL + 0x7F);
        assertEquals(-1, memory.load64(VIRTUAL + 0x38));
        assertEquals(0, memory.load64(VIRTUAL + 0x40));
        assertEquals(0, memory.load64(VIRTUAL + 0x78));
        assertEquals(-1, memory.load64(VIRTUAL + 0x80));
    }

    @Test
    void exclusivesAreAlignedAndMarkPhysicalMemory() {
        assertEquals(
                FaultStatus.ALIGNMENT, fault(() -> memory.mark(VIRTUAL + 4, 8)).status());
        assertEquals(
                FaultStatus.ALIGNMENT,
                fault(() -> memory.passesMonitor(VIRTUAL + 8, 16)).status());
        memory.mark(VIRTUAL + 8, 8);
        assertTrue(memory.monitor().covers(RAM + 0x1008));
        assertTrue(memory.passesMonitor(VIRTUAL + 8, 8));
        assertFalse(memory.passesMonitor(VIRTUAL + 8, 8));
    }

    @Test
    void foreignReservationsAreSeenByEveryStore() {
        MemoryAccess other = new MemoryAccess(ram, tables.host, tables.registers, 1, TlbMode.NORMAL);
        other.context(Tables.EL1.spsr());
        memory.store64(VIRTUAL, 1);
        other.mark(VIRTUAL, 8);
        memory.beforeRun();
        memory.store64(VIRTUAL + 0x80, 2);
        assertTrue(other.monitor().isOpen());
        memory.store64(VIRTUAL, 3);
        assertFalse(other.monitor().isOpen());
        memory.beforeRun();
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.SystemRegister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is remembered, how long, and what makes it forgotten. */
class TlbTest {
    private static final long VA = 0x4020_0000L;
    private static final long A = Tables.RAM + 0x20_0000;
    private static final long B = Tables.RAM + 0x40_0000;
    private static final long ASID_1 = 1L << 48;
    private static final long ASID_2 = 2L << 48;
    private static final long PAGE = -0x1000L;

    private Tables tables = Tables.atEl1();
    private long root;
    private long slot;

    private void prepare(TlbMode mode, Granule granule, int level, long attributes) {
        tables = new Tables(1, mode).at(Tables.EL1);
        tables.store(A, 1);
        tables.store(B, 2);
        root = tables.table(granule, 1);
        slot = tables.map(granule, root, VA, A, level, Tables.AF | attributes);
        tables.enable(granule, root | ASID_1, root);
    }

    private void point(long target) {
        tables.store(slot, tables.load(slot) & ~0x0000_FFFF_FFFF_F000L | target);
    }

    private long value() {
        return tables.memory.load64(VA);
    }

    @ParameterizedTest
    @EnumSource
    void aChangedDescriptorIsSeenAfterInvalidation(TlbMode mode) {
        prepare(mode, Granule.KIB4, 3, 0);
        assertEquals(1, value());
        point(B);
        assertEquals(1, value());
        assertEquals(PAGE, tables.memory.invalidateAddress(false, VA + 8, 1));
        assertEquals(2, value());
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfInvalidationWorks(TlbMode mode) {
        prepare(mode, Granule.KIB4, 3, Tables.NOT_GLOBAL);
        assertEquals(1, value());
        point(B);
        tables.memory.invalidateAsid(false, 1);
        assertEquals(2, value());
        point(A);
        tables.memory.invalidateAll(false);
        assertEquals(1, value());
        point(B);
        tables.memory.invalidateGuests();
        assertEquals(2, value());
        point(A);
        tables.memory.invalidateAddress(false, VA, MemoryAccess.ANY_ASID);
        assertEquals(1, value());
    }

    @Test
    void retainedTranslationsOutliveChangesOfContext() {
        prepare(TlbMode.RETENTIVE, Granule.KIB4, 3, Tables.NOT_GLOBAL);
        assertEquals(1, value());
        point(B);
        tables.write(SystemRegister.TTBR0_EL1, root | ASID_2);
        assertEquals(2, value());
        tables.write(SystemRegister.TTBR0_EL1, root | ASID_1);
        assertEquals(1, value());
        tables.memory.invalidateAsid(false, 2);
        tables.memory.invalidateAddress(false, VA, 2);
        tables.memory.pagesChanged();
        assertEquals(1, value());
        tables.memory.invalidateAsid(false, 1);
        assertEquals(2, value());
    }

    @Test
    void retainedGlobalTranslationsServeEveryAsid() {
        prepare(TlbMode.RETENTIVE, Granule.KIB4, 3, 0);
        assertEquals(1, value());
        point(B);
        tables.write(SystemRegister.TTBR0_EL1, root | ASID_2);
        tables.memory.invalidateAsid(false, 2);
        assertEquals(1, value());
        tables.memory.invalidateAddress(false, VA, 2);
        assertEquals(2, value());
        point(A);
        tables.memory.reset();
        assertEquals(1, value());
    }

    @Test
    void withoutRetentionAnotherAsidIsAnotherTranslation() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 3, Tables.NOT_GLOBAL);
        assertEquals(1, value());
        point(B);
        tables.write(SystemRegister.TTBR0_EL1, root | ASID_2);
        assertEquals(2, value());
    }

    @Test
    void anotherTableInOneHalfLeavesGlobalEntriesOfTheOther() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 3, 0);
        long high = 0xFFFFL << 48 | VA + 0x1000;
        long otherSlot = tables.map(Granule.KIB4, root, VA + 0x1000, A, 3, Tables.AF);
        assertEquals(1, tables.memory.load64(high));
        assertEquals(1, value());
        tables.store(otherSlot, 0);
        long other = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, other, VA, B, 3, Tables.AF);
        tables.map(Granule.KIB4, other, VA + 0x1000, B, 3, Tables.AF);
        tables.write(SystemRegister.TTBR0_EL1, other | ASID_1);
        assertEquals(2, value());
        assertEquals(1, tables.memory.load64(high));
        tables.write(SystemRegister.TTBR1_EL1, other);
        assertEquals(2, tables.memory.load64(high));
    }

    @ParameterizedTest
    @EnumSource
    void oneAddressInvalidatesItsWholeBlock(TlbMode mode) {
        prepare(mode, Granule.KIB4, 2, 0);
        tables.store(A + 0x5000, 1);
        tables.store(B + 0x5000, 2);
        assertEquals(1, tables.memory.load64(VA + 0x5000));
        tables.memory.store64(VA + 0x1F_F000, 7);
        point(B);
        assertEquals(-0x20_0000L, tables.memory.invalidateAddress(false, VA + 0x10_0000, 1));
        assertEquals(2, tables.memory.load64(VA + 0x5000));
        assertEquals(0, tables.memory.load64(VA + 0x1F_F000));
        tables.memory.store64(VA + 0x1F_F000, 8);
        assertEquals(8, tables.load(B + 0x1F_F000));
    }

    @ParameterizedTest
    @EnumSource
    void oneAddressInvalidatesItsWholeLargePage(TlbMode mode) {
        prepare(mode, Granule.KIB64, 3, 0);
        tables.store(A + 0x5000, 1);
        tables.store(B + 0x5000, 2);
        assertEquals(1, tables.memory.load64(VA + 0x5000));
        point(B);
        assertEquals(-0x1_0000L, tables.memory.invalidateAddress(false, VA + 0xF000, 1));
        assertEquals(2, tables.memory.load64(VA + 0x5000));
    }

    @Test
    void fetchesFromBlocksCountToo() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 2, 0);
        assertEquals(A + 0x3000, tables.memory.fetch(VA + 0x3000).address());
        assertEquals(-0x20_0000L, tables.memory.invalidateAddress(false, VA, 1));
        assertEquals(PAGE, tables.memory.invalidateAddress(false, VA + 0x4000_0000L, 1));
    }

    @Test
    void taggedAddressesAreInvalidatedWithTheOthers() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 3, 0);
        tables.write(SystemRegister.TCR_EL1, Tables.tcr(Granule.KIB4, 16) | 1L << 37);
        long tagged = 0x42L << 56 | VA;
        assertEquals(1, tables.memory.load64(tagged));
        tables.memory.store64(tagged + 8, 5);
        point(B);
        tables.memory.invalidateAddress(false, VA, 1);
        assertEquals(2, tables.memory.load64(tagged));
        assertEquals(0, tables.memory.load64(tagged + 8));
    }

    @Test
    void aPageThatBecameReadOnlyForTheHostIsNoticed() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 3, 0);
        tables.memory.store64(VA, 3);
        tables.host.permit(A, Stage2.READ);
        tables.memory.pagesChanged();
        assertEquals(3, value());
        MemoryFault fault = assertThrows(MemoryFault.class, () -> tables.memory.store64(VA, 4));
        assertEquals(MemoryFault.Origin.HOST, fault.origin());
        assertEquals(A, fault.ipa());
    }

    // What software above the guest does on its behalf.

    @ParameterizedTest
    @EnumSource
    void softwareAboveFindsPagesAsTheGuestDoes(TlbMode mode) {
        prepare(mode, Granule.KIB4, 3, 0);
        tables.at(Tables.EL0);
        assertSame(tables.ram.page(A), tables.memory.kernelPage(VA + 0xFFF, AccessKind.READ));
        assertSame(tables.ram.page(A), tables.memory.kernelPage(VA + 1, AccessKind.WRITE));
        point(B);
        assertSame(tables.ram.page(A), tables.memory.kernelPage(VA, AccessKind.READ));
        tables.at(Tables.EL1);
        long before = tables.ram.searches();
        assertEquals(1, value(), "the guest has what was found for it");
        tables.memory.kernelPage(VA, AccessKind.READ);
        tables.memory.kernelPage(VA, AccessKind.WRITE);
        assertEquals(before, tables.ram.searches());
        tables.memory.invalidateAddress(false, VA, 1);
        assertSame(tables.ram.page(B), tables.memory.kernelPage(VA, AccessKind.READ));
        assertSame(tables.ram.page(B), tables.memory.kernelPage(VA, AccessKind.WRITE));
    }

    @Test
    void softwareAboveGetsAtWhatPanKeepsFromTheGuest() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 3, Tables.USER);
        tables.at(Tables.EL1_PAN);
        assertThrows(MemoryFault.class, this::value);
        assertSame(tables.ram.page(A), tables.memory.kernelPage(VA, AccessKind.READ));
        assertThrows(MemoryFault.class, this::value, "which changes nothing for the guest");
    }

    @Test
    void softwareAboveIsRefusedWhatTheGuestIs() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 3, Tables.READ_ONLY);
        assertSame(tables.ram.page(A), tables.memory.kernelPage(VA, AccessKind.READ));
        assertNull(tables.memory.kernelPage(VA, AccessKind.WRITE));
        assertNull(tables.memory.kernelPage(VA + 0x1000, AccessKind.READ));
        assertNull(tables.memory.kernelPage(0x00FF_FFFF_FFFF_FFFFL, AccessKind.READ));
        tables.host.permit(A, Stage2.WRITE);
        assertNull(tables.memory.kernelPage(VA, AccessKind.READ));
        tables.host.permit(A, Stage2.ALL);
        assertSame(tables.ram.page(A), tables.memory.kernelPage(VA, AccessKind.READ));
        tables.ram.makeAbsent(A);
        assertNull(tables.memory.kernelPage(VA, AccessKind.READ));
        tables.host.map(A, B);
        assertSame(tables.ram.page(B), tables.memory.kernelPage(VA, AccessKind.READ));
    }

    @Test
    void aBlockThatSoftwareAboveFoundIsForgottenAsAWhole() {
        prepare(TlbMode.NORMAL, Granule.KIB4, 2, 0);
        tables.at(Tables.EL0);
        assertSame(tables.ram.page(A + 0x3000), tables.memory.kernelPage(VA + 0x3000, AccessKind.READ));
        point(B);
        assertEquals(-0x20_0000L, tables.memory.invalidateAddress(false, VA + 0x1F_F000, 1));
        assertSame(tables.ram.page(B + 0x3000), tables.memory.kernelPage(VA + 0x3000, AccessKind.READ));
    }
}

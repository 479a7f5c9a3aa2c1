/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A guest with EL2: its own stage 2, the regimes of EL2, and what the host still sees. */
class GuestStage2Test {
    private static final long IPA = 0x5000_0000L;
    private static final long VA = 0x7000_0000L;
    private static final long DATA = Tables.RAM + 0x20_0000;
    private static final long ALL = Tables.AF | Tables.S2_READ | Tables.S2_WRITE | Tables.S2_NORMAL;
    private static final long XN = 1L << 54;
    private static final long E2H = 1L << 34;
    private static final long TGE = 1L << 27;

    private Tables tables = new Tables(2, TlbMode.NORMAL).at(Tables.EL1);
    private long root2;

    /** T0SZ, SL0, TG0 as in VTCR_EL2, PS 48 bits. */
    private void stage2(Granule granule, int sizeOffset, int sl0, int tables2) {
        root2 = tables.table(granule, tables2);
        long tg0 = granule == Granule.KIB4 ? 0 : granule == Granule.KIB64 ? 1 : 2;
        tables.write(SystemRegister.VTCR_EL2, sizeOffset | (long) sl0 << 6 | tg0 << 14 | 5L << 16);
        tables.write(SystemRegister.VTTBR_EL2, root2);
        tables.write(SystemRegister.HCR_EL2, 1);
        tables.at(Tables.EL1);
    }

    private MemoryFault fault(Runnable access) {
        return assertThrows(MemoryFault.class, access::run);
    }

    /** Start levels with and without tables next to each other. */
    @ParameterizedTest
    @CsvSource({
        "KIB4, 24, 1, 1, 2",
        "KIB4, 25, 1, 1, 1",
        "KIB4, 31, 1, 1, 1",
        "KIB4, 33, 0, 2, 2",
        "KIB4, 20, 2, 0, 1",
        "KIB16, 24, 1, 2, 16",
        "KIB16, 28, 1, 2, 1",
        "KIB64, 24, 1, 2, 1",
        "KIB64, 34, 1, 2, 1"
    })
    void intermediateAddressesAreTranslated(Granule granule, int sizeOffset, int sl0, int start, int count) {
        stage2(granule, sizeOffset, sl0, count);
        long ipa = IPA & (1L << 64 - sizeOffset) - 1;
        tables.map(granule, root2, start, ipa, DATA, 3, ALL);
        tables.store(DATA + 8, 77);
        assertEquals(77, tables.memory.load64(ipa + 8));
        MemoryFault beyond = fault(() -> tables.memory.load64(1L << 64 - sizeOffset));
        assertEquals(MemoryFault.Origin.STAGE2, beyond.origin());
        assertEquals(FaultStatus.TRANSLATION, beyond.status());
        MemoryFault missing = fault(() -> tables.memory.load64(ipa + (1L << granule.shift())));
        assertEquals(FaultStatus.TRANSLATION + 3, missing.status());
        assertEquals(ipa + (1L << granule.shift()), missing.ipa());
    }

    @ParameterizedTest
    @CsvSource({"3, 24", "2, 34", "0, 24", "1, 45", "1, 10"})
    void startLevelsThatDoNotFitMapNothing(int sl0, int sizeOffset) {
        stage2(Granule.KIB4, sizeOffset, sl0, 1);
        assertEquals(
                FaultStatus.TRANSLATION, fault(() -> tables.memory.load64(DATA)).status());
    }

    @Test
    void blocksAndTheirLimitsAreThoseOfStage1() {
        stage2(Granule.KIB4, 25, 1, 1);
        tables.map(Granule.KIB4, root2, 1, IPA, Tables.RAM, 2, ALL);
        tables.store(DATA - 8, 5);
        assertEquals(5, tables.memory.load64(IPA + 0x1F_FFF8));
        tables.map(Granule.KIB4, root2, 1, 0x4000_0000L, 1L << 47, 1, ALL);
        tables.write(SystemRegister.VTCR_EL2, 25 | 1 << 6 | 2L << 16);
        assertEquals(
                FaultStatus.ADDRESS_SIZE + 1,
                fault(() -> tables.memory.load64(IPA)).status());
        tables.write(SystemRegister.VTTBR_EL2, 1L << 44);
        assertEquals(
                FaultStatus.ADDRESS_SIZE, fault(() -> tables.memory.load64(IPA)).status());
    }

    @Test
    void permissionsAreItsOwn() {
        stage2(Granule.KIB4, 25, 1, 1);
        tables.map(Granule.KIB4, root2, 1, IPA, DATA, 3, Tables.AF | Tables.S2_NORMAL | Tables.S2_READ | XN);
        tables.map(Granule.KIB4, root2, 1, IPA + 0x1000, DATA, 3, Tables.AF | Tables.S2_NORMAL | Tables.S2_WRITE);
        tables.map(Granule.KIB4, root2, 1, IPA + 0x2000, DATA, 3, Tables.S2_NORMAL | Tables.S2_READ);
        assertEquals(0, tables.memory.load64(IPA));
        assertEquals(
                FaultStatus.PERMISSION + 3,
                fault(() -> tables.memory.store64(IPA, 0)).status());
        assertEquals(
                FaultStatus.PERMISSION + 3,
                fault(() -> tables.memory.fetch(IPA)).status());
        tables.memory.store64(IPA + 0x1000, 3);
        assertEquals(DATA, tables.memory.fetch(IPA + 0x1000).address());
        assertEquals(
                FaultStatus.PERMISSION + 3,
                fault(() -> tables.memory.load64(IPA + 0x1000)).status());
        assertEquals(
                FaultStatus.ACCESS_FLAG + 3,
                fault(() -> tables.memory.load64(IPA + 0x2000)).status());
    }

    @Test
    void deviceMemoryOfEitherStageIsDeviceMemory() {
        stage2(Granule.KIB4, 25, 1, 1);
        long root1 = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root2, 1, root1 & -0x20_0000L, root1 & -0x20_0000L, 2, ALL);
        tables.map(Granule.KIB4, root2, 1, IPA, DATA, 3, ALL & ~Tables.S2_NORMAL);
        tables.map(Granule.KIB4, root1, VA, IPA, 3, Tables.AF);
        tables.enable(Granule.KIB4, root1, root1);
        assertEquals(0, tables.memory.load64(VA));
        MemoryFault unaligned = fault(() -> tables.memory.load64(VA + 1));
        assertEquals(FaultStatus.ALIGNMENT, unaligned.status());
        assertEquals(MemoryFault.Origin.STAGE1, unaligned.origin());
        assertEquals(
                FaultStatus.ALIGNMENT, fault(() -> tables.memory.zeroBlock(VA)).status());
    }

    @Test
    void walksOfStage1AreTranslatedByStage2() {
        stage2(Granule.KIB4, 25, 1, 1);
        long root1 = tables.table(Granule.KIB4, 1);
        long slot = tables.map(Granule.KIB4, root1, VA, IPA, 3, Tables.AF);
        tables.enable(Granule.KIB4, root1, root1);
        MemoryFault walk = fault(() -> tables.memory.store64(VA, 1));
        assertEquals(MemoryFault.Origin.STAGE2, walk.origin());
        assertTrue(walk.isOnWalk());
        assertEquals(root1, walk.ipa());
        long block = root1 & -0x20_0000L;
        tables.map(Granule.KIB4, root2, 1, block, block, 2, Tables.AF | Tables.S2_WRITE | Tables.S2_NORMAL);
        MemoryFault unreadable = fault(() -> tables.memory.store64(VA, 1));
        assertEquals(FaultStatus.PERMISSION + 2, unreadable.status());
        assertTrue(unreadable.isOnWalk());
        tables.map(Granule.KIB4, root2, 1, block, block, 2, ALL & ~Tables.S2_NORMAL);
        assertFalse(fault(() -> tables.memory.store64(VA, 1)).isOnWalk());
        tables.write(SystemRegister.HCR_EL2, 1 | 1 << 2).at(Tables.EL1);
        assertTrue(fault(() -> tables.memory.store64(VA, 1)).isOnWalk());
        assertEquals(IPA, tables.load(slot) & 0xFFFF_F000L);
    }

    @Test
    void theHostSeesWhatBothStagesAllow() {
        stage2(Granule.KIB4, 25, 1, 1);
        tables.map(Granule.KIB4, root2, 1, IPA, 0x900_0000L, 3, ALL);
        MemoryFault device = fault(() -> tables.memory.store32(IPA + 0x18, 1));
        assertEquals(MemoryFault.Origin.HOST, device.origin());
        assertEquals(0x900_0018L, device.ipa());
        tables.ram.makeAbsent(root2);
        MemoryFault table = fault(() -> tables.memory.load64(IPA));
        assertEquals(MemoryFault.Origin.HOST, table.origin());
        assertTrue(table.isOnWalk());
    }

    @ParameterizedTest
    @EnumSource
    void intermediateAddressesAreInvalidated(TlbMode mode) {
        tables = new Tables(2, mode).at(Tables.EL1);
        stage2(Granule.KIB4, 25, 1, 1);
        tables.map(Granule.KIB4, root2, 1, IPA, DATA, 3, ALL);
        tables.store(DATA, 1);
        assertEquals(1, tables.memory.load64(IPA));
        tables.map(Granule.KIB4, root2, 1, IPA, DATA + 0x1000, 3, ALL);
        assertEquals(1, tables.memory.load64(IPA));
        tables.memory.invalidateIntermediate(IPA);
        assertEquals(0, tables.memory.load64(IPA));
        tables.map(Granule.KIB4, root2, 1, IPA, DATA, 3, ALL);
        tables.memory.invalidateAll(false);
        assertEquals(1, tables.memory.load64(IPA));
        tables.map(Granule.KIB4, root2, 1, IPA, DATA + 0x1000, 3, ALL);
        tables.memory.invalidateGuests();
        assertEquals(0, tables.memory.load64(IPA));
        tables.memory.reset();
        assertEquals(0, tables.memory.load64(IPA));
    }

    @Test
    void retainedTranslationsBelongToTheirVmid() {
        tables = new Tables(2, TlbMode.RETENTIVE).at(Tables.EL1);
        stage2(Granule.KIB4, 25, 1, 1);
        tables.map(Granule.KIB4, root2, 1, IPA, DATA, 3, ALL);
        tables.store(DATA, 1);
        assertEquals(1, tables.memory.load64(IPA));
        tables.map(Granule.KIB4, root2, 1, IPA, DATA + 0x1000, 3, ALL);
        tables.write(SystemRegister.VTTBR_EL2, root2 | 9L << 48);
        assertEquals(0, tables.memory.load64(IPA));
        tables.write(SystemRegister.VTTBR_EL2, root2);
        assertEquals(1, tables.memory.load64(IPA));
    }

    @Test
    void el2HasOneHalfAndItsOwnControls() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF | XN);
        tables.write(SystemRegister.TCR_EL2, 16 | 5L << 16);
        tables.write(SystemRegister.TTBR0_EL2, root);
        tables.write(SystemRegister.SCTLR_EL2, 1);
        tables.at(Tables.EL2);
        tables.memory.store64(VA, 12);
        assertEquals(12, tables.load(DATA));
        assertEquals(12, tables.memory.loadUnprivileged(VA, 8));
        assertEquals(
                FaultStatus.PERMISSION + 3, fault(() -> tables.memory.fetch(VA)).status());
        assertEquals(
                FaultStatus.TRANSLATION,
                fault(() -> tables.memory.load64(0xFFFFL << 48 | VA)).status());
        tables.at(Tables.EL1);
        assertEquals(12, tables.memory.load64(DATA));
        tables.memory.invalidateAll(true);
        tables.memory.invalidateAsid(true, 0);
        tables.memory.invalidateAddress(true, VA, 0);
        tables.at(Tables.EL2);
        assertEquals(12, tables.memory.load64(VA));
    }

    @Test
    void aHostAtEl2HasTwoHalvesAndAnEl0() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF | Tables.USER);
        tables.map(Granule.KIB4, root, VA + 0x1000, DATA + 0x1000, 3, Tables.AF);
        tables.write(SystemRegister.HCR_EL2, E2H | TGE | 1);
        tables.write(SystemRegister.TCR_EL2, Tables.tcr(Granule.KIB4, 16));
        tables.write(SystemRegister.TTBR0_EL2, root);
        tables.write(SystemRegister.TTBR1_EL2, root);
        tables.write(SystemRegister.SCTLR_EL2, 1);
        tables.at(Tables.EL2);
        tables.memory.store64(0xFFFFL << 48 | VA, 4);
        assertEquals(4, tables.memory.load64(VA));
        assertEquals(4, tables.memory.loadUnprivileged(VA, 8));
        assertThrows(MemoryFault.class, () -> tables.memory.loadUnprivileged(VA + 0x1000, 8));
        tables.at(new ProcessorState(9 | ProcessorState.PAN));
        assertThrows(MemoryFault.class, () -> tables.memory.load64(VA));
        assertEquals(0, tables.memory.load64(VA + 0x1000));
        tables.at(Tables.EL0);
        assertEquals(4, tables.memory.load64(VA));
        assertThrows(MemoryFault.class, () -> tables.memory.load64(VA + 0x1000));
    }

    @Test
    void addressTranslationFillsThePhysicalAddressRegister() {
        stage2(Granule.KIB4, 25, 1, 1);
        long root1 = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root1, VA, IPA, 3, Tables.AF | Tables.READ_ONLY | 3 << 8);
        tables.enable(Granule.KIB4, root1, root1);
        MemoryFault walk = fault(() -> tables.memory.addressTranslate(false, VA, false, false, false));
        assertTrue(walk.isOnWalk());
        assertTrue(walk.isMaintenance());
        assertEquals(
                1 << 11 | 1 << 9 | 1 << 8 | FaultStatus.TRANSLATION + 1 << 1 | 1,
                tables.memory.addressTranslate(false, VA, false, false, true));
        long block = root1 & -0x20_0000L;
        tables.map(Granule.KIB4, root2, 1, block, block, 2, ALL);
        long par = 0xFFL << 56 | IPA | 1 << 11 | 1 << 9 | 3 << 7;
        assertEquals(par, tables.memory.addressTranslate(false, VA + 4, false, false, false));
        assertEquals(
                1 << 11 | FaultStatus.PERMISSION + 3 << 1 | 1,
                tables.memory.addressTranslate(false, VA, true, false, false));
        assertEquals(
                1 << 11 | FaultStatus.PERMISSION + 3 << 1 | 1,
                tables.memory.addressTranslate(false, VA, false, true, false));
        assertEquals(
                1 << 11 | FaultStatus.TRANSLATION + 3 << 1 | 1,
                tables.memory.addressTranslate(false, VA + 0x1000, false, false, false));
        assertEquals(
                1 << 11 | 1 << 9 | FaultStatus.TRANSLATION + 2 << 1 | 1,
                tables.memory.addressTranslate(false, VA, false, false, true));
        tables.map(Granule.KIB4, root2, 1, IPA, DATA, 3, ALL & ~Tables.S2_READ);
        tables.memory.invalidateAll(false);
        assertEquals(
                1 << 11 | 1 << 9 | FaultStatus.PERMISSION + 3 << 1 | 1,
                tables.memory.addressTranslate(false, VA, false, false, true));
        tables.map(Granule.KIB4, root2, 1, IPA, DATA, 3, ALL);
        assertEquals(par & ~IPA | DATA, tables.memory.addressTranslate(false, VA, false, false, true));
        assertEquals(
                2 << 7 | 1 << 11 | 1 << 9 | 0x1000, tables.memory.addressTranslate(true, 0x1000, false, false, false));
    }
}

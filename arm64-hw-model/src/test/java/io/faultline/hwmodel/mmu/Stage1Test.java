/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.SystemRegister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Walks of stage 1: sizes, halves, levels and the faults of each. */
class Stage1Test {
    private static final long VA = 0x1234_5678_0000L;
    private static final long HIGH = 0xFFFF_0000_0000_0000L;
    private static final long DATA = Tables.RAM + 0x20_0000;

    private final Tables tables = Tables.atEl1().at(Tables.EL1);

    private int status(long address) {
        return fault(address).status();
    }

    private MemoryFault fault(long address) {
        return assertThrows(MemoryFault.class, () -> tables.memory.load64(address));
    }

    @ParameterizedTest
    @EnumSource
    void pagesOfEveryGranuleAreTranslatedInBothHalves(Granule granule) {
        long low = tables.table(granule, 1);
        long high = tables.table(granule, 1);
        tables.map(granule, low, VA, DATA, 3, Tables.AF);
        tables.map(granule, high, VA, DATA + (1L << granule.shift()), 3, Tables.AF);
        tables.enable(granule, low, high);
        long last = (1L << granule.shift()) - 8;
        tables.store(DATA + last, 11);
        tables.store(DATA + (1L << granule.shift()), 22);
        assertEquals(11, tables.memory.load64(VA + last));
        assertEquals(22, tables.memory.load64(HIGH | VA));
        assertEquals(FaultStatus.TRANSLATION + 3, status(VA + (1L << granule.shift())));
        assertEquals(FaultStatus.TRANSLATION + granule.startLevel(48), status(VA ^ 1L << 47));
        assertEquals(DATA, tables.memory.fetch(VA).address());
    }

    @ParameterizedTest
    @CsvSource({"KIB4, 1", "KIB4, 2", "KIB16, 2", "KIB64, 2"})
    void blocksAreTranslated(Granule granule, int level) {
        long root = tables.table(granule, 1);
        long size = 1L << granule.shiftAt(level);
        long va = VA & -size;
        tables.map(granule, root, va, DATA & -size, level, Tables.AF);
        tables.enable(granule, root, root);
        tables.store(DATA + 16, 33);
        assertEquals(33, tables.memory.load64(va + (DATA + 16 & size - 1)));
    }

    @ParameterizedTest
    @CsvSource({"KIB4, 0", "KIB16, 0", "KIB16, 1", "KIB64, 1"})
    void blocksAtOtherLevelsAreNotMapped(Granule granule, int level) {
        long root = tables.table(granule, 1);
        tables.map(granule, root, VA, 0, level, Tables.AF);
        tables.enable(granule, root, root);
        assertEquals(FaultStatus.TRANSLATION + level, status(VA));
    }

    @Test
    void aLastDescriptorOfTypeBlockIsNotMapped() {
        long root = tables.table(Granule.KIB4, 1);
        long slot = tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF);
        tables.store(slot, tables.load(slot) & ~2L);
        tables.enable(Granule.KIB4, root, root);
        assertEquals(FaultStatus.TRANSLATION + 3, status(VA));
    }

    @ParameterizedTest
    @CsvSource({
        "KIB4, 25, 1",
        "KIB4, 32, 1",
        "KIB4, 34, 2",
        "KIB16, 17, 1",
        "KIB16, 28, 2",
        "KIB64, 22, 2",
        "KIB64, 39, 3"
    })
    void smallerAddressesBeginAtALaterLevel(Granule granule, int sizeOffset, int start) {
        long root = tables.table(granule, 1);
        long va = (1L << 64 - sizeOffset) - (1L << granule.shift());
        tables.map(granule, root, start, va, DATA, 3, Tables.AF);
        tables.enable(granule, root, root).write(SystemRegister.TCR_EL1, Tables.tcr(granule, sizeOffset));
        tables.store(DATA + 8, 44);
        assertEquals(44, tables.memory.load64(va + 8));
        assertEquals(44, tables.memory.load64((-1L << 64 - sizeOffset | va) + 8));
        assertEquals(FaultStatus.TRANSLATION, status(1L << 64 - sizeOffset));
        assertEquals(FaultStatus.TRANSLATION, status((-1L << 64 - sizeOffset) - 8));
    }

    @Test
    void aSizeOutOfRangeMapsNothing() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, 0, DATA, 3, Tables.AF);
        tables.enable(Granule.KIB4, root, root);
        for (int sizeOffset : new int[] {15, 40}) {
            tables.write(SystemRegister.TCR_EL1, Tables.tcr(Granule.KIB4, sizeOffset));
            assertEquals(FaultStatus.TRANSLATION, status(0));
        }
    }

    @Test
    void eitherHalfCanBeSwitchedOff() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF);
        tables.enable(Granule.KIB4, root, root);
        long tcr = Tables.tcr(Granule.KIB4, 16);
        tables.write(SystemRegister.TCR_EL1, tcr | 1 << 7);
        assertEquals(FaultStatus.TRANSLATION, status(VA));
        assertEquals(0, tables.memory.load64(HIGH | VA));
        tables.write(SystemRegister.TCR_EL1, tcr | 1 << 23);
        assertEquals(FaultStatus.TRANSLATION, status(HIGH | VA));
        assertEquals(0, tables.memory.load64(VA));
    }

    @Test
    void theTopByteCountsUnlessItIsIgnored() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF);
        tables.enable(Granule.KIB4, root, root);
        tables.store(DATA, 55);
        long tagged = 0xA5L << 56 | VA;
        long taggedHigh = 0x5AL << 56 | 0xFFL << 48 | VA;
        assertEquals(FaultStatus.TRANSLATION, status(tagged));
        assertEquals(FaultStatus.TRANSLATION, status(taggedHigh));
        tables.write(SystemRegister.TCR_EL1, Tables.tcr(Granule.KIB4, 16) | 3L << 37);
        assertEquals(55, tables.memory.load64(tagged));
        assertEquals(55, tables.memory.load64(taggedHigh));
        assertEquals(tagged + 0x1000, fault(tagged + 0x1000).address());
    }

    @Test
    void addressesBeyondTheOutputSizeFault() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, 1L << 40, 3, Tables.AF);
        tables.enable(Granule.KIB4, root, root);
        assertEquals(MemoryFault.Origin.HOST, fault(VA).origin());
        tables.write(SystemRegister.TCR_EL1, Tables.tcr(Granule.KIB4, 16) & ~(7L << 32) | 2L << 32);
        assertEquals(FaultStatus.ADDRESS_SIZE + 3, status(VA));
        tables.write(SystemRegister.TTBR0_EL1, 1L << 41);
        assertEquals(FaultStatus.ADDRESS_SIZE, status(VA));
        tables.write(SystemRegister.TTBR0_EL1, root);
        tables.store(root + 8 * (VA >>> 39), 1L << 41 | 3);
        assertEquals(FaultStatus.ADDRESS_SIZE, status(VA));
    }

    @Test
    void theAccessFlagIsChecked() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, 0);
        tables.map(Granule.KIB4, root, VA ^ 1L << 33, 0x4000_0000L, 1, 0);
        tables.enable(Granule.KIB4, root, root);
        assertEquals(FaultStatus.ACCESS_FLAG + 3, status(VA));
        assertEquals(FaultStatus.ACCESS_FLAG + 1, status(VA ^ 1L << 33));
    }

    @Test
    void theMmuOffTakesAddressesAsTheyAre() {
        tables.store(DATA, 66);
        assertEquals(66, tables.memory.load64(DATA));
        assertEquals(FaultStatus.ADDRESS_SIZE, status(1L << 48));
        assertEquals(FaultStatus.ADDRESS_SIZE, status(0xFFL << 56 | DATA));
        tables.write(SystemRegister.TCR_EL1, 1L << 37);
        assertEquals(66, tables.memory.load64(0x7FL << 56 | DATA));
        MemoryFault unaligned = assertThrows(MemoryFault.class, () -> tables.memory.load32(DATA + 2));
        assertEquals(FaultStatus.ALIGNMENT, unaligned.status());
    }

    @Test
    void aTableThatIsAbsentIsTheBusinessOfTheHost() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF);
        tables.enable(Granule.KIB4, root, root);
        tables.ram.makeAbsent(root);
        MemoryFault fault = assertThrows(MemoryFault.class, () -> tables.memory.store64(VA, 1));
        assertEquals(MemoryFault.Origin.HOST, fault.origin());
        assertEquals(root + 8 * (VA >>> 39), fault.ipa());
        assertEquals(VA, fault.address());
        assertEquals(AccessKind.WRITE, fault.access());
        assertEquals(true, fault.isOnWalk());
        tables.write(SystemRegister.HCR_EL2, 0);
        MemoryFault external = assertThrows(MemoryFault.class, () -> tables.memory.store64(VA, 1));
        assertEquals(FaultStatus.EXTERNAL_ON_WALK, external.status());
        tables.write(SystemRegister.SCTLR_EL1, 0);
        assertEquals(FaultStatus.EXTERNAL, status(0x1000));
    }

    @Test
    void deviceMemoryWantsAlignedAccesses() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF | Tables.DEVICE);
        tables.enable(Granule.KIB4, root, root);
        assertEquals(0, tables.memory.load64(VA + 8));
        assertEquals(FaultStatus.ALIGNMENT, status(VA + 9));
        tables.memory.store64(VA + 8, 1);
        assertEquals(
                FaultStatus.ALIGNMENT,
                assertThrows(MemoryFault.class, () -> tables.memory.store64(VA + 9, 1))
                        .status());
        MemoryFault zeroing = assertThrows(MemoryFault.class, () -> tables.memory.zeroBlock(VA + 64));
        assertEquals(FaultStatus.ALIGNMENT, zeroing.status());
        assertEquals(AccessKind.WRITE, zeroing.access());
    }

    @Test
    void alignmentCheckingAppliesToNormalMemory() {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF);
        tables.enable(Granule.KIB4, root, root);
        tables.memory.store64(VA + 1, 7);
        assertEquals(7, tables.memory.load64(VA + 1));
        tables.write(SystemRegister.SCTLR_EL1, 3);
        assertEquals(7L << 8, tables.memory.load64(VA));
        assertEquals(FaultStatus.ALIGNMENT, status(VA + 1));
        assertEquals(
                FaultStatus.ALIGNMENT,
                assertThrows(MemoryFault.class, () -> tables.memory.store32(VA + 2, 1))
                        .status());
    }
}

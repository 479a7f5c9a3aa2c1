/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may do what with a page (Arm ARM, D8.4): every combination of the descriptor bits. */
class PermissionTest {
    private static final long VA = 0x10_0000L;
    private static final long DATA = Tables.RAM + 0x20_0000;
    private static final long WXN = 1 << 19;
    private static final int PERMISSION = FaultStatus.PERMISSION + 3;

    private final Tables tables = Tables.atEl1();

    private void page(long attributes, long ofTable) {
        long root = tables.table(Granule.KIB4, 1);
        tables.map(Granule.KIB4, root, VA, DATA, 3, Tables.AF | attributes);
        tables.store(root, tables.load(root) | ofTable);
        tables.enable(Granule.KIB4, root, root);
    }

    /** What is possible in a state, as letters. */
    private String rights(ProcessorState state) {
        tables.at(state);
        return (isPossible(() -> tables.memory.load8(VA)) ? "r" : "-")
                + (isPossible(() -> tables.memory.store8(VA, 0)) ? "w" : "-")
                + (isPossible(() -> tables.memory.fetch(VA)) ? "x" : "-");
    }

    private static boolean isPossible(Runnable access) {
        try {
            access.run();
            return true;
        } catch (MemoryFault fault) {
            assertEquals(PERMISSION, fault.status());
            assertEquals(MemoryFault.Origin.STAGE1, fault.origin());
            return false;
        }
    }

    /** AP[2:1], UXN, PXN; then EL0, EL1 without and with PAN. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, --x, rwx, rwx",
        "0, 1, 0, ---, rwx, rwx",
        "0, 0, 1, --x, rw-, rw-",
        "1, 0, 0, rwx, rw-, ---",
        "1, 1, 0, rw-, rw-, ---",
        "1, 1, 1, rw-, rw-, ---",
        "2, 0, 0, --x, r-x, r-x",
        "2, 1, 1, ---, r--, r--",
        "3, 0, 0, r-x, r-x, --x",
        "3, 1, 0, r--, r-x, --x",
        "3, 0, 1, r-x, r--, ---",
    })
    void descriptorsGivePermissions(int ap, int uxn, int pxn, String el0, String el1, String withPan) {
        page((long) ap << 6 | uxn * Tables.UXN | pxn * Tables.PXN, 0);
        assertEquals(el0, rights(Tables.EL0));
        assertEquals(el1, rights(Tables.EL1));
        assertEquals(withPan, rights(Tables.EL1_PAN));
    }

    @ParameterizedTest
    @CsvSource({"0, --x, rw-", "1, rw-, rw-", "2, --x, r-x", "3, r-x, r-x"})
    void whatIsWritableNeedNotBeExecutable(int ap, String el0, String el1) {
        page((long) ap << 6, 0);
        tables.write(SystemRegister.SCTLR_EL1, 1 | WXN);
        assertEquals(el0, rights(Tables.EL0));
        assertEquals(el1, rights(Tables.EL1));
    }

    /** PXNTable 59, UXNTable 60, APTable 62:61. */
    @ParameterizedTest
    @CsvSource({"59, rwx, rw-", "60, rw-, rw-", "61, --x, rwx", "62, r-x, r-x"})
    void tablesTakePermissionsAway(int bit, String el0, String el1) {
        page(Tables.USER, 1L << bit);
        assertEquals(el0, rights(Tables.EL0));
        assertEquals(el1, rights(Tables.EL1));
    }

    @Test
    void unprivilegedAccessesAreThoseOfEl0() {
        page(0, 0);
        tables.at(Tables.EL1);
        assertEquals(0, tables.memory.load64(VA));
        assertEquals(
                PERMISSION,
                assertThrows(MemoryFault.class, () -> tables.memory.loadUnprivileged(VA, 8))
                        .status());
        assertEquals(
                PERMISSION,
                assertThrows(MemoryFault.class, () -> tables.memory.storeUnprivileged(VA, 4, 0))
                        .status());
        tables.at(new ProcessorState(5 | ProcessorState.UAO));
        tables.memory.storeUnprivileged(VA, 8, 0x8877_6655_4433_22F1L);
        assertEquals(0x8877_6655_4433_22F1L, tables.memory.loadUnprivileged(VA, 8));
        assertEquals(0x4433_22F1, tables.memory.loadUnprivileged(VA, 4));
        assertEquals(0x22F1, tables.memory.loadUnprivileged(VA, 2));
        assertEquals((byte) 0xF1, tables.memory.loadUnprivileged(VA, 1));
        tables.memory.storeUnprivileged(VA, 4, 0);
        tables.memory.storeUnprivileged(VA + 4, 2, 0);
        tables.memory.storeUnprivileged(VA + 6, 1, 0);
        assertEquals(0x88L << 56, tables.memory.load64(VA));
    }

    @Test
    void unprivilegedAccessesIgnorePan() {
        page(Tables.USER, 0);
        tables.at(Tables.EL1_PAN);
        tables.memory.storeUnprivileged(VA, 8, 9);
        assertEquals(9, tables.memory.loadUnprivileged(VA, 8));
        assertThrows(MemoryFault.class, () -> tables.memory.load64(VA));
        tables.at(Tables.EL0);
        assertEquals(9, tables.memory.loadUnprivileged(VA, 8));
    }
}

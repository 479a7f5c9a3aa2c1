/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.memory.GuestMemory;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/**
 * Translation by the guest: memory and devices at their own addresses, and a window of 2 MiB at {@link #WINDOW} whose
 * pages the check maps as it likes. 4 KiB granule, 39-bit addresses, tables in guest memory.
 */
final class Stage1 {
    /** First address of the window. */
    static final long WINDOW = 0x8000_0000L;

    private static final long LEVEL1 = GuestLayout.dataPage(400);
    private static final long LEVEL2 = GuestLayout.dataPage(401);
    private static final long WINDOW_LEVEL2 = GuestLayout.dataPage(402);
    private static final long WINDOW_LEVEL3 = GuestLayout.dataPage(403);
    private static final int ENTRIES = 512;
    private static final long TABLE = 3;
    private static final long BLOCK = 1;
    private static final long PAGE = 3;
    private static final long NORMAL = 1L << 10 | 3L << 8;
    private static final long DEVICE = 1L << 10 | 1L << 2;
    private static final long READ_ONLY = 1L << 7;
    private static final long MAIR = 0x00FF;
    /** 39-bit addresses from TTBR0, cacheable walks, nothing from TTBR1, 36-bit physical addresses. */
    private static final long TCR = 25 | 1L << 8 | 1L << 10 | 3L << 12 | 25L << 16 | 1L << 23 | 2L << 30 | 1L << 32;

    private static final long SCTLR_MMU_AND_CACHES = 1 | 1 << 2 | 1 << 12;
    private static final int TLBI_VMALLE1 = 0xD508_871F;

    private final SteppingGuestCpu cpu;

    private Stage1(SteppingGuestCpu cpu) {
        this.cpu = cpu;
    }

    /** Builds the tables and turns translation on. */
    static Stage1 turnOn(SteppingGuestCpu cpu) {
        Stage1 tables = new Stage1(cpu);
        for (int i = 0; i < ENTRIES; i++) {
            tables.entry(LEVEL1, i, 0);
            tables.entry(LEVEL2, i, 0);
            tables.entry(WINDOW_LEVEL2, i, 0);
            tables.entry(WINDOW_LEVEL3, i, 0);
        }
        tables.entry(LEVEL1, 0, DEVICE | BLOCK);
        tables.entry(LEVEL1, 1, LEVEL2 | TABLE);
        tables.entry(LEVEL1, 2, WINDOW_LEVEL2 | TABLE);
        tables.entry(WINDOW_LEVEL2, 0, WINDOW_LEVEL3 | TABLE);
        long ram = GuestLayout.RAM.base();
        for (int i = 0; i < 2; i++) {
            tables.entry(LEVEL2, i, ram + ((long) i << 21) | NORMAL | BLOCK);
        }
        cpu.msr(SystemRegister.MAIR_EL1, MAIR);
        cpu.msr(SystemRegister.TCR_EL1, TCR);
        cpu.msr(SystemRegister.TTBR0_EL1, LEVEL1);
        cpu.execute(A64.ISB);
        cpu.msr(SystemRegister.SCTLR_EL1, cpu.mrs(SystemRegister.SCTLR_EL1) | SCTLR_MMU_AND_CACHES);
        tables.changed();
        return tables;
    }

    /** Maps a page of the window. */
    long map(int page, long physical) {
        return set(page, physical | NORMAL | PAGE);
    }

    /** Maps a page of the window for reading only. */
    long mapReadOnly(int page, long physical) {
        return set(page, physical | NORMAL | READ_ONLY | PAGE);
    }

    /** Leaves a page of the window without translation. */
    long unmap(int page) {
        return set(page, 0);
    }

    private long set(int page, long entry) {
        entry(WINDOW_LEVEL3, page, entry);
        changed();
        return WINDOW + ((long) page << 12);
    }

    private void entry(long table, int index, long value) {
        GuestMemory memory = cpu.rig().machine().memory();
        memory.store(table + 8L * index, AccessWidth.DOUBLEWORD, value);
    }

    private void changed() {
        cpu.execute(A64.DSB);
        cpu.execute(TLBI_VMALLE1);
        cpu.execute(A64.DSB);
        cpu.execute(A64.ISB);
    }
}

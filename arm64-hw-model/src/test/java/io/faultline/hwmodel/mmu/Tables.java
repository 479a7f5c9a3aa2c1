/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.List;

/**
 * One PE's memory, with system registers that a test writes and tables that it builds.
 *
 * <p>Tables are taken from the upper part of RAM. MAIR index 0 is Normal write-back, index 1 is Device-nGnRnE.
 */
final class Tables {
    static final long RAM = 0x4000_0000L;
    static final long RAM_SIZE = 0x400_0000L;

    static final long USER = 1 << 6;
    static final long READ_ONLY = 1 << 7;
    static final long AF = 1 << 10;
    static final long NOT_GLOBAL = 1 << 11;
    static final long PXN = 1L << 53;
    static final long UXN = 1L << 54;
    static final long DEVICE = 1 << 2;
    static final long S2_READ = 1 << 6;
    static final long S2_WRITE = 1 << 7;
    static final long S2_NORMAL = 0xF << 2;

    static final ProcessorState EL0 = new ProcessorState(0);
    static final ProcessorState EL1 = new ProcessorState(5);
    static final ProcessorState EL1_PAN = new ProcessorState(5 | ProcessorState.PAN);
    static final ProcessorState EL2 = new ProcessorState(9);

    final GuestRam ram = new GuestRam(List.of(new RamRegion(RAM, RAM_SIZE)));
    final Stage2 host = new Stage2(ram);
    final long[] registers = new long[SystemRegister.values().length];
    final MemoryAccess memory;
    private long nextTable = RAM + RAM_SIZE / 2;

    Tables(int topLevel, TlbMode mode) {
        set(SystemRegister.HCR_EL2, topLevel == 1 ? 1 : 0);
        memory = new MemoryAccess(ram, host, registers, topLevel, mode);
        write(SystemRegister.MAIR_EL1, 0x00FF);
        write(SystemRegister.MAIR_EL2, 0x00FF);
    }

    static Tables atEl1() {
        return new Tables(1, TlbMode.NORMAL);
    }

    private void set(SystemRegister register, long value) {
        registers[register.ordinal()] = value;
    }

    /** Writes a register and makes it take effect, as MSR does. */
    Tables write(SystemRegister register, long value) {
        set(register, value);
        memory.controlsChanged(register);
        return this;
    }

    Tables at(ProcessorState state) {
        memory.context(state.spsr());
        return this;
    }

    /** Allocates a table that fills one granule, or several next to each other. */
    long table(Granule granule, int count) {
        long size = 1L << granule.shift();
        long span = size * count;
        nextTable = nextTable + span - 1 & -span;
        long at = nextTable;
        nextTable += span;
        return at;
    }

    /** Turns the MMU of EL1 on with both halves of 48 bits in one granule. */
    Tables enable(Granule granule, long ttbr0, long ttbr1) {
        write(SystemRegister.TCR_EL1, tcr(granule, 16));
        write(SystemRegister.TTBR0_EL1, ttbr0);
        write(SystemRegister.TTBR1_EL1, ttbr1);
        return write(SystemRegister.SCTLR_EL1, 1);
    }

    /** TCR_EL1 for both halves, 48-bit output. */
    static long tcr(Granule granule, int sizeOffset) {
        long tg0 = switch (granule) {
            case KIB4 -> 0;
            case KIB16 -> 2;
            case KIB64 -> 1;
        };
        long tg1 = switch (granule) {
            case KIB4 -> 2;
            case KIB16 -> 1;
            case KIB64 -> 3;
        };
        return sizeOffset | (long) sizeOffset << 16 | tg0 << 14 | tg1 << 30 | 5L << 32;
    }

    /**
     * Maps a page or block.
     *
     * @param root table that the walk begins at
     * @param start level of that table
     * @param attributes bits of the last descriptor besides address and type
     * @return address of the last descriptor
     */
    long map(Granule granule, long root, int start, long va, long pa, int level, long attributes) {
        long table = root;
        for (int at = start; at < level; at++) {
            long slot = slot(granule, table, at, at == start, va);
            long descriptor = load(slot);
            if ((descriptor & 1) == 0) {
                descriptor = table(granule, 1) | 3;
                store(slot, descriptor);
            }
            table = descriptor & 0x0000_FFFF_FFFF_F000L;
        }
        long slot = slot(granule, table, level, level == start, va);
        store(slot, pa | attributes | (level == 3 ? 3 : 1));
        return slot;
    }

    /** Maps with the start level of 48-bit addresses. */
    long map(Granule granule, long root, long va, long pa, int level, long attributes) {
        return map(granule, root, granule.startLevel(48), va & 0xFFFF_FFFF_FFFFL, pa, level, attributes);
    }

    /** At the first level the index is as wide as the addresses are. */
    private static long slot(Granule granule, long table, int level, boolean first, long va) {
        long index = va >>> granule.shiftAt(level);
        return table + 8 * (first ? index : index & (1L << granule.stride()) - 1);
    }

    long load(long address) {
        return ram.load(address, AccessWidth.DOUBLEWORD);
    }

    void store(long address, long value) {
        ram.store(address, AccessWidth.DOUBLEWORD, value);
    }
}

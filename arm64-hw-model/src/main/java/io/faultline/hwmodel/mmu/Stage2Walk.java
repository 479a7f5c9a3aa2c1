/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.SystemRegister;

/** Walks the tables of the stage 2 that the guest's own EL2 is in charge of (Arm ARM, AArch64.S2Translate). */
final class Stage2Walk {
    private static final long VALID = 1;
    private static final long TABLE = 1 << 1;
    private static final long READ = 1 << 6;
    private static final long WRITE = 1 << 7;
    private static final long ACCESS_FLAG = 1 << 10;
    private static final long EXECUTE_NEVER = 1L << 54;
    private static final long ADDRESS = 0x0000_FFFF_FFFF_F000L;
    private static final long BASE_MASK = 0x0000_FFFF_FFFF_FFFEL;
    private static final int SMALLEST = 16;
    private static final int LARGEST = 39;
    /** Several tables next to each other can stand at the first level, as if they were one. */
    private static final int CONCATENATED_BITS = 4;

    private final TableMemory tables;
    private Granule granule = Granule.KIB4;
    private boolean valid;
    private int inputBits;
    private int outputBits;
    private int startLevel;
    private long base;
    private int vmid;

    Stage2Walk(TableMemory tables) {
        this.tables = tables;
    }

    /** Decodes the registers. */
    void decode(long[] registers) {
        long vtcr = registers[SystemRegister.VTCR_EL2.ordinal()];
        long vttbr = registers[SystemRegister.VTTBR_EL2.ordinal()];
        granule = Granule.ofTg0((int) (vtcr >>> 14) & 3);
        outputBits = AddressSize.ofField(vtcr >>> 16);
        vmid = (int) (vttbr >>> 48) & 0xFF;
        int sizeOffset = (int) vtcr & 0x3F;
        inputBits = 64 - sizeOffset;
        int field = (int) (vtcr >>> 6) & 3;
        startLevel = granule == Granule.KIB4 ? 2 - field : 3 - field;
        valid = field != 3 && sizeOffset >= SMALLEST && sizeOffset <= LARGEST && fits();
        if (valid) {
            int entryBits = inputBits - granule.shiftAt(startLevel);
            base = vttbr & BASE_MASK & -1L << Math.max(entryBits + 3, 4);
        }
    }

    /** Whether the first level resolves at least one bit, and no more than one table and its neighbours can. */
    private boolean fits() {
        int entryBits = inputBits - granule.shiftAt(startLevel);
        return entryBits >= 1 && entryBits <= granule.stride() + CONCATENATED_BITS;
    }

    int vmid() {
        return vmid;
    }

    /**
     * Translates.
     *
     * @return whether there is a translation; permissions were not looked at
     */
    boolean translate(long intermediate, Translation result) {
        if (!valid || AddressSize.exceeds(intermediate, inputBits)) {
            return result.fault(FaultStatus.TRANSLATION, 0);
        }
        if (AddressSize.exceeds(base, outputBits)) {
            return result.fault(FaultStatus.ADDRESS_SIZE, 0);
        }
        long table = base;
        for (int level = startLevel; ; level++) {
            int shift = granule.shiftAt(level);
            long index = intermediate >>> shift;
            if (level > startLevel) {
                index &= (1L << granule.stride()) - 1;
            }
            long descriptor = tables.descriptor(table + (index << 3), level);
            if ((descriptor & VALID) == 0) {
                return result.fault(FaultStatus.TRANSLATION, level);
            }
            boolean isTable = level < 3 && (descriptor & TABLE) != 0;
            boolean isLeaf = level == 3 ? (descriptor & TABLE) != 0 : granule.hasBlocksAt(level);
            if (!isTable && !isLeaf) {
                return result.fault(FaultStatus.TRANSLATION, level);
            }
            long output = descriptor & ADDRESS & -1L << (isTable ? granule.shift() : shift);
            if (AddressSize.exceeds(output, outputBits)) {
                return result.fault(FaultStatus.ADDRESS_SIZE, level);
            }
            if (!isTable) {
                result.address = output | intermediate & (1L << shift) - 1;
                result.level = level;
                result.shift = shift;
                return leaf(descriptor, result);
            }
            table = output;
        }
    }

    private static boolean leaf(long descriptor, Translation result) {
        if ((descriptor & ACCESS_FLAG) == 0) {
            return result.fault(FaultStatus.ACCESS_FLAG, result.level);
        }
        boolean device = (descriptor >>> 4 & 3) == 0;
        result.attributes = ((descriptor & READ) != 0 ? Translation.READ : 0)
                | ((descriptor & WRITE) != 0 ? Translation.WRITE : 0)
                | ((descriptor & EXECUTE_NEVER) == 0 ? Translation.EXECUTE : 0)
                | (device ? Translation.DEVICE : 0)
                | Translation.GLOBAL;
        result.status = Translation.FINE;
        return true;
    }
}

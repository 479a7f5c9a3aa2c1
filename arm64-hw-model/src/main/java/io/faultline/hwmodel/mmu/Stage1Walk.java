/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.FaultStatus;

/** Walks the tables of stage 1 (Arm ARM, AArch64.S1Translate). */
final class Stage1Walk {
    private static final long VALID = 1;
    private static final long TABLE = 1 << 1;
    private static final long AP_USER = 1 << 6;
    private static final long AP_READ_ONLY = 1 << 7;
    private static final long ACCESS_FLAG = 1 << 10;
    private static final long NOT_GLOBAL = 1 << 11;
    private static final long PXN = 1L << 53;
    private static final long UXN = 1L << 54;
    private static final long PXN_TABLE = 1L << 59;
    private static final long UXN_TABLE = 1L << 60;
    private static final long NO_USER_TABLE = 1L << 61;
    private static final long READ_ONLY_TABLE = 1L << 62;
    private static final long ADDRESS = 0x0000_FFFF_FFFF_F000L;
    private static final int OUTER_SHAREABLE = 2;
    private static final int EVERYTHING = Translation.USER_READ
            | Translation.USER_WRITE
            | Translation.USER_EXECUTE
            | Translation.READ
            | Translation.WRITE
            | Translation.EXECUTE;
    private static final int NORMAL_WRITE_BACK = 0xFF;

    private final TableMemory tables;

    Stage1Walk(TableMemory tables) {
        this.tables = tables;
    }

    /**
     * Translates.
     *
     * @return whether there is a translation; permissions were not looked at
     */
    boolean translate(Regime regime, long virtualAddress, Translation result) {
        AddressRange half = regime.half(virtualAddress);
        if (!regime.enabled) {
            return flat(regime, half.ignoresTopByte ? virtualAddress & -1L >>> 8 : virtualAddress, result);
        }
        if (!half.enabled || !isInRange(regime, virtualAddress)) {
            return result.fault(FaultStatus.TRANSLATION, 0);
        }
        if (AddressSize.exceeds(half.base, regime.outputBits)) {
            return result.fault(FaultStatus.ADDRESS_SIZE, 0);
        }
        return walk(regime, half, virtualAddress & (1L << half.inputBits) - 1, result);
    }

    /** Whether the upper bits of an address are all the same, as far as they count. */
    static boolean isInRange(Regime regime, long virtualAddress) {
        AddressRange half = regime.half(virtualAddress);
        long significant = half.ignoresTopByte ? virtualAddress << 8 >> 8 : virtualAddress;
        return half == regime.low ? significant >>> half.inputBits == 0 : significant >> half.inputBits == -1;
    }

    /** AArch64.S1DisabledOutput. */
    private static boolean flat(Regime regime, long address, Translation result) {
        if (AddressSize.exceeds(address, AddressSize.IMPLEMENTED)) {
            return result.fault(FaultStatus.ADDRESS_SIZE, 0);
        }
        result.status = Translation.FINE;
        result.address = address;
        result.attributes = EVERYTHING | Translation.GLOBAL | (regime.flatIsDevice ? Translation.DEVICE : 0);
        result.level = 0;
        result.shift = Granule.KIB4.shift();
        result.memory = regime.flatIsDevice ? 0 : NORMAL_WRITE_BACK;
        result.shareability = regime.flatIsDevice ? OUTER_SHAREABLE : 0;
        return true;
    }

    private boolean walk(Regime regime, AddressRange half, long input, Translation result) {
        Granule granule = half.granule;
        long table = half.base;
        long inherited = 0;
        for (int level = half.startLevel; ; level++) {
            int shift = granule.shiftAt(level);
            long index = input >>> shift & (1L << granule.stride()) - 1;
            long descriptor = tables.descriptor(table | index << 3, level);
            if ((descriptor & VALID) == 0) {
                return result.fault(FaultStatus.TRANSLATION, level);
            }
            boolean isTable = level < 3 && (descriptor & TABLE) != 0;
            boolean isLeaf = level == 3 ? (descriptor & TABLE) != 0 : granule.hasBlocksAt(level);
            if (!isTable && !isLeaf) {
                return result.fault(FaultStatus.TRANSLATION, level);
            }
            long output = descriptor & ADDRESS & -1L << (isTable ? granule.shift() : shift);
            if (AddressSize.exceeds(output, regime.outputBits)) {
                return result.fault(FaultStatus.ADDRESS_SIZE, level);
            }
            if (!isTable) {
                result.address = output | input & (1L << shift) - 1;
                result.level = level;
                result.shift = shift;
                return leaf(regime, descriptor, inherited, result);
            }
            table = output;
            inherited |= descriptor;
        }
    }

    private static boolean leaf(Regime regime, long descriptor, long inherited, Translation result) {
        if ((descriptor & ACCESS_FLAG) == 0) {
            return result.fault(FaultStatus.ACCESS_FLAG, result.level);
        }
        boolean writable = (descriptor & AP_READ_ONLY) == 0 && (inherited & READ_ONLY_TABLE) == 0;
        int attributes = Translation.READ | (writable ? Translation.WRITE : 0);
        if (regime.hasTwoHalves) {
            boolean user = (descriptor & AP_USER) != 0 && (inherited & NO_USER_TABLE) == 0;
            attributes |= user ? userAccess(writable) : 0;
            boolean userWritable = user && writable;
            boolean userExecutable = (descriptor & UXN) == 0 && (inherited & UXN_TABLE) == 0;
            boolean executable = (descriptor & PXN) == 0 && (inherited & PXN_TABLE) == 0 && !userWritable;
            attributes |=
                    userExecutable && !(userWritable && regime.writableIsNotExecutable) ? Translation.USER_EXECUTE : 0;
            attributes |= executable && !(writable && regime.writableIsNotExecutable) ? Translation.EXECUTE : 0;
            attributes |= (descriptor & NOT_GLOBAL) == 0 ? Translation.GLOBAL : 0;
        } else {
            boolean executable = (descriptor & UXN) == 0 && (inherited & UXN_TABLE) == 0;
            attributes |= executable && !(writable && regime.writableIsNotExecutable) ? Translation.EXECUTE : 0;
            attributes |= Translation.GLOBAL;
        }
        result.memory = (int) (regime.memoryAttributes >>> 8 * (int) (descriptor >>> 2 & 7)) & 0xFF;
        boolean device = (result.memory & 0xF0) == 0;
        result.shareability = device ? OUTER_SHAREABLE : (int) (descriptor >>> 8) & 3;
        result.attributes = attributes | (device ? Translation.DEVICE : 0);
        result.status = Translation.FINE;
        return true;
    }

    private static int userAccess(boolean writable) {
        return Translation.USER_READ | Translation.NEVER_FOR_PRIVILEGED | (writable ? Translation.USER_WRITE : 0);
    }
}

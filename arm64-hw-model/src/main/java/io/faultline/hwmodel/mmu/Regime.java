/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.SystemRegister;

/**
 * The controls of one stage 1 translation regime, decoded: EL1&amp;0, EL2, or EL2&amp;0 where HCR_EL2.E2H makes EL2 one
 * with two halves and an EL0 (Arm ARM, D8.1).
 */
final class Regime {
    private static final long M = 1;
    private static final long A = 1 << 1;
    private static final long WXN = 1 << 19;
    private static final long E2H = 1L << 34;
    private static final long TGE = 1L << 27;
    private static final long DC = 1L << 12;
    private static final int A1 = 22;
    private static final int AS = 36;

    /** Whether this is the regime of EL2. */
    final boolean el2;

    final AddressRange low = new AddressRange();
    final AddressRange high = new AddressRange();

    /** The MMU is on. */
    boolean enabled;
    /** With the MMU off data is Device memory. */
    boolean flatIsDevice;
    /** Every access must be aligned. */
    boolean checksAlignment;
    /** What is writable is not executable. */
    boolean writableIsNotExecutable;
    /** There is an upper half, an EL0 and an ASID. */
    boolean hasTwoHalves;

    int outputBits;
    long memoryAttributes;
    int asid;

    Regime(boolean el2) {
        this.el2 = el2;
    }

    /** Decodes the registers. */
    void decode(long[] registers) {
        long hcr = registers[SystemRegister.HCR_EL2.ordinal()];
        boolean host = (hcr & E2H) != 0;
        long sctlr = registers[(el2 ? SystemRegister.SCTLR_EL2 : SystemRegister.SCTLR_EL1).ordinal()];
        boolean off = !el2 && ((hcr & DC) != 0 || (hcr & TGE) != 0 && !host);
        enabled = (sctlr & M) != 0 && !off;
        flatIsDevice = el2 || (hcr & DC) == 0;
        checksAlignment = (sctlr & A) != 0;
        writableIsNotExecutable = (sctlr & WXN) != 0;
        hasTwoHalves = !el2 || host;
        memoryAttributes = registers[(el2 ? SystemRegister.MAIR_EL2 : SystemRegister.MAIR_EL1).ordinal()];
        long tcr = registers[(el2 ? SystemRegister.TCR_EL2 : SystemRegister.TCR_EL1).ordinal()];
        long ttbr0 = registers[(el2 ? SystemRegister.TTBR0_EL2 : SystemRegister.TTBR0_EL1).ordinal()];
        long ttbr1 = registers[(el2 ? SystemRegister.TTBR1_EL2 : SystemRegister.TTBR1_EL1).ordinal()];
        if (hasTwoHalves) {
            decodeHalves(tcr, ttbr0, ttbr1);
        } else {
            outputBits = AddressSize.ofField(tcr >>> 16);
            low.set(true, (int) tcr & 0x3F, Granule.ofTg0((int) tcr >>> 14 & 3), isSet(tcr, 20), ttbr0);
            high.enabled = false;
            high.ignoresTopByte = low.ignoresTopByte;
            asid = 0;
        }
    }

    private void decodeHalves(long tcr, long ttbr0, long ttbr1) {
        outputBits = AddressSize.ofField(tcr >>> 32);
        low.set(!isSet(tcr, 7), (int) tcr & 0x3F, Granule.ofTg0((int) tcr >>> 14 & 3), isSet(tcr, 37), ttbr0);
        high.set(
                !isSet(tcr, 23),
                (int) (tcr >>> 16) & 0x3F,
                Granule.ofTg1((int) (tcr >>> 30) & 3),
                isSet(tcr, 38),
                ttbr1);
        int full = (int) ((isSet(tcr, A1) ? ttbr1 : ttbr0) >>> 48);
        asid = isSet(tcr, AS) ? full : full & 0xFF;
    }

    private static boolean isSet(long value, int bit) {
        return (value >>> bit & 1) != 0;
    }

    /** Returns the half that an address belongs to. */
    AddressRange half(long virtualAddress) {
        return (virtualAddress >>> 55 & 1) == 0 ? low : high;
    }
}

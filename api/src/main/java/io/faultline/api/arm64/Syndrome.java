/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import java.util.Locale;
import java.util.Optional;

/**
 * A value of an exception syndrome register {@code ESR_ELx} (DDI 0487, D24.2.40).
 *
 * @param esr the 64-bit register value
 * @since 0.1
 */
public record Syndrome(long esr) {
    private static final long IL = 1L << 25;
    private static final long ISV = 1L << 24;
    private static final int SAS_SHIFT = 22;
    private static final long SSE = 1L << 21;
    private static final int SRT_SHIFT = 16;
    private static final long SF = 1L << 15;
    private static final long AR = 1L << 14;
    private static final long CM = 1L << 8;
    private static final long S1PTW = 1L << 7;
    private static final long WNR = 1L << 6;

    /**
     * Makes a syndrome of a 32-bit instruction (IL = 1).
     *
     * @param exceptionClass the class
     * @param iss instruction specific syndrome, bits 24:0
     * @return the syndrome
     * @throws IllegalArgumentException if {@code iss} does not fit 25 bits
     */
    public static Syndrome of(ExceptionClass exceptionClass, long iss) {
        if ((iss & ~0x1FF_FFFFL) != 0) {
            throw new IllegalArgumentException("ISS 0x" + Long.toHexString(iss) + " does not fit 25 bits");
        }
        return new Syndrome(((long) exceptionClass.code() << 26) | IL | iss);
    }

    /**
     * Returns the six-bit exception class code.
     *
     * @return bits 31:26
     */
    public int classCode() {
        return (int) (esr >>> 26) & 0x3F;
    }

    /**
     * Returns the exception class.
     *
     * @return the class, or empty if Faultline has no name for its code
     */
    public Optional<ExceptionClass> exceptionClass() {
        return ExceptionClass.of(classCode());
    }

    /**
     * Returns the instruction specific syndrome.
     *
     * @return bits 24:0
     */
    public long iss() {
        return esr & 0x1FF_FFFFL;
    }

    /**
     * Returns the immediate of SVC, HVC, SMC or BRK.
     *
     * @return bits 15:0
     */
    public int immediate() {
        return (int) esr & 0xFFFF;
    }

    /**
     * Returns the fault status code of an abort.
     *
     * @return bits 5:0, see {@link FaultStatus}
     */
    public int faultStatus() {
        return (int) esr & 0x3F;
    }

    /**
     * Tells whether the abort was on a stage 2 fault of a stage 1 table walk.
     *
     * @return bit 7, S1PTW
     */
    public boolean isStage1Walk() {
        return (esr & S1PTW) != 0;
    }

    /**
     * Tells whether a data abort was caused by a write.
     *
     * @return bit 6, WnR
     */
    public boolean isWrite() {
        return (esr & WNR) != 0;
    }

    /**
     * Tells whether a data abort came from a cache maintenance or address translation instruction.
     *
     * @return bit 8, CM
     */
    public boolean isCacheMaintenance() {
        return (esr & CM) != 0;
    }

    /**
     * Tells whether the access size, sign extension and register fields are valid.
     *
     * @return bit 24, ISV
     */
    public boolean hasAccessDetails() {
        return (esr & ISV) != 0;
    }

    /**
     * Returns the size of the access of a data abort.
     *
     * @return the width in SAS; meaningful only if {@link #hasAccessDetails()}
     */
    public AccessWidth accessWidth() {
        return AccessWidth.ofLog2((int) (esr >>> SAS_SHIFT) & 3);
    }

    /**
     * Tells whether a load sign-extends its result.
     *
     * @return bit 21, SSE; meaningful only if {@link #hasAccessDetails()}
     */
    public boolean isSignExtended() {
        return (esr & SSE) != 0;
    }

    /**
     * Returns the number of the register that a load writes or a store reads.
     *
     * @return 0 to 31 (31 is the zero register), SRT; meaningful only if {@link #hasAccessDetails()}
     */
    public int transferRegister() {
        return (int) (esr >>> SRT_SHIFT) & 0x1F;
    }

    /**
     * Tells whether the transfer register is 64 bits wide.
     *
     * @return bit 15, SF; meaningful only if {@link #hasAccessDetails()}
     */
    public boolean isSixtyFourBit() {
        return (esr & SF) != 0;
    }

    /**
     * Packs the access details of a load or store of one general-purpose register, for the ISS of a data abort.
     *
     * @param width size of the access
     * @param signExtend whether a load sign-extends
     * @param register transfer register, 0 to 31
     * @param sixtyFourBit whether the register is 64 bits wide
     * @param acquireRelease whether the instruction has acquire or release semantics
     * @return bits 24:14 of the ISS with ISV set
     */
    public static long accessDetails(
            AccessWidth width, boolean signExtend, int register, boolean sixtyFourBit, boolean acquireRelease) {
        return ISV
                | ((long) width.log2() << SAS_SHIFT)
                | (signExtend ? SSE : 0)
                | ((long) (register & 0x1F) << SRT_SHIFT)
                | (sixtyFourBit ? SF : 0)
                | (acquireRelease ? AR : 0);
    }

    /**
     * Packs the lower bits of the ISS of an abort.
     *
     * @param faultStatus see {@link FaultStatus}, 0 to 63
     * @param write whether the access was a write (WnR; must be false for instruction aborts)
     * @param stage1Walk whether the fault was on a stage 1 table walk (S1PTW)
     * @return bits 7:0 of the ISS
     */
    public static long abort(int faultStatus, boolean write, boolean stage1Walk) {
        return (faultStatus & 0x3F) | (write ? WNR : 0) | (stage1Walk ? S1PTW : 0);
    }

    /**
     * Describes the syndrome for people.
     *
     * @return the class name or code and the ISS in hexadecimal
     */
    @Override
    public String toString() {
        String name =
                exceptionClass().map(Enum::name).orElseGet(() -> String.format(Locale.ROOT, "EC 0x%02x", classCode()));
        return String.format(Locale.ROOT, "%s iss=0x%07x", name, iss());
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import java.util.Optional;

/**
 * An exception class: bits 31:26 of an exception syndrome register (DDI 0487, D24.2.40).
 *
 * @since 0.1
 */
public enum ExceptionClass {
    /** Unknown reason, including undefined instructions. */
    UNKNOWN(0x00),
    /** Trapped WFI or WFE. */
    WFX(0x01),
    /** Access to SVE, Advanced SIMD or floating point that is trapped. */
    FP_ACCESS(0x07),
    /** Illegal execution state. */
    ILLEGAL_STATE(0x0E),
    /** SVC instruction. */
    SVC64(0x15),
    /** HVC instruction. */
    HVC64(0x16),
    /** SMC instruction. */
    SMC64(0x17),
    /** Trapped MSR, MRS or system instruction. */
    SYSTEM_REGISTER(0x18),
    /** Instruction abort from a lower level. */
    INSTRUCTION_ABORT_LOWER(0x20),
    /** Instruction abort from the same level. */
    INSTRUCTION_ABORT_SAME(0x21),
    /** PC alignment fault. */
    PC_ALIGNMENT(0x22),
    /** Data abort from a lower level. */
    DATA_ABORT_LOWER(0x24),
    /** Data abort from the same level. */
    DATA_ABORT_SAME(0x25),
    /** SP alignment fault. */
    SP_ALIGNMENT(0x26),
    /** SError interrupt. */
    SERROR(0x2F),
    /** Software step from a lower level. */
    SOFTWARE_STEP_LOWER(0x32),
    /** Software step from the same level. */
    SOFTWARE_STEP_SAME(0x33),
    /** BRK instruction. */
    BRK(0x3C);

    private static final ExceptionClass[] CLASSES = values();

    private final int code;

    ExceptionClass(int code) {
        this.code = code;
    }

    /**
     * Returns the six-bit code.
     *
     * @return 0 to 0x3F
     */
    public int code() {
        return code;
    }

    /**
     * Finds the class with a code.
     *
     * @param code bits 31:26 of a syndrome
     * @return the class, or empty if Faultline has no name for it
     */
    public static Optional<ExceptionClass> of(int code) {
        for (ExceptionClass candidate : CLASSES) {
            if (candidate.code == code) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}

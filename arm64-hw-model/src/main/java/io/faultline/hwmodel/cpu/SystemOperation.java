/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.SystemRegister;
import java.util.Arrays;
import java.util.Comparator;

/** The instructions that are encoded as SYS: cache and TLB maintenance, address translation. */
enum SystemOperation {
    IC_IALLUIS(0, 7, 1, 0, Effect.NOTHING, AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TPU)),
    IC_IALLU(0, 7, 5, 0, Effect.NOTHING, AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TPU)),
    IC_IVAU(3, 7, 5, 1, Effect.MAINTAIN, el0(Bits.SCTLR_UCI, Bits.HCR_TPU)),
    DC_IVAC(0, 7, 6, 1, Effect.MAINTAIN_WRITE, AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TPC)),
    DC_ISW(0, 7, 6, 2, Effect.NOTHING, AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TSW)),
    DC_CSW(0, 7, 10, 2, Effect.NOTHING, AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TSW)),
    DC_CISW(0, 7, 14, 2, Effect.NOTHING, AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TSW)),
    DC_ZVA(3, 7, 4, 1, Effect.ZERO, el0(Bits.SCTLR_DZE, Bits.HCR_TDZ)),
    DC_CVAC(3, 7, 10, 1, Effect.MAINTAIN, el0(Bits.SCTLR_UCI, Bits.HCR_TPC)),
    DC_CVAU(3, 7, 11, 1, Effect.MAINTAIN, el0(Bits.SCTLR_UCI, Bits.HCR_TPU)),
    DC_CIVAC(3, 7, 14, 1, Effect.MAINTAIN, el0(Bits.SCTLR_UCI, Bits.HCR_TPC)),
    AT_S1E1R(0, 7, 8, 0, Effect.TRANSLATE_READ, AccessRule.of(1, 1)),
    AT_S1E1W(0, 7, 8, 1, Effect.TRANSLATE_WRITE, AccessRule.of(1, 1)),
    AT_S1E0R(0, 7, 8, 2, Effect.TRANSLATE_READ, AccessRule.of(1, 1)),
    AT_S1E0W(0, 7, 8, 3, Effect.TRANSLATE_WRITE, AccessRule.of(1, 1)),
    TLBI_VMALLE1IS(0, 8, 3, 0),
    TLBI_VAE1IS(0, 8, 3, 1),
    TLBI_ASIDE1IS(0, 8, 3, 2),
    TLBI_VAAE1IS(0, 8, 3, 3),
    TLBI_VALE1IS(0, 8, 3, 5),
    TLBI_VAALE1IS(0, 8, 3, 7),
    TLBI_VMALLE1(0, 8, 7, 0),
    TLBI_VAE1(0, 8, 7, 1),
    TLBI_ASIDE1(0, 8, 7, 2),
    TLBI_VAAE1(0, 8, 7, 3),
    TLBI_VALE1(0, 8, 7, 5),
    TLBI_VAALE1(0, 8, 7, 7);

    /** What an operation does here. */
    enum Effect {
        /** Caches are coherent, there is nothing to do. */
        NOTHING,
        /** The same, after the address was translated for reading. */
        MAINTAIN,
        /** The same, after the address was translated for writing. */
        MAINTAIN_WRITE,
        /** Zeroes a block. */
        ZERO,
        /** Puts the result of a stage 1 translation for reading into PAR_EL1. */
        TRANSLATE_READ,
        /** The same for writing. */
        TRANSLATE_WRITE,
        /** Forgets translations. */
        INVALIDATE_TLB
    }

    private static final SystemOperation[] SORTED = sorted();
    private static final int[] ENCODINGS =
            Arrays.stream(SORTED).mapToInt(operation -> operation.encoding).toArray();

    private final int encoding;
    private final Effect effect;
    private final AccessRule rule;

    SystemOperation(int op1, int crn, int crm, int op2, Effect effect, AccessRule rule) {
        encoding = SystemRegister.encode(1, op1, crn, crm, op2);
        this.effect = effect;
        this.rule = rule;
    }

    SystemOperation(int op1, int crn, int crm, int op2) {
        this(
                op1,
                crn,
                crm,
                op2,
                Effect.INVALIDATE_TLB,
                AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TTLB));
    }

    private static AccessRule el0(long gate, long trap) {
        return AccessRule.of(0, 0).gatedBy(SystemRegister.SCTLR_EL1, gate).trappedBy(SystemRegister.HCR_EL2, 0, trap);
    }

    private static SystemOperation[] sorted() {
        SystemOperation[] all = values();
        Arrays.sort(all, Comparator.comparingInt(operation -> operation.encoding));
        return all;
    }

    /** Returns the index of the operation with an encoding (op0 is 1), negative if there is none. */
    static int find(int encoding) {
        return Arrays.binarySearch(ENCODINGS, encoding);
    }

    static SystemOperation at(int index) {
        return SORTED[index];
    }

    Effect effect() {
        return effect;
    }

    AccessRule rule() {
        return rule;
    }
}

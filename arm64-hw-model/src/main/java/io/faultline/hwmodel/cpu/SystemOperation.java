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
    AT_S1E1R(0, 7, 8, 0, Effect.TRANSLATE, AccessRule.of(1, 1)),
    AT_S1E1W(0, 7, 8, 1, Effect.TRANSLATE, AccessRule.of(1, 1)),
    AT_S1E0R(0, 7, 8, 2, Effect.TRANSLATE, AccessRule.of(1, 1)),
    AT_S1E0W(0, 7, 8, 3, Effect.TRANSLATE, AccessRule.of(1, 1)),
    AT_S1E2R(4, 7, 8, 0, Effect.TRANSLATE, AccessRule.of(2, 2)),
    AT_S1E2W(4, 7, 8, 1, Effect.TRANSLATE, AccessRule.of(2, 2)),
    AT_S12E1R(4, 7, 8, 4, Effect.TRANSLATE, AccessRule.of(2, 2)),
    AT_S12E1W(4, 7, 8, 5, Effect.TRANSLATE, AccessRule.of(2, 2)),
    AT_S12E0R(4, 7, 8, 6, Effect.TRANSLATE, AccessRule.of(2, 2)),
    AT_S12E0W(4, 7, 8, 7, Effect.TRANSLATE, AccessRule.of(2, 2)),
    TLBI_VMALLE1IS(0, 3, 0, TlbOperation.ALL),
    TLBI_VAE1IS(0, 3, 1, TlbOperation.ADDRESS),
    TLBI_ASIDE1IS(0, 3, 2, TlbOperation.ASID),
    TLBI_VAAE1IS(0, 3, 3, TlbOperation.ADDRESS_ALL_ASIDS),
    TLBI_VALE1IS(0, 3, 5, TlbOperation.ADDRESS),
    TLBI_VAALE1IS(0, 3, 7, TlbOperation.ADDRESS_ALL_ASIDS),
    TLBI_ALLE2IS(4, 3, 0, TlbOperation.ALL),
    TLBI_VAE2IS(4, 3, 1, TlbOperation.ADDRESS),
    TLBI_ALLE1IS(4, 3, 4, TlbOperation.ALL_GUESTS),
    TLBI_VALE2IS(4, 3, 5, TlbOperation.ADDRESS),
    TLBI_VMALLS12E1IS(4, 3, 6, TlbOperation.ALL),
    TLBI_VMALLE1(0, 7, 0, TlbOperation.ALL),
    TLBI_VAE1(0, 7, 1, TlbOperation.ADDRESS),
    TLBI_ASIDE1(0, 7, 2, TlbOperation.ASID),
    TLBI_VAAE1(0, 7, 3, TlbOperation.ADDRESS_ALL_ASIDS),
    TLBI_VALE1(0, 7, 5, TlbOperation.ADDRESS),
    TLBI_VAALE1(0, 7, 7, TlbOperation.ADDRESS_ALL_ASIDS),
    TLBI_ALLE2(4, 7, 0, TlbOperation.ALL),
    TLBI_VAE2(4, 7, 1, TlbOperation.ADDRESS),
    TLBI_ALLE1(4, 7, 4, TlbOperation.ALL_GUESTS),
    TLBI_VALE2(4, 7, 5, TlbOperation.ADDRESS),
    TLBI_VMALLS12E1(4, 7, 6, TlbOperation.ALL),
    TLBI_IPAS2E1IS(4, 0, 1, TlbOperation.INTERMEDIATE_ADDRESS),
    TLBI_IPAS2LE1IS(4, 0, 5, TlbOperation.INTERMEDIATE_ADDRESS),
    TLBI_IPAS2E1(4, 4, 1, TlbOperation.INTERMEDIATE_ADDRESS),
    TLBI_IPAS2LE1(4, 4, 5, TlbOperation.INTERMEDIATE_ADDRESS);

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
        /** Puts the result of a translation into PAR_EL1. */
        TRANSLATE,
        /** Forgets translations. */
        INVALIDATE_TLB
    }

    private static final int TLB = 8;

    private static final SystemOperation[] SORTED = sorted();
    private static final int[] ENCODINGS =
            Arrays.stream(SORTED).mapToInt(operation -> operation.encoding).toArray();

    private final int encoding;
    private final Effect effect;
    private final AccessRule rule;
    private final TlbOperation tlb;

    SystemOperation(int op1, int crn, int crm, int op2, Effect effect, AccessRule rule) {
        encoding = SystemRegister.encode(1, op1, crn, crm, op2);
        this.effect = effect;
        this.rule = rule;
        tlb = TlbOperation.ALL;
    }

    SystemOperation(int op1, int crm, int op2, TlbOperation tlb) {
        encoding = SystemRegister.encode(1, op1, TLB, crm, op2);
        effect = Effect.INVALIDATE_TLB;
        rule = op1 == 0 ? AccessRule.of(1, 1).trappedBy(SystemRegister.HCR_EL2, 0, Bits.HCR_TTLB) : AccessRule.of(2, 2);
        this.tlb = tlb;
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

    /** What a TLBI instruction invalidates. */
    TlbOperation tlb() {
        return tlb;
    }

    /** Whether a TLBI instruction is for the Inner Shareable domain. */
    boolean isShared() {
        int crm = encoding >>> 3 & 0xF;
        return crm == 3 || crm == 0;
    }

    /** Whether the instruction is about the regime of EL2 by its name. */
    boolean isOfEl2() {
        return switch (this) {
            case AT_S1E2R, AT_S1E2W, TLBI_ALLE2IS, TLBI_ALLE2, TLBI_VAE2IS, TLBI_VAE2, TLBI_VALE2IS, TLBI_VALE2 -> true;
            default -> false;
        };
    }

    /** Whether an AT instruction translates as an unprivileged access. */
    boolean isUnprivileged() {
        return (encoding & 0b010) != 0;
    }

    /** Whether an AT instruction translates as a write. */
    boolean isWrite() {
        return (encoding & 0b001) != 0;
    }

    /** Whether an AT instruction translates by both stages. */
    boolean isBothStages() {
        return (encoding & 0b100) != 0;
    }
}

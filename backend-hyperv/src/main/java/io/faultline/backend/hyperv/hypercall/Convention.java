/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

/**
 * How a guest makes a call (hyperv.md 1.1).
 *
 * @since 0.1
 */
public enum Convention {
    /** {@code HVC #0} by the SMC Calling Convention: function identifier in X0. */
    SMCCC(1),
    /** {@code HVC #1}: the older one, without function identifier. */
    LEGACY(0);

    /** Registers that carry a block. */
    static final int REGISTERS = 16;
    /** Bytes of a block in registers. */
    static final int REGISTER_BYTES = 8 * REGISTERS;
    /** Blocks in registers begin with an even one. */
    static final int PAIR_BYTES = 16;

    private final int control;

    Convention(int control) {
        this.control = control;
    }

    /** The register with the control word. */
    int control() {
        return control;
    }

    /** The register with the address of the input, or with the first bytes of it. */
    int input() {
        return control + 1;
    }

    /** The register with the address of the output. */
    int output() {
        return control + 2;
    }

    static int wholePairs(int bytes) {
        return bytes + PAIR_BYTES - 1 & -PAIR_BYTES;
    }

    /** The register with the first bytes of the output: after the input (D1), or so that the last of it is in X16 (D2). */
    int firstOutput(int inputBytes, int outputBytes) {
        return this == SMCCC
                ? input() + wholePairs(inputBytes) / Long.BYTES
                : input() + REGISTERS - wholePairs(outputBytes) / Long.BYTES;
    }
}

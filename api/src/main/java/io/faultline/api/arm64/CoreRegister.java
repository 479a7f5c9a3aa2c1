/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * A register that instructions name directly, and the processor state.
 *
 * @since 0.1
 */
public enum CoreRegister implements Register {
    /** General-purpose register 0. */
    X0,
    /** General-purpose register 1. */
    X1,
    /** General-purpose register 2. */
    X2,
    /** General-purpose register 3. */
    X3,
    /** General-purpose register 4. */
    X4,
    /** General-purpose register 5. */
    X5,
    /** General-purpose register 6. */
    X6,
    /** General-purpose register 7. */
    X7,
    /** General-purpose register 8. */
    X8,
    /** General-purpose register 9. */
    X9,
    /** General-purpose register 10. */
    X10,
    /** General-purpose register 11. */
    X11,
    /** General-purpose register 12. */
    X12,
    /** General-purpose register 13. */
    X13,
    /** General-purpose register 14. */
    X14,
    /** General-purpose register 15. */
    X15,
    /** General-purpose register 16. */
    X16,
    /** General-purpose register 17. */
    X17,
    /** General-purpose register 18. */
    X18,
    /** General-purpose register 19. */
    X19,
    /** General-purpose register 20. */
    X20,
    /** General-purpose register 21. */
    X21,
    /** General-purpose register 22. */
    X22,
    /** General-purpose register 23. */
    X23,
    /** General-purpose register 24. */
    X24,
    /** General-purpose register 25. */
    X25,
    /** General-purpose register 26. */
    X26,
    /** General-purpose register 27. */
    X27,
    /** General-purpose register 28. */
    X28,
    /** General-purpose register 29. */
    X29,
    /** General-purpose register 30. */
    X30,
    /** Stack pointer of EL0. */
    SP_EL0,
    /** Stack pointer of EL1. */
    SP_EL1,
    /** Stack pointer of EL2. */
    SP_EL2,
    /** Address of the next instruction. */
    PC,
    /** Processor state in the layout of {@link ProcessorState}. */
    PSTATE;

    private static final CoreRegister[] REGISTERS = values();

    /**
     * Returns general-purpose register {@code Xn}.
     *
     * @param n 0 to 30; 31 is the zero register or a stack pointer and has no name here
     * @return the register
     * @throws IllegalArgumentException if {@code n} is outside 0 to 30
     */
    public static CoreRegister x(int n) {
        if (n < 0 || n > 30) {
            throw new IllegalArgumentException("X" + n + " does not exist: general-purpose registers are X0 to X30");
        }
        return REGISTERS[n];
    }
}

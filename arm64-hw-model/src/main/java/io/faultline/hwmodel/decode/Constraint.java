/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

/** What the operands of an encoding must fulfil beyond its pattern; a word that does not is UNDEFINED. */
enum Constraint {
    /** Nothing. */
    NONE {
        @Override
        boolean holds(int word) {
            return true;
        }
    },
    /** Logical immediate: N is zero for 32 bits, and the pattern is not all ones. */
    BITMASK {
        @Override
        boolean holds(int word) {
            return Fields.bitmask(word) != 0;
        }
    },
    /** Move wide: the halfword is in the register. */
    HALFWORD_IN_REGISTER {
        @Override
        boolean holds(int word) {
            return Fields.is64(word) || Fields.bits(word, 21, 2) < 2;
        }
    },
    /** Bitfield: N equals sf, bit numbers are in the register. */
    BITFIELD {
        @Override
        boolean holds(int word) {
            return isSizeRepeated(word) && (Fields.is64(word) || (word & 1 << 21) == 0 && (word & 1 << 15) == 0);
        }
    },
    /** Extract: N equals sf, the bit number is in the register. */
    EXTRACT {
        @Override
        boolean holds(int word) {
            return isSizeRepeated(word) && SHIFT_IN_REGISTER.holds(word);
        }
    },
    /** Shift amount below the size of the register. */
    SHIFT_IN_REGISTER {
        @Override
        boolean holds(int word) {
            return Fields.is64(word) || (word & 1 << 15) == 0;
        }
    },
    /** The same, and the shift is not a rotation. */
    SHIFT_WITHOUT_ROR {
        @Override
        boolean holds(int word) {
            return Fields.bits(word, 22, 2) != 3 && SHIFT_IN_REGISTER.holds(word);
        }
    },
    /**
     * The registers of a load pair differ from each other and, with writeback, from the base. The architecture lets a PE
     * choose between UNDEFINED and other results; binutils takes LDPSW for undefined and the other pairs for defined.
     */
    DISTINCT_REGISTERS {
        @Override
        boolean holds(int word) {
            int first = Fields.rd(word);
            int second = Fields.ra(word);
            boolean writeback = Fields.bits(word, 23, 1) == 1;
            int base = Fields.rn(word);
            return first != second && !(writeback && base != 31 && (base == first || base == second));
        }
    },
    /** The first register of each pair, Rs and Rt, has an even number. */
    EVEN_REGISTERS {
        @Override
        boolean holds(int word) {
            return (Fields.rm(word) & 1) == 0 && (Fields.rd(word) & 1) == 0;
        }
    },
    /** Extended register: shifted left by at most 4. */
    EXTEND {
        @Override
        boolean holds(int word) {
            return Fields.bits(word, 10, 3) <= 4;
        }
    };

    abstract boolean holds(int word);

    private static boolean isSizeRepeated(int word) {
        return word >>> 31 == Fields.bits(word, 22, 1);
    }
}

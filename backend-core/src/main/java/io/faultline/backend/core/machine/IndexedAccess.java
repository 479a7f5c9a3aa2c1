/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.hwmodel.cpu.ProcessingElement;
import java.util.Optional;

/**
 * A load or store of one register that changes its base register, before or after: what compilers make of a pointer that
 * walks over device registers. Its syndrome has no access details (ISV is zero), so that they are taken from the
 * instruction instead.
 *
 * @param word the instruction, one of C4.1.94 "load/store register (immediate post-indexed)" and "(pre-indexed)"
 */
record IndexedAccess(int word) {
    /** Bits that are the same in both groups: size, opc, offset, the index bit and registers may be anything. */
    private static final int MASK = 0x3F20_0400;

    private static final int PATTERN = 0x3800_0400;
    private static final int STACK_POINTER = 31;
    private static final int OFFSET_SHIFT = 12;
    private static final int OFFSET_BITS = 9;
    private static final int WRITE = 1 << 6;

    /** How the base register was. */
    record Undo(CoreRegister register, long value) {
        void apply(ProcessingElement pe) {
            pe.write(register, value);
        }
    }

    /** Returns the access, or empty if an instruction is another one; prefetches are. */
    static Optional<IndexedAccess> of(int word) {
        boolean exists = word >>> 30 != 3 || (word >>> 23 & 1) == 0;
        return (word & MASK) == PATTERN && exists ? Optional.of(new IndexedAccess(word)) : Optional.empty();
    }

    /** Returns a syndrome with the details that the real one does not have. */
    Syndrome syndrome() {
        int opc = word >>> 22 & 3;
        AccessWidth width = AccessWidth.ofLog2(word >>> 30);
        boolean wide = opc == 2 || opc < 2 && width == AccessWidth.DOUBLEWORD;
        long details = Syndrome.accessDetails(width, opc >= 2, word & 0x1F, wide, false);
        return new Syndrome((long) ExceptionClass.DATA_ABORT_LOWER.code() << 26 | details | (opc == 0 ? WRITE : 0));
    }

    /** Changes the base register of a trapped access as the instruction does, and returns how to take it back. */
    Undo updateBase(ProcessingElement pe) {
        int number = word >>> 5 & 0x1F;
        CoreRegister register =
                number == STACK_POINTER ? stackPointer(pe.returnState()) : CoreRegister.values()[number];
        long value = pe.read(register);
        pe.write(register, value + offset());
        return new Undo(register, value);
    }

    private long offset() {
        return (long) word << Long.SIZE - OFFSET_SHIFT - OFFSET_BITS >> Long.SIZE - OFFSET_BITS;
    }

    private static CoreRegister stackPointer(long pstate) {
        if ((pstate & ProcessorState.SP) == 0) {
            return CoreRegister.SP_EL0;
        }
        return (pstate >>> 2 & 3) == 2 ? CoreRegister.SP_EL2 : CoreRegister.SP_EL1;
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import io.faultline.hwmodel.mmu.MemoryAccess;
import io.faultline.hwmodel.registers.RegisterFile;

/**
 * The instructions of FEAT_LSE. One thread runs the machine and no PE is interrupted within an instruction, so that a load
 * and a store are atomic; what matters is that both may be done before either is.
 */
final class Atomics {
    private static final int SWAP = 8;

    private final MemoryAccess memory;
    private final long[] x;

    Atomics(RegisterFile registers, MemoryAccess memory) {
        this.memory = memory;
        x = registers.x;
    }

    private static long truncate(long value, int size) {
        return value & -1L >>> Long.SIZE - (8 << size);
    }

    private static long signExtend(long value, int size) {
        int unused = Long.SIZE - (8 << size);
        return value << unused >> unused;
    }

    /**
     * Executes LDADD and its siblings, and SWP.
     *
     * @param d index of the register that gets what was there
     * @param address virtual address
     * @param operand second operand
     * @param size binary logarithm of the bytes
     * @param operation bits o3 and opc of the instruction
     */
    void modify(int d, long address, long operand, int size, int operation) {
        memory.checkAtomic(address, 1 << size);
        long old = load(address, size);
        store(address, size, result(operation, old, operand, size));
        x[d] = old;
    }

    private static long result(int operation, long old, long operand, int size) {
        return switch (operation) {
            case 0 -> old + operand;
            case 1 -> old & ~operand;
            case 2 -> old ^ operand;
            case 3 -> old | operand;
            case 4 -> Math.max(signExtend(old, size), signExtend(operand, size));
            case 5 -> Math.min(signExtend(old, size), signExtend(operand, size));
            case 6 -> Long.compareUnsigned(old, truncate(operand, size)) >= 0 ? old : operand;
            case 7 -> Long.compareUnsigned(old, truncate(operand, size)) <= 0 ? old : operand;
            case SWAP -> operand;
            default -> throw new IllegalStateException("atomic operation " + operation + " does not exist");
        };
    }

    /**
     * Executes CAS.
     *
     * @param d index of the register with the new value
     * @param address virtual address
     * @param expected what has to be there
     * @param size binary logarithm of the bytes
     * @param result index of the register that gets what was there
     */
    void compareAndSwap(int d, long address, long expected, int size, int result) {
        memory.checkAtomic(address, 1 << size);
        long old = load(address, size);
        if (old == truncate(expected, size)) {
            store(address, size, x[d]);
        }
        x[result] = old;
    }

    /**
     * Executes CASP.
     *
     * @param d index of the first of the registers with the new values
     * @param address virtual address
     * @param s index of the first of the registers with what has to be there, which get what was there
     * @param size binary logarithm of the bytes of one of the pair
     */
    void compareAndSwapPair(int d, long address, int s, int size) {
        memory.checkAtomic(address, 2 << size);
        long first = load(address, size);
        long second = load(address + (1L << size), size);
        if (first == truncate(x[s], size) && second == truncate(x[s + 1], size)) {
            long newFirst = x[d];
            long newSecond = x[d + 1];
            store(address, size, newFirst);
            store(address + (1L << size), size, newSecond);
        }
        x[s] = first;
        x[s + 1 == RegisterFile.ZERO ? RegisterFile.SINK : s + 1] = second;
    }

    private long load(long address, int size) {
        return switch (size) {
            case 0 -> memory.load8(address) & 0xFF;
            case 1 -> memory.load16(address) & 0xFFFF;
            case 2 -> memory.load32(address) & 0xFFFF_FFFFL;
            default -> memory.load64(address);
        };
    }

    private void store(long address, int size, long value) {
        switch (size) {
            case 0 -> memory.store8(address, value);
            case 1 -> memory.store16(address, value);
            case 2 -> memory.store32(address, value);
            default -> memory.store64(address, value);
        }
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.SystemRegister;

/**
 * Encodes the A64 instructions that scenarios execute.
 *
 * <p>Register numbers are 0 to 30, and 31 where the architecture reads it as the zero register. Offsets are in bytes from
 * the instruction. Stateless.
 *
 * @since 0.1
 */
public final class A64 {
    /** {@code NOP}. */
    public static final int NOP = 0xD503_201F;
    /** {@code WFE}. */
    public static final int WFE = 0xD503_205F;
    /** {@code WFI}. */
    public static final int WFI = 0xD503_207F;
    /** {@code ISB}. */
    public static final int ISB = 0xD503_3FDF;
    /** {@code DSB SY}. */
    public static final int DSB = 0xD503_3F9F;
    /** {@code ERET}. */
    public static final int ERET = 0xD69F_03E0;
    /** {@code UDF #0}: permanently undefined. */
    public static final int UDF = 0x0000_0000;

    private A64() {}

    /**
     * Encodes {@code HVC #immediate}.
     *
     * @param immediate 0 to 65535
     * @return the instruction
     */
    public static int hvc(int immediate) {
        return 0xD400_0002 | field("HVC immediate", immediate, 16) << 5;
    }

    /**
     * Encodes {@code SMC #immediate}.
     *
     * @param immediate 0 to 65535
     * @return the instruction
     */
    public static int smc(int immediate) {
        return 0xD400_0003 | field("SMC immediate", immediate, 16) << 5;
    }

    /**
     * Encodes {@code SVC #immediate}.
     *
     * @param immediate 0 to 65535
     * @return the instruction
     */
    public static int svc(int immediate) {
        return 0xD400_0001 | field("SVC immediate", immediate, 16) << 5;
    }

    /**
     * Encodes {@code B .+offset}.
     *
     * @param offset bytes, a multiple of 4 in the range of 128 MiB either way
     * @return the instruction
     */
    public static int b(long offset) {
        return 0x1400_0000 | branchOffset(offset, 26);
    }

    /**
     * Encodes {@code BR Xn}.
     *
     * @param n register that holds the target
     * @return the instruction
     */
    public static int br(int n) {
        return 0xD61F_0000 | register(n) << 5;
    }

    /**
     * Encodes {@code CBZ Xt, .+offset}.
     *
     * @param t register to test
     * @param offset bytes, a multiple of 4 in the range of 1 MiB either way
     * @return the instruction
     */
    public static int cbz(int t, long offset) {
        return 0xB400_0000 | branchOffset(offset, 19) << 5 | register(t);
    }

    /**
     * Encodes {@code CBNZ Xt, .+offset}.
     *
     * @param t register to test
     * @param offset bytes, a multiple of 4 in the range of 1 MiB either way
     * @return the instruction
     */
    public static int cbnz(int t, long offset) {
        return 0xB500_0000 | branchOffset(offset, 19) << 5 | register(t);
    }

    /**
     * Encodes a load of {@code Xt} or {@code Wt} from {@code [Xn, #offset]}.
     *
     * @param width size
     * @param t target
     * @param n base
     * @param offset bytes, a multiple of the size from 0 to 4095 times the size
     * @return the instruction
     */
    public static int ldr(AccessWidth width, int t, int n, int offset) {
        return 0x3940_0000 | access(width, t, n, offset);
    }

    /**
     * Encodes a store of {@code Xt} or {@code Wt} to {@code [Xn, #offset]}.
     *
     * @param width size
     * @param t source
     * @param n base
     * @param offset bytes, a multiple of the size from 0 to 4095 times the size
     * @return the instruction
     */
    public static int str(AccessWidth width, int t, int n, int offset) {
        return 0x3900_0000 | access(width, t, n, offset);
    }

    /**
     * Encodes {@code LDP Xt, Xt2, [Xn, #offset]}.
     *
     * @param t first target
     * @param t2 second target
     * @param n base
     * @param offset bytes, a multiple of 8 from -512 to 504
     * @return the instruction
     */
    public static int ldp(int t, int t2, int n, int offset) {
        return 0xA940_0000 | pair(t, t2, n, offset);
    }

    /**
     * Encodes {@code STP Xt, Xt2, [Xn, #offset]}.
     *
     * @param t first source
     * @param t2 second source
     * @param n base
     * @param offset bytes, a multiple of 8 from -512 to 504
     * @return the instruction
     */
    public static int stp(int t, int t2, int n, int offset) {
        return 0xA900_0000 | pair(t, t2, n, offset);
    }

    /**
     * Encodes {@code MRS Xt, register}.
     *
     * @param t target
     * @param register the register
     * @return the instruction
     */
    public static int mrs(int t, SystemRegister register) {
        return 0xD520_0000 | register.encoding() << 5 | register(t);
    }

    /**
     * Encodes {@code MSR register, Xt}.
     *
     * @param register the register
     * @param t source
     * @return the instruction
     */
    public static int msr(SystemRegister register, int t) {
        return 0xD500_0000 | register.encoding() << 5 | register(t);
    }

    /**
     * Encodes {@code MSR DAIFSet, #mask}.
     *
     * @param mask D, A, I, F in bits 3 to 0
     * @return the instruction
     */
    public static int daifSet(int mask) {
        return 0xD503_40DF | field("DAIF mask", mask, 4) << 8;
    }

    /**
     * Encodes {@code MSR DAIFClr, #mask}.
     *
     * @param mask D, A, I, F in bits 3 to 0
     * @return the instruction
     */
    public static int daifClear(int mask) {
        return 0xD503_40FF | field("DAIF mask", mask, 4) << 8;
    }

    /**
     * Encodes {@code MOVZ Xd, #immediate, LSL #(16 * part)}.
     *
     * @param d target
     * @param immediate 0 to 65535
     * @param part which 16 bits, 0 to 3
     * @return the instruction
     */
    public static int movz(int d, int immediate, int part) {
        return 0xD280_0000 | field("part", part, 2) << 21 | field("immediate", immediate, 16) << 5 | register(d);
    }

    /**
     * Encodes {@code MOVK Xd, #immediate, LSL #(16 * part)}.
     *
     * @param d target
     * @param immediate 0 to 65535
     * @param part which 16 bits, 0 to 3
     * @return the instruction
     */
    public static int movk(int d, int immediate, int part) {
        return 0xF280_0000 | field("part", part, 2) << 21 | field("immediate", immediate, 16) << 5 | register(d);
    }

    /**
     * Encodes {@code ADD Xd, Xn, #immediate}; register 31 is the stack pointer.
     *
     * @param d target
     * @param n source
     * @param immediate 0 to 4095
     * @return the instruction
     */
    public static int add(int d, int n, int immediate) {
        return 0x9100_0000 | field("immediate", immediate, 12) << 10 | register(n) << 5 | register(d);
    }

    /**
     * Encodes {@code SUB Xd, Xn, #immediate}; register 31 is the stack pointer.
     *
     * @param d target
     * @param n source
     * @param immediate 0 to 4095
     * @return the instruction
     */
    public static int sub(int d, int n, int immediate) {
        return 0xD100_0000 | field("immediate", immediate, 12) << 10 | register(n) << 5 | register(d);
    }

    private static int access(AccessWidth width, int t, int n, int offset) {
        int scaled = offset >> width.log2();
        if (scaled << width.log2() != offset) {
            throw new IllegalArgumentException("offset " + offset + " is not a multiple of " + width.bytes());
        }
        return width.log2() << 30 | field("scaled offset", scaled, 12) << 10 | register(n) << 5 | register(t);
    }

    private static int pair(int t, int t2, int n, int offset) {
        if ((offset & 7) != 0 || offset < -512 || offset > 504) {
            throw new IllegalArgumentException("pair offset " + offset + " is not a multiple of 8 from -512 to 504");
        }
        return (offset >> 3 & 0x7F) << 15 | register(t2) << 10 | register(n) << 5 | register(t);
    }

    private static int branchOffset(long offset, int bits) {
        long limit = 1L << bits + 1;
        if ((offset & 3) != 0 || offset < -limit || offset >= limit) {
            throw new IllegalArgumentException("branch offset " + offset + " is no multiple of 4 or out of reach");
        }
        return (int) (offset >> 2) & (1 << bits) - 1;
    }

    private static int register(int number) {
        return field("register", number, 5);
    }

    private static int field(String name, int value, int bits) {
        if (value < 0 || value >>> bits != 0) {
            throw new IllegalArgumentException(name + " " + value + " does not fit into " + bits + " bits");
        }
        return value;
    }
}

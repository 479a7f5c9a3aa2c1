/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.SystemRegister;

/** Encodings of the instructions that the guests of these tests are made of. Registers are 0 to 31. */
final class A64 {
    static final int NOP = 0xD503201F;
    static final int WFE = 0xD503205F;
    static final int WFI = 0xD503207F;
    static final int ERET = 0xD69F03E0;
    static final int UDF = 0x0000_0000;
    static final int XZR = 31;

    private A64() {}

    static int hvc(int immediate) {
        return 0xD4000002 | immediate << 5;
    }

    static int smc(int immediate) {
        return 0xD4000003 | immediate << 5;
    }

    static int svc(int immediate) {
        return 0xD4000001 | immediate << 5;
    }

    static int movz(int d, int immediate, int shift) {
        return 0xD2800000 | shift / 16 << 21 | immediate << 5 | d;
    }

    static int movk(int d, int immediate, int shift) {
        return 0xF2800000 | shift / 16 << 21 | immediate << 5 | d;
    }

    /** MOVN: Xd = NOT immediate. */
    static int movn(int d, int immediate) {
        return 0x92800000 | immediate << 5 | d;
    }

    static int mov(int d, int m) {
        return 0xAA0003E0 | m << 16 | d;
    }

    static int addImmediate(int d, int n, int immediate) {
        return 0x91000000 | immediate << 10 | n << 5 | d;
    }

    static int subImmediate(int d, int n, int immediate) {
        return 0xD1000000 | immediate << 10 | n << 5 | d;
    }

    /** Branch by a number of instructions. */
    static int b(int instructions) {
        return 0x14000000 | instructions & 0x3FF_FFFF;
    }

    static int cbnz(int t, int instructions) {
        return 0xB5000000 | (instructions & 0x7_FFFF) << 5 | t;
    }

    static int br(int n) {
        return 0xD61F0000 | n << 5;
    }

    static int ldr(int t, int n) {
        return 0xF9400000 | n << 5 | t;
    }

    static int str(int t, int n) {
        return 0xF9000000 | n << 5 | t;
    }

    static int ldrW(int t, int n) {
        return 0xB9400000 | n << 5 | t;
    }

    static int strW(int t, int n) {
        return 0xB9000000 | n << 5 | t;
    }

    static int ldrb(int t, int n) {
        return 0x39400000 | n << 5 | t;
    }

    static int strb(int t, int n) {
        return 0x39000000 | n << 5 | t;
    }

    static int strh(int t, int n) {
        return 0x79000000 | n << 5 | t;
    }

    static int ldrsbX(int t, int n) {
        return 0x39800000 | n << 5 | t;
    }

    static int ldrsbW(int t, int n) {
        return 0x39C00000 | n << 5 | t;
    }

    static int ldrshX(int t, int n) {
        return 0x79800000 | n << 5 | t;
    }

    static int ldrsw(int t, int n) {
        return 0xB9800000 | n << 5 | t;
    }

    static int ldp(int t, int t2, int n) {
        return 0xA9400000 | t2 << 10 | n << 5 | t;
    }

    static int stp(int t, int t2, int n) {
        return 0xA9000000 | t2 << 10 | n << 5 | t;
    }

    /** LDR Xt, [Xn], #8. */
    static int ldrPostIndex(int t, int n) {
        return 0xF8408400 | n << 5 | t;
    }

    static int msr(SystemRegister register, int t) {
        return 0xD5000000 | register.encoding() << 5 | t;
    }

    static int mrs(int t, SystemRegister register) {
        return 0xD5200000 | register.encoding() << 5 | t;
    }

    /** MSR DAIFClr. */
    static int unmask(int bits) {
        return 0xD50340FF | bits << 8;
    }

    /** MSR DAIFSet. */
    static int mask(int bits) {
        return 0xD50340DF | bits << 8;
    }

    /** Four instructions that load any constant. */
    static int[] constant(int d, long value) {
        return new int[] {
            movz(d, (int) value & 0xFFFF, 0),
            movk(d, (int) (value >>> 16) & 0xFFFF, 16),
            movk(d, (int) (value >>> 32) & 0xFFFF, 32),
            movk(d, (int) (value >>> 48) & 0xFFFF, 48)
        };
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

/**
 * The decoded operations. One is an {@code int} and a {@code long}: the {@code int} holds the kind in bits 7:0 and the
 * fields d (13:8), n (19:14), m (25:20) and s (31:26); d, n and m are indexes into the register array, where register 31
 * has become the zero register, the sink or the stack pointer; the {@code long} is the immediate. W and 32 in a name:
 * results are zero-extended from 32 bits.
 *
 * <p>The kinds up to {@link #BLR} are executed by the one big method of the interpreter, which must stay below
 * 8000 bytecodes or HotSpot never compiles it; the others by a second one.
 */
final class Op {
    /** The block was discarded: look it up again. */
    static final int STALE = 0;
    /** The block ends without a branch. */
    static final int END = 1;
    /** An instruction that the interpreter leaves to the PE; the word is in the immediate. */
    static final int EXIT = 2;
    /** Nothing. */
    static final int NOP = 3;
    /** d = imm. */
    static final int MOVI = 4;
    /** d = d with halfword number s replaced by imm. */
    static final int MOVK64 = 5;
    /** The same in 32 bits. */
    static final int MOVK32 = 6;
    /** d = address of the block + imm. */
    static final int ADR = 7;
    /** d = page of the block + imm. */
    static final int ADRP = 8;
    /** d = n + imm. */
    static final int ADDI64 = 9;

    static final int ADDI32 = 10;
    /** d = n + imm and flags. */
    static final int ADDSI64 = 11;

    static final int ADDSI32 = 12;
    /** d = n - imm and flags. */
    static final int SUBSI64 = 13;

    static final int SUBSI32 = 14;
    /** d = n & imm. */
    static final int ANDI = 15;
    /** d = n | imm. */
    static final int ORRI64 = 16;

    static final int ORRI32 = 17;
    /** d = n ^ imm. */
    static final int EORI64 = 18;

    static final int EORI32 = 19;
    /** d = n & imm and flags. */
    static final int ANDSI64 = 20;

    static final int ANDSI32 = 21;
    /** d = n << imm[5:0] >>> imm[11:6]. */
    static final int UBFM = 22;
    /** d = n << imm[5:0] >> imm[11:6]. */
    static final int SBFM64 = 23;

    static final int SBFM32 = 24;
    /** Bits imm of d = n rotated right by s. */
    static final int BFM64 = 25;

    static final int BFM32 = 26;
    /** d = low half of n:m >>> s. */
    static final int EXTR64 = 27;

    static final int EXTR32 = 28;
    /** d = m. */
    static final int MOV64 = 29;

    static final int MOV32 = 30;
    /** d = n + m. */
    static final int ADD64 = 31;

    static final int ADD32 = 32;
    /** d = n - m. */
    static final int SUB64 = 33;

    static final int SUB32 = 34;
    /** d = n + m and flags. */
    static final int ADDS64 = 35;

    static final int ADDS32 = 36;
    /** d = n - m and flags. */
    static final int SUBS64 = 37;

    static final int SUBS32 = 38;
    /** d = n & m. */
    static final int AND64 = 39;

    static final int AND32 = 40;
    /** d = n | m. */
    static final int ORR64 = 41;

    static final int ORR32 = 42;
    /** d = n ^ m. */
    static final int EOR64 = 43;

    static final int EOR32 = 44;
    /** d = n & ~m. */
    static final int BIC64 = 45;

    static final int BIC32 = 46;
    /** d = n & m and flags. */
    static final int ANDS64 = 47;

    static final int ANDS32 = 48;
    /** d = n + (m rotated right by s & imm); every shift but ASR is a rotation and a mask. */
    static final int ADD64R = 49;

    static final int ADD32R = 50;
    /** d = n - (m rotated right by s & imm). */
    static final int SUB64R = 51;

    static final int SUB32R = 52;
    /** The same and flags. */
    static final int SUBS64R = 53;

    static final int SUBS32R = 54;
    /** d = n & (m rotated right by s & imm); for both sizes. */
    static final int ANDR = 55;
    /** d = n | (m rotated right by s & imm). */
    static final int ORR64R = 56;

    static final int ORR32R = 57;
    /** d = n ^ (m rotated right by s & imm). */
    static final int EOR64R = 58;

    static final int EOR32R = 59;
    /** d = n ^ (m rotated right by s) in 32 bits. */
    static final int EOR32ROR = 60;
    /** d = n + (sign-extended low word of m << s). */
    static final int ADD64X = 61;
    /** d = condition s ? n : m. */
    static final int CSEL64 = 62;

    static final int CSEL32 = 63;
    /** d = condition s ? n : m + 1. */
    static final int CSINC64 = 64;

    static final int CSINC32 = 65;
    /** d = condition s ? n : ~m. */
    static final int CSINV64 = 66;

    static final int CSINV32 = 67;
    /** d = condition s ? n : -m. */
    static final int CSNEG64 = 68;

    static final int CSNEG32 = 69;
    /** Flags = condition s ? n - m : imm. */
    static final int CCMP64 = 70;

    static final int CCMP32 = 71;
    /** Flags = condition s ? n - imm[4:0] : imm. */
    static final int CCMPI64 = 72;

    static final int CCMPI32 = 73;
    /** d = s + n * m. */
    static final int MADD64 = 74;

    static final int MADD32 = 75;
    /** d = s - n * m. */
    static final int MSUB64 = 76;

    static final int MSUB32 = 77;
    /** d = s + n * m with signed words n and m. */
    static final int SMADDL = 78;
    /** The same with unsigned words. */
    static final int UMADDL = 79;
    /** d = upper half of n * m. */
    static final int UMULH = 80;
    /** d = n << m. */
    static final int LSLV64 = 81;

    static final int LSLV32 = 82;
    /** d = n >>> m. */
    static final int LSRV64 = 83;

    static final int LSRV32 = 84;
    /** d = memory at n + imm. */
    static final int LDR64 = 85;

    static final int LDR32 = 86;
    static final int LDRH = 87;
    static final int LDRB = 88;
    static final int LDRSW = 89;
    static final int LDRSH64 = 90;
    static final int LDRSH32 = 91;
    static final int LDRSB64 = 92;
    static final int LDRSB32 = 93;
    /** Memory at n + imm = d. */
    static final int STR64 = 94;

    static final int STR32 = 95;
    static final int STRH = 96;
    static final int STRB = 97;
    /** d = memory at n + (m rotated right by s & imm). */
    static final int LDR64R = 98;

    static final int LDR32R = 99;
    static final int LDRHR = 100;
    static final int LDRBR = 101;
    static final int LDRSWR = 102;
    /** Memory at n + (m rotated right by s & imm) = d. */
    static final int STR64R = 103;

    static final int STR32R = 104;
    static final int STRHR = 105;
    static final int STRBR = 106;
    /** d = memory at n + imm[31:0]; n += imm[63:32]. */
    static final int LDR64W = 107;

    static final int LDR32W = 108;
    static final int LDRBW = 109;
    /** Memory at n + imm[31:0] = d; n += imm[63:32]. */
    static final int STR64W = 110;

    static final int STR32W = 111;
    static final int STRBW = 112;
    /** d and m = memory at n + imm[31:0]; n += imm[63:32]. */
    static final int LDP64 = 113;

    static final int LDP32 = 114;
    /** Memory at n + imm[31:0] = d and m; n += imm[63:32]. */
    static final int STP64 = 115;

    static final int STP32 = 116;
    /** Branch. */
    static final int B = 117;
    /** Branch with link. */
    static final int BL = 118;
    /** Branch if equal. */
    static final int BEQ = 119;

    static final int BNE = 120;
    static final int BHS = 121;
    static final int BLO = 122;
    static final int BMI = 123;
    static final int BPL = 124;
    static final int BHI = 125;
    static final int BLS = 126;
    static final int BGE = 127;
    static final int BLT = 128;
    static final int BGT = 129;
    static final int BLE = 130;
    /** Branch if condition s. */
    static final int BCOND = 131;
    /** Branch if d is zero. */
    static final int CBZ64 = 132;

    static final int CBZ32 = 133;
    static final int CBNZ64 = 134;
    static final int CBNZ32 = 135;
    /** Branch if d & imm is zero. */
    static final int TBZ = 136;

    static final int TBNZ = 137;
    /** Branch to n. */
    static final int BR = 138;
    /** Branch to n with link. */
    static final int BLR = 139;
    /** Load of width and extension s at the address of the block + imm. */
    static final int LITERAL = 140;
    /** Load or store of width and extension s at n + imm[31:0]; n += imm[63:32]. */
    static final int ACCESS = 141;
    /** Load or store of width and extension s at n + (sign-extended low word of m << imm). */
    static final int ACCESSX = 142;
    /** d and m = sign-extended words at n + imm[31:0]; n += imm[63:32]. */
    static final int LDPSW = 143;
    /** d = n operation s m shifted as imm says. */
    static final int LOGICAL_SHIFTED = 144;
    /** d = n operation s m shifted as imm says. */
    static final int ARITHMETIC_SHIFTED = 145;
    /** d = n operation s m extended as imm says. */
    static final int ARITHMETIC_EXTENDED = 146;
    /** d = n + m + carry. */
    static final int ADC = 147;

    static final int ADCS = 148;
    static final int SBC = 149;
    static final int SBCS = 150;
    /** Flags = condition s ? n + m : imm. */
    static final int CCMN64 = 151;

    static final int CCMN32 = 152;
    /** Flags = condition s ? n + imm[4:0] : imm. */
    static final int CCMNI64 = 153;

    static final int CCMNI32 = 154;
    /** d = s - n * m with signed words n and m. */
    static final int SMSUBL = 155;

    static final int UMSUBL = 156;
    /** d = upper half of signed n * m. */
    static final int SMULH = 157;
    /** d = n / m. */
    static final int UDIV64 = 158;

    static final int UDIV32 = 159;
    static final int SDIV64 = 160;
    static final int SDIV32 = 161;
    /** d = n >> m. */
    static final int ASRV64 = 162;

    static final int ASRV32 = 163;
    /** d = n rotated right by m. */
    static final int RORV64 = 164;

    static final int RORV32 = 165;
    static final int RBIT64 = 166;
    static final int RBIT32 = 167;
    static final int REV64 = 168;
    static final int REV32 = 169;
    static final int REV16_64 = 170;
    static final int REV16_32 = 171;
    /** REV32 of a 64-bit register. */
    static final int REVW = 172;

    static final int CLZ64 = 173;
    static final int CLZ32 = 174;
    static final int CLS64 = 175;
    static final int CLS32 = 176;
    /** d = CRC-32 of n with 2^s bytes of m. */
    static final int CRC32 = 177;
    /** The same with the Castagnoli polynomial. */
    static final int CRC32C = 178;
    /** Load-exclusive of 2^s bytes. */
    static final int LDXR = 179;
    /** Pair of 2^s bytes each into d and m. */
    static final int LDXP = 180;
    /** Store-exclusive of 2^s bytes of d; imm is the index of the status register. */
    static final int STXR = 181;
    /** Pair; imm is the index of the status register. */
    static final int STXP = 182;

    static final int CLREX = 183;
    /** d = system register number imm[15:0], from level imm[19:16]. */
    static final int MRS_STORED = 184;

    static final int MRS_SP_EL0 = 185;
    /** Unprivileged load or store; s describes the access, imm is the offset. */
    static final int UNPRIVILEGED = 186;
    /** d = 2^s[1:0] bytes that operation s[5:2] with m replaces. */
    static final int ATOMIC = 187;
    /** 2^s bytes that d replaces if they are m; imm is the index of the register that gets what was there. */
    static final int CAS = 188;
    /** The same with pairs of 2^s bytes each: d and the next, m and the next, imm and the next. */
    static final int CASP = 189;

    /** Load-acquire or store-release; s describes the access. */
    static final int ORDERED = 190;

    static final int KIND_MASK = 0xFF;
    static final int D_SHIFT = 8;
    static final int N_SHIFT = 14;
    static final int M_SHIFT = 20;
    static final int S_SHIFT = 26;
    static final int FIELD_MASK = 0x3F;

    private Op() {}

    static int of(int kind, int d, int n, int m, int s) {
        return kind | d << D_SHIFT | n << N_SHIFT | m << M_SHIFT | s << S_SHIFT;
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * The encodings of the A64 base instruction set of Armv8.0-A with FEAT_CRC32, in the order of the Arm ARM, chapter C4.
 *
 * <p>A pattern is the 32 bits from left to right. 0 and 1 are fixed; a letter is a bit of an operand: {@code s} size of the
 * registers, {@code d n m a t u} registers, {@code i r h} immediates, {@code c} condition; {@code x} is ignored. A word that
 * matches no pattern, or whose pattern has a constraint that it fails, is UNDEFINED. Where two patterns match, the first
 * one counts.
 */
final class EncodingTable {
    /** The rows. */
    static final List<Encoding> ROWS = List.of(
            // Data processing - immediate: PC-relative
            row("adr", Operation.ADR, "0 ii 10000 iiiiiiiiiiiiiiiiiii ddddd"),
            row("adrp", Operation.ADRP, "1 ii 10000 iiiiiiiiiiiiiiiiiii ddddd"),
            // Data processing - immediate: add and subtract
            row("add", Operation.ADD_IMMEDIATE, "s 0 0 100010 h iiiiiiiiiiii nnnnn ddddd"),
            row("adds", Operation.ADDS_IMMEDIATE, "s 0 1 100010 h iiiiiiiiiiii nnnnn ddddd"),
            row("sub", Operation.SUB_IMMEDIATE, "s 1 0 100010 h iiiiiiiiiiii nnnnn ddddd"),
            row("subs", Operation.SUBS_IMMEDIATE, "s 1 1 100010 h iiiiiiiiiiii nnnnn ddddd"),
            // Data processing - immediate: logical
            row("and", Operation.AND_IMMEDIATE, "s 00 100100 N rrrrrr iiiiii nnnnn ddddd", Constraint.BITMASK),
            row("orr", Operation.ORR_IMMEDIATE, "s 01 100100 N rrrrrr iiiiii nnnnn ddddd", Constraint.BITMASK),
            row("eor", Operation.EOR_IMMEDIATE, "s 10 100100 N rrrrrr iiiiii nnnnn ddddd", Constraint.BITMASK),
            row("ands", Operation.ANDS_IMMEDIATE, "s 11 100100 N rrrrrr iiiiii nnnnn ddddd", Constraint.BITMASK),
            // Data processing - immediate: move wide
            row("movn", Operation.MOVN, "s 00 100101 hh iiiiiiiiiiiiiiii ddddd", Constraint.HALFWORD_IN_REGISTER),
            row("movz", Operation.MOVZ, "s 10 100101 hh iiiiiiiiiiiiiiii ddddd", Constraint.HALFWORD_IN_REGISTER),
            row("movk", Operation.MOVK, "s 11 100101 hh iiiiiiiiiiiiiiii ddddd", Constraint.HALFWORD_IN_REGISTER),
            // Data processing - immediate: bitfield and extract
            row("sbfm", Operation.SBFM, "s 00 100110 N rrrrrr iiiiii nnnnn ddddd", Constraint.BITFIELD),
            row("bfm", Operation.BFM, "s 01 100110 N rrrrrr iiiiii nnnnn ddddd", Constraint.BITFIELD),
            row("ubfm", Operation.UBFM, "s 10 100110 N rrrrrr iiiiii nnnnn ddddd", Constraint.BITFIELD),
            row("extr", Operation.EXTR, "s 00 100111 N 0 mmmmm iiiiii nnnnn ddddd", Constraint.EXTRACT),
            // Branches
            row("b.cond", Operation.B_COND, "0101010 0 iiiiiiiiiiiiiiiiiii 0 cccc"),
            row("b", Operation.B, "0 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"),
            row("bl", Operation.BL, "1 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"),
            row("cbz", Operation.CBZ, "s 011010 0 iiiiiiiiiiiiiiiiiii ttttt"),
            row("cbnz", Operation.CBNZ, "s 011010 1 iiiiiiiiiiiiiiiiiii ttttt"),
            row("tbz", Operation.TBZ, "b 011011 0 bbbbb iiiiiiiiiiiiii ttttt"),
            row("tbnz", Operation.TBNZ, "b 011011 1 bbbbb iiiiiiiiiiiiii ttttt"),
            row("br", Operation.BR, "1101011 0000 11111 000000 nnnnn 00000"),
            row("blr", Operation.BLR, "1101011 0001 11111 000000 nnnnn 00000"),
            row("ret", Operation.RET, "1101011 0010 11111 000000 nnnnn 00000"),
            row("eret", Operation.ERET, "1101011 0100 11111 000000 11111 00000"),
            // Exception generation
            row("svc", Operation.SVC, "11010100 000 iiiiiiiiiiiiiiii 000 01"),
            row("hvc", Operation.HVC, "11010100 000 iiiiiiiiiiiiiiii 000 10"),
            row("smc", Operation.SMC, "11010100 000 iiiiiiiiiiiiiiii 000 11"),
            row("brk", Operation.BRK, "11010100 001 iiiiiiiiiiiiiiii 000 00"),
            row("hlt", Operation.HLT, "11010100 010 iiiiiiiiiiiiiiii 000 00"),
            row("dcps1", Operation.DCPS, "11010100 101 iiiiiiiiiiiiiiii 000 01"),
            row("dcps2", Operation.DCPS, "11010100 101 iiiiiiiiiiiiiiii 000 10"),
            row("dcps3", Operation.DCPS, "11010100 101 iiiiiiiiiiiiiiii 000 11"),
            row("drps", Operation.DRPS, "1101011 0101 11111 000000 11111 00000"),
            // System
            row("msr", Operation.MSR_UAO, "1101010100 0 00 000 0100 iiii 011 11111"),
            row("msr", Operation.MSR_PAN, "1101010100 0 00 000 0100 iiii 100 11111"),
            row("msr", Operation.MSR_SPSEL, "1101010100 0 00 000 0100 iiii 101 11111"),
            row("msr", Operation.MSR_DAIFSET, "1101010100 0 00 011 0100 iiii 110 11111"),
            row("msr", Operation.MSR_DAIFCLR, "1101010100 0 00 011 0100 iiii 111 11111"),
            row("hint", Operation.WFE, "1101010100 0 00 011 0010 0000 010 11111"),
            row("hint", Operation.WFI, "1101010100 0 00 011 0010 0000 011 11111"),
            row("hint", Operation.SEV, "1101010100 0 00 011 0010 0000 100 11111"),
            row("hint", Operation.SEVL, "1101010100 0 00 011 0010 0000 101 11111"),
            row("hint", Operation.HINT, "1101010100 0 00 011 0010 iiii iii 11111"),
            row("clrex", Operation.CLREX, "1101010100 0 00 011 0011 iiii 010 11111"),
            row("dsb", Operation.DSB, "1101010100 0 00 011 0011 iiii 100 11111"),
            row("dmb", Operation.DMB, "1101010100 0 00 011 0011 iiii 101 11111"),
            row("isb", Operation.ISB, "1101010100 0 00 011 0011 iiii 110 11111"),
            row("sys", Operation.SYS, "1101010100 0 01 ooo kkkk iiii ppp ttttt"),
            row("sysl", Operation.SYSL, "1101010100 1 01 ooo kkkk iiii ppp ttttt"),
            row("msr", Operation.MSR, "1101010100 0 1 o ooo kkkk iiii ppp ttttt"),
            row("mrs", Operation.MRS, "1101010100 1 1 o ooo kkkk iiii ppp ttttt"),
            // Data processing - register: two sources
            row("udiv", Operation.UDIV, "s 0 0 11010110 mmmmm 000010 nnnnn ddddd"),
            row("sdiv", Operation.SDIV, "s 0 0 11010110 mmmmm 000011 nnnnn ddddd"),
            row("lslv", Operation.LSLV, "s 0 0 11010110 mmmmm 001000 nnnnn ddddd"),
            row("lsrv", Operation.LSRV, "s 0 0 11010110 mmmmm 001001 nnnnn ddddd"),
            row("asrv", Operation.ASRV, "s 0 0 11010110 mmmmm 001010 nnnnn ddddd"),
            row("rorv", Operation.RORV, "s 0 0 11010110 mmmmm 001011 nnnnn ddddd"),
            row("crc32b", Operation.CRC32, "0 0 0 11010110 mmmmm 010000 nnnnn ddddd"),
            row("crc32h", Operation.CRC32, "0 0 0 11010110 mmmmm 010001 nnnnn ddddd"),
            row("crc32w", Operation.CRC32, "0 0 0 11010110 mmmmm 010010 nnnnn ddddd"),
            row("crc32x", Operation.CRC32, "1 0 0 11010110 mmmmm 010011 nnnnn ddddd"),
            row("crc32cb", Operation.CRC32C, "0 0 0 11010110 mmmmm 010100 nnnnn ddddd"),
            row("crc32ch", Operation.CRC32C, "0 0 0 11010110 mmmmm 010101 nnnnn ddddd"),
            row("crc32cw", Operation.CRC32C, "0 0 0 11010110 mmmmm 010110 nnnnn ddddd"),
            row("crc32cx", Operation.CRC32C, "1 0 0 11010110 mmmmm 010111 nnnnn ddddd"),
            // Data processing - register: one source
            row("rbit", Operation.RBIT, "s 1 0 11010110 00000 000000 nnnnn ddddd"),
            row("rev16", Operation.REV16, "s 1 0 11010110 00000 000001 nnnnn ddddd"),
            row("rev", Operation.REV, "0 1 0 11010110 00000 000010 nnnnn ddddd"),
            row("rev32", Operation.REV32, "1 1 0 11010110 00000 000010 nnnnn ddddd"),
            row("rev", Operation.REV, "1 1 0 11010110 00000 000011 nnnnn ddddd"),
            row("clz", Operation.CLZ, "s 1 0 11010110 00000 000100 nnnnn ddddd"),
            row("cls", Operation.CLS, "s 1 0 11010110 00000 000101 nnnnn ddddd"),
            // Data processing - register: logical, shifted
            row("and", Operation.AND_SHIFTED, "s 00 01010 hh 0 mmmmm iiiiii nnnnn ddddd", Constraint.SHIFT_IN_REGISTER),
            row("bic", Operation.BIC_SHIFTED, "s 00 01010 hh 1 mmmmm iiiiii nnnnn ddddd", Constraint.SHIFT_IN_REGISTER),
            row("orr", Operation.ORR_SHIFTED, "s 01 01010 hh 0 mmmmm iiiiii nnnnn ddddd", Constraint.SHIFT_IN_REGISTER),
            row("orn", Operation.ORN_SHIFTED, "s 01 01010 hh 1 mmmmm iiiiii nnnnn ddddd", Constraint.SHIFT_IN_REGISTER),
            row("eor", Operation.EOR_SHIFTED, "s 10 01010 hh 0 mmmmm iiiiii nnnnn ddddd", Constraint.SHIFT_IN_REGISTER),
            row("eon", Operation.EON_SHIFTED, "s 10 01010 hh 1 mmmmm iiiiii nnnnn ddddd", Constraint.SHIFT_IN_REGISTER),
            row(
                    "ands",
                    Operation.ANDS_SHIFTED,
                    "s 11 01010 hh 0 mmmmm iiiiii nnnnn ddddd",
                    Constraint.SHIFT_IN_REGISTER),
            row(
                    "bics",
                    Operation.BICS_SHIFTED,
                    "s 11 01010 hh 1 mmmmm iiiiii nnnnn ddddd",
                    Constraint.SHIFT_IN_REGISTER),
            // Data processing - register: add and subtract, shifted
            row(
                    "add",
                    Operation.ADD_SHIFTED,
                    "s 0 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd",
                    Constraint.SHIFT_WITHOUT_ROR),
            row(
                    "adds",
                    Operation.ADDS_SHIFTED,
                    "s 0 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd",
                    Constraint.SHIFT_WITHOUT_ROR),
            row(
                    "sub",
                    Operation.SUB_SHIFTED,
                    "s 1 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd",
                    Constraint.SHIFT_WITHOUT_ROR),
            row(
                    "subs",
                    Operation.SUBS_SHIFTED,
                    "s 1 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd",
                    Constraint.SHIFT_WITHOUT_ROR),
            // Data processing - register: add and subtract, extended
            row("add", Operation.ADD_EXTENDED, "s 0 0 01011 00 1 mmmmm ooo iii nnnnn ddddd", Constraint.EXTEND),
            row("adds", Operation.ADDS_EXTENDED, "s 0 1 01011 00 1 mmmmm ooo iii nnnnn ddddd", Constraint.EXTEND),
            row("sub", Operation.SUB_EXTENDED, "s 1 0 01011 00 1 mmmmm ooo iii nnnnn ddddd", Constraint.EXTEND),
            row("subs", Operation.SUBS_EXTENDED, "s 1 1 01011 00 1 mmmmm ooo iii nnnnn ddddd", Constraint.EXTEND),
            // Data processing - register: add and subtract with carry
            row("adc", Operation.ADC, "s 0 0 11010000 mmmmm 000000 nnnnn ddddd"),
            row("adcs", Operation.ADCS, "s 0 1 11010000 mmmmm 000000 nnnnn ddddd"),
            row("sbc", Operation.SBC, "s 1 0 11010000 mmmmm 000000 nnnnn ddddd"),
            row("sbcs", Operation.SBCS, "s 1 1 11010000 mmmmm 000000 nnnnn ddddd"),
            // Data processing - register: conditional compare and select
            row("ccmn", Operation.CCMN_REGISTER, "s 0 1 11010010 mmmmm cccc 00 nnnnn 0 ffff"),
            row("ccmp", Operation.CCMP_REGISTER, "s 1 1 11010010 mmmmm cccc 00 nnnnn 0 ffff"),
            row("ccmn", Operation.CCMN_IMMEDIATE, "s 0 1 11010010 iiiii cccc 10 nnnnn 0 ffff"),
            row("ccmp", Operation.CCMP_IMMEDIATE, "s 1 1 11010010 iiiii cccc 10 nnnnn 0 ffff"),
            row("csel", Operation.CSEL, "s 0 0 11010100 mmmmm cccc 00 nnnnn ddddd"),
            row("csinc", Operation.CSINC, "s 0 0 11010100 mmmmm cccc 01 nnnnn ddddd"),
            row("csinv", Operation.CSINV, "s 1 0 11010100 mmmmm cccc 00 nnnnn ddddd"),
            row("csneg", Operation.CSNEG, "s 1 0 11010100 mmmmm cccc 01 nnnnn ddddd"),
            // Data processing - register: three sources
            row("madd", Operation.MADD, "s 00 11011 000 mmmmm 0 aaaaa nnnnn ddddd"),
            row("msub", Operation.MSUB, "s 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd"),
            row("smaddl", Operation.SMADDL, "1 00 11011 001 mmmmm 0 aaaaa nnnnn ddddd"),
            row("smsubl", Operation.SMSUBL, "1 00 11011 001 mmmmm 1 aaaaa nnnnn ddddd"),
            row("smulh", Operation.SMULH, "1 00 11011 010 mmmmm 0 xxxxx nnnnn ddddd"),
            row("umaddl", Operation.UMADDL, "1 00 11011 101 mmmmm 0 aaaaa nnnnn ddddd"),
            row("umsubl", Operation.UMSUBL, "1 00 11011 101 mmmmm 1 aaaaa nnnnn ddddd"),
            row("umulh", Operation.UMULH, "1 00 11011 110 mmmmm 0 xxxxx nnnnn ddddd"),
            // Loads and stores: exclusive
            row("stxrb", Operation.STORE_EXCLUSIVE, "00 001000 000 sssss 0 xxxxx nnnnn ttttt"),
            row("stlxrb", Operation.STORE_EXCLUSIVE, "00 001000 000 sssss 1 xxxxx nnnnn ttttt"),
            row("ldxrb", Operation.LOAD_EXCLUSIVE, "00 001000 010 xxxxx 0 xxxxx nnnnn ttttt"),
            row("ldaxrb", Operation.LOAD_EXCLUSIVE, "00 001000 010 xxxxx 1 xxxxx nnnnn ttttt"),
            row("stxrh", Operation.STORE_EXCLUSIVE, "01 001000 000 sssss 0 xxxxx nnnnn ttttt"),
            row("stlxrh", Operation.STORE_EXCLUSIVE, "01 001000 000 sssss 1 xxxxx nnnnn ttttt"),
            row("ldxrh", Operation.LOAD_EXCLUSIVE, "01 001000 010 xxxxx 0 xxxxx nnnnn ttttt"),
            row("ldaxrh", Operation.LOAD_EXCLUSIVE, "01 001000 010 xxxxx 1 xxxxx nnnnn ttttt"),
            row("stxr", Operation.STORE_EXCLUSIVE, "1z 001000 000 sssss 0 xxxxx nnnnn ttttt"),
            row("stlxr", Operation.STORE_EXCLUSIVE, "1z 001000 000 sssss 1 xxxxx nnnnn ttttt"),
            row("ldxr", Operation.LOAD_EXCLUSIVE, "1z 001000 010 xxxxx 0 xxxxx nnnnn ttttt"),
            row("ldaxr", Operation.LOAD_EXCLUSIVE, "1z 001000 010 xxxxx 1 xxxxx nnnnn ttttt"),
            // Loads and stores: exclusive pair
            row("stxp", Operation.STORE_EXCLUSIVE_PAIR, "1z 001000 001 sssss 0 uuuuu nnnnn ttttt"),
            row("stlxp", Operation.STORE_EXCLUSIVE_PAIR, "1z 001000 001 sssss 1 uuuuu nnnnn ttttt"),
            row("ldxp", Operation.LOAD_EXCLUSIVE_PAIR, "1z 001000 011 xxxxx 0 uuuuu nnnnn ttttt"),
            row("ldaxp", Operation.LOAD_EXCLUSIVE_PAIR, "1z 001000 011 xxxxx 1 uuuuu nnnnn ttttt"),
            // Loads and stores: ordered
            row("stlrb", Operation.STORE_RELEASE, "00 001000 100 xxxxx 1 xxxxx nnnnn ttttt"),
            row("ldarb", Operation.LOAD_ACQUIRE, "00 001000 110 11111 1 11111 nnnnn ttttt"),
            row("stlrh", Operation.STORE_RELEASE, "01 001000 100 xxxxx 1 xxxxx nnnnn ttttt"),
            row("ldarh", Operation.LOAD_ACQUIRE, "01 001000 110 11111 1 11111 nnnnn ttttt"),
            row("stlr", Operation.STORE_RELEASE, "1z 001000 100 xxxxx 1 xxxxx nnnnn ttttt"),
            row("ldar", Operation.LOAD_ACQUIRE, "1z 001000 110 11111 1 11111 nnnnn ttttt"),
            // Loads: literal
            row("ldr", Operation.LOAD_LITERAL, "00 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"),
            row("ldr", Operation.LOAD_LITERAL, "01 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"),
            row("ldrsw", Operation.LOAD_LITERAL, "10 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"),
            row("prfm", Operation.PREFETCH, "11 011 0 00 iiiiiiiiiiiiiiiiiii ttttt"),
            // Loads and stores: pair
            row("stnp", Operation.PAIR_OFFSET, "z0 101 0 000 0 iiiiiii uuuuu nnnnn ttttt"),
            row("ldnp", Operation.PAIR_OFFSET, "z0 101 0 000 1 iiiiiii uuuuu nnnnn ttttt"),
            row("stp", Operation.PAIR_POST, "z0 101 0 001 0 iiiiiii uuuuu nnnnn ttttt"),
            row("ldp", Operation.PAIR_POST, "z0 101 0 001 1 iiiiiii uuuuu nnnnn ttttt"),
            row(
                    "ldpsw",
                    Operation.PAIR_POST,
                    "01 101 0 001 1 iiiiiii uuuuu nnnnn ttttt",
                    Constraint.DISTINCT_REGISTERS),
            row("stp", Operation.PAIR_OFFSET, "z0 101 0 010 0 iiiiiii uuuuu nnnnn ttttt"),
            row("ldp", Operation.PAIR_OFFSET, "z0 101 0 010 1 iiiiiii uuuuu nnnnn ttttt"),
            row(
                    "ldpsw",
                    Operation.PAIR_OFFSET,
                    "01 101 0 010 1 iiiiiii uuuuu nnnnn ttttt",
                    Constraint.DISTINCT_REGISTERS),
            row("stp", Operation.PAIR_PRE, "z0 101 0 011 0 iiiiiii uuuuu nnnnn ttttt"),
            row("ldp", Operation.PAIR_PRE, "z0 101 0 011 1 iiiiiii uuuuu nnnnn ttttt"),
            row("ldpsw", Operation.PAIR_PRE, "01 101 0 011 1 iiiiiii uuuuu nnnnn ttttt", Constraint.DISTINCT_REGISTERS),
            // Loads and stores: unscaled immediate
            row("sturb", Operation.ACCESS_UNSCALED, "00 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldurb", Operation.ACCESS_UNSCALED, "00 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldursb", Operation.ACCESS_UNSCALED, "00 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldursb", Operation.ACCESS_UNSCALED, "00 111 0 00 11 0 iiiiiiiii 00 nnnnn ttttt"),
            row("sturh", Operation.ACCESS_UNSCALED, "01 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldurh", Operation.ACCESS_UNSCALED, "01 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldursh", Operation.ACCESS_UNSCALED, "01 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldursh", Operation.ACCESS_UNSCALED, "01 111 0 00 11 0 iiiiiiiii 00 nnnnn ttttt"),
            row("stur", Operation.ACCESS_UNSCALED, "10 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldur", Operation.ACCESS_UNSCALED, "10 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldursw", Operation.ACCESS_UNSCALED, "10 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"),
            row("stur", Operation.ACCESS_UNSCALED, "11 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt"),
            row("ldur", Operation.ACCESS_UNSCALED, "11 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt"),
            row("prfum", Operation.PREFETCH, "11 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt"),
            // Loads and stores: immediate, post-indexed
            row("strb", Operation.ACCESS_POST, "00 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldrb", Operation.ACCESS_POST, "00 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_POST, "00 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_POST, "00 111 0 00 11 0 iiiiiiiii 01 nnnnn ttttt"),
            row("strh", Operation.ACCESS_POST, "01 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldrh", Operation.ACCESS_POST, "01 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_POST, "01 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_POST, "01 111 0 00 11 0 iiiiiiiii 01 nnnnn ttttt"),
            row("str", Operation.ACCESS_POST, "10 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldr", Operation.ACCESS_POST, "10 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldrsw", Operation.ACCESS_POST, "10 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt"),
            row("str", Operation.ACCESS_POST, "11 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt"),
            row("ldr", Operation.ACCESS_POST, "11 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt"),
            // Loads and stores: unprivileged
            row("sttrb", Operation.ACCESS_UNPRIVILEGED, "00 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtrb", Operation.ACCESS_UNPRIVILEGED, "00 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtrsb", Operation.ACCESS_UNPRIVILEGED, "00 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtrsb", Operation.ACCESS_UNPRIVILEGED, "00 111 0 00 11 0 iiiiiiiii 10 nnnnn ttttt"),
            row("sttrh", Operation.ACCESS_UNPRIVILEGED, "01 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtrh", Operation.ACCESS_UNPRIVILEGED, "01 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtrsh", Operation.ACCESS_UNPRIVILEGED, "01 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtrsh", Operation.ACCESS_UNPRIVILEGED, "01 111 0 00 11 0 iiiiiiiii 10 nnnnn ttttt"),
            row("sttr", Operation.ACCESS_UNPRIVILEGED, "10 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtr", Operation.ACCESS_UNPRIVILEGED, "10 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtrsw", Operation.ACCESS_UNPRIVILEGED, "10 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt"),
            row("sttr", Operation.ACCESS_UNPRIVILEGED, "11 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt"),
            row("ldtr", Operation.ACCESS_UNPRIVILEGED, "11 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt"),
            // Loads and stores: immediate, pre-indexed
            row("strb", Operation.ACCESS_PRE, "00 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldrb", Operation.ACCESS_PRE, "00 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_PRE, "00 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_PRE, "00 111 0 00 11 0 iiiiiiiii 11 nnnnn ttttt"),
            row("strh", Operation.ACCESS_PRE, "01 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldrh", Operation.ACCESS_PRE, "01 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_PRE, "01 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_PRE, "01 111 0 00 11 0 iiiiiiiii 11 nnnnn ttttt"),
            row("str", Operation.ACCESS_PRE, "10 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldr", Operation.ACCESS_PRE, "10 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldrsw", Operation.ACCESS_PRE, "10 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt"),
            row("str", Operation.ACCESS_PRE, "11 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt"),
            row("ldr", Operation.ACCESS_PRE, "11 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt"),
            // Loads and stores: register offset
            row("strb", Operation.ACCESS_REGISTER, "00 111 0 00 00 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldrb", Operation.ACCESS_REGISTER, "00 111 0 00 01 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_REGISTER, "00 111 0 00 10 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_REGISTER, "00 111 0 00 11 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("strh", Operation.ACCESS_REGISTER, "01 111 0 00 00 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldrh", Operation.ACCESS_REGISTER, "01 111 0 00 01 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_REGISTER, "01 111 0 00 10 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_REGISTER, "01 111 0 00 11 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("str", Operation.ACCESS_REGISTER, "10 111 0 00 00 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldr", Operation.ACCESS_REGISTER, "10 111 0 00 01 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldrsw", Operation.ACCESS_REGISTER, "10 111 0 00 10 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("str", Operation.ACCESS_REGISTER, "11 111 0 00 00 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("ldr", Operation.ACCESS_REGISTER, "11 111 0 00 01 1 mmmmm o1o S 10 nnnnn ttttt"),
            row("prfm", Operation.PREFETCH, "11 111 0 00 10 1 mmmmm o1o S 10 nnnnn ttttt"),
            // Loads and stores: unsigned immediate
            row("strb", Operation.ACCESS_UNSIGNED, "00 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"),
            row("ldrb", Operation.ACCESS_UNSIGNED, "00 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_UNSIGNED, "00 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"),
            row("ldrsb", Operation.ACCESS_UNSIGNED, "00 111 0 01 11 iiiiiiiiiiii nnnnn ttttt"),
            row("strh", Operation.ACCESS_UNSIGNED, "01 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"),
            row("ldrh", Operation.ACCESS_UNSIGNED, "01 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_UNSIGNED, "01 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"),
            row("ldrsh", Operation.ACCESS_UNSIGNED, "01 111 0 01 11 iiiiiiiiiiii nnnnn ttttt"),
            row("str", Operation.ACCESS_UNSIGNED, "10 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"),
            row("ldr", Operation.ACCESS_UNSIGNED, "10 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"),
            row("ldrsw", Operation.ACCESS_UNSIGNED, "10 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"),
            row("str", Operation.ACCESS_UNSIGNED, "11 111 0 01 00 iiiiiiiiiiii nnnnn ttttt"),
            row("ldr", Operation.ACCESS_UNSIGNED, "11 111 0 01 01 iiiiiiiiiiii nnnnn ttttt"),
            row("prfm", Operation.PREFETCH, "11 111 0 01 10 iiiiiiiiiiii nnnnn ttttt"));

    private EncodingTable() {}

    /** Returns every row, those of {@link AtomicEncodings} last. */
    static List<Encoding> rows() {
        List<Encoding> all = new ArrayList<>(ROWS);
        all.addAll(AtomicEncodings.rows());
        return all;
    }

    private static Encoding row(String mnemonic, Operation operation, String pattern) {
        return row(mnemonic, operation, pattern, Constraint.NONE);
    }

    private static Encoding row(String mnemonic, Operation operation, String pattern, Constraint constraint) {
        return Encoding.of(mnemonic, operation, pattern, constraint);
    }
}

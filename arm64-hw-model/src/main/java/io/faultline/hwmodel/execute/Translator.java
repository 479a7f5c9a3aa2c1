/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import static io.faultline.hwmodel.decode.Fields.bits;
import static io.faultline.hwmodel.decode.Fields.is64;
import static io.faultline.hwmodel.decode.Fields.ra;
import static io.faultline.hwmodel.decode.Fields.rd;
import static io.faultline.hwmodel.decode.Fields.rm;
import static io.faultline.hwmodel.decode.Fields.rn;
import static io.faultline.hwmodel.decode.Fields.signed;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.decode.Decoder;
import io.faultline.hwmodel.decode.Encoding;
import io.faultline.hwmodel.decode.Fields;
import io.faultline.hwmodel.registers.RegisterFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Turns instructions into the operations of a block, choosing the most special kind of operation that fits. */
final class Translator {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW = 0xFFFF_FFFFL;
    private static final int SHIFT_ASR = 2;
    private static final int SHIFT_ROR = 3;
    private static final int LINK_REGISTER = 30;
    /** Kinds of B.cond by condition; VS and VC have none of their own. */
    private static final int[] BRANCH_BY_CONDITION = {
        Op.BEQ, Op.BNE, Op.BHS, Op.BLO, Op.BMI, Op.BPL, Op.BCOND, Op.BCOND, Op.BHI, Op.BLS, Op.BGE, Op.BLT, Op.BGT,
        Op.BLE, Op.B, Op.B
    };
    /** Kinds of loads and stores with immediate offset, by opc and size. */
    private static final int[][] ACCESS = {
        {Op.STRB, Op.STRH, Op.STR32, Op.STR64},
        {Op.LDRB, Op.LDRH, Op.LDR32, Op.LDR64},
        {Op.LDRSB64, Op.LDRSH64, Op.LDRSW},
        {Op.LDRSB32, Op.LDRSH32}
    };
    /** The same with register offset; ACCESSX where there is no special kind. */
    private static final int[][] ACCESS_REGISTER = {
        {Op.STRBR, Op.STRHR, Op.STR32R, Op.STR64R},
        {Op.LDRBR, Op.LDRHR, Op.LDR32R, Op.LDR64R},
        {Op.ACCESSX, Op.ACCESSX, Op.LDRSWR},
        {Op.ACCESSX, Op.ACCESSX}
    };
    /** The same with writeback; ACCESS where there is no special kind. */
    private static final int[][] ACCESS_WRITEBACK = {
        {Op.STRBW, Op.ACCESS, Op.STR32W, Op.STR64W},
        {Op.LDRBW, Op.ACCESS, Op.LDR32W, Op.LDR64W},
        {Op.ACCESS, Op.ACCESS, Op.ACCESS},
        {Op.ACCESS, Op.ACCESS}
    };

    private final int[] code;
    private final long[] immediates;
    private int index;
    private boolean ended;
    private boolean fallsThrough;
    private boolean indirect;
    private long takenOffset;

    private Translator(int[] code, long[] immediates) {
        this.code = code;
        this.immediates = immediates;
    }

    /**
     * Decodes a block.
     *
     * @param page 4096 bytes
     * @param offset where the block begins, a multiple of 4
     * @return the block
     */
    static Block block(byte[] page, int offset) {
        int limit = Math.min(Block.LIMIT, (PageSize.BYTES - offset) / 4);
        Translator translator = new Translator(new int[limit + 1], new long[limit + 1]);
        while (!translator.ended && translator.index < limit) {
            translator.translate(word(page, offset + 4 * translator.index));
            translator.index++;
        }
        int length = translator.index;
        int operations = length;
        if (!translator.ended || translator.fallsThrough) {
            translator.code[operations++] = Op.END;
        }
        return new Block(
                Arrays.copyOf(translator.code, operations),
                Arrays.copyOf(translator.immediates, operations),
                length,
                translator.takenOffset,
                !translator.indirect);
    }

    /** Makes a block for {@link #single}. */
    static Block newSingle() {
        return new Block(new int[2], new long[2], 1, 0, false);
    }

    /**
     * Decodes one instruction into a reusable block.
     *
     * @param page 4096 bytes
     * @param offset where the instruction is, a multiple of 4
     * @param block what {@link #newSingle} made
     */
    static void single(byte[] page, int offset, Block block) {
        Translator translator = new Translator(block.code, block.immediates);
        block.code[1] = Op.END;
        translator.translate(word(page, offset));
        block.takenOffset = translator.takenOffset;
    }

    /** Reads an instruction. */
    static int word(byte[] page, int offset) {
        return (int) INTS.get(page, offset);
    }

    private void emit(int kind, int d, int n, int m, int s, long immediate) {
        code[index] = Op.of(kind, d, n, m, s);
        immediates[index] = immediate;
    }

    private void emitEnd(int kind, int d, int n, int s, long immediate) {
        emit(kind, d, n, 0, s, immediate);
        ended = true;
    }

    private void exit(int word) {
        emitEnd(Op.EXIT, 0, 0, 0, word);
    }

    /** Register 31 as a result is nothing. */
    private static int result(int register) {
        return register == 31 ? RegisterFile.SINK : register;
    }

    /** Register 31 as a base, or as operand of an addition, is the stack pointer. */
    private static int orSp(int register) {
        return register == 31 ? RegisterFile.SP : register;
    }

    private static long pack(long low, long high) {
        return high << 32 | low & LOW;
    }

    private static int size(int word) {
        return word >>> 30;
    }

    private void translate(int word) {
        Encoding row = Decoder.find(word);
        switch (row.operation()) {
            case ADR -> emit(Op.ADR, result(rd(word)), 0, 0, 0, 4L * index + pcOffset(word));
            case ADRP -> emit(Op.ADRP, result(rd(word)), 0, 0, 0, (long) pcOffset(word) << PageSize.SHIFT);
            case ADD_IMMEDIATE -> arithmeticImmediate(word, Op.ADDI64, Op.ADDI32, orSp(rd(word)), 1);
            case SUB_IMMEDIATE -> arithmeticImmediate(word, Op.ADDI64, Op.ADDI32, orSp(rd(word)), -1);
            case ADDS_IMMEDIATE -> arithmeticImmediate(word, Op.ADDSI64, Op.ADDSI32, result(rd(word)), 1);
            case SUBS_IMMEDIATE -> arithmeticImmediate(word, Op.SUBSI64, Op.SUBSI32, result(rd(word)), 1);
            case AND_IMMEDIATE -> logicalImmediate(word, Op.ANDI, Op.ANDI, orSp(rd(word)));
            case ORR_IMMEDIATE -> logicalImmediate(word, Op.ORRI64, Op.ORRI32, orSp(rd(word)));
            case EOR_IMMEDIATE -> logicalImmediate(word, Op.EORI64, Op.EORI32, orSp(rd(word)));
            case ANDS_IMMEDIATE -> logicalImmediate(word, Op.ANDSI64, Op.ANDSI32, result(rd(word)));
            case MOVZ, MOVN -> moveWide(word);
            case MOVK -> moveKeep(word);
            case SBFM -> bitfield(word, Op.SBFM64, Op.SBFM32);
            case UBFM -> bitfield(word, Op.UBFM, Op.UBFM);
            case BFM -> bitfieldInsert(word);
            case EXTR -> extract(word);
            case B_COND -> branch(BRANCH_BY_CONDITION[word & 15], 0, word & 15, 0, signed(word, 5, 19));
            case B -> branch(Op.B, 0, 0, 0, signed(word, 0, 26));
            case BL -> branch(Op.BL, LINK_REGISTER, 0, 4L * index + 4, signed(word, 0, 26));
            case CBZ -> branch(is64(word) ? Op.CBZ64 : Op.CBZ32, rd(word), 0, 0, signed(word, 5, 19));
            case CBNZ -> branch(is64(word) ? Op.CBNZ64 : Op.CBNZ32, rd(word), 0, 0, signed(word, 5, 19));
            case TBZ -> branch(Op.TBZ, rd(word), 0, testedBit(word), signed(word, 5, 14));
            case TBNZ -> branch(Op.TBNZ, rd(word), 0, testedBit(word), signed(word, 5, 14));
            case BR, RET -> branchToRegister(Op.BR, 0, rn(word), 0);
            case BLR -> branchToRegister(Op.BLR, LINK_REGISTER, rn(word), 4L * index + 4);
            case HINT, DMB, DSB, PREFETCH -> emit(Op.NOP, 0, 0, 0, 0, 0);
            case ISB -> {
                // What follows is looked up again.
                emit(Op.NOP, 0, 0, 0, 0, 0);
                ended = true;
                fallsThrough = true;
            }
            case CLREX -> emit(Op.CLREX, 0, 0, 0, 0, 0);
            case MRS -> readSystemRegister(word);
            case UDIV -> dataProcessing(word, Op.UDIV64, Op.UDIV32);
            case SDIV -> dataProcessing(word, Op.SDIV64, Op.SDIV32);
            case LSLV -> dataProcessing(word, Op.LSLV64, Op.LSLV32);
            case LSRV -> dataProcessing(word, Op.LSRV64, Op.LSRV32);
            case ASRV -> dataProcessing(word, Op.ASRV64, Op.ASRV32);
            case RORV -> dataProcessing(word, Op.RORV64, Op.RORV32);
            case CRC32 -> emit(Op.CRC32, result(rd(word)), rn(word), rm(word), bits(word, 10, 2), 0);
            case CRC32C -> emit(Op.CRC32C, result(rd(word)), rn(word), rm(word), bits(word, 10, 2), 0);
            case RBIT -> dataProcessing(word, Op.RBIT64, Op.RBIT32);
            case REV16 -> dataProcessing(word, Op.REV16_64, Op.REV16_32);
            case REV -> dataProcessing(word, Op.REV64, Op.REV32);
            case REV32 -> dataProcessing(word, Op.REVW, Op.REVW);
            case CLZ -> dataProcessing(word, Op.CLZ64, Op.CLZ32);
            case CLS -> dataProcessing(word, Op.CLS64, Op.CLS32);
            case AND_SHIFTED -> logicalShifted(word, Op.AND64, Op.AND32, Op.ANDR, Op.ANDR);
            case ORR_SHIFTED -> logicalShifted(word, Op.ORR64, Op.ORR32, Op.ORR64R, Op.ORR32R);
            case EOR_SHIFTED -> logicalShifted(word, Op.EOR64, Op.EOR32, Op.EOR64R, Op.EOR32R);
            case BIC_SHIFTED -> logicalShifted(word, Op.BIC64, Op.BIC32, Op.LOGICAL_SHIFTED, Op.LOGICAL_SHIFTED);
            case ANDS_SHIFTED -> logicalShifted(word, Op.ANDS64, Op.ANDS32, Op.LOGICAL_SHIFTED, Op.LOGICAL_SHIFTED);
            case ORN_SHIFTED, EON_SHIFTED, BICS_SHIFTED -> generalLogical(word);
            case ADD_SHIFTED -> arithmeticShifted(word, Op.ADD64, Op.ADD32, Op.ADD64R, Op.ADD32R);
            case SUB_SHIFTED -> arithmeticShifted(word, Op.SUB64, Op.SUB32, Op.SUB64R, Op.SUB32R);
            case SUBS_SHIFTED -> arithmeticShifted(word, Op.SUBS64, Op.SUBS32, Op.SUBS64R, Op.SUBS32R);
            case ADDS_SHIFTED ->
                arithmeticShifted(word, Op.ADDS64, Op.ADDS32, Op.ARITHMETIC_SHIFTED, Op.ARITHMETIC_SHIFTED);
            case ADD_EXTENDED -> arithmeticExtended(word, Op.ADD64R, Op.ADD32R);
            case SUB_EXTENDED -> arithmeticExtended(word, Op.SUB64R, Op.SUB32R);
            case SUBS_EXTENDED -> arithmeticExtended(word, Op.SUBS64R, Op.SUBS32R);
            case ADDS_EXTENDED -> arithmeticExtended(word, Op.ARITHMETIC_EXTENDED, Op.ARITHMETIC_EXTENDED);
            case ADC -> withCarry(word, Op.ADC);
            case ADCS -> withCarry(word, Op.ADCS);
            case SBC -> withCarry(word, Op.SBC);
            case SBCS -> withCarry(word, Op.SBCS);
            case CCMP_REGISTER -> conditionalCompare(word, Op.CCMP64, Op.CCMP32);
            case CCMP_IMMEDIATE -> conditionalCompareImmediate(word, Op.CCMPI64, Op.CCMPI32);
            case CCMN_REGISTER -> conditionalCompare(word, Op.CCMN64, Op.CCMN32);
            case CCMN_IMMEDIATE -> conditionalCompareImmediate(word, Op.CCMNI64, Op.CCMNI32);
            case CSEL -> conditionalSelect(word, Op.CSEL64, Op.CSEL32);
            case CSINC -> conditionalSelect(word, Op.CSINC64, Op.CSINC32);
            case CSINV -> conditionalSelect(word, Op.CSINV64, Op.CSINV32);
            case CSNEG -> conditionalSelect(word, Op.CSNEG64, Op.CSNEG32);
            case MADD -> multiply(word, is64(word) ? Op.MADD64 : Op.MADD32);
            case MSUB -> multiply(word, is64(word) ? Op.MSUB64 : Op.MSUB32);
            case SMADDL -> multiply(word, Op.SMADDL);
            case UMADDL -> multiply(word, Op.UMADDL);
            case SMSUBL -> multiply(word, Op.SMSUBL);
            case UMSUBL -> multiply(word, Op.UMSUBL);
            case SMULH -> multiply(word, Op.SMULH);
            case UMULH -> multiply(word, Op.UMULH);
            case LOAD_EXCLUSIVE -> emit(Op.LDXR, result(rd(word)), orSp(rn(word)), 0, size(word), 0);
            case LOAD_EXCLUSIVE_PAIR ->
                emit(Op.LDXP, result(rd(word)), orSp(rn(word)), result(ra(word)), size(word), 0);
            case STORE_EXCLUSIVE -> emit(Op.STXR, rd(word), orSp(rn(word)), 0, size(word), result(rm(word)));
            case STORE_EXCLUSIVE_PAIR ->
                emit(Op.STXP, rd(word), orSp(rn(word)), ra(word), size(word), result(rm(word)));
            case STORE_RELEASE -> emit(Op.ORDERED, rd(word), orSp(rn(word)), 0, Access.of(size(word), 0), 0);
            case LOAD_ACQUIRE -> emit(Op.ORDERED, result(rd(word)), orSp(rn(word)), 0, Access.of(size(word), 1), 0);
            case LOAD_LITERAL -> literal(word);
            case PAIR_OFFSET -> pair(word, pairOffset(word), 0);
            case PAIR_POST -> pair(word, 0, pairOffset(word));
            case PAIR_PRE -> pair(word, pairOffset(word), pairOffset(word));
            case ACCESS_UNSIGNED -> access(word, (long) bits(word, 10, 12) << size(word));
            case ACCESS_UNSCALED -> access(word, signed(word, 12, 9));
            case ACCESS_UNPRIVILEGED ->
                emit(
                        Op.UNPRIVILEGED,
                        transferred(word),
                        orSp(rn(word)),
                        0,
                        Access.of(size(word), opc(word)),
                        signed(word, 12, 9));
            case ATOMIC ->
                emit(Op.ATOMIC, result(rd(word)), orSp(rn(word)), rm(word), size(word) | bits(word, 12, 4) << 2, 0);
            case COMPARE_AND_SWAP -> emit(Op.CAS, rd(word), orSp(rn(word)), rm(word), size(word), result(rm(word)));
            case COMPARE_AND_SWAP_PAIR ->
                emit(Op.CASP, rd(word), orSp(rn(word)), rm(word), 2 + bits(word, 30, 1), rm(word));
            case ACCESS_POST -> accessWriteback(word, 0, signed(word, 12, 9));
            case ACCESS_PRE -> accessWriteback(word, signed(word, 12, 9), signed(word, 12, 9));
            case ACCESS_REGISTER -> accessRegister(word);
            case SVC,
                    HVC,
                    SMC,
                    BRK,
                    HLT,
                    DCPS,
                    DRPS,
                    MSR_PAN,
                    MSR_UAO,
                    ERET,
                    MSR_SPSEL,
                    MSR_DAIFSET,
                    MSR_DAIFCLR,
                    WFE,
                    WFI,
                    SEV,
                    SEVL,
                    SYS,
                    SYSL,
                    MSR,
                    UNDEFINED -> exit(word);
        }
    }

    /** The 21-bit immediate of ADR and ADRP. */
    private static int pcOffset(int word) {
        return signed(word, 5, 19) << 2 | bits(word, 29, 2);
    }

    private void arithmeticImmediate(int word, int kind64, int kind32, int d, int sign) {
        long immediate = (long) bits(word, 10, 12) << (bits(word, 22, 1) == 1 ? 12 : 0);
        emit(is64(word) ? kind64 : kind32, d, orSp(rn(word)), 0, 0, sign * immediate);
    }

    private void logicalImmediate(int word, int kind64, int kind32, int d) {
        emit(is64(word) ? kind64 : kind32, d, rn(word), 0, 0, Fields.bitmask(word));
    }

    private void moveWide(int word) {
        long value = (long) bits(word, 5, 16) << 16 * bits(word, 21, 2);
        boolean negate = bits(word, 29, 2) == 0;
        value = negate ? ~value : value;
        emit(Op.MOVI, result(rd(word)), 0, 0, 0, is64(word) ? value : value & LOW);
    }

    private void moveKeep(int word) {
        if (rd(word) == 31) {
            emit(Op.NOP, 0, 0, 0, 0, 0);
        } else {
            int position = 16 * bits(word, 21, 2);
            int kind = is64(word) ? Op.MOVK64 : Op.MOVK32;
            emit(kind, rd(word), 0, 0, position, (long) bits(word, 5, 16) << position);
        }
    }

    private void bitfield(int word, int kind64, int kind32) {
        int rotation = bits(word, 16, 6);
        int top = bits(word, 10, 6);
        int left = 63 - top;
        int right = top >= rotation ? left + rotation : left - ((is64(word) ? 64 : 32) - rotation);
        emit(is64(word) ? kind64 : kind32, result(rd(word)), rn(word), 0, 0, left | right << 6);
    }

    private void bitfieldInsert(int word) {
        if (rd(word) == 31) {
            emit(Op.NOP, 0, 0, 0, 0, 0);
            return;
        }
        int rotation = bits(word, 16, 6);
        int top = bits(word, 10, 6);
        int kind = is64(word) ? Op.BFM64 : Op.BFM32;
        if (top >= rotation) {
            emit(kind, rd(word), rn(word), 0, rotation, ones(top - rotation + 1));
        } else {
            int lowest = (is64(word) ? 64 : 32) - rotation;
            emit(kind, rd(word), rn(word), 0, 64 - lowest, ones(top + 1) << lowest);
        }
    }

    private static long ones(int count) {
        return -1L >>> 64 - count;
    }

    private void extract(int word) {
        int lowest = bits(word, 10, 6);
        if (lowest == 0) {
            emit(is64(word) ? Op.MOV64 : Op.MOV32, result(rd(word)), 0, rm(word), 0, 0);
        } else {
            emit(is64(word) ? Op.EXTR64 : Op.EXTR32, result(rd(word)), rn(word), rm(word), lowest, 0);
        }
    }

    private void branch(int kind, int d, int s, long immediate, int offset) {
        takenOffset = 4L * (index + offset);
        emitEnd(kind, d, 0, s, immediate);
    }

    private void branchToRegister(int kind, int d, int n, long immediate) {
        indirect = true;
        emitEnd(kind, d, n, 0, immediate);
    }

    private static long testedBit(int word) {
        return 1L << (bits(word, 31, 1) << 5 | bits(word, 19, 5));
    }

    private void dataProcessing(int word, int kind64, int kind32) {
        emit(is64(word) ? kind64 : kind32, result(rd(word)), rn(word), rm(word), 0, 0);
    }

    private void logicalShifted(int word, int plain64, int plain32, int rotated64, int rotated32) {
        int type = bits(word, 22, 2);
        int amount = bits(word, 10, 6);
        int kind = is64(word) ? rotated64 : rotated32;
        if (amount == 0) {
            boolean move = (plain64 == Op.ORR64) && rn(word) == 31;
            int kind64 = move ? Op.MOV64 : plain64;
            int kind32 = move ? Op.MOV32 : plain32;
            emit(is64(word) ? kind64 : kind32, result(rd(word)), rn(word), rm(word), 0, 0);
        } else if (plain32 == Op.EOR32 && type == SHIFT_ROR && !is64(word)) {
            emit(Op.EOR32ROR, result(rd(word)), rn(word), rm(word), amount, 0);
        } else if (kind == Op.LOGICAL_SHIFTED || type == SHIFT_ASR || type == SHIFT_ROR && !is64(word)) {
            generalLogical(word);
        } else {
            emitRotated(kind, word, result(rd(word)), rn(word), type, amount);
        }
    }

    /** A shift that is a rotation to the right and a mask. */
    private void emitRotated(int kind, int word, int d, int n, int type, int amount) {
        long register = is64(word) ? -1L : LOW;
        switch (type) {
            case 0 -> emit(kind, d, n, rm(word), -amount & 63, register << amount & register);
            case 1 -> emit(kind, d, n, rm(word), amount, register >>> amount);
            default -> emit(kind, d, n, rm(word), amount, register);
        }
    }

    private void generalLogical(int word) {
        emit(Op.LOGICAL_SHIFTED, result(rd(word)), rn(word), rm(word), bits(word, 29, 2), shiftDescription(word));
    }

    /** What {@link RareOperations} needs to know: amount 5:0, type 7:6, N 8, sf 9, S 10, op 11, option 14:12. */
    private static long shiftDescription(int word) {
        return bits(word, 10, 6)
                | bits(word, 22, 2) << 6
                | bits(word, 21, 1) << 8
                | bits(word, 31, 1) << 9
                | bits(word, 29, 1) << 10
                | bits(word, 30, 1) << 11
                | bits(word, 13, 3) << 12;
    }

    private void arithmeticShifted(int word, int plain64, int plain32, int rotated64, int rotated32) {
        int type = bits(word, 22, 2);
        int amount = bits(word, 10, 6);
        int kind = is64(word) ? rotated64 : rotated32;
        if (amount == 0) {
            emit(is64(word) ? plain64 : plain32, result(rd(word)), rn(word), rm(word), 0, 0);
        } else if (kind == Op.ARITHMETIC_SHIFTED || type == SHIFT_ASR) {
            emit(Op.ARITHMETIC_SHIFTED, result(rd(word)), rn(word), rm(word), 0, shiftDescription(word));
        } else {
            emitRotated(kind, word, result(rd(word)), rn(word), type, amount);
        }
    }

    private void arithmeticExtended(int word, int kind64, int kind32) {
        boolean setsFlags = bits(word, 29, 1) == 1;
        int d = setsFlags ? result(rd(word)) : orSp(rd(word));
        int n = orSp(rn(word));
        int option = bits(word, 13, 3);
        int amount = bits(word, 10, 3);
        int kind = is64(word) ? kind64 : kind32;
        if (kind == Op.ADD64R && option == 6) {
            emit(Op.ADD64X, d, n, rm(word), amount, 0);
        } else if (kind == Op.ARITHMETIC_EXTENDED || isSignExtension(option, is64(word))) {
            emit(Op.ARITHMETIC_EXTENDED, d, n, rm(word), amount, shiftDescription(word));
        } else {
            long register = is64(word) ? -1L : LOW;
            emit(kind, d, n, rm(word), -amount & 63, extensionMask(option) << amount & register);
        }
    }

    /** SXTX extends nothing, and neither does SXTW in 32 bits. */
    private static boolean isSignExtension(int option, boolean wide) {
        return option >= 4 && option < (wide ? 7 : 6);
    }

    private static long extensionMask(int option) {
        return switch (option & 3) {
            case 0 -> 0xFF;
            case 1 -> 0xFFFF;
            case 2 -> LOW;
            default -> -1L;
        };
    }

    private void withCarry(int word, int kind) {
        emit(kind, result(rd(word)), rn(word), rm(word), bits(word, 31, 1), 0);
    }

    private void conditionalCompare(int word, int kind64, int kind32) {
        emit(is64(word) ? kind64 : kind32, 0, rn(word), rm(word), bits(word, 12, 4), (word & 15L) << 28);
    }

    private void conditionalCompareImmediate(int word, int kind64, int kind32) {
        long immediate = (word & 15L) << 28 | rm(word);
        emit(is64(word) ? kind64 : kind32, 0, rn(word), 0, bits(word, 12, 4), immediate);
    }

    private void conditionalSelect(int word, int kind64, int kind32) {
        emit(is64(word) ? kind64 : kind32, result(rd(word)), rn(word), rm(word), bits(word, 12, 4), 0);
    }

    private void multiply(int word, int kind) {
        emit(kind, result(rd(word)), rn(word), rm(word), ra(word), 0);
    }

    private void literal(int word) {
        int opc = size(word);
        int access = opc == 2 ? Access.of(2, 2) : Access.of(2 + opc, 1);
        emit(Op.LITERAL, result(rd(word)), 0, 0, access, 4L * (index + signed(word, 5, 19)));
    }

    private static int pairOffset(int word) {
        return signed(word, 15, 7) << (is64(word) ? 3 : 2);
    }

    private void pair(int word, int offset, int writeback) {
        boolean load = bits(word, 22, 1) == 1;
        if (load) {
            int kind = is64(word) ? Op.LDP64 : bits(word, 30, 1) == 1 ? Op.LDPSW : Op.LDP32;
            emit(kind, result(rd(word)), orSp(rn(word)), result(ra(word)), 0, pack(offset, writeback));
        } else {
            emit(is64(word) ? Op.STP64 : Op.STP32, rd(word), orSp(rn(word)), ra(word), 0, pack(offset, writeback));
        }
    }

    private static int opc(int word) {
        return bits(word, 22, 2);
    }

    /** The register of a store is read, that of a load is written. */
    private static int transferred(int word) {
        return opc(word) == 0 ? rd(word) : result(rd(word));
    }

    private void access(int word, long offset) {
        emit(ACCESS[opc(word)][size(word)], transferred(word), orSp(rn(word)), 0, 0, offset);
    }

    private void accessWriteback(int word, int offset, int writeback) {
        int kind = ACCESS_WRITEBACK[opc(word)][size(word)];
        int access = Access.of(size(word), opc(word));
        emit(kind, transferred(word), orSp(rn(word)), 0, access, pack(offset, writeback));
    }

    private void accessRegister(int word) {
        int option = bits(word, 13, 3);
        int amount = bits(word, 12, 1) == 1 ? size(word) : 0;
        int kind = ACCESS_REGISTER[opc(word)][size(word)];
        if (kind == Op.ACCESSX || option == 6) {
            int access = Access.of(size(word), opc(word));
            emit(Op.ACCESSX, transferred(word), orSp(rn(word)), rm(word), access, amount | option << 6);
        } else {
            emit(kind, transferred(word), orSp(rn(word)), rm(word), -amount & 63, extensionMask(option) << amount);
        }
    }

    /** Registers that are plain storage and that nothing can trap are read without leaving the block. */
    private void readSystemRegister(int word) {
        int encoding = bits(word, 5, 16);
        int d = result(rd(word));
        if (encoding == SystemRegister.SP_EL0.encoding()) {
            emit(Op.MRS_SP_EL0, d, 0, 0, 0, (long) word << 32);
        } else if (encoding == SystemRegister.TPIDR_EL1.encoding()) {
            emit(Op.MRS_STORED, d, 0, 0, 1, (long) word << 32 | SystemRegister.TPIDR_EL1.ordinal());
        } else if (encoding == SystemRegister.TPIDR_EL0.encoding()) {
            emit(Op.MRS_STORED, d, 0, 0, 0, (long) word << 32 | SystemRegister.TPIDR_EL0.ordinal());
        } else {
            exit(word);
        }
    }
}

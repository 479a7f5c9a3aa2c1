/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import io.faultline.api.arm64.PageSize;
import io.faultline.hwmodel.memory.PageSubscription;
import io.faultline.hwmodel.mmu.MemoryAccess;
import io.faultline.hwmodel.mmu.MemoryFault;
import io.faultline.hwmodel.registers.RegisterFile;
import org.jspecify.annotations.Nullable;

/**
 * Executes blocks for one PE until its budget is used up or something happens that is not its business.
 *
 * <p>{@link #run} is the hot method: it must stay below 8000 bytecodes, and it allocates nothing. What an instruction did
 * before it faulted can be repeated: registers are written after the last access that can fault.
 */
public final class Interpreter implements Executor {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final long PAGE = -PageSize.BYTES;
    private final RegisterFile registers;
    private final MemoryAccess memory;
    private final CodeCache cache;
    private final PageSubscription changes;
    private final RareOperations rare;
    private final Block single = Translator.newSingle();
    private final @Nullable FetchBank[] banks = new FetchBank[MemoryAccess.BANKS];
    private FetchBank fetches;
    private long stackAlignment = 15;
    private final MemoryFault misaligned = new MemoryFault();

    private long executed;
    private int word;
    private MemoryFault fault = misaligned;

    /**
     * Makes the interpreter of a PE.
     *
     * @param registers registers of the PE
     * @param systemRegisters system registers of the PE that are plain storage, by ordinal
     * @param memory memory as the PE sees it
     * @param cache blocks of the machine
     */
    public Interpreter(RegisterFile registers, long[] systemRegisters, MemoryAccess memory, CodeCache cache) {
        this.registers = registers;
        this.memory = memory;
        this.cache = cache;
        changes = memory.subscribe(this);
        rare = new RareOperations(this, registers, systemRegisters, memory);
        fetches = new FetchBank();
        banks[memory.bank()] = fetches;
    }

    @Override
    public long executed() {
        return executed;
    }

    @Override
    public int word() {
        return word;
    }

    @Override
    public MemoryFault fault() {
        return fault;
    }

    @Override
    public int wordAt(long pc) {
        return Translator.word(lookupPage(pc).page().bytes(), (int) (pc & PageSize.OFFSET_MASK));
    }

    @Override
    public void context(int bank) {
        FetchBank chosen = banks[bank];
        if (chosen == null) {
            chosen = new FetchBank();
            banks[bank] = chosen;
        }
        fetches = chosen;
    }

    @Override
    public void forget(long address, long mask) {
        for (FetchBank bank : banks) {
            if (bank != null) {
                bank.forget(address, mask);
            }
        }
    }

    @Override
    public void checkStackAlignment(boolean enabled) {
        stackAlignment = enabled ? 15 : 0;
    }

    @Override
    public void pagesChanged() {
        for (FetchBank bank : banks) {
            if (bank != null) {
                bank.clear();
            }
        }
    }

    @Override
    public Exit run(long limit) {
        RegisterFile r = registers;
        MemoryAccess memory = this.memory;
        long[] x = r.x;
        long pc = r.pc;
        long left = limit;
        int i = 0;
        try {
            Block block = left < Block.LIMIT ? lookupSingle(pc) : lookup(pc);
            blocks:
            for (; ; ) {
                if (left < block.length) {
                    block = lookupSingle(pc);
                }
                int[] code = block.code;
                long[] immediates = block.immediates;
                boolean taken;
                operations:
                for (; ; i++) {
                    int w = code[i];
                    long im = immediates[i];
                    int d = w >>> Op.D_SHIFT & Op.FIELD_MASK;
                    int n = w >>> Op.N_SHIFT & Op.FIELD_MASK;
                    int m = w >>> Op.M_SHIFT & Op.FIELD_MASK;
                    switch (w & Op.KIND_MASK) {
                        case Op.STALE:
                            left -= i;
                            pc += 4L * i;
                            i = 0;
                            if (left == 0) {
                                executed = limit;
                                r.pc = pc;
                                return Exit.BUDGET;
                            }
                            block = lookup(pc);
                            continue blocks;
                        case Op.END:
                            taken = false;
                            break operations;
                        case Op.EXIT:
                            executed = limit - left + i;
                            r.pc = pc + 4L * i;
                            word = (int) im;
                            return Exit.INSTRUCTION;
                        case Op.NOP:
                            break;
                        case Op.MOVI:
                            x[d] = im;
                            break;
                        case Op.MOVK64:
                            x[d] = x[d] & ~(0xFFFFL << (w >>> Op.S_SHIFT)) | im;
                            break;
                        case Op.MOVK32:
                            x[d] = (x[d] & ~(0xFFFFL << (w >>> Op.S_SHIFT)) | im) & LOW;
                            break;
                        case Op.ADR:
                            x[d] = pc + im;
                            break;
                        case Op.ADRP:
                            x[d] = (pc & PAGE) + im;
                            break;
                        case Op.ADDI64:
                            x[d] = x[n] + im;
                            break;
                        case Op.ADDI32:
                            x[d] = x[n] + im & LOW;
                            break;
                        case Op.ADDSI64: {
                            long a = x[n];
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a;
                            r.flagB = im;
                            x[d] = a + im;
                            break;
                        }
                        case Op.ADDSI32: {
                            long a = x[n];
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a << 32;
                            r.flagB = im << 32;
                            x[d] = a + im & LOW;
                            break;
                        }
                        case Op.SUBSI64: {
                            long a = x[n];
                            r.flagKind = RegisterFile.FLAGS_OF_SUBTRACTION;
                            r.flagA = a;
                            r.flagB = im;
                            x[d] = a - im;
                            break;
                        }
                        case Op.SUBSI32: {
                            long a = x[n];
                            r.flagKind = RegisterFile.FLAGS_OF_SUBTRACTION;
                            r.flagA = a << 32;
                            r.flagB = im << 32;
                            x[d] = a - im & LOW;
                            break;
                        }
                        case Op.ANDI:
                            x[d] = x[n] & im;
                            break;
                        case Op.ORRI64:
                            x[d] = x[n] | im;
                            break;
                        case Op.ORRI32:
                            x[d] = (x[n] | im) & LOW;
                            break;
                        case Op.EORI64:
                            x[d] = x[n] ^ im;
                            break;
                        case Op.EORI32:
                            x[d] = (x[n] ^ im) & LOW;
                            break;
                        case Op.ANDSI64: {
                            long a = x[n] & im;
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a;
                            r.flagB = 0;
                            x[d] = a;
                            break;
                        }
                        case Op.ANDSI32: {
                            long a = x[n] & im;
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a << 32;
                            r.flagB = 0;
                            x[d] = a;
                            break;
                        }
                        case Op.UBFM:
                            x[d] = x[n] << (int) im >>> ((int) im >>> 6);
                            break;
                        case Op.SBFM64:
                            x[d] = x[n] << (int) im >> ((int) im >>> 6);
                            break;
                        case Op.SBFM32:
                            x[d] = x[n] << (int) im >> ((int) im >>> 6) & LOW;
                            break;
                        case Op.BFM64:
                            x[d] = x[d] & ~im | Long.rotateRight(x[n], w >>> Op.S_SHIFT) & im;
                            break;
                        case Op.BFM32:
                            x[d] = (x[d] & ~im | Long.rotateRight(x[n], w >>> Op.S_SHIFT) & im) & LOW;
                            break;
                        case Op.EXTR64:
                            x[d] = x[m] >>> (w >>> Op.S_SHIFT) | x[n] << -(w >>> Op.S_SHIFT);
                            break;
                        case Op.EXTR32:
                            x[d] = ((x[m] & LOW) >>> (w >>> Op.S_SHIFT) | x[n] << 32 - (w >>> Op.S_SHIFT)) & LOW;
                            break;
                        case Op.MOV64:
                            x[d] = x[m];
                            break;
                        case Op.MOV32:
                            x[d] = x[m] & LOW;
                            break;
                        case Op.ADD64:
                            x[d] = x[n] + x[m];
                            break;
                        case Op.ADD32:
                            x[d] = x[n] + x[m] & LOW;
                            break;
                        case Op.SUB64:
                            x[d] = x[n] - x[m];
                            break;
                        case Op.SUB32:
                            x[d] = x[n] - x[m] & LOW;
                            break;
                        case Op.ADDS64: {
                            long a = x[n];
                            long b = x[m];
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a;
                            r.flagB = b;
                            x[d] = a + b;
                            break;
                        }
                        case Op.ADDS32: {
                            long a = x[n];
                            long b = x[m];
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a << 32;
                            r.flagB = b << 32;
                            x[d] = a + b & LOW;
                            break;
                        }
                        case Op.SUBS64: {
                            long a = x[n];
                            long b = x[m];
                            r.flagKind = RegisterFile.FLAGS_OF_SUBTRACTION;
                            r.flagA = a;
                            r.flagB = b;
                            x[d] = a - b;
                            break;
                        }
                        case Op.SUBS32: {
                            long a = x[n];
                            long b = x[m];
                            r.flagKind = RegisterFile.FLAGS_OF_SUBTRACTION;
                            r.flagA = a << 32;
                            r.flagB = b << 32;
                            x[d] = a - b & LOW;
                            break;
                        }
                        case Op.AND64:
                            x[d] = x[n] & x[m];
                            break;
                        case Op.AND32:
                            x[d] = (x[n] & x[m]) & LOW;
                            break;
                        case Op.ORR64:
                            x[d] = x[n] | x[m];
                            break;
                        case Op.ORR32:
                            x[d] = (x[n] | x[m]) & LOW;
                            break;
                        case Op.EOR64:
                            x[d] = x[n] ^ x[m];
                            break;
                        case Op.EOR32:
                            x[d] = (x[n] ^ x[m]) & LOW;
                            break;
                        case Op.BIC64:
                            x[d] = x[n] & ~x[m];
                            break;
                        case Op.BIC32:
                            x[d] = (x[n] & ~x[m]) & LOW;
                            break;
                        case Op.ANDS64: {
                            long a = x[n] & x[m];
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a;
                            r.flagB = 0;
                            x[d] = a;
                            break;
                        }
                        case Op.ANDS32: {
                            long a = x[n] & x[m] & LOW;
                            r.flagKind = RegisterFile.FLAGS_OF_ADDITION;
                            r.flagA = a << 32;
                            r.flagB = 0;
                            x[d] = a;
                            break;
                        }
                        case Op.ADD64R:
                            x[d] = x[n] + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im);
                            break;
                        case Op.ADD32R:
                            x[d] = x[n] + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im) & LOW;
                            break;
                        case Op.SUB64R:
                            x[d] = x[n] - (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im);
                            break;
                        case Op.SUB32R:
                            x[d] = x[n] - (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im) & LOW;
                            break;
                        case Op.SUBS64R: {
                            long a = x[n];
                            long b = Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im;
                            r.flagKind = RegisterFile.FLAGS_OF_SUBTRACTION;
                            r.flagA = a;
                            r.flagB = b;
                            x[d] = a - b;
                            break;
                        }
                        case Op.SUBS32R: {
                            long a = x[n];
                            long b = Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im;
                            r.flagKind = RegisterFile.FLAGS_OF_SUBTRACTION;
                            r.flagA = a << 32;
                            r.flagB = b << 32;
                            x[d] = a - b & LOW;
                            break;
                        }
                        case Op.ANDR:
                            x[d] = x[n] & Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im;
                            break;
                        case Op.ORR64R:
                            x[d] = x[n] | (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im);
                            break;
                        case Op.ORR32R:
                            x[d] = (x[n] | (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im)) & LOW;
                            break;
                        case Op.EOR64R:
                            x[d] = x[n] ^ (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im);
                            break;
                        case Op.EOR32R:
                            x[d] = (x[n] ^ (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im)) & LOW;
                            break;
                        case Op.EOR32ROR:
                            x[d] = (x[n] ^ Integer.rotateRight((int) x[m], w >>> Op.S_SHIFT)) & LOW;
                            break;
                        case Op.ADD64X:
                            x[d] = x[n] + ((long) (int) x[m] << (w >>> Op.S_SHIFT));
                            break;
                        case Op.CSEL64:
                            x[d] = r.holds(w >>> Op.S_SHIFT) ? x[n] : x[m];
                            break;
                        case Op.CSEL32:
                            x[d] = (r.holds(w >>> Op.S_SHIFT) ? x[n] : x[m]) & LOW;
                            break;
                        case Op.CSINC64:
                            x[d] = r.holds(w >>> Op.S_SHIFT) ? x[n] : x[m] + 1;
                            break;
                        case Op.CSINC32:
                            x[d] = (r.holds(w >>> Op.S_SHIFT) ? x[n] : x[m] + 1) & LOW;
                            break;
                        case Op.CSINV64:
                            x[d] = r.holds(w >>> Op.S_SHIFT) ? x[n] : ~x[m];
                            break;
                        case Op.CSINV32:
                            x[d] = (r.holds(w >>> Op.S_SHIFT) ? x[n] : ~x[m]) & LOW;
                            break;
                        case Op.CSNEG64:
                            x[d] = r.holds(w >>> Op.S_SHIFT) ? x[n] : -x[m];
                            break;
                        case Op.CSNEG32:
                            x[d] = (r.holds(w >>> Op.S_SHIFT) ? x[n] : -x[m]) & LOW;
                            break;
                        case Op.CCMP64:
                            r.conditionalCompare(w >>> Op.S_SHIFT, x[n], x[m], im);
                            break;
                        case Op.CCMP32:
                            r.conditionalCompare(w >>> Op.S_SHIFT, x[n] << 32, x[m] << 32, im);
                            break;
                        case Op.CCMPI64:
                            r.conditionalCompare(w >>> Op.S_SHIFT, x[n], im & 31, im);
                            break;
                        case Op.CCMPI32:
                            r.conditionalCompare(w >>> Op.S_SHIFT, x[n] << 32, (im & 31) << 32, im);
                            break;
                        case Op.MADD64:
                            x[d] = x[w >>> Op.S_SHIFT] + x[n] * x[m];
                            break;
                        case Op.MADD32:
                            x[d] = x[w >>> Op.S_SHIFT] + x[n] * x[m] & LOW;
                            break;
                        case Op.MSUB64:
                            x[d] = x[w >>> Op.S_SHIFT] - x[n] * x[m];
                            break;
                        case Op.MSUB32:
                            x[d] = x[w >>> Op.S_SHIFT] - x[n] * x[m] & LOW;
                            break;
                        case Op.SMADDL:
                            x[d] = x[w >>> Op.S_SHIFT] + (long) (int) x[n] * (int) x[m];
                            break;
                        case Op.UMADDL:
                            x[d] = x[w >>> Op.S_SHIFT] + (x[n] & LOW) * (x[m] & LOW);
                            break;
                        case Op.UMULH:
                            x[d] = unsignedMultiplyHigh(x[n], x[m]);
                            break;
                        case Op.LSLV64:
                            x[d] = x[n] << (int) x[m];
                            break;
                        case Op.LSLV32:
                            x[d] = (int) x[n] << (int) x[m] & LOW;
                            break;
                        case Op.LSRV64:
                            x[d] = x[n] >>> (int) x[m];
                            break;
                        case Op.LSRV32:
                            x[d] = (x[n] & LOW) >>> ((int) x[m] & 31);
                            break;
                        case Op.LDR64:
                            x[d] = memory.load64(base(x, n) + im);
                            break;
                        case Op.LDR32:
                            x[d] = memory.load32(base(x, n) + im) & LOW;
                            break;
                        case Op.LDRH:
                            x[d] = memory.load16(base(x, n) + im) & 0xFFFF;
                            break;
                        case Op.LDRB:
                            x[d] = memory.load8(base(x, n) + im) & 0xFF;
                            break;
                        case Op.LDRSW:
                            x[d] = memory.load32(base(x, n) + im);
                            break;
                        case Op.LDRSH64:
                            x[d] = memory.load16(base(x, n) + im);
                            break;
                        case Op.LDRSH32:
                            x[d] = memory.load16(base(x, n) + im) & LOW;
                            break;
                        case Op.LDRSB64:
                            x[d] = memory.load8(base(x, n) + im);
                            break;
                        case Op.LDRSB32:
                            x[d] = memory.load8(base(x, n) + im) & LOW;
                            break;
                        case Op.STR64:
                            memory.store64(base(x, n) + im, x[d]);
                            break;
                        case Op.STR32:
                            memory.store32(base(x, n) + im, x[d]);
                            break;
                        case Op.STRH:
                            memory.store16(base(x, n) + im, x[d]);
                            break;
                        case Op.STRB:
                            memory.store8(base(x, n) + im, x[d]);
                            break;
                        case Op.LDR64R:
                            x[d] = memory.load64(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im));
                            break;
                        case Op.LDR32R:
                            x[d] = memory.load32(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im)) & LOW;
                            break;
                        case Op.LDRHR:
                            x[d] = memory.load16(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im)) & 0xFFFF;
                            break;
                        case Op.LDRBR:
                            x[d] = memory.load8(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im)) & 0xFF;
                            break;
                        case Op.LDRSWR:
                            x[d] = memory.load32(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im));
                            break;
                        case Op.STR64R:
                            memory.store64(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im), x[d]);
                            break;
                        case Op.STR32R:
                            memory.store32(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im), x[d]);
                            break;
                        case Op.STRHR:
                            memory.store16(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im), x[d]);
                            break;
                        case Op.STRBR:
                            memory.store8(base(x, n) + (Long.rotateRight(x[m], w >>> Op.S_SHIFT) & im), x[d]);
                            break;
                        case Op.LDR64W: {
                            long a = base(x, n);
                            long v = memory.load64(a + (int) im);
                            x[n] = a + (im >> 32);
                            x[d] = v;
                            break;
                        }
                        case Op.LDR32W: {
                            long a = base(x, n);
                            long v = memory.load32(a + (int) im) & LOW;
                            x[n] = a + (im >> 32);
                            x[d] = v;
                            break;
                        }
                        case Op.LDRBW: {
                            long a = base(x, n);
                            long v = memory.load8(a + (int) im) & 0xFF;
                            x[n] = a + (im >> 32);
                            x[d] = v;
                            break;
                        }
                        case Op.STR64W: {
                            long a = base(x, n);
                            memory.store64(a + (int) im, x[d]);
                            x[n] = a + (im >> 32);
                            break;
                        }
                        case Op.STR32W: {
                            long a = base(x, n);
                            memory.store32(a + (int) im, x[d]);
                            x[n] = a + (im >> 32);
                            break;
                        }
                        case Op.STRBW: {
                            long a = base(x, n);
                            memory.store8(a + (int) im, x[d]);
                            x[n] = a + (im >> 32);
                            break;
                        }
                        case Op.LDP64: {
                            long a = base(x, n);
                            long v = memory.load64(a + (int) im);
                            long v2 = memory.load64(a + (int) im + 8);
                            x[n] = a + (im >> 32);
                            x[d] = v;
                            x[m] = v2;
                            break;
                        }
                        case Op.LDP32: {
                            long a = base(x, n);
                            long v = memory.load32(a + (int) im) & LOW;
                            long v2 = memory.load32(a + (int) im + 4) & LOW;
                            x[n] = a + (im >> 32);
                            x[d] = v;
                            x[m] = v2;
                            break;
                        }
                        case Op.STP64: {
                            long a = base(x, n);
                            memory.storePair64(a + (int) im, x[d], x[m]);
                            x[n] = a + (im >> 32);
                            break;
                        }
                        case Op.STP32: {
                            long a = base(x, n);
                            memory.storePair32(a + (int) im, x[d], x[m]);
                            x[n] = a + (im >> 32);
                            break;
                        }
                        case Op.B:
                            taken = true;
                            break operations;
                        case Op.BL:
                            x[d] = pc + im;
                            taken = true;
                            break operations;
                        case Op.BEQ:
                            taken = r.isEqual();
                            break operations;
                        case Op.BNE:
                            taken = !r.isEqual();
                            break operations;
                        case Op.BHS:
                            taken = r.isCarry();
                            break operations;
                        case Op.BLO:
                            taken = !r.isCarry();
                            break operations;
                        case Op.BMI:
                            taken = r.isNegative();
                            break operations;
                        case Op.BPL:
                            taken = !r.isNegative();
                            break operations;
                        case Op.BHI:
                            taken = r.isHigher();
                            break operations;
                        case Op.BLS:
                            taken = !r.isHigher();
                            break operations;
                        case Op.BGE:
                            taken = r.isGreaterOrEqual();
                            break operations;
                        case Op.BLT:
                            taken = !r.isGreaterOrEqual();
                            break operations;
                        case Op.BGT:
                            taken = r.isGreater();
                            break operations;
                        case Op.BLE:
                            taken = !r.isGreater();
                            break operations;
                        case Op.BCOND:
                            taken = r.holds(w >>> Op.S_SHIFT);
                            break operations;
                        case Op.CBZ64:
                            taken = x[d] == 0;
                            break operations;
                        case Op.CBZ32:
                            taken = (int) x[d] == 0;
                            break operations;
                        case Op.CBNZ64:
                            taken = x[d] != 0;
                            break operations;
                        case Op.CBNZ32:
                            taken = (int) x[d] != 0;
                            break operations;
                        case Op.TBZ:
                            taken = (x[d] & im) == 0;
                            break operations;
                        case Op.TBNZ:
                            taken = (x[d] & im) != 0;
                            break operations;
                        case Op.BR:
                            pc = x[n] - 4L * block.length;
                            taken = false;
                            break operations;
                        case Op.BLR: {
                            long target = x[n];
                            x[d] = pc + im;
                            pc = target - 4L * block.length;
                            taken = false;
                            break operations;
                        }
                        default:
                            if (!rare.execute(w, im, pc)) {
                                executed = limit - left + i;
                                r.pc = pc + 4L * i;
                                word = (int) (im >>> 32);
                                return Exit.INSTRUCTION;
                            }
                            break;
                    }
                }
                left -= block.length;
                i = 0;
                Block successor;
                if (taken) {
                    pc += block.takenOffset;
                    successor = block.taken;
                } else {
                    pc += 4L * block.length;
                    successor = block.next;
                }
                if (left == 0) {
                    executed = limit;
                    r.pc = pc;
                    return Exit.BUDGET;
                }
                block = successor != null ? successor : link(block, taken, pc);
            }
        } catch (MemoryFault found) {
            executed = limit - left + i;
            r.pc = pc + 4L * i;
            fault = found;
            return Exit.FAULT;
        }
    }

    /** Returns the block at an address; the address must be one that can be executed. */
    private Block lookup(long pc) {
        return lookupPage(pc).block(pc);
    }

    /** Returns a block of one instruction. */
    private Block lookupSingle(long pc) {
        Translator.single(lookupPage(pc).page().bytes(), (int) (pc & PageSize.OFFSET_MASK), single);
        return single;
    }

    private CodePage lookupPage(long pc) {
        CodePage page = fetches.find(pc);
        return page != null ? page : fetch(pc);
    }

    private CodePage fetch(long pc) {
        if ((pc & 3) != 0) {
            throw misaligned.ofPc(pc);
        }
        CodePage page = cache.page(memory.fetch(pc));
        fetches.remember(pc, page);
        changes.renew();
        return page;
    }

    /**
     * Finds the successor of a block and remembers it if that will always be right: within the same page, and not after an
     * indirect branch. Whoever goes instruction by instruction, because little of the budget is left, goes on so.
     */
    private Block link(Block from, boolean taken, long pc) {
        if (from == single) {
            return lookupSingle(pc);
        }
        Block successor = lookup(pc);
        long distance = taken ? from.takenOffset : 4L * from.length;
        if (from.linkable && ((pc ^ pc - distance) & PAGE) == 0) {
            if (taken) {
                from.taken = successor;
            } else {
                from.next = successor;
            }
        }
        return successor;
    }

    /** Returns a base register, checking it if it is the stack pointer. */
    long base(long[] x, int n) {
        long value = x[n];
        if (n == RegisterFile.SP && (value & stackAlignment) != 0) {
            throw misaligned.ofStackPointer();
        }
        return value;
    }

    static long unsignedMultiplyHigh(long a, long b) {
        return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Writes random A64 instruction sequences as assembly for the harness of this folder: a source program to be run by
 * {@code java Sequences.java}.
 *
 * <pre>Sequences OUTPUT SEED COUNT LENGTH          COUNT sequences of at least LENGTH instructions
 * Sequences OUTPUT SEED COUNT LENGTH ONLY    every prefix of sequence ONLY, with all registers shown</pre>
 *
 * A sequence consists of units that make sense alone, so that every prefix of whole units is a sequence as well. X26
 * counts loops, X27 holds addresses, X28 points into the window of memory and is never written; everything else is free.
 */
final class Sequences {
    /** Offset of SP from X28; the harness knows it too. */
    private static final int STACK_OFFSET = 512;

    private static final String[] CONDITIONS = {
        "eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"
    };

    /**
     * Data processing. %x and %w: a register; %X and %W: a register or zero; %c: a condition; %l and %k: a logical
     * immediate of 64 and of 32 bits; %LOW-HIGH: a number.
     */
    private static final String[] DATA_PROCESSING = {
        "add %x, %X, %X, lsl #%0-63", "add %w, %W, %W, asr #%0-31", "adds %X, %X, %X, lsr #%0-63",
        "adds %W, %W, %W, lsl #%0-31", "sub %x, %X, %X, asr #%0-63", "sub %w, %W, %W, lsr #%0-31",
        "subs %X, %X, %X, lsl #%0-63", "subs %W, %W, %W, asr #%0-31", "add %x, %x, #%0-4095",
        "add %x, %x, #%0-4095, lsl #12", "adds %w, %w, #%0-4095", "subs %X, %x, #%0-4095, lsl #12",
        "sub %w, %w, #%0-4095", "add %x, sp, #%0-4095", "add %x, %x, %W, uxtb #%0-4", "add %w, %w, %W, uxth #%0-4",
        "adds %x, %x, %W, uxtw #%0-4", "sub %x, %x, %X, uxtx #%0-4", "subs %X, %x, %W, sxtb #%0-4",
        "subs %W, %w, %W, sxth #%0-4", "add %x, %x, %W, sxtw #%0-4", "sub %x, %x, %X, sxtx #%0-4",
        "add %x, sp, %X, uxtx #%0-4", "cmp sp, %X", "adc %x, %X, %X", "adc %w, %W, %W", "adcs %x, %X, %X",
        "adcs %w, %W, %W", "sbc %x, %X, %X", "sbc %w, %W, %W", "sbcs %x, %X, %X", "sbcs %w, %W, %W",
        "and %x, %X, #%l", "and %w, %W, #%k", "orr %x, %X, #%l", "orr %w, %W, #%k", "eor %x, %X, #%l",
        "eor %w, %W, #%k", "ands %X, %X, #%l", "ands %W, %W, #%k", "and %x, %X, %X, ror #%0-63",
        "bic %x, %X, %X, lsl #%0-63", "bic %w, %W, %W, ror #%0-31", "orr %x, %X, %X, asr #%0-63",
        "orn %w, %W, %W, lsr #%0-31", "orn %x, %X, %X, ror #%0-63", "eor %x, %X, %X, lsr #%0-63",
        "eon %w, %W, %W, asr #%0-31", "eon %x, %X, %X, lsl #%0-63", "ands %X, %X, %X, ror #%0-63",
        "ands %W, %W, %W, lsl #%0-31", "bics %X, %X, %X, asr #%0-63", "bics %W, %W, %W, lsr #%0-31",
        "movz %x, #%0-65535, lsl #16", "movz %w, #%0-65535", "movk %x, #%0-65535, lsl #48", "movk %x, #%0-65535, lsl #32",
        "movk %w, #%0-65535, lsl #16", "movn %x, #%0-65535, lsl #32", "movn %w, #%0-65535, lsl #16", "adr %x, .+%0-4095",
        "adrp %x, .", "sbfm %x, %X, #%0-63, #%0-63", "sbfm %w, %W, #%0-31, #%0-31", "bfm %x, %X, #%0-63, #%0-63",
        "bfm %w, %W, #%0-31, #%0-31", "ubfm %x, %X, #%0-63, #%0-63", "ubfm %w, %W, #%0-31, #%0-31",
        "extr %x, %X, %X, #%0-63", "extr %w, %W, %W, #%0-31", "udiv %x, %X, %X", "udiv %w, %W, %W", "sdiv %x, %X, %X",
        "sdiv %w, %W, %W", "lslv %x, %X, %X", "lslv %w, %W, %W", "lsrv %x, %X, %X", "lsrv %w, %W, %W", "asrv %x, %X, %X",
        "asrv %w, %W, %W", "rorv %x, %X, %X", "rorv %w, %W, %W", "crc32b %w, %W, %W", "crc32h %w, %W, %W",
        "crc32w %w, %W, %W", "crc32x %w, %W, %X", "crc32cb %w, %W, %W", "crc32ch %w, %W, %W", "crc32cw %w, %W, %W",
        "crc32cx %w, %W, %X", "rbit %x, %X", "rbit %w, %W", "rev16 %x, %X", "rev16 %w, %W", "rev32 %x, %X", "rev %x, %X",
        "rev %w, %W", "clz %x, %X", "clz %w, %W", "cls %x, %X", "cls %w, %W", "madd %x, %X, %X, %X",
        "madd %w, %W, %W, %W", "msub %x, %X, %X, %X", "msub %w, %W, %W, %W", "smaddl %x, %W, %W, %X",
        "smsubl %x, %W, %W, %X", "umaddl %x, %W, %W, %X", "umsubl %x, %W, %W, %X", "smulh %x, %X, %X",
        "umulh %x, %X, %X", "csel %x, %X, %X, %c", "csel %w, %W, %W, %c", "csinc %x, %X, %X, %c", "csinc %w, %W, %W, %c",
        "csinv %x, %X, %X, %c", "csinv %w, %W, %W, %c", "csneg %x, %X, %X, %c", "csneg %w, %W, %W, %c",
        "ccmp %X, %X, #%0-15, %c", "ccmp %W, %W, #%0-15, %c", "ccmp %X, #%0-31, #%0-15, %c",
        "ccmp %W, #%0-31, #%0-15, %c", "ccmn %X, %X, #%0-15, %c", "ccmn %W, %W, #%0-15, %c",
        "ccmn %X, #%0-31, #%0-15, %c", "ccmn %W, #%0-31, #%0-15, %c",
    };

    /** System instructions that both machines must carry out alike; at EL0 many of them trap. */
    private static final String[] SYSTEM = {
        "mrs %x, nzcv", "msr nzcv, %X", "mrs %x, daif", "msr daif, %X", 
        "mrs %x, currentel", "mrs %x, spsel", "mrs %x, tpidr_el0", "msr tpidr_el0, %X", "mrs %x, tpidrro_el0",
        "msr tpidrro_el0, %X", "mrs %x, tpidr_el1", "msr tpidr_el1, %X", "mrs %x, contextidr_el1",
        "mrs %x, elr_el1", "msr elr_el1, %X", "mrs %x, esr_el1", "mrs %x, far_el1",
        "msr far_el1, %X", "msr par_el1, xzr", "mrs %x, par_el1", "mrs %x, pan", "mrs %x, uao",
        "mrs %x, ttbr0_el1", "mrs %x, tcr_el1", "mrs %x, mair_el1", "mrs %x, cpacr_el1", "nop", "yield", "sev",
        "sevl\n\twfe", "isb", "dsb sy", "dsb ish", "dsb ishst", "dmb ish", "dmb ishld", "dmb oshst", "clrex", "csdb",
        "hint #%32-127", "hint #7", "hint #25", "hint #29", "prfm pldl1keep, [x28, #%0-63]", "svc #%0-65534",
        "brk #%0-65535", "hlt #%0-255", ".inst %0-65535", "smaddl %x, wzr, %W, %X", "ic ivau, x28", "dc civac, x28",
        "dc cvac, x28", "dc cvau, x28", "dc zva, x28", "tlbi vmalle1", "tlbi vae1, xzr", "tlbi aside1is, xzr",
        "mrs %x, s3_0_c15_c1_1", "mrs %x, s3_4_c1_c1_0", "msr s3_6_c1_c1_0, %x", "drps",
    };

    private static final String[] LOADS = {"ldr %x", "ldr %w", "ldrb %w", "ldrh %w", "ldrsb %x", "ldrsb %w", "ldrsh %x",
        "ldrsh %w", "ldrsw %x"};
    private static final String[] STORES = {"str %X", "str %W", "strb %W", "strh %W"};
    private static final String[] PAIRS = {"ldp %x, %x", "ldp %w, %w", "ldpsw %x, %x", "stp %X, %X", "stp %W, %W"};
    private static final String[] PLAIN_PAIRS = {"ldnp %x, %x", "ldnp %w, %w", "stnp %X, %X", "stnp %W, %W"};
    private static final String[] ORDERS = {"", "a", "l", "al"};
    private static final String[] ATOMICS = {"ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin",
        "swp"};

    private final SplittableRandom random;
    private final List<String> unit = new ArrayList<>();
    private final int level;
    private int instructions;
    private int lastRegister;

    private Sequences(long seed, long number) {
        random = new SplittableRandom(seed * 1_000_003 + number);
        level = (int) number & 1;
    }

    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        int length = Integer.parseInt(arguments[3]);
        StringBuilder table = new StringBuilder(64 * count);
        int entries = 0;
        long total = 0;
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(arguments[0]), StandardCharsets.US_ASCII)) {
            out.write("\t.arch armv8.2-a+crc\n\t.section .text.sequences, \"ax\"\n\t.balign 16\n");
            if (arguments.length == 5) {
                int number = Integer.parseInt(arguments[4]);
                List<List<String>> units = new Sequences(seed, number).units(length);
                for (int prefix = 0; prefix <= units.size(); prefix++) {
                    write(out, entries, units.subList(0, prefix));
                    entry(table, entries++, seed, number, 1);
                }
            } else {
                for (int number = 0; number < count; number++) {
                    Sequences sequences = new Sequences(seed, number);
                    write(out, entries, sequences.units(length));
                    entry(table, entries++, seed, number, 0);
                    total += sequences.instructions;
                }
            }
            out.write("\t.section .rodata.sequences, \"a\"\n\t.balign 8\n\t.global sequences, sequence_count\nsequences:\n");
            out.write(table.toString());
            out.write("sequence_count:\n\t.quad " + entries + "\n");
        }
        if (arguments.length == 4) {
            System.out.println(total);
        }
    }

    private static void write(BufferedWriter out, int entry, List<List<String>> units) throws IOException {
        out.write("s" + entry + ":\n");
        int number = 0;
        for (List<String> lines : units) {
            out.write("// unit " + number++ + "\n");
            for (String line : lines) {
                out.write(line.endsWith(":") ? line : "\t" + line);
                out.write('\n');
            }
        }
        out.write("\tsvc #0xffff\n");
    }

    private static void entry(StringBuilder table, int entry, long seed, int number, int dump) {
        table.append("\t.quad s").append(entry).append(", ").append((seed * 31 + number) * 0x9E3779B97F4A7C15L >>> 1)
                .append(", ").append(number & 1).append(", ").append(dump).append('\n');
    }

    private List<List<String>> units(int length) {
        List<List<String>> units = new ArrayList<>();
        while (instructions < length) {
            unit.clear();
            unit();
            units.add(List.copyOf(unit));
        }
        return units;
    }

    private void unit() {
        int choice = random.nextInt(100);
        if (choice < 38) {
            add(pick(DATA_PROCESSING));
        } else if (choice < 46) {
            rawDataProcessing();
        } else if (choice < 50) {
            rawTransfer();
        } else if (choice < 66) {
            transfer();
        } else if (choice < 72) {
            pair();
        } else if (choice < 76) {
            exclusive();
        } else if (choice < 82) {
            atomic();
        } else if (choice < 85) {
            ordered();
        } else if (choice < 93) {
            branch();
        } else if (choice < 97) {
            if (level == 1 && random.nextInt(12) == 0) {
                // At EL0 the two trap, and QEMU's syndrome has op1 and op2 in each other's place.
                add(random.nextBoolean() ? "msr daifset, #%0-15" : "msr daifclr, #%0-15");
            } else {
                add(pick(SYSTEM));
            }
        } else {
            special();
        }
    }

    /** A word of the classes "data processing" with everything else left to chance; many are unallocated. */
    private void rawDataProcessing() {
        int word = random.nextInt() & 0xE1FFFFE0;
        if (random.nextInt(3) == 0) {
            word |= 0x10000000 | random.nextInt() & 0x02000000; // immediate
        } else {
            word |= 0x0A000000 | random.nextInt() & 0x10000000; // register
        }
        addRaw(word | number());
    }

    /**
     * A word of the class "loads and stores" of general registers. Registers that take part twice in what the architecture
     * leaves open are avoided, as are the exclusives with their fields that should be one, and LDAPR.
     */
    private void rawTransfer() {
        int word;
        int value = number();
        int second = number();
        do {
            word = random.nextInt() & 0xF1FFFC00 | 0x08000000;
            if ((word & 0x38000000) == 0x28000000) {
                word = word & 0xFFFF83FF | second << 10;
            }
        } while ((word & 0x3F000000) == 0x08000000 || (word & 0x3FFFFC00) == 0x38BFC000);
        base();
        addRaw(word | 27 << 5 | value);
        add("eor %x, %x, x27");
    }

    private void addRaw(int word) {
        unit.add(String.format(".inst 0x%08x", word));
        instructions++;
    }

    private void transfer() {
        boolean load = random.nextInt(3) != 0;
        String operation = pick(load ? LOADS : STORES);
        int size = size(operation);
        switch (random.nextInt(9)) {
            case 0, 1 -> add(operation + ", [x28, #" + random.nextInt(512 / size) * size + "]");
            case 2 -> add(unscaled(operation) + ", [x28, #%-256-255]");
            case 3 -> {
                base();
                add(operation + ", [x27, #%-256-255]!");
                add("eor %x, %x, x27");
            }
            case 4 -> {
                base();
                add(operation + ", [x27], #%-256-255");
                add("eor %x, %x, x27");
            }
            case 5 -> {
                add("ubfx x27, %X, #%0-56, #6");
                String shift = random.nextBoolean() ? "#" + Integer.numberOfTrailingZeros(size) : "#0";
                add(operation + ", [x28, " + (random.nextBoolean() ? "x27, lsl " : "w27, uxtw ") + shift + "]");
            }
            case 6 -> {
                add("sbfx x27, %X, #%0-56, #7");
                String shift = random.nextBoolean() ? "#" + Integer.numberOfTrailingZeros(size) : "#0";
                add(operation + ", [x28, " + (random.nextBoolean() ? "x27, sxtx " : "w27, sxtw ") + shift + "]");
            }
            case 7 -> {
                add(operation + (random.nextBoolean() ? ", [sp, #-%1-15*16]!" : ", [sp], #%1-15*16"));
                add("add sp, x28, #" + STACK_OFFSET);
            }
            default -> {
                int space = operation.indexOf(' ');
                String name = operation.substring(0, space);
                add((name.startsWith("ldr") ? "ldtr" + name.substring(3) : "sttr" + name.substring(3))
                        + operation.substring(space) + ", [x28, #%-256-255]");
            }
        }
    }

    private static String unscaled(String operation) {
        return operation.startsWith("ldr") ? "ldur" + operation.substring(3) : "stur" + operation.substring(3);
    }

    private static int size(String operation) {
        String name = operation.substring(0, operation.indexOf(' '));
        if (name.endsWith("b")) {
            return 1;
        }
        if (name.endsWith("h")) {
            return 2;
        }
        return name.endsWith("sw") || operation.endsWith("w") || operation.endsWith("W") ? 4 : 8;
    }

    private void pair() {
        boolean plain = random.nextInt(4) == 0;
        String operation = pick(plain ? PLAIN_PAIRS : PAIRS);
        int size = operation.contains("ldpsw") || operation.contains("%w") || operation.contains("%W") ? 4 : 8;
        String offset = "#" + (random.nextInt(128) - 64) * size;
        int form = plain ? 0 : random.nextInt(4);
        base();
        switch (form) {
            case 1 -> add(operation + ", [x27, " + offset + "]!");
            case 2 -> add(operation + ", [x27], " + offset);
            case 3 -> {
                add(operation + ", [sp, #-64]!");
                add("add sp, x28, #" + STACK_OFFSET);
            }
            default -> add(operation + ", [x27, " + offset + "]");
        }
        add("eor %x, %x, x27");
    }

    /** X27 becomes an address near the middle of the window, of any alignment. */
    private void base() {
        add((random.nextBoolean() ? "add" : "sub") + " x27, x28, #%0-255");
    }

    private void alignedBase(int size) {
        add((random.nextBoolean() ? "add" : "sub") + " x27, x28, #" + random.nextInt(256 / size) * size);
    }

    private void exclusive() {
        boolean acquire = random.nextBoolean();
        boolean release = random.nextBoolean();
        int width = random.nextInt(6);
        String suffix = width == 0 ? "b" : width == 1 ? "h" : "";
        String kind = width == 3 || width == 5 ? "%x" : "%w";
        boolean pair = width >= 4;
        alignedBase(16);
        if (random.nextInt(8) == 0) {
            add("clrex");
        } else {
            add("ld" + (acquire ? "a" : "") + "x" + (pair ? "p " + kind + ", " + kind : "r" + suffix + " " + kind) + ", [x27]");
            if (random.nextBoolean()) {
                add(pick(DATA_PROCESSING));
            }
        }
        String store = kind.toUpperCase(Locale.ROOT);
        add("st" + (release ? "l" : "") + "x" + (pair ? "p w26, " + store + ", " + store : "r" + suffix + " w26, " + store)
                + ", [x27]");
        add("add %w, %w, w26");
    }

    private void atomic() {
        String order = pick(ORDERS);
        int width = random.nextInt(4);
        String suffix = width == 0 ? "b" : width == 1 ? "h" : "";
        String kind = width == 3 ? "%x" : "%w";
        alignedBase(16);
        switch (random.nextInt(6)) {
            case 0 -> add("cas" + order + suffix + " " + kind + ", " + kind.toUpperCase(Locale.ROOT) + ", [x27]");
            case 1 -> {
                // Compare with what is there, so that half of them store.
                add("ldr" + suffix + " " + (width == 3 ? "x2" : "w2") + ", [x27]");
                add("cas" + order + suffix + " " + (width == 3 ? "x2" : "w2") + ", " + kind + ", [x27]");
            }
            case 2 -> {
                String register = random.nextBoolean() ? "x" : "w";
                if (random.nextBoolean()) {
                    add("ldp " + register + "4, " + register + "5, [x27]");
                }
                add("casp" + order + " " + register + "4, " + register + "5, " + register + "6, " + register + "7, [x27]");
            }
            default -> add(pick(ATOMICS) + order + suffix + " " + kind.toUpperCase(Locale.ROOT) + ", "
                    + (random.nextInt(8) == 0 ? kind.toUpperCase(Locale.ROOT) : kind) + ", [x27]");
        }
    }

    private void ordered() {
        int width = random.nextInt(4);
        String suffix = width == 0 ? "b" : width == 1 ? "h" : "";
        String kind = width == 3 ? "%x" : "%w";
        base();
        add((random.nextBoolean() ? "ldar" : "stlr") + suffix + " " + kind + ", [x27]");
    }

    private void branch() {
        switch (random.nextInt(7)) {
            case 0 -> add("b.%c 1f");
            case 1 -> add((random.nextBoolean() ? "cbz " : "cbnz ") + (random.nextBoolean() ? "%X" : "%W") + ", 1f");
            case 2 -> add((random.nextBoolean() ? "tbz " : "tbnz ")
                    + (random.nextBoolean() ? "%X, #%0-63" : "%W, #%0-31") + ", 1f");
            case 3 -> add("bl 1f");
            case 4 -> {
                add("adr x27, 1f");
                add(pick(new String[] {"br x27", "blr x27", "ret x27"}));
            }
            case 5 -> {
                add("mov x26, #%1-5");
                unit.add("1:");
                for (int i = random.nextInt(4); i >= 0; i--) {
                    add(pick(DATA_PROCESSING));
                }
                add("sub x26, x26, #1");
                add("cbnz x26, 1b");
                return;
            }
            default -> {
                add(pick(new String[] {"ldr %x, 2f", "ldr %w, 2f", "ldrsw %x, 2f"}));
                add("b 1f");
                unit.add("2:");
                unit.add(".word " + random.nextInt() + ", " + random.nextInt());
                unit.add("1:");
                return;
            }
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            add(pick(DATA_PROCESSING));
        }
        unit.add("1:");
    }

    /** Faults, translations asked for, and the modes of privileged accesses. No SP that is not aligned: QEMU lets it pass. */
    private void special() {
        switch (random.nextInt(9)) {
            case 0 -> {
                add("movz x27, #%1-65535, lsl #32");
                add(pick(LOADS) + ", [x27, #%-256-255]");
            }
            case 1 -> {
                add("movz x27, #%1-65535, lsl #48");
                add(pick(STORES) + ", [x27], #%-256-255");
                add("eor %x, %x, x27");
            }
            case 2 -> {
                add("adr x27, .");
                add(pick(STORES) + ", [x27]");
            }
            case 3 -> {
                add("mov w27, %W"); // QEMU keeps the upper half, which is RES0
                add("msr contextidr_el1, x27");
            }
            case 4 -> {
                add(pick(new String[] {"mov x27, x28", "adr x27, .", "movz x27, #%0-65535, lsl #32", "mov x27, #0x40100000"}));
                add(pick(new String[] {"at s1e1r, x27", "at s1e1w, x27", "at s1e0r, x27", "at s1e0w, x27"}));
                add("isb");
                add("mrs %x, par_el1");
            }
            case 5 -> {
                add("msr pan, #1");
                add(pick(LOADS) + ", [x28]");
                add("ldtr %x, [x28]");
                add("msr pan, #0");
            }
            case 6 -> {
                add("mov x27, #0x40100000");
                add("msr uao, #%0-1");
                add("ldtr %x, [x27]");
                add("ldr %x, [x27]");
                add("msr uao, #0");
            }
            case 7 -> {
                add("add x27, x28, #%1-63");
                add(pick(new String[] {"ldxr %x, [x27]", "ldaxr %w, [x27]", "ldxp %x, %x, [x27]"}));
            }
            default -> {
                add("mov x27, #0x40100000");
                add(pick(new String[] {"ldr %x, [x27]", "ldtrb %w, [x27]", "ldp %x, %x, [x27]"}));
            }
        }
    }

    private <T> T pick(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A register that sequences may write: not the two addresses, not the counter, and never one twice in a row. */
    private int number() {
        int register;
        do {
            register = random.nextInt(31);
        } while (register >= 26 && register <= 28 || register == lastRegister);
        lastRegister = register;
        return register;
    }

    private void add(String template) {
        StringBuilder line = new StringBuilder(48);
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c != '%') {
                line.append(c);
                continue;
            }
            c = template.charAt(++i);
            switch (c) {
                case 'x', 'w' -> line.append(c).append(number());
                case 'X', 'W' -> {
                    char kind = Character.toLowerCase(c);
                    line.append(kind);
                    if (random.nextInt(12) == 0) {
                        line.append("zr");
                    } else {
                        line.append(number());
                    }
                }
                case 'c' -> line.append(pick(CONDITIONS));
                case 'l' -> line.append("0x").append(Long.toHexString(logical(64)));
                case 'k' -> line.append("0x").append(Long.toHexString(logical(32)));
                default -> {
                    int start = i;
                    int middle = template.indexOf('-', i + 1);
                    int end = middle + 1;
                    while (end < template.length() && Character.isDigit(template.charAt(end))) {
                        end++;
                    }
                    int low = Integer.parseInt(template.substring(start, middle));
                    int high = Integer.parseInt(template.substring(middle + 1, end));
                    line.append(low + random.nextInt(high - low + 1));
                    i = end - 1;
                }
            }
        }
        unit.add(line.toString());
        instructions++;
    }

    private long logical(int width) {
        int size = 2 << random.nextInt(width == 64 ? 6 : 5);
        int ones = 1 + random.nextInt(size - 1);
        long element = (1L << ones) - 1;
        int rotation = random.nextInt(size);
        long mask = size == 64 ? -1 : (1L << size) - 1;
        element = (element >>> rotation | element << (size - rotation)) & mask;
        for (int filled = size; filled < width; filled *= 2) {
            element |= element << filled;
        }
        return width == 32 ? element & 0xFFFFFFFFL : element;
    }
}

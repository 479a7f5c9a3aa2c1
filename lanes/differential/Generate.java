/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntPredicate;

/**
 * Writes random sequences of A64 instructions as an assembly file for harness.c. Run as a source file:
 * {@code java Generate.java SEED SEQUENCES LENGTH FILE}.
 *
 * <p>A sequence may use X0 to X25 as it likes. X26 is a scratch index, X27 a scratch address, X29 the middle of the data,
 * SP another place in it, X30 the way back; X28 stays as it is. Every path through a sequence ends at its end.
 */
public final class Generate {
    /** Registers that sequences read and write at will. */
    private static final int FREE = 26;

    private static final int INDEX = 26;
    private static final int ADDRESS = 27;
    private static final int DATA = 29;
    private static final int SP = 31;

    /** One kind of instruction: fixed bits, and letters for fields as in the decode table of the model. */
    private record Kind(String pattern, IntPredicate possible) {
        Kind(String pattern) {
            this(pattern, word -> true);
        }
    }

    private static boolean wide(int word) {
        return word < 0;
    }

    private static int bits(int word, int lowest, int count) {
        return word >>> lowest & (1 << count) - 1;
    }

    private static boolean shiftFits(int word) {
        return wide(word) || bits(word, 15, 1) == 0;
    }

    private static boolean noRotation(int word) {
        return bits(word, 22, 2) != 3 && shiftFits(word);
    }

    private static boolean bitfield(int word) {
        boolean sizes = bits(word, 31, 1) == bits(word, 22, 1);
        return sizes && (wide(word) || bits(word, 21, 1) == 0 && bits(word, 15, 1) == 0);
    }

    private static boolean extract(int word) {
        return bits(word, 31, 1) == bits(word, 22, 1) && shiftFits(word);
    }

    private static boolean bitmask(int word) {
        int n = bits(word, 22, 1);
        int imms = bits(word, 10, 6);
        if (n == 1 && !wide(word)) {
            return false;
        }
        int length = 31 - Integer.numberOfLeadingZeros(n << 6 | ~imms & 0x3F);
        return length >= 1 && (imms & (1 << length) - 1) != (1 << length) - 1;
    }

    /** Data processing: results go to free registers, 31 is the zero register or nowhere. */
    private static final List<Kind> PROCESSING = List.of(
            new Kind("s 0 0 100010 h iiiiiiiiiiii nnnnn ddddd"),
            new Kind("s 0 1 100010 h iiiiiiiiiiii nnnnn zzzzz"),
            new Kind("s 1 0 100010 h iiiiiiiiiiii nnnnn ddddd"),
            new Kind("s 1 1 100010 h iiiiiiiiiiii nnnnn zzzzz"),
            new Kind("s ii 100100 i iiiiii iiiiii zzzzz ddddd", Generate::bitmask),
            new Kind("s 00 100101 0h iiiiiiiiiiiiiiii zzzzz"),
            new Kind("s 10 100101 0h iiiiiiiiiiiiiiii zzzzz"),
            new Kind("s 11 100101 0h iiiiiiiiiiiiiiii zzzzz"),
            new Kind("1 11 100101 hh iiiiiiiiiiiiiiii zzzzz"),
            new Kind("s 00 100110 i iiiiii iiiiii zzzzz zzzzz", Generate::bitfield),
            new Kind("s 01 100110 i iiiiii iiiiii zzzzz zzzzz", Generate::bitfield),
            new Kind("s 10 100110 i iiiiii iiiiii zzzzz zzzzz", Generate::bitfield),
            new Kind("s 00 100111 i 0 zzzzz iiiiii zzzzz zzzzz", Generate::extract),
            new Kind("s 0 0 11010110 zzzzz 00001 i zzzzz zzzzz"),
            new Kind("s 0 0 11010110 zzzzz 0010 ii zzzzz zzzzz"),
            new Kind("0 0 0 11010110 zzzzz 010 i 00 zzzzz zzzzz"),
            new Kind("0 0 0 11010110 zzzzz 010 i 01 zzzzz zzzzz"),
            new Kind("0 0 0 11010110 zzzzz 010 i 10 zzzzz zzzzz"),
            new Kind("1 0 0 11010110 zzzzz 010 i 11 zzzzz zzzzz"),
            new Kind("s 1 0 11010110 00000 00000 i zzzzz zzzzz"),
            new Kind("s 1 0 11010110 00000 000010 zzzzz zzzzz"),
            new Kind("1 1 0 11010110 00000 000011 zzzzz zzzzz"),
            new Kind("s 1 0 11010110 00000 00010 i zzzzz zzzzz"),
            new Kind("s ii 01010 hh i zzzzz iiiiii zzzzz zzzzz", Generate::shiftFits),
            new Kind("s i i 01011 hh 0 zzzzz iiiiii zzzzz zzzzz", Generate::noRotation),
            new Kind("s i 0 01011 00 1 zzzzz iii 0ii nnnnn ddddd"),
            new Kind("s i 1 01011 00 1 zzzzz iii 0ii nnnnn zzzzz"),
            new Kind("s i i 11010000 zzzzz 000000 zzzzz zzzzz"),
            new Kind("s i 1 11010010 zzzzz cccc 00 zzzzz 0 iiii"),
            new Kind("s i 1 11010010 iiiii cccc 10 zzzzz 0 iiii"),
            new Kind("s i 0 11010100 zzzzz cccc 0i zzzzz zzzzz"),
            new Kind("s 00 11011 000 zzzzz i zzzzz zzzzz zzzzz"),
            new Kind("1 00 11011 i01 zzzzz i zzzzz zzzzz zzzzz"),
            new Kind("1 00 11011 i10 zzzzz 0 11111 zzzzz zzzzz"),
            new Kind("i ii 10000 iiiiiiiiiiiiiiiiiii ddddd"));

    /**
     * Registers that hold what was written to them, on both machines; and NZCV. CONTEXTIDR_EL1 is left out: QEMU keeps its
     * bits 63:32, which are RES0.
     */
    private static final String[] SYSTEM = {
        "tpidr_el1", "tpidrro_el0", "far_el1", "par_el1", "elr_el1", "nzcv"
    };

    private final Random random;
    private final PrintWriter out;
    private int remaining;

    private Generate(long seed, PrintWriter out) {
        random = new Random(seed);
        this.out = out;
    }

    private int free() {
        return random.nextInt(FREE);
    }

    private int freeOrZero() {
        return random.nextInt(8) == 0 ? 31 : free();
    }

    private void emit(int word) {
        out.printf(Locale.ROOT, "\t.inst 0x%08x%n", word);
        remaining--;
    }

    private void emit(String text) {
        out.println("\t" + text);
        remaining--;
    }

    private int fill(Kind kind) {
        while (true) {
            int word = 0;
            String letters = kind.pattern().replace(" ", "");
            for (int i = 0; i < letters.length(); ) {
                char c = letters.charAt(i);
                int end = i + 1;
                if ("zdn".indexOf(c) >= 0) {
                    end = i + 5;
                    int register = c == 'z' ? freeOrZero() : free();
                    word = word << 5 | register;
                } else {
                    word = word << 1 | (c == '0' || c == '1' ? c - '0' : random.nextInt(2));
                }
                i = end;
            }
            if (kind.possible().test(word)) {
                return word;
            }
        }
    }

    private void processing() {
        emit(fill(PROCESSING.get(random.nextInt(PROCESSING.size()))));
    }

    private int base() {
        return random.nextInt(3) == 0 ? SP : DATA;
    }

    /** One register: unsigned, unscaled or register offset; every size and extension. */
    private void access() {
        int size = random.nextInt(4);
        int opc = random.nextInt(4);
        boolean exists = size < 2 || opc < 2 || size == 2 && opc == 2;
        int word = size << 30 | 0x3800_0000 | (exists ? opc : opc & 1) << 22 | base() << 5;
        int target = freeOrZero();
        switch (random.nextInt(4)) {
            case 0 -> emit(word | 1 << 24 | random.nextInt(2000 >> size) << 10 | target);
            case 1 -> emit(word | (random.nextInt(512) - 256 & 0x1FF) << 12 | target);
            case 2 -> {
                emit(String.format(Locale.ROOT, "and x%d, x%d, #0x1f8", INDEX, free()));
                int option = new int[] {2, 3, 6, 7}[random.nextInt(4)];
                emit(word | 1 << 21 | INDEX << 16 | option << 13 | random.nextInt(2) << 12 | 2 << 10 | target);
            }
            default -> {
                emit(String.format(Locale.ROOT, "add x%d, x%d, #%d", ADDRESS, DATA, random.nextInt(512)));
                int index = random.nextBoolean() ? 1 : 3;
                emit(word & ~(31 << 5) | ADDRESS << 5 | (random.nextInt(512) - 256 & 0x1FF) << 12 | index << 10 | target);
            }
        }
    }

    private void pair() {
        int offset = random.nextInt(64) - 16;
        int first = free();
        int second = (first + 1 + random.nextInt(FREE - 1)) % FREE;
        int load = random.nextInt(2);
        int opc = load == 1 ? random.nextInt(3) : random.nextInt(2) * 2;
        int index = random.nextInt(3);
        int mode = 1 + index;
        int base = DATA;
        if (mode != 2) {
            emit(String.format(Locale.ROOT, "add x%d, x%d, #%d", ADDRESS, DATA, 16 * random.nextInt(32)));
            base = ADDRESS;
        }
        emit(opc << 30 | 0x2800_0000 | mode << 23 | load << 22 | (offset & 0x7F) << 15 | second << 10 | base << 5 | first);
    }

    private void exclusive() {
        String size = new String[] {"b", "h", "", ""}[random.nextInt(4)];
        boolean wide = size.isEmpty() && random.nextBoolean();
        String r = wide ? "x" : "w";
        emit(String.format(Locale.ROOT, "add x%d, x%d, #%d", ADDRESS, DATA, 16 * random.nextInt(64)));
        String acquire = random.nextBoolean() ? "a" : "";
        String release = random.nextBoolean() ? "l" : "";
        emit(String.format(Locale.ROOT, "ld%sxr%s %s%d, [x%d]", acquire, size, r, free(), ADDRESS));
        if (random.nextInt(4) == 0) {
            emit("clrex");
        }
        int value = free();
        int status = (value + 1) % FREE;
        emit(String.format(Locale.ROOT, "st%sxr%s w%d, %s%d, [x%d]", release, size, status, r, value, ADDRESS));
    }

    private void exclusivePair() {
        emit(String.format(Locale.ROOT, "add x%d, x%d, #%d", ADDRESS, DATA, 16 * random.nextInt(64)));
        String r = random.nextBoolean() ? "x" : "w";
        int a = random.nextInt(FREE - 3);
        emit(String.format(Locale.ROOT, "ldxp %s%d, %s%d, [x%d]", r, a, r, a + 1, ADDRESS));
        emit(String.format(Locale.ROOT, "stlxp w%d, %s%d, %s%d, [x%d]", a + 2, r, a + 1, r, a, ADDRESS));
    }

    private void atomic() {
        emit(String.format(Locale.ROOT, "add x%d, x%d, #%d", ADDRESS, DATA, 16 * random.nextInt(64)));
        int size = random.nextInt(4);
        int order = random.nextInt(4);
        if (random.nextInt(4) == 0) {
            int s = free();
            int cas = size << 30 | 0x08A0_7C00 | (order & 1) << 22 | order >> 1 << 15;
            emit(cas | s << 16 | ADDRESS << 5 | freeOrZero());
        } else if (random.nextInt(6) == 0) {
            int s = 2 * random.nextInt(FREE / 2);
            int t = 2 * random.nextInt(FREE / 2);
            int casp = (size & 1) << 30 | 0x0820_7C00 | (order & 1) << 22 | order >> 1 << 15;
            emit(casp | s << 16 | ADDRESS << 5 | t);
        } else {
            int operation = random.nextInt(9);
            int word = size << 30 | 0x3820_0000 | order << 22 | operation << 12;
            emit(word | freeOrZero() << 16 | ADDRESS << 5 | freeOrZero());
        }
    }

    private void unprivileged() {
        int size = random.nextInt(4);
        int opc = random.nextInt(4);
        boolean exists = size < 2 || opc < 2 || size == 2 && opc == 2;
        emit(size << 30
                | 0x3800_0800
                | (exists ? opc : opc & 1) << 22
                | (random.nextInt(512) - 256 & 0x1FF) << 12
                | DATA << 5
                | freeOrZero());
    }

    /** Skips forward over a few instructions. */
    private void branch(int sequence, int number) {
        String label = String.format(Locale.ROOT, "skip_%d_%d", sequence, number);
        int register = free();
        switch (random.nextInt(5)) {
            case 0 -> emit(String.format(Locale.ROOT, "cbz x%d, %s", register, label));
            case 1 -> emit(String.format(Locale.ROOT, "cbnz w%d, %s", register, label));
            case 2 -> emit(String.format(Locale.ROOT, "tbz x%d, #%d, %s", register, random.nextInt(64), label));
            case 3 -> emit(String.format(Locale.ROOT, "tbnz x%d, #%d, %s", register, random.nextInt(64), label));
            default -> {
                String[] conditions = {
                    "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al"
                };
                emit(String.format(Locale.ROOT, "b.%s %s", conditions[random.nextInt(conditions.length)], label));
            }
        }
        for (int i = random.nextInt(3) + 1; i > 0; i--) {
            processing();
        }
        out.println(label + ":");
    }

    private void system() {
        String register = SYSTEM[random.nextInt(SYSTEM.length)];
        switch (random.nextInt(6)) {
            case 0, 1 -> emit(String.format(Locale.ROOT, "msr %s, x%d", register, free()));
            case 2, 3 -> emit(String.format(Locale.ROOT, "mrs x%d, %s", free(), register));
            case 4 -> emit(String.format(Locale.ROOT, "mrs x%d, currentel", free()));
            default -> emit("isb");
        }
    }

    private void exception() {
        switch (random.nextInt(4)) {
            case 0 -> emit(String.format(Locale.ROOT, "svc #%d", random.nextInt(0x10000)));
            case 1 -> emit(String.format(Locale.ROOT, "brk #%d", random.nextInt(0x10000)));
            case 2 -> emit("udf #" + random.nextInt(0x10000));
            default -> {
                // An address that is not mapped: the handler goes on behind it.
                emit(String.format(Locale.ROOT, "mov x%d, #0x%x0000000000", ADDRESS, 1 + random.nextInt(100)));
                boolean store = random.nextBoolean();
                emit(String.format(Locale.ROOT, "%s x%d, [x%d, #%d]", store ? "str" : "ldr", free(), ADDRESS, 8));
            }
        }
    }

    private void sequence(int number, int length) {
        out.printf(Locale.ROOT, "sequence_%d:%n", number);
        remaining = length;
        int branches = 0;
        while (remaining > 0) {
            int choice = random.nextInt(100);
            if (choice < 50) {
                processing();
            } else if (choice < 70) {
                access();
            } else if (choice < 76) {
                pair();
            } else if (choice < 80) {
                exclusive();
            } else if (choice < 82) {
                exclusivePair();
            } else if (choice < 88) {
                atomic();
            } else if (choice < 90) {
                unprivileged();
            } else if (choice < 95) {
                branch(number, branches++);
            } else if (choice < 98) {
                system();
            } else {
                exception();
            }
        }
        out.println("\tret");
    }

    /**
     * Writes a file.
     *
     * @param arguments seed, number of sequences, instructions in each, file
     * @throws IOException if the file cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[0]);
        int sequences = Integer.parseInt(arguments[1]);
        int length = Integer.parseInt(arguments[2]);
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(arguments[3])))) {
            out.println("\t.arch armv8.1-a\n\t.section .text.sequences, \"ax\"");
            Generate generate = new Generate(seed, out);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < sequences; i++) {
                generate.sequence(i, length);
                names.add("sequence_" + i);
            }
            out.println("\t.section .rodata.sequences, \"a\"\n\t.balign 8\n\t.global sequences\nsequences:");
            names.forEach(name -> out.println("\t.quad " + name));
            out.println("\t.quad 0");
        }
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.EnumSet;
import java.util.random.RandomGenerator;

/** Values for steps of one sequence: most of them nearly fit, and some are nonsense. */
class Picks {
    static final long PAGE = 4096;
    static final long[] HOSTILE = {
        0,
        1,
        0xFFF,
        0x1000,
        0x0800_0000L,
        0x080A_0000L,
        0x0900_0000L,
        0x3FFF_F000L,
        FuzzMachine.RAM + FuzzMachine.RAM_PAGES * PAGE,
        FuzzMachine.RAM + FuzzMachine.RAM_PAGES * PAGE - 8,
        FuzzMachine.ROM,
        FuzzMachine.ROM + PAGE - 16,
        FuzzMachine.ROM + FuzzMachine.ROM_PAGES * PAGE,
        1L << 40,
        1L << 47,
        (1L << 48) - PAGE,
        1L << 48,
        (1L << 48) + 0x1000,
        (1L << 48) + 0x3000,
        1L << 52,
        1L << 63,
        -PAGE,
        -8,
        -1
    };
    static final long[] SMALL = {
        0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 63, 64, 255, 256, 0xFFFF, -1, 1L << 31, 1L << 63
    };
    private static final long[] NAMES = {
        0,
        1,
        0x100,
        0x101,
        0x200,
        0x201,
        0x202,
        0x203,
        0x204,
        0x209,
        0x20A,
        0x210,
        0x211,
        0x214,
        0x215,
        0x216,
        0x240,
        0x241,
        0x242,
        0x250,
        0x1_0004,
        0x1_0006,
        0x2_0000,
        0x2_0022,
        0x4_0002,
        0x4_0400,
        0x4_0401,
        0x4_0402,
        0x6_3000,
        0x9_0000,
        0x9_0001,
        0x9_0002,
        0x9_0003,
        0x9_0004,
        0x9_0013,
        0x9_0014,
        0x9_0018,
        0x9_001A,
        0xA_0000,
        0xA_000F,
        0xA_0010,
        0xA_0011,
        0xA_0012,
        0xA_0013,
        0xA_0014,
        0xA_0016,
        0xB_0008,
        0xD_0002,
        0xFFFF_FFFFL,
        0x8000_0000L,
        0x7FFF_FFFFL
    };
    static final long[] CODES = {
        0x50, 0x51, 0x5C, 0x5D, 0x46, 0x08, 0x0B, 0x0C, 0x4D, 0x95, 0x58, 0x96, 0x5B, 0x7E, 0x90, 0x99, 0xC0, 0xC1,
        0xE3, 0x110, 0x8001, 0x8006, 0, 1, 0xFFFF
    };
    /** Bits of a control word, by field. */
    private static final long[] CONTROL_BITS = {
        1L << 16,
        1L << 17,
        1L << 26,
        1L << 27,
        1L << 30,
        1L << 31,
        1L << 32,
        1L << 43,
        1L << 44,
        1L << 47,
        1L << 48,
        1L << 59,
        1L << 60,
        1L << 63,
        0x3FFL << 17,
        0xFFFL << 32,
        0xFFFL << 48
    };

    static final long FAST = 1L << 16;
    static final long ONE = 1L << 32;
    static final long SELF = -1;
    static final long SELF_VP = 0xFFFF_FFFEL;
    static final int PORTS = 6;
    static final int CONNECTIONS = 8;

    final RandomGenerator random;
    final int machines;
    final int vcpus;
    final EnumSet<Trait> traits = EnumSet.noneOf(Trait.class);
    boolean evicting;
    /** Whether the VMM wants to hear of accesses. */
    boolean intercepting;
    /** Whether pages are taken away, but calls must not be different for it. */
    boolean transparent;
    /** Registers of other vCPUs, the gate, and privileges: most sequences leave them alone, so that messages go round. */
    boolean calm;

    Picks(RandomGenerator random, int machines, int vcpus) {
        this.random = random;
        this.machines = machines;
        this.vcpus = vcpus;
    }

    final boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    final long of(long... values) {
        return values[random.nextInt(values.length)];
    }

    /** A page, most often one where nothing else is; now and then nonsense. */
    final long page() {
        return switch (random.nextInt(24)) {
            case 0 -> of(HOSTILE) & -PAGE;
            case 1 -> FuzzMachine.CODE + PAGE * random.nextInt(FuzzMachine.CODE_PAGES);
            case 2 -> FuzzMachine.VECTORS;
            case 3, 4, 5 -> FuzzMachine.PARAMETERS + PAGE * random.nextInt(8);
            case 6 -> FuzzMachine.RAM;
            default -> FuzzMachine.OVERLAYS + PAGE * random.nextInt(once(3) ? 20 : 8);
        };
    }

    final long parameters(int bytes) {
        long page = once(12) ? page() : FuzzMachine.PARAMETERS + PAGE * random.nextInt(once(4) ? 8 : 2);
        return switch (random.nextInt(20)) {
            case 0 -> of(HOSTILE);
            case 1 -> page + PAGE - bytes;
            case 2 -> page + (PAGE - bytes & -8);
            case 3 -> page + (PAGE - bytes + 8 & -8);
            case 4 -> page + random.nextInt(4096);
            case 5 -> page + PAGE - 8;
            default -> page + 8L * random.nextInt(64);
        };
    }

    final long register() {
        long name = anyRegister();
        // How long a vCPU has run depends on how often it had to wait.
        return transparent && name == Registers.RUNTIME ? Registers.REFERENCE : name;
    }

    final long anyRegister() {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt();
            case 1 -> calm ? Registers.SINT + random.nextInt(24) : of(NAMES);
            case 2, 3 -> {
                long name = of(NAMES);
                yield calm && name == Registers.OS_ID ? 0x9_0003 : name;
            }
            case 4, 5 -> Registers.SINT + random.nextInt(once(3) ? 16 : 4);
            case 6 -> Registers.SIMP;
            case 7 -> Registers.SIEFP;
            case 8 -> once(3) ? Registers.ASSIST_PAGE : Registers.REFERENCE_TSC;
            case 9 -> 0xB_0000 + random.nextInt(8);
            case 10 -> Registers.EOM;
            default -> Registers.SCONTROL;
        };
    }

    final long value(long name) {
        if (once(25)) {
            return once(2) ? random.nextLong() : of(HOSTILE);
        }
        if (name >= TimerModel.FIRST && name <= TimerModel.LAST) {
            return timer(name % 2 == 0);
        }
        if (name >= Registers.SINT && name < Registers.SINT + 16) {
            long vector = once(6) ? random.nextInt(256) : 16 + random.nextInt(16);
            return vector | (once(4) ? 1 << 16 : 0) | (once(6) ? 1 << 18 : 0) | (once(6) ? random.nextLong() << 19 : 0);
        }
        return switch ((int) name) {
            case Registers.OS_ID -> once(8) ? 0 : 0x8100_0006_0C75_0000L + random.nextInt(3);
            case Registers.SCONTROL -> once(4) ? 0 : random.nextLong() << 1 | 1;
            case Registers.SIMP, Registers.SIEFP, Registers.ASSIST_PAGE, Registers.REFERENCE_TSC ->
                page() | (once(4) ? 0 : 1) | (once(6) ? random.nextInt(4096) : 0);
            default -> once(2) ? of(SMALL) : random.nextLong();
        };
    }

    final long timer(boolean isConfig) {
        if (isConfig) {
            long bits = random.nextInt(16)
                    | (once(4) ? 1L << 12 | (once(6) ? random.nextInt(256) : 16 + random.nextInt(16)) << 4 : 0);
            return bits | (once(8) ? random.nextInt(16) : source()) << 16 | (once(20) ? of(SMALL) << 20 : 0);
        }
        return once(4)
                ? of(0, 1, 2, 99, 100, 101, 1L << 63, Long.MAX_VALUE)
                : random.nextLong(1L << random.nextInt(40));
    }

    final int vcpu() {
        return random.nextInt(vcpus);
    }

    final long named() {
        return switch (random.nextInt(16)) {
            case 0 -> of(SMALL) & 0xFFFF_FFFFL;
            case 1, 2, 3 -> vcpu();
            default -> SELF_VP;
        };
    }

    final long header() {
        return once(30) ? of(HOSTILE) : SELF;
    }

    final long vtl() {
        return once(20) ? random.nextInt(256) : 0;
    }

    final long control(long usual) {
        if (!once(12)) {
            return usual;
        }
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> usual ^ of(CONTROL_BITS) ^ of(CONTROL_BITS);
            case 2 -> random.nextLong() & ~0xFFFFL | of(CODES);
            default -> usual ^ of(CONTROL_BITS);
        };
    }

    final long source() {
        return once(10) ? of(SMALL) & 0xF : 2 + random.nextInt(2);
    }

    final long flag() {
        return once(3) ? of(0, 7, 8, 15, 63, 2039, 2040, 2047, 2048, 0xFFFF) : random.nextInt(16);
    }

    final long port() {
        return once(12) ? of(SMALL) : 1 + random.nextInt(PORTS);
    }

    final long connection() {
        return once(15) ? of(SMALL) | of(0, 1L << 24, 1L << 31) : 1 + random.nextInt(CONNECTIONS);
    }

    final long target() {
        return once(10) ? of(SMALL) : once(4) ? -1 : vcpu();
    }

    final long faultSource() {
        return once(4) ? of(6, 9, 14, 5) : 5;
    }

    final long faultControl(long source) {
        return 1 | (once(2) ? 2 : 0) | (once(2) ? 4 : 0) | source << 16;
    }

    /** A page of which something is needed soon, most often. */
    final long absentee() {
        if (traits.contains(Trait.TRANSLATED) && once(4)) {
            return once(2) ? FuzzMachine.FIRST_TABLE : FuzzMachine.SECOND_TABLE;
        }
        return once(3) ? FuzzMachine.PARAMETERS + PAGE * random.nextInt(2) : page();
    }
}

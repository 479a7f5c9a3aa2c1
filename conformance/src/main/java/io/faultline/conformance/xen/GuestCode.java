/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.guest.GuestStep;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.SteppingGuestCpu;

/** A short program of a vCPU that is stepped one instruction at a time, with loops if it has any. */
final class GuestCode {
    private static final int LARGEST_STEPS = 1000;

    private final SteppingGuestCpu cpu;
    private final long start;
    private final long end;
    private int steps;

    /** Writes a program to the first handler lane of a vCPU and goes there. */
    GuestCode(SteppingGuestCpu cpu, int... instructions) {
        this.cpu = cpu;
        this.start = cpu.layout().handler(0);
        this.end = start + 4L * instructions.length;
        cpu.rig().program(start, instructions);
        cpu.rig().program(end, A64.b(0));
        cpu.write(CoreRegister.PC, start);
    }

    SteppingGuestCpu cpu() {
        return cpu;
    }

    boolean hasEnded() {
        return cpu.pc() == end;
    }

    /** Executes one instruction. */
    GuestStep step() {
        if (++steps > LARGEST_STEPS) {
            throw cpu.rig().scenario().failure("program of vCPU " + cpu.index(), "to end", steps + " instructions");
        }
        GuestStep step = cpu.resume();
        long pc = cpu.pc();
        if (pc < start || pc > end) {
            throw cpu.rig()
                    .scenario()
                    .failure("program of vCPU " + cpu.index(), "to go on", step + " at 0x" + Long.toHexString(pc));
        }
        return step;
    }

    /** Executes the rest and returns to the lane of EL1 code. */
    void finish() {
        while (!hasEnded()) {
            step();
        }
        cpu.write(CoreRegister.PC, cpu.layout().el1());
    }

    // Instructions that only these programs need; registers are numbers from 0 to 30

    static int loadExclusive(int t, int n) {
        return 0x885F_FC00 | n << 5 | t;
    }

    static int storeExclusive(int status, int t, int n) {
        return 0x8800_FC00 | status << 16 | n << 5 | t;
    }

    static int loadExclusive64(int t, int n) {
        return 0xC85F_FC00 | n << 5 | t;
    }

    static int storeExclusive64(int status, int t, int n) {
        return 0xC800_FC00 | status << 16 | n << 5 | t;
    }

    /** Clears the bits of Xm. */
    static int bic(int d, int n, int m) {
        return 0x8A20_0000 | m << 16 | n << 5 | d;
    }

    static int orr(int d, int n, int m) {
        return 0xAA00_0000 | m << 16 | n << 5 | d;
    }

    static int and(int d, int n, int m) {
        return 0x8A00_0000 | m << 16 | n << 5 | d;
    }

    /** Swaps a doubleword: Xt takes the old value, memory takes Xs. */
    static int swap64(int s, int t, int n) {
        return 0xF8E0_8000 | s << 16 | n << 5 | t;
    }

    static int swap32(int s, int t, int n) {
        return 0xB8E0_8000 | s << 16 | n << 5 | t;
    }

    /** Clears the bits of Ws in a word; Wt takes the old value. */
    static int clear32(int s, int t, int n) {
        return 0xB8E0_1000 | s << 16 | n << 5 | t;
    }

    static int clear64(int s, int t, int n) {
        return 0xF8E0_1000 | s << 16 | n << 5 | t;
    }

    static int set64(int s, int t, int n) {
        return 0xF8E0_3000 | s << 16 | n << 5 | t;
    }

    /** Copies a register. */
    static int move(int d, int n) {
        return orr(d, 31, n);
    }

    /** The hypercall itself. */
    static int hypercall() {
        return A64.hvc(Xen.TAG);
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.guest.GuestStep;

/**
 * A short program of a vCPU that is stepped one instruction at a time, with loops if it has any. Not thread-safe.
 *
 * @since 0.1
 */
public final class GuestCode {
    private static final int LARGEST_STEPS = 1000;

    private final SteppingGuestCpu cpu;
    private final long start;
    private final long end;
    private int steps;

    /**
     * Writes a program to the first handler lane of a vCPU and goes there.
     *
     * @param cpu the vCPU
     * @param instructions the program; it ends by running off its end
     */
    public GuestCode(SteppingGuestCpu cpu, int... instructions) {
        this.cpu = cpu;
        this.start = cpu.layout().handler(0);
        this.end = start + 4L * instructions.length;
        cpu.rig().program(start, instructions);
        cpu.rig().program(end, A64.b(0));
        cpu.write(CoreRegister.PC, start);
    }

    /**
     * Returns the vCPU.
     *
     * @return the vCPU
     */
    public SteppingGuestCpu cpu() {
        return cpu;
    }

    /**
     * Tells whether the last instruction was executed.
     *
     * @return true if so
     */
    public boolean hasEnded() {
        return cpu.pc() == end;
    }

    /**
     * Executes one instruction.
     *
     * @return what happened
     * @throws CheckFailure if it leads out of the program
     */
    public GuestStep step() {
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
    public void finish() {
        while (!hasEnded()) {
            step();
        }
        cpu.write(CoreRegister.PC, cpu.layout().el1());
    }

    // Instructions that only these programs need; registers are numbers from 0 to 30, and 31 for the zero register

    /**
     * Encodes {@code LDAXR Wt, [Xn]}.
     *
     * @param t target
     * @param n register with the address
     * @return the instruction
     */
    public static int loadExclusive(int t, int n) {
        return 0x885F_FC00 | n << 5 | t;
    }

    /**
     * Encodes {@code STLXR Ws, Wt, [Xn]}.
     *
     * @param status takes 0 if the store was made
     * @param t source
     * @param n register with the address
     * @return the instruction
     */
    public static int storeExclusive(int status, int t, int n) {
        return 0x8800_FC00 | status << 16 | n << 5 | t;
    }

    /**
     * Encodes {@code LDAXR Xt, [Xn]}.
     *
     * @param t target
     * @param n register with the address
     * @return the instruction
     */
    public static int loadExclusive64(int t, int n) {
        return 0xC85F_FC00 | n << 5 | t;
    }

    /**
     * Encodes {@code STLXR Ws, Xt, [Xn]}.
     *
     * @param status takes 0 if the store was made
     * @param t source
     * @param n register with the address
     * @return the instruction
     */
    public static int storeExclusive64(int status, int t, int n) {
        return 0xC800_FC00 | status << 16 | n << 5 | t;
    }

    /**
     * Encodes {@code BIC Xd, Xn, Xm}.
     *
     * @param d target
     * @param n first operand
     * @param m second operand
     * @return the instruction
     */
    public static int bic(int d, int n, int m) {
        return 0x8A20_0000 | m << 16 | n << 5 | d;
    }

    /**
     * Encodes {@code ORR Xd, Xn, Xm}.
     *
     * @param d target
     * @param n first operand
     * @param m second operand
     * @return the instruction
     */
    public static int orr(int d, int n, int m) {
        return 0xAA00_0000 | m << 16 | n << 5 | d;
    }

    /**
     * Encodes {@code AND Xd, Xn, Xm}.
     *
     * @param d target
     * @param n first operand
     * @param m second operand
     * @return the instruction
     */
    public static int and(int d, int n, int m) {
        return 0x8A00_0000 | m << 16 | n << 5 | d;
    }

    /**
     * Encodes {@code SWPAL Xs, Xt, [Xn]}.
     *
     * @param s operand
     * @param t takes the old value
     * @param n register with the address
     * @return the instruction
     */
    public static int swap64(int s, int t, int n) {
        return 0xF8E0_8000 | s << 16 | n << 5 | t;
    }

    /**
     * Encodes {@code SWPAL Ws, Wt, [Xn]}.
     *
     * @param s operand
     * @param t takes the old value
     * @param n register with the address
     * @return the instruction
     */
    public static int swap32(int s, int t, int n) {
        return 0xB8E0_8000 | s << 16 | n << 5 | t;
    }

    /**
     * Encodes {@code LDCLRAL Ws, Wt, [Xn]}.
     *
     * @param s operand
     * @param t takes the old value
     * @param n register with the address
     * @return the instruction
     */
    public static int clear32(int s, int t, int n) {
        return 0xB8E0_1000 | s << 16 | n << 5 | t;
    }

    /**
     * Encodes {@code LDCLRAL Xs, Xt, [Xn]}.
     *
     * @param s operand
     * @param t takes the old value
     * @param n register with the address
     * @return the instruction
     */
    public static int clear64(int s, int t, int n) {
        return 0xF8E0_1000 | s << 16 | n << 5 | t;
    }

    /**
     * Encodes {@code LDSETAL Xs, Xt, [Xn]}.
     *
     * @param s operand
     * @param t takes the old value
     * @param n register with the address
     * @return the instruction
     */
    public static int set64(int s, int t, int n) {
        return 0xF8E0_3000 | s << 16 | n << 5 | t;
    }

    /**
     * Encodes {@code MOV Xd, Xn}.
     *
     * @param d target
     * @param n source
     * @return the instruction
     */
    public static int move(int d, int n) {
        return orr(d, 31, n);
    }
}

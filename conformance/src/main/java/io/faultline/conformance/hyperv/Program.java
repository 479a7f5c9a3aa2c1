/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.List;

/**
 * What a vCPU does in a race, as instructions. The arguments of each call are loaded from the vCPU's area; the result of call
 * n goes to X20 + n. X27 is the address of the arguments, X26 that of a slot.
 */
final class Program {
    /** Witnessed if the other acted before the first call of the program. */
    static final String BEFORE = "before";
    /** Witnessed if the other acted between two calls of the program. */
    static final String BETWEEN = "between";
    /** Witnessed if the other acted after the last call of the program. */
    static final String AFTER = "after";

    private static final int LITERALS = 0xC00;
    private static final int LITERAL_BYTES = 64;
    private static final int FIRST_RESULT = 20;
    private static final int LARGEST_CALLS = 6;

    private final HypervGuest guest;
    private final SteppingGuestCpu cpu;
    private final GuestBlock literals;
    private final List<Integer> code = new ArrayList<>();
    private final List<Integer> hypercalls = new ArrayList<>();
    private int calls;

    Program(HypervGuest guest, SteppingGuestCpu cpu) {
        this.guest = guest;
        this.cpu = cpu;
        this.literals = guest.block(cpu.layout().area() + LITERALS);
        cpu.x(27, literals.address());
    }

    /** Adds instructions. */
    Program code(int... instructions) {
        for (int instruction : instructions) {
            code.add(instruction);
        }
        return this;
    }

    /** Sets a register before the program begins. */
    Program with(int register, long value) {
        cpu.x(register, value);
        return this;
    }

    /** Adds a call by HVC #0; at most six arguments. */
    Program call(long control, long... arguments) {
        if (calls == LARGEST_CALLS) {
            throw new IllegalArgumentException("more than " + LARGEST_CALLS + " calls");
        }
        int at = LITERAL_BYTES * calls;
        literals.quad(at, Hyperv.CALL).quad(at + 8, control);
        for (int i = 0; i < arguments.length; i++) {
            literals.quad(at + 16 + 8 * i, arguments[i]);
        }
        for (int x = 0; x < 2 + arguments.length; x += 2) {
            code.add(A64.ldp(x, x + 1, 27, at + 8 * x));
        }
        hypercalls.add(code.size());
        code.add(A64.hvc(0));
        code.add(GuestCode.move(FIRST_RESULT + calls, 0));
        calls++;
        return this;
    }

    Program set(int register, long value) {
        return call(Hyperv.fast(Hyperv.SET, 1), RegisterLists.fastSet(register, value));
    }

    Program get(int register) {
        return call(Hyperv.fast(Hyperv.GET, 1), RegisterLists.fastGet(register));
    }

    Program post(long connection, Message message) {
        GuestBlock block = guest.input(cpu).at((long) Hyperv.SLOT * (1 + calls));
        HypervGuest.fill(block, connection, message);
        return call(Hyperv.POST, block.address(), 0);
    }

    Program signal(long connection, int flag) {
        return call(Hyperv.SIGNAL | Hyperv.FAST, connection | (long) flag << 32);
    }

    /** Takes the message in a slot as Linux does: clears the type, and writes EOM if MessagePending is set then. */
    Program consume(long slot) {
        cpu.x(26, slot);
        code(A64.str(AccessWidth.WORD, 31, 26, 0), A64.DSB, A64.ldr(AccessWidth.BYTE, 25, 26, Hyperv.FLAGS_AT));
        int branch = code.size();
        code.add(A64.NOP);
        set(Hyperv.EOM, 0);
        code.set(branch, A64.cbz(25, 4L * (code.size() - branch)));
        return this;
    }

    /** Takes the message in a slot if there is one; its type goes to a register from X8 to X18. */
    Program takeIfAny(long slot, int register) {
        cpu.x(26, slot);
        code(A64.ldr(AccessWidth.WORD, register, 26, 0));
        int branch = code.size();
        code.add(A64.NOP);
        consume(slot);
        code.set(branch, A64.cbz(register, 4L * (code.size() - branch)));
        return this;
    }

    /** Writes the program to memory and goes to its beginning. */
    GuestCode write() {
        int[] instructions = new int[code.size() + 1];
        for (int i = 0; i < code.size(); i++) {
            instructions[i] = code.get(i);
        }
        instructions[code.size()] = A64.NOP;
        return new GuestCode(cpu, instructions);
    }

    /** The result of a call that was made. */
    Result result(int call) {
        return new Result(cpu.x(FIRST_RESULT + call));
    }

    void expectResults(String when) {
        for (int i = 0; i < calls; i++) {
            guest.scenario()
                    .expectEqual(
                            "status of call " + i + " of the program " + when,
                            Hyperv.SUCCESS,
                            result(i).status());
        }
    }

    /** How many calls are still to be made, or jumped over. */
    int left() {
        long start = cpu.layout().handler(0);
        int left = 0;
        for (int at : hypercalls) {
            left += cpu.pc() <= start + 4L * at ? 1 : 0;
        }
        return isInside() ? left : 0;
    }

    private boolean isInside() {
        long start = cpu.layout().handler(0);
        return cpu.pc() >= start && cpu.pc() <= start + 4L * (code.size() + 1);
    }

    /** Witnesses on which side of the calls of the program the other one acts. */
    void witnessSide() {
        Scenario s = guest.scenario();
        int left = left();
        s.witness(left == 0 ? AFTER : left == calls ? BEFORE : BETWEEN);
    }
}

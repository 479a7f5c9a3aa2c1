/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestStep;
import java.util.Locale;

/**
 * A stretch of guest code: short words for instructions that have to work, on X0 to X17. {@link #leave} puts these registers
 * back, as the end of a function or handler does.
 *
 * @since 0.1
 */
public final class GuestProgram {
    private static final int SCRATCH = 18;
    private static final int ADDRESS = 16;
    private static final int VALUE = 17;
    /** Where a hypercall of Xen has its number. */
    private static final int NUMBER = 16;
    /** LDCLRAL Xs, XZR, [Xn]. */
    private static final long ATOMIC_CLEAR = 0xF8E0_1000L | VALUE << 16 | ADDRESS << 5 | 31;

    private final GuestCpu cpu;
    private final String mechanism;
    private final long[] kept = new long[SCRATCH];

    /**
     * Begins a stretch of code and remembers X0 to X17.
     *
     * @param cpu the vCPU
     * @param mechanism name of the mechanism, for complaints
     */
    public GuestProgram(GuestCpu cpu, String mechanism) {
        this.cpu = cpu;
        this.mechanism = mechanism;
        for (int n = 0; n < SCRATCH; n++) {
            kept[n] = x(n);
        }
    }

    /** Puts X0 to X17 back. */
    public void leave() {
        for (int n = 0; n < SCRATCH; n++) {
            x(n, kept[n]);
        }
    }

    /**
     * Reads a general-purpose register.
     *
     * @param n 0 to 30
     * @return its value
     */
    public long x(int n) {
        return cpu.read(CoreRegister.x(n));
    }

    /**
     * Sets a general-purpose register.
     *
     * @param n 0 to 30
     * @param value the value
     */
    public void x(int n, long value) {
        cpu.write(CoreRegister.x(n), value);
    }

    /**
     * Makes a call by {@code HVC #0} that returns. X0 to X3 hold its results.
     *
     * @param function SMCCC function identifier
     * @param arguments values for X1 and so on
     * @return X0
     */
    public long call(int function, long... arguments) {
        place(function, arguments);
        retire(cpu.hypervisorCall(0), "HVC #0 with function " + hex(function));
        return x(0);
    }

    /**
     * Makes a call of another convention by HVC that returns: its number in X16, arguments in X0 and up.
     *
     * @param immediate immediate of the instruction
     * @param number number of the call
     * @param arguments values for X0 and so on, at most 16
     * @return X0
     */
    public long taggedCall(int immediate, long number, long... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            x(i, arguments[i]);
        }
        x(NUMBER, number);
        retire(cpu.hypervisorCall(immediate), "HVC #" + immediate + " with number " + number);
        return x(0);
    }

    /**
     * Makes a firmware call that returns, by HVC or, if that is not the conduit, by SMC.
     *
     * @param function SMCCC function identifier
     * @param arguments values for X1 and so on
     * @return X0, zero-extended
     */
    public long firmwareCall(int function, long... arguments) {
        long result = call(function, arguments);
        if (result == Smccc.NOT_SUPPORTED) {
            place(function, arguments);
            retire(cpu.secureMonitorCall(0), "SMC #0 with function " + hex(function));
            result = x(0);
        }
        return result;
    }

    /**
     * Makes a firmware call that does not return.
     *
     * @param function SMCCC function identifier
     * @param arguments values for X1 and so on
     * @return where the guest is then
     */
    public long leaveBy(int function, long... arguments) {
        place(function, arguments);
        GuestStep step = cpu.hypervisorCall(0);
        if (step instanceof GuestStep.Retired && x(0) == Smccc.NOT_SUPPORTED) {
            place(function, arguments);
            step = cpu.secureMonitorCall(0);
        }
        if (step instanceof GuestStep.Diverted diverted) {
            return diverted.pc();
        }
        throw violation(
                "call " + hex(function) + " returned with X0 = " + hex(x(0)) + " instead of ending the handler");
    }

    /**
     * Puts X0 to X17 back and goes on elsewhere, where a branch has used one register that nobody relies on.
     *
     * @param target address
     */
    public void leaveTo(long target) {
        jump(target);
        leave();
    }

    private void jump(long target) {
        x(ADDRESS, target);
        GuestStep step = cpu.branch(ADDRESS);
        if (!(step instanceof GuestStep.Diverted diverted) || diverted.pc() != target) {
            throw violation("BR to " + hex(target) + " gave " + step);
        }
    }

    /**
     * Clears bits of a doubleword in one atomic operation, by an instruction that is written to code memory first.
     *
     * @param code address of code memory for one instruction and what follows it
     * @param address a multiple of 8
     * @param bits the bits
     */
    public void clearAtomically(long code, long address, long bits) {
        store(code, AccessWidth.WORD, ATOMIC_CLEAR);
        long back = cpu.pc();
        jump(code);
        x(ADDRESS, address);
        x(VALUE, bits);
        retire(cpu.resume(), "LDCLRAL at " + hex(address));
        jump(back);
    }

    private void place(int function, long[] arguments) {
        x(0, Integer.toUnsignedLong(function));
        for (int i = 0; i < arguments.length; i++) {
            x(i + 1, arguments[i]);
        }
    }

    /**
     * Loads from memory.
     *
     * @param address virtual address
     * @param width size
     * @return the value, zero-extended
     */
    public long load(long address, AccessWidth width) {
        x(ADDRESS, address);
        retire(cpu.load(width, VALUE, ADDRESS), "load from " + hex(address));
        return x(VALUE);
    }

    /**
     * Stores to memory.
     *
     * @param address virtual address
     * @param width size
     * @param value the value
     */
    public void store(long address, AccessWidth width, long value) {
        x(ADDRESS, address);
        x(VALUE, value);
        retire(cpu.store(width, VALUE, ADDRESS), "store to " + hex(address));
    }

    /**
     * Reads a system register.
     *
     * @param register the register
     * @return its value
     */
    public long read(SystemRegister register) {
        retire(cpu.readSystemRegister(VALUE, register), "MRS of " + register);
        return x(VALUE);
    }

    /**
     * Writes a system register.
     *
     * @param register the register
     * @param value the value
     */
    public void write(SystemRegister register, long value) {
        x(VALUE, value);
        retire(cpu.writeSystemRegister(register, VALUE), "MSR of " + register);
    }

    private void retire(GuestStep step, String what) {
        if (step instanceof GuestStep.Stopped stopped) {
            throw new HypervisorException(
                    ErrorId.ILLEGAL_STATE,
                    what + " stopped with " + stopped.exit(),
                    "guest driver on vCPU " + cpu.index(),
                    "keep the memory of the driver resident while it is called");
        }
        if (step instanceof GuestStep.Diverted diverted) {
            throw violation(what + " was diverted to " + hex(diverted.pc()));
        }
    }

    /**
     * Makes the error for an answer that the mechanism does not allow.
     *
     * @param what what happened
     * @return the error to throw, with PROTOCOL_VIOLATION
     */
    public HypervisorException violation(String what) {
        return new HypervisorException(
                ErrorId.PROTOCOL_VIOLATION, what, "guest driver " + mechanism + " on vCPU " + cpu.index(), "");
    }

    /**
     * Formats an address or register for people.
     *
     * @param value the value
     * @return hexadecimal
     */
    public static String hex(long value) {
        return String.format(Locale.ROOT, "0x%x", value);
    }
}

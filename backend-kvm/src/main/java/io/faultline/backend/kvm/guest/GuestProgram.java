/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.guest;

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
 */
final class GuestProgram {
    private static final int SCRATCH = 18;
    private static final int ADDRESS = 16;
    private static final int VALUE = 17;

    private final GuestCpu cpu;
    private final String mechanism;
    private final long[] kept = new long[SCRATCH];

    GuestProgram(GuestCpu cpu, String mechanism) {
        this.cpu = cpu;
        this.mechanism = mechanism;
        for (int n = 0; n < SCRATCH; n++) {
            kept[n] = x(n);
        }
    }

    /** Puts X0 to X17 back. */
    void leave() {
        for (int n = 0; n < SCRATCH; n++) {
            x(n, kept[n]);
        }
    }

    long x(int n) {
        return cpu.read(CoreRegister.x(n));
    }

    void x(int n, long value) {
        cpu.write(CoreRegister.x(n), value);
    }

    /** Makes a call by HVC that returns. X0 to X3 hold its results. */
    long call(int function, long... arguments) {
        place(function, arguments);
        retire(cpu.hypervisorCall(0), "HVC #0 with function " + hex(function));
        return x(0);
    }

    /**
     * Makes a firmware call that returns, by HVC or, if that is not the conduit, by SMC.
     *
     * @return X0, zero-extended
     */
    long firmwareCall(int function, long... arguments) {
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
     * @return where the guest is then
     */
    long leaveBy(int function, long... arguments) {
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

    /** Puts X0 to X17 back and goes on elsewhere, where a branch has used one register that nobody relies on. */
    void leaveTo(long target) {
        x(ADDRESS, target);
        GuestStep step = cpu.branch(ADDRESS);
        if (!(step instanceof GuestStep.Diverted diverted) || diverted.pc() != target) {
            throw violation("BR to " + hex(target) + " gave " + step);
        }
        leave();
    }

    private void place(int function, long[] arguments) {
        x(0, Integer.toUnsignedLong(function));
        for (int i = 0; i < arguments.length; i++) {
            x(i + 1, arguments[i]);
        }
    }

    long load(long address, AccessWidth width) {
        x(ADDRESS, address);
        retire(cpu.load(width, VALUE, ADDRESS), "load from " + hex(address));
        return x(VALUE);
    }

    void store(long address, AccessWidth width, long value) {
        x(ADDRESS, address);
        x(VALUE, value);
        retire(cpu.store(width, VALUE, ADDRESS), "store to " + hex(address));
    }

    long read(SystemRegister register) {
        retire(cpu.readSystemRegister(VALUE, register), "MRS of " + register);
        return x(VALUE);
    }

    void write(SystemRegister register, long value) {
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

    /** Makes the error for an answer that the mechanism does not allow. */
    HypervisorException violation(String what) {
        return new HypervisorException(
                ErrorId.PROTOCOL_VIOLATION, what, "guest driver " + mechanism + " on vCPU " + cpu.index(), "");
    }

    static String hex(long value) {
        return String.format(Locale.ROOT, "0x%x", value);
    }
}

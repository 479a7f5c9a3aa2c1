/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.backend.core.machine.VirtualProcessor;

/**
 * The registers of a vCPU in a hypercall of the Hyper-V-style backend, by what they are for.
 *
 * @param vcpu who calls
 * @param isOld whether it calls by HVC #1
 */
record CallRegisters(VirtualProcessor vcpu, boolean isOld) {
    private static final long FAST = 1L << 16;

    long control() {
        return vcpu.pe().x(isOld ? 0 : 1);
    }

    void control(long value) {
        vcpu.pe().x(isOld ? 0 : 1, value);
    }

    int code() {
        return (int) control() & 0xFFFF;
    }

    boolean isFast() {
        return (control() & FAST) != 0;
    }

    int count() {
        return (int) (control() >>> 32) & 0xFFF;
    }

    int start() {
        return (int) (control() >>> 48) & 0xFFF;
    }

    long x(int register) {
        return vcpu.pe().x(register);
    }

    void x(int register, long value) {
        vcpu.pe().x(register, value);
    }

    /** Register of the first argument: fast input or address of the input. */
    int input() {
        return isOld ? 1 : 2;
    }

    /** Register of the address of the output. */
    int output() {
        return isOld ? 2 : 3;
    }

    long result() {
        return vcpu.pe().x(0);
    }

    int status() {
        return (int) result() & 0xFFFF;
    }

    void result(long value) {
        vcpu.pe().x(0, value);
    }

    /** Carries a call out with another value in a register, which is put back afterwards unless the call wrote it. */
    void with(int register, long value, Runnable call) {
        long before = x(register);
        x(register, value);
        call.run();
        if (x(register) == value) {
            x(register, before);
        }
    }

    /** Carries a call out with another control word. */
    void withControl(long word, Runnable call) {
        control(word);
        call.run();
    }
}

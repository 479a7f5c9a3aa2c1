/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.guest;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestNotification;
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;

/**
 * The guest's half of what all routes have in common: discovery, calls, area and the interrupt.
 *
 * @param mechanism name of the mechanism
 * @param function SMCCC function identifier of the interface
 * @param interruptCall number of the sub-function IRQ
 * @param enableCall number of the sub-function ENABLE
 * @param acknowledgeCall number of the sub-function IRQ_ACK
 */
record ApfClient(String mechanism, int function, long interruptCall, long enableCall, long acknowledgeCall) {
    static final long REASON = 0;
    static final long TOKEN = 4;
    static final long NOT_PRESENT = 1;
    static final long READY = 2;
    static final long WAKE_ALL = 0xFFFF_FFFFL;
    static final long WORD_MASK = 0xFFFF_FFFFL;

    private static final long[] UID = {0xB66F_B428L, 0xE911_C52EL, 0x564B_CAA9L, 0x743A_004DL};
    private static final long VERSION = 0;
    private static final long ENABLED = 1;
    private static final long IN_USE = 64;

    GuestProgram program(GuestCpu cpu) {
        return new GuestProgram(cpu, mechanism);
    }

    boolean discover(GuestCpu cpu) {
        GuestProgram program = program(cpu);
        boolean found = isKvm(program) && hasFeature(program) && knowsVersion(program);
        program.leave();
        return found;
    }

    private static boolean isKvm(GuestProgram program) {
        program.call(Smccc.VENDOR_HYP_UID);
        for (int i = 0; i < UID.length; i++) {
            if ((program.x(i) & WORD_MASK) != UID[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean hasFeature(GuestProgram program) {
        program.call(Smccc.VENDOR_HYP_FEATURES);
        int number = function & 0xFFFF;
        int word = number / Integer.SIZE;
        return word < UID.length && (program.x(word) >>> number % Integer.SIZE & 1) != 0;
    }

    /** Any version with the major number 1 will do (APF-004). */
    private boolean knowsVersion(GuestProgram program) {
        return program.call(function, VERSION) == Smccc.SUCCESS && (program.x(1) & WORD_MASK) >>> 16 == 1;
    }

    long number(GuestProgram program, long subFunction, String what) {
        long result = program.call(function, subFunction);
        if (result != Smccc.SUCCESS) {
            throw program.violation("asking for " + what + " returned " + result);
        }
        return program.x(1) & WORD_MASK;
    }

    int interrupt(GuestProgram program) {
        return (int) number(program, interruptCall, "the interrupt");
    }

    /** Opens the interrupt and enables the interface with a clear area. */
    void enable(GuestCpu cpu, GuestProgram program, long area) {
        new GuestInterrupts(program, cpu.index()).enable(interrupt(program));
        clear(program, area);
        program.store(area + IN_USE, AccessWidth.WORD, 1);
        long control = area | ENABLED;
        long result = program.call(function, enableCall, control & WORD_MASK, control >>> 32);
        if (result != Smccc.SUCCESS) {
            throw program.violation("ENABLE with area " + GuestProgram.hex(area) + " returned " + result);
        }
    }

    /** Disables the interface and closes the interrupt. */
    void disable(GuestCpu cpu, GuestProgram program) {
        long result = program.call(function, enableCall, 0, 0);
        if (result != Smccc.SUCCESS && result != Smccc.NOT_REQUIRED) {
            throw program.violation("ENABLE with 0 returned " + result);
        }
        new GuestInterrupts(program, cpu.index()).disable(interrupt(program));
    }

    /** Gives the area back. */
    void release(GuestProgram program, long area) {
        clear(program, area);
        program.store(area + IN_USE, AccessWidth.WORD, 0);
    }

    static void clear(GuestProgram program, long area) {
        program.store(area + TOKEN, AccessWidth.WORD, 0);
        program.store(area + REASON, AccessWidth.WORD, 0);
    }

    /** Reads a not-present that the area shows, and consumes it. */
    GuestNotification takeNotPresent(GuestProgram program, long area, String carrier) {
        long reason = program.load(area + REASON, AccessWidth.WORD);
        long token = program.load(area + TOKEN, AccessWidth.WORD);
        if (reason != NOT_PRESENT || token == 0 || token == WAKE_ALL) {
            throw program.violation(
                    "the " + carrier + " came with reason " + reason + " and token " + GuestProgram.hex(token));
        }
        clear(program, area);
        return new GuestNotification.NotPresent(token);
    }

    /** Reads a ready that the area shows, and consumes it. */
    static GuestNotification takeReady(GuestProgram program, long area) {
        long token = program.load(area + TOKEN, AccessWidth.WORD);
        clear(program, area);
        return token == WAKE_ALL ? new GuestNotification.WakeAll() : new GuestNotification.Ready(token);
    }

    /** Acknowledges what is shown and ends the interrupt; the registers stay those of the handler. */
    void acknowledge(GuestCpu cpu, GuestProgram program) {
        int interrupt = interrupt(program);
        long result = program.call(function, acknowledgeCall);
        if (result != Smccc.SUCCESS) {
            throw program.violation("IRQ_ACK returned " + result);
        }
        new GuestInterrupts(program, cpu.index()).end(interrupt);
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.guest;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestStep;

/**
 * What handlers of notifications have in common, whatever carries them.
 *
 * @since 0.1
 */
public final class GuestHandler {
    private static final long VECTORS = 0x800;
    private static final long IRQ_FROM_EL1_WITH_SP0 = 0x80;
    private static final long IRQ_FROM_EL1 = 0x280;
    private static final long IRQ_FROM_EL0 = 0x480;

    private GuestHandler() {}

    /**
     * Tells whether a vCPU is at the vector of an IRQ.
     *
     * @param cpu the vCPU
     * @return true if its next instruction is the first of such a vector of EL1
     */
    public static boolean isInterruptVector(GuestCpu cpu) {
        long offset = cpu.pc() - (cpu.read(SystemRegister.VBAR_EL1) & -VECTORS);
        return offset == IRQ_FROM_EL1_WITH_SP0 || offset == IRQ_FROM_EL1 || offset == IRQ_FROM_EL0;
    }

    /**
     * Demands that an answer is one to a notification.
     *
     * @param mechanism name of the mechanism, for the error
     * @param cpu the vCPU
     * @param notification the notification
     * @param answer the answer
     * @throws HypervisorException with INVALID_ARGUMENT if it is not
     */
    public static void requireFitting(
            String mechanism, GuestCpu cpu, GuestNotification notification, GuestAnswer answer) {
        boolean notPresent = notification instanceof GuestNotification.NotPresent;
        if (notification instanceof GuestNotification.NotMine || notPresent == (answer == GuestAnswer.ACKNOWLEDGED)) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "answering " + notification + " with " + answer,
                    "guest driver " + mechanism + " on vCPU " + cpu.index(),
                    "answer not-present with ASYNCHRONOUS or SYNCHRONOUS, ready and wake-all with ACKNOWLEDGED");
        }
    }

    /**
     * Puts the registers back and returns by ERET to what was interrupted.
     *
     * @param cpu the vCPU
     * @param program what it executes
     * @param handler what the handler is for, for complaints
     */
    public static void leave(GuestCpu cpu, GuestProgram program, String handler) {
        program.leave();
        GuestStep step = cpu.exceptionReturn();
        if (!(step instanceof GuestStep.Diverted)) {
            throw program.violation("ERET from the handler of " + handler + " gave " + step);
        }
    }
}

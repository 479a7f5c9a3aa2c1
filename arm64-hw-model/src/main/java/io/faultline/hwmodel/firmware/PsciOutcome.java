/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.firmware;

/**
 * What the software that made a PE trap has to do about a PSCI call.
 *
 * @since 0.1
 */
public sealed interface PsciOutcome {
    /**
     * Put a value into X0 and go on.
     *
     * @param result value for X0, sign-extended to 64 bits
     */
    record Result(long result) implements PsciOutcome {}

    /**
     * A PE was asked to start: reset it at its entry point, then call {@link PsciFirmware#started(int)}. The caller goes
     * on with SUCCESS in X0.
     *
     * @param pe index of the PE that starts
     * @param entry physical address of its first instruction
     * @param context value for its X0
     */
    record TurnOn(int pe, long entry, long context) implements PsciOutcome {}

    /** The caller is off now and does not return. */
    record TurnOff() implements PsciOutcome {}

    /** The caller waits for an interrupt, then goes on with SUCCESS in X0. */
    record Suspend() implements PsciOutcome {}

    /**
     * The caller loses its context and waits for an interrupt, then starts as after CPU_ON. Where it cannot be powered
     * down, {@link Suspend} is a legal answer, too (DEN 0022, 5.4.1).
     *
     * @param entry physical address of its first instruction
     * @param context value for its X0
     */
    record PowerDown(long entry, long context) implements PsciOutcome {}

    /** The machine is to be turned off. */
    record SystemOff() implements PsciOutcome {}

    /** The machine is to be reset. */
    record SystemReset() implements PsciOutcome {}
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

/**
 * A receiver of the VMM for signals of a guest. Called by the thread that drives the machine, in the middle of the hypercall:
 * it may post and signal, and must not run, reset, save or close a machine.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SignalReceiver {
    /**
     * Takes a signal.
     *
     * @param flag 0 to the number of flags of the connection minus 1
     */
    void signalled(int flag);
}

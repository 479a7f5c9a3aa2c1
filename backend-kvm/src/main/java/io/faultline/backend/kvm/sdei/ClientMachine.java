/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.trace.TraceEvent;
import java.util.OptionalInt;

/**
 * The machine of the client, as the dispatcher needs it.
 *
 * @since 0.1
 */
public interface ClientMachine {
    /**
     * Returns the number of PEs.
     *
     * @return at least 1
     */
    int processors();

    /**
     * Returns a PE.
     *
     * @param index 0 to {@link #processors()} minus 1
     * @return the PE, the same object each time
     */
    ClientPe processor(int index);

    /**
     * Finds the PE that a guest names.
     *
     * @param affinity any value
     * @return its index; empty if bits outside the affinity fields are set or no PE has this affinity
     */
    OptionalInt find(long affinity);

    /**
     * Returns the interrupts of the machine.
     *
     * @return the same object each time
     */
    ClientInterrupts interrupts();

    /**
     * Tells whether anybody wants to know what happens.
     *
     * @return the same on each call
     */
    boolean tracing();

    /**
     * Says what happened. Called only if {@link #tracing()}.
     *
     * @param event the event
     */
    void trace(TraceEvent event);
}

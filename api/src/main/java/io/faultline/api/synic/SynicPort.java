/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

/**
 * A port on which a guest receives; made by {@link SyntheticInterrupts}.
 *
 * @since 0.1
 */
public interface SynicPort extends AutoCloseable {
    /**
     * Returns the identifier.
     *
     * @return 0 to {@link SyntheticInterrupts#LAST_ID}
     */
    int id();

    /**
     * Tells whether the machine has a port of this identifier and kind.
     *
     * @return false after {@link #close()}, or if the machine took over a state without it
     */
    boolean isOpen();

    /** Deletes the port: messages that wait in its buffers are gone (HV-092). Closing twice has no further effect. */
    @Override
    void close();
}

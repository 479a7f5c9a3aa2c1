/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

/**
 * A connection of a guest; made by {@link SyntheticInterrupts}.
 *
 * @since 0.1
 */
public interface Connection extends AutoCloseable {
    /**
     * Returns the identifier.
     *
     * @return 0 to {@link SyntheticInterrupts#LAST_ID}
     */
    int id();

    /**
     * Ends the connection. Messages that were accepted are still delivered (HV-092). Closing twice has no further effect, and
     * neither has closing after the identifier went to somebody else.
     */
    @Override
    void close();
}

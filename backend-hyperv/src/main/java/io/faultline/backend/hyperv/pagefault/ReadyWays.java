/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import java.util.Locale;

/**
 * The ways of ready that a guest may choose from.
 *
 * @since 0.1
 */
public enum ReadyWays {
    /** Messages or event flags. */
    EITHER,
    /** Messages only. */
    MESSAGE,
    /** Event flags only. */
    FLAG;

    /**
     * Tells whether ready may be asked for by message.
     *
     * @return true if it may
     */
    public boolean hasMessages() {
        return this != FLAG;
    }

    /**
     * Tells whether ready may be asked for by event flag.
     *
     * @return true if it may
     */
    public boolean hasFlags() {
        return this != MESSAGE;
    }

    static ReadyWays of(String value) {
        return valueOf(value.toUpperCase(Locale.ROOT));
    }
}

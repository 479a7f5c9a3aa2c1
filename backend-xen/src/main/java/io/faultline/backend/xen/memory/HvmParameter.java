/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import org.jspecify.annotations.Nullable;

/**
 * Parameters of a domain that mean something on ARM (xen.md 6.7). A guest may set none of them.
 *
 * @since 0.1
 */
public enum HvmParameter {
    /** The event interrupt. */
    CALLBACK_IRQ(0, true),
    /** The page of xenstore: 0 for none, all ones if it comes later. */
    STORE_PFN(1, true),
    /** The port of xenstore. */
    STORE_EVTCHN(2, true),
    /** The page of the console; 0 for none. */
    CONSOLE_PFN(17, true),
    /** The port of the console; 0 for none. */
    CONSOLE_EVTCHN(18, true),
    /** The page for a monitor of the domain, of which the domain itself learns nothing. */
    MONITOR_RING_PFN(28, false);

    /** Indices from here on are refused before anything else is looked at. */
    static final int FIRST_UNKNOWN = 39;

    private static final long TYPE_PPI = 2;
    private static final int TYPE_SHIFT = 56;
    private static final int LOW_LEVEL = 2 << 8;

    private final int index;
    private final boolean readable;

    HvmParameter(int index, boolean readable) {
        this.index = index;
        this.readable = readable;
    }

    /**
     * Returns the index in the call.
     *
     * @return the index
     */
    public int index() {
        return index;
    }

    /**
     * Tells whether the guest may read it.
     *
     * @return true if the call answers with the value
     */
    public boolean isReadable() {
        return readable;
    }

    static @Nullable HvmParameter at(int index) {
        for (HvmParameter parameter : values()) {
            if (parameter.index == index) {
                return parameter;
            }
        }
        return null;
    }

    /**
     * Returns the value of CALLBACK_IRQ for a PPI that is active when low (XEN-020).
     *
     * @param intid number of the interrupt, 16 to 31
     * @return type 2 in bits 63 to 56, flags in bits 15 to 8, the number below
     */
    public static long callbackPpi(int intid) {
        return TYPE_PPI << TYPE_SHIFT | LOW_LEVEL | intid;
    }
}

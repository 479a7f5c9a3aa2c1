/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.sdei;

import java.util.Optional;

/**
 * The nineteen calls of SDEI in the order of their function identifiers (SDEI-001).
 *
 * @since 0.1
 */
public enum SdeiFunction {
    /** Version and vendor of the interface. */
    VERSION,
    /** Registers a handler. */
    EVENT_REGISTER,
    /** Enables an event. */
    EVENT_ENABLE,
    /** Disables an event. */
    EVENT_DISABLE,
    /** Reads a register of the interrupted context. */
    EVENT_CONTEXT,
    /** Ends the handler and returns to the interrupted context. */
    EVENT_COMPLETE,
    /** Ends the handler and goes on at another address. */
    EVENT_COMPLETE_AND_RESUME,
    /** Unregisters a handler. */
    EVENT_UNREGISTER,
    /** State of the handler. */
    EVENT_STATUS,
    /** A property of an event. */
    EVENT_GET_INFO,
    /** Changes the routing of a shared event. */
    EVENT_ROUTING_SET,
    /** Masks events on the calling PE. */
    PE_MASK,
    /** Unmasks events on the calling PE. */
    PE_UNMASK,
    /** Binds an interrupt to an event. */
    INTERRUPT_BIND,
    /** Releases a bound interrupt. */
    INTERRUPT_RELEASE,
    /** Signals event 0 to a PE. */
    EVENT_SIGNAL,
    /** A feature of the interface. */
    FEATURES,
    /** Unregisters the private events of the calling PE. */
    PRIVATE_RESET,
    /** Unregisters all shared events. */
    SHARED_RESET;

    /** Identifier of the first function. */
    public static final int FIRST = 0xC400_0020;
    /** Last identifier of the range that belongs to SDEI. */
    public static final int LAST_RESERVED = 0xC400_003F;

    private static final SdeiFunction[] FUNCTIONS = values();

    /**
     * Returns the SMCCC function identifier.
     *
     * @return 0xC4000020 to 0xC4000032
     */
    public int id() {
        return FIRST + ordinal();
    }

    /**
     * Finds the function with an identifier.
     *
     * @param id the SMCCC function identifier
     * @return the function, or empty if the identifier is none of SDEI's
     */
    public static Optional<SdeiFunction> of(int id) {
        int number = id - FIRST;
        return number >= 0 && number < FUNCTIONS.length ? Optional.of(FUNCTIONS[number]) : Optional.empty();
    }

    /**
     * Tells whether an identifier lies in the range reserved for SDEI, defined or not.
     *
     * @param id the SMCCC function identifier
     * @return true for 0xC4000020 to 0xC400003F
     */
    public static boolean isReserved(int id) {
        return id >= FIRST && id <= LAST_RESERVED;
    }
}

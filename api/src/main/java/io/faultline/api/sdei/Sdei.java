/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.sdei;

/**
 * Constants of SDEI: return codes, information and feature identifiers, flags, state bits.
 *
 * @since 0.1
 */
public final class Sdei {
    /** Success. */
    public static final long SUCCESS = 0;
    /** SDEI or the function is absent, or the caller may not call it. */
    public static final long NOT_SUPPORTED = -1;
    /** An argument is invalid. */
    public static final long INVALID_PARAMETERS = -2;
    /** The request is valid, the state or context is wrong. */
    public static final long DENIED = -3;
    /** Unregistering was accepted, the handler still runs. */
    public static final long PENDING = -5;
    /** No bind slot is left. */
    public static final long OUT_OF_RESOURCE = -10;

    /** EVENT_GET_INFO: type of the event, see {@link SdeiEventType}. */
    public static final int INFO_TYPE = 0;
    /** EVENT_GET_INFO: whether the event can be signalled. */
    public static final int INFO_SIGNALED = 1;
    /** EVENT_GET_INFO: priority, see {@link SdeiPriority}. */
    public static final int INFO_PRIORITY = 2;
    /** EVENT_GET_INFO: routing mode of a shared event. */
    public static final int INFO_ROUTING_MODE = 3;
    /** EVENT_GET_INFO: routing affinity of a shared event. */
    public static final int INFO_ROUTING_AFFINITY = 4;

    /** FEATURES: number of bind slots, private in bits 15:0, shared in bits 31:16. */
    public static final int FEATURE_BIND_SLOTS = 0;
    /** FEATURES: relative mode (version 1.1). */
    public static final int FEATURE_RELATIVE_MODE = 1;

    /** EVENT_REGISTER flag and ROUTING_SET mode: any PE may take the event. */
    public static final long ROUTE_ANY = 0;
    /** EVENT_REGISTER flag and ROUTING_SET mode: only the PE with the given affinity takes the event. */
    public static final long ROUTE_PE = 1;
    /** EVENT_REGISTER flag: the entry point is relative (version 1.1). */
    public static final long FLAG_RELATIVE = 2;

    /** State bit: a handler is registered. */
    public static final int REGISTERED = 1;
    /** State bit: the event is enabled. */
    public static final int ENABLED = 2;
    /** State bit: the handler runs. */
    public static final int RUNNING = 4;

    /** The standard event that EVENT_SIGNAL raises. */
    public static final int EVENT_SOFTWARE_SIGNALLED = 0;

    /** EVENT_COMPLETE status: the event was handled. */
    public static final long HANDLED = 0;
    /** EVENT_COMPLETE status: handling failed. */
    public static final long FAILED = 1;

    /** Number of general-purpose registers that a dispatcher saves: X0 to X17. */
    public static final int SAVED_REGISTERS = 18;

    private Sdei() {}

    /**
     * Returns a version number in the layout of SDEI_VERSION.
     *
     * @param major 0 to 32767
     * @param minor 0 to 65535
     * @param vendor vendor-defined 32 bits
     * @return major in bits 62:48, minor in 47:32, vendor in 31:0
     */
    public static long version(int major, int minor, int vendor) {
        return (long) (major & 0x7FFF) << 48 | (long) (minor & 0xFFFF) << 32 | vendor & 0xFFFF_FFFFL;
    }
}

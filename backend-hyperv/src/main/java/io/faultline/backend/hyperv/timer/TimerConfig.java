/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

/**
 * The configuration register of a synthetic timer (hyperv.md 5.1).
 *
 * @since 0.1
 */
public final class TimerConfig {
    /** The timer runs if its count is not 0. */
    public static final long ENABLE = 1;
    /** The count is a period, not a point in time. */
    public static final long PERIODIC = 1 << 1;
    /** A periodic timer may be late. */
    public static final long LAZY = 1 << 2;
    /** A count that is not 0 enables the timer. */
    public static final long AUTO_ENABLE = 1 << 3;
    /** Lowest bit of the interrupt of direct mode. */
    public static final int VECTOR_SHIFT = 4;
    /** Direct mode: an interrupt without a message. */
    public static final long DIRECT = 1 << 12;
    /** Lowest bit of the synthetic interrupt source of the message. */
    public static final int SOURCE_SHIFT = 16;

    private static final long VECTOR = 0x1F;
    private static final long SOURCE = 0xF;
    private static final long KNOWN =
            ENABLE | PERIODIC | LAZY | AUTO_ENABLE | VECTOR << VECTOR_SHIFT | DIRECT | SOURCE << SOURCE_SHIFT;
    private static final int FIRST_PPI = 16;

    private TimerConfig() {}

    /**
     * Tells whether a configuration has a meaning: no reserved bit is set, and the interrupt of direct mode is private to the
     * vCPU and none that software generates.
     *
     * @param config any value
     * @param directAllowed whether there is direct mode
     * @return true if it has
     */
    public static boolean isLegal(long config, boolean directAllowed) {
        return (config & ~KNOWN) == 0 && (!isDirect(config) || directAllowed && vector(config) >= FIRST_PPI);
    }

    /**
     * Tells whether a timer with this configuration has a way to be noticed. One without it cannot be enabled (HV-139).
     *
     * @param config a legal configuration
     * @return true in direct mode and with a source other than 0
     */
    public static boolean isNoticed(long config) {
        return isDirect(config) || source(config) != 0;
    }

    /**
     * Tells whether the timer is enabled.
     *
     * @param config a configuration
     * @return bit 0
     */
    public static boolean isEnabled(long config) {
        return (config & ENABLE) != 0;
    }

    /**
     * Tells whether the count is a period.
     *
     * @param config a configuration
     * @return bit 1
     */
    public static boolean isPeriodic(long config) {
        return (config & PERIODIC) != 0;
    }

    /**
     * Tells whether a count enables the timer.
     *
     * @param config a configuration
     * @return bit 3
     */
    public static boolean isAutoEnabled(long config) {
        return (config & AUTO_ENABLE) != 0;
    }

    /**
     * Tells whether the timer is in direct mode.
     *
     * @param config a configuration
     * @return bit 12
     */
    public static boolean isDirect(long config) {
        return (config & DIRECT) != 0;
    }

    /**
     * Returns the interrupt of direct mode.
     *
     * @param config a configuration
     * @return 0 to 31
     */
    public static int vector(long config) {
        return (int) (config >>> VECTOR_SHIFT & VECTOR);
    }

    /**
     * Returns the synthetic interrupt source of messages.
     *
     * @param config a configuration
     * @return 0 to 15
     */
    public static int source(long config) {
        return (int) (config >>> SOURCE_SHIFT & SOURCE);
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * An interrupt number (INTID) of GICv3 (IHI 0069, 2.2).
 *
 * @param number 0 to 1019: SGI 0 to 15, PPI 16 to 31, SPI 32 to 1019
 * @since 0.1
 */
public record InterruptId(int number) {
    /** What an acknowledge returns when there is nothing to acknowledge. */
    public static final int SPURIOUS = 1023;

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if {@code number} is outside 0 to 1019
     */
    public InterruptId {
        if (number < 0 || number > 1019) {
            throw new IllegalArgumentException(
                    "INTID " + number + " is outside 0 to 1019 (SGI 0-15, PPI 16-31, SPI 32-1019)");
        }
    }

    /**
     * Returns a private peripheral interrupt.
     *
     * @param number INTID 16 to 31
     * @return the interrupt
     * @throws IllegalArgumentException if the INTID is not that of a PPI
     */
    public static InterruptId ppi(int number) {
        if (number < 16 || number > 31) {
            throw new IllegalArgumentException("INTID " + number + " is not a PPI: PPIs are 16 to 31");
        }
        return new InterruptId(number);
    }

    /**
     * Tells whether this is a software generated interrupt.
     *
     * @return true for 0 to 15
     */
    public boolean isSgi() {
        return number < 16;
    }

    /**
     * Tells whether this is a private peripheral interrupt.
     *
     * @return true for 16 to 31
     */
    public boolean isPpi() {
        return number >= 16 && number < 32;
    }

    /**
     * Tells whether this is a shared peripheral interrupt.
     *
     * @return true for 32 to 1019
     */
    public boolean isSpi() {
        return number >= 32;
    }

    /**
     * Names the interrupt for people.
     *
     * @return for example {@code PPI 23}
     */
    @Override
    public String toString() {
        return (isSgi() ? "SGI " : isPpi() ? "PPI " : "SPI ") + number;
    }
}

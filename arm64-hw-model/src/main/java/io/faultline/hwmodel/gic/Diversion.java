/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

/**
 * Whoever takes interrupts away from the software that the CPU interfaces serve, as firmware does by moving them into a
 * group of its own.
 *
 * <p>A diverted interrupt is never signalled to a PE, and its bits in the registers of distributor and redistributors are
 * RAZ/WI. Its line, its edge and its active state go on as before; whoever diverted it acknowledges and ends it.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Diversion {
    /** Instead of the index of a PE: an SPI belongs to none. */
    int NO_PE = -1;

    /** Nobody is interested. */
    Diversion NONE = (pe, intid) -> {};

    /**
     * The state of a diverted interrupt may have changed. Called by the thread that drives the machine, in the middle of
     * whatever changed it: to be noted, not to be acted on.
     *
     * @param pe index of the PE of a PPI, {@link #NO_PE} for an SPI
     * @param intid the interrupt
     */
    void changed(int pe, int intid);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

/**
 * Interrupts that can be taken away from the PEs, see {@link Diversion}: the PPIs of a {@link Redistributor}, or the SPIs of an
 * {@link InterruptController}.
 *
 * <p>Every method throws {@link IllegalArgumentException} if the interrupt is not one of these.
 *
 * @since 0.1
 */
public interface DivertibleInterrupts {
    /**
     * Takes an interrupt away, or gives it back. What is pending is forgotten both times, and what is given back is
     * disabled, in group 1 and of lowest priority.
     *
     * @param intid the interrupt
     * @param away true to take it away
     */
    void divert(int intid, boolean away);

    /**
     * Says that an interrupt is or is not taken away, without any other effect, when a saved state is restored.
     *
     * @param intid the interrupt
     * @param away true if it is taken away
     */
    void diverted(int intid, boolean away);

    /**
     * Tells whether an interrupt is pending or active and pending.
     *
     * @param intid the interrupt
     * @return true if it is
     */
    boolean isPending(int intid);

    /**
     * Tells whether an interrupt is active or active and pending.
     *
     * @param intid the interrupt
     * @return true if it is
     */
    boolean isActive(int intid);

    /**
     * Acknowledges a diverted interrupt: it becomes active, and an edge is consumed.
     *
     * @param intid the interrupt
     */
    void acknowledge(int intid);

    /**
     * Ends the active state of a diverted interrupt.
     *
     * @param intid the interrupt
     */
    void end(int intid);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * What the bits of a synthetic interrupt source mean for what arrives there (hyperv.md 3.1, 3.5, 3.7, 3.8).
 *
 * @since 0.1
 */
public interface SourceRules {
    /**
     * Tells whether the register may have a value.
     *
     * @param sint any value
     * @return false if writing it is refused with status 5
     */
    boolean isValid(long sint);

    /**
     * Tells whether a message that was written, or a flag that was set, makes an interrupt.
     *
     * @param sint value of the register
     * @return true if {@link Sint#vector} is raised
     */
    boolean interrupts(long sint);

    /**
     * Tells whether flags can be set.
     *
     * @param sint value of the register
     * @return false if a signal is refused with status 0x18
     */
    boolean takesSignals(long sint);

    /**
     * Tells whether messages can be written into the slot.
     *
     * @param sint value of the register
     * @return false if they wait
     */
    boolean takesMessages(long sint);
}

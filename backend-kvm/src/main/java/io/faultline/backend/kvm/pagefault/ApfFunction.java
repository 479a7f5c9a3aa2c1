/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

/**
 * What the interface can be asked. Which of these there are, and by which number in X1, depends on the route: see
 * {@link ApfRoute}.
 *
 * @since 0.1
 */
public enum ApfFunction {
    /** X1 returns the version, 0x010000. */
    VERSION,
    /** X1 returns how many announced faults may be outstanding on a vCPU. */
    SLOTS,
    /** X1 returns the number of the SDEI event that carries not-present. */
    SDEI,
    /** X1 returns the INTID of the PPI that carries ready, and not-present if no event does. */
    IRQ,
    /** Sets the control word of the calling vCPU: low half in X2, high half in X3. */
    ENABLE,
    /** Acknowledges the notification that is shown by interrupt. */
    IRQ_ACK,
    /** Answers the not-present that is shown: token in X2; 0 in X3 for asynchronous handling, 1 for synchronous. */
    REPLY
}

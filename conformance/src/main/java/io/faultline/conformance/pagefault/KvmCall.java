/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

/** Sub-functions of the KVM-style interface, in X1 of the call; each route has its own numbers. */
enum KvmCall {
    VERSION(0, 0),
    SLOTS(1, 1),
    SDEI(2, KvmCall.NONE),
    IRQ(3, 2),
    ENABLE(4, 3),
    IRQ_ACK(5, 4),
    REPLY(KvmCall.NONE, 5);

    /** Number of what a route does not have. */
    static final int NONE = -1;

    private final int byEvent;
    private final int byInterrupt;

    KvmCall(int byEvent, int byInterrupt) {
        this.byEvent = byEvent;
        this.byInterrupt = byInterrupt;
    }

    /**
     * Returns the number.
     *
     * @param ppi whether not-present comes by PPI
     * @return the number, or {@link #NONE}
     */
    int number(boolean ppi) {
        return ppi ? byInterrupt : byEvent;
    }
}

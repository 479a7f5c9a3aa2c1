/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

/**
 * Bits of an event word of the FIFO ABI. Those not named here are the guest's and stay as they are.
 *
 * @since 0.1
 */
public final class EventWord {
    /** There is an event. */
    public static final int PENDING = 1 << 31;
    /** The guest does not want to hear of it. */
    public static final int MASKED = 1 << 30;
    /** The port is in a queue. */
    public static final int LINKED = 1 << 29;
    /** The hypervisor writes the link: the guest waits before it changes {@link #MASKED}. */
    public static final int BUSY = 1 << 28;
    /** Number of bits of the link, as the guest is told. */
    public static final int LINK_BITS = 17;
    /** The next port of the queue, 0 for none. */
    public static final int LINK = (1 << LINK_BITS) - 1;

    private EventWord() {}
}

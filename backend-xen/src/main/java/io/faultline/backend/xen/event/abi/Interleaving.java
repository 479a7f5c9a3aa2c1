/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

/**
 * What the guest and other vCPUs do while an event is queued. On hardware they run at that time; here every vCPU is stopped,
 * so that by default nothing happens. Somebody who wants to see the races puts them in here: what is read after one of these
 * points is not what was read before.
 *
 * @since 0.1
 */
public interface Interleaving {
    /** Nothing happens. */
    Interleaving NONE = new Interleaving() {
        @Override
        public void beforeQueueLock(int port) {}

        @Override
        public void beforeLinkWrite(int tail) {}
    };

    /**
     * The queues of a port are known and not locked yet: another sender may move the port to another queue.
     *
     * @param port the port
     */
    void beforeQueueLock(int port);

    /**
     * The event word of the last port of a queue was read and not replaced yet: the guest may change it.
     *
     * @param tail the port
     */
    void beforeLinkWrite(int tail);
}

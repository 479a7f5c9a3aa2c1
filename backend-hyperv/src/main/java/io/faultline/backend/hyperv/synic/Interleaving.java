/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.frame.Frame;

/**
 * What the guest does while the hypervisor works on a slot. On hardware other vCPUs run at that time; here every vCPU is
 * stopped, so that by default nothing happens. Somebody who wants to see the races puts them in here: what is read after one
 * of these points is not what was read before.
 *
 * @since 0.1
 */
public interface Interleaving {
    /** Nothing happens. */
    Interleaving NONE = new Interleaving() {
        @Override
        public void beforeMark(Frame page, int source) {}

        @Override
        public void afterMark(Frame page, int source) {}

        @Override
        public void beforeType(Frame page, int source) {}

        @Override
        public void beforeInterrupt(Frame page, int source) {}
    };

    /**
     * A slot was found busy, and is not marked yet: the guest may free it.
     *
     * @param page page of messages
     * @param source synthetic interrupt source
     */
    void beforeMark(Frame page, int source);

    /**
     * A slot was marked, and has not been looked at again yet.
     *
     * @param page page of messages
     * @param source synthetic interrupt source
     */
    void afterMark(Frame page, int source);

    /**
     * A message is in a slot but for its type (HV-064).
     *
     * @param page page of messages
     * @param source synthetic interrupt source
     */
    void beforeType(Frame page, int source);

    /**
     * A message is in a slot, and its interrupt not yet raised (HV-065).
     *
     * @param page page of messages
     * @param source synthetic interrupt source
     */
    void beforeInterrupt(Frame page, int source);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * Which queues are looked at when the guest does something with its controller (hyperv.md 3.5). Queues without messages do not
 * count.
 *
 * @since 0.1
 */
public interface ScanRules {
    /**
     * The guest has written EOM.
     *
     * @param waiting sources with messages, a bit for each
     * @return those that are looked at
     */
    int atEndOfMessage(int waiting);

    /**
     * The page of messages or the controller has been enabled.
     *
     * @param waiting sources with messages, a bit for each
     * @return those that are looked at
     */
    int atEnable(int waiting);

    /**
     * A source has been unmasked.
     *
     * @param source synthetic interrupt source
     * @param waiting sources with messages, a bit for each
     * @return those that are looked at
     */
    int atUnmask(int source, int waiting);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.frame.Frame;

/**
 * Writes a message into a slot.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SlotWriter {
    /**
     * Writes a message, its type last (HV-064).
     *
     * @param page page of messages
     * @param source synthetic interrupt source whose slot is free
     * @param message the message
     * @param more whether others wait behind it (HV-069)
     */
    void write(Frame page, int source, MessageBuffer message, boolean more);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.frame.Frame;

/**
 * Finds out whether a slot takes a message.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SlotCheck {
    /**
     * Tells whether a slot is free. If it is not, the guest finds there that messages wait (HV-062, HV-066).
     *
     * @param page page of messages
     * @param source synthetic interrupt source
     * @return true if a message can be written
     */
    boolean isFree(Frame page, int source);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.frame.Frame;

/**
 * Sets a bit of the page of event flags.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface FlagSetter {
    /**
     * Sets a flag, at once and without touching another one (HV-099).
     *
     * @param page page of event flags
     * @param source synthetic interrupt source, 0 to 15
     * @param flag 0 to 2047
     * @return true if that is an edge: the vCPU has to learn of it
     */
    boolean set(Frame page, int source, int flag);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

/**
 * Chooses the vCPU for what goes to a port that names any (HV-127).
 *
 * @since 0.1
 */
public interface TargetChoice {
    /** There is none. */
    int NONE = -1;

    /**
     * Chooses the vCPU that gets a message.
     *
     * @param source synthetic interrupt source, 0 to 15
     * @return index of the vCPU, or {@link #NONE}
     */
    int forMessage(int source);

    /**
     * Chooses the vCPU that gets a signal.
     *
     * @param source synthetic interrupt source, 0 to 15
     * @return index of the vCPU, or {@link #NONE}
     */
    int forSignal(int source);
}

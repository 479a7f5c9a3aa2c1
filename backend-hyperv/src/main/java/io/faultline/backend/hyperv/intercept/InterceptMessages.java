/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.arm64.AccessKind;
import io.faultline.backend.core.machine.VirtualProcessor;

/**
 * Writes intercept messages.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface InterceptMessages {
    /**
     * Writes the message for an access to memory.
     *
     * @param vcpu the vCPU, in the trap of the access or of the call for which the hypervisor makes it
     * @param type type of the message
     * @param access how the page was to be accessed
     * @param page guest-physical address of the page
     * @param stage1Walk whether a stage 1 table walk or the hypervisor makes the access
     * @param message 256 bytes, all zero
     */
    void memory(VirtualProcessor vcpu, int type, AccessKind access, long page, boolean stage1Walk, byte[] message);
}

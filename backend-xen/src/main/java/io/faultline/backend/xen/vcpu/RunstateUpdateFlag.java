/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

/** Whether the guest wants to see that its runstate is being written (vm_assist, type 5). */
@FunctionalInterface
public interface RunstateUpdateFlag {
    /**
     * Tells whether it does.
     *
     * @return true if the assist is on
     */
    boolean isOn();
}

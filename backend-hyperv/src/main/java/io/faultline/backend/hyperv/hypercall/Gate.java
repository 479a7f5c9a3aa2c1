/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

/**
 * What a partition may do.
 *
 * @since 0.1
 */
public interface Gate {
    /**
     * Tells whether the guest has said what it is.
     *
     * @return true as long as its OS id is not 0 (hyperv.md 1.9)
     */
    boolean isOpen();

    /**
     * Tells whether the partition has a privilege.
     *
     * @param bit bit of the privilege mask, 0 to 63
     * @return true if it has
     */
    boolean hasPrivilege(int bit);
}

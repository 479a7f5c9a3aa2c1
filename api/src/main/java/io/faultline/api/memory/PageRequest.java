/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.memory;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import java.util.Objects;

/**
 * A request for an absent page.
 *
 * @param page address of the page, a multiple of 4096
 * @param vcpu index of the vCPU that needs it, or -1 if the host does
 * @param access how it was touched
 * @param now virtual time of the request in nanoseconds
 * @since 0.1
 */
public record PageRequest(long page, int vcpu, AccessKind access, long now) {
    /**
     * Checks the address.
     *
     * @throws IllegalArgumentException if the address is not that of a page
     */
    public PageRequest {
        Objects.requireNonNull(access, "access");
        if (!PageSize.isAligned(page)) {
            throw new IllegalArgumentException("0x" + Long.toHexString(page) + " is not the address of a page");
        }
    }
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.frame.Frame;
import java.util.Objects;

/**
 * Where the vcpu_info of a vCPU is that has not registered any (xen.md 3.2, 3.4).
 *
 * @param sharedInfo the page of shared_info; the slot of vCPU 0 is at its beginning
 * @param unread a page that no guest can reach; what other vCPUs are told goes there
 */
public record InitialInfo(Frame sharedInfo, Frame unread) {
    /** Checks for null. */
    public InitialInfo {
        Objects.requireNonNull(sharedInfo, "sharedInfo");
        Objects.requireNonNull(unread, "unread");
    }
}

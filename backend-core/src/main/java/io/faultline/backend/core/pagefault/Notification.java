/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import org.jspecify.annotations.Nullable;

/** One notification of ready, which waits to be shown or is shown. Used again when it is done. */
final class Notification {
    /** The vCPU whose faults it ends. */
    int vcpu;

    /** The fault; null for a wake-all. */
    @Nullable
    Fault fault;

    @Nullable
    Notification previous;

    @Nullable
    Notification next;

    boolean isWakeAllOf(int owner) {
        return vcpu == owner && fault == null;
    }

    boolean isHeldBack() {
        return fault != null && !fault.isReplied();
    }
}

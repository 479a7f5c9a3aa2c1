/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

/** Layout of a vcpu_info (xen.md 3.1). */
final class VcpuInfo {
    static final int BYTES = 48;
    static final int ALIGNMENT = 8;
    /** Word whose bit 0 says that there are events; the other 31 bits are the guest's. */
    static final int UPCALL_PENDING = 0;

    static final int UPCALL_PENDING_BIT = 1;
    /** One bit for each word of the two-level ABI. */
    static final int PENDING_SELECTOR = 8;

    static final long EVERY_WORD = -1;

    private VcpuInfo() {}
}

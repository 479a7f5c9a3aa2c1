/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.version;

/**
 * Bits of the first word of features, as far as they are one for an unprivileged domain on ARM64 (xen.md 2.3).
 *
 * @since 0.1
 */
public final class Features {
    /** The guest may write its page tables as it likes. */
    public static final int WRITABLE_PAGE_TABLES = 1;
    /** Frame numbers are those of the guest. Linux does not come up without it. */
    public static final int AUTO_TRANSLATED_PHYSMAP = 1 << 2;
    /** Memory can be asked for on a virtual NUMA node. */
    public static final int MEMORY_OP_VNODE = 1 << 13;
    /** The hypervisor answers SMCCC calls. */
    public static final int ARM_SMCCC = 1 << 14;
    /** The guest's frame numbers are not those of the machine. */
    public static final int NOT_DIRECT_MAPPED = 1 << 16;
    /** A runstate area can be registered by its physical address; said, though the command is not there (XEN-035). */
    public static final int RUNSTATE_PHYSICAL_AREA = 1 << 18;
    /** All of them, 0x00056005 (XEN-015). */
    public static final int SUBMAP_0 = WRITABLE_PAGE_TABLES
            | AUTO_TRANSLATED_PHYSMAP
            | MEMORY_OP_VNODE
            | ARM_SMCCC
            | NOT_DIRECT_MAPPED
            | RUNSTATE_PHYSICAL_AREA;

    private Features() {}
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

/**
 * A hypercall of the control domain, as another domain meets it: its structure is read, and then it is refused (xen.md 1.2).
 *
 * @param bytes size of the part of the structure that is read first
 */
public record PrivilegedCall(int bytes) implements Hypercall {
    /** Number of platform_op. */
    public static final int PLATFORM_OP = 7;
    /** Number of sysctl. */
    public static final int SYSCTL = 35;
    /** Number of domctl. */
    public static final int DOMCTL = 36;

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if it is larger than any structure
     */
    public PrivilegedCall {
        if (bytes < 0 || bytes > Struct.MOST_BYTES) {
            throw new IllegalArgumentException("a structure has no " + bytes + " bytes");
        }
    }

    @Override
    public long call(Caller caller) {
        return caller.readStruct(caller.argument(0), bytes) ? -XenError.EPERM : -XenError.EFAULT;
    }
}

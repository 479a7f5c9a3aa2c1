/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * To whom a virtual interrupt belongs (xen.md 4.3).
 *
 * @since 0.1
 */
public enum VirqType {
    /** Each vCPU has its own, which is told to that vCPU. */
    VCPU,
    /** Each domain has one. */
    DOMAIN,
    /** There is one in all, and a privileged domain handles it. */
    GLOBAL;

    /** Number of virtual interrupts. */
    public static final int COUNT = 24;

    private static final int TIMER = 0;
    private static final int DEBUG = 1;
    private static final int XENOPROF = 7;
    private static final int ARGO = 11;
    private static final int XENPMU = 13;

    /**
     * Returns the type of a virtual interrupt.
     *
     * @param virq 0 to {@link #COUNT} - 1
     * @return its type; those without a meaning on ARM are global
     */
    public static VirqType of(int virq) {
        switch (virq) {
            case TIMER:
            case DEBUG:
            case XENOPROF:
            case XENPMU:
                return VCPU;
            case ARGO:
                return DOMAIN;
            default:
                return GLOBAL;
        }
    }
}

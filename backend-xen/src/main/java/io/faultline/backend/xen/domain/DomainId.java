/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.domain;

/** Numbers of domains that mean something by themselves (xen.md 1.4). */
public final class DomainId {
    /** The domain of the toolstack: the other end of console and xenstore. No machine has this number. */
    public static final int CONTROL = 0;
    /** The caller itself. */
    public static final int SELF = 0x7FF0;
    /** First of the numbers that name no domain. */
    public static final int FIRST_RESERVED = SELF;

    private DomainId() {}
}

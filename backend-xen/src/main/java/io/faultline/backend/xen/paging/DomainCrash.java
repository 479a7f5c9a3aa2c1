/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** Ends a guest whose memory nobody can bring back. */
@FunctionalInterface
public interface DomainCrash {
    /** Every vCPU that is on stops before its next instruction, as after a crash. */
    void crash();
}

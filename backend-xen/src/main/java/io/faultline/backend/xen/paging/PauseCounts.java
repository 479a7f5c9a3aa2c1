/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** By how many events each vCPU is paused; one that is paused by none runs (xen.md 7.4, XEN-187). */
public interface PauseCounts {
    /**
     * Returns how many events pause a vCPU.
     *
     * @param vcpu index of the vCPU
     * @return at least 0
     */
    int count(int vcpu);

    /**
     * One more event pauses a vCPU.
     *
     * @param vcpu index of the vCPU
     */
    void pause(int vcpu);

    /**
     * One event does not pause a vCPU any more; nothing happens if none does.
     *
     * @param vcpu index of the vCPU
     */
    void unpause(int vcpu);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.machine.VirtualProcessor;

/** Memory as a vCPU maps it that is not in a call. */
@FunctionalInterface
public interface VcpuMemory {
    /**
     * Copies to the guest, through the present stage 1 tables of a vCPU and stage 2, with the rights of EL1.
     *
     * @param vcpu the vCPU; it is about to execute an instruction
     * @param address virtual address, any value
     * @param source where from
     * @param offset first index in the source
     * @param length number of bytes, at least 0
     * @return false if a page is not mapped for writing or is not RAM that the guest may write; earlier pages have been
     *     written then
     */
    boolean write(VirtualProcessor vcpu, long address, byte[] source, int offset, int length);
}

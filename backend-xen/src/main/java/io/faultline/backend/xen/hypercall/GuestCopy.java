/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

/**
 * Copies between the hypervisor and the memory of a guest that a virtual address names (xen.md 1.4).
 *
 * <p>Pages are translated one by one, as an access of the vCPU at EL1 would be at that moment: by its translation registers,
 * and by what its TLB still has until the guest invalidates it.
 */
public interface GuestCopy {
    /**
     * Copies from the guest.
     *
     * @param address virtual address, any value
     * @param target where to
     * @param offset first index in the target
     * @param length number of bytes, at least 0
     * @return false if a page is not mapped for reading at EL1 or is not RAM; earlier pages have been copied
     */
    boolean read(long address, byte[] target, int offset, int length);

    /**
     * Copies to the guest.
     *
     * @param address virtual address, any value
     * @param source where from
     * @param offset first index in the source
     * @param length number of bytes, at least 0
     * @return false if a page is not mapped for writing at EL1, or is not RAM that the guest may write; earlier pages have
     *     been written
     */
    boolean write(long address, byte[] source, int offset, int length);
}

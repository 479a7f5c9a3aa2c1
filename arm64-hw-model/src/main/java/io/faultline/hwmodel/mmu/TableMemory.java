/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

/** Where table walks read descriptors. */
@FunctionalInterface
interface TableMemory {
    /**
     * Reads a descriptor.
     *
     * @param address address of the descriptor, in the output address space of the stage that is walked
     * @param level level of the lookup, for the syndrome
     * @return the descriptor
     * @throws MemoryFault if it cannot be read
     */
    long descriptor(long address, int level);
}

/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import io.faultline.hwmodel.memory.PageObserver;
import io.faultline.hwmodel.mmu.MemoryAccess;
import io.faultline.hwmodel.mmu.MemoryFault;

/**
 * What executes the instructions of a PE from the blocks of a {@link CodeCache}. The PE decides what happens between two
 * runs: interrupts, exceptions, and instructions of the system space. An executor keeps nothing that a saved state would
 * need: registers, memory and the blocks are all it works on.
 */
public interface Executor extends PageObserver {
    /**
     * Executes.
     *
     * @param limit most instructions to execute, at least 1
     * @return why it came back; PC is at the next instruction then
     */
    Exit run(long limit);

    /**
     * Returns how many instructions the last {@link #run} executed; the one it stopped at does not count.
     *
     * @return at least 0
     */
    long executed();

    /**
     * Returns the instruction at which the last {@link #run} stopped with {@link Exit#INSTRUCTION}.
     *
     * @return the word
     */
    int word();

    /**
     * Returns the fault with which the last {@link #run} stopped with {@link Exit#FAULT}; valid until the next access.
     *
     * @return the fault
     */
    MemoryFault fault();

    /**
     * Returns an instruction that was just executed or that made a data access that faulted.
     *
     * @param pc its address
     * @return the word
     */
    int wordAt(long pc);

    /**
     * Chooses the access context whose instruction fetches come next.
     *
     * @param bank number of the context, see {@link MemoryAccess#bank()}
     */
    void context(int bank);

    /**
     * Forgets where a mapping is fetched from, in every context.
     *
     * @param address a virtual address in it
     * @param mask bits of the address that are not an offset into the mapping
     */
    void forget(long address, long mask);

    /**
     * Turns the check of the stack pointer on or off (SCTLR_EL1.SA, SA0).
     *
     * @param enabled true for on
     */
    void checkStackAlignment(boolean enabled);
}
